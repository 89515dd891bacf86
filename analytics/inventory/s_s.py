"""The optimal (s, S) policy: Zheng and Federgruen's algorithm (Operations Research 39(4), 1991, pages 654-665).

Knows costs per period and a demand distribution; no shop.
"""

import numpy as np
import numpy.typing as npt

from analytics.inventory.distributions import Floats, counts, single_period_costs, summed


def optimal_s_S(  # noqa: N802 - the policy's name
    mean: float, order_cost: float, holding_cost: float, shortage_cost: float, lead_time: int = 0
) -> tuple[int, int, float]:
    """Reorder point s, order-up-to level S and the long-run cost per period under Poisson demand.

    Args:
        mean: demand per period, above 0.
        order_cost: K per order.
        holding_cost: h per unit and period.
        shortage_cost: p per unit waiting and period.
        lead_time: periods until an order arrives.
    """
    if mean <= 0:
        raise ValueError(f"Expected a mean above 0, got {mean}.")
    return optimal_s_S_of(counts(mean, mean**0.5), order_cost, holding_cost, shortage_cost, lead_time)


def optimal_s_S_of(  # noqa: N802
    demand: Floats, order_cost: float, holding_cost: float, shortage_cost: float, lead_time: int = 0
) -> tuple[int, int, float]:
    """The same for any demand in whole units; periodic review, unmet demand waits.

    Args:
        demand: chances of 0, 1, 2, ... units per period; some demand must be possible.
        order_cost: K per order.
        holding_cost: h per unit and period.
        shortage_cost: p per unit waiting and period.
        lead_time: periods until an order arrives.
    """
    if order_cost < 0 or holding_cost <= 0 or shortage_cost <= 0 or lead_time < 0:
        raise ValueError(
            "Expected an order cost and a lead time of at least 0 and holding and shortage costs above 0, got "
            f"{order_cost}, {lead_time}, {holding_cost} and {shortage_cost}."
        )
    if len(demand) < 2 or demand[0] >= 1:
        raise ValueError("Expected a demand of above 0 units to be possible.")
    search = _Search(demand, order_cost, holding_cost, shortage_cost, lead_time)
    return search.best()


class _Search:
    """The costs of all policies of one problem, reckoned as far as they are asked for."""

    def __init__(self, demand: Floats, order_cost: float, holding: float, shortage: float, lead_time: int) -> None:
        self.order_cost = order_cost
        self.demand = demand
        self._until = summed(demand, lead_time + 1)
        self._holding, self._shortage = holding, shortage
        self._low, self._single = 0, np.zeros(0)
        self._renewal = np.array([1.0 / (1.0 - demand[0])])
        self._grow(-16, len(self._until) + 16)

    def best(self) -> tuple[int, int, float]:
        """Follows the paper's algorithm: s falls from the best base stock, then S rises while it may pay."""
        lowest = self._low + int(np.argmin(self._single))
        small, large = lowest - 1, lowest
        while self.cost(small, large) > self.single(small):  # the first s no worse than holding exactly s
            small -= 1
        best, candidate = self.cost(small, large), large + 1
        while self.single(candidate) <= best:
            if self.cost(small, candidate) < best:
                large = candidate
                while self.cost(small, large) <= self.single(small + 1):
                    small += 1
                best = self.cost(small, large)
            candidate += 1
        return small, large, best

    def cost(self, small: int, large: int) -> float:
        """Long-run cost per period of (small, large): equation 3 of the paper."""
        weights = self._weights(large - small)
        self.single(small + 1), self.single(large)
        costs = self._single[small + 1 - self._low : large + 1 - self._low][::-1]
        return float((self.order_cost + weights @ costs) / weights.sum())

    def single(self, position: int) -> float:
        """G: holding and shortage cost of a period whose position is `position` after ordering."""
        if position < self._low:
            self._grow(2 * min(position, -16), self._low + len(self._single) - 1)
        elif position >= self._low + len(self._single):
            self._grow(self._low, 2 * position)
        return float(self._single[position - self._low])

    def _grow(self, low: int, high: int) -> None:
        self._low = low
        self._single = single_period_costs(self._until, self._holding, self._shortage, low, high)

    def _weights(self, length: int) -> npt.NDArray[np.float64]:
        """m(0) .. m(length - 1): expected periods in which the position lies j below S; m(0) = 1 / (1 - p0)."""
        known = len(self._renewal)
        if length > known:
            grown = np.concatenate([self._renewal, np.zeros(max(length, 2 * known) - known)])
            for j in range(known, len(grown)):
                most = min(j, len(self.demand) - 1)
                grown[j] = self.demand[1 : most + 1] @ grown[j - most : j][::-1] / (1.0 - self.demand[0])
            self._renewal = grown
        return self._renewal[:length]
