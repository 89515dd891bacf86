"""Splits a message that holds several wishes. Knows no tool; a ranking says what each part is about."""

import re
from collections.abc import Callable

from assistant.language.router import NONE, Ranking

_MOST = 3  # wishes of one message
_SHORTEST = 3  # words of a wish
_LIKELY, _SECOND = 0.6, 0.1  # probability of each part's tool, and of the second tool for the message whole
_BETWEEN = re.compile(
    r"(?<=[.?!;])\s+|,?\s+(?:and|oh and|plus|then)\s+"
    r"(?=(?:also|then|can|could|please|what|how|which|show|tell|is|are|do|who|where|when|give|list|add|find)\b)"
    r"|,?\s+(?=also\b)",
    re.IGNORECASE,
)


def split_wishes(text: str, rank: Callable[[str], Ranking]) -> list[str]:
    """The parts of a message that each clearly ask for another tool; else the message whole."""
    parts = [part.strip(" ,;") for part in _BETWEEN.split(text) if part and part.strip(" ,;.?!")]
    if not 2 <= len(parts) <= _MOST or any(len(part.split()) < _SHORTEST for part in parts):
        return [text]
    rankings = [rank(part) for part in parts]
    tools = [ranking.best for ranking in rankings]
    if NONE in tools or len(set(tools)) < len(tools):
        return [text]
    if all(ranking.sure for ranking in rankings):
        return parts
    likely = all(ranking.scores[0][1] >= _LIKELY for ranking in rankings)
    return parts if likely and _wants_both(rank(text), tools) else [text]


def _wants_both(whole: Ranking, tools: list[str]) -> bool:
    """Whether the message as a whole is torn between the tools of its two parts."""
    first = whole.scores[: len(tools)]
    return {name for name, _ in first} == set(tools) and first[-1][1] >= _SECOND
