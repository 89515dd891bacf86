"""How large the demo shop is and what governs it. Knows no text and draws nothing at random."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

DEMO_NAME: Final = "Larder & Loom"
DEMO_AS_OF: Final = date(2026, 6, 30)
DEMO_CURRENCY: Final = "GBP"
COUNTRY: Final = "United Kingdom"
TEXTS: Final = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Store:
    """One shop of the demo; `share` is its part of the whole demand."""

    store_id: str
    name: str
    city: str
    postcode: str
    latitude: float
    longitude: float
    share: float


STORES: Final = (
    Store("S1", "Larder & Loom Leeds", "Leeds", "LS1 6HB", 53.7986, -1.5437, 0.27),
    Store("S2", "Larder & Loom York", "York", "YO1 8BN", 53.9590, -1.0815, 0.24),
    Store("S3", "Larder & Loom Harrogate", "Harrogate", "HG1 2RN", 53.9921, -1.5418, 0.18),
    Store("S4", "Larder & Loom Whitby", "Whitby", "YO22 4DE", 54.4863, -0.6133, 0.13),
)
ONLINE: Final = len(STORES)  # the channel after the stores
ONLINE_SHARE: Final = 0.18
CHANNELS: Final = ONLINE + 1
PICKING_STORE: Final = 0  # online orders are picked from the shelves of Leeds


@dataclass(frozen=True)
class DemoSettings:
    """The size of the simulation.

    Attributes:
        seed: the same seed and texts give the same shop.
        customers: people who ever registered, in numbers.
        days: length of the history, which ends on `as_of`, in days.
        units_per_day: expected units sold per day at the middle of the history, all channels.
        order_value: what an average order is aimed at, in pounds; the basket's length follows from it.
        growth: yearly growth of demand, as a share.
        promotions: promotions over the whole history.
        known_share: part of the till orders whose customer is known.
    """

    seed: int = 7
    as_of: date = DEMO_AS_OF
    customers: int = 3_000
    days: int = 730
    units_per_day: float = 235.0
    order_value: float = 35.0
    growth: float = 0.14
    promotions: int = 40
    known_share: float = 0.72

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a value is out of its range.
        """
        if self.customers < 10 or self.days < 60 or self.promotions < 1:
            raise ValueError("Expected at least 10 customers, 60 days and 1 promotion.")
        if self.units_per_day <= 0 or self.order_value <= 0 or not 0 <= self.growth < 1:
            raise ValueError("Expected units_per_day and order_value above 0 and growth between 0 and 1.")
        if not 0 < self.known_share <= 1:
            raise ValueError("Expected known_share above 0 and at most 1.")

    @property
    def start(self) -> date:
        """The first day."""
        return self.as_of - timedelta(days=self.days - 1)

    def stream(self, part: int) -> np.random.Generator:
        """Random numbers of one part of the simulation: a change in one part leaves the others alone."""
        return np.random.default_rng([self.seed, part])

    def day(self, number: int) -> date:
        """The date of day `number`, 0 the first."""
        return self.start + timedelta(days=int(number))
