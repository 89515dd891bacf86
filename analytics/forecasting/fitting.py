"""Fits the forecasts of a shop: backtest per level, the best method forecasts, its errors make the intervals."""

from dataclasses import replace
from datetime import date

import numpy as np

from analytics.errors import NotEnoughHistory
from analytics.forecasting.backtest import (
    CALIBRATION_ORIGINS,
    LEAST_TRAINING,
    Fold,
    Shop,
    origins,
    run_fold,
    scorecard,
    scores,
    season_helps,
)
from analytics.forecasting.calibration import calibrate, coverage, noise_of
from analytics.forecasting.fitted import FittedForecast, LevelForecast
from analytics.forecasting.methods import WEIGHTED, Weights, forecast_all, parts_of
from analytics.forecasting.reasons import Kept, learn_reasons
from analytics.forecasting.series import DailyPanel, daily_panels, picking_stores, store_shares
from analytics.forecasting.settings import JUDGED_WEEKS, LEVELS, WEEK, ForecastSettings, Level, Metric
from analytics.forecasting.trading_days import TradingDays
from analytics.forecasting.weighting import add_weighted
from analytics.history import History
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

COLUMNS = ("sold_at", "product_id", "category", "store_id", "country", "quantity", "value")
SHOWN_WEEKS = 104  # of history kept for charts


def fit_forecast(warehouse: Warehouse, as_of: date, settings: ForecastSettings | None = None) -> FittedForecast:
    """Fits every level of a shop's sales as they were known at the end of `as_of`.

    Raises:
        NotEnoughHistory: less than twelve weeks of sales.
    """
    return Forecaster(settings).fit(History.of(warehouse, as_of, COLUMNS))


class Forecaster:
    """Fits forecasts for every product, category, store, country and the whole shop."""

    def __init__(self, settings: ForecastSettings | None = None) -> None:
        self.settings = settings or ForecastSettings()

    def fit(self, history: History) -> FittedForecast:
        """Backtests every level and forecasts with each level's best method.

        Raises:
            NotEnoughHistory: less than twelve weeks of sales.
        """
        if history.lines.empty:
            raise NotEnoughHistory("Expected sales to forecast from, but this shop has none up to its as-of date.")
        shop = self._shop(history)
        levels: dict[tuple[Level, Metric], LevelForecast] = {}
        cards: dict[str, Scorecard] = {}
        for level in LEVELS:
            for metric, panel in daily_panels(history, level).items():
                if level == "product" and metric == "revenue":
                    continue  # units at the recent price
                fitted, card = self._fit_level(panel, shop, history.as_of)
                levels[level, metric] = fitted
                cards[level if metric == "units" else f"{level} revenue"] = card
        products = levels["product", "units"].keys
        return FittedForecast(
            as_of=history.as_of,
            trading=TradingDays.of(shop.opened, shop.revenue.start),
            season=shop.season,
            levels=levels,
            prices=recent_prices(history),
            shares=store_shares(history, products),
            picking=picking_stores(history),
            scorecards=cards,
            scorecard=cards["product"],
        )

    def backtest(self, history: History, level: Level = "product", metric: Metric = "units") -> Scorecard:
        """The scorecard of one level."""
        panel = daily_panels(history, level)[metric]
        return self._judge(panel, self._shop(history), history.as_of)[1]

    def _shop(self, history: History) -> Shop:
        panels = daily_panels(history, "total")
        lines = history.lines.groupby("day").size()
        days = (lines.index - lines.index.min()).days
        traded = np.zeros(panels["revenue"].days)
        traded[days] = 1e-6  # a day whose returns outweigh its sales was open all the same
        opened = np.maximum(np.clip(panels["revenue"].values[0], 0, None), traded)
        shop = Shop(panels["revenue"], opened)
        return replace(shop, season=season_helps(shop, self.settings))

    def _judge(self, panel: DailyPanel, shop: Shop, as_of: date) -> tuple[list[Fold], Scorecard, Weights]:
        back = origins(panel.days // WEEK, len(panel.keys), self.settings)
        folds = [run_fold(panel, shop, weeks, self.settings) for weeks in back]
        weights = add_weighted(folds)
        return folds, scorecard(panel, folds, scores(folds), as_of), weights

    def _fit_level(self, panel: DailyPanel, shop: Shop, as_of: date) -> tuple[LevelForecast, Scorecard]:
        folds, card, weights = self._judge(panel, shop, as_of)
        many, counts = len(panel.keys) >= self.settings.many_series, panel.metric == "units"
        if many:
            least = LEAST_TRAINING + JUDGED_WEEKS
            further = [b for b in CALIBRATION_ORIGINS if panel.days // WEEK - b >= least + b // 2]
            folds = folds + [run_fold(panel, shop, b, self.settings, card.serves, weights) for b in further]
        covered = coverage(folds, card.serves, counts, many)
        card = replace(card, scores={m: {**s, **(covered if m == card.serves else {})} for m, s in card.scores.items()})
        view = shop.view(panel, panel.days, self.settings)
        horizon = self.settings.horizon_weeks
        kept = Kept()
        rates = forecast_all(view, self.settings, horizon, card.serves, weights, kept)[card.serves]
        members = parts_of(card.serves, weights, kept.rates)
        fitted = LevelForecast(
            keys=panel.keys,
            weekly=view.seasonal(rates).astype(np.float32),
            profiles=view.profiles.astype(np.float32),
            noise=noise_of(view.rates, float(view.season.ahead(JUDGED_WEEKS).mean())).astype(np.float32),
            history=view.sales[:, -SHOWN_WEEKS:].astype(np.float32),
            age_weeks=view.sales.shape[1] - view.first,
            calibration=calibrate(folds, card.serves, counts, many),
            method=card.serves,
            weights=weights if card.serves == WEIGHTED else {},
            out_days=None if panel.available is None else (1 - panel.available[:, -91:]).sum(1),
            reasons=learn_reasons(view.rates, view.first, view.season.ahead(horizon), kept, members),
        )
        return fitted, card


def recent_prices(history: History) -> dict[str, float]:
    """Revenue per unit of each product's sales: of the last quarter, where there were none of the whole history."""
    sold = history.lines[history.lines["quantity"] > 0]
    recent = sold[sold["day"] > sold["day"].max() - np.timedelta64(91, "D")]
    prices: dict[str, float] = {}
    for lines in (sold, recent):
        sums = lines.groupby("product_id")[["value", "quantity"]].sum()
        prices |= {str(key): float(price) for key, price in (sums["value"] / sums["quantity"]).items()}
    return prices
