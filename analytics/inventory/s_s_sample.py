"""An (s, S) policy on demand that was drawn: its cost, and the policy that a genetic algorithm finds on it.

What the exact policy of `s_s` is compared with, and what judges both on demand that neither saw. Knows no shop.
"""

import math
from dataclasses import dataclass

import numpy as np

from analytics.inventory.distributions import Floats, counts, summed
from analytics.inventory.genetic import GeneticSettings, Ints, genetic_search


@dataclass(frozen=True)
class Instance:
    """One (s, S) problem: periodic review, unmet demand waits.

    Attributes:
        name: what it is called.
        demand: chances of 0, 1, 2, ... units per period.
        order_cost: per order; holding, shortage: per unit and period.
        lead_time: periods.
    """

    name: str
    demand: Floats
    order_cost: float
    holding: float
    shortage: float
    lead_time: int = 0

    @classmethod
    def poisson(
        cls, name: str, mean: float, order_cost: float, holding: float, shortage: float, lead_time: int = 0
    ) -> "Instance":
        """One with Poisson demand."""
        return cls(name, counts(mean, math.sqrt(mean)), order_cost, holding, shortage, lead_time)

    def draw(self, runs: int, periods: int, random: np.random.Generator) -> Floats:
        """Demand, [runs, periods]."""
        return np.asarray(random.choice(len(self.demand), (runs, periods), p=self.demand), dtype=float)


def sampled_costs(instance: Instance, policies: Ints, demand: Floats, warm: int = 20) -> Floats:
    """Mean cost per period of each policy on drawn demand.

    Args:
        instance: the costs.
        policies: s and S, [policies, 2]; s below S.
        demand: [runs, periods]; the first `warm` periods only bring the stock into its usual rhythm.
        warm: periods that are not counted.
    """
    small, large = policies[:, :1].astype(float), policies[:, 1:].astype(float)
    until = np.cumsum(np.pad(demand, ((0, 0), (1, 0))), axis=1)
    span = instance.lead_time + 1
    position = np.broadcast_to(large, (len(policies), len(demand))).copy()
    last, total = demand.shape[1] - span + 1, np.zeros(len(policies))
    for period in range(last):
        orders = position <= small
        position = np.where(orders, large, position)
        if period >= warm:
            net = position - (until[:, period + span] - until[:, period])
            costs = np.where(net >= 0, instance.holding * net, -instance.shortage * net)
            total += (instance.order_cost * orders + costs).mean(axis=1)
        position = position - demand[:, period]
    return np.asarray(total / (last - warm))


def genetic_s_S(  # noqa: N802 - the policy's name
    instance: Instance, seed: int, runs: int = 60, periods: int = 220, settings: GeneticSettings | None = None
) -> tuple[int, int]:
    """Reorder point and order-up-to level of the lowest cost on a sample of its own.

    Args:
        instance: the problem.
        seed: of the sample and of the search.
        runs: of the sample.
        periods: of each run.
        settings: how long to search.
    """
    demand = instance.draw(runs, periods, np.random.default_rng(seed))
    during = summed(instance.demand, instance.lead_time + 1)
    mean = float(np.arange(len(instance.demand)) @ instance.demand)
    lot = math.sqrt(2 * instance.order_cost * mean / instance.holding)
    lower = np.array([0, 1])
    upper = np.array([len(during), max(4, math.ceil(2.5 * lot) + len(during))])

    def policies(found: Ints) -> Ints:  # the second number is S - s
        return np.stack([found[:, 0], found[:, 0] + found[:, 1]], axis=1)

    best = genetic_search(
        lambda found: sampled_costs(instance, policies(found), demand), lower, upper,
        settings or GeneticSettings(seed=seed),
    )  # fmt: skip
    return int(best[0]), int(best[0] + best[1])
