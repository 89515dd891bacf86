"""The forward of a BERT encoder, and its tokenizer, without the transformers library. Knows texts and weights only.

A new process that only reads one question would spend some 3 s on importing transformers and sentence-transformers for
six small layers (Devlin et al., "BERT", 2019; the weights are those of a transformers checkpoint and so are the
results, to rounding). Training and all other models go through the libraries.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Encoded(NamedTuple):
    """What an encoder returns; the name is that of transformers, whose models can stand here as well."""

    last_hidden_state: Any  # (texts, tokens, d)


@dataclass(frozen=True)
class Tokens:
    """Tokens of several texts, each padded to the longest.

    Attributes:
        tensors: "input_ids", "attention_mask" and "token_type_ids", each (texts, tokens).
        encodings: of each text; they tell which word a token belongs to, and where that stands in the text.
    """

    tensors: Mapping[str, Any]
    encodings: Sequence[Any]


def load_tokenizer(folder: Path, longest: int) -> Any:
    """The tokenizer in a model's folder.

    Args:
        folder: holds tokenizer.json.
        longest: tokens of a text, or of a pair, at most; the longer one of a pair is cut first.
    """
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(longest, strategy="longest_first")
    tokenizer.enable_padding(pad_id=tokenizer.token_to_id("[PAD]") or 0, pad_token="[PAD]")
    return tokenizer


def tokens_of(tokenizer: Any, texts: Sequence[str] | Sequence[tuple[str, str]]) -> Tokens:
    """Tokenizes texts, or pairs of texts."""
    import torch

    read = tokenizer.encode_batch(list(texts))
    columns = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
    return Tokens({name: torch.tensor([getattr(each, kept) for each in read]) for name, kept in columns.items()}, read)


class BertEncoder:
    """BERT with absolute positions and GELU; called like a transformers model."""

    def __init__(self, layers: int, heads: int, epsilon: float, tensors: dict[str, Any]) -> None:
        """Takes the weights under the names that they have in a transformers checkpoint."""
        self._layers, self._heads, self._epsilon = layers, heads, epsilon
        self._weights = tensors

    @classmethod
    def load(cls, folder: Path) -> "BertEncoder":
        """The encoder in a folder with config.json and model.safetensors, in float32.

        Raises:
            OSError: a file is missing.
            ValueError: it is a model of another kind.
        """
        import torch
        from safetensors.torch import load_file

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        form = (config["model_type"], config["hidden_act"], config.get("position_embedding_type", "absolute"))
        if form != ("bert", "gelu", "absolute"):
            raise ValueError(f"Expected a BERT encoder with GELU and absolute positions, but {folder} holds {form}.")
        held = load_file(folder / "model.safetensors")
        tensors = {name.removeprefix("bert."): each for name, each in held.items() if each.is_floating_point()}
        return cls(
            config["num_hidden_layers"],
            config["num_attention_heads"],
            config["layer_norm_eps"],
            {name: each.to(torch.float32) for name, each in tensors.items()},
        )

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """The weights by name: an adapter may be added to them where they lie."""
        yield from self._weights.items()

    def __call__(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Encoded:
        """The tokens' vectors; the arguments are of shape (texts, tokens)."""
        held = self._weights
        words = held["embeddings.word_embeddings.weight"][input_ids]
        kinds = held["embeddings.token_type_embeddings.weight"][token_type_ids]
        places = held["embeddings.position_embeddings.weight"][: input_ids.shape[1]]
        hidden = self._normal("embeddings.LayerNorm", words + kinds + places)
        mask = None if bool(attention_mask.all()) else attention_mask[:, None, None, :].bool()
        for layer in range(self._layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, mask)
        return Encoded(hidden)

    def _layer(self, name: str, hidden: Any, mask: Any) -> Any:
        from torch.nn import functional

        def parted(part: str) -> Any:  # (texts, heads, tokens, d / heads)
            projected = self._linear(f"{name}.attention.self.{part}", hidden)
            return projected.unflatten(-1, (self._heads, -1)).transpose(1, 2)

        seen = functional.scaled_dot_product_attention(parted("query"), parted("key"), parted("value"), attn_mask=mask)
        seen = self._linear(f"{name}.attention.output.dense", seen.transpose(1, 2).flatten(2))
        hidden = self._normal(f"{name}.attention.output.LayerNorm", seen + hidden)
        wide = functional.gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._normal(f"{name}.output.LayerNorm", self._linear(f"{name}.output.dense", wide) + hidden)

    def _linear(self, name: str, given: Any) -> Any:
        from torch.nn import functional

        return functional.linear(given, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normal(self, name: str, given: Any) -> Any:
        from torch.nn import functional

        weight, bias = self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]
        return functional.layer_norm(given, weight.shape, weight, bias, self._epsilon)


class MeanEmbedder:
    """Texts -> normalised means of their tokens' vectors (Reimers & Gurevych, "Sentence-BERT", 2019)."""

    def __init__(self, encoder: BertEncoder, tokenizer: Any) -> None:
        """Takes a loaded encoder and its tokenizer."""
        self._encoder, self.tokenizer = encoder, tokenizer

    @classmethod
    def load(cls, folder: Path) -> "MeanEmbedder":
        """A sentence-transformers folder whose pooling is the mean.

        Raises:
            OSError: a file is missing.
            ValueError: it is a model of another kind.
        """
        pooling = json.loads((folder / "1_Pooling" / "config.json").read_text(encoding="utf-8"))
        longest = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))["max_seq_length"]
        if not pooling["pooling_mode_mean_tokens"]:
            raise ValueError(f"Expected a model whose pooling is the mean, but {folder} has {pooling}.")
        return cls(BertEncoder.load(folder), load_tokenizer(folder, longest))

    def encode(self, texts: Sequence[str], batch: int = 64) -> Vectors:
        """Vectors (n, d), each of length 1; texts of like length are read together."""
        import torch
        from torch.nn import functional

        order = np.argsort([-len(text) for text in texts], kind="stable")
        parts = []
        with torch.inference_mode():
            for start in range(0, len(texts), batch):
                read = tokens_of(self.tokenizer, [texts[row] for row in order[start : start + batch]]).tensors
                hidden = self._encoder(**read).last_hidden_state
                weights = read["attention_mask"][:, :, None].to(hidden.dtype)
                parts.append(functional.normalize((hidden * weights).sum(1) / weights.sum(1)))
            made: Vectors = torch.cat(parts)[np.argsort(order)].numpy()
        return made
