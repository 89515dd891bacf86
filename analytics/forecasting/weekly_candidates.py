"""The candidates that learn over all series, for the shop's weekly rates. Knows no score.

They see rates without the shop's season, so what they forecast are such rates too. Beyond half a year they hold
their level: nothing further was ever learnt.
"""

from typing import Final

import numpy as np
import pandas as pd

from analytics.forecasting.candidates import Candidate
from analytics.forecasting.lag_learners import LinearLags
from analytics.forecasting.last_year import LastYearByGroup
from analytics.forecasting.lstm import Recurrent
from analytics.forecasting.panel import Floats, Panel
from analytics.forecasting.pretrained import PRETRAINED, Pretrained
from analytics.forecasting.settings import ForecastSettings
from analytics.forecasting.training_rows import Sampling
from analytics.forecasting.weeks import Weeks

REACH: Final = 26  # weeks ahead that are learnt
HELD: Final = 4  # whose mean holds afterwards
ROWS: Final = 30_000  # that a learner sees, so that a shop's fit stays short
CANDIDATES: Final[dict[str, Candidate]] = {
    "linear": LinearLags(sampling=Sampling(ROWS, every=3)),
    "LSTM": Recurrent(width=24, sampling=Sampling(ROWS, every=3)),
    "last year by group": LastYearByGroup(),
}
OF_MANY: Final = ("linear", "LSTM")  # need many series to learn from
LASTING: Final = "last year by group"  # reaches as far as is asked


def forecast_by_candidates(
    weeks: Weeks, horizon: int, wanted: set[str], settings: ForecastSettings
) -> dict[str, Floats]:
    """Rates ahead of the wanted candidates that can, [series, horizon]; NaN for series that they cannot forecast.

    Raises:
        MissingData: a pretrained model is set, but cannot be had.
    """
    many = len(weeks.rates) >= settings.many_series
    chosen = {name: each for name, each in CANDIDATES.items() if name in wanted and (many or name not in OF_MANY)}
    if many and settings.pretrained and PRETRAINED in wanted:
        chosen[PRETRAINED] = Pretrained(settings.pretrained)
    if not chosen:
        return {}
    panel, found = as_panel(weeks), {}
    for name, candidate in chosen.items():
        reach = horizon if name == LASTING else min(horizon, REACH)
        ahead = _best_selling(candidate, panel, reach, settings.costly_series)
        if ahead is not None:
            held = np.repeat(ahead[:, -HELD:].mean(1, keepdims=True), horizon - reach, axis=1)
            found[name] = np.concatenate([ahead, held], axis=1)
    return found


def _best_selling(candidate: Candidate, panel: Panel, horizon: int, most: int) -> Floats | None:
    """Forecasts of all series; of a costly candidate those of the best-selling ones, NaN for the others."""
    if not candidate.costly or len(panel.keys) <= most:
        return candidate.forecast(panel, horizon)
    rows = np.sort(np.argsort(-np.nan_to_num(panel.values[:, -26:]).sum(1), kind="stable")[:most])
    found = candidate.forecast(panel.of(rows), horizon)
    if found is None:
        return None
    ahead = np.full((len(panel.keys), horizon), np.nan)
    ahead[rows] = found
    return ahead


def as_panel(weeks: Weeks) -> Panel:
    """The weekly rates as a panel whose dates are the weeks' last days; unknown before a series first sold."""
    known = weeks.rates.shape[1]
    last = pd.Timestamp(weeks.next_day) - pd.Timedelta(days=1)
    dates = pd.date_range(last - pd.Timedelta(weeks=known - 1), periods=known + REACH, freq="7D")
    values = np.where(np.arange(known)[None] < weeks.first[:, None], np.nan, weeks.rates)
    return Panel(tuple(map(str, range(len(values)))), "W", dates, values)
