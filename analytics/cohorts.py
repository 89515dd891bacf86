"""New and returning customers, and what becomes of the customers of each month. Knows the history, no wording.

A customer is new where the first order that the history holds falls into the days asked for, and returning where it
lies before them. Over the whole history, where everybody is new once, each calendar month is taken on its own. The
customers of a month are those whose first order (of what the request chooses) fell into it.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal

import pandas as pd

from analytics.report_records import UNITS, Metric, SalesRequest
from analytics.reports import chosen, measure
from analytics.warehouse import Warehouse

Kind = Literal["new", "returning", "unknown"]
KINDS: Final[tuple[Kind, ...]] = ("new", "returning", "unknown")
_ADDS_TO_NOTHING: Final = ("average_order_value", "return_rate")


@dataclass(frozen=True)
class BuyerGroup:
    """The customers of one kind; "unknown" are sales without a customer id.

    Attributes:
        figures: every metric of the group; None where it is not defined.
        before: the request's metric in the period compared with; None where none was asked.
    """

    kind: Kind
    figures: dict[Metric, float | None]
    before: float | None = None


@dataclass(frozen=True)
class BuyerMonth:
    """The request's metric of new and returning customers in one calendar month, judged by that month."""

    month: date
    new: float | None
    returning: float | None


@dataclass(frozen=True)
class CustomerSplit:
    """New beside returning customers.

    Attributes:
        start, end: the days asked for, cut to the history.
        monthly: each month was taken on its own, as no period was asked for.
        groups: new, returning, then unknown, where they bought anything.
        months: every calendar month with a sale.
    """

    request: SalesRequest
    start: date
    end: date
    monthly: bool
    groups: tuple[BuyerGroup, ...]
    months: tuple[BuyerMonth, ...]


@dataclass(frozen=True)
class Cohort:
    """The customers whose first order fell into one month.

    Attributes:
        month: its first day.
        customers: how many.
        values: the metric 0, 1, 2, ... months later; the history's last month may be a part of one.
    """

    month: date
    customers: int
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Cohorts:
    """The customers of each month and what they did in the months after.

    Attributes:
        last_is_whole: whether the history covers its last month to the end.
    """

    request: SalesRequest
    rows: tuple[Cohort, ...]
    last_month: date
    last_is_whole: bool

    def retained(self, later: int) -> tuple[int, int] | None:
        """Customers who ordered `later` months after their first one, of how many whose month was wholly seen."""
        seen = [row for row in self.rows if later < len(row.values) - (0 if self.last_is_whole else 1)]
        if not seen or self.request.metric != "customers":
            return None
        return int(sum(row.values[later] or 0 for row in seen)), sum(row.customers for row in seen)


def customer_split(warehouse: Warehouse, request: SalesRequest) -> CustomerSplit:
    """The figures of new and of returning customers.

    Raises:
        MissingData: the shop has no sales at all.
    """
    first, last = warehouse.span()
    start, end = max(request.start or first, first), min(request.end or last, last)
    monthly = start == first
    groups = _split(warehouse, request, start, end, None if monthly else start)
    if request.before:
        earlier = _split(warehouse, request, *request.before, request.before[0])
        before = {group.kind: group.figures[request.metric] for group in earlier}
        nothing = None if request.metric in _ADDS_TO_NOTHING else 0.0
        groups = tuple(replace(group, before=before.get(group.kind, nothing)) for group in groups)
    return CustomerSplit(request, start, end, monthly, groups, _months(warehouse, request, start, end))


