"""The price that earns most within what was charged before, and how sure that is.

Knows one product's row of `FittedPrices.products`; not how it was learnt, nor any wording.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Goal = Literal["profit", "revenue"]


@dataclass(frozen=True)
class AdviceSettings:
    """The rules that an advised price keeps.

    Attributes:
        minimum_margin: a price must lie this share of itself above cost.
        maximum_step: largest change advised at once, as a share of the price now.
        certainty: a change is advised if it gains with at least this probability.
    """

    minimum_margin: float = 0.05
    maximum_step: float = 0.2
    certainty: float = 0.8

    def __post_init__(self) -> None:
        if not 0 <= self.minimum_margin < 1 or not 0.5 <= self.certainty < 1:
            raise ValueError(f"Expected 0 <= minimum_margin < 1 and 0.5 <= certainty < 1; got {self}.")
        if not 0 < self.maximum_step < 1:
            raise ValueError(f"maximum_step must lie between 0 and 1; got {self.maximum_step}.")


@dataclass(frozen=True)
class PriceAdvice:
    """The price that earns most, and how sure that is.

    Attributes:
        price: advised; equal to `now` where no change gains with enough certainty.
        best: the price with the highest expected outcome, whether certain or not.
        chance: probability that `best` earns more than `now`.
        curve: price, units, expected, low, high: per week, 80 % band; `expected` is profit or revenue.
        outcome_now, outcome: expected profit or revenue per week at `now` and at `price`.
        gain_low, gain_high: 80 % interval of the weekly gain of `price`.
    """

    goal: Goal
    now: float
    price: float
    best: float
    chance: float
    curve: pd.DataFrame
    outcome_now: float
    outcome: float
    gain_low: float
    gain_high: float


def advise(product: pd.Series, goal: Goal, settings: AdviceSettings) -> PriceAdvice | None:
    """The price for a goal from one row of `FittedPrices.products`.

    Returns:
        None where the elasticity is unknown, nothing sold lately, or profit is asked and the cost unknown.
    """
    if (
        pd.isna(product["elasticity"])
        or product["weekly_units"] <= 0
        or (goal == "profit" and pd.isna(product["cost"]))
    ):
        return None
    now, cost = float(product["price"]), float(product["cost"]) if goal == "profit" else 0.0
    floor = 0.0 if pd.isna(product["cost"]) else float(product["cost"]) / (1 - settings.minimum_margin)
    low = max(float(product["low"]), floor, now * (1 - settings.maximum_step))
    high = min(float(product["high"]), now * (1 + settings.maximum_step))
    options = np.array(sorted({*charm_prices(low, high), now}))
    reactions = np.random.default_rng(7).normal(product["elasticity"], product["sd"], 2000)

    def outcomes(prices: Array) -> Array:  # (draws, prices): money per week
        units = float(product["weekly_units"]) * (prices / now) ** reactions[:, None]
        return np.asarray((prices - cost) * units)

    tried = outcomes(options)
    at = int(np.argmax(tried.mean(axis=0)))
    here = int(np.flatnonzero(options == now)[0])
    chance = float((tried[:, at] > tried[:, here]).mean())
    chosen = at if chance >= settings.certainty and at != here else here
    gain = tried[:, chosen] - tried[:, here]
    grid = np.unique(np.concatenate([np.linspace(options[0], options[-1], 25), [now, options[at]]]))
    drawn = outcomes(grid)
    curve = pd.DataFrame({
        "price": grid,
        "units": (float(product["weekly_units"]) * (grid / now) ** reactions[:, None]).mean(axis=0),
        "expected": drawn.mean(axis=0), "low": np.quantile(drawn, 0.1, axis=0), "high": np.quantile(drawn, 0.9, axis=0),
    })  # fmt: skip
    gain_low, gain_high = np.quantile(gain, (0.1, 0.9))
    return PriceAdvice(
        goal, now, float(options[chosen]), float(options[at]), chance, curve, float(tried[:, here].mean()),
        float(tried[:, chosen].mean()), float(gain_low), float(gain_high),
    )  # fmt: skip


def charm_prices(low: float, high: float) -> tuple[float, ...]:
    """Prices between low and high that look like prices: 0.85, 4.95, 12.99, 24.50, 149."""
    cents = np.arange(int(np.ceil(low * 100 - 1e-6)), int(np.floor(high * 100 + 1e-6)) + 1)
    small = (cents < 1000) & np.isin(cents % 10, (5, 9))
    middle = (cents >= 1000) & (cents < 10_000) & np.isin(cents % 100, (0, 49, 50, 95, 99))
    large = (cents >= 10_000) & (cents % 100 == 0) & np.isin(cents // 100 % 10, (0, 5, 9))
    return tuple(float(value) / 100 for value in cents[small | middle | large])
