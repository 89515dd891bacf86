"""Names the tool: the embedder, adapted for routing, with a calibrated head per role. Knows texts and tool names only.

The encoder is all-MiniLM-L6-v2 with a LoRA adapter merged at load; a linear head per role gives each tool of that role,
and "none" for messages that call no tool, a probability (softmax with a temperature fitted on validation phrasings; Guo
et al., "On Calibration of Modern Neural Networks", 2017). A tool that was added after training is placed by the
likeness of the message to the tool's own examples.
"""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ModelUnavailable
from assistant.messages import Role

NONE = "none"
SHIPPED_ROUTER = Path(__file__).parent / "router"
ENCODER_NAME = "all-MiniLM-L6-v2"
MAX_TOKENS = 96
_EMAIL = re.compile(r"\S+@\S+\.\w+")
_CODE = re.compile(r"#?\b(?!(?:19|20)\d\d\b)(?=[\w-]*\d)[\w-]*\d{3}[\w-]*\b")  # with three digits on end, no year
_AS_LIKE = 0.75  # cosine at which an added tool is as probable as not
_SHARPNESS = 30.0


@dataclass(frozen=True)
class Ranking:
    """Tools (and NONE) with probabilities, best first."""

    scores: tuple[tuple[str, float], ...]
    sure: bool  # the first one stands; else the first ones are close

    @property
    def best(self) -> str:
        """The most probable tool, or NONE."""
        return self.scores[0][0]


def context_text(message: str, earlier_message: str = "", earlier_tool: str = "") -> tuple[str, str]:
    """The pair of texts that the encoder reads: the message, and what went before it (empty at the start)."""
    before = f"{earlier_tool.replace('_', ' ')}: {earlier_message[-200:]}" if earlier_tool or earlier_message else ""
    return _without_numbers(message[:600]), _without_numbers(before)


def _without_numbers(text: str) -> str:
    """The text with one and the same number for every code: which order is meant says nothing about the tool."""
    return _CODE.sub("12345", _EMAIL.sub("name@example.com", text))


class Router:
    """Ranks the tools of a role for a message in its context. Safe to share between threads."""

    def __init__(
        self, encoder: Any, tokenizer: Any, heads: Mapping[str, tuple[tuple[str, ...], Any, Any]], sure: float
    ) -> None:
        """Takes a loaded encoder, and per role the class names, weights (classes, d) and bias (classes,)."""
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._heads = heads
        self._sure = sure
        self._lock = threading.Lock()
        self._added: dict[str, np.ndarray] = {}

    @classmethod
    def load(cls, encoder_folder: Path, folder: Path = SHIPPED_ROUTER) -> "Router":
        """The shipped router on the packaged embedder.

        Raises:
            ModelUnavailable: the router's files are missing or unreadable.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        from assistant.language.weights import merge

        try:
            settings = json.loads((folder / "router.json").read_text())
            tensors = load_file(folder / "heads.safetensors")
            heads = {
                role: (tuple(names), tensors[f"{role}.weight"], tensors[f"{role}.bias"])
                for role, names in settings["classes"].items()
            }
            sure, adapted = float(settings["sure"]), bool(settings["settings"]["rank"])
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as broken:
            raise ModelUnavailable(
                f"Expected the router's files in {folder}, but they cannot be read ({broken!r}). "
                "Copy them again or run `retail-assistant finetune router`."
            ) from broken
        logging.disable_progress_bar()
        encoder = AutoModel.from_pretrained(encoder_folder, local_files_only=True).eval()
        if adapted:
            merge(encoder, folder, ENCODER_NAME)
        tokenizer = AutoTokenizer.from_pretrained(encoder_folder, local_files_only=True)
        return cls(encoder, tokenizer, heads, sure)

    def rank(
        self,
        message: str,
        role: Role,
        permitted: Sequence[str],
        earlier: tuple[str, str] = ("", ""),
        examples: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        """The permitted tools and NONE, most probable first.

        Args:
            message: what was said.
            role: who says it.
            permitted: the tools that may be called.
            earlier: the message before and the tool it called.
            examples: phrasings of tools that were added after training, by name.
        """
        vector = self.encode([context_text(message, *earlier)])[0]
        names, weight, bias = self._heads[role]
        logits = weight @ vector + bias
        allowed = np.array([name == NONE or name in permitted for name in names])
        logits = np.where(allowed, logits, -np.inf)
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        scored = dict(zip(names, chances.tolist(), strict=True))
        for name in permitted:
            if name not in names and examples and examples.get(name):
                chance = self._likeness(message, name, examples[name])
                scored = {other: value * (1 - chance) for other, value in scored.items()} | {name: chance}
        ordered = sorted(((name, value) for name, value in scored.items() if value > 0), key=lambda pair: -pair[1])
        return Ranking(tuple(ordered), ordered[0][1] >= self._sure)

    def _likeness(self, message: str, name: str, examples: Sequence[str]) -> float:
        """How probable an added tool is: from the cosine of the message to the nearest of its examples."""
        if name not in self._added:
            self._added[name] = self.encode([context_text(each) for each in examples])
        nearest = float((self._added[name] @ self.encode([context_text(message)])[0]).max())
        return float(1 / (1 + np.exp(-_SHARPNESS * (nearest - _AS_LIKE))))

    def encode(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """Vectors of (message, before) pairs, (n, d) float32, normalised."""
        import torch

        with self._lock, torch.inference_mode():
            inputs = tokenize(self._tokenizer, pairs)
            vectors = mean_pool(self._encoder(**inputs).last_hidden_state, inputs["attention_mask"])
        result: np.ndarray = vectors.float().numpy()
        return result


def tokenize(tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> Any:
    """Token tensors; a message without context is read alone."""
    messages = [message for message, _ in pairs]
    if any(before for _, before in pairs):
        return tokenizer(
            messages,
            [before for _, before in pairs],
            truncation="longest_first",
            max_length=MAX_TOKENS,
            padding=True,
            return_tensors="pt",
        )
    return tokenizer(messages, truncation=True, max_length=MAX_TOKENS, padding=True, return_tensors="pt")


def mean_pool(hidden: Any, mask: Any) -> Any:
    """Mean over real tokens, normalised. hidden: (n, tokens, d); mask: (n, tokens) -> (n, d)."""
    import torch

    weights = mask.unsqueeze(-1).to(hidden.dtype)
    return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1).clamp(min=1e-9), dim=-1)