def cohorts(warehouse: Warehouse, request: SalesRequest) -> Cohorts:
    """The customers whose first order falls into the period asked for, by its month, and their later months.

    Raises:
        MissingData: the shop has no sales at all.
    """
    first, last = warehouse.span()
    sales = chosen(warehouse, request, first, last)
    sales = sales.filter(sales.customer_id.notnull())
    joined = sales.join(_first_orders(sales), "customer_id")
    joined = joined.mutate(cohort=joined.first.truncate("M").date(), month=joined.sold_at.truncate("M").date())
    start, end = request.start or first, request.end or last
    joined = joined.filter(joined.first.date() >= start, joined.first.date() <= end)
    cells = warehouse.frame(
        joined.group_by(["cohort", "month"]).aggregate(
            value=measure(joined, request.metric), customers=joined.customer_id.nunique()
        )
    )
    last_month = last.replace(day=1)
    whole = (last + timedelta(days=1)).day == 1
    return Cohorts(request, _cohort_rows(cells, request.metric, last_month), last_month, whole)


def _first_orders(sales: Any) -> Any:
    """Ibis table customer_id, first: the time of each known customer's first order among these lines."""
    sold = sales.filter((sales.kind == "sale") & (sales.quantity > 0) & sales.customer_id.notnull())
    return sold.group_by("customer_id").aggregate(first=sold.sold_at.min())


def _with_kind(warehouse: Warehouse, sales: Any, start: date | None) -> Any:
    """The lines with the kind of their customer; `start` None: judged by the month of each line.

    Who has only returns in the history bought before it began, and is returning.
    """
    first = _first_orders(warehouse.table("sales")).rename(buyer="customer_id")
    joined = sales.left_join(first, sales.customer_id == first.buyer)
    month = joined.sold_at.truncate("M").date()
    new = joined.first.truncate("M").date() == month if start is None else joined.first.date() >= start
    import ibis

    kind = ibis.cases((joined.customer_id.isnull(), "unknown"), (new.fill_null(False), "new"), else_="returning")
    return joined.mutate(buyers=kind, month=month)


def _split(
    warehouse: Warehouse, request: SalesRequest, start: date, end: date, since: date | None
) -> tuple[BuyerGroup, ...]:
    sales = _with_kind(warehouse, chosen(warehouse, request, start, end), since)
    figures = {metric: measure(sales, metric) for metric in UNITS}
    frame = warehouse.frame(sales.group_by("buyers").aggregate(**figures)).set_index("buyers")
    return tuple(
        BuyerGroup(kind, {metric: _figure(frame.loc[kind, metric]) for metric in UNITS})
        for kind in KINDS
        if kind in frame.index
    )


def _months(warehouse: Warehouse, request: SalesRequest, start: date, end: date) -> tuple[BuyerMonth, ...]:
    sales = _with_kind(warehouse, chosen(warehouse, request, start, end), None)
    frame = warehouse.frame(sales.group_by(["month", "buyers"]).aggregate(value=measure(sales, request.metric)))
    if frame.empty:
        return ()
    frame["month"] = pd.to_datetime(frame["month"])
    wide = frame.pivot(index="month", columns="buyers", values="value").reindex(columns=["new", "returning"])
    spans = pd.period_range(start, end, freq="M").start_time
    wide = wide.reindex(spans)
    if request.metric not in _ADDS_TO_NOTHING:
        wide = wide.fillna(0.0)
    return tuple(
        BuyerMonth(month.date(), _figure(new), _figure(returning))
        for month, new, returning in zip(wide.index, wide["new"], wide["returning"], strict=True)
    )


def _cohort_rows(cells: pd.DataFrame, metric: Metric, last_month: date) -> tuple[Cohort, ...]:
    rows = []
    nothing = None if metric in _ADDS_TO_NOTHING else 0.0
    months = cells.assign(**{name: pd.to_datetime(cells[name]).dt.to_period("M") for name in ("cohort", "month")})
    for began in sorted(months["cohort"].unique()):
        found = months[months["cohort"] == began].set_index("month")
        values = {month: _figure(value) for month, value in found["value"].items()}
        spans = pd.period_range(began, pd.Period(last_month, "M"), freq="M")
        size = int(found["customers"].loc[began])
        rows.append(Cohort(began.start_time.date(), size, tuple(values.get(span, nothing) for span in spans)))
    return tuple(rows)


def _figure(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)
