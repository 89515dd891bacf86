"""Prediction intervals for sums over any number of days, from the errors of a backtest (split conformal).

An error is divided by a spread that grows with the series' own noise and its forecast; the quantiles of these scaled
errors, by horizon and by size of series, give the interval (Mondrian conformal prediction, Vovk et al. 2005, ch. 4.5).
Knows sums and spreads, not the methods.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.forecasting.backtest import SUM_DAYS, Fold
from analytics.forecasting.series import Floats
from analytics.forecasting.settings import JUDGED_WEEKS, WEEK
from analytics.forecasting.weeks import Weeks

TAILS: Final = (0.025, 0.1, 0.9, 0.975)
DAYS: Final = (1, *SUM_DAYS)
GROUPS: Final = 5  # sizes of series that are calibrated apart, where there are many
NOISE_WEEKS, NOISE_HALF_LIFE = 26, 4.0
FEW_ERRORS: Final = 60  # below this the normal tail is a lower limit for the empirical one
SHARED_ERROR: Final = 0.4  # part of a forecast's error that grows with the forecast itself


@dataclass(frozen=True)
class Calibration:
    """Quantiles of scaled errors.

    Attributes:
        edges: weekly forecast at which the next group of series begins; [groups - 1].
        days: horizons in days that the backtest reached, ascending.
        quantiles: [groups, horizons, 4], one per TAILS; the first two are 0 at most, the others 0 at least.
        counts: whether the series count units (their noise is at least Poisson's).
    """

    edges: tuple[float, ...]
    days: tuple[int, ...]
    quantiles: Floats
    counts: bool

    def interval(self, value: float, noise: float, weekly: float, opened: float, end: int) -> tuple[float, ...]:
        """Lower 95, lower 80, upper 80 and upper 95 for the sum over a window of days ahead.

        Args:
            value: the forecast sum.
            noise: standard deviation of the series' weekly sales.
            weekly: the series' mean weekly forecast over the first four weeks; chooses its group.
            opened: the window's days by their trading weight, 7 for a week that is open as usual.
            end: days ahead of the window's last day; decides how far the level may have drifted by then.
        """
        if opened <= 0:
            return (0.0, 0.0, 0.0, 0.0)
        group = int(np.searchsorted(np.asarray(self.edges), weekly, side="right"))
        table = self.quantiles[group]
        at = np.array([np.interp(np.log(end), np.log(self.days), table[:, tail]) for tail in range(4)])
        if end > self.days[-1]:
            at = at * (end / self.days[-1]) ** 0.25  # beyond the backtest: half way between no drift and a random walk
        width = spread_of(np.array([value]), np.array([noise]), opened, self.counts)[0]
        return tuple(float(max(0.0, bound)) for bound in value + at * width)


def spread_of(value: Floats, noise: Floats, opened: float, counts: bool) -> Floats:
    """Standard deviation that a sum over `opened` trading days would have before calibration; [series]."""
    variance = opened / WEEK * noise**2 + (SHARED_ERROR * value) ** 2
    floor = np.maximum(value, 0.5) if counts else 1e-4
    return np.asarray(np.sqrt(variance + floor))


def season_noise(view: Weeks) -> Floats:
    """`noise_of` at the season of the coming weeks; [series]."""
    return noise_of(view.rates, np.asarray(view.season.ahead(JUDGED_WEEKS)).mean(-1))


def noise_of(rates: Floats, season_now: Floats) -> Floats:
    """Standard deviation of the weekly rates, recent ones counting most, at the coming weeks' season; [series]."""
    recent = rates[:, -NOISE_WEEKS:]
    weights = 0.5 ** (np.arange(recent.shape[1])[::-1] / NOISE_HALF_LIFE)
    weights /= weights.sum()
    middle = (recent * weights).sum(1, keepdims=True)
    return np.asarray(np.sqrt(((recent - middle) ** 2 * weights).sum(1)) * season_now)


def calibrate(folds: list[Fold], method: str, counts: bool, many: bool) -> Calibration:
    """Learns the quantiles of a method's scaled errors."""
    weekly = np.concatenate([_weekly(fold, method) for fold in folds])
    selling = weekly[weekly > 0]
    grouped = many and len(selling) >= 100 * GROUPS
    edges = tuple(float(e) for e in np.quantile(selling, np.arange(1, GROUPS) / GROUPS)) if grouped else ()
    group = np.searchsorted(np.asarray(edges), weekly, side="right")
    days, tables = [], []
    for horizon in DAYS:
        errors = np.concatenate([_scaled(fold, method, horizon, counts) for fold in folds])  # [fold series, windows]
        if np.isnan(errors).all():
            continue
        overlap = max(1.0, horizon / (WEEK * _step(folds)))
        days.append(horizon)
        tables.append([_tails(errors[group == g].ravel(), overlap) for g in range(len(edges) + 1)])
    return Calibration(edges, tuple(days), np.asarray(tables).transpose(1, 0, 2), counts)


def coverage(folds: list[Fold], method: str, counts: bool, many: bool) -> dict[str, float]:
    """Share (0-100) of four-week sums inside intervals that were calibrated on other origins only."""
    days = JUDGED_WEEKS * WEEK
    inside80, inside95, judged = 0, 0, 0
    for fold in folds:
        apart = [f for f in folds if abs(f.weeks_back - fold.weeks_back) * WEEK >= days]
        if len(apart) < 2:
            continue
        learnt = calibrate(apart, method, counts, many)
        column = SUM_DAYS.index(days)
        weekly, noise, opened = _weekly(fold, method), _noise(fold), _opened(fold)[:days].sum()
        for row, (value, actual) in enumerate(
            zip(fold.forecast[method][fold.known, column], fold.actual[fold.known, column], strict=True)
        ):
            low95, low80, high80, high95 = learnt.interval(value, noise[row], weekly[row], opened, days)
            inside80 += low80 <= actual <= high80
            inside95 += low95 <= actual <= high95
            judged += 1
    if not judged:
        return {}
    return {"coverage 80": float(100 * inside80 / judged), "coverage 95": float(100 * inside95 / judged)}


def _weekly(fold: Fold, method: str) -> Floats:
    return np.asarray(fold.forecast[method][fold.known, SUM_DAYS.index(JUDGED_WEEKS * WEEK)] / JUDGED_WEEKS)


def _opened(fold: Fold) -> Floats:
    """Trading weight of the days after the origin."""
    return fold.view.trading.ahead(fold.view.next_day, DAYS[-1])


def _noise(fold: Fold) -> Floats:
    return np.asarray(season_noise(fold.view)[fold.known])


def _scaled(fold: Fold, method: str, horizon: int, counts: bool) -> Floats:
    """Scaled errors of the known series; [known series, windows]: seven single days, or one sum."""
    noise, opened = _noise(fold), _opened(fold)
    if horizon == 1:
        value, actual = fold.forecast_days[method][fold.known], fold.actual_days[fold.known]
        open_days = opened[:WEEK] > 0
        value, actual = value[:, open_days], actual[:, open_days]
        weights = opened[:WEEK][open_days]
        width = np.stack([spread_of(value[:, d], noise, o, counts) for d, o in enumerate(weights)], axis=1)
        padded = np.full((len(noise), WEEK), np.nan)
        padded[:, : value.shape[1]] = (actual - value) / width
        return padded
    column = SUM_DAYS.index(horizon)
    value = fold.forecast[method][fold.known, column]
    scaled = (fold.actual[fold.known, column] - value) / spread_of(value, noise, opened[:horizon].sum(), counts)
    return np.asarray(scaled[:, None])


def _step(folds: list[Fold]) -> int:
    return max(1, folds[1].weeks_back - folds[0].weeks_back) if len(folds) > 1 else 1


def _tails(errors: Floats, overlap: float) -> list[float]:
    """Quantiles with the finite-sample correction; where errors are few, no narrower than Student's t."""
    errors = errors[~np.isnan(errors)]
    if not len(errors):
        return [-3.0, -1.6, 1.6, 3.0]  # a group without errors: some three and one and a half spreads
    count = len(errors)
    found = []
    for tail in TAILS:
        level = np.floor(tail * (count + 1)) / count if tail < 0.5 else np.ceil(tail * (count + 1)) / count
        found.append(float(np.quantile(errors, np.clip(level, 0.0, 1.0))))
    if count < FEW_ERRORS:
        from scipy.stats import t

        freedom = max(4.0, count / overlap - 1)
        student = t.ppf(TAILS, freedom) * float(np.sqrt((errors**2).mean()))
        found = [min(f, s) if f_tail < 0.5 else max(f, s) for f, s, f_tail in zip(found, student, TAILS, strict=True)]
    return [min(f, 0.0) if tail < 0.5 else max(f, 0.0) for f, tail in zip(found, TAILS, strict=True)]
