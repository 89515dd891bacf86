"""Which category to discount, by how much and through which channel, so that a budget earns most.

Every allowed offer is priced by what its products' elasticities and the channel's usual effect say; of each category at
most one is chosen, by an exact multiple-choice knapsack (Kellerer, Pferschy & Pisinger 2004, ch. 11) on the budget. An
offer never takes a product below cost plus the minimum margin. Knows products' figures, no history and no customers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
_DRAWS = 200
_STEPS = 2000  # of the budget in the knapsack


@dataclass(frozen=True)
class OfferRules:
    """What an offer may be.

    Attributes:
        discounts: shares of the price that may be given, 0-1.
        minimum_margin: what must stay of the discounted price after cost, as its share.
        days: length of an offer.
    """

    discounts: Sequence[float] = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
    minimum_margin: float = 0.05
    days: int = 14

    def __post_init__(self) -> None:
        if not self.discounts or not all(0 < each < 1 for each in self.discounts):
            raise ValueError(f"Expected discounts between 0 and 1; got {self.discounts}.")
        if not 0 <= self.minimum_margin < 1 or self.days < 1:
            raise ValueError(f"Expected 0 <= minimum_margin < 1 and at least one day; got {self}.")


COLUMNS = (
    "category", "channel", "discount", "products", "excluded", "extra_units", "extra_profit", "low", "high",
    "given_away",
)  # fmt: skip


def possible_offers(
    products: pd.DataFrame, channels: Mapping[str, tuple[float, float]], rules: OfferRules | None = None
) -> pd.DataFrame:
    """Every allowed offer with what it should bring.

    Args:
        products: category, price, cost, daily_units, elasticity and sd per product; those without a cost, a sale or an
            elasticity take no part.
        channels: channel -> mean and standard deviation of the log effect of an offer beyond its lower price.
        rules: discounts, margin and days.

    Returns:
        `COLUMNS`; money over the days of the offer, low and high an 80 % interval, given_away the discount in all.
    """
    chosen = rules or OfferRules()
    usable = products[(products["daily_units"] > 0) & products["elasticity"].notna()]
    draws = np.random.default_rng(7).normal(size=(2, _DRAWS))
    rows = []
    for category, group in usable.groupby(usable["category"].fillna("all products"), observed=True):
        for discount in chosen.discounts:
            floor = group["cost"] / (1 - chosen.minimum_margin)
            allowed = group[group["price"] * (1 - discount) >= floor]
            if allowed.empty:
                continue
            for channel, effect in channels.items():
                told = _worth(allowed, discount, effect, chosen.days, draws)
                rows.append((category, channel, discount, len(allowed), len(group) - len(allowed), *told))
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    return found.sort_values("extra_profit", ascending=False, ignore_index=True, kind="stable")


def _worth(
    products: pd.DataFrame, discount: float, effect: tuple[float, float], days: int, draws: Array
) -> tuple[float, float, float, float, float]:
    """Expected extra units and profit, its 80 % interval, and the discount given, over the days.

    The elasticities of one category err together, so one draw moves all of them.
    """
    units = products["daily_units"].to_numpy(float)[:, None] * days
    price, cost = (products[name].to_numpy(float)[:, None] for name in ("price", "cost"))
    reaction = products["elasticity"].to_numpy(float)[:, None] + products["sd"].to_numpy(float)[:, None] * draws[0]
    added = effect[0] + effect[1] * draws[1]
    sold = units * np.exp(np.clip(reaction * np.log1p(-discount) + added, -3, 3))
    paid = price * (1 - discount)
    profit = (sold * (paid - cost) - units * (price - cost)).sum(axis=0)
    low, high = np.quantile(profit, (0.1, 0.9))
    given = float((sold * (price - paid)).sum(axis=0).mean())
    return float((sold - units).sum(axis=0).mean()), float(profit.mean()), float(low), float(high), given


def choose_offers(offers: pd.DataFrame, budget: float | None = None, most: int | None = None) -> pd.DataFrame:
    """At most one offer per category, the most extra profit in all; only those that pay.

    Args:
        offers: as `possible_offers` returns.
        budget: discount that may be given away in all; None: no limit.
        most: offers at most.
    """
    paying = offers[offers["extra_profit"] > 0]
    best = paying.drop_duplicates("category")
    if budget is not None and best["given_away"].sum() > budget:
        best = paying.loc[_knapsack(paying, budget)]
    best = best.sort_values("extra_profit", ascending=False, kind="stable")
    return best.head(most) if most is not None else best


def _knapsack(offers: pd.DataFrame, budget: float) -> list[int]:
    """Rows of the best selection under the budget; costs are rounded up to a step, so the budget always holds."""
    if budget <= 0:
        return []
    cost = np.ceil(offers["given_away"].to_numpy(float) / budget * _STEPS - 1e-9).astype(int)
    value, category = offers["extra_profit"].to_numpy(float), offers["category"].to_numpy()
    kinds = list(dict.fromkeys(category))
    best, taken = np.zeros(_STEPS + 1), np.full((len(kinds), _STEPS + 1), -1)
    for place, kind in enumerate(kinds):
        before = best.copy()
        for row in np.flatnonzero((category == kind) & (cost <= _STEPS)):
            with_it = np.full(_STEPS + 1, -np.inf)
            with_it[cost[row] :] = before[: _STEPS + 1 - cost[row]] + value[row]
            better = with_it > best
            best[better], taken[place, better] = with_it[better], row
    left, rows = _STEPS, []
    for place in reversed(range(len(kinds))):
        row = taken[place, left]
        if row >= 0:
            rows.append(offers.index[row])
            left -= cost[row]
    return rows
