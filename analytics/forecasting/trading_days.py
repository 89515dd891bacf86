"""Which days a shop sells on, and how its week is shaped. Knows daily totals, not products nor methods."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.forecasting.series import Floats
from analytics.forecasting.settings import WEEK

LONG_CLOSING = 5  # so many days in a row without a sale are a yearly closing, not a movable holiday
FIXED_HOLIDAYS = frozenset({(12, 25), (12, 26), (1, 1)})


@dataclass(frozen=True)
class TradingDays:
    """The shop's week and its yearly closing days.

    Attributes:
        profile: weight of Monday to Sunday, mean 1 over a week in which the shop opens as usual.
        closings: (month, day) on which the shop was closed last year and is expected to be again.
    """

    profile: tuple[float, ...]
    closings: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, total: Floats, start: date) -> "TradingDays":
        """Learns from the shop's daily total [days] that begins on `start`."""
        opened = total > 0
        weekdays = weekdays_of(start, len(total))
        profile = weekday_profile(total, weekdays, np.ones(WEEK))
        usual = np.array([opened[weekdays == d].mean() if (weekdays == d).any() else 0.0 for d in range(WEEK)])
        profile = np.where(usual < 0.1, 0.0, profile)
        profile = profile / max(profile.mean(), 1e-9)
        return cls(tuple(float(p) for p in profile), _closings(opened, start, profile > 0))

    def closed(self, start: date, days: int) -> np.ndarray:
        """Whether each of the days is a yearly closing day; bool [days]."""
        every = [start + timedelta(days=d) for d in range(days)]
        return np.array([(d.month, d.day) in self.closings for d in every], dtype=bool)

    def ahead(self, start: date, days: int) -> Floats:
        """Expected weight of each coming day; [days]."""
        weights = np.asarray(self.profile)[weekdays_of(start, days)]
        return np.where(self.closed(start, days), 0.0, weights)

    def past(self, total: Floats, start: date) -> Floats:
        """Weight of each past day: its weekday's, and nothing where the shop sold nothing at all; [days]."""
        return np.where(total > 0, np.asarray(self.profile)[weekdays_of(start, len(total))], 0.0)


def weekdays_of(start: date, days: int) -> np.ndarray:
    """0 = Monday ... 6 = Sunday, int [days]."""
    return (start.weekday() + np.arange(days)) % WEEK


def weekday_profile(values: Floats, weekdays: np.ndarray, shop: Floats, borrowed: float = 0.0) -> Floats:
    """How the last half year's sales fall on Monday to Sunday, mean 1.

    Args:
        values: [days] or [series, days].
        weekdays: int [days].
        shop: the profile that a series with few days of sales leans on.
        borrowed: days of sales that the shop's profile counts for.
    """
    recent, weekdays = np.clip(values[..., -182:], 0, None), weekdays[-182:]
    sums = np.stack([recent[..., weekdays == d].sum(-1) for d in range(WEEK)], axis=-1)  # [..., 7]
    share = sums / np.maximum(sums.sum(-1, keepdims=True), 1e-9)
    known = (recent > 0).sum(-1)[..., None].astype(float)
    mixed = (known * share + borrowed * np.asarray(shop) / WEEK) / np.maximum(known + borrowed, 1e-9)
    return np.asarray(mixed * WEEK)


def _closings(opened: np.ndarray, start: date, usual: np.ndarray) -> frozenset[tuple[int, int]]:
    """Days of the last year that a long closing took, or a fixed holiday on a weekday that is open as a rule."""
    recent = np.flatnonzero(~opened)
    recent = recent[recent >= len(opened) - 366]
    days = set()
    for run in np.split(recent, np.flatnonzero(np.diff(recent) > 1) + 1):
        every = [start + timedelta(days=int(d)) for d in run]
        if len(run) >= LONG_CLOSING:
            days |= {(d.month, d.day) for d in every}
        days |= {(d.month, d.day) for d in every if (d.month, d.day) in FIXED_HOLIDAYS and usual[d.weekday()]}
    return frozenset(days)
