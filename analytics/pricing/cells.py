"""Units, price, promotion and availability per product and day (or week), as the demand regression needs them.

Days where the shop keeps dated list prices and the history is not too large, else weeks. Knows sales lines and the
tables beside them; estimates nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.price_panel import WeeklyPanel, price_panel

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_MOST_CELLS = 4_000_000  # above it weeks are taken: a day's cell costs eight bytes in each of some twenty arrays


@dataclass(frozen=True)
class Cells:
    """Products x periods.

    Attributes:
        products: product ids; categories: one per product, "" where unknown.
        starts: first day of each period; days: length of a period, 1 or 7.
        units: gross units sold.
        price: what a unit cost; NaN before the first and after the last sale.
        promotion: row of `promotions` that holds, -1 none.
        promotions: promotion_id -> channel ("" unknown), in the order of the rows.
        exposure: part of the product's usual outlets that had it, 0-1; 0 where the period does not count.
    """

    products: pd.Index
    categories: npt.NDArray[np.object_]
    starts: pd.DatetimeIndex
    days: int
    units: Array
    price: Array
    promotion: npt.NDArray[np.int64]
    promotions: pd.Series
    exposure: Array

    @property
    def week(self) -> npt.NDArray[np.int64]:
        """Number of the week that each period lies in, from 0."""
        since = (self.starts - self.starts[0]).days.to_numpy() + self.starts[0].weekday()
        return np.asarray(since // 7)

    def until(self, count: int) -> "Cells":
        """The first `count` periods."""
        return Cells(
            self.products, self.categories, self.starts[:count], self.days, self.units[:, :count],
            self.price[:, :count], self.promotion[:, :count], self.promotions, self.exposure[:, :count],
        )  # fmt: skip


def demand_cells(
    lines: pd.DataFrame,
    *,
    stock_outs: pd.DataFrame,
    price_changes: pd.DataFrame,
    promotions: pd.DataFrame,
) -> Cells:
    """The cells of a shop.

    Args:
        lines: sales lines with day, store_id, product_id, category, quantity, unit_price and, where known, discount and
            promotion_id.
        stock_outs: spans without stock (may be empty).
        price_changes: dated list prices (may be empty).
        promotions: the table promotions (may be empty).
    """
    stores = max(lines["store_id"].nunique(), 1)
    panel = price_panel(lines, stock_outs, stores, price_changes)
    days = (panel.weeks[-1] - panel.weeks[0]).days + 7
    if price_changes.empty or len(panel.products) * days > _MOST_CELLS:
        return _of_weeks(panel)
    return _of_days(panel, lines, stock_outs, price_changes, promotions)


def _of_weeks(panel: WeeklyPanel) -> Cells:
    """Promotions without dates of their own are one: what a promoted week adds."""
    promoted = panel.promotion > 0.5
    names = pd.Series([""], index=["any"]) if promoted.any() else pd.Series([], dtype=object)
    return Cells(
        panel.products, panel.categories, panel.weeks, 7, panel.units, panel.price,
        np.where(promoted, 0, -1), names, np.where(np.isnan(panel.price), 0.0, panel.in_stock),
    )  # fmt: skip


def _of_days(
    panel: WeeklyPanel,
    lines: pd.DataFrame,
    stock_outs: pd.DataFrame,
    price_changes: pd.DataFrame,
    promotions: pd.DataFrame,
) -> Cells:
    products = panel.products
    days = pd.date_range(panel.weeks[0], panel.weeks[-1] + pd.Timedelta(days=6))
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0) & (lines["unit_price"] > 0)]
    sold = sold[sold["day"].isin(days)]
    row, column = products.get_indexer(pd.Index(sold["product_id"])), days.get_indexer(pd.Index(sold["day"]))
    units = np.zeros((len(products), len(days)))
    quantity = sold["quantity"].to_numpy(float)
    np.add.at(units, (row, column), np.minimum(quantity, _line_cap(row, quantity, len(products))[row]))
    listed = _list_prices(price_changes, products, days)
    weekly = panel.price[:, (days - days[0]).days.to_numpy() // 7]
    listed = np.where(np.isnan(listed), weekly, listed)
    share, holds, ids = promotion_days(promotions, products, panel.categories, days)
    there = _on_sale(units) & ~np.isnan(listed)
    availability = _availability(sold, stock_outs, products, days)
    return Cells(
        products, panel.categories, days, 1, units, np.where(there, listed * (1 - share), np.nan),
        holds, ids, np.where(there, availability, 0.0),
    )  # fmt: skip


def _line_cap(row: npt.NDArray[np.intp], quantity: Array, products: int) -> Array:
    """The 98th percentile of a product's line quantities: one wholesale order is no reaction to a price."""
    capped = pd.Series(quantity).groupby(row).quantile(0.98)
    return np.asarray(capped.reindex(range(products)).fillna(np.inf))


