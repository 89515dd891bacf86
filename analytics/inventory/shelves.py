"""Runs shelves day by day under a reorder policy: what was sold, lost, held and ordered. Knows numbers, no shop.

Order of a day: deliveries come before opening, customers are served from what is there, then the position (on hand and
on order, less what customers wait for) is looked at and an order may leave. An order with a lead time of L days has L
full days of sales before it: it is on the shelf at the opening of day + 1 + L.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OrderRule:
    """Order up to a level when the position falls to the reorder point.

    Attributes:
        point: reorder point s, [products, days]; as known at the close of each day.
        quantity: units by which the order-up-to level lies above it (S - s), [products, days].
        minimum: units per order at least, [products].
        pack: orders are whole multiples of it, [products].
    """

    point: Floats
    quantity: Floats
    minimum: Floats
    pack: Floats

    def order(self, day: int, position: Floats) -> Floats:
        """Units to order at the close of the day, [products]."""
        point, wanted = self.point[:, day], self.point[:, day] + self.quantity[:, day] - position
        units = np.ceil(np.maximum(wanted, self.minimum) / self.pack - 1e-9) * self.pack
        return np.where((position <= point) & (self.quantity[:, day] > 0), units, 0.0)


@dataclass(frozen=True)
class ShelfRun:
    """What happened.

    Attributes:
        on_hand: units at the close, [products, days].
        sold: units handed over, [products, days].
        short: units asked for that were not there, [products, days].
        ordered: units, [products, days].
        cycles, cycles_short: deliveries per product, and those before which somebody found the shelf empty since the
            order had left; [products].
    """

    on_hand: Floats
    sold: Floats
    short: Floats
    ordered: Floats
    cycles: Ints
    cycles_short: Ints

    @property
    def fill_rate(self) -> float:
        """Share of the units asked for that were there."""
        asked = float(self.sold.sum() + self.short.sum())
        return 1.0 if asked == 0 else 1.0 - float(self.short.sum()) / asked

    @property
    def cycle_service(self) -> float:
        """Share of deliveries that came before the stock had run out."""
        cycles = int(self.cycles.sum())
        return 1.0 if cycles == 0 else 1.0 - int(self.cycles_short.sum()) / cycles

    def holding(self, yearly: Floats) -> float:
        """Cost of what was held.

        Args:
            yearly: money for holding a unit for a year, [products].
        """
        return float((self.on_hand.mean(axis=1) * yearly).sum() * self.on_hand.shape[1] / 365)

    def orders(self) -> int:
        """Orders that left."""
        return int((self.ordered > 0).sum())


def run_shelves(
    demand: Floats, lead: Ints, rule: OrderRule, on_hand: Floats, *, waits: bool = False, on_order: Floats | None = None
) -> ShelfRun:
    """Serves the demand of every day.

    Args:
        demand: units asked for, [products, days]; at least 0.
        lead: days that an order takes which leaves at the close of the day, [products, days].
        rule: when to order and how many.
        on_hand: units at the opening of the first day, [products].
        waits: customers wait for what is short (backorders); False: the sale is lost.
        on_order: units that arrive in the middle of the first lead time, [products]; None: nothing.
    """
    products, days = demand.shape
    incoming = np.zeros((products, days + int(lead.max(initial=1)) + 2))
    rows = np.arange(products)
    if on_order is not None:
        incoming[rows, np.minimum(lead[:, 0] // 2, days)] += on_order
    due = incoming.sum(axis=1)
    stock, waiting = on_hand.astype(float).copy(), np.zeros(products)
    kept = [np.zeros((products, days)) for _ in range(4)]
    closing, sold, short, ordered = kept
    for day in range(days):
        stock += incoming[:, day]
        due -= incoming[:, day]
        served = np.minimum(waiting, stock)
        stock, waiting = stock - served, waiting - served
        there = np.minimum(demand[:, day], stock)
        short[:, day] = demand[:, day] - there
        stock -= there
        if waits:
            waiting += short[:, day]
        units = rule.order(day, stock + due - waiting)
        incoming[rows, day + 1 + lead[:, day]] += units
        due += units
        closing[:, day], sold[:, day], ordered[:, day] = stock, there + served, units
    return ShelfRun(closing, sold, short, ordered, *_cycles(ordered, short, lead))


def _cycles(ordered: Floats, short: Floats, lead: Ints) -> tuple[Ints, Ints]:
    """Deliveries within the time, and those whose lead time saw a shortage; [products] each."""
    products, days = ordered.shape
    missed = np.concatenate([np.zeros((products, 1)), short.cumsum(axis=1)], axis=1)  # up to and without a day
    row, left = np.nonzero(ordered > 0)
    arrives = left + 1 + lead[row, left]
    within = arrives <= days
    row, left, arrives = row[within], left[within], arrives[within]
    empty = missed[row, arrives] - missed[row, left + 1] > 0
    return np.bincount(row, minlength=products), np.bincount(row[empty], minlength=products)
