"""Asks which of two readings is meant where they are close, and understands the answer. Knows tools by description."""

import re
from collections.abc import Sequence
from typing import Final

from assistant.language.router import NONE
from assistant.toolbox import Tool

_MOST: Final = 0.6  # probability of the first reading; a likelier one is not asked about
_AS_LIKELY: Final = 0.8  # the second reading beside the first; both chosen on validation phrasings
_ORDINALS: Final = (
    re.compile(r"\W*(?:the |number |no\.? ?|option )?(?:1|1st|one|first|former)(?: one)?\b\W*(?:please)?\W*", re.I),
    re.compile(r"\W*(?:the |number |no\.? ?|option )?(?:2|2nd|two|second|latter)(?: one)?\b\W*(?:please)?\W*", re.I),
)
_CUT: Final = re.compile(r"[.:;(]|, (?:for example|with|and) ")


def between(scores: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """The two tools that a message may mean as likely as each other; none where one is plainly likelier.

    Args:
        scores: (tool or NONE, probability), best first.
    """
    if len(scores) < 2 or NONE in (scores[0][0], scores[1][0]):
        return ()
    (first, most), (second, next_to) = scores[:2]
    return (first, second) if most <= _MOST and next_to >= _AS_LIKELY * most else ()


def question(tools: Sequence[Tool]) -> str:
    """What the person is asked: each tool's own description, numbered."""
    readings = "; ".join(f"{place}) {_short(tool.description)}" for place, tool in enumerate(tools, 1))
    return f"I can read this in two ways: {readings}. Which one do you mean, 1 or 2?"


def chosen(answer: str) -> int | None:
    """The place of the reading that an answer names (0 or 1); None where it names none."""
    found = [place for place, words in enumerate(_ORDINALS) if words.fullmatch(answer)]
    return found[0] if found else None


def _short(description: str) -> str:
    said = _CUT.split(description, maxsplit=1)[0].strip()
    return said[:1].lower() + said[1:]
