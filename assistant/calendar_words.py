"""The words for days, months, seasons and holidays, and the arithmetic of calendar units. Knows no today."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeVar

from assistant.holidays_of_year import holiday
from assistant.wording import span

P = TypeVar("P")

MONTH_NAMES: Final = "january february march april may june july august september october november december".split()
_MONTHS: Final = {name: i for i, name in enumerate(MONTH_NAMES, 1)} | {
    short: i
    for i, shorts in enumerate(
        ("jan", "feb febuary feburary", "mar", "apr", "", "jun", "jul", "aug agust", "sep sept", "oct", "nov", "dec"), 1
    )
    for short in shorts.split()
}
MONTH: Final = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY_NAMES: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final = "|".join(_WEEKDAY_NAMES)
_WEEK_TO: Final = ("week ending", "week to", "we ")
_WEEK_OF: Final = "(?:week of|week commencing|week beginning|wc|week ending|week to|we)"
UNITS: Final = "days?|weeks?|fortnights?|months?|quarters?|years?"
WHOLE_HISTORY: Final = {
    "all time", "whole history", "entire history", "full history", "the whole history", "the entire history",
    "history", "ever", "in total", "total", "overall", "so far", "to date", "whole period", "all of history",
    "since the beginning", "since beginning", "since the start", "since we opened", "over all time", "lifetime",
    "all history", "the whole period", "altogether", "all the data", "the whole data set", "since day 1",
}  # fmt: skip
YEAR_BEFORE: Final = (
    r"(?:the )?(?:same .*?|year|a year|1 year)? ?(?:of |in |from )?"
    r"(?:last year|a year (?:ago|earlier|before)|(?:the )?year (?:ago|earlier|before)"
    r"|(?:the )?(?:previous|prior) year|1 year (?:ago|earlier|before))|year on year|yoy|y o y|last year.*"
)
PERIOD_BEFORE: Final = (
    r"(?:the )?(?:month|week|quarter|day|period|weeks|months|days|\d+ (?:days|weeks|months)|fortnight|time)? ?"
    r"(?:before|earlier|prior|previously|before that)"
    r"|(?:the )?(?:previous|prior|preceding|last) (?:\d+ )?"
    r"(?:period|month|week|quarter|day|weeks|months|days|fortnight|1|one)"
    r"|month on month|week on week|mom|wow|previous"
)
_SHORTENED: Final = {
    "nxt": "next", "lst": "last", "tmrw": "tomorrow", "tmw": "tomorrow", "tomoz": "tomorrow", "wk": "week",
    "wks": "weeks", "mth": "month", "mths": "months", "mnth": "month", "mnths": "months", "mos": "months",
    "yr": "year", "yrs": "years", "dys": "days", "qtr": "quarter", "prev": "previous", "lats": "last",
    "yesturday": "yesterday", "xms": "christmas", "wkend": "weekend", "eoy": "end of year", "eom": "end of month",
    "tonight": "today", "yaer": "year", "weks": "weeks", "wek": "week", "wekk": "week", "weeek": "week",
    "ago,": "ago", "sumer": "summer", "tday": "today",
}  # fmt: skip
_VOCABULARY: Final = frozenset(
    [*MONTH_NAMES, *_WEEKDAY_NAMES]
    + "yesterday tomorrow weekend month months quarter quarters fortnight previous christmas easter summer autumn "
    "winter spring coming following between before after since until weeks days years today black friday first second "
    "third mouth march mother mothers money other".split()
)
_NUMBERS: Final = {
    name: i
    for i, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
    "dozen": 12,
}
_ORDINALS: Final = {
    name: i
    for i, name in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1
    )
}
# Fixed holidays: (first month, first day, last month, last day).


def normalise(said: str) -> str:
    """Lower case, number words as digits, no ordinal endings or quotes; ranges keep their dash."""
    text = said.lower().strip().replace("’", "'")
    text = re.sub(
        rf"(?<!new )\b(week|month|quarter|year|fortnight|summer|winter|christmas|{MONTH}|\d{{4}})'s\b", r"\1", text
    )
    text = re.sub(r"\bw/ ?([ceb])\b", r"w\1", re.sub(r"\bupto\b", "up to", text))
    text = text.replace("'s", "s").replace("–", "-").replace("—", "-")
    text = re.sub(r"[?!;\"()]|[.,](?!\d)|,(?=\d{4}\b)", " ", text)
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)
    text = re.sub(r"\b(\d+)(?:st|nd|rd|th)\b", r"\1", text)
    text = re.sub(r"\b(?:a )?couple (?:of )?|\ba pair of ", "2 ", text)
    text = re.sub(r"\b(?:a )?few\b", "3", text)
    text = re.sub(r"\bhalf a year\b|\bhalf year(?= ahead|$)", "6 months", text)
    text = re.sub(r"\b(?:one|a) and a half\b", "1.5", text)
    text = re.sub(r"\b(last|this|next|previous) (week|month|quarter|year)s\b", r"\1 \2", text)
    text = re.sub(rf"\b(today|tonight|tomorrow|yesterday|{WEEKDAYS})s\b", r"\1", text)
    text = re.sub(r"\bfy ?(?=\d{4})|\b(?:calendar|financial|fiscal) year (?=\d{4})", "", text)
    text = " ".join(_respelt(word) for word in text.split())
    text = re.sub(rf"\b({'|'.join(_NUMBERS)})\b", lambda m: str(_NUMBERS[m[1]]), text)
    text = re.sub(rf"\b({'|'.join(_ORDINALS)})\b", lambda m: str(_ORDINALS[m[1]]), text)
    text = re.sub(rf"\b(\d{{1,2}})-(\d{{1,2}}) (?=(?:of )?(?:{MONTH})\b)", r"\1 to \2 ", text)
    text = re.sub(r"\bytd\b", "year to date", text)
    text = re.sub(r"\bmtd\b", "this month", text)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"^(?:a|an|1) (?=week\b|month\b|year\b|quarter\b|fortnight\b)", "1 ", text)


@lru_cache(maxsize=16384)
def _respelt(word: str) -> str:
    """A misspelt or shortened word of time as it should be ("yestrday", "nxt", "wks"); other words as they are."""
    if word in _SHORTENED:
        return _SHORTENED[word]
    if len(word) < 5 or not word.isalpha() or word in _VOCABULARY:
        return word
    from rapidfuzz import fuzz, process

    close = process.extractOne(word, _VOCABULARY, scorer=fuzz.ratio, score_cutoff=80)
    return str(close[0]) if close and close[0][0] == word[0] else word


def unit(said: str) -> str:
    """The singular unit: "weeks" -> "week"."""
    return said.removesuffix("s")


def weekday_number(name: str) -> int:
    """Monday 0 to Sunday 6."""
    return _WEEKDAY_NAMES.index(name)


def month_start(then: date) -> date:
    """First day of the month."""
    return then.replace(day=1)


def month_end(then: date) -> date:
    """Last day of the month."""
    return then.replace(day=monthrange(then.year, then.month)[1])


def add_months(then: date, months: int) -> date:
    """The same day some months on, or the month's last day where it is shorter."""
    index = then.year * 12 + then.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(then.day, monthrange(year, month + 1)[1]))


