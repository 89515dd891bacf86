"""What a forecast answers: expected sales over a span of days, with their range. Knows no method and no shop."""

from dataclasses import dataclass
from datetime import date

from analytics.forecasting.settings import Level, Metric


@dataclass(frozen=True)
class Prediction:
    """Expected net sales over a span of days.

    Attributes:
        value: expected sum; lower80..upper95 bound it with 80 and 95 % probability.
        first_day: day of daily[0].
        daily: expected sales per day, [days].
        method: the method that made it; score: its backtest score in words, None where it was not judged.
        notes: assumptions and limits, one sentence each.
    """

    level: Level
    key: str
    metric: Metric
    start: date
    end: date
    value: float
    lower80: float
    upper80: float
    lower95: float
    upper95: float
    daily: tuple[float, ...]
    method: str
    score: str | None
    notes: tuple[str, ...] = ()

    @property
    def sd(self) -> float:
        """Standard deviation that the 80 % interval stands for (its width / 2.563)."""
        return (self.upper80 - self.lower80) / 2.563

    @property
    def upward_sd(self) -> float:
        """Standard deviation that the upper part of the 80 % interval stands for, `sd` at least.

        Where the lower part ends at zero, the whole width says too little of how much more may sell.
        """
        return max(self.sd, (self.upper80 - self.value) / 1.2816)
