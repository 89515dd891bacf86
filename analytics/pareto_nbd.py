"""How often a customer buys and whether they still do, when one may leave at any time: Pareto/NBD.

Schmittlein, Morrison & Colombo (1987), "Counting your customers: who are they and what will they do next?": orders come
at a customer's own rate (gamma over customers) for a lifetime of the customer's own mean length (gamma over its rate).
Formulas as in Fader & Hardie (2005), "A note on deriving the Pareto/NBD model". Rates may shift with what the first
order was worth: Fader & Hardie (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models".

Knows counts and ages per customer, no shop. Time is in weeks. Own code, for the one library of these models without a
sampling engine is no longer kept up.
"""

from dataclasses import dataclass, replace

import numpy as np

from analytics.order_process import (
    Array,
    OrderProcess,
    OrderValue,
    Outlook,
    PurchaseCounts,
    check_enough,
    fit_order_value,
)

_NODES = 32  # of each quadrature
_NEGLIGIBLE = 40.0
_START = (0.5, 10.0, 0.6, 12.0)


@dataclass(frozen=True)
class ParetoNBD(OrderProcess):
    """The fitted parameters.

    Attributes:
        r, alpha: shape and rate (weeks) of the gamma over order rates.
        s, beta: shape and rate (weeks) of the gamma over leaving rates.
        value: what an order is worth.
        order_effect, leaving_effect: change of the log rates per unit of the standardised log first value.
        centre, spread: mean and standard deviation of that log.
    """

    r: float
    alpha: float
    s: float
    beta: float
    value: OrderValue
    order_effect: float = 0.0
    leaving_effect: float = 0.0
    centre: float = 0.0
    spread: float = 1.0

    def scales(self, counts: PurchaseCounts) -> tuple[Array, Array]:
        """Each customer's own alpha and beta."""
        ones = np.ones(len(counts.repeats))
        if counts.first_value is None:
            return self.alpha * ones, self.beta * ones
        shift = (np.log1p(counts.first_value) - self.centre) / self.spread
        return self.alpha * np.exp(-self.order_effect * shift), self.beta * np.exp(-self.leaving_effect * shift)

    def still_active(self, counts: PurchaseCounts) -> Array:
        """The chance that the customer has not left."""
        alpha, beta = self.scales(counts)
        left, active = _log_parts(self.r, alpha, self.s, beta, counts)
        return np.asarray(1.0 / (1.0 + np.exp(np.clip(left - active, -500, 500))))

    def no_order(self, counts: PurchaseCounts, weeks: float) -> Array:
        """The chance of no order in the next `weeks`.

        While active, rates have the posteriors gamma(r + x, alpha + T) and gamma(s, beta + T); the density of the first
        order at u, E[rate exp(-(rate + leaving) u)], is integrated over the horizon.
        """
        points, weights = np.polynomial.legendre.leggauss(_NODES)
        u = (points[:, None] + 1) / 2 * weeks  # shape (nodes, 1)
        alpha, beta = self.scales(counts)
        a, b, shape = alpha + counts.age, beta + counts.age, self.r + counts.repeats
        density = shape / (a + u) * (a / (a + u)) ** shape * (b / (b + u)) ** self.s
        ordered = (density * weights[:, None]).sum(axis=0) * weeks / 2
        return np.asarray(1.0 - self.still_active(counts) * ordered)

    def expected_orders(self, counts: PurchaseCounts, weeks: float) -> Array:
        """Mean orders in the next `weeks` (Fader & Hardie 2005, eq. 41)."""
        alpha, beta = self.scales(counts)
        b = beta + counts.age
        log_growth, less = np.log1p(weeks / b), self.s - 1.0
        lifetime = b * (log_growth if abs(less) < 1e-9 else -np.expm1(-less * log_growth) / less)
        rate = (self.r + counts.repeats) / (alpha + counts.age)
        return np.asarray(self.still_active(counts) * rate * lifetime)

    def draw_orders(self, counts: PurchaseCounts, weeks: float, draws: int, generator: np.random.Generator) -> Array:
        """Orders in the next `weeks` from the posterior, shape (draws, customers)."""
        alpha, beta = self.scales(counts)
        shape = (draws, len(counts.repeats))
        active = generator.random(shape) < self.still_active(counts)
        rate = generator.gamma(self.r + counts.repeats, 1.0 / (alpha + counts.age), shape)
        leaving = generator.gamma(self.s, 1.0 / (beta + counts.age), shape)
        lasts = np.minimum(generator.exponential(1.0, shape) / np.maximum(leaving, 1e-12), weeks)
        return np.where(active, generator.poisson(rate * lasts), 0).astype(np.float64)

    def worth(self) -> OrderValue:
        """What an order is worth."""
        return self.value

    def outlook(self, counts: PurchaseCounts, weeks: float, draws: int = 500, seed: int = 7) -> Outlook:
        """Simulated as for every model; the mean number of orders is exact."""
        return replace(super().outlook(counts, weeks, draws, seed), orders=self.expected_orders(counts, weeks))


