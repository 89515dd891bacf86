"""Checks that every figure, date and product of an answer comes from a tool result. Knows no tool and no model.

A figure is supported when the results (or the question) hold the same value, or one that rounds to it as it is written;
a product when a result shows it; a capitalised name when a result or the question says it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assistant.messages import Cell, ToolResult

_NUMBER = re.compile(r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w])")
_GLUED = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?:k|m|bn)\b", re.IGNORECASE)  # "250k": a figure in another writing
_WORDED = re.compile(
    r"\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|seventy"
    r"|eighty|ninety|hundred"
    r"|thousand|million|dozen|half|twice|double|triple)\b",
    re.IGNORECASE,
)
_ROUGH = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|over|under|some|approximately|just)\s+[£$€]?$", re.IGNORECASE
)
_NAME = re.compile(r"(?<![.!?:]\s)(?<!^)\b[A-Z][\w'’&-]+(?:\s+(?:[A-Z][\w'’&-]+|of|and|the|&))*")
# "C10333", "P-1008": a figure within a word is a name of something, and must stand in a result as it is.
_CODE = re.compile(
    r"(?<![\w£$€.-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])(?!\d+(?:st|nd|rd|th|k|m|bn)\b)[\w-]*\w", re.IGNORECASE
)
_PAIR = re.compile(r"[\w'’.%-]+ \([^()]*\)")
_SMALL = 2  # whole numbers up to this may be plain words of a sentence ("the two of them")
# Words that a sentence may capitalise without naming anything of the shop.
_COMMON = frozenset(
    "I I'm I've I'll I'd OK Yes No Mr Mrs Ms Dr Thanks Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
)


@dataclass(frozen=True)
class Verdict:
    """Whether a text is supported, and what in it is not."""

    grounded: bool
    unsupported: tuple[str, ...] = ()


class Evidence:
    """What the results of one turn support."""

    def __init__(
        self, results: Sequence[ToolResult], question: str, titles_in: Callable[[str], list[tuple[str, str]]]
    ) -> None:
        """Collects the evidence.

        Args:
            results: of the turn's calls.
            question: the message; its names may be repeated, its figures may not: the person may be wrong.
            titles_in: finds the shop's product titles in a text, as (product id, words).
        """
        self._texts = [text for result in results for text in _texts(result)]
        self._folded = " ".join((question, *self._texts)).casefold()
        self._values = sorted({value for text in self._texts for value in figures(text)} | set(_values(results)))
        self._products = {card.product_id for result in results for card in result.products}
        self._titles_in = titles_in

    def check(self, text: str) -> Verdict:
        """Judges a text, or a sentence of one."""
        wrong = [
            *self._wrong_figures(text), *self._wrong_codes(text), *self._wrong_products(text),
            *self._wrong_names(text), *self._wrong_pairs(text),
        ]  # fmt: skip
        return Verdict(not wrong, tuple(dict.fromkeys(wrong)))

    def _wrong_figures(self, text: str) -> Iterable[str]:
        for written_otherwise in (_GLUED, _WORDED):
            yield from (m.group() for m in written_otherwise.finditer(text) if not self._says(m.group()))
        for match in _NUMBER.finditer(text):
            written = match.group().replace(",", "")
            value = float(written)
            decimals = len(written.partition(".")[2])
            rough = bool(_ROUGH.search(text[: match.start()]))
            if value.is_integer() and 0 <= value <= _SMALL and decimals == 0 and not _measured(text, match):
                continue
            if not any(_same(value, decimals, known, rough) for known in self._values):
                yield match.group()

    def _wrong_codes(self, text: str) -> Iterable[str]:
        for match in _CODE.finditer(text):
            code = re.escape(match.group().casefold())
            if not re.search(rf"(?<![\w-]){code}(?![\w-])", self._folded):
                yield match.group()

    def _says(self, words: str) -> bool:
        """Whether a result says these words themselves."""
        return any(re.search(rf"\b{re.escape(words)}\b", known, re.IGNORECASE) for known in self._texts)

    def _wrong_products(self, text: str) -> Iterable[str]:
        for product_id, words in self._titles_in(text):
            if product_id not in self._products and words not in _plain(self._folded):
                yield words

    def _wrong_pairs(self, text: str) -> Iterable[str]:
        """A word with something in brackets behind it, "Mug (12)": both must stand together in a result, too."""
        for match in _PAIR.finditer(text):
            if not any(match.group().casefold() in known.casefold() for known in self._texts):
                yield match.group()

    def _wrong_names(self, text: str) -> Iterable[str]:
        for match in _NAME.finditer(text):
            name = re.sub(r"(?:\s+(?:of|and|the|&))+$", "", match.group())
            if name in _COMMON or name.casefold() in self._folded:
                continue
            if not all(part in _COMMON or part.casefold() in self._folded for part in name.split()):
                yield name


def _measured(text: str, match: re.Match[str]) -> bool:
    """Whether a figure is money, a share or a multiple, "£2", "2 %", "2k": never just a word of the sentence."""
    return bool(
        re.search(r"[£$€]$", text[: match.start()]) or re.match(r"\s?(?:%|per ?cent|k\b|m\b)", text[match.end() :])
    )


def _same(written: float, decimals: int, known: float, rough: bool) -> bool:
    """Whether a written figure is this known one, rounded as written; "about" allows 5 %."""
    if round(abs(known), decimals) == round(abs(written), decimals):
        return True
    return rough and abs(abs(known) - abs(written)) <= 0.05 * abs(known)


def figures(text: str) -> list[float]:
    """Every figure of a text."""
    return [float(match.group().replace(",", "")) for match in _NUMBER.finditer(text)]


def _values(results: Sequence[ToolResult]) -> Iterable[float]:
    for result in results:
        yield from _figures_of(fact.value for fact in result.facts)
        yield from (card.price for card in result.products if card.price is not None)
        if result.table:
            yield from _figures_of(cell for row in result.table.rows for cell in row)


def _figures_of(cells: Iterable[Cell]) -> Iterable[float]:
    return (float(cell) for cell in cells if isinstance(cell, (int, float)) and not isinstance(cell, bool))


def _texts(result: ToolResult) -> Iterable[str]:
    yield result.headline
    yield from result.notes
    yield from result.reasons
    yield from (text for fact in result.facts for text in (fact.name, fact.text))
    yield from (text for quote in result.quotes for text in quote)
    for card in result.products:
        yield from (text for text in (card.title, card.category, card.reason, card.description) if text)
    if result.table:
        yield from result.table.columns
        yield from (str(cell) for row in result.table.rows for cell in row if isinstance(cell, str))
    yield from (text for text in (result.method, result.score) if text)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text))
