"""Figures of what was sold, by the definitions of the product, as Ibis expressions on the `sales` view.

Knows the history and the definitions, not how an answer is worded. The expressions run on any Ibis backend.

- revenue: quantity x unit price, returns deducted; units likewise net;
- orders: distinct sale invoices with a merchandise line; customers: distinct known customers with such an order;
- average order value: revenue / orders; return rate: returned value / gross value, in percent.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, get_args

import ibis
import pandas as pd

from analytics.warehouse import Warehouse

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
        wanted = {name: getattr(self, name) for name in ("product_id", "category", "country", "store_id", "customer_id")}
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
        before: the value in the period compared with; None where none was asked or it is not defined.
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


def sales_report(warehouse: Warehouse, request: SalesRequest) -> Report:
    """Computes the figure over the whole history or the days asked for.

    Raises:
        MissingData: the shop has no sales at all.
    """
    first, last = warehouse.span()
    start, end = max(request.start or first, first), min(request.end or last, last)
    sales = chosen(warehouse, request, start, end)
    total, lines = _total(warehouse, sales, request.metric)
    report = Report(request, UNITS[request.metric], start, end, total, lines)
    if request.before:
        earlier = chosen(warehouse, request, *request.before)
        before, before_lines = _total(warehouse, earlier, request.metric)
        report = replace(report, before=before, before_lines=before_lines)
    return _grouped(warehouse, sales, report) if request.group_by else report


def chosen(warehouse: Warehouse, request: SalesRequest, start: date, end: date) -> Any:
    """The merchandise lines of the days that pass the request's filters, an Ibis table."""
    sales = warehouse.table("sales")
    wanted = [sales[column] == value for column, value in request.filters.items()]
    return sales.filter([*chosen_days(sales, start, end), *wanted])


def unsold_products(warehouse: Warehouse, request: SalesRequest, start: date, end: date) -> int:
    """Products that were sold before the period and have no line in it."""
    sales = warehouse.table("sales")
    known = chosen(warehouse, request, warehouse.span()[0], start - timedelta(days=1)).filter(lambda t: t.quantity > 0)
    inside = sales.filter(chosen_days(sales, start, end)).select("product_id").distinct()
    return int(warehouse.scalar(known.anti_join(inside, "product_id").product_id.nunique()))


def chosen_days(sales: Any, start: date, end: date) -> list[Any]:
    """Conditions for the days from start to end, both included."""
    after = datetime.combine(end + timedelta(days=1), time())
    return [sales.sold_at >= datetime.combine(start, time()), sales.sold_at < after]


def measure(sales: Any, metric: Metric) -> Any:
    """The metric as an Ibis aggregation over sales lines."""
    sold = (sales.kind == "sale") & (sales.quantity > 0)
    orders = sales.order_id.nunique(where=sold)
    if metric == "revenue":
        return sales.value.sum()
    if metric == "units":
        return sales.quantity.sum()
    if metric == "orders":
        return orders
    if metric == "customers":
        return sales.customer_id.nunique(where=sold)
    if metric == "average_order_value":
        return sales.value.sum() / orders.nullif(0)
    gross = sales.value.sum(where=sales.quantity > 0)
    returned = -sales.value.sum(where=sales.quantity < 0).fill_null(0.0)
    return 100.0 * returned / gross.nullif(0.0)


def _total(warehouse: Warehouse, sales: Any, metric: Metric) -> tuple[float | None, int]:
    row = warehouse.frame(sales.aggregate(value=measure(sales, metric), lines=sales.count())).iloc[0]
    lines = int(row["lines"])
    if pd.isna(row["value"]):
        return (0.0 if metric in ("revenue", "units") else None), lines
    return float(row["value"]), lines


