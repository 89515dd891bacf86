"""Names the tool and finds its arguments' words: the embedder, adapted for both. Knows texts and tool names only.

The encoder is all-MiniLM-L6-v2 with a low-rank adapter merged at load; a linear head per role gives each tool of that
role, and "none" for messages that call no tool, a probability (softmax with a temperature fitted on validation
phrasings; Guo et al., "On Calibration of Modern Neural Networks", 2017). Further heads read the arguments (`reading`).
A tool that was added after training is placed by the likeness of the message to the tool's own examples.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ModelUnavailable
from assistant.language.encoder_text import LONGEST_MESSAGE, MAX_TOKENS, blanked, context_text, tokenize
from assistant.language.reading import WISHES, ArgumentLabels, Reading
from assistant.messages import Role, ToolCall
from retrieval.bert import BertEncoder, Tokens, load_tokenizer

NONE = "none"
SHIPPED_ROUTER = Path(__file__).parent / "router"
ENCODER_NAME = "all-MiniLM-L6-v2"
_AS_LIKE = 0.45  # mean of the two cosines at which an added tool is as probable as not
_SHARPNESS = 30.0
_ONE_WISH = np.array([0.0, -np.inf, -np.inf])  # what a router says that was trained before it could tell


@dataclass(frozen=True)
class Ranking:
    """Tools (and NONE) with probabilities, best first."""

    scores: tuple[tuple[str, float], ...]
    sure: bool  # the first one stands; else the first ones are close

    @property
    def best(self) -> str:
        """The most probable tool, or NONE."""
        return self.scores[0][0]


@dataclass(frozen=True)
class Heads:
    """Everything on top of the encoder, as arrays; d is the width of its vectors.

    Attributes:
        roles: role -> class names, weights (classes, d) and bias (classes,) on the mean vector, and weights
            (classes, pools * d) on the attended ones.
        attention: (pools, d), what each pool looks for.
        labels: what the argument heads tell.
        arguments: "tags", "kept", "wishes" and "choice.NAME" -> (weights (n, d), bias (n,)); tags are read on each
            word's vector, the others on the first token's.
        sure: probability from which the first tool stands alone.
    """

    roles: Mapping[str, tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]]
    attention: np.ndarray
    labels: ArgumentLabels
    arguments: Mapping[str, tuple[np.ndarray, np.ndarray]]
    sure: float

    @classmethod
    def load(cls, folder: Path) -> "tuple[Heads, bool]":
        """The heads in a folder, and whether an adapter lies beside them.

        Raises:
            ModelUnavailable: the files are missing or unreadable.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            settings = json.loads((folder / "router.json").read_text())
            tensors = load_file(folder / "heads.safetensors")
            pairs = {
                name.removesuffix(".weight"): (tensors[name], tensors[name.removesuffix("weight") + "bias"])
                for name in tensors
                if name.endswith(".weight")
            }
            roles = {
                role: (tuple(names), *pairs.pop(role), tensors[f"{role}.attended"])
                for role, names in settings["classes"].items()
            }
            given = settings["arguments"]
            choices = {name: tuple(values) for name, values in given["choices"].items()}
            taught = {tool: tuple(names) for tool, names in given.get("taught", {}).items()}
            labels = ArgumentLabels(tuple(given["spans"]), choices, taught)
            heads = cls(roles, tensors["attention"], labels, pairs, float(settings["sure"]))
            return heads, bool(settings["settings"]["rank"])
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as broken:
            raise ModelUnavailable(
                f"Expected the router's files in {folder}, but they cannot be read ({broken!r}). "
                "Copy them again or run `retail-assistant finetune router`."
            ) from broken


