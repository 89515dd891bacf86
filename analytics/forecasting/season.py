"""The shop's yearly season: one factor per week of the year, learnt from its weekly total. Knows no products."""

from dataclasses import dataclass

import numpy as np

from analytics.forecasting.series import Floats
from analytics.forecasting.settings import YEAR_WEEKS


@dataclass(frozen=True)
class Season:
    """Factors around 1 by position in the year, counted back from the last known week.

    Attributes:
        factors: [52]; factors[-1] belongs to the last known week, factors[0] to the week after it.
    """

    factors: tuple[float, ...]

    def past(self, weeks: int) -> Floats:
        """Factor of each of the last `weeks` known weeks; [weeks]."""
        return np.asarray(self.factors)[np.arange(-weeks, 0) % YEAR_WEEKS]

    def ahead(self, weeks: int) -> Floats:
        """Factor of each of the next `weeks` weeks; [weeks]."""
        return np.asarray(self.factors)[np.arange(weeks) % YEAR_WEEKS]


NO_SEASON = Season((1.0,) * YEAR_WEEKS)


def learn_season(rates: Floats, proven: bool) -> Season:
    """Takes the trend out of the shop's weekly total and averages what is left by week of the year.

    Args:
        rates: weekly totals per open week, [weeks]; positive.
        proven: whether a backtest has shown that the season helps. Where it could not (little more than a year of
            history), the factors are pulled towards 1 by how little one week says about the next.

    Returns:
        NO_SEASON where there is less than a year of history.
    """
    weeks = len(rates)
    if weeks < YEAR_WEEKS:
        return NO_SEASON
    level = np.log(np.maximum(rates, 1e-9 + 0.02 * rates.mean()))
    detrended = level - yearly_growth(level) * np.arange(weeks) / YEAR_WEEKS
    detrended -= detrended[-YEAR_WEEKS:].mean()
    position = np.arange(-weeks, 0) % YEAR_WEEKS
    index = np.array([detrended[position == p].mean() for p in range(YEAR_WEEKS)])
    if not proven:
        inner = index - index.mean()
        index = index * float(np.clip((inner[1:] * inner[:-1]).sum() / max((inner**2).sum(), 1e-9), 0.0, 1.0))
    smooth = 0.25 * np.roll(index, 1) + 0.5 * index + 0.25 * np.roll(index, -1)
    factors = np.exp(smooth)
    return Season(tuple(float(f) for f in factors / factors.mean()))


def yearly_growth(level: Floats) -> float:
    """Growth of the log level over a year, from the weeks that two years share, trusted more the more there are."""
    shared = min(len(level) - YEAR_WEEKS, YEAR_WEEKS)
    if shared < 1:
        return 0.0
    growth = float((level[-shared:] - level[-shared - YEAR_WEEKS : len(level) - YEAR_WEEKS]).mean())
    return growth * shared / (shared + 2)
