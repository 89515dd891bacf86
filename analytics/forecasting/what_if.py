"""A forecast at another price or under a promotion: the forecast's range joined with how surely demand reacts.

Units change by (new price / price now) ^ elasticity times the promotion's own effect, its logarithm normal around the
estimate. Knows neither how elasticities were learnt nor where the money goes: both are handed in.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.forecasting.prediction import Prediction

_DRAWS: Final = 4000
_SEED: Final = 7
_LEVELS: Final = (0.025, 0.1, 0.5, 0.9, 0.975)
LARGEST_CUT, LARGEST_RISE = -90.0, 300.0  # percent


@dataclass(frozen=True)
class Reaction:
    """How demand answers, as it was learnt elsewhere.

    Attributes:
        elasticity, sd: percent more units per percent more price, and its standard deviation.
        lift, lift_sd: logarithm of what a promotion does to units beyond its price; 0 without one.
    """

    elasticity: float
    sd: float
    lift: float = 0.0
    lift_sd: float = 0.0

    def __post_init__(self) -> None:
        """Checks that everything is known.

        Raises:
            ValueError: a figure is missing or a standard deviation is negative.
        """
        figures = (self.elasticity, self.sd, self.lift, self.lift_sd)
        if not np.isfinite(figures).all() or min(self.sd, self.lift_sd) < 0:
            raise ValueError(f"A reaction needs finite figures and standard deviations of 0 or more; got {figures}.")


@dataclass(frozen=True)
class Supposed:
    """Expected sales at the supposed price, with 80 and 95 % bounds in the forecast's own metric.

    Attributes:
        units_factor: by what units change; factor_low and factor_high bound it with 80 % probability.
        gained_low, gained_high: 80 % bounds of the difference from the forecast at today's price.
    """

    value: float
    lower80: float
    upper80: float
    lower95: float
    upper95: float
    units_factor: float
    factor_low: float
    factor_high: float
    gained_low: float
    gained_high: float


def suppose(found: Prediction, change: float, reaction: Reaction) -> Supposed:
    """The forecast if the price moved by `change` percent.

    Args:
        found: the forecast at today's price.
        change: in percent of today's price, below 0 for a cut.
        reaction: how demand answers.

    Raises:
        ValueError: a change that leaves no price, or is beyond anything sensible.
    """
    if not LARGEST_CUT <= change <= LARGEST_RISE:
        raise ValueError(
            f"a price change must lie between {LARGEST_CUT:.0f} and {LARGEST_RISE:.0f} percent; got {change:g}."
        )
    ratio = 1 + change / 100
    middle = reaction.elasticity * np.log(ratio) + reaction.lift
    spread = float(np.hypot(reaction.sd * np.log(ratio), reaction.lift_sd))
    paid = ratio if found.metric == "revenue" else 1.0
    random = np.random.default_rng(_SEED)
    factors = np.exp(middle + spread * random.standard_normal(_DRAWS))
    known = np.interp(random.random(_DRAWS), _LEVELS, _bounds(found))
    low95, low80, high80, high95 = np.quantile(known * factors * paid, (0.025, 0.1, 0.9, 0.975))
    gained = found.value * (factors * paid - 1)
    inside = np.exp(middle + spread * np.array([-1.2816, 1.2816]))
    return Supposed(
        float(found.value * np.exp(middle) * paid),
        float(low80),
        float(high80),
        float(low95),
        float(high95),
        float(np.exp(middle)),
        float(inside[0]),
        float(inside[1]),
        float(np.quantile(gained, 0.1)),
        float(np.quantile(gained, 0.9)),
    )


def _bounds(found: Prediction) -> tuple[float, ...]:
    """The forecast's quantiles at _LEVELS."""
    return (found.lower95, found.lower80, found.value, found.upper80, found.upper95)