class Router:
    """Ranks the tools of a role for a message in its context, and reads arguments. Safe to share between threads."""

    def __init__(
        self, encoder: Any, tokenizer: Any, heads: Heads, plain: Callable[[Sequence[str]], np.ndarray] | None = None
    ) -> None:
        """Takes a loaded encoder, its tokenizer and the heads.

        Args:
            encoder: adapted.
            tokenizer: of the encoder.
            heads: on top of it.
            plain: texts -> normalised vectors (n, d) of the embedder as it is; needed only for added tools, which
                without it are placed by the adapted encoder.
        """
        self._encoder = encoder
        self._tokenizer = tokenizer
        self._heads = heads
        self._lock = threading.Lock()
        self._last: tuple[list[tuple[str, str]], Tokens, np.ndarray] | None = None
        self._plain = plain or (lambda texts: self.encode([context_text(each) for each in texts]))
        self._added: dict[tuple[str, ...], np.ndarray] = {}

    @classmethod
    def load(
        cls,
        encoder_folder: Path,
        folder: Path = SHIPPED_ROUTER,
        plain: Callable[[Sequence[str]], np.ndarray] | None = None,
    ) -> "Router":
        """The shipped router on the packaged embedder; `plain` as in the constructor.

        Raises:
            ModelUnavailable: the router's files are missing or unreadable.
        """
        from assistant.language.weights import merge

        heads, adapted = Heads.load(folder)
        encoder = BertEncoder.load(encoder_folder)
        if adapted:
            merge(encoder, folder, ENCODER_NAME)
        return cls(encoder, load_tokenizer(encoder_folder, MAX_TOKENS), heads, plain)

    def rank(
        self,
        message: str,
        role: Role,
        permitted: Sequence[str],
        earlier: tuple[str, ToolCall | None] = ("", None),
        examples: Mapping[str, Sequence[str]] | None = None,
    ) -> Ranking:
        """The permitted tools and NONE, most probable first.

        Args:
            message: what was said.
            role: who says it.
            permitted: the tools that may be called.
            earlier: the message before, and the last call of the conversation.
            examples: phrasings of tools that were added after training, by name.
        """
        inputs, hidden = self._hidden([context_text(message, *earlier)])
        names, weight, bias, attended = self._heads.roles[role]
        logits = weight @ self._mean(inputs, hidden)[0] + bias + attended @ self._attended(hidden[0])
        allowed = np.array([name == NONE or name in permitted for name in names])
        logits = np.where(allowed, logits, -np.inf)
        chances = np.exp(logits - logits.max())
        chances /= chances.sum()
        scored = dict(zip(names, chances.tolist(), strict=True))
        for name, chance in self._added_chances(message, [n for n in permitted if n not in names], examples or {}):
            scored = {other: value * (1 - chance) for other, value in scored.items()} | {name: chance}
        ordered = sorted(((name, value) for name, value in scored.items() if value > 0), key=lambda pair: -pair[1])
        return Ranking(tuple(ordered), ordered[0][1] >= self._heads.sure)

    def read(self, message: str, earlier: tuple[str, ToolCall | None] = ("", None)) -> Reading:
        """What the message says for the arguments of any tool.

        Args:
            message: what was said.
            earlier: the message before, and the last call of the conversation.
        """
        text = blanked(message[:LONGEST_MESSAGE])
        inputs, hidden = self._hidden([context_text(message, *earlier)])
        first, words = first_tokens(inputs, 0)
        outputs = {
            name: hidden[0, first if name == "tags" else 0] @ weight.T + bias
            for name, (weight, bias) in self._heads.arguments.items()
        }
        tags, kept = outputs.pop("tags"), outputs.pop("kept")
        wishes = outputs.pop("wishes", _ONE_WISH)
        wishes = np.exp(wishes - np.logaddexp.reduce(wishes))
        choices = {name.removeprefix("choice."): each for name, each in outputs.items()}
        several = dict(zip(WISHES, wishes.tolist(), strict=True))
        return Reading(self._heads.labels, text, words, tags, choices, 1 / (1 + np.exp(-kept)), several)

    def _added_chances(
        self, message: str, added: Sequence[str], examples: Mapping[str, Sequence[str]]
    ) -> list[tuple[str, float]]:
        """How probable each added tool is: from the cosines of the message to its nearest example and to their mean.

        The embedder is used as it is: fine-tuning has drawn together what the assistant's own tools have in common.
        """
        known = [name for name in added if examples.get(name)]
        if not known:
            return []
        vector = self._plain([message])[0]
        chances = []
        for name in known:
            key = (name, *examples[name])
            if key not in self._added:
                self._added[key] = np.asarray(self._plain(list(examples[name])))
            likeness = self._added[key] @ vector
            centre = self._added[key].mean(0)
            mean = float(centre @ vector / np.linalg.norm(centre))
            chances.append(
                (name, float(1 / (1 + np.exp(-_SHARPNESS * ((float(likeness.max()) + mean) / 2 - _AS_LIKE)))))
            )
        return chances

    def encode(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """Vectors of (message, before) pairs, (n, d) float32, normalised."""
        return self._mean(*self._hidden(pairs))

    def _mean(self, inputs: Tokens, hidden: np.ndarray) -> np.ndarray:
        """Normalised means over real tokens, (n, d)."""
        weights = inputs.tensors["attention_mask"].numpy()[:, :, None].astype(np.float32)
        means = (hidden * weights).sum(1) / weights.sum(1)
        vectors: np.ndarray = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors

    def _attended(self, hidden: np.ndarray) -> np.ndarray:
        """Attention-weighted means of one message's vectors (tokens, d), one behind the other: (pools * d,)."""
        scores = self._heads.attention @ hidden.T
        weights = np.exp(scores - scores.max(1, keepdims=True))
        pooled: np.ndarray = (weights / weights.sum(1, keepdims=True)) @ hidden
        return pooled.ravel()

    def _hidden(self, pairs: Sequence[tuple[str, str]]) -> tuple[Tokens, np.ndarray]:
        """The tokens, and their vectors (n, tokens, d); those of the last pairs are kept: ranked first, read then."""
        import torch

        with self._lock, torch.inference_mode():
            if self._last is None or self._last[0] != pairs:
                inputs = tokenize(self._tokenizer, pairs)
                self._last = list(pairs), inputs, self._encoder(**inputs.tensors).last_hidden_state.float().numpy()
            return self._last[1:]


def first_tokens(inputs: Tokens, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each word of a row's message: the place of its first token (n,), and where it begins and ends (n, 2)."""
    read = inputs.encodings[row]
    places: dict[int, int] = {}
    for place, (part, word) in enumerate(zip(read.sequence_ids, read.word_ids, strict=True)):
        if part == 0:
            places.setdefault(word, place)
    ends = [read.word_to_chars(word, 0) for word in places]
    return np.array(list(places.values()), dtype=int), np.array(ends, dtype=int).reshape(-1, 2)
