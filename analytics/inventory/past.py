"""A shop's own past weeks per product: what was asked for, what lay on the shelves. Knows the history, no policy.

A day without stock is not a day without demand: what it missed is reckoned from the product's sales on its other days.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from analytics.forecasting.series import DailyPanel, availability
from analytics.history import History
from analytics.inventory.distributions import Floats


@dataclass(frozen=True)
class Past:
    """The days of a shop, oldest first.

    Attributes:
        keys: products.
        first: the first day.
        sold: units sold, returns left out, [products, days].
        missed: units that empty shelves are reckoned to have missed, [products, days]; 0 where no stock-outs are known.
        counted: mean units on hand over the counts of the last `weeks`, [products]; NaN where nothing was counted.
        opening: units on hand at the start of the last `weeks`, [products]; NaN where nothing was counted.
        outs_known: whether the shop records its stock-outs.
    """

    keys: tuple[str, ...]
    first: date
    sold: Floats
    missed: Floats
    counted: Floats
    opening: Floats
    outs_known: bool

    @property
    def asked(self) -> Floats:
        """Units asked for, [products, days]."""
        return self.sold + self.missed


def past_of(history: History, keys: tuple[str, ...], days: int, weeks: int) -> Past:
    """The last `days` days of the products.

    Args:
        history: of the shop.
        keys: products.
        days: to look at.
        weeks: the last of them, over which counts are taken.
    """
    first = pd.Timestamp(history.as_of) - pd.Timedelta(days=days - 1)
    lines = history.lines[(history.lines["day"] >= first) & (history.lines["quantity"] > 0)]
    row = lines["product_id"].map({key: number for number, key in enumerate(keys)})
    known = row.notna().to_numpy()
    sold = np.zeros((len(keys), days))
    at = (lines["day"] - first).dt.days.to_numpy()
    np.add.at(sold, (row[known].to_numpy(dtype=int), at[known]), lines["quantity"].to_numpy(dtype=float)[known])
    panel = DailyPanel("product", "units", keys, first.date(), sold)
    open_ = availability(history, panel)
    there = np.ones_like(sold) if open_ is None else np.asarray(open_, dtype=float)
    rate = _around(sold) / np.maximum(_around(there), 1.0)
    counted, opening = _counts(history, keys, weeks)
    return Past(keys, first.date(), sold, rate * (1.0 - there), counted, opening, open_ is not None)


def _around(values: Floats, reach: int = 21) -> Floats:
    """Sums of `reach` days before to `reach` days after each day, [products, days]."""
    running = np.pad(values.cumsum(axis=1), ((0, 0), (1, 0)))
    days = np.arange(values.shape[1])
    last, first = np.minimum(days + reach + 1, values.shape[1]), np.maximum(days - reach, 0)
    return np.asarray(running[:, last] - running[:, first])


def _counts(history: History, keys: tuple[str, ...], weeks: int) -> tuple[Floats, Floats]:
    """Mean and first count of the last weeks over all stores; NaN where there is none."""
    nothing = np.full(len(keys), np.nan)
    counts = history.table("stock_counts")
    if counts.empty:
        return nothing, nothing
    counts = counts.assign(counted_on=pd.to_datetime(counts["counted_on"]))
    since = pd.Timestamp(history.as_of - timedelta(days=7 * weeks))
    recent = counts[(counts["counted_on"] >= since) & (counts["counted_on"] <= pd.Timestamp(history.as_of))]
    if recent.empty:
        return nothing, nothing
    whole = recent.pivot_table(index="product_id", columns="counted_on", values="on_hand", aggfunc="sum")
    whole = whole.reindex(list(keys)).sort_index(axis=1)
    return whole.mean(axis=1).to_numpy(dtype=float), whole.iloc[:, 0].to_numpy(dtype=float)
