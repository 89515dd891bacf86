"""What people say about time -> first and last day, by the shop's definitions. Knows no data but the as-of date."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Period:
    """Days from start to end, both included; `label` reads after "in" or "over" ("February 2011")."""

    start: date
    end: date
    label: str


@dataclass(frozen=True)
class Horizon:
    """Days ahead: start is the day after the as-of date unless said otherwise; both ends included."""

    start: date
    end: date
    label: str

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1
