"""Weeks of sales, prices, promotions and stock per product, as the regression on price needs them.

Knows sales lines and the tables beside them; estimates nothing.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class WeeklyPanel:
    """Products x weeks.

    Attributes:
        products, categories: one entry per product; category "" where unknown.
        weeks: Mondays.
        units: gross units sold, single lines capped at the product's 98th percentile.
        price: what a unit cost: the week's list price less the week's mean discount; the list price alone in weeks
            without a sale; NaN before the first and after the last sale.
        promotion: share of the week's lines sold under a promotion.
        in_stock: share of store-days in stock, 1 where the shop keeps no record.
    """

    products: pd.Index
    categories: npt.NDArray[np.object_]
    weeks: pd.DatetimeIndex
    units: Array
    price: Array
    promotion: Array
    in_stock: Array

    def until(self, count: int) -> "WeeklyPanel":
        """The first `count` weeks."""
        return WeeklyPanel(
            self.products, self.categories, self.weeks[:count], self.units[:, :count], self.price[:, :count],
            self.promotion[:, :count], self.in_stock[:, :count],
        )  # fmt: skip


def price_panel(
    lines: pd.DataFrame, stock_outs: pd.DataFrame, stores: int, changes: pd.DataFrame | None = None
) -> WeeklyPanel:
    """Weeks of sales and list prices per product.

    A week's list price is the most frequent price, before discount, among the lines of that week and its neighbours: a
    list price lasts, while a wholesale rate or another channel's price runs beside it and is not what moved sales.

    Args:
        lines: sales lines with day, product_id, category, quantity, unit_price and, if known, discount and
            promotion_id.
        stock_outs: spans without stock (may be empty).
        stores: number of stores, at least 1.
        changes: the table price_changes, which goes before what the sales say; may be empty.
    """
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0) & (lines["unit_price"] > 0)].copy()
    sold["week"] = sold["day"] - pd.to_timedelta(sold["day"].dt.weekday, unit="D")
    by_product = sold.groupby("product_id", observed=True)["quantity"]
    sold["quantity"] = np.minimum(sold["quantity"], by_product.transform(lambda q: q.quantile(0.98)))
    sold["list_price"] = sold["unit_price"]
    if "discount" in sold:
        sold["list_price"] = (sold["unit_price"] + sold["discount"].fillna(0.0)).round(4)
    # A running week would look like a slump: only whole weeks count.
    last = sold["day"].max()
    end = last - pd.Timedelta(days=int((last.weekday() + 1) % 7))
    weeks = pd.date_range(sold["week"].min(), end - pd.Timedelta(days=6), freq="7D")
    products = pd.Index(sorted(sold["product_id"].unique()))

    def wide(values: pd.Series) -> pd.DataFrame:
        return values.unstack("week").reindex(index=products, columns=weeks)

    keys = ["product_id", "week"]
    units = wide(sold.groupby(keys, observed=True)["quantity"].sum())
    price = wide(_list_price(sold)).where(units.notna())
    if changes is not None and len(changes):
        price = _recorded(changes, products, weeks).fillna(price)
    begun, ended = price.ffill(axis=1).notna(), price.bfill(axis=1).notna()
    price = price.ffill(axis=1).where(begun & ended) * (1 - wide(_discount_share(sold)).fillna(0.0))
    sold["promoted"] = sold["promotion_id"].notna().astype(float) if "promotion_id" in sold else 0.0
    promoted = wide(sold.groupby(keys, observed=True)["promoted"].mean()).fillna(0.0)
    category = sold.drop_duplicates("product_id").set_index("product_id")["category"].reindex(products)
    return WeeklyPanel(
        products, category.fillna("").to_numpy(object), weeks, units.fillna(0.0).to_numpy(float),
        price.to_numpy(float), promoted.to_numpy(float), _in_stock(stock_outs, products, weeks, stores),
    )  # fmt: skip


def _list_price(sold: pd.DataFrame) -> pd.Series:
    """The modal list price per product and week, counted over three weeks, the lower one on a tie."""
    counted = sold.groupby(["product_id", "week", "list_price"], observed=True).size().rename("lines").reset_index()
    around = [counted.assign(week=counted["week"] + pd.Timedelta(days=shift)) for shift in (-7, 7)]
    pooled = pd.concat([counted.assign(lines=counted["lines"] * 2), *around])  # the week itself counts double
    pooled = pooled.groupby(["product_id", "week", "list_price"], observed=True)["lines"].sum().reset_index()
    pooled = pooled.sort_values(["lines", "list_price"], ascending=[False, True], kind="stable")
    return pooled.drop_duplicates(["product_id", "week"]).set_index(["product_id", "week"])["list_price"]


def _discount_share(sold: pd.DataFrame) -> pd.Series:
    """Money taken off per product and week, as a share of the list price (0-0.9)."""
    off = (sold["list_price"] - sold["unit_price"]) * sold["quantity"]
    grouped = [sold["product_id"], sold["week"]]
    full = (sold["list_price"] * sold["quantity"]).groupby(grouped, observed=True).sum()
    return (off.groupby(grouped, observed=True).sum() / full).clip(0, 0.9)


def _recorded(changes: pd.DataFrame, products: pd.Index, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """The recorded list price that held on the Thursday of each week; NaN before the first record."""
    changes = changes[changes["price"] > 0]
    days = pd.to_datetime(changes["effective_on"])
    wide = changes.assign(day=days).pivot_table(index="product_id", columns="day", values="price", aggfunc="last")
    middles = weeks + pd.Timedelta(days=3)
    every = wide.reindex(columns=wide.columns.append(middles).unique().sort_values()).ffill(axis=1)[middles]
    every.columns = weeks
    return every.reindex(products)


def _in_stock(stock_outs: pd.DataFrame, products: pd.Index, weeks: pd.DatetimeIndex, stores: int) -> Array:
    share = np.ones((len(products), len(weeks)))
    if stock_outs.empty or not len(weeks):
        return share
    starts = weeks.to_numpy()
    spans = stock_outs[stock_outs["product_id"].isin(products)]
    begins = pd.to_datetime(spans["starts_on"]).to_numpy("datetime64[D]")
    ends = pd.to_datetime(spans["ends_on"]).fillna(weeks[-1] + pd.Timedelta(days=6)).to_numpy("datetime64[D]")
    for product, first, last in zip(spans["product_id"], begins, ends, strict=True):
        overlap = np.minimum(last, starts + np.timedelta64(6, "D")) - np.maximum(first, starts)
        days = np.clip(overlap / np.timedelta64(1, "D") + 1, 0, 7)
        share[products.get_loc(product)] -= days / 7 / stores
    return share.clip(0.02, 1.0)
