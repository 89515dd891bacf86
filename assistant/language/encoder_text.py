"""What the encoder reads: the message, and what went before it, with codes and addresses blanked. Knows no model.

Which order or address is meant says nothing about the tool, so every code becomes one and the same number; the places
in the blanked text are kept, so that words found there can be copied from what was typed.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.messages import ToolCall
from retrieval.bert import Tokens, tokens_of

MAX_TOKENS = 96
LONGEST_MESSAGE = 600  # characters
_LONGEST_BEFORE, _LONGEST_VALUE = 160, 30
_BLANKED = re.compile(
    r"(?P<email>\S+@\S+\.\w+)|#?\b(?!(?:19|20)\d\d\b)(?=[\w-]*\d)[\w-]*\d{3}[\w-]*\b"  # three digits on end, no year
)


@dataclass(frozen=True)
class BlankedText:
    """A text without codes, and for each of its characters (and its end) the place in the text as typed."""

    text: str
    typed: str
    places: tuple[int, ...]

    def as_typed(self, start: int, end: int) -> str:
        """What was typed between two places of the blanked text."""
        return self.typed[self.places[start] : self.places[end]]

    def blanked_place(self, typed: tuple[int, int]) -> tuple[int, int]:
        """The smallest part of the blanked text that holds a part of the typed one."""
        start = bisect_right(self.places, typed[0]) - 1
        while start and self.places[start - 1] == self.places[start]:
            start -= 1
        return start, bisect_left(self.places, typed[1])


def blanked(typed: str) -> BlankedText:
    """The text as the encoder reads it."""
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for match in _BLANKED.finditer(typed):
        instead = "name@example.com" if match["email"] else "12345"
        pieces += [typed[last : match.start()], instead]
        places += [*range(last, match.start()), *([match.start()] * len(instead))]
        last = match.end()
    pieces.append(typed[last:])
    places += range(last, len(typed) + 1)
    return BlankedText("".join(pieces), typed, tuple(places))


def context_text(message: str, earlier_message: str = "", earlier: ToolCall | None = None) -> tuple[str, str]:
    """The pair of texts that the encoder reads: the message, and what went before it (empty at the start).

    Args:
        message: what is said now.
        earlier_message: the message before.
        earlier: the last call that was made in the conversation.
    """
    before = earlier_message[-_LONGEST_BEFORE:]
    if earlier is not None:
        before = f"{_described(earlier)}: {before}"
    return blanked(message[:LONGEST_MESSAGE]).text, blanked(before).text


def _described(call: ToolCall) -> str:
    given = [f"{name} {_short(value)}" for name, value in call.arguments.items()]
    return ", ".join((call.name, *given)).replace("_", " ")


def _short(value: Any) -> str:
    words = " and ".join(map(str, value)) if isinstance(value, list) else str(value)
    return words[:_LONGEST_VALUE]


def tokenize(tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> Tokens:
    """The pairs' tokens, by a tokenizer of `load_tokenizer`; messages of which none has a context are read alone."""
    if any(before for _, before in pairs):
        return tokens_of(tokenizer, list(pairs))
    return tokens_of(tokenizer, [message for message, _ in pairs])
