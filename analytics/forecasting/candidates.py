"""What a forecasting method is, and the plain ones that every other has to beat. Knows no scores."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from analytics.forecasting.panel import Floats, Panel


class Candidate(Protocol):
    """A method that may compete."""

    @property
    def name(self) -> str:
        """As scorecards show it."""
        ...

    @property
    def meaning(self) -> str:
        """What it does, in words for a shopkeeper."""
        ...

    @property
    def costly(self) -> bool:
        """Whether it fits each series apart, so that a sample of series is enough to judge it."""
        ...

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Values ahead, [series, horizon], NaN for series that it cannot forecast; None where it can for none."""
        ...


@dataclass(frozen=True)
class Naive:
    """The last known value again."""

    name: str = "naive"
    meaning: str = "the last known value again"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats:
        """[series, horizon]; 0 for a series without any value."""
        return np.repeat(last_known(panel.values)[:, None], horizon, axis=1)


@dataclass(frozen=True)
class SeasonalNaive:
    """The same period of the last season: weekday, week or month of the year."""

    name: str = "seasonal naive"
    meaning: str = "the same weekday, week or month of the last season again"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats:
        """[series, horizon]; the last known value where last season's is unknown or there was none."""
        last, cycle = last_known(panel.values), panel.cycle
        place = panel.periods - cycle + np.arange(horizon) % cycle
        known = place >= 0
        ahead = np.full((len(last), horizon), np.nan)
        ahead[:, known] = panel.values[:, place[known]]
        return np.where(np.isnan(ahead), last[:, None], ahead)


@dataclass(frozen=True)
class RecentMean:
    """The mean of the last periods: 28 days, 8 weeks, 3 months."""

    name: str = "recent mean"
    meaning: str = "the mean of the last 28 days, 8 weeks or 3 months"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats:
        """[series, horizon]; the last known value where all of them are unknown."""
        span = {"D": 28, "W": 8, "M": 3}[panel.freq]
        recent = panel.values[:, -span:]
        count = (~np.isnan(recent)).sum(1)
        mean = np.where(count > 0, np.nan_to_num(recent).sum(1) / np.maximum(count, 1), last_known(panel.values))
        return np.repeat(mean[:, None], horizon, axis=1)


def last_known(values: Floats) -> Floats:
    """Each series' last known value, 0 where there is none; [series]."""
    seen = ~np.isnan(values)
    place = values.shape[1] - 1 - seen[:, ::-1].argmax(1)
    return np.where(seen.any(1), np.nan_to_num(values)[np.arange(len(values)), place], 0.0)
