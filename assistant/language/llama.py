"""Reads tokens with a Llama-like model on a CPU: 8-bit matrices, float32 between them, one cache for all layers.

For one sequence at a time and for small models, where the steps between the matrices cost as much as the matrices:
queries, keys and values are one product, gate and up another, and positions are turned as complex numbers (Su et al.,
"RoFormer", 2021). Knows token ids and tensors; no text, no grammar and no sampling.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional

from assistant.language.few_rows import FewRows
from assistant.language.int8_matrix import Int8Matrix, quantised

_FIRST_ROOM = 512  # tokens


@dataclass(frozen=True)
class LlamaShape:
    """The sizes of a model of the Llama family.

    Attributes:
        layers: number of blocks.
        width: size of a token's vector.
        heads: of the queries.
        key_heads: of the keys and values; `heads` is a multiple of it.
        head_width: size of a head's vector, even.
        epsilon: of the root-mean-square norms.
        theta: base of the positions' wave lengths.
        context: tokens that can be read at most.
    """

    layers: int
    width: int
    heads: int
    key_heads: int
    head_width: int
    epsilon: float
    theta: float
    context: int

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "LlamaShape | None":
        """The shape that a transformers configuration describes; None where it describes more than is known here."""
        rope = config.get("rope_parameters") or {}
        heads = config.get("num_attention_heads") or 0
        known = (
            config.get("model_type") == "llama"
            and config.get("hidden_act") == "silu"
            and rope.get("rope_type", "default") == "default"
            and not config.get("rope_scaling")
            and not config.get("attention_bias")
            and not config.get("mlp_bias")
        )
        if not known:
            return None
        return cls(
            layers=config["num_hidden_layers"],
            width=config["hidden_size"],
            heads=heads,
            key_heads=config.get("num_key_value_heads") or heads,
            head_width=config.get("head_dim") or config["hidden_size"] // heads,
            epsilon=config["rms_norm_eps"],
            theta=rope.get("rope_theta") or config.get("rope_theta") or 10_000.0,
            context=config["max_position_embeddings"],
        )


def packed_tensors(shape: LlamaShape, tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A model's tensors under transformers' names -> as `Llama` reads them: joined, turned, and in 8 bits.

    Of each matrix `name` there are `name.weight` (int8) and `name.scales`. Token vectors stay in 16 bits: a few rows of
    them are read for each prompt, straight from the file.
    """
    made = {
        "embedding": tensors["model.embed_tokens.weight"].bfloat16().contiguous(),
        "norm": tensors["model.norm.weight"].float(),
    }
    joined = {"head": tensors.get("lm_head.weight", tensors["model.embed_tokens.weight"])}
    for layer in range(shape.layers):
        old, new = f"model.layers.{layer}.", f"{layer}."
        made[new + "before_attention"] = tensors[old + "input_layernorm.weight"].float()
        made[new + "before_mixing"] = tensors[old + "post_attention_layernorm.weight"].float()
        query, key = (as_pairs(tensors[f"{old}self_attn.{name}_proj.weight"], shape.head_width) for name in ("q", "k"))
        joined[new + "attention_in"] = torch.cat([query, key, tensors[old + "self_attn.v_proj.weight"]])
        joined[new + "attention_out"] = tensors[old + "self_attn.o_proj.weight"]
        joined[new + "mixing_in"] = torch.cat([tensors[f"{old}mlp.{name}_proj.weight"] for name in ("gate", "up")])
        joined[new + "mixing_out"] = tensors[old + "mlp.down_proj.weight"]
    for name, weight in joined.items():
        made[name + ".weight"], made[name + ".scales"] = quantised(weight)
    return made


