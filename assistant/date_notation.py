"""Days without a year or a month, as they are written: "12/15", "1/11-15/11", "the 9th to the 16th", "sat the 14th".

Knows the day it is told to look from. A day and month in figures are British (day first) unless that is no date; a day
without a month is the nearest one behind (or ahead, where times to come are wanted).
"""

import re
from datetime import date, timedelta
from typing import Final

from assistant.calendar_words import NUMBERS, ORDINALS, WEEKDAYS, add_months, month_end, unit_start
from assistant.time_spelling import mended

_TO: Final = r" ?(?:-|–|to|until|till|through|and) ?"  # noqa: RUF001
_FIGURES: Final = r"(\d{1,2})([/.])(\d{1,2})"
_LENGTHS: Final = "days?|weeks?|fortnights?"
_FROM: Final = ("from", "starting", "starting on", "beginning", "commencing")
_SIDES: Final = "|".join((*_FROM, "of", "to", "up to", "ending", "ending on"))
_WORD: Final = rf"\b(?:{'|'.join(ORDINALS)})\b"
_DAYS_IN_WORDS: Final = re.compile(  # "from the second", "the second and third" point to things
    rf"(?:from )?(?:the )?{_WORD} ?(?:-|to|until|till|through) ?(?:the )?{_WORD}(?: .*)?"
    rf"|between (?:the )?{_WORD} and (?:the )?{_WORD}(?: .*)?"
    rf"|(?:{WEEKDAYS}),? the {_WORD}|.*{_WORD} of (?:the )?(?:this|last|next|previous|current) month"
)
_ORDINAL: Final = r"(\d{1,2})(?:st|nd|rd|th)"
_OF_MONTH: Final = r"(?: (?:of )?(?:the )?(this|last|next|previous|current) month)?"


def read(said: str, today: date, *, forward: bool) -> tuple[date, date] | None:
    """First and last day of days in figures or ordinals; None for other words.

    Args:
        said: the words as typed ("from 3/15 through 4/15").
        today: the day to look from.
        forward: whether days to come are meant.
    """
    text = said.lower().strip(" ?!,;.")
    if _DAYS_IN_WORDS.fullmatch(text):
        text = re.sub(_WORD, lambda word: f"{ORDINALS[word[0]]}th", text)
    if not any(each.isdigit() for each in text):
        return None
    text = re.sub(rf"^(?:{'|'.join(NUMBERS)})\b", lambda word: str(NUMBERS[word[0]]), text)
    text = mended(text).removeprefix("on ")
    return _in_figures(text, today, forward=forward) or _by_ordinals(text, today, forward=forward)


def _in_figures(text: str, today: date, *, forward: bool) -> tuple[date, date] | None:
    pair = re.fullmatch(rf"(?:from |between )?{_FIGURES}{_TO}{_FIGURES}", text)
    if pair is None:
        single = re.fullmatch(r"(\d{1,2})/(\d{1,2})", text)
        plain = single is not None and text != "24/7"
        found = _placed([(int(single[1]), int(single[2]))], today, forward=forward) if single and plain else None
        return (found[0], found[0]) if found else None
    dotted = "." in (pair[2], pair[5])
    if dotted and not re.search(r"\d\d\.[01]\d", text):  # 5.10 to 9.12 are prices
        return None
    sides = [(int(pair[1]), int(pair[3])), (int(pair[4]), int(pair[6]))]
    found = _placed(sides, today, forward=forward, swap=not dotted)
    return (found[0], found[1]) if found else None


def _placed(sides: list[tuple[int, int]], today: date, *, forward: bool, swap: bool = True) -> list[date] | None:
    """The dates in the year that makes the last one lie behind (or ahead of) today, both in the same order."""
    for order in (sides, [(month, day) for day, month in sides] if swap else sides):
        for year in (today.year, today.year + 1) if forward else (today.year, today.year - 1):
            try:
                days = [date(year, month, day) for day, month in order]
            except ValueError:
                continue
            if days[0] > days[-1]:
                days[0] = date(year - 1, days[0].month, min(days[0].day, 28))
            if days[-1] > today if forward else days[0] <= today:
                return days
    return None


