"""Finds in a message what code can be sure of: numbers, times, order numbers, e-mail addresses, postcodes.

The language model chooses among these; it cannot write one that nobody said. Knows no shop and no tool.
"""

import re
from collections.abc import Callable
from typing import Final

from assistant import calendar_words, holidays_of_year

_LONGEST = 9  # words in a time expression
_LEADING = frozenset("in on over for during at of the within and a an".split())
_PREPOSITIONS = frozenset(
    "in since for during last until till by of this next over on before after from at through coming".split()
)
_BEFORE_A_DAY = frozenset("on until till til by since from before after for".split())
_A_DAY = re.compile(r"\d{1,2}(?:st|nd|rd|th)|\d{1,2}/\d{1,2}")
_YEAR = re.compile(r"(?:19|20)\d\d\b")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_POSTCODE = re.compile(r"(?<![\w-])(?:[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}|\d{5}(?:-\d{4})?)(?![\w-])")
_ORDER = re.compile(r"#?\b(?=[A-Za-z0-9-]*\d)[A-Za-z]{0,3}-?\d[\w-]*\b")
_BRITISH_POSTCODE = re.compile(r"\b[A-Za-z]{1,2}\d[A-Za-z\d]? \d[A-Za-z]{2}\b")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?<![\w.,])[£$€]?[x×]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+|,\d{2}(?!\d))?(k|m|\s?(?:hundred|thousand|grand|million|dozen))?(?:[x×]|quid|p)?(?![\w])",
    re.IGNORECASE,
)
_SCALES: Final = {"hundred": 100, "dozen": 12, "thousand": 1_000, "grand": 1_000, "million": 1_000_000}
_TIMES: Final = _SCALES | {"k": 1_000, "m": 1_000_000}
_WORDS: Final = {
    name: i
    for i, name in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        1,
    )
} | {
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "couple": 2, "pair": 2, "tenner": 10, "fiver": 5, "single": 1, "another": 1, "once": 1, "twice": 2,
    "a": 1, "pound": 1,
}  # fmt: skip
_ONE = rf"(?:{'|'.join(sorted(set(_WORDS) - {'a', 'pound'}, key=len, reverse=True))})"
_TENS = "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
_PART = rf"(?:{_TENS}[- ](?:one|two|three|four|five|six|seven|eight|nine)|{_ONE})"  # below a hundred
_SCALE = rf"(?:{'|'.join(_SCALES)})"
_WORDED = re.compile(
    rf"\b(?:half (?:a )?{_SCALE}|{_PART}(?: and a half)?(?:(?:[- ]{_SCALE})+(?:[- ](?:and )?{_PART})?)*"
    rf"|a {_SCALE}(?: and {_PART})?|{_SCALE}|a pound)\b"
)


_SIGN: Final = re.compile(r"[£$€]\s*$")
_CURRENCY: Final = re.compile(
    r"\s*(?:k\b)?\s*(?:£|€|\$|pounds?\b|quid\b|euros?\b|dollars?\b|bucks?\b|gbp\b|eur\b|usd\b|grand\b)", re.IGNORECASE
)


def emails(text: str) -> tuple[str, ...]:
    """E-mail addresses, as typed."""
    return _unique(_EMAIL.findall(text))


def postcodes(text: str) -> tuple[str, ...]:
    """British postcodes and five-digit ones, as typed."""
    return _unique(_POSTCODE.findall(_EMAIL.sub(" ", text)))


def order_numbers(text: str) -> tuple[str, ...]:
    """Words that may be order numbers: with a digit, at least three characters; as typed."""
    found = [match.group() for match in _ORDER.finditer(_BRITISH_POSTCODE.sub(" ", _EMAIL.sub(" ", text)))]
    return _unique([each.rstrip("-") for each in found if len(each.strip("#")) >= 3 and not _ORDINAL.fullmatch(each)])


def numbers(text: str, leave_out: tuple[str, ...] = ()) -> tuple[int | float, ...]:
    """Figures and number words, in order; those inside `leave_out` (times, order numbers) are passed over."""
    for span in leave_out:
        text = re.sub(rf"(?<!\w){re.escape(span)}(?!\w)", " ", text)
    return tuple(dict.fromkeys(value for _, _, value in number_places(text)))


def money(text: str) -> tuple[int | float, ...]:
    """The numbers that are amounts of money: beside a currency's sign or name."""
    found = []
    for start, end, value in number_places(text):
        if _SIGN.search(text[:start]) or text[start : start + 1] in "£$€" or _CURRENCY.match(text, end):
            found.append(value)
    return tuple(found)


