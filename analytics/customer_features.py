"""What is known of each customer at the end of a day: how recently, how often and for how much they bought.

Knows no model; a model that must not see the future hands in `history.until(cutoff)`.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from analytics.history import History

# Feature -> what it is about; reasons in words are given per subject.
SUBJECTS: Final[dict[str, str]] = {
    "recency": "silence",
    "silence_ratio": "silence",
    "pause_ratio": "silence",
    "silence_by_habit": "silence",
    "usual_gap": "rhythm",
    "gap_spread": "rhythm",
    "order_days": "frequency",
    "order_days_90": "frequency",
    "order_days_change": "trend",
    "value_change": "trend",
    "value": "value",
    "order_value": "value",
    "return_share": "returns",
    "tenure": "tenure",
    "products": "range",
    "products_per_order": "range",
}
FEATURES: Final[tuple[str, ...]] = tuple(SUBJECTS)
_WINDOW: Final = 90


def orders_of(history: History) -> pd.DataFrame:
    """One row per sale of a known customer.

    Returns:
        Columns customer_id, order_id, day, value (money), products (distinct ones); sorted by customer and day.
    """
    lines = history.lines
    sold = lines[(lines["kind"] == "sale") & lines["customer_id"].notna() & (lines["quantity"] > 0)]
    orders = sold.groupby(["customer_id", "order_id"], sort=False, observed=True).agg(
        day=("day", "min"), value=("value", "sum"), products=("product_id", "nunique")
    )
    return orders.reset_index().sort_values(["customer_id", "day"], kind="stable", ignore_index=True)


def returned_value(history: History) -> pd.Series:
    """Money given back per known customer, as a positive amount."""
    lines = history.lines
    returned = lines[(lines["kind"] == "return") & lines["customer_id"].notna()]
    return -returned.groupby("customer_id", observed=True)["value"].sum()


def customer_features(history: History) -> pd.DataFrame:
    """The features of every customer with at least one order, as of `history.as_of`.

    A customer's usual gap is the median number of days between two order days. It is known as a rhythm from three order
    days on; one who ordered on a single day takes the shop's median gap.

    Returns:
        Indexed by customer_id: the columns of `FEATURES`, and first_day, last_day, orders, gross (money before
        returns), first_value (gross money on the first order day), known_rhythm. Days are whole
        numbers, value is net of returns.
    """
    orders = orders_of(history)
    as_of = pd.Timestamp(history.as_of)
    grouped = orders.groupby("customer_id", observed=True)
    frame = grouped.agg(
        first_day=("day", "min"), last_day=("day", "max"), orders=("order_id", "nunique"), gross=("value", "sum")
    )
    first = orders["day"] == orders["customer_id"].map(frame["first_day"])
    frame["first_value"] = orders[first].groupby("customer_id", observed=True)["value"].sum()
    frame["recency"] = (as_of - frame["last_day"]).dt.days
    frame["tenure"] = (as_of - frame["first_day"]).dt.days
    frame = frame.join(_rhythm(orders))
    frame["known_rhythm"] = frame["order_days"] >= 3
    gaps = frame["usual_gap"].dropna()
    frame["usual_gap"] = frame["usual_gap"].fillna(float(gaps.median()) if len(gaps) else float(_WINDOW))
    frame["gap_spread"] = frame["gap_spread"].fillna(0.0)
    frame["silence_ratio"] = frame["recency"] / _steady_gap(frame)
    frame["pause_ratio"] = frame["recency"] / frame["longest_gap"].fillna(frame["usual_gap"]).clip(lower=7)
    frame["silence_by_habit"] = np.log1p(frame["silence_ratio"]) * np.log1p(frame["order_days"])
    frame = frame.join(_recent(orders, as_of))
    recent = ["order_days_90", "order_days_change", "value_90", "value_change"]
    frame[recent] = frame[recent].fillna(0.0)
    returned = returned_value(history).reindex(frame.index).fillna(0.0)
    frame["value"] = frame["gross"] - returned
    frame["order_value"] = frame["value"].clip(lower=0) / frame["orders"]
    frame["return_share"] = (returned / frame["gross"].where(frame["gross"] > 0)).fillna(0.0).clip(0, 1)
    frame["products_per_order"] = grouped["products"].mean()
    return frame.join(_distinct_products(history))


def no_order_within(history: History, customers: pd.Index, cutoff: date, days: int) -> pd.Series:
    """1.0 for each customer who placed no order in the `days` after `cutoff`, else 0.0."""
    later = orders_of(history)
    start, end = pd.Timestamp(cutoff), pd.Timestamp(cutoff + timedelta(days=days))
    came = later.loc[(later["day"] > start) & (later["day"] <= end), "customer_id"].unique()
    return pd.Series(np.where(customers.isin(came), 0.0, 1.0), index=customers)


def _rhythm(orders: pd.DataFrame) -> pd.DataFrame:
    days = orders[["customer_id", "day"]].drop_duplicates()
    gaps = days.groupby("customer_id", observed=True)["day"].diff().dt.days
    grouped = gaps.groupby(days["customer_id"], observed=True)
    rhythm = pd.DataFrame({"order_days": grouped.size(), "usual_gap": grouped.median(), "longest_gap": grouped.max()})
    rhythm["gap_spread"] = grouped.std() / grouped.mean()
    return rhythm


def _steady_gap(frame: pd.DataFrame) -> pd.Series:
    """The usual gap drawn towards the shop's, the more the fewer gaps there are: two orders in a row are no rhythm."""
    gaps = (frame["order_days"] - 1).clip(lower=0)
    typical = frame["usual_gap"].median()
    return ((frame["usual_gap"] * gaps + typical) / (gaps + 1)).clip(lower=1)


def _recent(orders: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """The last 90 days, and how they differ from the 90 before."""
    age = (as_of - orders["day"]).dt.days
    last, before = orders[age < _WINDOW], orders[(age >= _WINDOW) & (age < 2 * _WINDOW)]

    def tally(part: pd.DataFrame) -> pd.DataFrame:
        grouped = part.groupby("customer_id", observed=True)
        return pd.DataFrame({"days": grouped["day"].nunique(), "value": grouped["value"].sum()})

    late, early = tally(last), tally(before)
    both = late.join(early, how="outer", lsuffix="_late", rsuffix="_early").fillna(0.0)
    return pd.DataFrame(
        {
            "order_days_90": both["days_late"],
            "order_days_change": both["days_late"] - both["days_early"],
            "value_90": both["value_late"],
            "value_change": both["value_late"] - both["value_early"],
        }
    )


def _distinct_products(history: History) -> pd.Series:
    lines = history.lines
    sold = lines[(lines["kind"] == "sale") & lines["customer_id"].notna() & (lines["quantity"] > 0)]
    return sold.groupby("customer_id", observed=True)["product_id"].nunique().rename("products")
