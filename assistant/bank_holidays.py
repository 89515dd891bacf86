"""The bank holidays of England and Wales, and the times that are named by one without saying which.

Reckoned by rule (Banking and Financial Dealings Act 1971 and the proclamations each year); knows no single days off
such as a coronation's, and not the moved days of 1995 and 2020.
"""

import re
from datetime import date, timedelta

from assistant.holidays_of_year import easter_sunday


def bank_holidays(year: int) -> tuple[date, ...]:
    """The eight bank holidays of a year in order; one on a weekend gives its day to the next free weekday."""
    easter = easter_sunday(year)
    found = [_off_weekend(date(year, 1, 1)), easter - timedelta(days=2), easter + timedelta(days=1)]
    found += [_monday_from(date(year, 5, 1)), _monday_from(date(year, 5, 25)), _monday_from(date(year, 8, 25))]
    for day in (date(year, 12, 25), date(year, 12, 26)):
        then = _off_weekend(day)
        while then in found or then.weekday() > 4:
            then += timedelta(days=1)
        found.append(then)
    return tuple(sorted(found))


def bank_holiday(text: str, today: date, *, forward: bool) -> tuple[date, date] | None:
    """The last bank holiday (the coming one where times ahead are meant), its weekend or week; None for other words.

    Args:
        text: normalised words: "bank holiday", "last bank holiday weekend", "august bank holiday".
        today: the day to look from.
        forward: whether times to come are meant.
    """
    match = re.fullmatch(
        r"(?:(?:the|last|this|next|past|coming|previous) )*(?:(early may|may day|spring|late may|august|summer) )?"
        r"(?:(week) of (?:the )?)?bank (?:holiday|holidays|hol)(?: (monday|weekend|week|tuesday))?(?: (\d{4}))?",
        text,
    )
    if not match:
        return None
    years = (int(match[4]),) if match[4] else range(today.year - 1, today.year + 2)
    days = [day for year in years for day in _named(match[1], year)]
    if match[3] in ("monday", "weekend", "tuesday"):
        days = [day for day in days if day.weekday() == 0]
    if match[3] == "tuesday":  # the day after a Monday off
        days = [day + timedelta(days=1) for day in days]
    if not match[4]:
        days = [day for day in days if (day > today if forward else day <= today)]
    if not days:
        return None
    day = days[0] if forward or match[4] else days[-1]
    if match[3] == "weekend":
        return day - timedelta(days=2), day
    if match[2] or match[3] == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    return day, day


def _named(name: str | None, year: int) -> tuple[date, ...]:
    """All of a year's, or the one of a name (may has two: its name tells them apart)."""
    if name is None:
        return bank_holidays(year)
    month, day = {"early may": (5, 1), "may day": (5, 1), "spring": (5, 25), "late may": (5, 25)}.get(name, (8, 25))
    return (_monday_from(date(year, month, day)),)


def _monday_from(day: date) -> date:
    """The first Monday on or after a day."""
    return day + timedelta(days=-day.weekday() % 7)


def _off_weekend(day: date) -> date:
    """The day itself, or the Monday after it where it falls on a weekend."""
    return _monday_from(day) if day.weekday() > 4 else day
