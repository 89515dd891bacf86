"""The language model's opinion of which tool a message means: its first blocks, adapted, and a head for each role.

The blocks read the message once and write nothing; their vectors, averaged and at the last token, give each tool of a
role a probability. The weights are those that also write calls and answers; only a low-rank difference is added while
this is read (Hu et al., "LoRA", 2021). Knows token ids and tool names, no shop.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ModelUnavailable

if TYPE_CHECKING:
    import torch

    from assistant.language.llama import Layer, Llama

CHOICE_FILE = "choice.safetensors"  # beside the adapter that it was trained with
LONGEST = 160  # tokens; of a longer message the end is read
_MADE = "adapter"


def choice_text(pair: tuple[str, str]) -> str:
    """What is read, from the pair of texts that the router reads (`encoder_text.context_text`)."""
    message, before = pair
    return (f"{before}\n" if before else "") + f"message: {message}\nTool:"


def fingerprint(adapter: Path) -> str:
    """Tells the adapter that a choice was trained with from any other; its folder holds adapter_model.safetensors."""
    return hashlib.sha256((adapter / "adapter_model.safetensors").read_bytes()).hexdigest()[:16]


def pooled(vectors: "torch.Tensor") -> "torch.Tensor":
    """The mean of a message's vectors and the last one, each normed, one behind the other: (tokens, d) -> (2 d,)."""
    import torch
    from torch.nn import functional

    both = torch.stack([vectors.mean(0), vectors[-1]])
    return functional.rms_norm(both, (vectors.shape[1],)).flatten()


@dataclass(frozen=True)
class ToolChoice:
    """Reads messages with a model's adapted first blocks. Not safe to share between threads, as the model is not.

    Attributes:
        model: whose cache and token vectors are used.
        layers: its first blocks, adapted.
        ids: text -> token ids.
        heads: role -> tools (and NONE), weights (classes, 2 d) and bias (classes,).
    """

    model: "Llama"
    layers: "list[Layer]"
    ids: Callable[[str], list[int]]
    heads: "Mapping[str, tuple[tuple[str, ...], torch.Tensor, torch.Tensor]]"

    def opinions(self, role: str, pair: tuple[str, str]) -> dict[str, float]:
        """The log-probability of each tool of the role, and of NONE; empty for a role that was not learnt.

        Args:
            role: who says it.
            pair: message and what went before it, as the router reads them.
        """
        if role not in self.heads:
            return {}
        names, weight, bias = self.heads[role]
        vectors = self.model.vectors(self.ids(choice_text(pair))[-LONGEST:], self.layers)
        chances = (weight @ pooled(vectors) + bias).log_softmax(0)
        return dict(zip(names, chances.tolist(), strict=True))


def load_choice(adapter: Path, model: "Llama", ids: Callable[[str], list[int]]) -> ToolChoice | None:
    """The choice beside an adapter; None where there is none.

    Raises:
        ModelUnavailable: the file is damaged, or was trained with another adapter.
    """
    from safetensors import SafetensorError, safe_open

    from assistant.language.packing import packed_changes

    file = adapter / CHOICE_FILE
    if not file.exists():
        return None
    try:
        with safe_open(file, "pt") as saved:
            card = saved.metadata()
            tensors = {name: saved.get_tensor(name).float() for name in saved.keys()}  # noqa: SIM118 it is no mapping
        if card[_MADE] != fingerprint(adapter):
            raise ValueError("it was trained with another adapter than the one beside it")
        heads = {
            role: (tuple(names), tensors.pop(f"{role}.weight"), tensors.pop(f"{role}.bias"))
            for role, names in json.loads(card["classes"]).items()
        }
        changes = packed_changes(model.shape, tensors, float(card["scale"]))
        return ToolChoice(model, model.changed_layers(int(card["layers"]), changes), ids, heads)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as broken:
        raise ModelUnavailable(
            f"Expected the choice of tools in {file}, but it cannot be used ({broken}). Copy it again, run "
            "`retail-assistant finetune choice`, or remove it: then the router alone chooses."
        ) from broken


def save_choice(
    adapter: Path,
    tensors: "Mapping[str, torch.Tensor]",
    heads: "Mapping[str, tuple[tuple[str, ...], torch.Tensor, torch.Tensor]]",
    layers: int,
    scale: float,
) -> None:
    """Writes the choice beside the adapter that it was trained with, in 16 bits.

    Args:
        adapter: its folder.
        tensors: the low-rank matrices, under the names that `packing.packed_changes` reads.
        heads: as in ToolChoice.
        layers: how many blocks are read.
        scale: alpha / r of the low-rank matrices.
    """
    import torch
    from safetensors.torch import save_file

    kept = dict(tensors)
    for role, (_, weight, bias) in heads.items():
        kept |= {f"{role}.weight": weight, f"{role}.bias": bias}
    card = {
        _MADE: fingerprint(adapter),
        "layers": str(layers),
        "scale": str(scale),
        "classes": json.dumps({role: names for role, (names, *_) in heads.items()}),
    }
    halves = {name: value.detach().to(torch.float16).contiguous() for name, value in kept.items()}
    save_file(halves, adapter / CHOICE_FILE, metadata=card)
    (adapter / CHOICE_FILE).chmod(0o644)  # as the files beside it, not for its owner alone
