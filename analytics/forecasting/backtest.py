"""Rolling origins: forecast from the past of each origin, compare with what then sold, name the best method.

Knows no interval; `calibration` makes those from the sums kept here.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from analytics.errors import NotEnoughHistory
from analytics.forecasting.methods import NAIVE, Weights, forecast_all
from analytics.forecasting.panel import Integers
from analytics.forecasting.product_seasons import LEAST_WEEKS, SeriesSeasons, learn_seasons
from analytics.forecasting.season import NO_SEASON, Season, learn_season
from analytics.forecasting.series import DailyPanel, Floats
from analytics.forecasting.settings import JUDGED_WEEKS, WEEK, YEAR_WEEKS, ForecastSettings
from analytics.forecasting.trading_days import TradingDays
from analytics.forecasting.weeks import Weeks, weekly_view, with_seasons
from analytics.scorecard import Scorecard

SUM_DAYS: Final = (7, 14, 28, 56, 91, 182)  # horizons whose sums are judged
LEAST_TRAINING: Final = 8  # weeks
CALIBRATION_ORIGINS: Final = (20, 26)  # weeks back; further origins of a large level, for its serving method only
SEASON_ORIGINS: Final = (4, 8, 12, 16, 20, 26)  # weeks back; where products' own seasons are tested
PLAINEST: Final = "mean of 8 weeks"
SEASON_WEEKS: Final = 56  # a season needs so many weeks before an origin to be tested there


@dataclass(frozen=True)
class Shop:
    """What every level shares.

    Attributes:
        revenue: the whole shop's daily revenue, one series.
        opened: sum that tells which days had any sale and how the week is shaped; [days].
        season: "no", "assumed" (little more than a year of history: it cannot be tested) or "proven".
        own_seasons: whether products have seasons that differ from the shop's.
        learnt: product seasons by days known, so that they are learnt once.
    """

    revenue: DailyPanel
    opened: Floats
    season: str = "no"
    own_seasons: bool = False
    learnt: dict[int, SeriesSeasons | None] = field(default_factory=dict)

    def view(self, panel: DailyPanel, days: int, settings: ForecastSettings) -> Weeks:
        """The panel's weeks as they were known after its first `days` days."""
        opened, longest = self.opened[:days], settings.longest_fit_weeks
        trading = TradingDays.of(opened, panel.start)
        season: Season = NO_SEASON
        if self.season != "no":
            whole = weekly_view(self.revenue.until(days), opened, trading, NO_SEASON, longest)
            season = learn_season(whole.rates[0], proven=self.season == "proven")
        view = weekly_view(panel.until(days), opened, trading, season, longest)
        return self._with_own_seasons(view, panel.kinds, days, settings) if self.own_seasons else view

    def _with_own_seasons(self, view: Weeks, kinds: Integers | None, days: int, settings: ForecastSettings) -> Weeks:
        """The view with each product's own season, where it has one."""
        if kinds is None:
            return view
        if days not in self.learnt:
            past, ahead = view.season.past(view.sales.shape[1]), view.season.ahead(settings.horizon_weeks)
            begun = np.arange(view.sales.shape[1])[None] >= view.first[:, None]
            self.learnt[days] = learn_seasons(
                view.sales, view.exposure * past * begun, (past, ahead), kinds, view.next_day, settings.seed
            )
        found = self.learnt[days]
        return view if found is None else with_seasons(view, found)


@dataclass(frozen=True)
class Fold:
    """One origin.

    Attributes:
        weeks_back: weeks between the origin and the as-of date.
        known: series that had sold before the origin; bool [series].
        view: what was known.
        actual: net sales summed over each of SUM_DAYS, NaN beyond the as-of date; [series, sums].
        actual_days: net sales of each of the first seven days; [series, 7].
        forecast, forecast_days: the same by method.
        weeks, actual_weeks: forecast by method and net sales of each judged week; [series, weeks].
    """

    weeks_back: int
    known: np.ndarray
    view: Weeks
    actual: Floats
    actual_days: Floats
    forecast: dict[str, Floats]
    forecast_days: dict[str, Floats]
    weeks: dict[str, Floats]
    actual_weeks: Floats


