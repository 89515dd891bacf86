"""Whether churn risks and win-back offers treat countries and stores alike. Knows fitted churn tables, no wording.

Judged out of time: churn is fitted as it would have been some weeks ago, and what the customers of each group then did
is set beside what was predicted (calibration within groups: Kleinberg et al., "Inherent trade-offs in the fair
determination of risk scores", 2016). Shares carry Wilson intervals, widened for the number of groups (Bonferroni).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from analytics.churn import FittedChurn
from analytics.churn.model import ChurnModel, ChurnSettings
from analytics.customer_features import no_order_within
from analytics.errors import NotEnoughHistory
from analytics.history import History
from analytics.offers import eligible_customers
from analytics.warehouse import Warehouse

KINDS: Final = {"country": "country", "store": "store_id"}
_FOUR_FIFTHS: Final = 0.8  # the rule of the US EEOC (29 CFR 1607.4): selected less than 4/5 as often


@dataclass(frozen=True)
class GroupFairness:
    """One country or store; shares are 0-1.

    Attributes:
        customers: judged.
        predicted: mean chance to stay away; stayed_away: who did, with its interval low to high.
        offered: share that win-back would have chosen, with its interval offered_low to offered_high.
        miscalibrated: the prediction, moved by the drift that all groups share, lies outside the interval of what came.
        passed_over: chosen less than four fifths as often as everybody else, and chance does not explain it.
    """

    kind: str
    group: str
    customers: int
    predicted: float
    stayed_away: float
    low: float
    high: float
    offered: float
    offered_low: float
    offered_high: float
    miscalibrated: bool
    passed_over: bool


@dataclass(frozen=True)
class FittedFairness:
    """The check of every group with enough customers.

    Attributes:
        cutoff: the day as of which was predicted; days: how long was waited.
        fewest: customers of a group from which it is judged; left_out: groups with fewer.
        drift: by how much more of all customers stayed away than predicted, -1 to 1: a season moves every group alike.
    """

    groups: tuple[GroupFairness, ...]
    cutoff: date
    days: int
    as_of: date
    fewest: int
    left_out: int
    drift: float = 0.0

    def sentence(self) -> str:
        """The check in words."""
        wrong = [each.group for each in self.groups if each.miscalibrated]
        over = [each.group for each in self.groups if each.passed_over]
        said = f"{len(self.groups)} countries and stores with {self.fewest} customers or more judged"
        risks = f"risks are off in {', '.join(wrong)}" if wrong else "risks hold in each"
        offers = f"offers pass over {', '.join(over)}" if over else "offers pass over none"
        return f"{said}: {risks}; {offers} (as of {self.cutoff:%Y-%m-%d}, {self.days} days on)"


def fit_fairness(warehouse: Warehouse, as_of: date, fewest: int = 30) -> FittedFairness:
    """Judges churn and win-back by country and store.

    Raises:
        NotEnoughHistory: too short a history, or no group with enough customers.
    """
    history = History.of(warehouse, as_of)
    days = ChurnSettings().days
    cutoff = as_of - timedelta(days=days)
    then = ChurnModel().fit(history.until(cutoff))
    groups, left_out, drift = judge(history, then, cutoff, days, fewest)
    if not groups:
        raise NotEnoughHistory(
            f"Fairness needs a country or store with {fewest} customers known on {cutoff}; there is none."
        )
    return FittedFairness(groups, cutoff, days, as_of, fewest, left_out, drift)


def judge(
    history: History, then: FittedChurn, cutoff: date, days: int, fewest: int
) -> tuple[tuple[GroupFairness, ...], int, float]:
    """The groups with enough customers, the largest first of each kind; how many had too few; and the drift of all."""
    known = then.customers
    frame = pd.DataFrame(
        {
            "predicted": known["probability"],
            "stayed": no_order_within(history, known.index, cutoff, days),
            "offered": known.index.isin(eligible_customers(then, "win back").index),
        }
    )
    lines = history.until(cutoff).lines
    found: list[tuple[str, str, pd.DataFrame, pd.DataFrame]] = []
    left_out = 0
    for kind, column in KINDS.items():
        of_customer = _usual(lines, column).reindex(frame.index)
        counts = of_customer.value_counts()
        left_out += int((counts < fewest).sum())
        for group in counts.index[counts >= fewest]:
            inside = (of_customer == group).to_numpy()
            found.append((kind, str(group), frame[inside], frame[~inside]))
    drift = float((frame["stayed"] - frame["predicted"]).mean()) if len(frame) else 0.0
    judged = tuple(_judged(kind, group, part, rest, len(found), drift) for kind, group, part, rest in found)
    return judged, left_out, drift


def wilson(yes: float, count: int, z: float) -> tuple[float, float]:
    """Wilson's interval of a share (Journal of the American Statistical Association 22, 1927)."""
    share, spread = yes / count, z * z / count
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))


def _usual(lines: pd.DataFrame, column: str) -> pd.Series:
    """The commonest value of each known customer's orders; ties by name."""
    known = lines[lines["customer_id"].notna() & lines[column].notna() & (lines["kind"] == "sale")]
    orders = known.drop_duplicates(["order_id"])[["customer_id", column]].astype(str)
    counted = orders.value_counts().reset_index()
    counted = counted.sort_values(["count", column], ascending=[False, True], kind="stable")
    return counted.drop_duplicates("customer_id").set_index("customer_id")[column]


def _judged(kind: str, group: str, part: pd.DataFrame, rest: pd.DataFrame, groups: int, drift: float) -> GroupFairness:
    z = _normal_quantile(1 - 0.05 / (2 * max(groups, 1)))
    low, high = wilson(part["stayed"].sum(), len(part), z)
    predicted, offered = float(part["predicted"].mean()), float(part["offered"].mean())
    offered_low, offered_high = wilson(part["offered"].sum(), len(part), z)
    others = float(rest["offered"].mean()) if len(rest) else offered
    return GroupFairness(
        kind, group, len(part), predicted, float(part["stayed"].mean()), low, high,
        offered, offered_low, offered_high,
        miscalibrated=not low <= predicted + drift <= high,
        passed_over=bool(offered < _FOUR_FIFTHS * others and offered_high < others),
    )  # fmt: skip


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def worst_gap(groups: Sequence[GroupFairness]) -> float:
    """The largest difference between predicted and observed, 0-1."""
    return max((abs(each.predicted - each.stayed_away) for each in groups), default=0.0)
