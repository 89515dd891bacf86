"""Fits the forecasts of a shop: backtest per level, the best method forecasts, its errors make the intervals."""

from dataclasses import replace
from datetime import date

import numpy as np

from analytics.errors import NotEnoughHistory
from analytics.forecasting.agreement import ADDING_UP, Family, Judged, Levels, make_agree
from analytics.forecasting.backtest import (
    CALIBRATION_ORIGINS,
    LEAST_TRAINING,
    Fold,
    Shop,
    origins,
    own_seasons_help,
    run_fold,
    scorecard,
    scores,
    season_helps,
)
from analytics.forecasting.calibration import calibrate, coverage, season_noise
from analytics.forecasting.fitted import FittedForecast, LevelForecast
from analytics.forecasting.methods import WEIGHTED, Weights, forecast_all, parts_of
from analytics.forecasting.newcomers import GROWN_WEEKS, similar_rows
from analytics.forecasting.reasons import Kept, learn_reasons
from analytics.forecasting.series import DailyPanel, Floats, daily_panels, picking_stores, store_shares
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
        products = daily_panels(history, "product")["units"]
        shop = replace(shop, own_seasons=own_seasons_help(shop, products, self.settings))
        levels, cards, judged = self._levels(history, shop)
        keys, prices = levels["product", "units"].keys, recent_prices(history)
        family = family_of(history, levels, prices)
        agreed = make_agree(levels, judged, family)
        for level, found in agreed.scores.items():
            cards[level] = replace(cards[level], scores={**cards[level].scores, ADDING_UP: found})
        return FittedForecast(
            as_of=history.as_of,
            trading=TradingDays.of(shop.opened, shop.revenue.start),
            season=shop.season,
            levels=agreed.levels,
            prices=prices,
            shares=store_shares(history, keys),
            picking=picking_stores(history),
            scorecards=cards,
            scorecard=cards["product"],
            parents=family.parents,
            product_revenue=agreed.revenue,
            similar=never_sold(history, levels["product", "units"]),
        )

    def _levels(
        self, history: History, shop: Shop
    ) -> tuple[Levels, dict[str, Scorecard], dict[tuple[Level, Metric], Judged]]:
        """Every level fitted apart, with its scorecard and its folds."""
        levels: Levels = {}
        cards: dict[str, Scorecard] = {}
        judged: dict[tuple[Level, Metric], Judged] = {}
        for level in LEVELS:
            for metric, panel in daily_panels(history, level).items():
                if level == "product" and metric == "revenue":
                    continue  # units at the recent price
                fitted, card, folds = self._fit_level(panel, shop, history.as_of)
                levels[level, metric] = fitted
                judged[level, metric] = Judged(folds, card.serves)
                cards[level if metric == "units" else f"{level} revenue"] = card
        return levels, cards, judged

    def backtest(self, history: History, level: Level = "product", metric: Metric = "units") -> Scorecard:
        """The scorecard of one level."""
        panel, shop = daily_panels(history, level)[metric], self._shop(history)
        shop = replace(shop, own_seasons=own_seasons_help(shop, panel, self.settings))
        return self._judge(panel, shop, history.as_of)[1]

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

    def _fit_level(self, panel: DailyPanel, shop: Shop, as_of: date) -> tuple[LevelForecast, Scorecard, list[Fold]]:
        folds, card, weights = self._judge(panel, shop, as_of)
        judged = folds
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
            noise=season_noise(view).astype(np.float32),
            history=view.sales[:, -SHOWN_WEEKS:].astype(np.float32),
            age_weeks=view.sales.shape[1] - view.first,
            calibration=calibrate(folds, card.serves, counts, many),
            method=card.serves,
            weights=weights if card.serves == WEIGHTED else {},
            out_days=None if panel.available is None else (1 - panel.available[:, -91:]).sum(1),
            reasons=learn_reasons(view.rates, view.first, view.season.ahead(horizon), kept, members),
        )
        return fitted, card, judged


def recent_prices(history: History) -> dict[str, float]:
    """Revenue per unit of each product's sales: of the last quarter, where there were none of the whole history."""
    sold = history.lines[history.lines["quantity"] > 0]
    recent = sold[sold["day"] > sold["day"].max() - np.timedelta64(91, "D")]
    prices: dict[str, float] = {}
    for lines in (sold, recent):
        sums = lines.groupby("product_id")[["value", "quantity"]].sum()
        prices |= {str(key): float(price) for key, price in (sums["value"] / sums["quantity"]).items()}
    return prices


def family_of(history: History, levels: dict[tuple[Level, Metric], LevelForecast], prices: dict[str, float]) -> Family:
    """Which category each product belongs to, and how much of the sales names a store or a country."""
    lines, keys = history.lines, levels["product", "units"].keys
    parents = np.full(len(keys), -1, dtype=np.intp)
    if ("category", "units") in levels:
        rows = levels["category", "units"].rows
        named = lines[["product_id", "category"]].dropna().drop_duplicates("product_id", keep="last").astype(str)
        of = dict(zip(named["product_id"], named["category"], strict=True))
        parents = np.array([rows.get(of.get(key, ""), -1) for key in keys], dtype=np.intp)
    shares: dict[Level, float] = {}
    for level, column in (("store", "store_id"), ("country", "country")):
        if column in lines:
            shares[level] = float(lines.loc[lines[column].notna(), "value"].sum() / max(lines["value"].sum(), 1e-9))  # type: ignore[index]
    return Family(
        parents, np.array([prices.get(key, 0.0) for key in keys]), unrest_of(levels["product", "units"]), shares
    )


def unrest_of(products: LevelForecast) -> Floats:
    """Variance of each product's weekly sales over the coming weeks' mean; [products]."""
    coming = products.weekly[:, :JUDGED_WEEKS].mean(1)
    return np.where(coming > 0, products.noise.astype(np.float64) ** 2 / np.where(coming > 0, coming, 1.0), 0.0)


def never_sold(history: History, products: LevelForecast) -> dict[str, tuple[str, ...]]:
    """Products of the catalog that never sold -> those of their category nearest in price; without any, left out."""
    catalog = history.table("products")
    if catalog.empty or not {"product_id", "category", "price"} <= set(catalog):
        return {}
    if "merchandise" in catalog:
        catalog = catalog[catalog["merchandise"].eq(True)]
    catalog = catalog[catalog["category"].notna()].drop_duplicates("product_id")
    if catalog.empty:  # a shop without categories
        return {}
    ids = catalog["product_id"].astype(str).to_numpy()
    kinds = np.unique(catalog["category"].astype(str), return_inverse=True)[1]
    price = catalog["price"].to_numpy(dtype=float)
    logs = np.log(np.where(price > 0, price, np.nan))
    row = np.array([products.rows.get(each, -1) for each in ids], dtype=int)
    able = (row >= 0) & (products.age_weeks[row] >= GROWN_WEEKS) & (products.weekly[row, :JUDGED_WEEKS].sum(1) > 0)
    found = {str(ids[new]): tuple(ids[similar_rows(kinds, logs, able, int(new))]) for new in np.flatnonzero(row < 0)}
    return {key: alike for key, alike in found.items() if len(alike) >= 2}
