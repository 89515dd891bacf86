"""What is rising, falling or unusual: a period against the one before and the same one last year, group by group.

Knows the sales view, not how an answer is worded. A change counts only where chance does not explain it:

- orders are counted (one bulk order is no trend), and compared with what the group's orders before, the shop's own
  change and, where last year is known, the group's season lead one to expect;
- `analytics.trend_test` says which of them differ by more than chance, over all groups together.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

import pandas as pd

from analytics.errors import NotEnoughHistory
from analytics.report_records import COLUMNS
from analytics.reports import chosen_days
from analytics.trend_reasons import Group, Kind, Shop, reason
from analytics.trend_test import TrendSettings, dispersion_of, tested, unusual_returns
from analytics.warehouse import Warehouse

TrendGrouping = Literal["product", "category", "country", "store"]
Span = tuple[date, date]


@dataclass(frozen=True)
class Trend:
    """One group that changed, and why it is listed.

    Attributes:
        kind: rising, falling; or unusual: new, stopped, one_off (one order makes most of it), returns.
        value, before, last_year: revenue in the period, the one before, the same days last year (None: not known).
        orders, orders_before: sale invoices.
        expected_orders: what the orders before, the shop's change and the season lead one to expect.
        q_value: smallest false discovery rate at which the change is listed; None for new and one_off.
        reason: one sentence without currency signs; percentages and counts only.
    """

    kind: Kind
    key: str
    label: str
    value: float
    before: float
    last_year: float | None
    orders: int
    orders_before: int
    expected_orders: float
    q_value: float | None
    reason: str


@dataclass(frozen=True)
class Trends:
    """What changed in a period, the largest changes of revenue first.

    Attributes:
        value, before, last_year: the shop's revenue.
        tested: groups with enough orders to tell.
    """

    group_by: TrendGrouping
    period: Span
    before_period: Span
    last_year_period: Span | None
    value: float
    before: float
    last_year: float | None
    tested: int
    rising: tuple[Trend, ...]
    falling: tuple[Trend, ...]
    unusual: tuple[Trend, ...]


def find_trends(
    warehouse: Warehouse,
    period: Span,
    before: Span,
    group_by: TrendGrouping = "product",
    settings: TrendSettings | None = None,
) -> Trends:
    """Compares every group's period with the one before and with the same days last year.

    Raises:
        NotEnoughHistory: the history does not cover the period before.
        ValueError: an unknown grouping.
    """
    if group_by not in get_args(TrendGrouping):
        raise ValueError(f"Expected to group by one of {', '.join(get_args(TrendGrouping))}; got {group_by!r}.")
    settings = settings or TrendSettings()
    first = warehouse.span()[0]
    if before[0] < first:
        raise NotEnoughHistory(
            f"Expected sales from {before[0].day} {before[0]:%B %Y} on to compare with, "
            f"but the history begins on {first.day} {first:%B %Y}. "
            "Ask for a later or shorter period."
        )
    last_year = (_year_before(period[0]), _year_before(period[1]))
    last_before = (_year_before(before[0]), _year_before(before[1]))
    known = last_year if last_year[0] >= first else None
    spans = {"now": period, "before": before}
    if known:
        spans["last_year"] = known
    if known and last_before[0] >= first:
        spans["last_before"] = last_before
    frame = _counts(warehouse, group_by, spans)
    shop = frame.sum(numeric_only=True)
    frame = tested(frame, dispersion_of(_weekly(warehouse, group_by, period[1], settings.weeks)), settings)
    trends = _list(frame, shop, settings, _first_sales(warehouse, group_by), period, has_last_year=bool(known))
    return Trends(
        group_by,
        period,
        before,
        known,
        value=float(shop["value_now"]),
        before=float(shop["value_before"]),
        last_year=float(shop["value_last_year"]) if known else None,
        tested=int(frame["z"].notna().sum()),
        rising=tuple(each for each in trends if each.kind == "rising"),
        falling=tuple(each for each in trends if each.kind == "falling"),
        unusual=tuple(each for each in trends if each.kind not in ("rising", "falling")),
    )


def _year_before(day: date) -> date:
    """The same weekday 52 weeks earlier, so that both spans hold the same weekdays."""
    return day - timedelta(weeks=52)


def _keyed(warehouse: Warehouse, group_by: TrendGrouping, first: date, last: date) -> Any:
    sales = warehouse.table("sales")
    return sales.filter(chosen_days(sales, first, last)).mutate(key=sales[COLUMNS[group_by]])


def _counts(warehouse: Warehouse, group_by: TrendGrouping, spans: dict[str, Span]) -> pd.DataFrame:
    """Per key: label, and for each span the net value, sale orders, return orders and the largest order's value."""
    wide: list[pd.DataFrame] = []
    for name, (first, last) in spans.items():
        lines = _keyed(warehouse, group_by, first, last)
        orders = lines.group_by("key", "order_id").aggregate(value=lines.value.sum())
        sums = orders.group_by("key").aggregate(
            value=orders.value.sum(),
            orders=(orders.value > 0).sum(),
            returns=(orders.value < 0).sum(),
            gross=orders.value.sum(where=orders.value > 0),
            largest=orders.value.max(),
        )
        found = warehouse.frame(sums).dropna(subset=["key"]).set_index("key")
        wide.append(found.add_suffix(f"_{name}"))
    frame = pd.concat(wide, axis=1).fillna(0.0).sort_index()
    frame["label"] = _labels(warehouse, group_by, frame.index)
    return frame


