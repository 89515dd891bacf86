"""Splits a message that holds wishes for several tools: a reading says whether there are, a ranking where they part."""

import re
from collections.abc import Callable, Sequence

from assistant.language.router import NONE, Ranking

_MOST = 3  # wishes of one message
_MOST_PAUSES = 8
_APART = 0.6  # probability from which a message is taken to hold wishes for two tools
_LIKELY = 0.3  # product of the probabilities of both parts' tools
_PAUSE = re.compile(
    r"(?<=[.?!;:,])(?<!\bno\.)(?<!\bnr\.)\s+|\n+|\s+[-–—]+\s+|,?\s+(?:and|n|nd|an|&|plus|then|also|but|while|whats)\s+",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:(?:and|n|nd|&|plus|then|also|oh|so|but|ok|okay)\b[\s,]*)+", re.IGNORECASE)
_SAYS = re.compile(r"\w")


def split_wishes(
    text: str, rank: Callable[[str], Ranking], apart: Callable[[str], float], names: Sequence[str] = ()
) -> list[str]:
    """The parts of a message that each ask for another tool; else the message whole.

    Args:
        text: the message.
        rank: the tools that a text may mean.
        apart: the probability that a text asks for things of two tools.
        names: of the shop's things that stand in the message; none is cut in two ("Kettle & Co").
    """

    def parted(part: str) -> tuple[str, str] | None:
        return _halves(part, rank, names) if apart(part) >= _APART else None

    parts = [text]
    while len(parts) < _MOST:
        cut = next(((place, halves) for place, part in enumerate(parts) if (halves := parted(part))), None)
        if cut is None:
            break
        parts[cut[0] : cut[0] + 1] = cut[1]
    return parts


def _halves(text: str, rank: Callable[[str], Ranking], names: Sequence[str]) -> tuple[str, str] | None:
    """The two parts that most clearly ask for different tools; None where no pause of the text parts such two."""
    named = [match.span() for name in names for match in re.finditer(re.escape(name), text)]
    pauses = [
        pause
        for pause in _PAUSE.finditer(text)
        if not any(start < pause.start() and pause.end() < end for start, end in named)
    ]
    best, found = _LIKELY, None
    for pause in pauses if len(pauses) <= _MOST_PAUSES else ():
        first, rest = text[: pause.start()].strip(" ,;:\n"), _LEADING.sub("", text[pause.end() :].strip(" ,;:\n"))
        if not _SAYS.search(first) or not _SAYS.search(rest):
            continue
        (one, likely), (other, as_likely) = rank(first).scores[0], rank(rest).scores[0]
        if NONE not in (one, other) and one != other and likely * as_likely > best:
            best, found = likely * as_likely, (first, rest)
    return found