def as_pairs(weight: torch.Tensor, head_width: int) -> torch.Tensor:
    """Rows of each head put so that the two numbers that turn together lie side by side; products do not change.

    Args:
        weight: of queries or keys, (heads * head_width, width).
        head_width: size of a head's vector.
    """
    heads = weight.reshape(-1, 2, head_width // 2, weight.shape[1])
    return heads.transpose(1, 2).reshape(weight.shape)


class Llama:
    """A model with its cache of keys and values. Not safe to share between threads."""

    def __init__(self, shape: LlamaShape, tensor: Callable[[str], torch.Tensor], *, compiled: bool = True) -> None:
        """Takes the tensors that `packed_tensors` made.

        Args:
            shape: the model's sizes.
            tensor: gives them by name, one by one; it may read them from a file.
            compiled: whether the compiled reader is used where there is one, for as many tokens as it reads faster.
        """
        self.shape = shape
        self.length = 0  # tokens in the cache
        self._embedding = tensor("embedding")
        self._norm = tensor("norm")
        self._head = _matrix(tensor, "head")
        self._layers = [_Layer.of(tensor, f"{layer}.") for layer in range(shape.layers)]
        self._few_rows = FewRows.of(shape, tensor) if compiled else None
        self._room = 0
        self._keys = self._values = torch.empty(0)
        self._turns = torch.empty(0)
        self._make_room(min(_FIRST_ROOM, shape.context))

    def forget(self, length: int = 0) -> None:
        """Keeps the first tokens of the cache only."""
        self.length = min(self.length, length)

    def state(self) -> tuple[torch.Tensor, torch.Tensor]:
        """A copy of the cache, for `restore`."""
        return self._keys[:, :, : self.length].clone(), self._values[:, :, : self.length].clone()

    def restore(self, state: tuple[torch.Tensor, torch.Tensor]) -> None:
        """Puts the cache back as it was when the copy was taken."""
        keys, values = state
        self.length = 0
        self._make_room(keys.shape[2])
        self.length = keys.shape[2]
        self._keys[:, :, : self.length], self._values[:, :, : self.length] = keys, values

    @torch.inference_mode()
    def read(self, ids: list[int], keep: int) -> torch.Tensor:
        """Reads tokens after those in the cache; the last `keep` rows of logits, (keep, vocabulary) float32."""
        start, end = self.length, self.length + len(ids)
        self._make_room(end)
        hidden = self._embedding[ids].float()
        if self._few_rows is not None and len(ids) <= self._few_rows.most_rows:
            self.length = end
            return self._few_rows.read(hidden, keep, start, (self._keys, self._values), self._turns)
        turns = self._turns[start:end, None]
        # (queries x group, tokens): a token sees those before it and itself; one alone sees all
        mask = None
        if len(ids) > 1:
            mask = torch.ones(len(ids), end, dtype=torch.bool).tril(start)
            mask = mask.repeat(self.shape.heads // self.shape.key_heads, 1)
        for place, layer in enumerate(self._layers):
            hidden += self._attend(place, layer, self._normed(hidden, layer.before_attention), turns, mask)
            gate, up = layer.mixing_in(self._normed(hidden, layer.before_mixing)).chunk(2, dim=1)
            hidden += layer.mixing_out(functional.silu(gate).mul_(up))
        self.length = end
        return self._head(self._normed(hidden[-keep:], self._norm)).float()

    def _attend(
        self, place: int, layer: "_Layer", hidden: torch.Tensor, turns: torch.Tensor, mask: torch.Tensor | None
    ) -> torch.Tensor:
        shape, count = self.shape, len(hidden)
        start, end = self.length, self.length + count
        mixed = layer.attention_in(hidden).float().view(count, -1, shape.head_width)
        turned = mixed[:, : shape.heads + shape.key_heads]
        pairs = torch.view_as_complex(turned.view(count, -1, shape.head_width // 2, 2))
        turned = torch.view_as_real(pairs * turns).flatten(2)
        keys, values = self._keys[place], self._values[place]
        keys[:, start:end] = turned[:, shape.heads :].transpose(0, 1)
        values[:, start:end] = mixed[:, shape.heads + shape.key_heads :].transpose(0, 1)
        # the queries that share a key head are read as more rows of it
        queries = turned[:, : shape.heads].view(count, shape.key_heads, -1, shape.head_width)
        queries = queries.permute(1, 2, 0, 3).reshape(1, shape.key_heads, -1, shape.head_width)
        seen = functional.scaled_dot_product_attention(
            queries, keys[None, :, :end], values[None, :, :end], attn_mask=mask
        )
        seen = seen.view(shape.key_heads, -1, count, shape.head_width).permute(2, 0, 1, 3)
        return layer.attention_out(seen.reshape(count, -1))

    def _normed(self, hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return functional.rms_norm(hidden, (self.shape.width,), weight, self.shape.epsilon)

    def _make_room(self, tokens: int) -> None:
        """Enlarges the cache; what is in it stays."""
        if tokens <= self._room:
            return
        shape = self.shape
        room = max(tokens, 2 * self._room)
        larger = torch.zeros(2, shape.layers, shape.key_heads, room, shape.head_width)
        if self.length:
            larger[0, :, :, : self.length] = self._keys[:, :, : self.length]
            larger[1, :, :, : self.length] = self._values[:, :, : self.length]
        self._keys, self._values = larger[0], larger[1]
        waves = shape.theta ** (-torch.arange(0, shape.head_width, 2, dtype=torch.float32) / shape.head_width)
        angles = torch.arange(room, dtype=torch.float32)[:, None] * waves
        self._turns = torch.polar(torch.ones_like(angles), angles)
        self._room = room


@dataclass(frozen=True)
class _Layer:
    before_attention: torch.Tensor
    attention_in: Int8Matrix
    attention_out: Int8Matrix
    before_mixing: torch.Tensor
    mixing_in: Int8Matrix
    mixing_out: Int8Matrix

    @classmethod
    def of(cls, tensor: Callable[[str], torch.Tensor], prefix: str) -> "_Layer":
        return cls(
            tensor(prefix + "before_attention"),
            _matrix(tensor, prefix + "attention_in"),
            _matrix(tensor, prefix + "attention_out"),
            tensor(prefix + "before_mixing"),
            _matrix(tensor, prefix + "mixing_in"),
            _matrix(tensor, prefix + "mixing_out"),
        )


def _matrix(tensor: Callable[[str], torch.Tensor], name: str) -> Int8Matrix:
    return Int8Matrix(tensor(name + ".weight"), tensor(name + ".scales"))
