"""Parts of one year by their names: a month, "the first ten days of March", "four weeks before Easter".

Knows no today. A week of a month counts from its first; "the week before Christmas" are the seven days before it, the
middle of a month its 11th to 20th, a numbered week that of ISO 8601.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from assistant.calendar_words import (
    MONTH,
    MONTHS,
    MONTHS_OF,
    UNITS,
    WEEKDAYS,
    add_months,
    count_ahead,
    count_back,
    month_end,
    unit,
    unit_end,
    unit_start,
    weekday_number,
)
from assistant.holidays_of_year import holiday
from assistant.parts_of_stretch import is_part, part_of

_WEEK_TO: Final = ("week ending", "week to", "we ")
_WEEK_OF: Final = "(?:week of|week starting|week commencing|week beginning|wc|week ending|week to|we)"


def exact_date(text: str) -> date | None:
    """A full date: ISO, day first (03/04/2011 is 3 April), or with the month's name and a year."""
    orders: tuple[tuple[str, Callable[[re.Match[str]], tuple[int, int, int]]], ...] = (
        (r"(\d{4})-(\d{1,2})-(\d{1,2})", lambda m: (int(m[1]), int(m[2]), int(m[3]))),
        (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", lambda m: (int(m[3]), int(m[2]), int(m[1]))),
        (rf"(\d{{1,2}}) (?:of )?({MONTH})[ ,]+(\d{{4}})", lambda m: (int(m[3]), MONTHS[m[2]], int(m[1]))),
        (rf"({MONTH}) (?:the )?(\d{{1,2}})[ ,]+(\d{{4}})", lambda m: (int(m[3]), MONTHS[m[1]], int(m[2]))),
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


@lru_cache(maxsize=8192)
def part_of_year(text: str, year: int) -> tuple[date, date] | None:
    """A month, quarter, half, season, holiday, numbered week or day within one year."""
    text = re.sub(r"^(?:the )", "", text)
    if text in MONTHS:
        start = date(year, MONTHS[text], 1)
        return start, month_end(start)
    numbered = re.fullmatch(r"(?:month )?(0?[1-9]|1[0-2])[/-]|(?:week|wk|weeks) (\d{1,2})(?: of)?", text)
    if numbered and numbered[2]:
        try:
            start = date.fromisocalendar(year, int(numbered[2]), 1)
        except ValueError:
            return None
        return start, start + timedelta(days=6)
    return (
        _quarter_or_half(text, year)
        or _part_of_month(text, year)
        or holiday(text, year)
        or _weeks(text, year)
        or _beside(text, year)
        or _inside(text, year)
    )


def _quarter_or_half(text: str, year: int) -> tuple[date, date] | None:
    quarter = re.fullmatch(r"q ?([1-4])|([1-4]) quarter(?: of)?|(last|final) quarter(?: of)?|quarter ([1-4])", text)
    if quarter:
        number = 4 if quarter[3] else int(quarter[1] or quarter[2] or quarter[4])
        start = date(year, 3 * number - 2, 1)
        return start, unit_end(start, "quarter")
    text = re.sub(r"^(front|back) (?=half)", lambda m: {"front": "1 ", "back": "2 "}[m[1]], text)
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
            then = date(year, MONTHS[match[2] or match[3]], int(match[1] or match[4]))
            return then, then
        if text.startswith(_WEEK_TO):
            last = date(year, MONTHS[match[6] or match[10]], int(match[5] or match[11]))
            return last - timedelta(days=6), last
        if match[5] or match[11]:
            then = unit_start(date(year, MONTHS[match[6] or match[10]], int(match[5] or match[11])), "week")
            return then, then + timedelta(days=6)
    except ValueError:
        return None
    start = date(year, MONTHS[match[9]], 1)
    last = month_end(start)
    if match[8] == "half":
        return (start, start.replace(day=15)) if match[7] == "1" else (start.replace(day=16), last)
    if match[7] == "last":
        return last - timedelta(days=6), last
    first = start + timedelta(days=7 * (int(match[7][0]) - 1))
    return first, first + timedelta(days=6)


def _weeks(text: str, year: int) -> tuple[date, date] | None:
    """Numbered weeks: "weeks 40 to 48", "calendar week 50"."""
    match = re.fullmatch(
        r"(?:calendar )?(?:weeks?|cw|kw) (\d{1,2})(?: ?(?:to|-|through|until|and) ?(\d{1,2}))?(?: of)?", text
    )
    if not match:
        return None
    try:
        first, last = (date.fromisocalendar(year, int(each), 1) for each in (match[1], match[2] or match[1]))
    except ValueError:
        return None
    return (first, last + timedelta(days=6)) if first <= last else None


def _beside(text: str, year: int) -> tuple[date, date] | None:
    """Days just before, after or up to a named one: "10 days before easter", "fortnight to 26 may", "easter week"."""
    counted = rf"(?:last )?(?:(\d+) )?({UNITS}|weekend|{WEEKDAYS})"
    match = re.fullmatch(
        rf"{counted} (before|after|from|starting|beginning|up to|to|ending(?: on)?|ended|until) (?:on )?(?:the )?(.+)",
        text,
    )
    if match:
        named = part_of_year(match[4], year)
        return _counted_from(int(match[1] or 1), unit(match[2]), match[3], named) if named else None
    match = re.fullmatch(r"(?:(week|weekend) of (?:the )?(.+)|(.+) (week|weekend))", text)
    if not match:
        return None
    named = holiday(match[2] or match[3], year) or (_part_of_month(match[2], year) if match[2] else None)
    if named is None or named[0] != named[1]:
        return None
    monday = unit_start(named[0], "week")
    if "weekend" not in (match[1], match[4]):
        return monday, monday + timedelta(days=6)
    if named[0] == monday:  # a holiday on a Monday makes the weekend before it long
        return monday - timedelta(days=2), monday
    return monday + timedelta(days=5), monday + timedelta(days=6)


def _counted_from(count: int, kind: str, side: str, named: tuple[date, date]) -> tuple[date, date] | None:
    if kind == "weekend" or re.fullmatch(WEEKDAYS, kind):
        day = 5 if kind == "weekend" else weekday_number(kind)
        length = timedelta(days=1 if kind == "weekend" else 0)
        if side == "before":
            last = named[0] - timedelta(days=1) - length
            first = last - timedelta(days=(last.weekday() - day) % 7)
            return first, first + length
        if side == "after":
            first = named[1] + timedelta(days=1)
            first += timedelta(days=(day - first.weekday()) % 7)
            return first, first + length
        return None
    if kind == "season" or (kind == "year" and side in ("before", "after")):
        return None
    if side == "after":
        return named[1] + timedelta(days=1), count_ahead(named[1], count, kind)
    if side in ("from", "starting", "beginning"):
        return named[0], count_ahead(named[0] - timedelta(days=1), count, kind)
    last = named[0] - timedelta(days=1) if side == "before" else named[1]
    if last == month_end(last) and kind in ("month", "quarter", "year"):
        return add_months(last.replace(day=1), 1 - count * MONTHS_OF[kind]), last
    return count_back(last, count, kind), last


def _inside(text: str, year: int) -> tuple[date, date] | None:
    """A part of a named part: "first ten days of march", "2nd weekend of may", "first saturday of june", "mid june"."""
    middle = re.fullmatch(rf"(?:mid|middle of|the middle of) (?:the )?({MONTH})", text)
    if middle:
        return date(year, MONTHS[middle[1]], 11), date(year, MONTHS[middle[1]], 20)
    match = re.fullmatch(r"(.+?) (?:of|in) (?:the )?(.+)", text)
    whole = part_of_year(match[2], year) if match and is_part(match[1]) else None
    if match and match[2] == "year":
        whole = date(year, 1, 1), date(year, 12, 31)
    return part_of(match[1], *whole) if match and whole else None
