"""How alike two periods are by the calendar: one covariance matrix per kind of likeness. Knows no sales.

A week or month is the mean of its days, so a likeness of days (same date of the year, same distance from Easter)
becomes one of periods: Christmas on a Sunday falls into both weeks that share its season. The kernels: Duvenaud,
"Automatic Model Construction with Gaussian Processes" (2014), ch. 2.
"""

import numpy as np
import pandas as pd
from dateutil.easter import easter
from scipy import sparse

from analytics.forecasting.panel import Floats, Freq

LEVEL_DAYS = (10, 35, 105, 350, 1050)  # how long a level lasts
DATE_DAYS = (1.5, 4, 10, 25, 60)  # how wide a season of the year is
EASTER_REACH = 21  # days before and after
LEAST_DISTANCE = {"D": 1.0, "W": 7.0, "M": 30.4}


def kernels(dates: pd.DatetimeIndex, freq: Freq) -> dict[str, Floats]:
    """Covariance matrices of unit size by name; [periods, periods] each."""
    steps = np.arange(len(dates), dtype=float)
    apart = np.abs(steps[:, None] - steps[None]) * LEAST_DISTANCE[freq]
    found: dict[str, Floats] = {"constant": np.ones_like(apart)}
    found |= {f"level of {days} days": np.exp(-apart / days) for days in LEVEL_DAYS if days > LEAST_DISTANCE[freq]}
    slope = (steps - steps[-1]) * LEAST_DISTANCE[freq] / 365.25
    found["trend"] = np.outer(slope, slope)
    average, days = _days_of(dates, freq)
    found |= {name: _averaged(kernel, average) for name, kernel in _day_kernels(days, freq).items()}
    if freq != "M":
        found |= _week_kernels(dates)
    if freq == "D":
        weekday = days.dayofweek.to_numpy()
        found["weekday"] = (weekday[:, None] == weekday[None]).astype(float)
    return found


def _days_of(dates: pd.DatetimeIndex, freq: Freq) -> tuple[sparse.csr_matrix, pd.DatetimeIndex]:
    """Each period's weights of its days, [periods, days], and the days."""
    first = dates.to_period("M").start_time if freq == "M" else dates - pd.Timedelta(days=6 if freq == "W" else 0)
    lengths = ((dates - first).days + 1).to_numpy()
    days = first[0] + pd.to_timedelta(np.arange((dates[-1] - first[0]).days + 1), unit="D")
    begins = (first - first[0]).days.to_numpy()
    column = np.concatenate([np.arange(b, b + n) for b, n in zip(begins, lengths, strict=True)])
    row = np.repeat(np.arange(len(dates)), lengths)
    weights = sparse.csr_matrix((1.0 / lengths[row], (row, column)), shape=(len(dates), len(days)))
    return weights, pd.DatetimeIndex(days)


def _averaged(kernel: Floats, average: sparse.csr_matrix) -> Floats:
    """The kernel of periods, scaled so that its largest variance is 1."""
    of_periods = np.asarray(average @ (average @ kernel).T)
    return of_periods / max(float(np.diag(of_periods).max()), 1e-12)


def _day_kernels(days: pd.DatetimeIndex, freq: Freq) -> dict[str, Floats]:
    """Likeness of days by date of the year, distance from Easter and day of the month."""
    leap_date = days.dayofyear.to_numpy() + ((~days.is_leap_year) & (days.month > 2))
    by_date = _around(leap_date.astype(float), 366.0)
    found = {f"date within {width} days": np.exp(-0.5 * (by_date / width) ** 2) for width in DATE_DAYS}
    if freq == "M":
        return {name: kernel for name, kernel in found.items() if "60" in name or "25" in name or "10" in name}
    sundays = {year: pd.Timestamp(easter(year)) for year in days.year.unique()}
    away = np.array([(day - sundays[day.year]).days for day in days], dtype=float)
    near = np.abs(away) <= EASTER_REACH
    for width in (2, 7):
        likeness = np.exp(-0.5 * ((away[:, None] - away[None]) / width) ** 2)
        found[f"Easter within {width} days"] = likeness * np.outer(near, near)
    by_day = _around(days.day.to_numpy(dtype=float), 30.5)
    return found | {f"day of month within {width}": np.exp(-0.5 * (by_day / width) ** 2) for width in (2, 5)}


def _week_kernels(dates: pd.DatetimeIndex) -> dict[str, Floats]:
    """Likeness by week of the year: feasts that keep their weekday (Thanksgiving) stay in their week."""
    week = dates.isocalendar().week.to_numpy(dtype=float)
    apart = _around(week, 52.0)
    return {
        "same week": (apart == 0).astype(float),
        "week within 1": np.exp(-0.5 * apart**2),
        "week within 3": np.exp(-0.5 * (apart / 3) ** 2),
    }


def _around(places: Floats, circle: float) -> Floats:
    """Distances on a circle; [places, places]."""
    apart = np.abs(places[:, None] - places[None]) % circle
    return np.asarray(np.minimum(apart, circle - apart))
