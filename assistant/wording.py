"""How figures, dates and ranges are written for people. Knows no data and no tool."""

from collections.abc import Sequence
from datetime import date

SYMBOLS = {"GBP": "£", "USD": "$", "EUR": "€"}


def money(value: float, currency: str) -> str:
    """An amount with its currency sign, two decimals: "£1,234.50", "-£3.00"."""
    sign = "-" if value < 0 and round(value, 2) != 0 else ""
    symbol = SYMBOLS.get(currency, currency + " ")
    return f"{sign}{symbol}{abs(value):,.2f}"


def number(value: float, decimals: int = 0) -> str:
    """A count with thousands separators; whole numbers show no decimals."""
    if decimals == 0 or float(value).is_integer():
        return f"{round(value):,}"
    return f"{value:,.{decimals}f}"


def percent(value: float, decimals: int = 1) -> str:
    """A percentage from a 0-100 value: "6.5 %"."""
    return f"{value:.{decimals}f} %"


def day(value: date) -> str:
    """A date as "9 December 2011"."""
    return f"{value.day} {value:%B %Y}"


def span(start: date, end: date) -> str:
    """Two dates, both included, as "1 to 28 February 2011"."""
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day} to {day(end)}"
    if start.year == end.year:
        return f"{start.day} {start:%B} to {day(end)}"
    return f"{day(start)} to {day(end)}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items as "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def plural(count: float, one: str, many: str | None = None) -> str:
    """A count with its noun: "1 order", "2 orders"."""
    return f"{number(count, 1)} {one if count == 1 else many or one + 's'}"