def _labels(warehouse: Warehouse, group_by: TrendGrouping, keys: "pd.Index[Any]") -> list[str]:
    names: dict[str, str] = {}
    if group_by in ("product", "store"):
        table, column, name = (
            ("products", "product_id", "title") if group_by == "product" else ("stores", "store_id", "name")
        )
        frame = warehouse.frame(warehouse.table(table).select(column, name))
        names = dict(zip(frame[column], frame[name], strict=True))
    return [str(names.get(key) or key) for key in keys]


def _weekly(warehouse: Warehouse, group_by: TrendGrouping, end: date, weeks: int) -> pd.DataFrame:
    """Sale orders by key (rows) and week counted back from `end` (columns)."""
    lines = _keyed(warehouse, group_by, end - timedelta(days=7 * weeks - 1), end).filter(lambda t: t.value > 0)
    days = lines.mutate(day=lines.sold_at.date())
    daily = warehouse.frame(days.group_by("key", "day").aggregate(orders=days.order_id.nunique()))
    daily["week"] = (pd.Timestamp(end) - pd.to_datetime(daily["day"])).dt.days // 7
    return daily.pivot_table(index="key", columns="week", values="orders", aggfunc="sum", fill_value=0)


def _first_sales(warehouse: Warehouse, group_by: TrendGrouping) -> "pd.Series[Any]":
    sales = warehouse.table("sales")
    sales = sales.filter(sales.value > 0).mutate(key=sales[COLUMNS[group_by]])
    return warehouse.frame(sales.group_by("key").aggregate(first=sales.sold_at.min())).set_index("key")["first"]


def _list(
    frame: pd.DataFrame,
    shop: "pd.Series[float]",
    settings: TrendSettings,
    first_sales: "pd.Series[Any]",
    period: Span,
    *,
    has_last_year: bool,
) -> list[Trend]:
    """Every group with something to say, the largest change of revenue first."""
    frame = frame.assign(
        q_returns=unusual_returns(frame, settings),
        is_new=first_sales.reindex(frame.index) >= pd.Timestamp(period[0]),
    )
    growth = 100 * (shop["orders_now"] / shop["orders_before"] - 1) if shop["orders_before"] else 0.0
    whole = Shop(float(growth), float(shop["gross_now"]), settings.false_discovery_rate, settings.fewest_orders)
    found = []
    for key, row in frame.iterrows():
        group = Group.of(row, has_last_year)
        kind = group.kind(whole)
        if kind:
            q_value = None if kind in ("new", "one_off") else float(row["q_returns"] if kind == "returns" else row["q"])
            found.append(
                Trend(kind, str(key), group.label, group.value, group.before, group.last_year, group.orders,
                      group.orders_before, group.expected, q_value, reason(kind, group, whole))
            )  # fmt: skip
    return sorted(found, key=lambda each: (-round(abs(each.value - each.before), 4), each.key))