def fit_pareto_nbd(counts: PurchaseCounts) -> ParetoNBD:
    """Fits by maximum likelihood; with the effect of the first order's value where that is known.

    Raises:
        NotEnoughHistory: too few customers, or none ever came back.
    """
    from scipy.optimize import minimize

    check_enough(counts)
    counts = counts.sample()
    logged = None if counts.first_value is None else np.log1p(counts.first_value)
    centre, spread = (0.0, 1.0) if logged is None else (float(logged.mean()), max(float(logged.std()), 1e-9))
    effects = 0 if logged is None or spread < 1e-6 else 2
    pull = np.r_[np.full(4, 1e-6), np.full(effects, 1e-4)]  # keeps flat likelihoods finite
    start = np.r_[np.log(_START), np.zeros(effects)]

    def model(theta: Array) -> ParetoNBD:
        r, alpha, s, beta = (float(each) for each in np.exp(theta[:4]))
        shifts = (float(theta[4]), float(theta[5])) if effects else (0.0, 0.0)
        return ParetoNBD(r, alpha, s, beta, OrderValue(1.0, 1.0, 1.0), *shifts, centre, spread)

    best = minimize(
        lambda t: pareto_loss(model(t), counts) + float((pull * (t - start) ** 2).sum()),
        start,
        method="L-BFGS-B",
        bounds=[(each - 7, each + 7) for each in start[:4]] + [(-1.5, 1.5)] * effects,
    )
    return replace(model(best.x), value=fit_order_value(counts))


def pareto_loss(model: ParetoNBD, counts: PurchaseCounts) -> float:
    """Mean negative log likelihood of the orders."""
    from scipy.special import gammaln

    alpha, beta = model.scales(counts)
    common = gammaln(model.r + counts.repeats) - gammaln(model.r) + model.r * np.log(alpha) + model.s * np.log(beta)
    return -float(np.mean(common + np.logaddexp(*_log_parts(model.r, alpha, model.s, beta, counts))))


def _log_parts(r: float, alpha: Array, s: float, beta: Array, counts: PurchaseCounts) -> tuple[Array, Array]:
    """Log likelihoods, up to a common term, of having left since the last order, and of being active still.

    Having left at an unknown time t between the last order and now: the integral of (alpha + t)^-(r+x) s (beta +
    t)^-(s+1), by Gauss-Legendre over v = log((alpha + t) / (alpha + last)). That holds for any number of orders and any
    parameters, where the hypergeometric form of the paper loses its digits or takes long.
    """
    shape, age = r + counts.repeats, counts.age
    active = -shape * np.log(alpha + age) - s * np.log(beta + age)
    start = alpha + counts.last_age
    span = np.log((alpha + age) / start)
    span = np.minimum(span, _NEGLIGIBLE / np.maximum(shape - 1.0, 1.0))  # beyond, the integrand is below e^-40
    points, weights = np.polynomial.legendre.leggauss(_NODES)
    v = (points[:, None] + 1) / 2 * span  # shape (nodes, customers)
    since = np.log1p(start * np.expm1(v) / (beta + counts.last_age))
    inside = np.exp((1.0 - shape) * v - (s + 1.0) * since)
    area = (inside * weights[:, None]).sum(axis=0) * span / 2
    first = (1.0 - shape) * np.log(start) - (s + 1.0) * np.log(beta + counts.last_age)
    return np.log(s) + first + np.log(np.maximum(area, 1e-300)), active
