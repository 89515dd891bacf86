"""How often a customer buys, whether they still do, and what an order is worth: MBG/NBD with gamma-gamma spending.

Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis", after
Fader, Hardie & Lee (2005), "Counting your customers the easy way": orders come at a customer's own rate (gamma over
customers), and after each order, the first included, the customer may leave for good (beta over customers). Unlike
BG/NBD it does not take everyone who bought once for active. Spending: Fader & Hardie (2013), "The gamma-gamma model".

Knows counts, ages and mean values per customer, no shop. Time is in weeks.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import NotEnoughHistory

Array = npt.NDArray[np.float64]
MINIMUM_CUSTOMERS = 30
_NOBODY_LEAVES = (1e-9, 1.0)
_CHUNK = 4000  # customers simulated at once: bounds memory


@dataclass(frozen=True)
class PurchaseCounts:
    """One entry per customer, all of the same length.

    Attributes:
        repeats: order days after the first.
        last_age: weeks from the first to the last order day.
        age: weeks from the first order day to now.
        mean_value: money per order day, positive.
    """

    repeats: Array
    last_age: Array
    age: Array
    mean_value: Array

    def part(self, rows: slice) -> "PurchaseCounts":
        """Some of the customers."""
        return PurchaseCounts(self.repeats[rows], self.last_age[rows], self.age[rows], self.mean_value[rows])


@dataclass(frozen=True)
class Outlook:
    """Expected orders and value per customer over a horizon, with 80 % intervals; value is money."""

    orders: Array
    orders_low: Array
    orders_high: Array
    value: Array
    value_low: Array
    value_high: Array


@dataclass(frozen=True)
class PurchaseModel:
    """The fitted parameters.

    Attributes:
        r, alpha: shape and rate (weeks) of the gamma over order rates.
        a, b: the beta over the chance to leave after an order.
        p, q, v: gamma-gamma: shape of one order's value; shape and rate of the gamma over customers.
    """

    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    v: float

    def still_active(self, counts: PurchaseCounts) -> Array:
        """The chance that the customer has not left."""
        silence = (counts.age + self.alpha) / (counts.last_age + self.alpha)
        odds_left = self.a / (self.b + counts.repeats) * silence ** np.minimum(self.r + counts.repeats, 500.0)
        return np.asarray(1.0 / (1.0 + odds_left))

    def no_order(self, counts: PurchaseCounts, weeks: float) -> Array:
        """The chance of no order in the next `weeks`.

        Given that the customer is active, their rate has the posterior gamma(r + x, alpha + T), hence the power.
        """
        base = self.alpha + counts.age
        quiet = (base / (base + weeks)) ** (self.r + counts.repeats)
        active = self.still_active(counts)
        return np.asarray(1.0 - active + active * quiet)

    def outlook(self, counts: PurchaseCounts, weeks: float, draws: int = 500, seed: int = 7) -> Outlook:
        """Simulates each customer's next `weeks` from the posterior."""
        generator = np.random.default_rng(seed)
        size = len(counts.repeats)
        parts = [
            self._simulate(counts.part(slice(start, start + _CHUNK)), weeks, draws, generator)
            for start in range(0, size, _CHUNK)
        ]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.zeros(0)] * 6
        return Outlook(*columns)

    def _simulate(
        self, counts: PurchaseCounts, weeks: float, draws: int, generator: np.random.Generator
    ) -> tuple[Array, ...]:
        shape = (draws, len(counts.repeats))
        x = counts.repeats
        active = generator.random(shape) < self.still_active(counts)
        rate = generator.gamma(self.r + x, 1.0 / (self.alpha + counts.age), shape)
        leaving = generator.beta(self.a, self.b + x + 1.0, shape).clip(1e-9, 1 - 1e-9)
        last_one = generator.geometric(leaving)  # the order after which the customer leaves
        orders = np.where(active, np.minimum(generator.poisson(rate * weeks), last_one), 0).astype(np.float64)
        n = x + 1.0
        scale_rate = generator.gamma(self.p * n + self.q, 1.0 / (self.v + n * counts.mean_value), shape)
        value = np.where(orders > 0, generator.gamma(np.maximum(self.p * orders, 1e-9)) / scale_rate, 0.0)
        return (
            orders.mean(axis=0), *np.quantile(orders, (0.1, 0.9), axis=0),
            value.mean(axis=0), *np.quantile(value, (0.1, 0.9), axis=0),
        )  # fmt: skip


