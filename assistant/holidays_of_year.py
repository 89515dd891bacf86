"""Holidays and seasons of a year by the names that shops use for them, British where countries differ."""

from datetime import date, timedelta
from typing import Final

_FIXED: Final = {
    "christmas": (12, 25, 12, 25), "xmas": (12, 25, 12, 25), "christmas day": (12, 25, 12, 25),
    "christmas eve": (12, 24, 12, 24), "boxing day": (12, 26, 12, 26), "new year": (1, 1, 1, 1),
    "new years day": (1, 1, 1, 1), "new years eve": (12, 31, 12, 31), "valentines": (2, 14, 2, 14),
    "valentines day": (2, 14, 2, 14), "halloween": (10, 31, 10, 31), "bonfire night": (11, 5, 11, 5),
    "guy fawkes": (11, 5, 11, 5), "spring": (3, 1, 5, 31), "summer": (6, 1, 8, 31), "autumn": (9, 1, 11, 30),
    "fall": (9, 1, 11, 30), "christmas season": (12, 1, 12, 31), "holiday season": (12, 1, 12, 31),
    "christmas period": (12, 1, 12, 31), "christmas time": (12, 1, 12, 31), "holidays": (12, 1, 12, 31),
    "run up to christmas": (11, 24, 12, 24), "christmas run up": (11, 24, 12, 24), "christmas week": (12, 21, 12, 27),
    "festive season": (12, 1, 12, 31), "back to school": (8, 15, 9, 15), "st patricks day": (3, 17, 3, 17),
    "4th of july": (7, 4, 7, 4), "independence day": (7, 4, 7, 4), "year end": (12, 31, 12, 31),
    "burns night": (1, 25, 1, 25), "candlemas": (2, 2, 2, 2), "midsummer": (6, 24, 6, 24),
    "midsummer day": (6, 24, 6, 24),
    "michaelmas": (9, 29, 9, 29), "all saints": (11, 1, 11, 1), "all souls": (11, 2, 11, 2),
    "st nicholas": (12, 6, 12, 6), "epiphany": (1, 6, 1, 6), "st georges day": (4, 23, 4, 23),
    "spring season": (3, 1, 5, 31), "summer season": (6, 1, 8, 31), "autumn season": (9, 1, 11, 30),
}  # fmt: skip


def holiday(text: str, year: int) -> tuple[date, date] | None:
    """First and last day of a holiday or season in a year (winter ends in the next); None for other words."""
    if text in _FIXED:
        first_month, first_day, last_month, last_day = _FIXED[text]
        return date(year, first_month, first_day), date(year, last_month, last_day)
    if text == "winter":
        return date(year, 12, 1), date(year + 1, 3, 1) - timedelta(days=1)
    easter = easter_sunday(year)
    thanksgiving = date(year, 11, 1) + timedelta(days=(3 - date(year, 11, 1).weekday()) % 7 + 21)
    moving = {
        "easter": (easter - timedelta(days=2), easter + timedelta(days=1)),
        "easter weekend": (easter - timedelta(days=2), easter + timedelta(days=1)),
        "easter sunday": (easter, easter),
        "good friday": (easter - timedelta(days=2), easter - timedelta(days=2)),
        "easter monday": (easter + timedelta(days=1), easter + timedelta(days=1)),
        "mothers day": (easter - timedelta(days=21), easter - timedelta(days=21)),  # Mothering Sunday, as in Britain
        "thanksgiving": (thanksgiving, thanksgiving),
        "black friday": (thanksgiving + timedelta(days=1), thanksgiving + timedelta(days=1)),
        "cyber monday": (thanksgiving + timedelta(days=4), thanksgiving + timedelta(days=4)),
        "black friday weekend": (thanksgiving + timedelta(days=1), thanksgiving + timedelta(days=4)),
        "black friday week": (thanksgiving - timedelta(days=3), thanksgiving + timedelta(days=3)),
    }
    late_may, september = date(year, 5, 31), date(year, 9, 1)
    memorial = late_may - timedelta(days=late_may.weekday())
    labor = september + timedelta(days=-september.weekday() % 7)
    whitsun = easter + timedelta(days=49)
    moving |= {
        "memorial day": (memorial, memorial),
        "labor day": (labor, labor),
        "whitsun": (whitsun, whitsun + timedelta(days=1)),
        "advent": (date(year, 12, 1), date(year, 12, 24)),
        "new years": (date(year, 1, 1), date(year, 1, 1)),
        "lent": (easter - timedelta(days=46), easter - timedelta(days=1)),
        "easter week": (easter - timedelta(days=6), easter),
        "thanksgiving week": (thanksgiving - timedelta(days=3), thanksgiving + timedelta(days=3)),
        "end of year": (date(year, 12, 31), date(year, 12, 31)),
    }
    pancakes = easter - timedelta(days=47)
    presidents = date(year, 2, 15) + timedelta(days=-date(year, 2, 15).weekday() % 7)
    moving |= {
        "pancake day": (pancakes, pancakes),
        "shrove tuesday": (pancakes, pancakes),
        "ash wednesday": (pancakes + timedelta(days=1), pancakes + timedelta(days=1)),
        "mothering sunday": moving["mothers day"],
        "maundy thursday": (easter - timedelta(days=3), easter - timedelta(days=3)),
        "palm sunday": (easter - timedelta(days=7), easter - timedelta(days=7)),
        "holy week": (easter - timedelta(days=7), easter - timedelta(days=1)),
        "whit sunday": (whitsun, whitsun),
        "whit week": (whitsun, whitsun + timedelta(days=6)),
        "presidents day": (presidents, presidents),
    }
    for month, name in ((3, "forward"), (10, "back")):  # the clocks change on the last Sunday
        sunday = date(year, month, 31) - timedelta(days=(date(year, month, 31).weekday() + 1) % 7)
        moving |= {f"clocks {verb} {name}": (sunday, sunday) for verb in ("went", "go", "going", "gone")}
    june = date(year, 6, 1)
    fathers_day = june + timedelta(days=(6 - june.weekday()) % 7 + 14)
    moving["fathers day"] = (fathers_day, fathers_day)
    return moving.get(text)


def is_holiday(text: str) -> bool:
    """Whether the words name a holiday or season of every year."""
    return text in _FIXED or holiday(text, 2000) is not None


def easter_sunday(year: int) -> date:
    """Easter Sunday, Gregorian calendar (Meeus, Astronomical Algorithms, 1991, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day_before = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day_before + 1)
