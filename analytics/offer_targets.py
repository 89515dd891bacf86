"""Whom an offer should reach by what it changes: expected extra profit per customer, under a budget.

A customer who would order anyway only costs the discount; one whom the offer brings pays the margin. Knows uplift and
order values per customer, no history and no wording.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.uplift.past_offers import FittedUplift

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Targets:
    """The customers for whom the offer should pay, the best return first.

    Attributes:
        customers: uplift, low, high, base, order_value, expected_cost, extra_profit (money).
        profit, low, high: extra profit in all, with an 80 % interval.
        cost: money of discount expected.
        everyone: extra profit were all eligible to get it.
    """

    customers: pd.DataFrame
    profit: float
    low: float
    high: float
    cost: float
    everyone: float


def choose_targets(
    eligible: pd.DataFrame,
    uplift: FittedUplift,
    margin: float,
    discount: float,
    *,
    budget: float | None = None,
    most: int | None = None,
) -> Targets:
    """Those whose expected extra profit is positive: uplift x value x (margin - d) - base x value x d.

    Args:
        eligible: by customer_id, with order_value (money).
        uplift: what an offer adds to each one's chance to order.
        margin: share of revenue that stays after cost, 0-1.
        discount: share taken off, 0-1.
        budget: money of discount at most; None: no limit.
        most: customers at most.
    """
    rows = eligible[["order_value"]].join(uplift.customers, how="inner")
    chance = (rows["base"] + rows["uplift"]).clip(0, 1)
    rows = rows.assign(
        expected_cost=chance * rows["order_value"] * discount,
        extra_profit=_profit(rows["uplift"].to_numpy(float), rows, margin, discount),
    )
    everyone = float(rows["extra_profit"].sum())
    paying = rows[rows["extra_profit"] > 0]
    gain = paying["extra_profit"] / paying["expected_cost"].clip(lower=1e-9)
    paying = paying.loc[gain.sort_values(ascending=False, kind="stable").index]
    if budget is not None:
        paying = paying[paying["expected_cost"].cumsum() <= budget]
    if most is not None:
        paying = paying.head(most)
    places = uplift.customers.index.get_indexer(paying.index)
    totals = np.array([_profit(each[places].astype(float), paying, margin, discount).sum() for each in uplift.draws])
    low, high = np.quantile(totals, (0.1, 0.9)) if len(paying) else (0.0, 0.0)
    return Targets(
        paying, float(paying["extra_profit"].sum()), float(low), float(high), float(paying["expected_cost"].sum()),
        everyone,
    )  # fmt: skip


def _profit(uplift: Array, rows: pd.DataFrame, margin: float, discount: float) -> Array:
    """Extra profit per customer: what the offer brings less the discount on orders that would have come anyway."""
    value, base = rows["order_value"].to_numpy(float), rows["base"].to_numpy(float)
    return np.asarray(value * (uplift * (margin - discount) - base * discount))


def arms(customers: pd.Index, offer: str) -> dict[str, bool]:
    """True: gets the offer; False: held out. Drawn by chance, and the same each time it is asked of this offer.

    Args:
        customers: who is to be split in halves.
        offer: what tells this offer from others; another offer splits anew.
    """
    import hashlib

    drawn = [hashlib.sha256(f"{offer}|{each}".encode()).digest() for each in customers]
    order = np.argsort(np.argsort(np.array([int.from_bytes(each[:7]) for each in drawn])))
    got = order < (len(customers) + 1) // 2
    return {str(each): bool(gets) for each, gets in zip(customers, got, strict=True)}
