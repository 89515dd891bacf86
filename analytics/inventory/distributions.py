"""Demand as chances of 0, 1, 2, ... units: what the exact policies reckon with. Knows no cost and no policy."""

import numpy as np
import numpy.typing as npt

from analytics.inventory.formulas import MOST_STEPS

Floats = npt.NDArray[np.float64]
TAIL = 1e-15  # what lies beyond is left out


def counts(mean: float, sd: float) -> Floats:
    """Chances of 0, 1, 2, ... units; they sum to 1.

    Negative binomial where demand varies more than Poisson counts, Poisson where it does not; large demand is the
    normal distribution cut into whole units.

    Args:
        mean: expected units, at least 0.
        sd: standard deviation, at least 0.
    """
    from scipy import stats

    if mean < 0 or sd < 0:
        raise ValueError(f"Expected demand and its spread must be at least 0, got {mean} and {sd}.")
    if mean == 0:
        return np.ones(1)
    if mean + 8 * sd > MOST_STEPS:
        return normal_counts(mean, sd)
    reach = int(mean + 12 * sd + 40)
    if sd**2 <= mean * 1.001:
        return _whole(stats.poisson.pmf(np.arange(reach), mean))
    size = mean**2 / (sd**2 - mean)
    fail = mean / (mean + size)
    reach = max(reach, min(MOST_STEPS, int(np.log(TAIL) / np.log(fail))))  # the tail falls by `fail` a unit
    return _whole(stats.nbinom.pmf(np.arange(reach), size, 1 - fail))


def quantiles(means: Floats, sds: Floats, share: float) -> Floats:
    """The units that cover each demand with this probability, as `formulas.demand_quantile` for many at once.

    Args:
        means: expected units, an array.
        sds: standard deviations, of the same shape.
        share: above 0, below 1.
    """
    from scipy import stats

    if not 0 < share < 1:
        raise ValueError(f"A service level lies between 0 and 1, got {share}.")
    means, sds = np.maximum(means, 0.0), np.asarray(sds, dtype=float)
    variance = np.maximum(sds**2, means * 1.001 + 1e-12)  # Poisson as the limit of the negative binomial
    size = np.maximum(means, 1e-9) ** 2 / (variance - means)
    found = stats.nbinom.ppf(share - 1e-12, size, size / (size + np.maximum(means, 1e-9)))
    large = np.ceil(means + sds * stats.norm.ppf(share))
    return np.asarray(np.where(means <= 0, 0.0, np.where(means + 8 * sds > MOST_STEPS, np.maximum(large, 0), found)))


def normal_counts(mean: float, sd: float) -> Floats:
    """The normal distribution cut into whole units; what lies below 0 counts as 0 units."""
    from scipy import stats

    edges = np.arange(int(np.ceil(mean + 8 * sd)) + 2) + 0.5
    return _whole(np.diff(stats.norm(mean, max(sd, 1e-9)).cdf(edges), prepend=0.0))


def summed(chances: Floats, periods: int) -> Floats:
    """Demand of several independent periods of the same kind."""
    total, power, left = np.ones(1), chances, periods
    while left:
        if left % 2:
            total = _whole(np.convolve(total, power))
        power, left = _whole(np.convolve(power, power)) if left > 1 else power, left // 2
    return total


def _whole(chances: Floats) -> Floats:
    """Without what practically never happens at the end, summing to 1."""
    last = int(np.flatnonzero(chances > TAIL * chances.max())[-1])
    cut = np.asarray(chances[: last + 1], dtype=float)
    return np.asarray(cut / cut.sum())


def single_period_costs(chances: Floats, holding: float, shortage: float, low: int, high: int) -> Floats:
    """G(y) = h E[y - D]+ + p E[D - y]+ for the positions y = low .. high, [high - low + 1].

    Args:
        chances: of the demand until the end of the period in which an order placed now can be used.
        holding: h, money per unit left and period.
        shortage: p, per unit short and period.
        low: first position; may be below 0.
        high: last position.
    """
    mean = float(np.arange(len(chances)) @ chances)
    positions = np.arange(low, high + 1)
    below = np.concatenate([[0.0], np.cumsum(np.cumsum(chances))])  # E[y - D]+ at y = 0, 1, ..., len
    inside = np.clip(positions, 0, len(chances))
    left = below[inside] + np.maximum(positions - len(chances), 0)
    return np.asarray(holding * left + shortage * (left - positions + mean))
