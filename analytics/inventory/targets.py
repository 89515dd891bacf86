"""The reorder point or base stock that reaches an aim: a cycle service level, a fill rate, or the least cost.

Sources: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains (4th ed. 2017), sections 6.7 to
6.10; Axsaeter, Inventory Control (3rd ed. 2015), section 5.3. Knows demand and costs, not where they come from.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analytics.inventory.distributions import Floats, counts
from analytics.inventory.formulas import critical_ratio, lead_time_demand

AimKind = Literal["cycle", "fill", "cost"]


@dataclass(frozen=True)
class Aim:
    """What stock is for.

    Attributes:
        kind: "cycle": the share of deliveries that come before the stock has run out; "fill": the share of the units
            asked for that are there; "cost": the least cost of holding and of sales missed.
        level: the share asked for, above 0 and below 1; unused for "cost".
        waits: customers wait for what is short (backorders); False: the sale is lost.
    """

    kind: AimKind = "cycle"
    level: float = 0.95
    waits: bool = False

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: the level is no share.
        """
        if self.kind not in ("cycle", "fill", "cost"):
            raise ValueError(f"An aim is cycle, fill or cost, got {self.kind!r}.")
        if not 0 < self.level < 1:
            raise ValueError(f"A service level lies above 0 and below 100 percent, got {100 * self.level:g}.")


def reorder_point(
    during: Floats, quantity: float, aim: Aim, *, holding: float = 0.0, margin: float = 0.0, rate: float = 0.0
) -> int:
    """The lowest reorder point that reaches the aim.

    Args:
        during: chances of 0, 1, 2, ... units from the order until its delivery.
        quantity: units per order, above 0.
        aim: what is asked for.
        holding: money for holding a unit for a unit of time; this and the next two are for the aim "cost" only.
        margin: money lost with a unit short.
        rate: demand per unit of time.
    """
    if quantity <= 0:
        raise ValueError(f"An order holds more than 0 units, got {quantity:g}.")
    if aim.kind == "fill":
        return _fill_point(during, quantity, aim)
    share = _cost_share(quantity, aim, holding, margin, rate) if aim.kind == "cost" else aim.level
    return _covering(during, share) if share > 0 else 0


def _covering(during: Floats, share: float) -> int:
    """The fewest units that cover demand with this probability."""
    return min(int(np.searchsorted(np.cumsum(during), share - 1e-12)), len(during) - 1)


def _cost_share(quantity: float, aim: Aim, holding: float, margin: float, rate: float) -> float:
    """Cycle service at which a further unit costs as much to hold as it saves, never below 0.

    With h Q for holding it over a cycle and p D for the demand missed: 1 - h Q / (p D) where customers wait,
    1 - h Q / (h Q + p D) where the sale is lost (Silver, Pyke and Thomas, section 6.7).
    """
    held, missed = holding * quantity, margin * rate
    if held <= 0 or missed <= 0:
        raise ValueError(f"The least cost needs holding, margin and rate above 0, got {holding}, {margin}, {rate}.")
    return max(0.0, 1 - held / missed) if aim.waits else missed / (held + missed)


def _fill_point(during: Floats, quantity: float, aim: Aim) -> int:
    """Units short per order, at most the share of the order that may be missed."""
    short = _shortages(during, int(np.ceil(quantity)))
    below = short[: len(during)]
    if aim.waits:
        above = short[np.minimum(np.arange(len(during)) + int(round(quantity)), len(short) - 1)]
        missed = (below - above) / quantity
    else:
        missed = below / (quantity + below)
    return int(np.flatnonzero(missed <= 1 - aim.level + 1e-12)[0])


def _shortages(during: Floats, further: int) -> Floats:
    """E[D - y]+ for y = 0, 1, ..."""
    beyond = np.concatenate([1 - np.cumsum(during), np.zeros(further + 1)])
    return np.asarray(np.concatenate([np.cumsum(beyond[::-1])[::-1], [0.0]]).clip(0))


def base_stock(
    mean: float, sd: float, days: float, lead_time_sd: float, aim: Aim, *, holding: float = 0.0, margin: float = 0.0
) -> int:
    """Order-up-to level where an order may leave at every review: covers the lead time and one review period.

    Args:
        mean: forecast demand over the lead time and one review period.
        sd: its standard deviation, the forecast's own error included.
        days: lead time and review period, in days.
        lead_time_sd: of the lead time, in days.
        aim: what is asked for; for "cost" the newsvendor's ratio of margin and holding.
        holding: money for holding a unit over one review period.
        margin: money lost with a unit short.
    """
    daily = mean / days if days else 0.0
    middle, spread = lead_time_demand(
        mean, max(sd, mean**0.5), daily, lead_time_sd
    )  # counts vary like Poisson at least
    during = counts(middle, spread)
    if aim.kind == "cost":
        return _covering(during, critical_ratio(margin, holding))
    return reorder_point(during, max(middle, 1e-9), aim)
