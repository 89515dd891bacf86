"""Days on which the shop sold far more or less than such a day does. Knows daily order counts, no cause and no wording.

What a day should bring is the middle half's mean of the same weekday in the weeks around it, so that weekdays, seasons
and growth are no surprise. Square roots of counts spread alike whatever their size (Anscombe, Biometrika 1948); how far
is judged by the median absolute deviation of all days (Iglewicz and Hoaglin 1993), at least that of Poisson counts;
over all days the false discovery rate is held (Benjamini and Hochberg 1995).
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.trend_test import false_discovery
from analytics.warehouse import Warehouse

_AROUND = 4  # weeks on either side that say what a weekday brings; at the end of the history, those before
_FEWEST = 8  # weeks without which nothing is said
_POISSON_SPREAD = 0.5  # of the square root of a Poisson count


@dataclass(frozen=True)
class UnusualDay:
    """A day that stands out.

    Attributes:
        orders: sale invoices of the day.
        expected: of such a day, from the weeks around it.
        z: how many standard deviations it is off.
        q_value: the smallest false discovery rate at which it is listed.
        as_last_year: whether the same date a year before stood out the same way.
    """

    day: date
    orders: int
    expected: float
    z: float
    q_value: float
    as_last_year: bool


def daily_orders(warehouse: Warehouse, first: date, last: date) -> "pd.Series[int]":
    """Sale orders of each day from `first` to `last`, zero on days without any."""
    sales = warehouse.table("sales")
    day = sales.sold_at.date()
    chosen = sales.filter((sales.value > 0) & (day >= first) & (day <= last))
    counted = warehouse.frame(
        chosen.mutate(day=chosen.sold_at.date()).group_by("day").aggregate(orders=lambda t: t.order_id.nunique())
    )
    days = pd.date_range(first, last, freq="D")
    found = pd.Series(counted["orders"].to_numpy(), index=pd.to_datetime(counted["day"]), dtype=int)
    return found.reindex(days, fill_value=0)


def unusual_days(daily: "pd.Series[int]", first: date, last: date, rate: float = 0.01) -> tuple[UnusualDay, ...]:
    """The days between `first` and `last` that stand out, the farthest first; none where the history is too short.

    Args:
        daily: orders of every day known, in order of days, without gaps.
        first: the first day to judge; the others only tell what is usual.
        last: the last one.
        rate: share of listed days that chance may explain.
    """
    if len(daily) < 7 * _FEWEST:
        return ()
    seen = np.asarray(daily, dtype=np.float64)
    expected = _expected(seen)
    gap = np.sqrt(seen + 3 / 8) - np.sqrt(expected + 3 / 8)
    open_days = (expected > 0) | (seen > 0)
    spread = max(_POISSON_SPREAD, 1.4826 * float(np.median(np.abs(gap[open_days])))) if open_days.any() else 1.0
    z = pd.Series(np.where(open_days, gap / spread, np.nan), index=daily.index)
    judged = z[(z.index >= pd.Timestamp(first)) & (z.index <= pd.Timestamp(last))]
    q = false_discovery(judged.map(lambda score: math.erfc(abs(score) / math.sqrt(2)), na_action="ignore"))
    usual = pd.Series(expected, index=daily.index)
    found = [
        UnusualDay(at.date(), int(daily[at]), float(usual[at]), float(z[at]), float(q[at]), _also(z, at))
        for at in q[q <= rate].index
    ]
    return tuple(sorted(found, key=lambda each: (-abs(each.z), each.day)))


def _expected(orders: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of the middle half of the same weekday in the weeks around each day, itself left out."""
    size = len(orders)
    expected = np.empty(size)
    for at in range(size):
        near = [at + 7 * week for week in range(-2 * _AROUND, 2 * _AROUND + 1) if week]
        near = sorted((place for place in near if 0 <= place < size), key=lambda place: (abs(place - at), place))
        sorted_near = np.sort(orders[near[: 2 * _AROUND]])
        cut = len(sorted_near) // 4
        expected[at] = float(sorted_near[cut : len(sorted_near) - cut].mean())
    return expected


def _also(z: "pd.Series[float]", at: pd.Timestamp) -> bool:
    """Whether the same date a year before was at least two standard deviations off in the same direction."""
    before = z.get(at - pd.DateOffset(years=1))
    return bool(before is not None and abs(before) >= 2 and before * z[at] > 0)


def history_needed(first: date) -> date:
    """The first day whose orders help to judge a period that begins on `first`: a year and some weeks before."""
    return first - timedelta(days=366 + 14 * _AROUND)
