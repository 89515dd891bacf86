"""Dynamic pricing by Thompson sampling, and a simulator that says what it would earn beside simpler rules.

Each week a demand curve is drawn from what is believed (elasticity and level on a grid, Poisson likelihood); the price
that is best for the drawn curve is asked: prices are tried as often as they may be best (Thompson 1933, Biometrika 25;
pricing: Ferreira, Simchi-Levi & Wang 2018, Operations Research 66). Knows curves, no shop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Rule = Literal["Thompson sampling", "greedy", "keep the price"]
RULES: tuple[Rule, ...] = ("Thompson sampling", "greedy", "keep the price")
_GRID = 21


@dataclass(frozen=True)
class Curve:
    """A product's demand: `units` a week at `price`, constant elasticity; what a unit costs."""

    price: float
    units: float
    elasticity: float
    cost: float

    def __post_init__(self) -> None:
        if self.price <= 0 or self.units <= 0 or self.cost < 0:
            raise ValueError(f"Expected price and units above 0 and a cost not below 0; got {self}.")

    def mean(self, prices: Array) -> Array:
        """Expected units a week."""
        return np.asarray(self.units * (prices / self.price) ** self.elasticity)


class Belief:
    """What is thought of elasticity and level, as weights on a grid."""

    def __init__(self, curve: Curve, elasticity: float, sd: float, level_sd: float = 0.2) -> None:
        """Starts from normal beliefs about the elasticity and the log level at the curve's price."""
        self.price = curve.price
        steps = np.linspace(-2.5, 2.5, _GRID)
        self.elasticity, self.level = (
            each.ravel() for each in np.meshgrid(elasticity + sd * steps, np.log(curve.units) + level_sd * steps)
        )
        self.log_weight = -0.5 * (np.add.outer(steps**2, steps**2)).ravel()

    def means(self, prices: Array) -> Array:
        """Expected units of every belief at each price, (beliefs, prices)."""
        log = self.level[:, None] + self.elasticity[:, None] * np.log(prices / self.price)
        return np.asarray(np.exp(log))

    def weights(self) -> Array:
        """How much each belief holds, summing to 1."""
        chance = np.exp(self.log_weight - self.log_weight.max())
        return np.asarray(chance / chance.sum())

    def learn(self, price: float, sold: int) -> None:
        """Bayes' rule after a week."""
        mean = self.means(np.array([price]))[:, 0]
        self.log_weight = self.log_weight + sold * np.log(mean) - mean


def simulate(
    curve: Curve, prices: Sequence[float], rule: Rule, *, believed: tuple[float, float], weeks: int = 26, seed: int = 7
) -> float:
    """Expected profit of the prices a rule asks over the weeks, as a share of always asking the best one.

    Args:
        curve: how customers really react; the rule does not see it.
        prices: those that may be asked, the curve's own among them.
        rule: how a week's price is chosen.
        believed: mean and standard deviation of the elasticity that the rule starts with.
        weeks: how long.
        seed: of the sales and draws.
    """
    random, ladder = np.random.default_rng(seed), np.array(sorted({*prices, curve.price}))
    profit = (ladder - curve.cost) * curve.mean(ladder)
    best = float(profit.max())
    if best <= 0:
        raise ValueError(f"No price of {list(prices)} lies above the cost of {curve.cost}.")
    belief, earned = Belief(curve, *believed), 0.0
    worth = (ladder - curve.cost) * belief.means(ladder)
    own = int(np.flatnonzero(ladder == curve.price)[0])
    for _ in range(weeks):
        at = own
        if rule == "Thompson sampling":
            at = int(worth[random.choice(len(worth), p=belief.weights())].argmax())
        elif rule == "greedy":
            at = int((belief.weights() @ worth).argmax())
        earned += float(profit[at])
        belief.learn(float(ladder[at]), int(random.poisson(curve.mean(ladder[at : at + 1])[0])))
    return earned / (weeks * best)


def compare_rules(
    curves: Sequence[Curve], prices: Sequence[Sequence[float]], believed: Sequence[tuple[float, float]], runs: int = 5,
    weeks: int = 26,
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Rule -> mean share of the best price's profit, and the worst product's, over all curves and runs."""
    told: dict[str, dict[str, float]] = {}
    for rule in RULES:
        shares = [
            np.mean([simulate(c, p, rule, believed=b, weeks=weeks, seed=run) for run in range(runs)])
            for c, p, b in zip(curves, prices, believed, strict=True)
        ]
        told[rule] = {"share of best profit": float(np.mean(shares)), "worst product": float(np.min(shares))}
    return told
