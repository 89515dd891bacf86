"""The fitted forecasts of a shop: plain arrays that answer in milliseconds. Knows no method and reads no warehouse."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.errors import MissingData, NotEnoughHistory
from analytics.forecasting.calibration import Calibration
from analytics.forecasting.methods import explained
from analytics.forecasting.newcomers import borrowed
from analytics.forecasting.panel import Integers
from analytics.forecasting.prediction import Prediction
from analytics.forecasting.reasons import Kind, LevelReasons, Window, window_parts
from analytics.forecasting.series import Floats, shelf_shares
from analytics.forecasting.settings import JUDGED_WEEKS, WEEK, WHOLE_SHOP, Level, Metric
from analytics.forecasting.trading_days import TradingDays
from analytics.forecasting.weeks import spread
from analytics.scorecard import Scorecard

YOUNG = "It has sold for less than eight weeks: this is its mean since then, {}a weak basis."
BORROWS = "drawn towards products of its category at about its price, "
MOST_RATIO = 25.0  # of the season in a window and in the coming weeks


@dataclass(frozen=True)
class LevelForecast:
    """The stored forecasts of one level and metric.

    Attributes:
        keys: series id per row.
        weekly: float32 [series, weeks ahead], season included.
        profiles: float32 [series, 7].
        noise: float32 [series], standard deviation of weekly sales.
        history: float32 [series, weeks], net sales of the last weeks, the last ending on the as-of date.
        age_weeks: int [series], weeks since the first sale.
        calibration: makes the intervals; method: what made the forecasts.
        weights: of the methods that a weighted mean is made of, else empty.
        reasons: what the forecasts are made of; None in a model fitted before that was kept.
        out_days: days of the last quarter that products were out of stock, a part of the stores counting as a part of a
            day; [series], None where the shop records no stock.
        rows: key -> row.
    """

    keys: tuple[str, ...]
    weekly: Floats
    profiles: Floats
    noise: Floats
    history: Floats
    age_weeks: np.ndarray
    calibration: Calibration
    method: str
    weights: dict[str, float] = field(default_factory=dict)
    reasons: LevelReasons | None = None
    out_days: Floats | None = None
    rows: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Indexes the keys."""
        self.rows.update({key: row for row, key in enumerate(self.keys)})


