"""What models of buying share: the counts they learn from, what an order is worth, and the outlook they give.

Spending: gamma-gamma, Fader & Hardie (2013), "The gamma-gamma model of monetary value". Knows counts, ages and mean
values per customer, no shop. Time is in weeks. How orders come and end is the business of each model.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import NotEnoughHistory

Array = npt.NDArray[np.float64]
MINIMUM_CUSTOMERS = 30
MINIMUM_REPEATERS = 10
_CHUNK = 4000  # customers simulated at once: bounds memory
_MOST_LEARNT_FROM = 30_000  # customers: more move the parameters no further


@dataclass(frozen=True)
class PurchaseCounts:
    """One entry per customer, all of the same length.

    Attributes:
        repeats: order days after the first.
        last_age: weeks from the first to the last order day.
        age: weeks from the first order day to now.
        mean_value: money per order day, positive.
        first_value: money on the first order day, positive; None where it is not known.
    """

    repeats: Array
    last_age: Array
    age: Array
    mean_value: Array
    first_value: Array | None = None

    def part(self, rows: slice | npt.NDArray[np.intp]) -> "PurchaseCounts":
        """Some of the customers."""
        first = None if self.first_value is None else self.first_value[rows]
        return PurchaseCounts(self.repeats[rows], self.last_age[rows], self.age[rows], self.mean_value[rows], first)

    def sample(self) -> "PurchaseCounts":
        """At most 30,000 customers, drawn evenly: what a fit learns from."""
        size = len(self.repeats)
        if size <= _MOST_LEARNT_FROM:
            return self
        return self.part(np.sort(np.random.default_rng(7).choice(size, _MOST_LEARNT_FROM, replace=False)))


@dataclass(frozen=True)
class Outlook:
    """Orders and value per customer over a horizon: mean, median, 80 % interval; value is money."""

    orders: Array
    orders_median: Array
    orders_low: Array
    orders_high: Array
    value: Array
    value_low: Array
    value_high: Array


@dataclass(frozen=True)
class OrderValue:
    """Gamma-gamma: an order's value has shape p; its rate is gamma(q, v) over customers."""

    p: float
    q: float
    v: float

    def draw(self, counts: PurchaseCounts, orders: Array, generator: np.random.Generator) -> Array:
        """Money in `orders` orders per customer, from the posterior; shape of `orders`: (draws, customers)."""
        n = counts.repeats + 1.0
        rate = generator.gamma(self.p * n + self.q, 1.0 / (self.v + n * counts.mean_value), orders.shape)
        return np.asarray(np.where(orders > 0, generator.gamma(np.maximum(self.p * orders, 1e-9)) / rate, 0.0))


class OrderProcess:
    """A fitted model of when orders come and end."""

    def still_active(self, counts: PurchaseCounts) -> Array:
        """The chance that the customer has not left."""
        raise NotImplementedError

    def no_order(self, counts: PurchaseCounts, weeks: float) -> Array:
        """The chance of no order in the next `weeks`."""
        raise NotImplementedError

    def draw_orders(self, counts: PurchaseCounts, weeks: float, draws: int, generator: np.random.Generator) -> Array:
        """Orders in the next `weeks` from the posterior, shape (draws, customers)."""
        raise NotImplementedError

    def worth(self) -> OrderValue:
        """What an order is worth."""
        raise NotImplementedError

    def outlook(self, counts: PurchaseCounts, weeks: float, draws: int = 500, seed: int = 7) -> Outlook:
        """Simulates each customer's next `weeks` from the posterior."""
        generator = np.random.default_rng(seed)
        parts = [
            self._simulate(counts.part(slice(start, start + _CHUNK)), weeks, draws, generator)
            for start in range(0, len(counts.repeats), _CHUNK)
        ]
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.zeros(0)] * 7
        return Outlook(*columns)

    def _simulate(
        self, counts: PurchaseCounts, weeks: float, draws: int, generator: np.random.Generator
    ) -> tuple[Array, ...]:
        orders = self.draw_orders(counts, weeks, draws, generator)
        value = self.worth().draw(counts, orders, generator)
        low, middle, high = np.quantile(orders, (0.1, 0.5, 0.9), axis=0)
        return (orders.mean(axis=0), middle, low, high, value.mean(axis=0), *np.quantile(value, (0.1, 0.9), axis=0))


def counts_per_customer(features: pd.DataFrame) -> PurchaseCounts:
    """Order days, ages in weeks and net money per order day, as the models of buying want them."""
    if features.empty:
        raise NotEnoughHistory("No order of a known customer lies early enough to learn from. Import a longer history.")
    first = features.get("first_value")
    return PurchaseCounts(
        repeats=(features["order_days"] - 1).clip(lower=0).to_numpy(float),
        last_age=(features["tenure"] - features["recency"]).clip(lower=0).to_numpy(float) / 7,
        age=features["tenure"].to_numpy(float) / 7,
        mean_value=(features["value"] / features["order_days"]).clip(lower=0.01).to_numpy(float),
        first_value=None if first is None else first.clip(lower=0.01).to_numpy(float),
    )


def check_enough(counts: PurchaseCounts) -> None:
    """Holds that there is something to learn from.

    Raises:
        NotEnoughHistory: too few customers, or hardly any ever came back.
    """
    size, repeaters = len(counts.repeats), int((counts.repeats > 0).sum())
    if size < MINIMUM_CUSTOMERS or repeaters < MINIMUM_REPEATERS:
        raise NotEnoughHistory(
            f"Expected at least {MINIMUM_CUSTOMERS} customers, {MINIMUM_REPEATERS} of whom ordered on more than one "
            f"day, but there are {size} customers, {repeaters} of whom came back. Import a longer history."
        )


def minimise(loss: Callable[[Array], float], start: tuple[float, ...]) -> tuple[float, ...]:
    """Minimises over positive parameters, in logs; a faint pull to the start keeps flat likelihoods finite."""
    from scipy.optimize import minimize

    origin = np.log(start)
    best = minimize(
        lambda t: loss(np.exp(t)) + 1e-6 * float(((t - origin) ** 2).sum()),
        origin,
        method="L-BFGS-B",
        bounds=[(o - 8, o + 8) for o in origin],
    )
    return tuple(float(value) for value in np.exp(best.x))


def fit_order_value(counts: PurchaseCounts) -> OrderValue:
    """Fits gamma-gamma by maximum likelihood."""
    return OrderValue(
        *minimise(lambda t: _value_loss(t, counts), (1.5, 3.0, float(np.median(counts.mean_value)) * 1.5))
    )


def _value_loss(theta: Array, counts: PurchaseCounts) -> float:
    """Mean negative log likelihood of the gamma-gamma model (Fader & Hardie 2013, eq. 1a)."""
    from scipy.special import gammaln

    p, q, v = theta
    n, m = counts.repeats + 1.0, counts.mean_value
    terms = gammaln(p * n + q) - gammaln(p * n) - gammaln(q) + q * np.log(v)
    terms = terms + (p * n - 1.0) * np.log(m) + p * n * np.log(n) - (p * n + q) * np.log(v + n * m)
    return -float(np.mean(terms))