def _grouped(warehouse: Warehouse, sales: Any, report: Report) -> Report:
    request = report.request
    groups = _groups(sales, request)
    known = groups.filter(groups.key.notnull() & groups.value.notnull())
    nothing = groups.filter(groups.key.isnull())
    n_groups = int(warehouse.scalar(known.count()))
    if request.group_by in COLUMNS or request.top or request.order:
        descending = request.order != "lowest"
        known = known.order_by([ibis.desc("value") if descending else ibis.asc("value"), ibis.asc("key")])
        known = known.limit(request.top) if request.top else known
    else:
        known = known.order_by("key")
    listed = warehouse.frame(known)
    before: dict[Any, float] = {}
    if request.before:
        earlier = _groups(chosen(warehouse, request, *request.before), request)
        keys = listed["key"].tolist()
        # A month or a day of another period has another key; only things, weekdays and hours recur.
        if request.group_by not in CALENDAR and keys:
            frame = warehouse.frame(earlier.filter(earlier.key.isin(keys)))
            before = dict(zip(frame["key"], frame["value"], strict=True))
    rows = _rows(warehouse, listed, before, report)
    lost = warehouse.frame(nothing.select("value"))
    unassigned = float(lost["value"].iloc[0]) if len(lost) and pd.notna(lost["value"].iloc[0]) else None
    return replace(report, rows=rows, n_groups=n_groups, unassigned=unassigned)


def _groups(sales: Any, request: SalesRequest) -> Any:
    """Ibis table key, value, orders; one row per group."""
    by = str(request.group_by)
    if by in COLUMNS:
        key = sales[COLUMNS[by]]
    elif by in CALENDAR:
        key = sales.sold_at.truncate(CALENDAR[by]).date()
    else:
        key = sales.sold_at.day_of_week.index() if by == "weekday" else sales.sold_at.hour()
    sales = sales.mutate(key=key)
    return sales.group_by("key").aggregate(value=measure(sales, request.metric), orders=measure(sales, "orders"))


def _rows(warehouse: Warehouse, listed: pd.DataFrame, before: dict[Any, float], report: Report) -> tuple[ReportRow, ...]:
    request = report.request
    by = str(request.group_by)
    if by in CALENDAR and not request.top and not request.order:
        listed = _with_empty_spans(listed, report)
    labels = _labels(warehouse, by, [str(key) for key in listed["key"]])
    zero = None if request.metric in ("average_order_value", "return_rate") else 0.0
    rows = []
    for key, value, orders in zip(listed["key"], listed["value"], listed["orders"], strict=True):
        earlier = before.get(key, zero) if request.before and by not in CALENDAR else None
        text = str(pd.Timestamp(key).date()) if by in CALENDAR else str(key)
        known = None if pd.isna(value) else float(value)
        rows.append(ReportRow(text, labels.get(str(key), text), known, int(orders), earlier))
    return tuple(rows)


def _with_empty_spans(listed: pd.DataFrame, report: Report) -> pd.DataFrame:
    """Days, weeks, months or quarters without a sale hold zero; a rate is not defined there."""
    if listed.empty:
        return listed
    unit = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q-DEC"}[str(report.request.group_by)]
    spans = pd.period_range(pd.Timestamp(report.start), pd.Timestamp(report.end), freq=unit).start_time
    filled = listed.assign(key=pd.to_datetime(listed["key"])).set_index("key").reindex(spans.normalize())
    empty = {"orders": 0}
    if report.request.metric not in ("average_order_value", "return_rate"):
        empty["value"] = 0
    return filled.fillna(empty).rename_axis("key").reset_index()


def _labels(warehouse: Warehouse, by: str, keys: list[str]) -> dict[str, str]:
    """Key -> name, for things that have one."""
    named = {"product": ("products", "title"), "customer": ("customers", "name"), "store": ("stores", "name")}
    if by not in named or not keys:
        return {}
    table, name = named[by]
    source = warehouse.table(table)
    key = source[COLUMNS[by]]
    frame = warehouse.frame(source.filter(key.isin(keys) & source[name].notnull()).select(COLUMNS[by], name))
    return dict(zip(frame[COLUMNS[by]].astype(str), frame[name].astype(str), strict=True))