@dataclass(frozen=True)
class FittedForecast:
    """Everything that answers questions about coming sales. Make it with `fit_forecast`.

    Attributes:
        as_of: the last known day; forecasts begin on the next one.
        season: "no", "assumed" or "proven": whether last year's pattern is part of the forecasts.
        prices: product -> revenue per unit of the last quarter; a product's revenue is its units at this price.
        shares: float frame [products, stores and orders without one]: each one's share of a product's units.
        scorecards: of units by level ("product", "total", ...), of revenue as "total revenue", "category revenue" ...
        scorecard: that of products.
        picking: stores from whose shelves orders without a store are taken.
        parents: row of each product's category, -1 without one; where it is there, what is forecast of a category and
            of the whole shop is the sum of its products. [products]
        product_revenue: weekly revenue of products, which adds up likewise; float32 [products, weeks].
        similar: product that never sold -> products that it borrows its forecast from.
    """

    as_of: date
    trading: TradingDays
    season: str
    levels: dict[tuple[Level, Metric], LevelForecast]
    prices: dict[str, float]
    shares: pd.DataFrame
    scorecards: dict[str, Scorecard]
    scorecard: Scorecard | None
    picking: tuple[str, ...] = ()
    parents: Integers | None = None
    product_revenue: Floats | None = None
    similar: dict[str, tuple[str, ...]] | None = None

    @property
    def last_day(self) -> date:
        """The last day that is forecast."""
        weeks = next(iter(self.levels.values())).weekly.shape[1]
        return self.as_of + timedelta(days=weeks * WEEK)

    def predict(
        self,
        level: Level,
        key: str,
        start: date,
        end: date,
        metric: Metric = "units",
        store: str | None = None,
        *,
        shelf: bool = False,
    ) -> Prediction:
        """Expected sales from `start` to `end`, both included.

        Args:
            level: what `key` names; "total" ignores the key.
            key: id of the series; a product that never sold borrows from similar ones.
            start: first day; days up to the as-of date are known and left out.
            end: last day.
            metric: units or revenue.
            store: a product's sales in one store only.
            shelf: what leaves the store's shelves: also the orders without a store that it picks.

        Raises:
            NotEnoughHistory: the span is past or further ahead than forecasts reach.
            MissingData: the shop has no such level, store, or the key never sold.
        """
        begin, after = self._window(start, end)
        known = self._level(level, "units" if level == "product" else metric)
        row = known.rows.get(WHOLE_SHOP if level == "total" else key)
        if row is None and level == "product" and (alike := (self.similar or {}).get(key)):
            note = f"It has never sold: this is the mean of the {len(alike)} products of its category nearest in price."
            each = [self.predict(level, other, start, end, metric, store, shelf=shelf) for other in alike]
            return borrowed(key, each, note)
        if row is None:
            raise MissingData(f"There are no sales of {key} up to {_day(self.as_of)} to forecast from.")
        share = 1.0 if store is None else self.share(key, store, shelf=shelf)
        daily, bounds = self._path(known, level, row, metric, begin, after, share)
        factor = self._price(key, row, begin, after) if level == "product" and metric == "revenue" else 1.0
        card = self.card(level, metric)
        return Prediction(
            level,
            key,
            metric,
            self.as_of + timedelta(days=begin + 1),
            self.as_of + timedelta(days=after),
            float(daily.sum()) * factor,
            bounds[1] * factor,
            bounds[2] * factor,
            bounds[0] * factor,
            bounds[3] * factor,
            tuple(float(d) * factor for d in daily),
            explained(known.method, known.weights),
            None if card is None else card.sentence(),
            self._notes(known, row, level, metric, begin, after),
        )

    def explain(
        self, level: Level, key: str, start: date, end: date, metric: Metric = "units", store: str | None = None
    ) -> dict[Kind, float]:
        """Parts that add up to what `predict` expects, for the same arguments; empty where none were kept.

        Raises:
            NotEnoughHistory: the span is past or further ahead than forecasts reach.
            MissingData: the shop has no such level, store, or the key never sold.
        """
        begin, after = self._window(start, end)
        known = self._level(level, "units" if level == "product" else metric)
        row = known.rows.get(WHOLE_SHOP if level == "total" else key)
        if row is None and key in (self.similar or {}):
            return {}
        if row is None:
            raise MissingData(f"There are no sales of {key} up to {_day(self.as_of)} to forecast from.")
        if known.reasons is None:
            return {}
        factor = 1.0 if store is None else self.share(key, store)
        if level == "product" and metric == "revenue":
            factor *= self._price(key, row, begin, after)
        window = Window(self.as_of + timedelta(days=1), begin, after)
        parts = window_parts(known.reasons, row, known.weekly[row], known.profiles[row], self.trading, window)
        if (whole := sum(parts.values())) > 0 and self._sums_products(level):
            factor *= float(self._path(known, level, row, metric, begin, after, 1.0)[0].sum()) / whole
        return {kind: value * factor for kind, value in parts.items()}

    def share(self, product: str, store: str, *, shelf: bool = False) -> float:
        """A store's share of a product's units; of what leaves its shelves with `shelf`.

        Raises:
            MissingData: the shop's sales name no such store.
        """
        if store not in self.shares.columns:
            raise MissingData(f"No sale of the last half year names the store {store}; ask for the whole shop instead.")
        shares = self.shares.loc[[product]] if product in self.shares.index else None
        if shares is None:
            return 0.0
        return float((shelf_shares(shares, self.picking) if shelf else shares)[store].iloc[0])

    def knows(self, level: Level, key: str) -> bool:
        """Whether the series has ever sold."""
        known = self.levels.get((level, "units"))
        return known is not None and key in known.rows

    def card(self, level: Level, metric: Metric) -> Scorecard | None:
        """The scorecard that stands for forecasts of this level and metric."""
        return self.scorecards.get(level if metric == "units" or level == "product" else f"{level} revenue")

    def past_weeks(self, level: Level, key: str, metric: Metric) -> tuple[tuple[date, ...], Floats]:
        """First days and net sales of the last weeks, the last ending on the as-of date; none where it never sold."""
        known = self._level(level, metric)
        row = known.rows.get(WHOLE_SHOP if level == "total" else key)
        sales = known.history[row] if row is not None else np.empty(0)
        first = self.as_of - timedelta(days=WEEK * len(sales) - 1)
        return tuple(first + timedelta(days=WEEK * w) for w in range(len(sales))), sales

    def keys(self, level: Level) -> tuple[str, ...]:
        """The series of a level; none where the shop has none."""
        known = self.levels.get((level, "units"))
        return () if known is None else known.keys

    def sums(self, keys: list[str], days: int, store: str | None = None, *, shelf: bool = False) -> Floats:
        """Expected units of many products over the next `days` days, for ranking; 0 for unknown ones; [keys]."""
        known = self._level("product", "units")
        rows = np.array([known.rows.get(key, -1) for key in keys], dtype=int)
        days = min(days, known.weekly.shape[1] * WEEK)
        daily = spread(known.weekly[rows], known.profiles[rows], self.trading, self.as_of + timedelta(days=1), 0, days)
        if store is None:
            return np.where(rows >= 0, daily.sum(1), 0.0)
        split = shelf_shares(self.shares, self.picking) if shelf else self.shares
        if store not in split.columns:
            return np.zeros(len(keys))
        return np.asarray(np.where(rows >= 0, daily.sum(1), 0.0) * split[store].reindex(keys).fillna(0.0).to_numpy())

    def _window(self, start: date, end: date) -> tuple[int, int]:
        """Days ahead, begin inclusive and end exclusive."""
        if end < start:
            raise NotEnoughHistory("The time asked for holds no day; ask for at least one day ahead.")
        begin, after = max(0, (start - self.as_of).days - 1), (end - self.as_of).days
        if after <= begin:
            raise NotEnoughHistory(
                f"Expected a time after {_day(self.as_of)}, the last day of the history, but the one asked for ends "
                f"on {_day(end)}. Ask for a sales report instead."
            )
        if end > self.last_day:
            raise NotEnoughHistory(
                f"Forecasts reach until {_day(self.last_day)}, but the time asked for ends on {_day(end)}. "
                "Ask for a nearer time."
            )
        return begin, after

    def _level(self, level: Level, metric: Metric) -> LevelForecast:
        known = self.levels.get((level, metric))
        if known is None:
            plain = {"category": "categories", "store": "stores", "country": "countries"}.get(level, f"{level}s")
            raise MissingData(f"This shop's sales name no {plain}, so there is no forecast per {level}.")
        return known

    def _sums_products(self, level: Level) -> bool:
        """Whether a level's forecasts are sums of its products'."""
        return self.parents is not None and level in ("category", "total")

    def _daily(self, known: LevelForecast, level: Level, row: int, metric: Metric, begin: int, after: int) -> Floats:
        """Daily forecasts of the window; [days]."""
        weekly, profiles, rows = known.weekly, known.profiles, np.array([row])
        if self.parents is not None and self._sums_products(level):
            products = self._level("product", "units")
            weekly, profiles = products.weekly, products.profiles
            if metric == "revenue" and self.product_revenue is not None:
                weekly = self.product_revenue
            rows = np.flatnonzero(self.parents == row) if level == "category" else np.arange(len(profiles))
        first_day = self.as_of + timedelta(days=1)
        return np.asarray(spread(weekly[rows], profiles[rows], self.trading, first_day, begin, after).sum(0))

    def _price(self, key: str, row: int, begin: int, after: int) -> float:
        """Revenue per unit of a product in the window."""
        weeks = slice(begin // WEEK, -(-after // WEEK))
        units = float(self._level("product", "units").weekly[row, weeks].sum())
        if self.product_revenue is None or units <= 0:
            return self.prices.get(key, 0.0)
        return float(self.product_revenue[row, weeks].sum()) / units

    def _path(
        self, known: LevelForecast, level: Level, row: int, metric: Metric, begin: int, after: int, share: float
    ) -> tuple[Floats, tuple[float, ...]]:
        """Daily forecasts of the window and its interval."""
        first_day = self.as_of + timedelta(days=1)
        daily = self._daily(known, level, row, metric, begin, after) * share
        value, whole_noise = float(daily.sum()), float(known.noise[row])
        # A store's part of a product: its own share of the noise, and the chance of who buys where (binomial thinning).
        weekly = float(known.weekly[row, :4].mean())
        noise = (
            whole_noise if share == 1.0 else float(np.sqrt((share * whole_noise) ** 2 + share * (1 - share) * weekly))
        )
        noise *= _season_ratio(known.weekly[row], begin, after)
        opened = float(self.trading.ahead(first_day + timedelta(days=begin), after - begin).sum())
        return daily, known.calibration.interval(value, noise, weekly * share, opened, after)

    def _notes(
        self, known: LevelForecast, row: int, level: Level, metric: Metric, begin: int, after: int
    ) -> tuple[str, ...]:
        notes = []
        sales = known.history[row, -52:]
        if not (sales > 0).any():
            notes.append("It has not sold in the last year, so no sales are expected.")
        elif known.age_weeks[row] < 8:
            borrows = level == "product" and self.parents is not None and self.parents[row] >= 0
            notes.append(YOUNG.format(BORROWS if borrows else ""))
        if known.out_days is not None and known.out_days[row] >= 0.5:
            notes.append(_out_of_stock(float(known.out_days[row])))
        if level == "product" and metric == "revenue":
            notes.append("Revenue is the expected units at the average price of the last quarter.")
        if self._sums_products(level):
            notes.append("It is the sum of its products' forecasts, which were made to agree with its own.")
        if self.season == "assumed":
            notes.append("Last year's seasonal pattern is assumed to repeat; one year of history cannot test that.")
        closed = self.trading.closed(self.as_of + timedelta(days=begin + 1), after - begin)
        if closed.any():
            count = int(closed.sum())
            days = "1 day" if count == 1 else f"{count} days"
            notes.append(f"The forecast leaves out {days} on which the shop was closed last year.")
        if after > known.calibration.days[-1]:
            reached = known.calibration.days[-1]
            notes.append(f"The backtest reached {reached} days ahead; beyond that the range is an extrapolation.")
        return tuple(notes)


def _season_ratio(weekly: Floats, begin: int, after: int) -> float:
    """How much more a week varies in the window than in the coming four, whose noise is known: like counts do."""
    now = float(weekly[:JUDGED_WEEKS].mean())
    then = float(weekly[begin // WEEK : -(-after // WEEK)].mean())
    return float(np.sqrt(np.clip(then / now, 1 / MOST_RATIO, MOST_RATIO))) if now > 0 else 1.0


def _out_of_stock(days: float) -> str:
    count = round(days)
    said = "1 day" if count == 1 else f"{count} days"
    return f"It was out of stock on about {said} of the last 91; they are not taken for days without demand."


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"
