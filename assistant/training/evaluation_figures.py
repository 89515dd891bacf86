"""The statistics of an evaluation: shares with their intervals, and percentiles. Knows no tool and no message."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_Z = 1.959964  # 95 %


@dataclass(frozen=True)
class Share:
    """How many of those asked were right."""

    right: int
    asked: int

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: more right ones than asked, or a negative number.
        """
        if not 0 <= self.right <= self.asked:
            raise ValueError(f"0 <= right <= asked is expected; got {self.right} of {self.asked}.")

    @classmethod
    def of(cls, judged: Sequence[bool]) -> "Share":
        """The share of those that are true."""
        return cls(sum(judged), len(judged))

    @property
    def rate(self) -> float:
        """Between 0 and 1; 0 where nothing was asked."""
        return self.right / self.asked if self.asked else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the rate (Wilson, JASA 22, 1927); (0, 1) where nothing was asked."""
        if not self.asked:
            return 0.0, 1.0
        n, p = self.asked, self.rate
        middle = p + _Z**2 / (2 * n)
        reach = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        low, high = (middle - reach) / (1 + _Z**2 / n), (middle + reach) / (1 + _Z**2 / n)
        # At the ends the formula gives 0 and 1 exactly; floating point does not.
        return (0.0 if self.right == 0 else low), (1.0 if self.right == n else high)

    def as_json(self) -> dict[str, Any]:
        """The share for JSON."""
        low, high = self.interval
        return {"right": self.right, "asked": self.asked, "rate": round(self.rate, 4),
                "low": round(low, 4), "high": round(high, 4)}  # fmt: skip

    def __str__(self) -> str:
        """The share as a person reads it."""
        if not self.asked:
            return "nothing to judge"
        low, high = self.interval
        return f"{self.rate:6.1%} of {self.asked} (95 % interval {low:.1%} to {high:.1%})"


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie, by the nearest rank; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0


def latency(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile and the longest of some times, in seconds."""
    return {
        "median": round(percentile(seconds, 0.5), 3),
        "p95": round(percentile(seconds, 0.95), 3),
        "p99": round(percentile(seconds, 0.99), 3),
        "longest": round(max(seconds, default=0.0), 3),
    }