def counts_per_customer(features: pd.DataFrame) -> PurchaseCounts:
    """Order days, ages in weeks and net money per order day, as the purchase model wants them."""
    if features.empty:
        raise NotEnoughHistory("No order of a known customer lies early enough to learn from. Import a longer history.")
    return PurchaseCounts(
        repeats=(features["order_days"] - 1).clip(lower=0).to_numpy(float),
        last_age=(features["tenure"] - features["recency"]).clip(lower=0).to_numpy(float) / 7,
        age=features["tenure"].to_numpy(float) / 7,
        mean_value=(features["value"] / features["order_days"]).clip(lower=0.01).to_numpy(float),
    )


def fit_purchase_model(counts: PurchaseCounts, *, leaving: bool = True) -> PurchaseModel:
    """Fits by maximum likelihood.

    Args:
        counts: the customers.
        leaving: False for a shop where nobody ever leaves: the gamma-Poisson (NBD) model of Ehrenberg (1959).

    Raises:
        NotEnoughHistory: too few customers, or none ever came back.
    """
    size, repeaters = len(counts.repeats), int((counts.repeats > 0).sum())
    if size < MINIMUM_CUSTOMERS or repeaters < 10:
        raise NotEnoughHistory(
            f"Expected at least {MINIMUM_CUSTOMERS} customers, 10 of whom ordered on more than one day, but there are "
            f"{size} customers, {repeaters} of whom came back. Import a longer history."
        )
    typical = float(np.median(counts.age[counts.age > 0])) if (counts.age > 0).any() else 1.0
    if leaving:
        r, alpha, a, b = _minimise(lambda t: _order_loss(t, counts), (0.5, typical / 2, 0.5, 1.5))
    else:
        r, alpha = _minimise(lambda t: _rate_loss(t, counts), (0.5, typical / 2))
        a, b = _NOBODY_LEAVES
    p, q, v = _minimise(lambda t: _value_loss(t, counts), (1.5, 3.0, float(np.median(counts.mean_value)) * 1.5))
    return PurchaseModel(r, alpha, a, b, p, q, v)


def _minimise(loss: Any, start: tuple[float, ...]) -> tuple[float, ...]:
    """Minimises over positive parameters, in logs; a faint pull to the start keeps flat likelihoods finite."""
    from scipy.optimize import minimize

    origin = np.log(start)
    best = minimize(
        lambda t: loss(np.exp(t)) + 1e-4 * float(((t - origin) ** 2).sum()),
        origin,
        method="L-BFGS-B",
        bounds=[(o - 8, o + 8) for o in origin],
    )
    return tuple(float(value) for value in np.exp(best.x))


def _order_loss(theta: Array, counts: PurchaseCounts) -> float:
    """Mean negative log likelihood of MBG/NBD (Batislam et al. 2007, eq. 4)."""
    from scipy.special import betaln, gammaln

    r, alpha, a, b = theta
    x = counts.repeats
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    active = betaln(a, b + x + 1.0) - (r + x) * np.log(alpha + counts.age)
    left = betaln(a + 1.0, b + x) - (r + x) * np.log(alpha + counts.last_age)
    return -float(np.mean(common + np.logaddexp(active, left)))


def _rate_loss(theta: Array, counts: PurchaseCounts) -> float:
    """Mean negative log likelihood of gamma-Poisson counts, without the terms that hold no parameter."""
    from scipy.special import gammaln

    r, alpha = theta
    x = counts.repeats
    return -float(np.mean(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + counts.age)))


def _value_loss(theta: Array, counts: PurchaseCounts) -> float:
    """Mean negative log likelihood of the gamma-gamma model (Fader & Hardie 2013, eq. 1a)."""
    from scipy.special import gammaln

    p, q, v = theta
    n, m = counts.repeats + 1.0, counts.mean_value
    terms = gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v)
    terms = terms + (p * n - 1.0) * np.log(m) + p * n * np.log(n) - (p * n + q) * np.log(v + n * m)
    return -float(np.mean(terms))
