"""Which products to order with a limited budget: the units that bring most profit per pound first.

Expected profit of stocking y units is concave in y (newsvendor), so the units ranked by marginal profit per cost, taken
until the budget is used up, are the optimum of the linear relaxation; its last, fractional part gives the upper bound.
Knows demand and costs, not where they come from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.inventory.formulas import expected_shortage

STEPS = 60  # pieces that an order is cut into


@dataclass(frozen=True)
class Candidate:
    """A product that may be ordered.

    Attributes:
        available: units on hand and on order.
        demand, demand_sd: over the time until the next order arrives.
        most: units up to which an order makes sense.
        minimum: of an order.
        price, cost: per unit.
        holding: cost of a unit left over at the end of that time.
    """

    product_id: str
    available: float
    demand: float
    demand_sd: float
    most: float
    minimum: float
    price: float
    cost: float
    holding: float

    def profit(self, quantity: float) -> float:
        """Expected profit that ordering `quantity` adds over ordering nothing."""

        def kept(stock: float) -> float:
            short = expected_shortage(self.demand, self.demand_sd, stock)
            left = stock - self.demand + short
            return (self.price - self.cost) * (self.demand - short) - self.holding * left

        return kept(self.available + quantity) - kept(self.available)


@dataclass(frozen=True)
class BudgetPlan:
    """What to order.

    Attributes:
        quantities: product -> units, 0 left out.
        cost: what the order costs; profit: what it is expected to add.
        bound: no order within the budget can be expected to add more.
    """

    quantities: dict[str, float]
    cost: float
    profit: float
    bound: float


@dataclass(frozen=True)
class _Piece:
    ratio: float
    row: int
    units: float
    profit: float


def plan_budget(candidates: Sequence[Candidate], budget: float | None) -> BudgetPlan:
    """Orders within the budget (None: no limit) with the highest expected profit.

    Greedy over pieces of ever lower return. A piece that no longer fits is skipped for a smaller one further down.
    """
    pieces = sorted((p for row, c in enumerate(candidates) for p in _pieces(row, c)), key=lambda p: (-p.ratio, p.row))
    left = math.inf if budget is None else budget
    bound, open_budget = 0.0, left
    taken = [0.0] * len(candidates)
    stopped: set[int] = set()
    for piece in pieces:
        cost = piece.units * candidates[piece.row].cost
        if open_budget > 0:
            share = min(1.0, open_budget / cost) if cost > 0 else 1.0
            bound += share * piece.profit
            open_budget -= share * cost
        if piece.row in stopped:
            continue
        units = piece.units
        if cost > left:
            units = math.floor(left / candidates[piece.row].cost)
            if taken[piece.row] == 0:
                units = units if units >= candidates[piece.row].minimum else 0
            stopped.add(piece.row)
        taken[piece.row] += units
        left -= units * candidates[piece.row].cost
    quantities = {c.product_id: q for c, q in zip(candidates, taken, strict=True) if q > 0}
    cost = sum(c.cost * q for c, q in zip(candidates, taken, strict=True))
    profit = sum(c.profit(q) for c, q in zip(candidates, taken, strict=True) if q > 0)
    return BudgetPlan(quantities, cost, profit, max(bound, profit))


def _pieces(row: int, candidate: Candidate) -> list[_Piece]:
    """An order in pieces of falling return, the first no smaller than the minimum order; unprofitable ones left out."""
    if candidate.most <= 0 or candidate.cost <= 0:
        return []
    first = max(candidate.minimum, math.ceil(candidate.most / STEPS))
    step = max(1, math.ceil(candidate.most / STEPS))
    found: list[_Piece] = []
    done, known = 0.0, 0.0
    while done < max(candidate.most, first):
        units = first if not found else step
        profit = candidate.profit(done + units)
        gain = profit - known
        if gain <= 0:
            break
        ratio = gain / (units * candidate.cost)
        if found:
            ratio = min(ratio, found[-1].ratio)  # concave: rounding must not put a later piece before an earlier one
        found.append(_Piece(ratio, row, units, gain))
        done, known = done + units, profit
    return found
