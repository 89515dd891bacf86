"""Delivery rounds as records: what is to be delivered, with which vans, and the plan. Knows no solver.

All times are minutes since midnight, all distances kilometres, all loads parcels.
"""

import re
from dataclasses import dataclass

from analytics.supply.places import Place

DAY = 24 * 60


@dataclass(frozen=True)
class RoundSettings:
    """The vans and how they drive.

    Attributes:
        vans: how many there are.
        capacity: parcels that one van carries; None: as many as there are.
        leaves_at, back_by: the working day, in minutes since midnight.
        kmh: mean speed on the road.
        minutes_per_stop: time to park, hand over and go on.
        seed: the same seed and question give the same plan.
        patience, most_steps: the search ends after so many steps without a better plan, or after so many in all.

    Raises:
        ValueError: one of them makes no sense.
    """

    vans: int = 1
    capacity: int | None = None
    leaves_at: int = 8 * 60
    back_by: int = 18 * 60
    kmh: float = 50.0
    minutes_per_stop: int = 10
    seed: int = 1
    patience: int = 1_000
    most_steps: int = 10_000

    def __post_init__(self) -> None:
        for name, least in (("vans", 1), ("minutes_per_stop", 0), ("patience", 1), ("most_steps", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} must be {least} or more, got {getattr(self, name)}.")
        if self.capacity is not None and self.capacity < 1:
            raise ValueError(f"capacity must be 1 or more parcels per van, got {self.capacity}.")
        if self.kmh <= 0:
            raise ValueError(f"kmh must be above 0, got {self.kmh:g}.")
        if not 0 <= self.leaves_at < self.back_by <= DAY:
            raise ValueError(
                f"Vans must leave before they are back, between 0:00 and 24:00; got {clock(self.leaves_at)} to "
                f"{clock(self.back_by)}."
            )


@dataclass(frozen=True)
class Delivery:
    """Parcels for one address.

    Attributes:
        place: where it goes; None where its coordinates are not known.
        load: parcels, at least 1.
        opens, closes: when it may arrive, in minutes since midnight; an arrival before `opens` waits.
    """

    name: str
    place: Place | None
    load: int = 1
    opens: int = 0
    closes: int = DAY

    def __post_init__(self) -> None:
        if self.load < 1:
            raise ValueError(f"{self.name}: a delivery has 1 parcel or more, got {self.load}.")


@dataclass(frozen=True)
class Visit:
    """A stop of a round: when the van arrives (after any wait for the window), how long it waited, when it goes on."""

    delivery: Delivery
    arrives: int
    waited: int
    leaves: int
    km: float

    @property
    def load(self) -> int:
        """Parcels handed over."""
        return self.delivery.load


@dataclass(frozen=True)
class Round:
    """One van's way from the depot and back.

    Attributes:
        visits: its stops in order; each one's `km` is the way from the stop before.
        km: of the whole round, the way back included.
        driving: minutes at the wheel.
    """

    visits: tuple[Visit, ...]
    leaves: int
    back: int
    km: float
    driving: int

    @property
    def load(self) -> int:
        """Parcels on board at the start."""
        return sum(visit.load for visit in self.visits)


@dataclass(frozen=True)
class Unserved:
    """A delivery that is in no round, and why."""

    delivery: Delivery
    reason: str


@dataclass(frozen=True)
class RoundPlan:
    """All rounds of a day, and what could not be planned."""

    depot: Place
    rounds: tuple[Round, ...]
    unserved: tuple[Unserved, ...]
    settings: RoundSettings

    @property
    def km(self) -> float:
        """Of all rounds."""
        return sum(each.km for each in self.rounds)

    @property
    def load(self) -> int:
        """Parcels of all rounds."""
        return sum(each.load for each in self.rounds)


def minutes_of(said: str) -> int:
    """Reads a time of day: "9:05" -> 545.

    Raises:
        ValueError: it is no time of day.
    """
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})(?::\d{2})?", said.strip())
    if match is None or int(match[2]) > 59 or 60 * int(match[1]) + int(match[2]) > DAY:
        raise ValueError(f"{said!r} is no time of day; expected one like 09:30")
    return 60 * int(match[1]) + int(match[2])


def clock(minutes: float) -> str:
    """A time of day as people write it: 545 -> "9:05"."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def span(minutes: float) -> str:
    """125 -> "2 h 5 min"."""
    hours, rest = divmod(round(minutes), 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else "") if part
    )
