"""The optimal (R, Q) policy: order Q units when the position falls to R. Knows costs and a distribution; no shop.

Continuous review, unmet demand waits. Exact for whole units (Federgruen and Zheng, Operations Research 40(4), 1992) and
for normal demand (Zheng, Management Science 38(1), 1992; second-order loss: Snyder and Shen 2019, appendix C).
"""

import math
from collections.abc import Callable

import numpy as np

from analytics.inventory.distributions import Floats, counts, single_period_costs
from analytics.inventory.formulas import normal_loss, normal_second_loss


def optimal_r_q(
    mean: float, order_cost: float, holding_cost: float, shortage_cost: float, lead_time: float, sd: float | None = None
) -> tuple[int, int, float]:
    """Reorder point R, order quantity Q and long-run cost per unit of time, demand in whole units.

    Args:
        mean: demand per unit of time, above 0.
        order_cost: K per order, at least 0.
        holding_cost: h per unit and unit of time, above 0.
        shortage_cost: p per unit waiting and unit of time, above 0.
        lead_time: units of time until an order arrives, at least 0.
        sd: of the demand over the lead time; None: Poisson.
    """
    _check(mean, order_cost, holding_cost, shortage_cost, lead_time)
    during = counts(mean * lead_time, math.sqrt(mean * lead_time) if sd is None else sd)
    low, high = -16, 2 * len(during) + 16
    while True:
        found = _cheapest_span(single_period_costs(during, holding_cost, shortage_cost, low, high), order_cost * mean)
        if found is not None:
            first, last, cost = found
            return low + first - 1, last - first + 1, cost
        low, high = 2 * low, 2 * high


def _cheapest_span(single: Floats, rate: float) -> tuple[int, int, float] | None:
    """First and last place of the span of positions with the least (rate + sum of costs) / length.

    None where the best span touches an end, so that a wider range is needed.
    """
    first = last = int(np.argmin(single))
    total = rate + float(single[first])
    while True:
        if first == 0 or last == len(single) - 1:
            return None
        left, right = float(single[first - 1]), float(single[last + 1])
        if min(left, right) >= total / (last - first + 1):
            return first, last, total / (last - first + 1)
        if left < right:
            first -= 1
        else:
            last += 1
        total += min(left, right)


def optimal_r_q_normal(
    mean: float, sd: float, order_cost: float, holding_cost: float, shortage_cost: float, lead_time: float
) -> tuple[float, float, float]:
    """Reorder point, order quantity and cost per unit of time under normal demand.

    At the optimum the cost of the position is the same at R and at R + Q, and equals the whole cost.

    Args:
        mean: demand per unit of time.
        sd: its standard deviation per unit of time, above 0.
        order_cost: K, above 0.
        holding_cost: h.
        shortage_cost: p.
        lead_time: above 0; all as in `optimal_r_q`.
    """
    from scipy.optimize import brentq

    _check(mean, order_cost, holding_cost, shortage_cost, lead_time)
    if sd <= 0 or lead_time == 0 or order_cost == 0:
        raise ValueError("Expected sd, lead time and order cost above 0; use the newsvendor's base stock without them.")
    middle, spread = mean * lead_time, sd * math.sqrt(lead_time)

    def single(y: float) -> float:
        return holding_cost * (y - middle) + (holding_cost + shortage_cost) * normal_loss(middle, spread, y)

    def summed(y: float) -> float:  # antiderivative of `single`
        second = normal_second_loss(middle, spread, y)
        return holding_cost * (y - middle) ** 2 / 2 - (holding_cost + shortage_cost) * second

    best = middle + spread * _quantile(shortage_cost / (holding_cost + shortage_cost))

    def ends(level: float) -> tuple[float, float]:
        return _where(single, best, level, -1.0, spread), _where(single, best, level, 1.0, spread)

    def missing(level: float) -> float:
        low, high = ends(level)
        return order_cost * mean + summed(high) - summed(low) - level * (high - low)

    floor, top = single(best), single(best) + holding_cost * spread
    while missing(top) > 0:
        top = floor + 2 * (top - floor)
    level = brentq(missing, floor + 1e-12 * max(1.0, floor), top, xtol=1e-12 * max(1.0, top))
    low, high = ends(level)
    return low, high - low, level


def _where(single: Callable[[float], float], best: float, level: float, side: float, step: float) -> float:
    """The position on one side of the best one at which its cost reaches `level`."""
    from scipy.optimize import brentq

    far = best + side * step
    while single(far) < level:
        far = best + 2 * (far - best)
    return float(brentq(lambda y: single(y) - level, *sorted((best, far)), xtol=1e-10 * max(1.0, abs(far))))


def _quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def _check(mean: float, order_cost: float, holding_cost: float, shortage_cost: float, lead_time: float) -> None:
    if mean <= 0 or order_cost < 0 or holding_cost <= 0 or shortage_cost <= 0 or lead_time < 0:
        raise ValueError(
            "Expected a mean above 0, an order cost and a lead time of at least 0 and holding and shortage costs above "
            f"0; got {mean}, {order_cost}, {lead_time}, {holding_cost} and {shortage_cost}."
        )
