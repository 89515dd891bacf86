"""Which kind of trend a group shows, and the sentence that says why. Knows the counts of one group, no table."""

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["rising", "falling", "new", "stopped", "one_off", "returns"]
ONE_OFF_SHARE = 0.6  # of a group's sales value in one order: no trend, whatever the total says
_WORTH = 0.001  # of the shop's sales value: a smaller single order is not worth a manager's time
_SEASONAL = 1.25  # a season factor worth a word


@dataclass(frozen=True)
class Shop:
    """The whole shop's growth of orders in percent, its sales value, and the bounds of the test."""

    growth: float
    gross: float
    false_discovery_rate: float
    fewest_orders: int


@dataclass(frozen=True)
class Group:
    """The counts of one group; values are revenue, `largest` its largest order, `returns` return invoices."""

    label: str
    value: float
    before: float
    last_year: float | None
    orders: int
    orders_before: int
    orders_last_year: int | None
    returns: int
    gross: float
    largest: float
    expected: float
    season: float
    q: float
    q_returns: float
    is_new: bool

    @classmethod
    def of(cls, row: Any, has_last_year: bool) -> "Group":
        """Reads a row of the tested frame."""
        return cls(
            label=str(row["label"]),
            value=float(row["value_now"]),
            before=float(row["value_before"]),
            last_year=float(row["value_last_year"]) if has_last_year else None,
            orders=int(row["orders_now"]),
            orders_before=int(row["orders_before"]),
            orders_last_year=int(row["orders_last_year"]) if has_last_year else None,
            returns=int(row["returns_now"]),
            gross=float(row["gross_now"]),
            largest=float(row["largest_now"]),
            expected=float(row["expected"]),
            season=float(row["season"]),
            q=float(row["q"]),
            q_returns=float(row["q_returns"]),
            is_new=bool(row["is_new"]),
        )

    def kind(self, shop: Shop) -> Kind | None:
        """What is worth saying about the group, the most telling first; None: nothing."""
        if self.is_new and self.orders_before == 0 and self.orders >= shop.fewest_orders / 2:
            return "new"
        changed = self.q <= shop.false_discovery_rate
        if changed and self.orders == 0:
            return "stopped"
        if self.q_returns <= shop.false_discovery_rate:
            return "returns"
        if changed and self.orders > max(self.orders_before, self.expected) and self.value > self.before:
            return "rising"
        if changed and self.orders < min(self.orders_before, self.expected) and self.value < self.before:
            return "falling"
        bulky = self.orders >= 5 and self.largest >= max(ONE_OFF_SHARE * self.gross, _WORTH * shop.gross)
        return "one_off" if bulky and self.value >= 2 * max(self.before, 0.0) and self.before > 0 else None


def reason(kind: Kind, group: Group, shop: Shop) -> str:
    """Why the group is listed, in one sentence."""
    orders = f"{group.orders:,} order{'s' if group.orders != 1 else ''}"
    if kind == "new":
        return f"first sold in this period, {orders} since"
    if kind == "stopped":
        return (
            f"no order at all, where {group.expected:,.0f} were to be expected from the {group.orders_before:,} before"
        )
    if kind == "returns":
        return f"{group.returns:,} returns beside {orders}, more than its own and the shop's return rate explain"
    if kind == "one_off":
        return (
            f"one order makes {100 * group.largest / group.gross:.0f} % of its sales; the other "
            f"{group.orders - 1:,} do not show a trend"
        )
    grown = _percent(group.orders, group.orders_before)
    said = f"{orders} after {group.orders_before:,}{grown}; the shop as a whole {_moved(shop.growth)}"
    if group.orders_last_year:
        said += f"; {group.orders_last_year:,} a year ago"
    if kind == "rising" and group.season >= _SEASONAL:
        said += "; it rose at this time last year too, but less"
    if kind == "falling" and group.season <= 1 / _SEASONAL:
        said += "; it fell at this time last year too, but less"
    return said


def _percent(now: float, before: float) -> str:
    return f" ({100 * (now / before - 1):+.0f} %)" if before else ""


def _moved(growth: float) -> str:
    if abs(growth) < 0.5:
        return "did not change"
    return f"{'grew' if growth > 0 else 'shrank'} by {abs(growth):.0f} % in orders"
