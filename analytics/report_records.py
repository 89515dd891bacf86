"""What is asked of the sales history and what comes back, as records. Knows no data."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

Metric = Literal["revenue", "units", "orders", "customers", "average_order_value", "return_rate"]
Grouping = Literal[
    "product", "category", "country", "store", "customer", "day", "week", "month", "quarter", "weekday", "hour"
]
Order = Literal["highest", "lowest"]
Unit = Literal["money", "units", "orders", "customers", "percent"]

UNITS: Final[dict[Metric, Unit]] = {
    "revenue": "money",
    "units": "units",
    "orders": "orders",
    "customers": "customers",
    "average_order_value": "money",
    "return_rate": "percent",
}
CALENDAR: Final = {"day": "D", "week": "W", "month": "M", "quarter": "Q"}
CYCLES: Final = {"weekday": 7, "hour": 24}
COLUMNS: Final = {
    "product": "product_id",
    "category": "category",
    "country": "country",
    "store": "store_id",
    "customer": "customer_id",
}


@dataclass(frozen=True)
class SalesRequest:
    """What is asked.

    Attributes:
        start, end: first and last day, both included; None: from the first, to the last day of the history.
        before: first and last day of a period to compare with.
        top: how many groups; None: all.
        order: by value; None: "highest" for things, by time for days, weeks, months, quarters, weekdays and hours.
    """

    metric: Metric
    start: date | None = None
    end: date | None = None
    group_by: Grouping | None = None
    product_id: str | None = None
    category: str | None = None
    country: str | None = None
    store_id: str | None = None
    customer_id: str | None = None
    before: tuple[date, date] | None = None
    top: int | None = None
    order: Order | None = None

    def __post_init__(self) -> None:
        """Checks the request.

        Raises:
            ValueError: an unknown metric or grouping, days in the wrong order, a top below one.
        """
        if self.metric not in UNITS:
            raise ValueError(f"Expected a metric of {', '.join(UNITS)}; got {self.metric!r}.")
        if self.group_by is not None and self.group_by not in get_args(Grouping):
            raise ValueError(f"Expected to group by one of {', '.join(get_args(Grouping))}; got {self.group_by!r}.")
        for first, last in ((self.start, self.end), self.before or (None, None)):
            if first and last and first > last:
                raise ValueError(f"Expected the first day before the last one; got {first} to {last}.")
        if self.top is not None and self.top < 1:
            raise ValueError(f"Expected to list at least one group; got {self.top}.")

    @property
    def filters(self) -> dict[str, str]:
        """Column -> the one value that is wanted."""
        wanted = {
            name: getattr(self, name) for name in ("product_id", "category", "country", "store_id", "customer_id")
        }
        return {name: value for name, value in wanted.items() if value is not None}


@dataclass(frozen=True)
class Change:
    """A value and the one it is compared with."""

    value: float | None
    before: float | None

    @property
    def difference(self) -> float | None:
        """Value less before; percentage points for a rate."""
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def percent(self) -> float | None:
        """Growth in percent of a positive value before, else None."""
        if self.value is None or self.before is None or self.before <= 0:
            return None
        return 100 * (self.value / self.before - 1)


@dataclass(frozen=True)
class ReportRow:
    """One group.

    Attributes:
        key: product id, category, ISO day (the first of a week, month, quarter), weekday 0 (Monday) to 6, hour 0 to 23.
        label: the product's title, the store's or customer's name; the key where there is none.
        value: None where it is not defined (a rate of nothing sold).
        orders: sale invoices behind the value.
        before: the value in the period compared with (of a day, week, month or quarter: at the same place there); None
            where none was asked or it is not defined.
    """

    key: str
    label: str
    value: float | None
    orders: int
    before: float | None = None

    @property
    def change(self) -> Change:
        """The value against the one before."""
        return Change(self.value, self.before)


@dataclass(frozen=True)
class Report:
    """A figure, its groups and its comparison.

    Attributes:
        start, end: the days asked for, cut to the history.
        total: over all groups; 0 or None where nothing was sold.
        lines: sales and return lines behind the total; 0: nothing happened.
        n_groups: all groups that have a value, listed or not.
        unassigned: the value of lines that belong to no group (unknown customer, no store, no category); None: none.
        before_lines: lines behind `change.before`.
    """

    request: SalesRequest
    unit: Unit
    start: date
    end: date
    total: float | None
    lines: int
    rows: tuple[ReportRow, ...] = ()
    n_groups: int = 0
    unassigned: float | None = None
    before: float | None = None
    before_lines: int = 0

    @property
    def change(self) -> Change:
        """The total against the one before."""
        return Change(self.total, self.before)
