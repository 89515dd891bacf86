"""How well a ranking by uplift finds those whom an offer changes: Qini curves, their areas and intervals.

After the first k customers in order of score, treated T and others C among them: gain(k) = sum of outcomes in T minus
sum in C x n_T / n_C (Radcliffe 2007, "Using control groups to target on predicted lift"). Qini = area between the curve
and the straight line of targeting at random, per customer of the trial. Intervals by the Poisson bootstrap over
customers. Knows scores and outcomes only.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_SEED = 7


@dataclass(frozen=True)
class Qini:
    """A ranking's value.

    Gains are of treating the share of customers, per customer of the trial (at share 1: the average effect).

    Attributes:
        area: Qini coefficient per 1,000 customers; 0 is targeting at random.
        low, high: 95 % bootstrap interval of `area`.
        best_share: gain of treating the best 30 % per 1,000 customers.
        everyone: gain of treating everyone per 1,000 customers.
        draws: the bootstrap's areas, (draws,), in the same draws for every ranking of one trial.
    """

    area: float
    low: float
    high: float
    best_share: float
    everyone: float
    draws: Array


def qini_curve(score: Array, treated: Flags, outcome: Array, points: int = 100) -> tuple[Array, Array]:
    """Share treated and gain per customer at that share; ties in score are in a fixed random order.

    Returns:
        shares (points + 1,) from 0 to 1, gains (points + 1,).
    """
    order = _order(score)
    return _curve(treated[order], outcome[order], np.ones(len(score)), points)


def _order(score: Array) -> npt.NDArray[np.intp]:
    return np.lexsort((np.random.default_rng(_SEED).random(len(score)), -score))


def _curve(held: Flags, outcome: Array, count: Array, points: int = 100) -> tuple[Array, Array]:
    """The curve of customers in order of score, each counted `count` times."""
    on, off = np.cumsum(count * held), np.cumsum(count * ~held)
    money = np.cumsum(outcome * count * held), np.cumsum(outcome * count * ~held)
    reached = on + off
    shares = np.linspace(0, 1, points + 1)
    at = np.clip(np.searchsorted(reached, shares * reached[-1], side="right") - 1, 0, len(held) - 1)
    gains = (money[0][at] - money[1][at] * on[at] / np.maximum(off[at], 1e-9)) / max(on[-1], 1e-9)
    gains[0] = 0.0
    return shares, gains


def qini(score: Array, treated: Flags, outcome: Array, draws: int = 200) -> Qini:
    """The Qini coefficient with its interval.

    Args:
        score: expected uplift, (customers,).
        treated: who was treated.
        outcome: what each did.
        draws: bootstrap draws; the n-th counts each customer alike for every ranking.
    """
    order = _order(score)
    held, done = treated[order], outcome[order]
    shares, gains = _curve(held, done, np.ones(len(score)))
    random = np.random.default_rng(_SEED)
    areas = np.array(
        [_area(*_curve(held, done, random.poisson(1.0, len(score))[order].astype(float))) for _ in range(draws)]
    )
    low, high = np.quantile(areas, (0.025, 0.975)) if draws else (np.nan, np.nan)
    at = int(round(0.3 * (len(shares) - 1)))
    return Qini(
        1000 * _area(shares, gains), 1000 * float(low), 1000 * float(high), 1000 * float(gains[at]),
        1000 * float(gains[-1]), 1000 * areas,
    )  # fmt: skip


def _area(shares: Array, gains: Array) -> float:
    """Between the curve and the line to its end."""
    over = gains - shares * gains[-1]
    return float(((over[1:] + over[:-1]) / 2 * np.diff(shares)).sum())


def surely_better(one: Qini, other: Qini) -> bool:
    """Whether `one` beats `other` in at least 97.5 % of the shared draws."""
    return bool((one.draws > other.draws).mean() >= 0.975)
