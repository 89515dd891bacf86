"""Series on one regular grid of days, weeks or months, with groups and what is known ahead. Knows no method.

Every forecasting method of this package that looks at dates takes a `Panel`; the shop's weekly view and any long frame
(`long_frame`) become one.
"""

from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.floating]
Integers = npt.NDArray[np.integer]
Freq = Literal["D", "W", "M"]
CYCLE: Final[dict[Freq, int]] = {"D": 7, "W": 52, "M": 12}  # periods after which a season repeats
YEAR: Final[dict[Freq, int]] = {"D": 364, "W": 52, "M": 12}  # periods of a year that keep the weekday


@dataclass(frozen=True)
class Panel:
    """Several series on one grid.

    Attributes:
        keys: id per row.
        freq: "D", "W" (a date is the week's last day) or "M" (a date is the month's last day).
        dates: [periods + ahead]: the known periods and those that may be forecast.
        values: float64 [series, periods]; NaN where nothing is known.
        groups: name -> code of each series' group, int [series].
        known: name -> what is known ahead, float [series, periods + ahead].
    """

    keys: tuple[str, ...]
    freq: Freq
    dates: pd.DatetimeIndex
    values: Floats
    groups: dict[str, Integers] = field(default_factory=dict)
    known: dict[str, Floats] = field(default_factory=dict)

    @property
    def periods(self) -> int:
        """Number of known periods."""
        return int(self.values.shape[1])

    @property
    def cycle(self) -> int:
        """Periods after which the season repeats."""
        return CYCLE[self.freq]

    @property
    def year(self) -> int:
        """Periods of a year."""
        return YEAR[self.freq]

    @property
    def first(self) -> Integers:
        """Index of each series' first known value; `periods` where there is none; [series]."""
        seen = ~np.isnan(self.values)
        return np.where(seen.any(1), seen.argmax(1), self.periods)

    def until(self, periods: int) -> "Panel":
        """As it was known after its first `periods` periods; the dates ahead and what is known ahead stay."""
        return replace(self, values=self.values[:, :periods])

    def since(self, period: int) -> "Panel":
        """Without the first `period` periods."""
        known = {name: values[:, period:] for name, values in self.known.items()}
        return replace(self, dates=self.dates[period:], values=self.values[:, period:], known=known)

    def of(self, rows: npt.NDArray[np.generic]) -> "Panel":
        """The series of these rows."""
        return replace(
            self,
            keys=tuple(np.asarray(self.keys, dtype=object)[rows].tolist()),
            values=self.values[rows],
            groups={name: codes[rows] for name, codes in self.groups.items()},
            known={name: values[rows] for name, values in self.known.items()},
        )

    def filled(self) -> Floats:
        """Values with gaps on the line between their neighbours, the last one carried on, 0 before a series begins."""
        seen = ~np.isnan(self.values)
        values = np.where(seen, self.values, 0.0)
        begun = np.maximum.accumulate(seen, axis=1)
        gaps = np.flatnonzero((begun & ~seen).any(1))
        if len(gaps):
            values[gaps] = _bridged(self.values[gaps], seen[gaps])
        return values


def _bridged(values: Floats, seen: npt.NDArray[np.bool_]) -> Floats:
    """Gaps on the line between their neighbours; [series, periods]."""
    place, periods = np.arange(values.shape[1]), values.shape[1]
    before = np.maximum.accumulate(np.where(seen, place, -1), axis=1)
    after = np.minimum.accumulate(np.where(seen, place, periods)[:, ::-1], axis=1)[:, ::-1]
    after = np.where(after == periods, before, after)  # nothing comes after: the last one is carried on
    rows = np.arange(len(values))[:, None]
    left, right = values[rows, before], values[rows, after]
    part = (place - before) / np.maximum(after - before, 1)
    return np.where(before < 0, 0.0, left + (right - left) * part)