def origins(weeks: int, series: int, settings: ForecastSettings) -> list[int]:
    """Weeks back of the competition's origins, newest first.

    Raises:
        NotEnoughHistory: there is not even one.
    """
    if series >= settings.many_series:
        step, count = JUDGED_WEEKS, settings.origins
    else:
        step = 1 if series <= 5 else 2
        count = max(1, settings.small_level_origins // step)
    back = [JUDGED_WEEKS + step * i for i in range(count)]
    found = [b for b in back if weeks - b >= LEAST_TRAINING]
    if not found:
        least = LEAST_TRAINING + JUDGED_WEEKS
        raise NotEnoughHistory(
            f"Expected at least {least} weeks of sales to fit and judge a forecast, but this shop has {weeks}. "
            "Import a longer history, or fit again when more weeks have passed."
        )
    return found


def run_fold(
    panel: DailyPanel,
    shop: Shop,
    weeks_back: int,
    settings: ForecastSettings,
    only: str | None = None,
    weights: Weights | None = None,
) -> Fold:
    """Forecasts from `weeks_back` weeks before the last day; of one method alone where `only` names it."""
    split = panel.days - weeks_back * WEEK
    view = shop.view(panel, split, settings)
    ahead = min(panel.days - split, SUM_DAYS[-1])
    future = panel.values[:, split : split + ahead].astype(np.float64)
    served = 1.0 if panel.available is None else panel.available[:, split : split + ahead]
    known = np.asarray((view.sales[:, -YEAR_WEEKS:] > 0).any(1))
    actual_weeks = _week_sums(future)
    forecast, forecast_days, weeks = {}, {}, {}
    for method, rates in forecast_all(view, settings, -(-ahead // WEEK), only, weights).items():
        daily = view.daily(view.seasonal(rates), ahead) * served
        forecast[method] = _sums(daily)
        forecast_days[method] = daily[:, :WEEK]
        weeks[method] = _week_sums(daily)
    return Fold(
        weeks_back,
        known,
        view,
        np.clip(_sums(future), 0, None),
        np.clip(future[:, :WEEK], 0, None),
        forecast,
        forecast_days,
        weeks,
        actual_weeks,
    )


def _week_sums(daily: Floats) -> Floats:
    return np.asarray(np.clip(daily[:, : JUDGED_WEEKS * WEEK].reshape(len(daily), JUDGED_WEEKS, WEEK).sum(-1), 0, None))


def _sums(daily: Floats) -> Floats:
    """Sums over each of SUM_DAYS, NaN where the days are not all there; [series, sums]."""
    running = np.cumsum(daily, axis=1)
    missing = np.full(len(daily), np.nan)
    return np.stack([running[:, d - 1] if d <= daily.shape[1] else missing for d in SUM_DAYS], axis=1)


def scores(folds: list[Fold]) -> dict[str, dict[str, float]]:
    """Each method's errors over all origins, as shares of what was sold (0.5 = 50 %), and its bias."""
    column = SUM_DAYS.index(JUDGED_WEEKS * WEEK)
    methods = [m for m in folds[0].forecast if all(m in fold.forecast for fold in folds)]
    sold = max(sum(float(f.actual[f.known, column].sum()) for f in folds), 1e-9)
    found = {}
    for method in methods:
        errors = [f.forecast[method][f.known, column] - f.actual[f.known, column] for f in folds]
        found[method] = {
            "WAPE": float(sum(np.abs(e).sum() for e in errors) / sold),
            "weekly WAPE": _weekly_wape(folds, method),
            "bias": float(sum(e.sum() for e in errors) / sold),
        }
    return found


def _weekly_wape(folds: list[Fold], method: str) -> float:
    wrong = sum(float(np.abs(f.weeks[method] - f.actual_weeks)[f.known].sum()) for f in folds)
    return wrong / max(sum(float(f.actual_weeks[f.known].sum()) for f in folds), 1e-9)


def best(found: dict[str, dict[str, float]], folds: list[Fold]) -> str:
    """The method with the lowest WAPE.

    The naive method cannot serve where some origin had no year before it: it was judged there as "the last four weeks
    again", and would serve as something that nobody judged.
    """
    return min((m for m in found if not (untested(folds) and m == NAIVE)), key=lambda m: found[m]["WAPE"])


def untested(folds: list[Fold]) -> bool:
    """Whether some origin had no year before it."""
    return any(fold.view.rates.shape[1] < YEAR_WEEKS for fold in folds)


def scorecard(panel: DailyPanel, folds: list[Fold], found: dict[str, dict[str, float]], as_of: date) -> Scorecard:
    """The level's scorecard."""
    plain = {"product": "products", "category": "categories", "store": "stores", "country": "countries"}
    what = plain.get(panel.level, "the whole shop")
    newest, oldest = (as_of - timedelta(days=folds[i].weeks_back * WEEK) for i in (0, -1))
    span = f"between {oldest.isoformat()} and {newest.isoformat()}" if len(folds) > 1 else f"on {newest.isoformat()}"
    return Scorecard(
        ability=f"{panel.metric} of {what} over {JUDGED_WEEKS} weeks",
        measure="WAPE",
        lower_is_better=True,
        scores=found,
        serves=best(found, folds),
        split=f"{len(folds)} origins {span}, each judged on the next {JUDGED_WEEKS} weeks",
        as_of=as_of,
        rows=int(max(f.known.sum() for f in folds)),
    )


def season_helps(shop: Shop, settings: ForecastSettings) -> str:
    """Whether the yearly season is used: tested on the whole shop's revenue where two years allow it, else assumed."""
    weeks = shop.revenue.days // WEEK
    if weeks <= YEAR_WEEKS:
        return "no"
    testable = [b for b in origins(weeks, 1, settings) if weeks - b >= SEASON_WEEKS]
    if len(testable) < 4:
        return "assumed"
    error = {}
    for season in ("no", "proven"):
        tried = Shop(shop.revenue, shop.opened, season)
        found = scores([run_fold(shop.revenue, tried, b, settings) for b in testable])
        error[season] = float(np.median([s["WAPE"] for m, s in found.items() if m != NAIVE]))
    return min(error, key=lambda season: error[season])


def own_seasons_help(shop: Shop, panel: DailyPanel, settings: ForecastSettings) -> bool:
    """Whether seasons of the products' own forecast them better than the shop's alone.

    Tested with the plainest method on origins over the last half year, each of which knows a year and a half at least.
    """
    weeks = panel.days // WEEK
    back = [b for b in SEASON_ORIGINS if weeks - b >= LEAST_WEEKS]
    if shop.season == "no" or panel.kinds is None or len(back) < 3:
        return False
    tried = replace(shop, own_seasons=True)
    error = [
        scores([run_fold(panel, each, b, settings, PLAINEST) for b in back])[PLAINEST]["WAPE"] for each in (shop, tried)
    ]
    return error[1] < error[0]
