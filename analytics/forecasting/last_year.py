"""The method "last year by group": last year's same periods, freed of noise by the group's patterns, at today's level.

One year of one series is mostly noise; the few patterns that its group's series share (a singular value decomposition
per group) are not. Each series keeps part of what is its own. Knows no calendar beyond the length of a year.
"""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.panel import Floats, Integers, Panel

PATTERNS = 5  # that a group's series share
KEPT = 0.5  # of what a series does beside those patterns
DOUBT = 10.0  # periods that "no change since last year" counts for, against the recent ones
RECENT = 13  # periods whose level is compared with last year's
MOST_CHANGE = 3.0


@dataclass(frozen=True)
class LastYearByGroup:
    """Last year's denoised periods times the growth since; see the module."""

    name: str = "last year by group"
    meaning: str = "last year's same periods, drawn towards what the group shares, at today's level"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Sales ahead, [series, horizon]; None where there is not a year and four periods of history."""
        year = panel.year
        if panel.periods < year + 4:
            return None
        values = np.maximum(panel.filled(), 0.0)
        kind = next(iter(panel.groups.values()), np.zeros(len(values), dtype=np.intp))
        smooth = denoised(values, kind, year)
        ahead = panel.periods - year + np.arange(horizon) % year
        forecast = smooth[:, ahead] * growth(panel, values, smooth)[:, None]
        lacking = panel.first > panel.periods - year
        return np.where(lacking[:, None], np.nan, forecast)


def denoised(values: Floats, kind: Integers, year: int) -> Floats:
    """The series drawn towards the patterns of their group; [series, periods]."""
    size = np.maximum(values[:, -year:].mean(1), 1e-3 * max(float(values.mean()), 1e-9))
    scaled = values / size[:, None]
    smooth = np.zeros_like(scaled)
    for code in np.unique(kind):
        rows = np.flatnonzero(kind == code)
        weights = np.sqrt(size[rows])[:, None]
        kept = min(PATTERNS, max(1, len(rows) // 4))
        smooth[rows] = of_low_rank(scaled[rows] * weights, kept) / weights
    return np.asarray(np.maximum(smooth + KEPT * (scaled - smooth), 0.0) * size[:, None])


def of_low_rank(values: Floats, rank: int) -> Floats:
    """The nearest matrix of this rank (Eckart and Young 1936), from the first eigenvectors of the smaller square."""
    from scipy.linalg import eigh

    tall = values.shape[0] > values.shape[1]
    square = values.T @ values if tall else values @ values.T
    last = len(square) - 1
    vectors = eigh(square, subset_by_index=[max(0, last + 1 - rank), last])[1]
    return np.asarray((values @ vectors) @ vectors.T if tall else vectors @ (vectors.T @ values))


def growth(panel: Panel, values: Floats, smooth: Floats) -> Floats:
    """Recent level as a multiple of last year's, drawn towards 1 where little is known; [series]."""
    year, end = panel.year, panel.periods
    span = min(RECENT * max(panel.cycle // 52, 1) if panel.freq != "D" else 56, end - year)
    now, then = values[:, end - span :], smooth[:, end - span - year : end - year]
    both = ~np.isnan(panel.values[:, end - span :]) & ~np.isnan(panel.values[:, end - span - year : end - year])
    level_now, level_then = (now * both).sum(1), (then * both).sum(1)
    usable = (level_now > 0) & (level_then > 0)
    ratio = np.where(usable, level_now / np.where(usable, level_then, 1.0), 1.0)
    known = both.sum(1) * (1.0 if panel.freq != "D" else 1 / 7)
    return np.asarray(np.exp(np.log(np.clip(ratio, 1 / MOST_CHANGE, MOST_CHANGE)) * known / (known + DOUBT)))
