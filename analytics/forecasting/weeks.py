"""Daily panels -> weekly rates that methods can extrapolate, and a method's weekly rates -> daily sales.

A week here is a block of seven days that ends on the last known day, so no half week is ever learnt from. A rate is
what a series sells in a week that is open as usual, season taken out. Knows no method.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.forecasting.panel import Integers
from analytics.forecasting.product_seasons import SeriesSeasons
from analytics.forecasting.season import Season
from analytics.forecasting.series import DailyPanel, Floats
from analytics.forecasting.settings import WEEK, YEAR_WEEKS
from analytics.forecasting.trading_days import TradingDays, weekday_profile, weekdays_of

LEAST_OPEN = 0.25  # a week open less than this says nothing about the rate
LEAST_AVAILABLE = 0.3  # nor does a week in which less of the demand could be served
BORROWED_DAYS = 60.0
LEAST_SEASON = 0.5  # a week below this part of a usual one is filled up with the year's level


@dataclass(frozen=True)
class Weeks:
    """The weekly view of a panel, and what turns forecasts of it back into days.

    Attributes:
        sales: net units or money per week, never below 0; [series, weeks].
        exposure: what of a usual week was open and in stock, 0 where too little of it; [series, weeks].
        rates: sales per fully open, fully stocked week without season; [series, weeks], no gaps.
        first: index of a series' first week with a sale; [series].
        next_day: the day after the last known one.
        profiles: weekday weights of each series, Monday first, mean 1; [series, 7].
        kinds: code of each series' category; [series], None where the level has none.
        logs: logarithm of each product's price, NaN where unknown; [series], None with `kinds`.
    """

    sales: Floats
    exposure: Floats
    rates: Floats
    first: np.ndarray
    next_day: date
    profiles: Floats
    trading: TradingDays
    season: Season | SeriesSeasons
    kinds: Integers | None = None
    logs: Floats | None = None

    def seasonal(self, rates: Floats) -> Floats:
        """Forecast rates with the season put back; [series, weeks ahead]."""
        return np.asarray(rates * self.season.ahead(rates.shape[1]))

    def daily(self, weekly: Floats, days: int) -> Floats:
        """Seasonal weekly forecasts spread over the next `days` days; [series, days]."""
        return spread(weekly, self.profiles, self.trading, self.next_day, 0, days)


def spread(weekly: Floats, profiles: Floats, trading: TradingDays, next_day: date, begin: int, end: int) -> Floats:
    """Expected sales of the days begin..end-1 ahead (0 = next_day); [series, end - begin]."""
    start = next_day + timedelta(days=begin)
    week = np.arange(begin, end) // WEEK
    opened = ~trading.closed(start, end - begin)
    return np.asarray(weekly[:, week] / WEEK * profiles[:, weekdays_of(start, end - begin)] * opened)


def weekly_view(panel: DailyPanel, total: Floats, trading: TradingDays, season: Season, longest: int) -> Weeks:
    """Folds the last whole weeks of a panel.

    Args:
        panel: daily sales up to the last known day.
        total: the shop's daily units over the same days; says which days were open.
        trading: what is known of the shop's days.
        season: its yearly season.
        longest: at most so many weeks.
    """
    weeks = min(panel.days // WEEK, longest)
    block = slice(panel.days - weeks * WEEK, panel.days)

    def fold(values: Floats) -> Floats:
        return np.asarray(values[..., block].reshape(*values.shape[:-1], weeks, WEEK).sum(-1))

    day_weights = trading.past(total, panel.start)
    opened = fold(day_weights) / WEEK
    sales = np.clip(fold(panel.values), 0, None).astype(np.float64)
    served = np.ones_like(sales)
    if panel.available is not None:
        served = fold(panel.available * day_weights) / np.maximum(fold(day_weights), 1e-9)
    usable = (opened >= LEAST_OPEN) & (served >= LEAST_AVAILABLE)
    exposure = np.where(usable, opened * served, 0.0)
    profile = np.asarray(trading.profile)
    return Weeks(
        sales=sales,
        exposure=exposure,
        rates=rates_of(sales, exposure, season.past(weeks)),
        first=np.where(sales.any(1), (sales > 0).argmax(1), weeks),
        next_day=panel.start + timedelta(days=panel.days),
        profiles=weekday_profile(panel.values, weekdays_of(panel.start, panel.days), profile, BORROWED_DAYS),
        trading=trading,
        season=season,
        kinds=panel.kinds,
        logs=panel.logs,
    )


def with_seasons(weeks: Weeks, season: SeriesSeasons) -> Weeks:
    """The same weeks with a season of each series' own."""
    rates = rates_of(weeks.sales, weeks.exposure, season.past(weeks.sales.shape[1]))
    return replace(weeks, rates=rates, season=season)


def rates_of(sales: Floats, exposure: Floats, season: Floats) -> Floats:
    """Sales per usual week without season; [series, weeks].

    A week far outside of the season says little about the level (one sale where a tenth is usual is no tenfold rate):
    the part of it that is missing to `LEAST_SEASON` is taken to have gone like the last year as a whole.
    """
    if season.min(initial=1.0) >= LEAST_SEASON:
        return _bridge(np.where(exposure > 0, sales / np.maximum(exposure * season, 1e-6), np.nan))
    season = np.broadcast_to(season, sales.shape)
    year = slice(-YEAR_WEEKS, None)
    expected = (exposure[:, year] * season[:, year]).sum(1)
    level = (sales[:, year] * (exposure[:, year] > 0)).sum(1) / np.maximum(expected, 1e-6)
    lacking = np.maximum(LEAST_SEASON - season, 0.0)
    of_week = sales / np.maximum(exposure, 1e-6)
    return _bridge(np.where(exposure > 0, (of_week + lacking * level[:, None]) / (season + lacking), np.nan))


def _bridge(rates: Floats) -> Floats:
    """Unknown weeks take the straight line between their neighbours; a series without any known week is 0."""
    if not np.isnan(rates).any():
        return rates
    bridged = pd.DataFrame(rates.T).interpolate(limit_direction="both").fillna(0.0)
    return np.asarray(bridged.to_numpy().T)
