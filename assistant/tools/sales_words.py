"""How the figures, times and groups of a sales report are said. Knows no report as a whole and no data."""

from datetime import date, timedelta
from typing import Final

from analytics.report_records import CALENDAR, Change, Metric, Report, ReportRow
from assistant.periods import Period
from assistant.wording import day, money, number, percent

NAMES: Final[dict[Metric, str]] = {
    "revenue": "revenue",
    "units": "number of units sold",
    "orders": "number of orders",
    "customers": "number of customers",
    "average_order_value": "average order value",
    "return_rate": "return rate",
}
METHODS: Final[dict[Metric, str]] = {
    "revenue": "Quantity times unit price of all merchandise, cancellations and returns deducted; no "
    "postage, fees or vouchers.",
    "units": "Units of merchandise sold, returned ones deducted.",
    "orders": "Sale invoices with at least one article of merchandise; cancellations are not counted.",
    "customers": "Different known customers with at least one order; sales without a customer id are not counted.",
    "average_order_value": "Revenue (returns deducted) divided by the number of orders.",
    "return_rate": "Value of returned merchandise divided by the value sold, by the days on which each was booked.",
}
RATES: Final = ("average_order_value", "return_rate")
PLURALS: Final = {
    "product": "products",
    "category": "categories",
    "country": "countries",
    "store": "stores",
    "customer": "customers",
    "day": "days",
    "week": "weeks",
    "month": "months",
    "quarter": "quarters",
    "weekday": "weekdays",
    "hour": "hours",
}
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_THE: Final = ("Netherlands", "United", "Channel Islands", "Czech Republic", "European Community", "USA", "Philippines")


def when(period: Period) -> str:
    """The period behind its preposition: "in February 2011", "on 3 March 2011", "from 1 to 15 May 2011"."""
    if period.label == "the whole history":
        return f"over {period.label}"
    if period.start == period.end:
        return f"on {period.label}"
    return f"from {period.label}" if " to " in period.label and period.label[0].isdigit() else f"in {period.label}"


def shown(value: float | None, metric: Metric, currency: str) -> str:
    """The value as a person reads it."""
    if value is None:
        return "not defined"
    if metric in ("revenue", "average_order_value"):
        return money(value, currency)
    return percent(value, 2) if metric == "return_rate" else number(value, 2)


def exact(value: float | None, metric: Metric) -> float | int | None:
    """The value without the last digits' noise of a sum: pence, whole counts, percent with two decimals."""
    if value is None:
        return None
    if metric == "average_order_value":
        return round(value, 4)
    rounded = round(value, 2)
    return int(rounded) if metric in ("units", "orders", "customers") and float(rounded).is_integer() else rounded


def in_country(country: str) -> str:
    """The country's name within a sentence."""
    return f"the {country}" if country.startswith(_THE) else country


def row_name(row: ReportRow, group_by: str) -> str:
    """A group as a person calls it."""
    if group_by == "weekday":
        return _WEEKDAYS[int(row.key)]
    if group_by == "hour":
        return f"{int(row.key):02d}:00 to {int(row.key) + 1:02d}:00"
    if group_by not in CALENDAR:
        return row.label
    first = date.fromisoformat(row.key)
    return {
        "day": day(first),
        "week": f"the week from {day(first)}",
        "month": f"{first:%B %Y}",
        "quarter": f"Q{(first.month + 2) // 3} {first.year}",
    }[group_by]


def row_time(row: ReportRow, group_by: str) -> str:
    """A span of time behind its preposition: "on Monday", "from 12:00 to 13:00", "in May 2011"."""
    preposition = {"day": "on", "weekday": "on", "hour": "from"}.get(group_by, "in")
    return f"{preposition} {row_name(row, group_by)}"


def cut_spans(report: Report) -> dict[str, int]:
    """The first and last week, month or quarter where the report holds only some of its days -> how many."""
    by = report.request.group_by
    if by not in ("week", "month", "quarter") or not report.rows:
        return {}
    keys = sorted(row.key for row in report.rows)
    found = {}
    for key in dict.fromkeys((keys[0], keys[-1])):
        first = date.fromisoformat(key)
        index = first.year * 12 + first.month - 1 + (3 if by == "quarter" else 1)
        after = first + timedelta(days=7) if by == "week" else date(index // 12, index % 12 + 1, 1)
        held = (min(report.end, after - timedelta(days=1)) - max(report.start, first)).days + 1
        if 0 < held < (after - first).days:
            found[key] = held
    return found


def change_words(change: Change, metric: Metric, currency: str) -> str:
    """A change up to its "than": "34.4 % more than"."""
    if change.difference is None:
        return "not comparable with"
    if round(change.difference, 2) == 0:
        return "the same as"
    direction = "more" if change.difference > 0 else "less"
    if metric == "return_rate":
        return f"{abs(change.difference):.2f} percentage points {direction} than"
    if change.percent is None:
        return f"{shown(abs(change.difference), metric, currency)} {direction} than"
    return f"{percent(abs(change.percent))} {direction} than"
