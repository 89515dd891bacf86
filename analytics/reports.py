"""Figures of what was sold, by the definitions of the product, as Ibis expressions on the `sales` view.

Knows the history and the definitions, not how an answer is worded. The expressions run on any Ibis backend.

- revenue: quantity x unit price, returns deducted; units likewise net;
- orders: distinct sale invoices with a merchandise line; customers: distinct known customers with such an order;
- average order value: revenue / orders; return rate: returned value / gross value, in percent.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd

from analytics.report_records import CALENDAR, COLUMNS, UNITS, Metric, Report, ReportRow, SalesRequest
from analytics.warehouse import Warehouse


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
    returned = 0.0 - sales.value.sum(where=sales.quantity < 0).fill_null(0.0)  # never minus zero
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
        # Sums of doubles differ in their last digits from run to run: equal values must tie.
        rank = known.value.round(6)
        known = known.order_by([rank.desc() if descending else rank.asc(), known.key.asc()])
        known = known.limit(request.top) if request.top else known
    else:
        known = known.order_by("key")
    listed = warehouse.frame(known)
    if _is_course(request):
        listed = _with_empty_spans(listed, request, report.start, report.end)
    rows = _rows(warehouse, listed, _before(warehouse, listed, request), report)
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


def _is_course(request: SalesRequest) -> bool:
    """Whether spans of time are listed one after the other, none left out."""
    return request.group_by in CALENDAR and not request.top and not request.order


def _before(warehouse: Warehouse, listed: pd.DataFrame, request: SalesRequest) -> dict[Any, float | None]:
    """Key -> the value in the period compared with.

    Things, weekdays and hours recur there; the first month of a course stands beside the first month there, and so on.
    """
    keys = listed["key"].tolist()
    if not request.before or not keys or (request.group_by in CALENDAR and not _is_course(request)):
        return {}
    earlier = _groups(chosen(warehouse, request, *request.before), request)
    if request.group_by not in CALENDAR:
        frame = warehouse.frame(earlier.filter(earlier.key.isin(keys)))
        return dict(zip(frame["key"], frame["value"], strict=True))
    start, end = max(request.before[0], warehouse.span()[0]), request.before[1]
    skipped = len(_spans(request, request.before[0], end)) - len(_spans(request, start, end))
    frame = _with_empty_spans(warehouse.frame(earlier.order_by("key")), request, start, end)
    return dict(zip(keys, [None] * skipped + [_known(value) for value in frame["value"]], strict=False))


def _known(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _rows(
    warehouse: Warehouse, listed: pd.DataFrame, before: dict[Any, float | None], report: Report
) -> tuple[ReportRow, ...]:
    request = report.request
    by = str(request.group_by)
    labels = _labels(warehouse, by, [str(key) for key in listed["key"]])
    # A thing that was not sold then sold nothing; a span of time that the other period lacks has no counterpart.
    nothing = None if by in CALENDAR or request.metric in ("average_order_value", "return_rate") else 0.0
    rows = []
    for key, value, orders in zip(listed["key"], listed["value"], listed["orders"], strict=True):
        earlier = before.get(key, nothing) if request.before else None
        text = str(pd.Timestamp(key).date()) if by in CALENDAR else str(key)
        rows.append(ReportRow(text, labels.get(str(key), text), _known(value), int(orders), earlier))
    return tuple(rows)


def _spans(request: SalesRequest, start: date, end: date) -> Any:
    """The first days of the days, weeks, months or quarters from start to end."""
    unit = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q-DEC"}[str(request.group_by)]
    return pd.period_range(pd.Timestamp(start), pd.Timestamp(end), freq=unit).start_time.normalize()


def _with_empty_spans(listed: pd.DataFrame, request: SalesRequest, start: date, end: date) -> pd.DataFrame:
    """Days, weeks, months or quarters without a sale hold zero; a rate is not defined there."""
    if listed.empty:
        return listed
    filled = listed.assign(key=pd.to_datetime(listed["key"])).set_index("key").reindex(_spans(request, start, end))
    empty = {"orders": 0}
    if request.metric not in ("average_order_value", "return_rate"):
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
