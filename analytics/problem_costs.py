"""Which product problems cost most: money returned beyond the usual, and orders that discontent reviewers leave out.

Both are weighed in money of the last year. A product's returned value counts as far as it exceeds the shop's own
return rate; it is shared out among what its reviews complain about. Lost orders are the fall of a discontent reviewer's
spending against that of content ones over the same days, and count only where chance does not explain it (Welch's
t-test, 5 %). Knows reviews and sales lines, no wording.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

AFTER_DAYS: Final = 90
FEWEST_COMPLAINTS: Final = 3  # about a product: of fewer nothing is concluded
_YEAR: Final = 365
_FEWEST: Final = 30  # reviewers of each kind for the comparison


@dataclass(frozen=True)
class LostOrders:
    """What a discontent reviewer spends less than a content one in the days after the review.

    Attributes:
        per_review: money, less the same difference in as many days before; None: too few reviewers to tell.
        low, high: its 95 % interval.
        counts: whether chance does not explain it.
    """

    per_review: float | None
    low: float | None
    high: float | None
    counts: bool


@dataclass(frozen=True)
class ProblemCosts:
    """The problems of products, the dearest first.

    Attributes:
        rows: product_id, aspect, complaints, returned, lost, cost (money of the last year).
    """

    rows: pd.DataFrame
    lost: LostOrders


def problem_costs(
    reviews: pd.DataFrame, statements: pd.DataFrame, customers: pd.Series, lines: pd.DataFrame, as_of: date
) -> ProblemCosts:
    """Weighs what each product's reviews complain about.

    Args:
        reviews: as `FittedReviews` holds them.
        statements: likewise.
        customers: customer_id by review_id.
        lines: the shop's sales lines.
        as_of: the last day known.
    """
    since = pd.Timestamp(as_of) - pd.Timedelta(days=_YEAR)
    late = reviews[reviews["reviewed_on"].isna() | (reviews["reviewed_on"] > since)]
    said = statements[statements["review_id"].isin(late["review_id"]) & (statements["content"] < 0.5)]
    counted = said.groupby(["product_id", "aspect"]).agg(complaints=("review_id", "nunique")).reset_index()
    heard = counted.groupby("product_id")["complaints"].transform("sum")
    counted = counted[heard >= FEWEST_COMPLAINTS].reset_index(drop=True)
    if counted.empty:
        return ProblemCosts(counted.assign(returned=[], lost=[], cost=[]), LostOrders(None, None, None, False))
    excess = returned_beyond_usual(lines, since)
    lost = lost_orders(reviews, customers, lines, as_of)
    share = counted["complaints"] / counted.groupby("product_id")["complaints"].transform("sum")
    counted["returned"] = counted["product_id"].map(excess).fillna(0.0).astype(float) * share
    discontent = late[late["content"] < 0.5].groupby("product_id").size()
    per_review = max(lost.per_review or 0.0, 0.0) if lost.counts else 0.0
    counted["lost"] = counted["product_id"].map(discontent).fillna(0).astype(float) * per_review * share
    counted["cost"] = counted["returned"] + counted["lost"]
    order = ["cost", "complaints", "product_id", "aspect"]
    ranked = counted.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
    return ProblemCosts(ranked, lost)


def returned_beyond_usual(lines: pd.DataFrame, since: pd.Timestamp) -> pd.Series:
    """Per product: value returned since then beyond what the shop's own return rate explains, never below zero."""
    recent = lines[lines["sold_at"] > since]
    sold = recent[recent["quantity"] > 0].groupby("product_id", observed=True)["value"].sum()
    back = -recent[recent["quantity"] < 0].groupby("product_id", observed=True)["value"].sum()
    usual = float(back.sum() / sold.sum()) if sold.sum() > 0 else 0.0
    return (back - usual * sold.reindex(back.index).fillna(0.0)).clip(lower=0.0)


def lost_orders(reviews: pd.DataFrame, customers: pd.Series, lines: pd.DataFrame, as_of: date) -> LostOrders:
    """How a reviewer's spending moves from the days before the review to those after: discontent against content ones.

    Taking the days before off keeps apart who spends little anyway (difference in differences).
    """
    known = reviews.assign(customer=reviews["review_id"].map(customers)).dropna(subset=["customer", "reviewed_on"])
    known = known[known["reviewed_on"] <= pd.Timestamp(as_of) - pd.Timedelta(days=AFTER_DAYS)]
    spent = lines[lines["customer_id"].notna()][["customer_id", "sold_at", "value"]]
    pairs = known[["review_id", "customer", "reviewed_on"]].merge(spent, left_on="customer", right_on="customer_id")
    days = (pairs["sold_at"].dt.normalize() - pairs["reviewed_on"]).dt.days
    near = pairs[(days.abs() <= AFTER_DAYS) & (days != 0)]
    signed = near["value"] * np.where(days[near.index] > 0, 1.0, -1.0)
    moved = signed.groupby(near["review_id"]).sum().reindex(known["review_id"]).fillna(0.0).to_numpy(float)
    bad = (known["content"] < 0.5).to_numpy()
    if min(bad.sum(), (~bad).sum()) < _FEWEST:
        return LostOrders(None, None, None, False)
    from scipy.stats import ttest_ind

    tested = ttest_ind(moved[~bad], moved[bad], equal_var=False)
    low, high = tested.confidence_interval(0.95)
    loss = float(moved[~bad].mean() - moved[bad].mean())
    return LostOrders(loss, float(low), float(high), float(low) > 0)
