"""What a learner sees of a series at an origin and of the period to be forecast: own past, groups' past, calendar.

Everything is divided by the series' own size at the origin, and nothing after the origin is looked at but what is
known ahead. Knows no learner.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd
from dateutil.easter import easter
from scipy import sparse

from analytics.forecasting.last_year import denoised, growth
from analytics.forecasting.panel import Floats, Freq, Panel

LAGS: Final[dict[Freq, tuple[int, ...]]] = {
    "D": (1, 2, 3, 4, 5, 6, 7, 14, 21, 28),
    "W": (1, 2, 3, 4, 5, 6, 7, 8),
    "M": (1, 2, 3, 6),
}
WINDOWS: Final[dict[Freq, tuple[int, ...]]] = {
    "D": (7, 14, 28, 56, 91, 182, 364),
    "W": (4, 8, 13, 26, 52),
    "M": (3, 6, 12),
}
SMALLEST: Final = 0.05  # part of a series' size below which logarithms are cut


@dataclass(frozen=True)
class Origin:
    """Features of all series at one origin.

    Attributes:
        panel: what was known at the origin; its dates reach ahead.
    """

    panel: Panel

    @cached_property
    def values(self) -> Floats:
        """[series, at most two years and a half], gaps bridged, never below 0."""
        span = int(2.5 * self.panel.year)
        return np.maximum(self.panel.since(max(0, self.panel.periods - span)).filled(), 0.0)

    @cached_property
    def size(self) -> Floats:
        """Mean of the last year, a little added; [series]."""
        recent = self.values[:, -self.panel.year :].mean(1)
        return np.asarray(recent + 0.02 * max(float(recent.mean()), 1e-9))

    @cached_property
    def scaled(self) -> Floats:
        """Values as parts of the series' size; [series, periods]."""
        return np.asarray(self.values / self.size[:, None])

    @cached_property
    def groups(self) -> list[Floats]:
        """The mean series of each kind of group, as parts of its size, per series; [series, periods] each."""
        found = []
        for codes in [*list(self.panel.groups.values())[:2], np.zeros(len(self.values), dtype=np.intp)]:
            count = int(codes.max()) + 1
            members = sparse.csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))), (count, len(codes)))
            sums = members @ self.values
            whole = np.maximum(np.bincount(codes, self.size, minlength=count), 1e-12)
            found.append((sums / whole[:, None])[codes])
        return found

    @cached_property
    def rough(self) -> Floats:
        """A first forecast, as parts of the size: last year by group, else the recent mean; [series, year]."""
        year, known = self.panel.year, self.values.shape[1]
        if known < year + 4:
            return np.repeat(self.scaled[:, -self.panel.cycle :].mean(1)[:, None], year, axis=1)
        kind = next(iter(self.panel.groups.values()), np.zeros(len(self.values), dtype=np.intp))
        smooth = denoised(self.values, kind, year)
        panel = self.panel.since(self.panel.periods - known)
        return np.asarray(smooth[:, -year:] * growth(panel, self.values, smooth)[:, None] / self.size[:, None])

    @cached_property
    def past(self) -> Floats:
        """Features that are the same for every period ahead; float32 [series, features]."""
        freq, scaled = self.panel.freq, self.scaled
        known = scaled.shape[1]
        columns = [_at(scaled, known - lag) for lag in LAGS[freq]]
        columns += [scaled[:, -window:].mean(1) for window in WINDOWS[freq]]
        columns += [scaled[:, -window:].std(1) for window in WINDOWS[freq][1:4:2]]
        columns += [(scaled[:, -window:] > 0).mean(1) for window in WINDOWS[freq][1:4:2]]
        for each in [scaled, *self.groups]:
            columns += [_change(each, window, self.panel.year) for window in WINDOWS[freq][1:4:2]]
        columns += [group[:, -WINDOWS[freq][0] :].mean(1) for group in self.groups]
        age = np.minimum(self.panel.periods - self.panel.first, 2 * self.panel.year)
        return np.column_stack([*columns, np.log(self.size), age]).astype(np.float32)

    def ahead(self, step: int, calendar: Floats) -> Floats:
        """Features of the period `step` after the origin (0: the next one); float32 [series, features].

        Args:
            step: which period.
            calendar: `calendar_columns` of all dates of the panel.
        """
        known, year = self.scaled.shape[1], self.panel.year
        place = known + step
        columns = [_at(self.scaled, place - year + shift, known) for shift in (-1, 0, 1)]
        columns.append(_around(self.scaled, place - year))
        for group in self.groups:
            columns += [_at(group, place - year + shift, known) for shift in (-1, 0, 1)]
        if self.panel.freq == "D":
            columns += [_same_weekday(self.scaled, place, weeks) for weeks in (4, 8, 26)]
            columns += [_same_weekday(self.groups[0], place, 8)]
        target = self.panel.periods + step
        columns += [np.full(len(self.values), value) for value in (step, *calendar[target])]
        for values in self.panel.known.values():
            columns += [values[:, target], values[:, target] - values[:, self.panel.periods - 1]]
            columns.append(_at(values, target - year))
        columns.append(self.rough[:, step % year])
        return np.column_stack(columns).astype(np.float32)


def calendar_columns(dates: pd.DatetimeIndex, freq: Freq, year: bool = True) -> Floats:
    """Place in the year, month and week, and days to Easter now and a year ago; [periods, 5 or 4].

    Args:
        dates: of the periods.
        freq: of the panel.
        year: with the place in the year; a learner that draws lines would follow it out of what it has seen.
    """
    sundays = {year: pd.Timestamp(easter(year)) for year in range(dates[0].year - 1, dates[-1].year + 1)}
    before = dates - pd.Timedelta(days=364)
    columns = [dates.dayofyear.to_numpy(float) * year, dates.day.to_numpy(float)]
    columns += [
        np.clip([(day - sundays[day.year]).days for day in days], -60, 60).astype(float) for days in (dates, before)
    ]
    return np.column_stack(columns + ([dates.dayofweek.to_numpy(float)] if freq == "D" else []))


def _at(values: Floats, place: int, end: int | None = None) -> Floats:
    """A column, NaN outside of what is known."""
    known = values.shape[1] if end is None else end
    return values[:, place] if 0 <= place < known else np.full(len(values), np.nan)


def _around(values: Floats, place: int) -> Floats:
    """Mean of the five periods around a place."""
    part = values[:, max(place - 2, 0) : max(place + 3, 0)]
    return part.mean(1) if part.shape[1] else np.full(len(values), np.nan)


def _same_weekday(values: Floats, place: int, weeks: int) -> Floats:
    """Mean of the last so many days of the same weekday."""
    last = place - 7 * (1 + max(0, (place - values.shape[1]) // 7))
    places = [p for p in range(last, last - 7 * weeks, -7) if 0 <= p < values.shape[1]]
    return values[:, places].mean(1) if places else np.full(len(values), np.nan)


def _change(values: Floats, window: int, year: int) -> Floats:
    """Logarithm of the recent level against the same periods of last year; NaN without that year."""
    known = values.shape[1]
    if known < year + window:
        return np.full(len(values), np.nan)
    now, then = values[:, known - window :].mean(1), values[:, known - window - year : known - year].mean(1)
    return np.asarray(np.log(np.maximum(now, SMALLEST) / np.maximum(then, SMALLEST)))