def number_places(text: str) -> list[tuple[int, int, int | float]]:
    """Figures and number words with where they begin and end, in order."""
    text = _EMAIL.sub(lambda address: " " * len(address[0]), text)
    found = [(match.start(), match.end(), _figure(match)) for match in _NUMBER.finditer(text)]
    found += _number_words(_NUMBER.sub(lambda figure: " " * len(figure[0]), text).lower())
    return [(start, end, int(value) if value.is_integer() else value) for start, end, value in sorted(found)]


def _figure(match: re.Match[str]) -> float:
    whole, rest = match[1], match[2] or ""
    if re.fullmatch(r",\d{2}", rest):  # 14,99 as on the Continent
        rest = "." + rest[1:]
    return float(whole.replace(",", "") + rest) * _TIMES.get((match[3] or "").strip().lower(), 1)


def _number_words(text: str) -> list[tuple[int, int, float]]:
    """Numbers in words with their places: "fifteen hundred", "two and a half grand", "half a dozen"."""
    found = []
    for match in _WORDED.finditer(text):
        total, part = 0.0, 0.0
        words = re.findall(r"[a-z]+", match.group())
        for word in words[1:] if words[0] == "a" else words:
            if word == "a":
                continue
            if word == "half":
                part += 0.5
            elif word in _SCALES:
                part = (part or 1) * _SCALES[word]
                if _SCALES[word] >= 1_000:
                    total, part = total + part, 0.0
            elif word in _WORDS:
                part += _WORDS[word]
        found.append((match.start(), match.end(), total + part))
    return found


def times(text: str, reads: Callable[[str], object]) -> tuple[str, ...]:
    """The longest spans that `reads` understands as a time, as typed, first one first.

    Args:
        text: the message.
        reads: returns something for a time expression and None otherwise (`Clock.period`).
    """
    words = list(re.finditer(r"\S+", text))
    found: list[str] = []
    start = 0
    while start < len(words):
        length = _time_at(text, words, start, reads)
        if length:
            found.append(_span(text, words, start, length))
        start += max(1, length)
    return _unique(found)


def _time_at(text: str, words: list[re.Match[str]], start: int, reads: Callable[[str], object]) -> int:
    first = words[start].group().lower().strip("\"'(,.?!")
    if first in _LEADING:
        return 0
    before = words[start - 1].group().lower().strip("\"'(") if start else ""
    if before == "the" and start > 1 and _A_DAY.fullmatch(first):
        before = words[start - 2].group().lower().strip("\"'(")
    for length in range(min(_LONGEST, len(words) - start), 0, -1):
        span = _span(text, words, start, length)
        inner = words[start : start + length - 1]
        if length > 4 and any(word.group().endswith((",", ";")) for word in inner):
            continue
        if not _plain_time(span, before) or reads(span) is None:
            continue
        after = words[start + length].group() if start + length < len(words) else ""
        if span.lower().endswith(" after") and after and words[start + length - 1].group()[-1] == "r":
            continue  # "month after month", "the day after tomorrow"
        # A month whose year makes it no time here ("february 2011" where times ahead are wanted) is none without it.
        return 0 if _YEAR.match(after) and re.search(rf"\b(?:{calendar_words.MONTH})$", span.lower()) else length
    return 0


def _plain_time(span: str, before: str) -> bool:
    """Whether these words mean a time here: "may" and "summer" only after a word such as "in" or "last"."""
    said = calendar_words.normalise(span)
    if said in calendar_words.WHOLE_HISTORY:
        return "history" in said or said == "all time"
    raw = span.lower()
    if re.fullmatch(r"(?:month|week|quarter|half|year)", said):  # "by week" is no length of time
        return False
    if _A_DAY.fullmatch(raw):  # "the 2nd one", "open 24/7"
        return before in _BEFORE_A_DAY
    if raw == "lm" and before[-1:].isdigit():  # lumens
        return False
    if re.fullmatch(r"\d{1,3}|\d{1,2} \d{1,2}", said):
        return False
    if re.fullmatch(r"\d{4}", said):
        return 1990 <= int(said) <= 2100 and not re.fullmatch(calendar_words.MONTH, before)
    if re.search(r"\b(?:sat|sun|wed|mon)$", raw) and not re.search(
        r"^\S+ (?:to|until|through|and) |\blast |\bnext ", raw
    ):
        return before in _PREPOSITIONS
    needs_preposition = said in (
        "may",
        "march",
        "mar",
        "fall",
        "spring",
        "summer",
        "autumn",
        "winter",
        "h1",
        "weekend",
    )
    needs_preposition |= holidays_of_year.is_holiday(said) and not said.endswith("day")
    return not needs_preposition or before in _PREPOSITIONS or before == "the"


def _span(text: str, words: list[re.Match[str]], start: int, length: int) -> str:
    return text[words[start].start() : words[start + length - 1].end()].strip("\"'(),.;:?! ")


def _unique(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
