"""The words for days, months, seasons and holidays, and the arithmetic of calendar units. Knows no today."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache, wraps
from typing import Final, ParamSpec, Protocol, TypeVar

from assistant.time_spelling import MONTH_NAMES, MONTH_SHORTS, WEEKDAY_NAMES, before_words, mended
from assistant.wording import span

P = TypeVar("P")
A = ParamSpec("A")


class Span(Protocol):
    """First and last day of a time."""

    @property
    def start(self) -> date:
        """First day."""

    @property
    def end(self) -> date:
        """Last day."""


S = TypeVar("S", bound=Span)

MONTHS: Final = {name: i for i, name in enumerate(MONTH_NAMES, 1)} | {
    short: i for i, shorts in enumerate(MONTH_SHORTS, 1) for short in shorts.split()
}
MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
WEEKDAYS: Final = "|".join(WEEKDAY_NAMES)
UNITS: Final = "days?|weeks?|fortnights?|months?|quarters?|seasons?|years?"
DAY_PART: Final = r"(?:morning|afternoon|evening|night|am|pm|lunchtime)"
WHOLE_UNITS: Final = "week|month|quarter|season|half|tax year|financial year|year"  # each begins on a day of its own
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
MONTHS_OF: Final = {
    "month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "tax year": 12, "financial year": 12,
}  # fmt: skip
_YEARS_BEGIN: Final = {"tax year": (4, 6), "financial year": (4, 1)}  # British: the taxman's and the common accounts'
NUMBERS: Final = {
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
ORDINALS: Final = {
    name: i
    for i, name in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split(),
        1,
    )
}


@lru_cache(maxsize=8192)
def normalise(said: str) -> str:
    """Lower case, number words as digits, no ordinal endings or quotes; ranges keep their dash."""
    text = before_words(said.lower().strip().replace("’", "'"))
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
    text = re.sub(r"\b(this|current|last|next|coming) half(?:[ -]| of (?:the )?)year\b", r"\1 half", text)
    text = re.sub(r"\bhalf a year\b|\bhalf year(?= ahead|$)", "6 months", text)
    text = re.sub(r"\b(?:one|a) and a half\b", "1.5", text)
    text = re.sub(r"\b(last|this|next|previous) (week|month|quarter|year)s\b", r"\1 \2", text)
    text = re.sub(rf"\b(today|tonight|tomorrow|yesterday|{WEEKDAYS})s\b", r"\1", text)
    text = re.sub(r"\bcalendar (?:year )?(?=\d{4})", "", text)
    text = re.sub(r"\bfy ?(?=\d)|\b(?:financial|fiscal) (?:year )?(?=\d{4})|\bfiscal year\b", "financial year ", text)
    text = mended(
        re.sub(r"\b(twenty|thirty) (first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b", _summed, text)
    )
    text = re.sub(rf"\b({'|'.join(NUMBERS)})\b", lambda m: str(NUMBERS[m[1]]), text)
    text = re.sub(rf"\b({'|'.join(ORDINALS)})\b", lambda m: str(ORDINALS[m[1]]), text)
    text = re.sub(rf"\b(\d{{1,2}})-(\d{{1,2}}) (?=(?:of )?(?:{MONTH})\b)", r"\1 to \2 ", text)
    text = re.sub(r"\bytd\b", "year to date", text)
    text = re.sub(r"\bmtd\b", "this month", text)
    text = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"^(?:a|an|1) (?=week\b|month\b|year\b|quarter\b|fortnight\b)", "1 ", text)


def _summed(match: re.Match[str]) -> str:
    return str(NUMBERS[match[1]] + ORDINALS[match[2]])


def unit(said: str) -> str:
    """The singular unit: "weeks" -> "week"."""
    return said.removesuffix("s")


def weekday_number(name: str) -> int:
    """Monday 0 to Sunday 6."""
    return WEEKDAY_NAMES.index(name)


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
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError(f"a date of the years {MINYEAR} to {MAXYEAR} was expected, not of {year}")
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
    if kind == "season":
        return add_months(month_start(then), -(then.month % 3))
    if kind == "half":
        return date(then.year, 1 if then.month <= 6 else 7, 1)
    begin = _YEARS_BEGIN.get(kind, (1, 1))
    return date(then.year - ((then.month, then.day) < begin), *begin)


def unit_end(start: date, kind: str) -> date:
    """Last day of the calendar unit that begins on `start`."""
    if kind == "day":
        return start
    if kind in ("week", "fortnight"):
        return start + timedelta(days=6 if kind == "week" else 13)
    return add_months(start, MONTHS_OF[kind]) - timedelta(days=1)


def count_back(last: date, count: float, kind: str) -> date:
    """First day of the `count` units that end on `last`: 4 weeks are 28 days."""
    days = {"day": 1, "week": 7, "fortnight": 14}
    if kind in days:
        return last - timedelta(days=round(count * days[kind]) - 1)
    months = round(count * MONTHS_OF[kind])
    return add_months(last, -months) + timedelta(days=1)


def count_ahead(today: date, count: float, kind: str) -> date:
    """Last day of the `count` units that begin tomorrow; months that follow a whole one are whole."""
    days = {"day": 1, "week": 7, "fortnight": 14}
    if kind in days:
        return today + timedelta(days=round(count * days[kind]))
    last = add_months(today, round(count * MONTHS_OF[kind]))
    return month_end(last) if today == month_end(today) else last


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


def within_calendar(reads: Callable[A, S | None]) -> Callable[A, S | None]:
    """A reader of times that gives None for a time without days ("0 days") or past the calendar's end."""

    @wraps(reads)
    def guarded(*args: A.args, **kwargs: A.kwargs) -> S | None:
        try:
            found = reads(*args, **kwargs)
        except OverflowError:  # "the last 99999999 weeks"
            return None
        return found if found and found.start <= found.end else None

    return guarded


def year_period(year: int, make: Callable[[date, date, str], P]) -> P:
    """The calendar year."""
    return make(date(year, 1, 1), date(year, 12, 31), str(year))


def accounting_year(text: str) -> tuple[date, date] | None:
    """A tax year (from 6 April) or financial year (from 1 April), by the year it ends in: "tax year 2025/26"."""
    match = re.fullmatch(r"(tax|financial) year (\d{4})(?:[/-](\d{2}|\d{4}))?", text)
    if not match:
        return None
    begun = int(match[2]) - (match[3] is None)
    if match[3] and int(match[3][-2:]) != (begun + 1) % 100:
        return None
    start = date(begun, *_YEARS_BEGIN[f"{match[1]} year"])
    return start, unit_end(start, "year")
