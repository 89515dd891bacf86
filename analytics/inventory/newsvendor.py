"""How many to buy once for a span of demand, when what is left loses money and what is short loses a sale.

The best quantity is the demand's quantile at Cu / (Cu + Co) (Snyder and Shen 2019, section 4.3). Knows no shop.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from analytics.inventory.distributions import Floats
from analytics.inventory.formulas import critical_ratio, normal_loss


@dataclass(frozen=True)
class Purchase:
    """A quantity and what it is expected to cost in left and short units, in the money of the costs given."""

    units: float
    cost: float


def newsvendor_normal(mean: float, sd: float, shortage_cost: float, holding_cost: float) -> Purchase:
    """Normal demand; for a base stock, `mean` and `sd` of the lead time and one review period.

    Args:
        mean: expected demand.
        sd: its standard deviation, at least 0.
        shortage_cost: Cu, per unit short.
        holding_cost: Co, per unit left.
    """
    share = _open(critical_ratio(shortage_cost, holding_cost))
    if sd <= 0:
        return Purchase(mean, 0.0)
    units = mean + sd * NormalDist().inv_cdf(share)
    return Purchase(units, normal_cost(units, mean, sd, shortage_cost, holding_cost))


def normal_cost(units: float, mean: float, sd: float, shortage_cost: float, holding_cost: float) -> float:
    """Expected cost of any quantity under normal demand."""
    short = normal_loss(mean, sd, units)
    return holding_cost * (units - mean + short) + shortage_cost * short


def newsvendor_lognormal(mu: float, sigma: float, shortage_cost: float, holding_cost: float) -> Purchase:
    """Demand whose logarithm is normal with mean `mu` and standard deviation `sigma`, above 0."""
    share = _open(critical_ratio(shortage_cost, holding_cost))
    normal = NormalDist()
    units = math.exp(mu + sigma * normal.inv_cdf(share))
    mean = math.exp(mu + sigma**2 / 2)
    above = normal.cdf((mu + sigma**2 - math.log(units)) / sigma)
    short = mean * above - units * (1 - share)
    return Purchase(units, holding_cost * (units - mean + short) + shortage_cost * short)


def newsvendor_counts(chances: Floats, shortage_cost: float, holding_cost: float) -> Purchase:
    """Demand in whole units.

    Args:
        chances: of 0, 1, 2, ... units.
        shortage_cost: per unit short.
        holding_cost: per unit left.
    """
    share = critical_ratio(shortage_cost, holding_cost)
    units = int(np.searchsorted(np.cumsum(chances), share - 1e-12))
    units = min(units, len(chances) - 1)
    demand = np.arange(len(chances))
    left, short = np.clip(units - demand, 0, None) @ chances, np.clip(demand - units, 0, None) @ chances
    return Purchase(float(units), float(holding_cost * left + shortage_cost * short))


def _open(share: float) -> float:
    if not 0 < share < 1:
        raise ValueError("Expected a cost above 0 both for a unit left and for a unit short.")
    return share
