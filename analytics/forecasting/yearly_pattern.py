"""The method "calendar pattern": what the calendar does to sales, by group and by series, as Gaussian processes.

Logarithms of sales are taken apart into the movement of each kind of group (department, store) and what is left of
each series; each part is a Gaussian process whose kernels say which periods are alike. Knows no scores.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.forecasting.calendar_kernels import kernels
from analytics.forecasting.panel import Floats, Integers, Panel
from analytics.forecasting.variance_components import (
    Components,
    forecast_components,
    learn_components,
    second_moment,
)

LEAST_PERIODS = 20
MOST_PERIODS = {"D": 500, "W": 208, "M": 120}
FLOOR = 0.05  # logarithms are taken of no less than this part of a series' median
MOST_GAPS = 0.2  # series with more unknown periods are forecast, but not learnt from
SELDOM = 0.3  # series with more periods without a sale have no logarithm worth the name
BORROWED = 20.0  # series of all groups that one group's own covariance is mixed with
OUTLIER = 4.0  # standard deviations


@dataclass(frozen=True)
class CalendarPattern:
    """Gaussian processes over the calendar; see the module."""

    name: str = "calendar pattern"
    meaning: str = "the level and the yearly pattern of each series and of its groups (Gaussian processes)"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Sales ahead, [series, horizon]; None where the history is too short or sales are too seldom."""
        panel = panel.since(max(0, panel.periods - MOST_PERIODS[panel.freq]))
        lasting = _steady(panel)
        if panel.periods < LEAST_PERIODS or lasting.mean() < 0.5:
            return None
        bases = np.stack(list(kernels(panel.dates[: panel.periods + horizon], panel.freq).values()))
        size, left = _logarithms(panel.values)
        usual = np.nan_to_num(_mean(left, np.ones(len(left)), axis=1))
        left = left - usual[:, None]
        ahead = np.repeat(usual[:, None], horizon, axis=1)
        for codes in _by_share(panel, left, size):
            part, gone = _of_groups(left, size, codes, bases, horizon)
            ahead, left = ahead + part, left - gone
        own = next(iter(panel.groups.values()), np.zeros(len(left), dtype=np.intp))
        ahead = ahead + _of_series(left, size, own, bases, horizon)
        forecast = size[:, None] * np.exp(np.clip(ahead, -4.0, 2.5))
        return np.where(lasting[:, None], forecast, np.nan)


def _steady(panel: Panel) -> np.ndarray:
    """Series that sell in most periods of their last cycle and have sold at all."""
    recent = panel.values[:, -2 * panel.cycle :]
    seen = ~np.isnan(recent)
    sold = (np.nan_to_num(recent) > 0).sum(1)
    return np.asarray((sold > (1 - SELDOM) * np.maximum(seen.sum(1), 1)) & (sold > 0))


def _logarithms(values: Floats) -> tuple[Floats, Floats]:
    """Each series' size [series], and the logarithm of its values as parts of it, [series, periods]."""
    recent = pd.DataFrame(values[:, -104:].T).median().fillna(0.0).to_numpy()
    size = np.maximum(recent, 1e-3 * max(float(recent.max()), 1e-9))
    return size, np.log(np.maximum(values, FLOOR * size[:, None]) / size[:, None])


def _mean(values: Floats, weights: Floats, axis: int) -> Floats:
    """Weighted mean over known values, NaN where there is none."""
    seen = ~np.isnan(values)
    heavy = seen * (weights[:, None] if axis == 0 else 1.0)
    whole = heavy.sum(axis)
    return np.where(whole > 0, (np.nan_to_num(values) * heavy).sum(axis) / np.maximum(whole, 1e-12), np.nan)


def _group_means(left: Floats, size: Floats, codes: Integers) -> Floats:
    """Weighted mean of each group's series; [groups, periods]."""
    return np.stack([_mean(left[codes == code], size[codes == code], axis=0) for code in range(int(codes.max()) + 1)])


def _by_share(panel: Panel, left: Floats, size: Floats) -> list[Integers]:
    """The kinds of groups, the one that explains most first; all series as one group where there is no kind."""
    kinds = [c for c in panel.groups.values() if 1 < len(np.unique(c)) <= len(panel.keys) / 2]
    if not kinds:
        return [np.zeros(len(panel.keys), dtype=np.intp)] if len(panel.keys) > 1 else []
    codes = [np.unique(kind, return_inverse=True)[1] for kind in kinds]

    def unexplained(kind: Integers) -> float:
        rest = np.nan_to_num(left - _group_means(left, size, kind)[kind])
        return float((rest**2 * size[:, None]).sum())

    return sorted(codes, key=unexplained)


def _of_groups(left: Floats, size: Floats, codes: Integers, bases: Floats, horizon: int) -> tuple[Floats, Floats]:
    """The groups' movement ahead, [series, horizon], and in the past, [series, periods]."""
    means = _group_means(left, size, codes)
    weights = np.asarray(np.bincount(codes, size), dtype=np.float64)
    scale = _spread(means)
    learnt = learn_components(_moment(means / scale, weights), bases[:, : left.shape[1], : left.shape[1]])
    ahead = forecast_components(means / scale, bases, learnt) * scale
    return ahead[codes], np.nan_to_num(means)[codes]


def _of_series(left: Floats, size: Floats, codes: Integers, bases: Floats, horizon: int) -> Floats:
    """What is left of each series ahead, [series, horizon]; groups have covariances of their own, drawn towards all."""
    scale = _spread(left)
    scaled = np.clip(left / scale, -OUTLIER, OUTLIER)
    periods, ahead = left.shape[1], np.zeros((len(left), horizon))
    whole = _moment(scaled, size)
    of_all = learn_components(whole, bases[:, :periods, :periods])
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        learnt: Components = of_all
        if 3 <= len(rows) < len(left):
            mixed = (len(rows) * _moment(scaled[rows], size[rows]) + BORROWED * whole) / (len(rows) + BORROWED)
            learnt = learn_components(mixed, bases[:, :periods, :periods], of_all, steps=40)
        ahead[rows] = forecast_components(scaled[rows], bases, learnt)
    return np.asarray(ahead * scale)


def _spread(values: Floats) -> Floats:
    """Root mean square of each row; [rows, 1]."""
    seen = ~np.isnan(values)
    mean = (np.nan_to_num(values) ** 2).sum(1) / np.maximum(seen.sum(1), 1)
    return np.asarray(np.maximum(np.sqrt(mean), 0.01)[:, None])


def _moment(values: Floats, weights: Floats) -> Floats:
    """Second moment of the rows with few gaps (of all, where there are none such), gaps bridged."""
    few = np.isnan(values).mean(1) < MOST_GAPS
    chosen = few if few.any() else np.ones(len(values), dtype=bool)
    bridged = pd.DataFrame(values[chosen].T).interpolate(limit_direction="both").fillna(0.0).to_numpy().T
    return second_moment(bridged, np.maximum(weights[chosen], 1e-9))
