"""Sales lines -> one row of daily sums per product, category, store, country or the whole shop.

Knows what a day without stock is; does not know how anything is forecast.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.forecasting.counted_out import counted_out
from analytics.forecasting.settings import METRICS, WHOLE_SHOP, Level, Metric
from analytics.history import History

Floats = npt.NDArray[np.floating]
ONLINE = ""  # stands for the store of orders without one; no store has an empty id
COLUMN = {"product": "product_id", "category": "category", "store": "store_id", "country": "country"}


@dataclass(frozen=True)
class DailyPanel:
    """Daily net sales of several series.

    Attributes:
        level: what one series is.
        keys: its id per row.
        start: the day of column 0; the last column is the as-of date.
        values: float32 [series, days], returns taken off on the day they were booked.
        available: float32 [series, days], share of the demand that could be served (1 where the shop records no
            stock-outs); None stands for all ones.
        kinds: code of each series' category, int [series]; None where the level has none.
        logs: logarithm of each product's price, NaN where it or the category is unknown; [series], None with `kinds`.
    """

    level: Level
    metric: Metric
    keys: tuple[str, ...]
    start: date
    values: Floats
    available: Floats | None = None
    kinds: npt.NDArray[np.intp] | None = None
    logs: Floats | None = None

    @property
    def days(self) -> int:
        """Number of days."""
        return int(self.values.shape[1])

    def until(self, days: int) -> "DailyPanel":
        """The first `days` days, as they were known then."""
        seen = None if self.available is None else self.available[:, :days]
        return replace(self, values=self.values[:, :days], available=seen)


def daily_panels(history: History, level: Level) -> dict[Metric, DailyPanel]:
    """Both metrics of a level; empty where no line names a key (a shop without stores or categories)."""
    lines = history.lines
    if level != "total":
        lines = lines[lines[COLUMN[level]].notna()]
    if lines.empty:
        return {}
    start = history.lines["day"].min()
    days = (pd.Timestamp(history.as_of) - start).days + 1
    column = ((lines["day"] - start).dt.days).to_numpy()
    if level == "total":
        keys, row = np.array([WHOLE_SHOP]), np.zeros(len(lines), dtype=np.intp)
    else:
        row, found = pd.factorize(lines[COLUMN[level]].astype(str), sort=True)
        keys = np.asarray(found)
    panels: dict[Metric, DailyPanel] = {}
    for metric in METRICS:
        amounts = lines["quantity" if metric == "units" else "value"].to_numpy(dtype=np.float64)
        flat = np.bincount(row * days + column, weights=amounts, minlength=len(keys) * days)
        values = flat.reshape(len(keys), days).astype(np.float32)
        panels[metric] = DailyPanel(level, metric, tuple(keys.tolist()), start.date(), values)
    if level == "product":
        available = availability(history, panels["units"])
        kinds = categories_of(lines, panels["units"].keys)
        named = lines["category"].notna() if "category" in lines else np.zeros(len(lines), dtype=bool)
        categorised = set(lines.loc[named, "product_id"].astype(str))
        known = np.array([key in categorised for key in panels["units"].keys])
        logs = np.where(known, price_logs(lines, panels["units"].keys), np.nan)
        panels = {m: replace(panel, available=available, kinds=kinds, logs=logs) for m, panel in panels.items()}
    return panels


def categories_of(lines: pd.DataFrame, products: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """Code of each product's category as its last line names it; products without one share a code; [products]."""
    if "category" not in lines:
        return np.zeros(len(products), dtype=np.intp)
    named = lines[["product_id", "category"]].dropna().drop_duplicates("product_id", keep="last")
    found = named.astype(str).set_index("product_id")["category"].reindex(list(products)).fillna("")
    return np.asarray(pd.factorize(found, sort=True)[0], dtype=np.intp)


def price_logs(lines: pd.DataFrame, products: tuple[str, ...]) -> Floats:
    """Logarithm of what each product was sold for on average, NaN for one without a price; [products]."""
    sold = lines[lines["quantity"] > 0].groupby("product_id")[["value", "quantity"]].sum().reindex(list(products))
    price = (sold["value"] / sold["quantity"]).to_numpy(dtype=float)
    return np.log(np.where(price > 0, price, np.nan))


def store_shares(history: History, products: tuple[str, ...], recent_days: int = 182) -> pd.DataFrame:
    """Each store's share of a product's units, pulled towards the shop's own split where a product sold little.

    Returns:
        float frame [products, stores and `ONLINE`], rows sum to 1; no columns where the shop has no stores.
    """
    recent = history.lines[history.lines["day"] > pd.Timestamp(history.as_of) - pd.Timedelta(days=recent_days)]
    recent = recent[recent["quantity"] > 0]
    if recent["store_id"].isna().all():
        return pd.DataFrame(index=list(products))
    recent = recent.assign(store_id=recent["store_id"].fillna(ONLINE))
    sold = recent.pivot_table(index="product_id", columns="store_id", values="quantity", aggfunc="sum", fill_value=0.0)
    whole = sold.sum() / sold.to_numpy().sum()
    sold = sold.reindex(list(products)).fillna(0.0)
    borrowed = 20.0  # units that the shop's split counts for
    return sold.add(borrowed * whole, axis=1).div(sold.sum(axis=1) + borrowed, axis=0).astype(np.float32)


def picking_stores(history: History) -> tuple[str, ...]:
    """The stores from whose shelves orders without a store are taken, as the history records it."""
    stores = history.table("stores")
    if stores.empty or "picks_online" not in stores:
        return ()
    return tuple(sorted(str(each) for each in stores.loc[stores["picks_online"].eq(True), "store_id"]))


def shelf_shares(shares: pd.DataFrame, picking: tuple[str, ...]) -> pd.DataFrame:
    """Each store's share of what leaves the shelves: its own sales and the orders without a store that it picks.

    Where nothing says who picks them, they are split like the stores' own sales.

    Args:
        shares: as `store_shares` gives them.
        picking: as `picking_stores` gives them.
    """
    if ONLINE not in shares.columns:
        return shares
    own, online = shares.drop(columns=ONLINE), shares[ONLINE]
    known = [store for store in picking if store in own.columns]
    if not known:
        return own.div((1.0 - online).clip(lower=1e-9), axis=0)
    return own.assign(**{store: own[store] + online / len(known) for store in known})


def availability(history: History, panel: DailyPanel) -> Floats | None:
    """Share of each product's demand that could be served each day, from recorded stock-outs, else from stock counts.

    A day without stock is not a day without demand: it is left out of the fit, and a backtest expects no sale on it.
    """
    spans = history.table("stock_outs")
    if spans.empty:
        spans = counted_out(history)
    if spans.empty:
        return None
    rows = {key: row for row, key in enumerate(panel.keys)}
    shares = shelf_shares(store_shares(history, panel.keys), picking_stores(history))
    available = np.ones(panel.values.shape, dtype=np.float32)
    first = pd.Timestamp(panel.start)
    last = pd.Timestamp(history.as_of)
    for span in spans.to_dict("records"):
        row = rows.get(str(span["product_id"]))
        begins = pd.Timestamp(span["starts_on"])
        ends = last if pd.isna(span["ends_on"]) else pd.Timestamp(span["ends_on"])
        if row is None or begins > last or ends < first:
            continue
        share = 1.0
        if not pd.isna(span["store_id"]) and len(shares.columns):
            share = float(shares[span["store_id"]].iloc[row]) if span["store_id"] in shares.columns else 0.0
        available[row, max(0, (begins - first).days) : (min(ends, last) - first).days + 1] -= share
    return np.clip(available, 0.0, 1.0)
