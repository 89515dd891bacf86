"""The self-attentive network and its loss, in torch: imported only where it is trained or asked. Knows no histories.

SASRec: Kang and McAuley, "Self-attentive sequential recommendation", ICDM 2018; trained with the cross-entropy over all
products instead of one negative (Klenitskiy and Vasilev, "Turning dross into gold loss", RecSys 2023).
"""

from typing import Any

import torch
from torch import Tensor, nn

CHUNK = 64  # rows of logits at once: they stay in the processor's cache, six times as fast as all at once
PAD = 0  # the item number of padding; product p is p + 1


class SelfAttentive(nn.Module):
    """Item and position embeddings, causal self-attention; the item embeddings also score (tied)."""

    def __init__(self, products: int, length: int, hidden: int, layers: int, heads: int, dropout: float) -> None:
        """Draws the first weights from torch's current seed."""
        super().__init__()
        self.length = length
        self.item = nn.Embedding(products + 1, hidden, padding_idx=PAD)
        self.position = nn.Embedding(length, hidden)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(hidden, heads, dropout) for _ in range(layers))
        self.normed = nn.LayerNorm(hidden)
        for table in (self.item, self.position):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, items: Tensor) -> Tensor:
        """States after each item.

        Args:
            items: padded on the left, shape (b, t), t at most `length`.

        Returns:
            Shape (b, t, hidden).
        """
        steps = items.shape[1]
        places = torch.arange(self.length - steps, self.length)
        state = self.dropout(self.item(items) * self.item.embedding_dim**0.5 + self.position(places))
        causal = torch.ones(steps, steps, dtype=torch.bool).tril()
        seen = causal & (items != PAD)[:, None, None, :] | torch.eye(steps, dtype=torch.bool)
        for block in self.blocks:
            state = block(state, seen)
        return torch.as_tensor(self.normed(state))

    def table(self) -> Tensor:
        """The products' embeddings without padding, shape (products, hidden)."""
        return self.item.weight[1:]


class Block(nn.Module):
    """One pre-norm transformer layer."""

    def __init__(self, hidden: int, heads: int, dropout: float) -> None:
        """Attention, then two linear layers with GELU."""
        super().__init__()
        self.heads, self.rate = heads, dropout
        self.before, self.between = nn.LayerNorm(hidden), nn.LayerNorm(hidden)
        self.projections, self.out = nn.Linear(hidden, 3 * hidden), nn.Linear(hidden, hidden)
        self.wide, self.narrow = nn.Linear(hidden, 4 * hidden), nn.Linear(4 * hidden, hidden)
        self.dropout = nn.Dropout(dropout)

    def forward(self, state: Tensor, seen: Tensor) -> Tensor:
        """State of shape (b, t, hidden); `seen` says which positions each one attends to, shape (b, 1, t, t)."""
        b, t, hidden = state.shape
        parts = self.projections(self.before(state)).view(b, t, 3, self.heads, hidden // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        rate = self.rate if self.training else 0.0
        mixed = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=seen, dropout_p=rate)
        state = state + self.dropout(self.out(mixed.transpose(1, 2).reshape(b, t, hidden)))
        inner = nn.functional.gelu(self.wide(self.between(state)))
        return torch.as_tensor(state + self.dropout(self.narrow(self.dropout(inner))))


class FullCrossEntropy(torch.autograd.Function):
    """Mean cross-entropy of softmax(states @ table.T) without ever holding all logits.

    Gradients are made beside the loss, chunk by chunk: with p the softmax and y the target's one-hot vector,
    dL/dstate = (p - y) @ table / n and dL/dtable = (p - y).T @ states / n.
    """

    @staticmethod
    def forward(context: Any, states: Tensor, table: Tensor, targets: Tensor) -> Tensor:
        """States (n, hidden), table (products, hidden), targets (n,) -> scalar."""
        of_states, of_table = torch.empty_like(states), torch.zeros_like(table)
        total, count = 0.0, len(states)
        for start in range(0, count, CHUNK):
            part, wanted = states[start : start + CHUNK], targets[start : start + CHUNK]
            rows = torch.arange(len(wanted))
            logits = part @ table.T
            logits.sub_(logits.max(dim=1, keepdim=True).values)
            total -= float(logits[rows, wanted].sum())
            logits.exp_()
            sums = logits.sum(dim=1, keepdim=True)
            total += float(sums.log().sum())
            logits.div_(sums * count)
            logits[rows, wanted] -= 1 / count
            of_states[start : start + CHUNK] = logits @ table
            of_table.addmm_(logits.T, part)
        context.save_for_backward(of_states, of_table)
        return states.new_tensor(total / max(count, 1))

    @staticmethod
    def backward(context: Any, *outer: Tensor) -> tuple[Tensor, Tensor, None]:
        """Scales the gradients that `forward` made."""
        of_states, of_table = context.saved_tensors
        return of_states * outer[0], of_table * outer[0], None
