"""Quantiles and ranges by period ahead, from the errors of earlier windows (split conformal). Knows no method.

An error is divided by the error that a series of this size and restlessness usually has; the quantiles of these, by
size of series and by distance, make the range (Mondrian conformal prediction, Vovk et al. 2005, ch. 4.5). A range is
calibrated as a whole (Romano et al., "Conformalized quantile regression", NeurIPS 2019): where its lower end is 0
and nothing can sell less, its upper end alone decides what it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.forecasting.contest import Window, mixed
from analytics.forecasting.panel import Floats, Integers, Panel

TAILS: Final = (0.025, 0.1, 0.5, 0.9, 0.975)
RANGES: Final = {80: (1, 3), 95: (0, 4)}  # promised share -> its two tails
SIZES: Final = 5
DISTANCES: Final = 3
LEAST_ERRORS: Final = 200  # of a group of its own
FLOOR: Final = 1e-3


@dataclass(frozen=True)
class Bands:
    """What the windows' errors say.

    Attributes:
        usual: coefficients of the logarithm of a usual error: constant, forecast, restlessness of the series, that of
            the period.
        unit: what values are divided by before logarithms are taken.
        edges: usual errors at which the next size of series begins.
        horizon: periods ahead that were judged.
        tails: [sizes, distances, TAILS], in usual errors.
        widened: promised share -> [sizes, distances], how far a range's ends are moved out, in usual errors.
    """

    usual: Floats
    unit: float
    edges: Floats
    horizon: int
    tails: Floats
    widened: dict[int, Floats]

    def quantiles(self, said: Floats, panel: Panel) -> Floats:
        """Each of TAILS; [series, horizon, tails]."""
        spread = self._spread(said, panel)
        size, distance = _places(spread, self.edges, self.horizon)
        return np.maximum(said[..., None] + self.tails[size, distance] * spread[..., None], 0.0)

    def bounds(self, said: Floats, panel: Panel, share: int) -> tuple[Floats, Floats]:
        """Lower and upper end of the range that holds `share` (80 or 95) %; [series, horizon] each."""
        spread = self._spread(said, panel)
        size, distance = _places(spread, self.edges, self.horizon)
        low, high = (said + self.tails[size, distance, tail] * spread for tail in RANGES[share])
        more = self.widened[share][size, distance] * spread
        low = np.where(low <= 0, 0.0, np.maximum(low - more, 0.0))
        return low, np.maximum(high + more, low)

    def _spread(self, said: Floats, panel: Panel) -> Floats:
        rest, period = restlessness(panel) / self.unit, unrest_of_periods(panel, said.shape[1])
        return _usual_error(said, rest[:, None], period[None], self.usual, self.unit)


def restlessness(panel: Panel) -> Floats:
    """Mean absolute distance of the last year's values from their neighbours' mean; [series]."""
    values = panel.filled()[:, -panel.year :]
    if values.shape[1] < 3:
        return np.asarray(np.abs(values).mean(1))
    around = 0.5 * (values[:, :-2] + values[:, 2:])
    return np.asarray(np.abs(values[:, 1:-1] - around).mean(1))


def unrest_of_periods(panel: Panel, horizon: int) -> Floats:
    """How far the same period of last year stood off its neighbours, over all series, 1 on average; [horizon].

    Christmas is harder to forecast than May. Without a year and a season of history every period is like the others.
    """
    step = 7 if panel.freq == "D" else 1
    values, year = np.maximum(panel.filled(), 0.0), panel.year
    if values.shape[1] < year + 2 * step or horizon < 1:
        return np.ones(horizon)
    place = np.arange(panel.periods - year, panel.periods - step)
    off = np.abs(values[:, place] - 0.5 * (values[:, place - step] + values[:, place + step]))
    usual = off.sum(0) / max(float(off.sum(0).mean()), 1e-12)
    return np.asarray(np.resize(np.concatenate([usual, np.ones(step)]), horizon))


def learn_bands(panel: Panel, windows: Sequence[Window], weights: dict[str, float], horizon: int) -> Bands:
    """Bands for the weighted mean of the windows' forecasts.

    A window weighs as it did when the methods were chosen: errors made with half the history say less about today's
    (Barber et al., "Conformal prediction beyond exchangeability", Annals of Statistics 2023).
    """
    said, actual, rest, period, distance, heavy = [], [], [], [], [], []
    for window in windows:
        mean = mixed(window.forecasts, weights)
        judged = ~np.isnan(mean).any(1)
        restless = restlessness(panel.until(window.periods).of(window.rows[judged]))
        said.append(mean[judged].ravel())
        actual.append(window.actual[judged].ravel())
        rest.append(np.repeat(restless, window.horizon))
        period.append(np.tile(unrest_of_periods(panel.until(window.periods), window.horizon), len(restless)))
        distance.append(np.tile(np.arange(window.horizon, dtype=np.float64), int(judged.sum())))
        heavy.append(np.full(said[-1].shape, window.weight))
    known = ~np.isnan(np.concatenate(actual))
    forecast, came, restless, unrest, step, weight = (
        np.concatenate(each)[known] for each in (said, actual, rest, period, distance, heavy)
    )
    unit = max(float(np.abs(forecast).mean()), 1e-9)
    usual = _fit_usual(forecast / unit, came / unit, restless / unit, unrest, weight)
    spread = _usual_error(forecast, restless / unit, unrest, usual, unit)
    edges = np.quantile(spread, np.arange(1, SIZES) / SIZES)
    place = _place(spread, edges) * DISTANCES + np.minimum(step.astype(np.intp) * DISTANCES // horizon, DISTANCES - 1)
    tails, widened = _tables(forecast, came, spread, place, weight)
    return Bands(usual, unit, edges, horizon, tails, widened)


def _fit_usual(forecast: Floats, came: Floats, restless: Floats, unrest: Floats, weight: Floats) -> Floats:
    """Weighted least squares of the logarithm of the absolute error on those of forecast, series and period; [4]."""
    columns = np.column_stack([np.ones(len(forecast)), *_logarithms(forecast, restless, unrest)])
    root = np.sqrt(weight)
    found = np.linalg.lstsq(columns * root[:, None], np.log(np.abs(came - forecast) + FLOOR) * root, rcond=None)[0]
    return np.asarray(found)


def _usual_error(said: Floats, restless: Floats, unrest: Floats, usual: Floats, unit: float) -> Floats:
    """The error that such a series usually has in such a period; of the shape of `said`."""
    logs = _logarithms(said / unit, restless, unrest)
    return np.asarray(unit * np.exp(usual[0] + sum(u * each for u, each in zip(usual[1:], logs, strict=True))))


def _logarithms(forecast: Floats, restless: Floats, unrest: Floats) -> tuple[Floats, Floats, Floats]:
    return np.log(forecast + FLOOR), np.log(restless + FLOOR), np.log(unrest + 0.05)


def _place(spread: Floats, edges: Floats) -> Integers:
    return np.asarray(np.searchsorted(edges, spread, side="right"))


def _places(spread: Floats, edges: Floats, horizon: int) -> tuple[Integers, Integers]:
    """Size and distance of each forecast; [series, horizon] each."""
    steps = np.minimum(np.arange(spread.shape[1]) * DISTANCES // horizon, DISTANCES - 1)
    return _place(spread, edges), np.broadcast_to(steps, spread.shape)


def _tables(
    forecast: Floats, came: Floats, spread: Floats, place: Integers, weight: Floats
) -> tuple[Floats, dict[int, Floats]]:
    """Tails and widenings of each size and distance; a group with few errors takes those of all."""
    tails = np.zeros((SIZES * DISTANCES, len(TAILS)))
    widened = {share: np.zeros(SIZES * DISTANCES) for share in RANGES}
    for group in range(SIZES * DISTANCES):
        chosen = place == group
        if chosen.sum() < LEAST_ERRORS:
            chosen = np.ones(len(place), dtype=bool)
        said, actual, wide, heavy = forecast[chosen], came[chosen], spread[chosen], weight[chosen]
        tails[group] = weighted_quantiles((actual - said) / wide, heavy, np.array(TAILS))
        for share, (low, high) in RANGES.items():
            lower = said + tails[group, low] * wide
            above = (actual - said - tails[group, high] * wide) / wide
            below = np.where(lower <= 0, np.where(actual < 0, np.inf, -np.inf), (lower - actual) / wide)
            outside = np.maximum(above, below)
            widened[share][group] = weighted_quantiles(outside, heavy, np.array([share / 100]))[0]
    shape = (SIZES, DISTANCES)
    return tails.reshape(*shape, -1), {share: each.reshape(shape) for share, each in widened.items()}


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Smallest values that these shares of the weight do not exceed; [levels]."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return np.asarray(values[order][np.minimum(np.searchsorted(reached, levels - 1e-12), len(values) - 1)])
