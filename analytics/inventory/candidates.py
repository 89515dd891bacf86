"""Products that may be ordered, and what each quantity is expected to bring. Knows demand and costs, no budget."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.inventory.distributions import Floats, counts, single_period_costs

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
        pack: units in which the supplier sells it.
        room: shelf space that a unit takes, in any unit of space.
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
    pack: float = 1.0
    room: float = 1.0

    def profit(self, quantity: float) -> float:
        """Expected profit that ordering `quantity` adds over ordering nothing."""
        return self.expected_cost(0.0) - self.expected_cost(quantity)

    def expected_cost(self, quantity: float) -> float:
        """Expected margin missed and holding cost of what is left, when `quantity` is ordered."""
        stock = self.available + quantity
        last = len(self._costs) - 1
        if stock >= last:
            return float(self._costs[-1] + self.holding * (stock - last))
        if stock <= 0:
            return float(self._costs[0] - stock * self.margin)
        low = int(stock)
        return float(self._costs[low] + (stock - low) * (self._costs[low + 1] - self._costs[low]))

    @property
    def margin(self) -> float:
        """Money that a unit short misses."""
        return self.price - self.cost

    @cached_property
    def _costs(self) -> Floats:
        """Expected cost of 0, 1, 2, ... units of stock."""
        chances = counts(self.demand, self.demand_sd)
        return single_period_costs(chances, self.holding, self.margin, 0, len(chances))

    def quantities(self) -> Floats:
        """The quantities that an order may have, ascending from 0: whole packs, no fewer than the minimum, [count].

        Orders of many packs are cut into at most `STEPS` steps.
        """
        if self.most <= 0 or self.cost <= 0:
            return np.zeros(1)
        first = np.ceil(max(self.minimum, 1.0) / self.pack - 1e-9) * self.pack
        last = max(first, np.ceil(self.most / self.pack - 1e-9) * self.pack)
        step = self.pack * max(1.0, np.ceil((last - first) / self.pack / STEPS))
        return np.concatenate([[0.0], np.arange(first, last + step / 2, step)])


def profits(candidate: Candidate) -> tuple[Floats, Floats]:
    """Quantities worth considering, ascending from 0, and their expected profits; a rise that loses money ends them."""
    quantities = candidate.quantities()
    gained = np.array([candidate.profit(float(units)) for units in quantities])
    falls = np.flatnonzero(np.diff(gained) <= 1e-9)
    end = int(falls[0]) + 1 if len(falls) else len(gained)
    return quantities[:end], gained[:end]
