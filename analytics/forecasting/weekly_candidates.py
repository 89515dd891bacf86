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
from analytics.forecasting.training_rows import Sampling
from analytics.forecasting.weeks import Weeks

REACH: Final = 26  # weeks ahead that are learnt
HELD: Final = 4  # whose mean holds afterwards
ROWS: Final = 30_000  # that a learner sees, so that a shop's fit stays short
CANDIDATES: Final[dict[str, Candidate]] = {
    "linear": LinearLags(sampling=Sampling(ROWS)),
    "LSTM": Recurrent(width=24, sampling=Sampling(ROWS)),
    "last year by group": LastYearByGroup(),
}
OF_MANY: Final = ("linear", "LSTM")  # need many series to learn from


def forecast_by_candidates(weeks: Weeks, horizon: int, wanted: set[str], many: bool) -> dict[str, Floats]:
    """Rates ahead of the wanted candidates that can, [series, horizon]; NaN for series that they cannot forecast."""
    chosen = [name for name in CANDIDATES if name in wanted and (many or name not in OF_MANY)]
    if not chosen:
        return {}
    panel, found = as_panel(weeks), {}
    for name in chosen:
        reach = horizon if name not in OF_MANY else min(horizon, REACH)
        ahead = CANDIDATES[name].forecast(panel, reach)
        if ahead is not None:
            held = np.repeat(ahead[:, -HELD:].mean(1, keepdims=True), horizon - reach, axis=1)
            found[name] = np.concatenate([ahead, held], axis=1)
    return found


def as_panel(weeks: Weeks) -> Panel:
    """The weekly rates as a panel whose dates are the weeks' last days; unknown before a series first sold."""
    known = weeks.rates.shape[1]
    last = pd.Timestamp(weeks.next_day) - pd.Timedelta(days=1)
    dates = pd.date_range(last - pd.Timedelta(weeks=known - 1), periods=known + REACH, freq="7D")
    values = np.where(np.arange(known)[None] < weeks.first[:, None], np.nan, weeks.rates)
    return Panel(tuple(map(str, range(len(values)))), "W", dates, values)
