"""How many to order at once when demand is known: the economic order quantity's relatives. Pure functions; no shop.

Sources: Snyder and Shen, Fundamentals of Supply Chain Theory (2nd ed. 2019), chapter 3; Wagner and Whitin, Management
Science 5(1), 1958; Silver, Management Science 22(12), 1976 (joint replenishment).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.inventory.formulas import economic_order_quantity


@dataclass(frozen=True)
class Lot:
    """An order quantity and the cost per unit of time that it leads to."""

    quantity: float
    cost: float


def lot(order_cost: float, holding_cost: float, rate: float) -> Lot:
    """The economic order quantity with its cost, sqrt(2 K D h)."""
    return Lot(economic_order_quantity(rate, order_cost, holding_cost), math.sqrt(2 * order_cost * rate * holding_cost))


def lot_with_backorders(order_cost: float, holding_cost: float, shortage_cost: float, rate: float) -> tuple[Lot, float]:
    """Where customers wait: the order quantity, and the share of the demand that waits, h / (h + p)."""
    grown = math.sqrt((holding_cost + shortage_cost) / shortage_cost)
    plain = lot(order_cost, holding_cost, rate)
    return Lot(plain.quantity * grown, plain.cost / grown), holding_cost / (holding_cost + shortage_cost)


def lot_while_arriving(order_cost: float, holding_cost: float, rate: float, arrival_rate: float) -> Lot:
    """Where an order comes in bit by bit at `arrival_rate`, above `rate` (economic production quantity)."""
    if arrival_rate <= rate:
        raise ValueError(f"Goods must arrive faster than they sell, got {arrival_rate} and {rate}.")
    return lot(order_cost, holding_cost * (1 - rate / arrival_rate), rate)


def lot_with_discounts(
    order_cost: float, holding_rate: float, rate: float, breaks: Sequence[float], prices: Sequence[float]
) -> Lot:
    """All units cheaper from a break on.

    Args:
        order_cost: per order.
        holding_rate: cost of holding, as a share of the unit's price, per unit of time.
        rate: demand per unit of time.
        breaks: quantities from which each price holds, ascending, the first 0.
        prices: per unit, one a break, falling.
    """
    _check_breaks(breaks, prices)
    found = []
    for number, (least, price) in enumerate(zip(breaks, prices, strict=True)):
        holding = holding_rate * price
        quantity = max(economic_order_quantity(rate, order_cost, holding), least)
        if number + 1 == len(breaks) or quantity < breaks[number + 1]:
            found.append(Lot(quantity, price * rate + order_cost * rate / quantity + holding * quantity / 2))
    return min(found, key=lambda each: each.cost)


def lot_with_incremental_discounts(
    order_cost: float, holding_rate: float, rate: float, breaks: Sequence[float], prices: Sequence[float]
) -> Lot:
    """Only the units beyond a break are cheaper; arguments as in `lot_with_discounts`."""
    _check_breaks(breaks, prices)
    found, above = [], 0.0  # what the units before the break cost beyond this price
    for number, (least, price) in enumerate(zip(breaks, prices, strict=True)):
        if number:
            above += (prices[number - 1] - price) * least
        fixed, holding = order_cost + above, holding_rate * price
        quantity = economic_order_quantity(rate, fixed, holding)
        if quantity >= least and (number + 1 == len(breaks) or quantity < breaks[number + 1]):
            cost = price * rate + holding_rate * above / 2 + math.sqrt(2 * fixed * rate * holding)
            found.append(Lot(quantity, cost))
    return min(found, key=lambda each: each.cost)


def _check_breaks(breaks: Sequence[float], prices: Sequence[float]) -> None:
    if not breaks or breaks[0] != 0 or list(breaks) != sorted(set(breaks)) or len(breaks) != len(prices):
        raise ValueError(f"Expected ascending breaks from 0 and a price for each, got {list(breaks)}, {list(prices)}.")


def orders_over_time(
    demand: Sequence[float], order_cost: float, holding_cost: float, unit_costs: Sequence[float] | None = None
) -> tuple[tuple[float, ...], float]:
    """Units to order in each period and the least cost when demand changes but is known (Wagner and Whitin).

    Args:
        demand: units per period, at least 0.
        order_cost: per order.
        holding_cost: per unit kept from one period to the next.
        unit_costs: price of a unit in each period; None: the same in all.
    """
    if any(each < 0 for each in demand):
        raise ValueError(f"Expected demand of at least 0 in every period, got {list(demand)}.")
    periods = len(demand)
    prices = list(unit_costs) if unit_costs is not None else [0.0] * periods
    best, next_order = [0.0] * (periods + 1), [periods] * periods
    for period in reversed(range(periods)):
        options = [(best[period + 1], period)] if demand[period] == 0 else []  # nothing is needed yet
        spent = order_cost
        for until in range(period + 1, periods + 1):
            spent += (prices[period] + holding_cost * (until - 1 - period)) * demand[until - 1]
            options.append((spent + best[until], until))
        best[period], next_order[period] = min(options)
    return _plan(demand, next_order), best[0]


def _plan(demand: Sequence[float], next_order: Sequence[int]) -> tuple[float, ...]:
    units, period = [0.0] * len(demand), 0
    while period < len(demand):
        until = next_order[period]
        if until == period:
            period += 1
            continue
        units[period] = sum(demand[period:until])
        period = until
    return tuple(units)
