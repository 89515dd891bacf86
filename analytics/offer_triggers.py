"""Which offer is due at once: after an order (welcome, bundle) or a silence (win-back, replenishment).

`fit_triggers` learns rhythms and pairs from the history; `on_order` and `on_day` are functions of one event. Code sets
the discount: never below cost plus the minimum margin, none where the cost is unknown (a reminder only). Knows ids and
days, no wording and no churn model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.history import History
from analytics.prices import current_prices, known_costs

Kind = Literal["welcome", "bundle", "win back", "replenishment"]
DISCOUNTS = (0.05, 0.10, 0.15)


@dataclass(frozen=True)
class TriggerRules:
    """When an offer is due.

    Attributes:
        quiet: win-back once a silence passes this many usual gaps.
        due: replenishment once this many usual gaps between purchases of a product have passed.
        fewest: purchases of a product, or order days, from which there is a rhythm.
        pairs: orders with both products from which they go together; lift: how much more often than by chance.
        minimum_margin: what must stay of a discounted price after cost, as its share.
    """

    quiet: float = 2.0
    due: float = 1.0
    fewest: int = 4
    pairs: int = 8
    lift: float = 2.0
    minimum_margin: float = 0.05

    def __post_init__(self) -> None:
        if self.quiet <= 1 or self.due <= 0 or self.fewest < 3 or self.pairs < 2 or not 0 <= self.minimum_margin < 1:
            raise ValueError(f"Expected quiet > 1, due > 0, fewest >= 3, pairs >= 2, 0 <= margin < 1; got {self}.")


@dataclass(frozen=True)
class DueOffer:
    """One offer to one customer.

    Attributes:
        products: what it covers; empty: the whole range.
        discount: 0-1; 0 is a reminder without one.
        since: the order day, or the day from which the silence or the need is due.
        usual_gap: days between orders or purchases; None where there is no rhythm.
        worth: money the customer usually spends on what is offered.
    """

    kind: Kind
    customer_id: str
    products: tuple[str, ...]
    discount: float
    since: date
    usual_gap: float | None
    worth: float


@dataclass(frozen=True)
class Triggers:
    """What a shop knows for its triggers.

    Attributes:
        customers: by customer_id: order_days, last_day, usual_gap (NaN without a rhythm), order_value.
        purchases: customer_id, product_id, last_day, usual_gap, times, value: products bought again and again.
        partners: product_id -> the product that most surely goes with it.
        discount: product_id -> deepest allowed discount, 0 where none or the cost is unknown.
        overall: discount that an offer on the whole range may give.
    """

    customers: pd.DataFrame
    purchases: pd.DataFrame
    partners: dict[str, str]
    discount: dict[str, float]
    overall: float
    rules: TriggerRules

    def on_order(self, customer_id: str, products: Sequence[str], day: date) -> tuple[DueOffer, ...]:
        """What is due when this order arrives: a welcome on the first one, what goes with the basket."""
        known = self.customers.index[self.customers["last_day"] < pd.Timestamp(day)]
        found = []
        if customer_id not in known:
            found.append(DueOffer("welcome", customer_id, (), self.overall, day, None, 0.0))
        basket = set(products)
        for product in products:
            partner = self.partners.get(product)
            if partner and partner not in basket:
                off = min(self.discount.get(product, 0.0), self.discount.get(partner, 0.0))
                found.append(DueOffer("bundle", customer_id, (product, partner), off, day, None, 0.0))
        return tuple(found)

    def on_day(self, day: date, days: int = 1) -> tuple[DueOffer, ...]:
        """Silences and needs that became due within the `days` up to this one: each is told once."""
        found = [*self._quiet(day, days), *self._needs(day, days)]
        return tuple(sorted(found, key=lambda each: (-each.worth, each.customer_id, each.products)))

    def _quiet(self, day: date, days: int) -> list[DueOffer]:
        rows = self.customers[self.customers["usual_gap"].notna()]
        due = rows["last_day"] + pd.to_timedelta(np.ceil(rows["usual_gap"] * self.rules.quiet) + 1, unit="D")
        rows = rows[_within(due, day, days)]
        return [
            DueOffer("win back", str(who), (), self.overall, due[who].date(), float(row["usual_gap"]),
                     float(row["order_value"]))
            for who, row in zip(rows.index, rows.to_dict("records"), strict=True)
        ]  # fmt: skip

    def _needs(self, day: date, days: int) -> list[DueOffer]:
        rows = self.purchases
        due = rows["last_day"] + pd.to_timedelta(np.ceil(rows["usual_gap"] * self.rules.due), unit="D")
        chosen = rows.assign(due=due)[_within(due, day, days)]
        return [
            DueOffer("replenishment", str(row["customer_id"]), (str(row["product_id"]),),
                     self.discount.get(str(row["product_id"]), 0.0), row["due"].date(), float(row["usual_gap"]),
                     float(row["value"]))
            for row in chosen.to_dict("records")
        ]  # fmt: skip


def _within(due: pd.Series, day: date, days: int) -> pd.Series:
    return (due <= pd.Timestamp(day)) & (due > pd.Timestamp(day) - pd.Timedelta(days=days))


def fit_triggers(history: History, rules: TriggerRules | None = None, *, pairs: bool = True) -> Triggers:
    """Learns rhythms, pairs and allowed discounts; an empty shop gives triggers that know nobody.

    Args:
        history: the shop.
        rules: when an offer is due.
        pairs: learn what goes together; only `on_order` needs it.
    """
    chosen = rules or TriggerRules()
    lines = history.lines
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0) & (lines["unit_price"] > 0)]
    known = sold[sold["customer_id"].notna()]
    prices, costs = current_prices(history), known_costs(history)
    allowed = {str(p): _deepest(price, costs.get(p, np.nan), chosen) for p, price in prices.items()}
    costed = [each for p, each in allowed.items() if pd.notna(costs.get(p, np.nan))]
    overall = float(np.quantile(costed, 0.25)) if costed else 0.0  # what three quarters of the range can bear
    return Triggers(
        _customers(known, chosen), _purchases(known, chosen), _partners(sold, chosen) if pairs else {}, allowed,
        max((d for d in DISCOUNTS if d <= overall + 1e-9), default=0.0), chosen,
    )  # fmt: skip


def _deepest(price: float, cost: float, rules: TriggerRules) -> float:
    """The deepest of the usual discounts that stays above cost plus the minimum margin."""
    if pd.isna(cost):
        return 0.0
    floor = cost / (1 - rules.minimum_margin)
    return max((each for each in DISCOUNTS if price * (1 - each) >= floor), default=0.0)


def _customers(known: pd.DataFrame, rules: TriggerRules) -> pd.DataFrame:
    days = known[["customer_id", "day"]].drop_duplicates().sort_values(["customer_id", "day"])
    gaps = days.groupby("customer_id")["day"].diff().dt.days
    by = days["customer_id"]
    frame = pd.DataFrame({"order_days": by.value_counts(), "usual_gap": gaps.groupby(by).median()})
    frame["last_day"] = days.groupby("customer_id")["day"].max()
    frame["usual_gap"] = frame["usual_gap"].where(frame["order_days"] >= rules.fewest)
    spent = known.groupby("customer_id")["value"].sum()
    return frame.assign(order_value=spent / frame["order_days"])


def _purchases(known: pd.DataFrame, rules: TriggerRules) -> pd.DataFrame:
    keys = ["customer_id", "product_id"]
    known = known[_often(known, rules.fewest)]
    bought = known.groupby([*keys, "day"], observed=True)["value"].sum().reset_index().sort_values([*keys, "day"])
    bought["gap"] = bought.groupby(keys, observed=True)["day"].diff().dt.days
    grouped = bought.groupby(keys, observed=True)
    frame = grouped.agg(
        last_day=("day", "max"), usual_gap=("gap", "median"), times=("day", "size"), value=("value", "mean")
    )
    return frame[frame["times"] >= rules.fewest].reset_index()


def _often(known: pd.DataFrame, fewest: int) -> npt.NDArray[np.bool_]:
    """Lines of a product that its customer bought on `fewest` days or more; few are, and only these are looked at."""
    customer, product = (pd.factorize(known[name])[0] for name in ("customer_id", "product_id"))
    pair = customer.astype(np.int64) * (product.max(initial=0) + 1) + product
    days = pd.DataFrame({"pair": pair, "day": known["day"].to_numpy()}).drop_duplicates()["pair"].to_numpy()
    found, times = np.unique(days, return_counts=True)
    return np.isin(pair, found[times >= fewest])


def _partners(sold: pd.DataFrame, rules: TriggerRules) -> dict[str, str]:
    """Each product's partner: bought together often enough, and far more often than by chance; the surest one."""
    from scipy.sparse import csr_matrix

    order, orders = pd.factorize(sold["order_id"])
    product, products = pd.factorize(sold["product_id"])
    baskets = csr_matrix((np.ones(len(sold)), (order, product)), shape=(len(orders), len(products)))
    baskets.data[:] = 1.0
    baskets.sum_duplicates()
    baskets.data[:] = 1.0
    both = (baskets.T @ baskets).tocoo()
    often = np.asarray(baskets.sum(axis=0)).ravel()
    lift = both.data * max(len(orders), 1) / (often[both.row] * often[both.col])
    kept = (both.row != both.col) & (both.data >= rules.pairs) & (lift >= rules.lift)
    pairs = pd.DataFrame({"of": both.row[kept], "with": both.col[kept], "sure": (both.data / often[both.row])[kept]})
    pairs = pairs.sort_values(["of", "sure", "with"], ascending=[True, False, True]).drop_duplicates("of")
    return {str(products[a]): str(products[b]) for a, b in zip(pairs["of"], pairs["with"], strict=True)}
