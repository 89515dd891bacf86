"""A part of some days by its place: "the second half", "the first two weeks", "the last Saturday". Knows no today."""

import re
from datetime import date, timedelta
from typing import Final

from assistant.calendar_words import (
    MONTHS_OF,
    UNITS,
    WEEKDAYS,
    add_months,
    count_ahead,
    count_back,
    month_end,
    unit,
    weekday_number,
)

_PART: Final = re.compile(rf"(?:the )?(\d|last|final|opening|front|back) (?:(\d+) )?({UNITS}|weekend|half|{WEEKDAYS})")


def is_part(text: str) -> bool:
    """Whether normalised words name a part of a stretch of days."""
    return bool(_PART.fullmatch(text))


def kind_of(text: str) -> tuple[str, int]:
    """The unit of a part and how many of them ("1 2 weeks": week, 2); nothing for other words."""
    match = _PART.fullmatch(text)
    return (unit(match[3]), int(match[2] or 1)) if match else ("", 0)


def part_of(text: str, first: date, last: date) -> tuple[date, date] | None:
    """First and last day of a part of the days from `first` to `last`; None where it does not lie in them.

    Args:
        text: the part in normalised words ("2 half", "1 2 weeks", "last saturday").
        first: first day of the whole.
        last: last day of the whole.
    """
    match = _PART.fullmatch(text)
    if match is None:
        return None
    at_end = match[1] in ("last", "final", "back")
    place, count, kind = int(match[1]) if match[1].isdigit() else 1, int(match[2] or 1), unit(match[3])
    if kind == "half":
        middle = _middle(first, last)
        found = (middle + timedelta(days=1), last) if at_end or place == 2 else (first, middle)
        return found if place <= 2 and first < last else None
    if kind == "weekend" or re.fullmatch(WEEKDAYS, kind):
        return None if match[2] else _nth(kind, place, first, last, at_end=at_end)
    if kind == "season" or place == 0 or count == 0 or (match[2] and place != 1):
        return None
    if at_end:
        found = _counted_to(last, count, kind), last
    else:
        begin = first if place == 1 else count_ahead(first - timedelta(days=1), place - 1, kind) + timedelta(days=1)
        found = begin, count_ahead(begin - timedelta(days=1), count, kind)
    return found if first <= found[0] and found[1] <= last else None


def _middle(first: date, last: date) -> date:
    """The last day of the first half: whole months are halved by months, one month on its 15th, others by days."""
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    if first.day == 1 and last == month_end(last):
        if months == 1:
            return first.replace(day=15)
        if months % 2 == 0:
            return add_months(first, months // 2) - timedelta(days=1)
    return first + (last - first) // 2


def _counted_to(last: date, count: int, kind: str) -> date:
    """First day of the units that end on `last`; months that end with a month are whole."""
    if last == month_end(last) and kind in MONTHS_OF:
        return add_months(last.replace(day=1), 1 - count * MONTHS_OF[kind])
    return count_back(last, count, kind)


def _nth(kind: str, place: int, first: date, last: date, *, at_end: bool) -> tuple[date, date] | None:
    """The second weekend or the last Saturday within some days."""
    day, length = (5, timedelta(days=1)) if kind == "weekend" else (weekday_number(kind), timedelta(0))
    if at_end:
        begin = last - length - timedelta(days=((last - length).weekday() - day) % 7)
    else:
        begin = first + timedelta(days=(day - first.weekday()) % 7 + 7 * (place - 1))
    return (begin, begin + length) if first <= begin and begin + length <= last else None
