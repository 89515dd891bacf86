"""Counts the figures and products of an answer that no result supports. Knows nothing of how answers are checked.

An answer is checked by `assistant.grounding` before it is shown; this is a second opinion by another way, so that a
hole in the first is seen: it looks at the results as JSON, not at the first check's own reading of them.
"""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from assistant.messages import ToolResult

_FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
_TOKEN = re.compile(r"[\w£$€.,/'’-]*\d[\w%.,/'’-]*")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_SHORT = {"k": 1e3, "m": 1e6, "bn": 1e9}
_WORDS = dict(
    zip("three four five six seven eight nine ten eleven twelve".split(), range(3, 13), strict=True)
) | {"dozen": 12, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000}  # fmt: skip
_LONGEST_TITLE, _SHORTEST_TITLE = 12, 2  # words
_PLAIN = 2  # whole numbers up to this may be plain words ("the two of them", "1 of")


@dataclass(frozen=True)
class Titles:
    """The shop's product titles, to be found in a text."""

    known: Collection[str]
    longest: int = field(default=_LONGEST_TITLE)

    @classmethod
    def of(cls, titles: Sequence[str]) -> "Titles":
        """Titles of several words; a single word ("lantern") names a product no more than it names the thing."""
        return cls(frozenset(plain for plain in map(_plain, titles) if len(plain.split()) >= _SHORTEST_TITLE))

    def within(self, text: str) -> list[str]:
        """The titles in a text, longest first; one within another is not told."""
        words = _plain(text).split()
        found: list[str] = []
        taken: set[int] = set()
        for size in range(min(self.longest, len(words)), _SHORTEST_TITLE - 1, -1):
            for place in range(len(words) - size + 1):
                span = set(range(place, place + size))
                run = " ".join(words[place : place + size])
                if run in self.known and not span & taken:
                    taken |= span
                    found.append(run)
        return found


def unsupported(answer: str, results: Sequence[ToolResult], question: str, titles: Titles) -> tuple[str, ...]:
    """The figures and products of an answer that stand in no result.

    Args:
        answer: what was shown.
        results: of the turn's calls; none: no figure and no product is supported.
        question: its product names may be repeated; its figures may not, unless the results hold them.
        titles: the shop's products.
    """
    held = json.dumps([result.as_json() for result in results], ensure_ascii=False, default=str)
    values = {float(text.replace(",", "")) for text in _FIGURE.findall(held)}
    tokens = set(_tokens(held.casefold()))
    wrong = [token for token in _tokens(answer) if token.casefold() not in tokens and not _known(token, values)]
    wrong += [word for word, value in _worded(answer) if word not in _plain(held).split() and value not in values]
    said = f"{_plain(held)} {_plain(question)}"
    wrong += [title for title in titles.within(answer) if title not in said]
    return tuple(dict.fromkeys(wrong))


def figures(text: str) -> list[float]:
    """Every figure of a text, in order."""
    return [float(found.replace(",", "")) for found in _FIGURE.findall(text)]


def _tokens(text: str) -> list[str]:
    return [found.strip(".,/'’-") for found in _TOKEN.findall(text)]


def _known(token: str, values: set[float]) -> bool:
    """Whether every figure of a token is a known value, or one that rounds to it as it is written."""
    ordinal = _ORDINAL.fullmatch(token)
    if ordinal:
        return float(ordinal[1]) in values
    money = re.search(r"[£$€%]", token) is not None
    short = re.fullmatch(r"[£$€]?(-?\d[\d,]*(?:\.\d+)?)(k|m|bn)", token.lower())
    if short:
        decimals = len(short[1].partition(".")[2])
        scale = _SHORT[short[2]]
        return any(round(value / scale, decimals) == float(short[1].replace(",", "")) for value in values)
    if re.search(r"[a-z]", token, re.IGNORECASE):
        return False  # a code is that code or none
    bare = re.fullmatch(r"[£$€]?-?\d[\d,]*(?:\.\d+)?%?", token) is not None
    return all(_rounds(found.replace(",", ""), values, plain=bare and not money) for found in _FIGURE.findall(token))


def _rounds(written: str, values: set[float], *, plain: bool) -> bool:
    value, decimals = float(written), len(written.partition(".")[2])
    if plain and decimals == 0 and 0 <= value <= _PLAIN:
        return True
    return any(round(abs(known), decimals) == abs(value) for known in values)


def _worded(text: str) -> list[tuple[str, float]]:
    words = re.findall(r"[a-z]+", text.lower())
    return [(word, float(_WORDS[word])) for word in words if word in _WORDS]


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
