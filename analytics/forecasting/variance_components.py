"""Gaussian processes for many series on one grid: how much each kernel explains, and forecasts from that.

Series that share a covariance are summed up in one matrix of second moments, so learning costs the same for three
series as for thirty thousand. Variances by maximum likelihood: Rasmussen and Williams, "Gaussian Processes for Machine
Learning" (2006), ch. 2 and 5.4. Knows neither the calendar nor groups.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.forecasting.panel import Floats

JITTER = 1e-6
MOST_STEPS = 120


@dataclass(frozen=True)
class Components:
    """What the kernels explain.

    Attributes:
        variances: one per kernel and, last, that of noise.
    """

    variances: Floats

    def shares(self, names: list[str]) -> dict[str, float]:
        """Each kernel's share of the variance, largest first; the noise as "noise"."""
        whole = float(self.variances.sum())
        shares = {name: float(v) / whole for name, v in zip([*names, "noise"], self.variances, strict=True)}
        return dict(sorted(shares.items(), key=lambda each: -each[1]))


def second_moment(values: Floats, weights: Floats) -> Floats:
    """Weighted mean of each series' outer product with itself; [periods, periods].

    Args:
        values: [series, periods] without gaps.
        weights: [series], positive.
    """
    return np.asarray((values * (weights / weights.sum())[:, None]).T @ values)


def learn_components(
    moment: Floats, bases: Floats, start: Components | None = None, steps: int = MOST_STEPS
) -> Components:
    """Variances with the highest likelihood for series of this second moment.

    Args:
        moment: [periods, periods].
        bases: kernels of the known periods; [kernels, periods, periods].
        start: where to begin; equal variances without one.
        steps: of the optimiser at most.
    """
    from scipy.optimize import minimize

    periods = len(moment)
    stacked = np.concatenate([bases, np.eye(periods)[None]])
    size = max(float(np.trace(moment)) / periods, 1e-9)
    begin = np.full(len(stacked), size / len(stacked)) if start is None else start.variances
    bounds = [(np.log(1e-8 * size), np.log(30 * size))] * len(stacked)
    flat = stacked.reshape(len(stacked), -1)

    def deviance(logs: Floats) -> tuple[float, Floats]:
        variances = np.exp(logs)
        covariance = (variances @ flat).reshape(periods, periods) + JITTER * size * np.eye(periods)
        inverse = np.linalg.inv(covariance)
        product = inverse @ moment
        gradient = flat @ (inverse - product @ inverse).ravel() * variances
        return float(np.linalg.slogdet(covariance)[1] + np.trace(product)), gradient

    first = np.clip(np.log(np.maximum(begin, 1e-12)), bounds[0][0], bounds[0][1])
    found = minimize(deviance, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": steps})
    return Components(np.exp(found.x))


def forecast_components(values: Floats, kernels: Floats, learnt: Components) -> Floats:
    """Expected values of the periods after the known ones; [series, periods ahead].

    Args:
        values: [series, periods], NaN where unknown.
        kernels: of known and coming periods; [kernels, periods + ahead, periods + ahead].
        learnt: their variances.
    """
    periods = values.shape[1]
    covariance = np.tensordot(learnt.variances[:-1], kernels, 1)
    past = covariance[:periods, :periods] + np.eye(periods) * (learnt.variances[-1] + JITTER * learnt.variances.sum())
    ahead = covariance[periods:, :periods]
    expected = np.zeros((len(values), len(ahead)))
    for rows in _by_gaps(values):
        seen = ~np.isnan(values[rows[0]])
        if seen.any():
            expected[rows] = values[rows][:, seen] @ np.linalg.solve(past[np.ix_(seen, seen)], ahead[:, seen].T)
    return expected


def _by_gaps(values: Floats) -> list[npt.NDArray[np.intp]]:
    """Rows that are known in the same periods, together."""
    together: dict[bytes, list[int]] = {}
    for row, unknown in enumerate(np.isnan(values)):
        together.setdefault(unknown.tobytes(), []).append(row)
    return [np.array(rows, dtype=np.intp) for rows in together.values()]
