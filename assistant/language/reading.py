"""What the encoder found in a message for the arguments of a tool. Knows arguments by name, no tool's work and no shop.

Words are tagged with the argument that they are the value of (begin, inside, outside; Ramshaw and Marcus, 1995), as in
joint intent and slot models (Chen et al., "BERT for Joint Intent Classification and Slot Filling", 2019); arguments
with a list of choices have a classifier each, and another tells which arguments of the call before still hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from assistant.language.encoder_text import BlankedText

UNSAID = ""  # the class of a choice that nobody made
ONE, ALIKE, APART = WISHES = ("one", "alike", "apart")  # a wish; several for one tool; for two tools


@dataclass(frozen=True)
class ArgumentLabels:
    """The labels of the heads.

    Attributes:
        spans: arguments whose values are words of the message; labels are outside, then begin and inside for each.
        choices: argument -> its values, UNSAID first.
        taught: tool -> its arguments when the heads were trained; one that it got since is not for them to read.
    """

    spans: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    taught: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, schemas: Mapping[str, Mapping[str, Any]]) -> "ArgumentLabels":
        """The labels for tools given by their JSON schemas of parameters."""
        spans: set[str] = set()
        choices: dict[str, dict[str, None]] = {}
        for schema in schemas.values():
            for name, each in schema["properties"].items():
                values = values_of(each)
                if values is None:
                    spans.add(name)
                else:
                    choices.setdefault(name, {UNSAID: None}).update(dict.fromkeys(values))
        listed = {name: tuple(values) for name, values in sorted(choices.items())}
        return cls(tuple(sorted(spans)), listed, {name: tuple(each["properties"]) for name, each in schemas.items()})

    @property
    def tags(self) -> int:
        """How many tags a word may have."""
        return 1 + 2 * len(self.spans)

    @property
    def tag_names(self) -> tuple[tuple[str, str], ...]:
        """What each tag stands for: (argument, "begin" or "inside"); the first one is outside of all."""
        return (("", "outside"), *((name, part) for name in self.spans for part in ("begin", "inside")))

    def begin(self, argument: str) -> int:
        """The tag of the first word of a value; the next one is that of its further words."""
        return 1 + 2 * self.spans.index(argument)


def values_of(schema: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The values of an argument with a list of choices; None where it takes words or numbers of the message."""
    if "enum" in schema:
        return tuple(schema["enum"])
    return ("true",) if schema["type"] == "boolean" else None


@dataclass(frozen=True)
class Found:
    """A value for an argument, as typed, with its probability."""

    text: str
    chance: float


@dataclass(frozen=True)
class Reading:
    """The heads' outputs for one message, before any tool is chosen.

    Attributes:
        message: as the encoder read it.
        words: where each word begins and ends in the blanked message, (n, 2).
        tags: log-probabilities of each word's tags before masking, (n, labels.tags).
        choices: argument -> logits of its values.
        kept: probability for each of labels.spans that its value in the call before holds on.
        wishes: how probable each of WISHES is.
    """

    labels: ArgumentLabels
    message: BlankedText
    words: np.ndarray
    tags: np.ndarray
    choices: Mapping[str, np.ndarray]
    kept: np.ndarray
    wishes: Mapping[str, float] = field(default_factory=lambda: {ONE: 1.0})
    _best: dict[tuple[str, ...], dict[str, list[Found]]] = field(default_factory=dict, compare=False)

    def knows(self, tool: str, schema: Mapping[str, Any]) -> bool:
        """Whether every argument that a tool needs was taught: not so for tools added after training.

        An optional argument that was added since is none of the heads' business: code reads it, or a large model.
        """
        required = schema.get("required", schema["properties"])
        return all(self.reads(tool, name, schema["properties"][name]) for name in required)

    def reads(self, tool: str, name: str, schema: Mapping[str, Any]) -> bool:
        """Whether an argument of a tool is among the labels, and was there to be learnt."""
        labelled = name in (self.labels.spans if values_of(schema) is None else self.labels.choices)
        return labelled and name in self.labels.taught.get(tool, (name,))

    def values(self, schema: Mapping[str, Any]) -> dict[str, list[Found]]:
        """The words found for each argument of a tool that takes words of the message, in order."""
        wanted = tuple(name for name in schema["properties"] if name in self.labels.spans)
        if wanted not in self._best:
            self._best[wanted] = self._spans(wanted)
        return self._best[wanted]

    def choice(self, argument: str, allowed: Sequence[str]) -> str:
        """The most probable choice among those that the tool takes; UNSAID is always one of them."""
        listed = self.labels.choices[argument]
        open_ = [value == UNSAID or value in allowed for value in listed]
        return listed[int(np.where(open_, self.choices[argument], -np.inf).argmax())]

    def holds(self, argument: str) -> float:
        """The probability that an argument of the call before still holds."""
        return float(self.kept[self.labels.spans.index(argument)]) if argument in self.labels.spans else 0.0

    def _spans(self, wanted: Sequence[str]) -> dict[str, list[Found]]:
        allowed = [0] + [tag for name in wanted for tag in (self.labels.begin(name), self.labels.begin(name) + 1)]
        logits = self.tags[:, allowed]
        log_chances = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True) if len(logits) else logits
        path = best_path(log_chances)
        found: dict[str, list[Found]] = {}
        place = 0
        while place < len(path):
            tag = path[place]
            last = place
            while tag % 2 == 1 and last + 1 < len(path) and self._goes_on(tag, path[last + 1], last):
                last += 1
            if tag % 2 == 1:
                text = self.message.as_typed(int(self.words[place, 0]), int(self.words[last, 1]))
                chance = float(np.exp(np.mean([log_chances[i, path[i]] for i in range(place, last + 1)])))
                found.setdefault(wanted[tag // 2], []).append(Found(text, chance))
            place = last + 1
        return found

    def _goes_on(self, tag: int, following: int, word: int) -> bool:
        """Whether a value that began with a tag goes on behind a word: inside, or begun anew with but a space between.

        Two values side by side are told apart by a comma or a word; "the Netherlands" is one.
        """
        if following == tag + 1:
            return True
        between = self.message.text[int(self.words[word, 1]) : int(self.words[word + 1, 0])]
        return following == tag and between.isspace()


def best_path(log_chances: np.ndarray) -> list[int]:
    """The most probable tags in which an inside follows its begin or itself (Viterbi, 1967).

    Args:
        log_chances: (words, tags) log-probabilities; tag 0 is outside, odd tags begin, the even one after is inside.
    """
    count, tags = log_chances.shape
    if not count:
        return []
    allowed = np.ones((tags, tags), dtype=bool)  # from, to
    for inside in range(2, tags, 2):
        allowed[:, inside] = False
        allowed[[inside - 1, inside], inside] = True
    barred = np.where(allowed, 0.0, -np.inf)
    score = log_chances[0].copy()
    score[2::2] = -np.inf
    back = np.zeros((count, tags), dtype=int)
    for word in range(1, count):
        ways = score[:, None] + barred
        back[word] = ways.argmax(0)
        score = ways.max(0) + log_chances[word]
    path = [int(score.argmax())]
    for word in range(count - 1, 0, -1):
        path.append(int(back[word, path[-1]]))
    return path[::-1]
