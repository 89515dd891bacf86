"""Reads tokens with a Llama-like model on a CPU: 8-bit matrices, float32 between them, one cache for all layers.

For one sequence at a time and for small models, where the steps between the matrices cost as much as the matrices:
queries, keys and values are one product, gate and up another, and positions are turned as complex numbers (Su et al.,
"RoFormer", 2021). Knows token ids and tensors; no text, no grammar and no sampling.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.nn import functional

from assistant.language.few_rows import FewRows
from assistant.language.int8_matrix import ChangedMatrix, Int8Matrix

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
        self._layers = [Layer.of(tensor, f"{layer}.") for layer in range(shape.layers)]
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
        hidden = self._through(self._layers, hidden)
        self.length = end
        return self._head(self._normed(hidden[-keep:], self._norm)).float()

    @torch.inference_mode()
    def vectors(self, ids: list[int], layers: Sequence["Layer"]) -> torch.Tensor:
        """Each token's vector behind some of the blocks, normed as behind all of them: (tokens, width) float32.

        The cache is forgotten before and afterwards.

        Args:
            ids: the tokens.
            layers: the first blocks, as `changed_layers` gives them.
        """
        self.forget()
        self._make_room(len(ids))
        return self._normed(self._through(layers, self._embedding[ids].float()), self._norm)

    def changed_layers(self, count: int, changes: Mapping[str, tuple[torch.Tensor, torch.Tensor]]) -> list["Layer"]:
        """The first blocks with low-rank differences on some of their matrices; the weights are shared with the model.

        Args:
            count: of blocks.
            changes: "layer.matrix" -> (A, B) as `packed_changes` gives them.
        """
        return [layer.changed(f"{place}.", changes) for place, layer in enumerate(self._layers[:count])]

    def _through(self, layers: Sequence["Layer"], hidden: torch.Tensor) -> torch.Tensor:
        """The tokens' vectors (tokens, width) behind blocks; keys and values go into the cache, its length stays."""
        count, end = len(hidden), self.length + len(hidden)
        turns = self._turns[self.length : end, None]
        # (queries x group, tokens): a token sees those before it and itself; one alone sees all
        mask = None
        if count > 1:
            mask = torch.ones(count, end, dtype=torch.bool).tril(self.length)
            mask = mask.repeat(self.shape.heads // self.shape.key_heads, 1)
        for place, layer in enumerate(layers):
            hidden += self._attend(place, layer, self._normed(hidden, layer.before_attention), turns, mask)
            gate, up = layer.mixing_in(self._normed(hidden, layer.before_mixing)).chunk(2, dim=1)
            hidden += layer.mixing_out(functional.silu(gate).mul_(up))
        return hidden

    def _attend(
        self, place: int, layer: "Layer", hidden: torch.Tensor, turns: torch.Tensor, mask: torch.Tensor | None
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
class Layer:
    """The weights of one block, each matrix as what multiplies by it."""

    before_attention: torch.Tensor
    attention_in: "Int8Matrix | ChangedMatrix"
    attention_out: "Int8Matrix | ChangedMatrix"
    before_mixing: torch.Tensor
    mixing_in: "Int8Matrix | ChangedMatrix"
    mixing_out: "Int8Matrix | ChangedMatrix"

    @classmethod
    def of(cls, tensor: Callable[[str], torch.Tensor], prefix: str) -> "Layer":
        """The block whose tensors' names begin with the prefix."""
        return cls(
            tensor(prefix + "before_attention"),
            _matrix(tensor, prefix + "attention_in"),
            _matrix(tensor, prefix + "attention_out"),
            tensor(prefix + "before_mixing"),
            _matrix(tensor, prefix + "mixing_in"),
            _matrix(tensor, prefix + "mixing_out"),
        )

    def changed(self, prefix: str, changes: Mapping[str, tuple[torch.Tensor, torch.Tensor]]) -> "Layer":
        """The block with the differences that are named by the prefix and a matrix."""
        made = {
            name: ChangedMatrix(getattr(self, name), *changes[prefix + name])
            for name in ("attention_in", "attention_out", "mixing_in", "mixing_out")
            if prefix + name in changes
        }
        return replace(self, **made)  # type: ignore[arg-type]


def _matrix(tensor: Callable[[str], torch.Tensor], name: str) -> Int8Matrix:
    return Int8Matrix(tensor(name + ".weight"), tensor(name + ".scales"))
