"""What the calendar does to demand: weekdays, the year, feasts, closed days. Knows no product but its season's name."""

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.settings import CHANNELS, ONLINE, DemoSettings

Floats = npt.NDArray[np.float64]

# Monday to Sunday, mean 1
_STORE_WEEK: Final = np.array([0.80, 0.82, 0.88, 0.96, 1.14, 1.48, 0.92])
_ONLINE_WEEK: Final = np.array([1.10, 1.00, 0.98, 0.95, 0.88, 0.90, 1.19])
_WHITBY: Final = 3  # the seaside store lives from its summer visitors
# season -> (share of the base rate outside the season, multiple of it at the season's height)
_STRENGTH: Final = {
    "christmas": (0.12, 6.5),
    "winter": (0.55, 1.9),
    "summer": (0.55, 2.1),
    "easter": (0.15, 6.0),
    "spring": (0.65, 1.8),
    "autumn": (0.65, 1.8),
    "halloween": (0.10, 8.0),
}


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian computus (Nature, 20 April 1876, p. 487)."""
    golden, century, rest = year % 19, year // 100, year % 100
    leap, left = divmod(century, 4)
    moon = (century - (century - (century + 8) // 25 + 1) // 3 + 19 * golden - leap + 15) % 30
    quarter, odd = divmod(rest, 4)
    weekday = (32 + 2 * left + 2 * quarter - moon - odd) % 7
    month, day = divmod(moon + weekday - 7 * ((golden + 11 * moon + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def days_of(settings: DemoSettings) -> pd.DatetimeIndex:
    """Every day of the history."""
    return pd.date_range(settings.start, periods=settings.days)


def _until(days: pd.DatetimeIndex, feasts: list[date]) -> Floats:
    """Days to the next of the feasts, large where none follows."""
    left = np.full(len(days), 999.0)
    for feast in feasts:
        gap = (pd.Timestamp(feast) - days).days.to_numpy(dtype=float)
        left = np.where((gap >= 0) & (gap < left), gap, left)
    return left


def _rise(left: Floats, weeks: float) -> Floats:
    """0 long before a feast, growing to 1 in the last days before it, 0 after it."""
    return np.where(left <= weeks * 7, np.exp(-left / (weeks * 2.5)), 0.0)


def _wave(days: pd.DatetimeIndex, middle: int, width: float) -> Floats:
    """A bump over the year around day-of-year `middle`, 1 at its height."""
    apart = np.abs(days.dayofyear.to_numpy(dtype=float) - middle)
    apart = np.minimum(apart, 365.0 - apart)
    bump: Floats = np.exp(-0.5 * (apart / width) ** 2)
    return bump


def season_factors(settings: DemoSettings) -> dict[str, Floats]:
    """Season's name -> multiple of the base rate per day, (days,). "none" is 1 throughout."""
    days = days_of(settings)
    years = range(days[0].year, days[-1].year + 2)
    heights = {
        "christmas": _rise(_until(days, [date(year, 12, 24) for year in years]), 7),
        "winter": _wave(days, 10, 38),
        "summer": _wave(days, 200, 36),
        "easter": _rise(_until(days, [easter(year) for year in years]), 5),
        "spring": _wave(days, 115, 30),
        "autumn": _wave(days, 285, 30),
        "halloween": _rise(_until(days, [date(year, 10, 31) for year in years]), 4),
    }
    factors = {name: low + (high - low) * heights[name] for name, (low, high) in _STRENGTH.items()}
    return {"none": np.ones(len(days)), **factors}


def festive(settings: DemoSettings, homeware: npt.NDArray[np.bool_]) -> Floats:
    """The whole shop's rise before Christmas and lull in January, (products, days)."""
    days = days_of(settings)
    rise = _rise(_until(days, [date(year, 12, 24) for year in range(days[0].year, days[-1].year + 2)]), 6)
    lull = _wave(days, 22, 12)
    presents = 1 + 1.1 * rise - 0.22 * lull
    meals = 1 + 0.55 * rise - 0.08 * lull
    return np.where(homeware[:, None], presents, meals)


def channel_factors(settings: DemoSettings) -> Floats:
    """Weekday, visitors' season and closed days per channel, (channels, days)."""
    days = days_of(settings)
    week = np.array(days.dayofweek)
    factors = np.tile(_STORE_WEEK[week], (CHANNELS, 1))
    factors[ONLINE] = _ONLINE_WEEK[week]
    factors[_WHITBY] *= 0.82 + 0.75 * _wave(days, 210, 42)
    closed = {easter(year) for year in range(days[0].year, days[-1].year + 1)}
    shut = np.array([day.date() in closed or (day.month, day.day) in ((12, 25), (12, 26), (1, 1)) for day in days])
    factors[:ONLINE, shut] = 0.0
    factors[ONLINE, [day.month == 12 and day.day == 25 for day in days]] *= 0.3
    return factors