def _by_ordinals(text: str, today: date, *, forward: bool) -> tuple[date, date] | None:
    pair = re.fullmatch(rf"(?:from |between )?(?:the )?{_ORDINAL}{_TO}(?:the )?{_ORDINAL}{_OF_MONTH}", text)
    if pair:
        return _within_month(int(pair[1]), int(pair[2]), pair[3], today, forward=forward)
    length = re.fullmatch(rf"(?:(\d+) )?({_LENGTHS}) ({_SIDES}) (?:the )?{_ORDINAL}{_OF_MONTH}", text)
    if length:
        found = _within_month(int(length[4]), int(length[4]), length[5], today, forward=forward)
        return _beside(int(length[1] or 1), length[2].removesuffix("s"), length[3], found[0]) if found else None
    since = None if forward else re.fullmatch(rf"(?:since|from) (?:the )?{_ORDINAL}{_OF_MONTH}", text)
    if since:
        first = _within_month(int(since[1]), int(since[1]), since[2], today, forward=False)
        return (first[0], today) if first else None
    single = re.fullmatch(rf"(?:the )?{_ORDINAL}{_OF_MONTH}", text)
    if single:
        return _within_month(int(single[1]), int(single[1]), single[2], today, forward=forward)
    weekday = re.fullmatch(rf"(?:{WEEKDAYS}),? (?:the )?{_ORDINAL}", text)
    if weekday:
        return _weekday_the(text.split()[0].strip(","), int(weekday[1]), today, forward=forward)
    return None


def _beside(count: int, kind: str, side: str, day: date) -> tuple[date, date]:
    """Days that end on a day, begin on it, or the week that holds it."""
    if side == "of":
        monday = unit_start(day, "week")
        return monday, monday + timedelta(days=6)
    length = timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[kind] - 1)
    return (day, day + length) if side in _FROM else (day - length, day)


def _within_month(first: int, last: int, which: str | None, today: date, *, forward: bool) -> tuple[date, date] | None:
    """Two days of the month that is named, or of the nearest month in which both lie behind (or ahead)."""
    if not 1 <= first <= last <= 31:
        return None
    step = 1 if forward else -1
    start = {"last": -1, "previous": -1, "next": 1}.get(which or "", 0)
    for months in (start,) if which else (0, step, 2 * step):
        month = add_months(today.replace(day=1), months)
        if month_end(month).day < last:
            continue
        days = month.replace(day=first), month.replace(day=last)
        if which or (days[0] > today if forward else days[1] <= today):
            return days
    return None


def _weekday_the(weekday: str, day: int, today: date, *, forward: bool) -> tuple[date, date] | None:
    """The nearest "Saturday the 14th": a 14th that is a Saturday."""
    if not 1 <= day <= 31:
        return None
    then = today + timedelta(days=1) if forward else today
    for _ in range(366 * 2):
        if then.day == day and f"{then:%A}".lower() == weekday:
            return then, then
        then += timedelta(days=1 if forward else -1)
    return None


def weekday_range(text: str, today: date, *, forward: bool) -> tuple[date, date] | None:
    """From one day of the week to another: "monday to thursday", "friday to sunday next week"."""
    match = re.fullmatch(
        rf"(?:next |last |from |between |this )*({WEEKDAYS})(?:{_TO}({WEEKDAYS}))?"
        r"(?: (?:of |in )?(?:the )?(last|this|next|previous|prior|coming|past) week)?",
        text,
    )
    if match is None or not (match[2] or match[3]) or (text.startswith("from ") and not match[2]):
        return None
    first, last = (_number(each) for each in (match[1], match[2] or match[1]))
    length = timedelta(days=(last - first) % 7)
    if match[3]:
        monday = unit_start(today, "week") + timedelta(days={"this": 0, "next": 7, "coming": 7}.get(match[3], -7))
        return monday + timedelta(days=first), monday + timedelta(days=first) + length
    if forward:
        begin = today + timedelta(days=(first - today.weekday() - 1) % 7 + 1)
        return begin, begin + length
    end = today - timedelta(days=(today.weekday() - last - 1) % 7 + 1)
    return end - length, end


def _number(weekday: str) -> int:
    return WEEKDAYS.split("|").index(weekday)
