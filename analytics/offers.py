"""An offer to chosen customers: which discount is allowed, when it pays, whom a budget reaches, what to test.

Whether an offer makes a customer order who would not have is not in a sales history: it takes a test, which is planned
here. Knows customer tables and product prices, no wording.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analytics.ab_test import TestPlan, detectable, plan_test
from analytics.churn import FittedChurn
from analytics.promotions import MINIMUM_MARGIN, OFFERED

Aim = Literal["win back", "welcome", "reward"]
_LARGEST_RISE = 0.25  # an offer that needs a larger rise than this to pay is not chosen
_CAUTIOUS = 0.10  # where costs are unknown


@dataclass(frozen=True)
class CustomerOffer:
    """A plan for an offer to customers.

    Attributes:
        customers: those who get it, the most at stake first: probability (of no order, 0-1), order_value, yearly_value,
            value_at_risk and expected_cost (money of discount given, were they to order as usual).
        eligible: how many customers fit the aim.
        discount: 0-1.
        margin: share of revenue that stays after cost, 0-1; None where costs are unknown.
        excluded: products that the offer must not cover, as they would fall below cost plus minimum margin.
        base: expected share of them who order in the period without an offer.
        break_even: share who must order for the offer to pay; None where costs are unknown.
        test: the test that can show it; None if the base share is 0 or 1.
        shows: smallest share that these customers, split in two, can tell from the base; None if none.
        cost: money of discount expected.
    """

    customers: pd.DataFrame
    eligible: int
    discount: float
    margin: float | None
    excluded: int
    base: float
    break_even: float | None
    test: TestPlan | None
    shows: float | None
    cost: float


def eligible_customers(churn: FittedChurn, aim: Aim, among: pd.Index | None = None) -> pd.DataFrame:
    """Who fits the aim, the most at stake first.

    win back: regulars quiet for longer than usual and riskier than the average regular; welcome: ordered on one day
    only, within the last 90 days; reward: still active, by yearly value.
    """
    known = churn.customers
    if aim == "win back":
        found = churn.at_risk(len(known), among).rows
        return found[found["alarming"]] if among is None else found
    rows = known if among is None else known[known.index.isin(among)]
    if aim == "welcome":
        rows = rows[(rows["order_days"] == 1) & (rows["recency"] <= 90)] if among is None else rows
        return rows.sort_values("order_value", ascending=False, kind="stable")
    active = churn.still_active().reindex(rows.index)
    return rows[active].sort_values("yearly_value", ascending=False, kind="stable")


def plan_offer(
    eligible: pd.DataFrame, products: pd.DataFrame, *, budget: float | None = None, most: int | None = None
) -> CustomerOffer:
    """Chooses the discount, reaches as many as the budget allows, and plans the test.

    Args:
        eligible: as `eligible_customers` returns; not empty.
        products: price, cost (NaN unknown) and daily_units per product.
        budget: money that discounts may cost; None: no limit.
        most: customers at most.
    """
    margin = margin_share(products)
    discount = best_discount(margin)
    orders = 1 - eligible["probability"]
    chosen = eligible.assign(expected_cost=orders * eligible["order_value"] * discount)
    if budget is not None:
        chosen = chosen[chosen["expected_cost"].cumsum() <= budget]
    if most is not None:
        chosen = chosen.head(most)
    base = float((1 - chosen["probability"]).mean()) if len(chosen) else 0.0
    needed = break_even_share(base, margin, discount)
    hoped = needed if needed and base < needed < 1 else min(base * 1.25, (1 + base) / 2)
    paid = products["price"] * (1 - discount)
    return CustomerOffer(
        customers=chosen,
        eligible=len(eligible),
        discount=discount,
        margin=margin,
        excluded=int((paid < products["cost"] / (1 - MINIMUM_MARGIN)).sum()),
        base=base,
        break_even=needed,
        test=plan_test(base, hoped) if 0 < base < hoped < 1 else None,
        shows=detectable(base, len(chosen) // 2) if 0 < base < 1 else None,
        cost=float(chosen["expected_cost"].sum()),
    )


def margin_share(products: pd.DataFrame) -> float | None:
    """Share of lately sold revenue that stays after cost; None where costs cover less than 80 % of it."""
    revenue = products["price"] * products["daily_units"]
    costed = products["cost"].notna()
    if revenue.sum() <= 0 or revenue[costed].sum() < 0.8 * revenue.sum():
        return None
    return float(1 - (products["cost"] * products["daily_units"])[costed].sum() / revenue[costed].sum())


def best_discount(margin: float | None) -> float:
    """The deepest usual discount that pays if orders rise by at most a quarter; a cautious 10 % without known costs."""
    if margin is None:
        return _CAUTIOUS
    fitting = [d for d in OFFERED if d < margin and margin / (margin - d) - 1 <= _LARGEST_RISE + 1e-9]
    return max(fitting, default=OFFERED[0])


def break_even_share(base: float, margin: float | None, discount: float) -> float | None:
    """Share of customers who must order so that the profit equals that without an offer: base x margin / (margin - d).

    None where costs are unknown or the discount eats the whole margin.
    """
    if margin is None or margin <= discount or not np.isfinite(margin):
        return None
    return base * margin / (margin - discount)