def _on_sale(units: Array) -> Flags:
    """From the first to the last period with a sale."""
    sold = units > 0
    begun = np.maximum.accumulate(sold, axis=1)
    return np.asarray(begun & np.maximum.accumulate(sold[:, ::-1], axis=1)[:, ::-1])


def _list_prices(changes: pd.DataFrame, products: pd.Index, days: pd.DatetimeIndex) -> Array:
    """The dated list price of each day; NaN before the first."""
    known = changes.assign(day=pd.to_datetime(changes["effective_on"]))
    known = known[known["price"] > 0]
    wide = known.pivot_table(index="product_id", columns="day", values="price", aggfunc="last")
    every = wide.columns.append(days).unique().sort_values()
    return np.asarray(wide.reindex(columns=every).ffill(axis=1)[days].reindex(products), dtype=float)


def promotion_days(
    promotions: pd.DataFrame, products: pd.Index, categories: npt.NDArray[np.object_], days: pd.DatetimeIndex
) -> tuple[Array, npt.NDArray[np.int64], pd.Series]:
    """Discount share and promotion that hold per product and day; of several the deepest.

    Returns:
        share (products, days), 0 without; number of the promotion, -1 without; promotion_id -> channel.
    """
    share = np.zeros((len(products), len(days)))
    holds = np.full(share.shape, -1)
    if promotions.empty:
        return share, holds, pd.Series([], dtype=object)
    promotions = promotions[promotions["discount"].fillna(0.0).between(0, 0.95)]
    first = promotions.drop_duplicates("promotion_id").set_index("promotion_id")
    channel = first["channel"].fillna("") if "channel" in first else pd.Series("", index=first.index)
    number = {name: place for place, name in enumerate(first.index)}
    begins, ends = pd.to_datetime(promotions["starts_on"]), pd.to_datetime(promotions["ends_on"])
    for each, start, end in zip(promotions.to_dict("records"), begins, ends, strict=True):
        if pd.notna(each["product_id"]):
            rows = np.flatnonzero(products == each["product_id"])
        elif pd.notna(each["category"]):
            rows = np.flatnonzero(categories == each["category"])
        else:
            rows = np.arange(len(products))
        window = np.ix_(rows, np.flatnonzero((days >= start) & (days <= end)))
        deeper = float(each["discount"] or 0.0) > share[window]
        holds[window] = np.where(deeper, number[each["promotion_id"]], holds[window])
        share[window] = np.maximum(share[window], float(each["discount"] or 0.0))
    return share, holds, channel


def _availability(sold: pd.DataFrame, stock_outs: pd.DataFrame, products: pd.Index, days: pd.DatetimeIndex) -> Array:
    """Part of a product's usual outlets that had it; sales without a store count as one outlet that always has it."""
    there = np.ones((len(products), len(days)))
    if stock_outs.empty:
        return there
    outlets = pd.Series(sold["store_id"].to_numpy(), dtype=object).fillna("")
    usual = outlets.value_counts(normalize=True)
    counted = pd.crosstab(sold["product_id"].to_numpy(), outlets.to_numpy()).reindex(products).fillna(0.0)
    counted += 20.0 * usual.reindex(counted.columns)  # few sales say little about where a product sells
    part = counted.div(counted.sum(axis=1), axis=0)
    shares, column = part.to_numpy(float), {name: place for place, name in enumerate(part.columns)}
    begins = days.searchsorted(pd.to_datetime(stock_outs["starts_on"]))
    lasts = pd.to_datetime(stock_outs["ends_on"]).fillna(days[-1])
    ends = days.searchsorted(lasts, side="right")
    rows = products.get_indexer(pd.Index(stock_outs["product_id"]))
    for row, store, begin, end in zip(rows, stock_outs["store_id"], begins, ends, strict=True):
        if row >= 0 and store in column:
            there[row, begin:end] -= shares[row, column[store]]
    return np.where(there < 0.05, 0.0, there)
