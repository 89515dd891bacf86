"""The optimal (s, S) policy for Poisson demand: Zheng and Federgruen's algorithm (Operations Research 39(4), 1991).

Knows costs per period and a demand distribution; no shop.
"""

import math
from collections.abc import Callable


def optimal_s_S(  # noqa: N802 - the policy's name
    mean: float, order_cost: float, holding_cost: float, shortage_cost: float, lead_time: int = 0
) -> tuple[int, int, float]:
    """Reorder point s, order-up-to level S and the long-run cost per period; periodic review, unmet demand waits.

    Args:
        mean: Poisson demand per period, above 0.
        order_cost: K per order.
        holding_cost: h per unit and period.
        shortage_cost: p per unit waiting and period.
        lead_time: periods until an order arrives.
    """
    if mean <= 0 or order_cost < 0 or holding_cost <= 0 or shortage_cost <= 0:
        raise ValueError(
            "Expected a mean above 0, an order cost of at least 0 and positive holding and shortage costs."
        )
    demand = _poisson(mean)
    single = _single_period_cost(_poisson(mean * (lead_time + 1)), holding_cost, shortage_cost)
    renewal = _renewal(demand)
    lowest = 0
    while single(lowest + 1) < single(lowest):
        lowest += 1
    small, large = lowest, lowest
    while True:  # the first s whose policy (s, y*) is no worse than holding exactly s
        small -= 1
        if _cost(small, lowest, order_cost, single, renewal) <= single(small):
            break
    best = _cost(small, large, order_cost, single, renewal)
    candidate = large + 1
    while single(candidate) <= best:
        if _cost(small, candidate, order_cost, single, renewal) < best:
            large = candidate
            while _cost(small, large, order_cost, single, renewal) <= single(small + 1):
                small += 1
            best = _cost(small, large, order_cost, single, renewal)
        candidate += 1
    return small, large, best


def _cost(small: int, large: int, order_cost: float, single: Callable[[int], float], renewal: list[float]) -> float:
    """Long-run cost per period of (small, large): equation 3 of the paper."""
    weights = renewal[: large - small]
    holding = sum(weight * single(large - j) for j, weight in enumerate(weights))
    return (order_cost + holding) / sum(weights)


def _poisson(mean: float) -> list[float]:
    chances, log_chance = [], -mean
    for units in range(int(mean + 12 * math.sqrt(mean) + 30)):
        chances.append(math.exp(log_chance))
        log_chance += math.log(mean / (units + 1))
    return chances


def _renewal(demand: list[float], length: int = 2000) -> list[float]:
    """m(j): expected number of periods in which the position lies j below S; m(0) = 1 / (1 - p0)."""
    found = [1 / (1 - demand[0])]
    for j in range(1, length):
        most = min(j, len(demand) - 1)
        found.append(sum(demand[k] * found[j - k] for k in range(1, most + 1)) / (1 - demand[0]))
    return found


def _single_period_cost(demand: list[float], holding: float, shortage: float) -> Callable[[int], float]:
    """G(y): expected holding and shortage cost when the position is y after ordering."""
    known: dict[int, float] = {}

    def cost(position: int) -> float:
        if position not in known:
            known[position] = sum(
                chance * (holding * (position - units) if position >= units else shortage * (units - position))
                for units, chance in enumerate(demand)
            )
        return known[position]

    return cost