def unit_start(then: date, kind: str) -> date:
    """First day of the calendar unit that holds `then`."""
    if kind == "day":
        return then
    if kind in ("week", "fortnight"):
        return then - timedelta(days=then.weekday())
    if kind == "month":
        return month_start(then)
    if kind == "quarter":
        return date(then.year, 3 * ((then.month - 1) // 3) + 1, 1)
    return date(then.year, 1, 1)


def unit_end(start: date, kind: str) -> date:
    """Last day of the calendar unit that begins on `start`."""
    if kind == "day":
        return start
    if kind in ("week", "fortnight"):
        return start + timedelta(days=6 if kind == "week" else 13)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    return add_months(start, months) - timedelta(days=1)


def count_back(last: date, count: float, kind: str) -> date:
    """First day of the `count` units that end on `last`: 4 weeks are 28 days."""
    days = {"day": 1, "week": 7, "fortnight": 14}
    if kind in days:
        return last - timedelta(days=round(count * days[kind]) - 1)
    months = round(count * {"month": 1, "quarter": 3, "year": 12}[kind])
    return add_months(last, -months) + timedelta(days=1)


def count_ahead(today: date, count: float, kind: str) -> date:
    """Last day of the `count` units that begin tomorrow."""
    days = {"day": 1, "week": 7, "fortnight": 14}
    if kind in days:
        return today + timedelta(days=round(count * days[kind]))
    return add_months(today, round(count * {"month": 1, "quarter": 3, "year": 12}[kind]))


def label(start: date, end: date) -> str:
    """How a span of days is called: "February 2011", "2011", "the first quarter of 2011", or its two dates."""
    if start.day == 1 and end == month_end(end) and start.year == end.year:
        if start.month == end.month:
            return f"{start:%B %Y}"
        if (start.month, end.month) == (1, 12):
            return str(start.year)
        if start.month % 3 == 1 and end.month == start.month + 2:
            return f"the {('first', 'second', 'third', 'fourth')[start.month // 3]} quarter of {start.year}"
    return span(start, end)


def year_period(year: int, make: Callable[[date, date, str], P]) -> P:
    """The calendar year."""
    return make(date(year, 1, 1), date(year, 12, 31), str(year))


def exact_date(text: str) -> date | None:
    """A full date: ISO, day first (03/04/2011 is 3 April), or with the month's name and a year."""
    orders: tuple[tuple[str, Callable[[re.Match[str]], tuple[int, int, int]]], ...] = (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", lambda m: (int(m[1]), int(m[2]), int(m[3]))),
        (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", lambda m: (int(m[3]), int(m[2]), int(m[1]))),
        (rf"(\d{{1,2}}) (?:of )?({MONTH})[ ,]+(\d{{4}})", lambda m: (int(m[3]), _MONTHS[m[2]], int(m[1]))),
        (rf"({MONTH}) (?:the )?(\d{{1,2}})[ ,]+(\d{{4}})", lambda m: (int(m[3]), _MONTHS[m[1]], int(m[2]))),
    )
    text = re.sub(rf"^(?:{WEEKDAYS})[ ,]+(?:the )?(?=.*\d)", "", text)
    for pattern, order in orders:
        match = re.fullmatch(pattern, text)
        if match:
            try:
                return date(*order(match))
            except ValueError:
                return None
    return None


def part_of_year(text: str, year: int) -> tuple[date, date] | None:
    """A month, quarter, half, season, holiday, numbered week or day within one year."""
    text = re.sub(r"^(?:the )", "", text)
    if text in _MONTHS:
        start = date(year, _MONTHS[text], 1)
        return start, month_end(start)
    numbered = re.fullmatch(r"(?:month )?(0?[1-9]|1[0-2])[/-]|(?:week|wk|weeks) (\d{1,2})(?: of)?", text)
    if numbered and numbered[2]:
        try:
            start = date.fromisocalendar(year, int(numbered[2]), 1)
        except ValueError:
            return None
        return start, start + timedelta(days=6)
    return _quarter_or_half(text, year) or _part_of_month(text, year) or holiday(text, year)


def _quarter_or_half(text: str, year: int) -> tuple[date, date] | None:
    quarter = re.fullmatch(r"q ?([1-4])|([1-4]) quarter(?: of)?|(last|final) quarter(?: of)?|quarter ([1-4])", text)
    if quarter:
        number = 4 if quarter[3] else int(quarter[1] or quarter[2] or quarter[4])
        start = date(year, 3 * number - 2, 1)
        return start, unit_end(start, "quarter")
    half = re.fullmatch(r"h ?([12])|([12]) half(?: of)?(?: the year)?", text)
    if half:
        number = int(half[1] or half[2])
        return (date(year, 1, 1), date(year, 6, 30)) if number == 1 else (date(year, 7, 1), date(year, 12, 31))
    return None


def _part_of_month(text: str, year: int) -> tuple[date, date] | None:
    match = re.fullmatch(
        rf"(?:(\d{{1,2}}) (?:of )?({MONTH})|({MONTH}) (?:the )?(\d{{1,2}})|{_WEEK_OF} (\d{{1,2}}) ({MONTH})"
        rf"|(1|2|3|4|last|2nd) (week|half) (?:of|in) ({MONTH})|{_WEEK_OF} ({MONTH}) (\d{{1,2}}))",
        re.sub(rf"^(?:{WEEKDAYS})[ ,]+(?:the )?(?=.*\d)", "", text),
    )
    if not match:
        return None
    try:
        if match[1] or match[4]:
            then = date(year, _MONTHS[match[2] or match[3]], int(match[1] or match[4]))
            return then, then
        if text.startswith(_WEEK_TO):
            last = date(year, _MONTHS[match[6] or match[10]], int(match[5] or match[11]))
            return last - timedelta(days=6), last
        if match[5] or match[11]:
            then = unit_start(date(year, _MONTHS[match[6] or match[10]], int(match[5] or match[11])), "week")
            return then, then + timedelta(days=6)
    except ValueError:
        return None
    start = date(year, _MONTHS[match[9]], 1)
    last = month_end(start)
    if match[8] == "half":
        return (start, start.replace(day=15)) if match[7] == "1" else (start.replace(day=16), last)
    if match[7] == "last":
        return last - timedelta(days=6), last
    first = start + timedelta(days=7 * (int(match[7][0]) - 1))
    return first, first + timedelta(days=6)
