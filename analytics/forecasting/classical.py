"""Statistical methods, one model per series: exponential smoothing, Theta, intermittent demand. Know no scores."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from analytics.forecasting.panel import Floats, Freq, Panel
from analytics.forecasting.statistics_engine import EngineSettings, run_statistics

LONGEST: Final[dict[Freq, int]] = {"D": 182, "W": 208, "M": 120}  # periods that are fitted
SHORTEST: Final = 4


@dataclass(frozen=True)
class Classical:
    """A model of statsforecast for each series.

    Attributes:
        make: season length -> the model.
        seasonal: whether the model is told the season; weeks of the year are too many for most.
    """

    name: str
    meaning: str
    make: Callable[[int], Any]
    seasonal: tuple[Freq, ...] = ("D", "M")
    engine: EngineSettings = field(default_factory=EngineSettings)
    costly: bool = True

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Values ahead, [series, horizon]; NaN for series with fewer than four periods."""
        short = panel.since(max(0, panel.periods - LONGEST[panel.freq]))
        able = np.flatnonzero(short.first <= short.periods - SHORTEST)
        if not len(able):
            return None
        season = panel.cycle if panel.freq in self.seasonal and short.periods >= 2 * panel.cycle else 1
        values, first = short.filled()[able], short.first[able]
        found = run_statistics({self.name: self.make(season)}, values, first, horizon, self.engine)[self.name]
        ahead = np.full((len(panel.keys), horizon), np.nan)
        most = 3.0 * np.maximum(values.max(1, keepdims=True), 0.0)
        ahead[able] = np.clip(found, 0.0, most)  # a trend is not followed beyond three times the highest period
        return ahead


def classical_candidates(engine: EngineSettings | None = None) -> list[Classical]:
    """AutoETS, AutoTheta, Croston-SBA and IMAPA."""
    from statsforecast import models

    where = engine or EngineSettings()
    return [
        Classical(
            "AutoETS",
            "exponential smoothing with error, trend and season chosen by AICc (AutoETS)",
            lambda season: models.AutoETS(season_length=season),
            engine=where,
        ),
        Classical(
            "AutoTheta",
            "the Theta method, its variant chosen by fit (AutoTheta)",
            lambda season: models.AutoTheta(season_length=season),
            engine=where,
        ),
        Classical(
            "Croston SBA",
            "Croston's method with the Syntetos-Boylan correction",
            lambda season: models.CrostonSBA(),
            engine=where,
        ),
        Classical(
            "IMAPA",
            "smoothing at several levels of aggregation over time (IMAPA)",
            lambda season: models.IMAPA(),
            engine=where,
        ),
    ]
