"""How often a customer buys and whether they still do, when one may leave after an order: BG/NBD and MBG/NBD.

Fader, Hardie & Lee (2005), "Counting your customers the easy way" (BG/NBD): orders come at a customer's own rate (gamma
over customers), and after each repeat order the customer may leave for good (beta over customers). Batislam, Denizel &
Filiztekin (2007), "Empirical validation and comparison of models for customer base analysis" (MBG/NBD): after the first
order, too; so, unlike BG/NBD, it does not take everyone who bought once for active. Spending: gamma-gamma.

Knows counts, ages and mean values per customer, no shop. Time is in weeks.
"""

from dataclasses import dataclass

import numpy as np

from analytics.order_process import (
    Array,
    OrderProcess,
    OrderValue,
    Outlook,
    PurchaseCounts,
    check_enough,
    counts_per_customer,
    fit_order_value,
    minimise,
)

__all__ = ["OrderProcess", "Outlook", "PurchaseCounts", "PurchaseModel", "counts_per_customer", "fit_purchase_model"]

_NOBODY_LEAVES = (1e-9, 1.0)


@dataclass(frozen=True)
class PurchaseModel(OrderProcess):
    """The fitted parameters.

    Attributes:
        r, alpha: shape and rate (weeks) of the gamma over order rates.
        a, b: the beta over the chance to leave after an order.
        p, q, v: gamma-gamma: shape of one order's value; shape and rate of the gamma over customers.
        first: 1 where one may leave after the first order (MBG/NBD), 0 where not (BG/NBD).
    """

    r: float
    alpha: float
    a: float
    b: float
    p: float
    q: float
    v: float
    first: int = 1

    def still_active(self, counts: PurchaseCounts) -> Array:
        """The chance that the customer has not left."""
        silence = (counts.age + self.alpha) / (counts.last_age + self.alpha)
        stayed = self.b + counts.repeats + self.first - 1
        may_have_left = counts.repeats + self.first > 0
        odds_left = self.a / np.where(may_have_left, stayed, 1.0) * silence ** np.minimum(self.r + counts.repeats, 500)
        return np.asarray(np.where(may_have_left, 1.0 / (1.0 + odds_left), 1.0))

    def no_order(self, counts: PurchaseCounts, weeks: float) -> Array:
        """The chance of no order in the next `weeks`.

        Given that the customer is active, their rate has the posterior gamma(r + x, alpha + T), hence the power.
        """
        base = self.alpha + counts.age
        quiet = (base / (base + weeks)) ** (self.r + counts.repeats)
        active = self.still_active(counts)
        return np.asarray(1.0 - active + active * quiet)

    def draw_orders(self, counts: PurchaseCounts, weeks: float, draws: int, generator: np.random.Generator) -> Array:
        """Orders in the next `weeks` from the posterior, shape (draws, customers)."""
        shape, x = (draws, len(counts.repeats)), counts.repeats
        active = generator.random(shape) < self.still_active(counts)
        rate = generator.gamma(self.r + x, 1.0 / (self.alpha + counts.age), shape)
        leaving = generator.beta(self.a, self.b + x + self.first, shape).clip(1e-9, 1 - 1e-9)
        last_one = generator.geometric(leaving)  # the order after which the customer leaves
        return np.where(active, np.minimum(generator.poisson(rate * weeks), last_one), 0).astype(np.float64)

    def worth(self) -> OrderValue:
        """What an order is worth."""
        return OrderValue(self.p, self.q, self.v)


def fit_purchase_model(counts: PurchaseCounts, *, leaving: bool = True, after_first: bool = True) -> PurchaseModel:
    """Fits by maximum likelihood.

    Args:
        counts: the customers.
        leaving: False for a shop where nobody ever leaves: the gamma-Poisson (NBD) model of Ehrenberg (1959).
        after_first: whether one may leave after the first order: MBG/NBD, else BG/NBD.

    Raises:
        NotEnoughHistory: too few customers, or none ever came back.
    """
    check_enough(counts)
    counts = counts.sample()
    typical = float(np.median(counts.age[counts.age > 0])) if (counts.age > 0).any() else 1.0
    first = int(after_first)
    if leaving:
        r, alpha, a, b = minimise(lambda t: order_loss(t, counts, first), (0.5, typical / 2, 0.5, 1.5))
    else:
        r, alpha = minimise(lambda t: _rate_loss(t, counts), (0.5, typical / 2))
        a, b = _NOBODY_LEAVES
    value = fit_order_value(counts)
    return PurchaseModel(r, alpha, a, b, value.p, value.q, value.v, first)


def order_loss(theta: Array, counts: PurchaseCounts, first: int) -> float:
    """Mean negative log likelihood: Fader et al. (2005), eq. 6 (first = 0); Batislam et al. (2007), eq. 4 (first = 1).

    Args:
        theta: r, alpha, a, b.
        counts: the customers.
        first: 1 where one may leave after the first order, else 0.
    """
    from scipy.special import betaln, gammaln

    r, alpha, a, b = theta
    x = counts.repeats
    stops = x + first  # orders after which the customer may have left
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    active = betaln(a, b + stops) - (r + x) * np.log(alpha + counts.age)
    left = betaln(a + 1.0, b + np.maximum(stops, 1) - 1.0) - (r + x) * np.log(alpha + counts.last_age)
    return -float(np.mean(common + np.logaddexp(active, np.where(stops > 0, left, -np.inf))))


def _rate_loss(theta: Array, counts: PurchaseCounts) -> float:
    """Mean negative log likelihood of gamma-Poisson counts, without the terms that hold no parameter."""
    from scipy.special import gammaln

    r, alpha = theta
    x = counts.repeats
    return -float(np.mean(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + counts.age)))
