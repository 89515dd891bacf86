"""A customer's orders as the history has them, with the requests made since laid over. Decides nothing.

Only the customer's own orders are ever read, so an order of somebody else looks exactly like one that does not exist.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from assistant.errors import Refused, Unclear
from assistant.records import Request
from assistant.wording import day, listed

if TYPE_CHECKING:
    from assistant.shop import Shop

Stage = Literal["unrecorded", "placed", "dispatched", "delivered", "cancelled", "returned"]
_LATEST = re.compile(r"\b(last|latest|newest|most recent|recent)\b", re.IGNORECASE)
_LEADING = re.compile(
    r"^\s*(?:(?:my|the|this|that|our|it|one|order|orders|invoice|purchase|number|num|no|nr|id|ref|"
    r"reference)\b[\s.:]*|[#№:\s]+)+",
    re.IGNORECASE,
)


def amount(quantity: float, unit_price: float) -> float:
    """Quantity x unit price to the penny, halves up, as a till does it."""
    exact = Decimal(str(quantity)) * Decimal(str(unit_price))
    return float(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def total(amounts: Sequence[float]) -> float:
    """A sum of amounts without the dust of binary fractions."""
    return float(sum((Decimal(str(each)) for each in amounts), Decimal(0)))


@dataclass(frozen=True)
class OrderLine:
    """One line of an order; `position` is how a person counts it, from 1.

    Attributes:
        returned: units that the history shows as returned already.
        merchandise: false for postage, fees and the like.
    """

    position: int
    product_id: str
    title: str
    category: str | None
    quantity: float
    unit_price: float
    merchandise: bool
    returned: float = 0.0

    @property
    def value(self) -> float:
        """What was paid for the line."""
        return amount(self.quantity, self.unit_price)


@dataclass(frozen=True)
class Order:
    """An order with its lines and the requests made about it, oldest first."""

    order_id: str
    customer_id: str
    ordered_on: date
    kind: str
    status: str | None
    dispatched_on: date | None
    delivered_on: date | None
    address: str | None
    in_store: bool = False
    lines: tuple[OrderLine, ...] = ()
    requests: tuple[Request, ...] = ()

    @property
    def subject(self) -> str:
        """The order's name in the records."""
        return f"order:{self.order_id}"

    @property
    def total(self) -> float:
        """What was paid for everything, postage and fees included."""
        return total([line.value for line in self.lines])

    @property
    def stage(self) -> Stage:
        """How far it is, by the shop's system; "unrecorded" where that keeps no dispatch information."""
        if self.status in ("cancelled", "returned"):
            return "cancelled" if self.status == "cancelled" else "returned"
        if self.status == "delivered" or self.delivered_on is not None:
            return "delivered"
        if self.status == "dispatched" or self.dispatched_on is not None:
            return "dispatched"
        return "placed" if self.status == "placed" else "unrecorded"

    @property
    def state(self) -> str:
        """The status for people, with what was requested since."""
        shown = {
            "unrecorded": "placed, delivery not recorded",
            "placed": "placed, not dispatched yet",
            "dispatched": "dispatched" + (f" on {day(self.dispatched_on)}" if self.dispatched_on else ""),
            "delivered": "delivered" + (f" on {day(self.delivered_on)}" if self.delivered_on else ""),
            "cancelled": "cancelled",
            "returned": "returned",
        }[self.stage]
        return ", ".join([shown, *self.requested])

    @property
    def requested(self) -> tuple[str, ...]:
        """What was requested, in words ("cancellation requested on 9 December 2011")."""
        return tuple(f"{WORDS[each.action]} requested on {requested_on(each)}" for each in self.requests)

    def made(self, action: str) -> tuple[Request, ...]:
        """The requests of one kind."""
        return tuple(each for each in self.requests if each.action == action)

    def remaining(self, line: OrderLine) -> float:
        """Units of a line that are neither returned nor asked to be returned or exchanged."""
        asked = [
            float(each["quantity"])
            for request in self.requests
            for each in request.payload.get("lines", [])
            if request.action in ("return", "exchange") and each["position"] == line.position
        ]
        return line.quantity - line.returned - sum(asked)


WORDS = {"cancel": "cancellation", "return": "return", "exchange": "exchange", "address": "address change"}


def requested_on(request: Request) -> str:
    """The shop's day of a request, in words."""
    return day(date.fromisoformat(request.payload["day"]))


def order_key(said: str) -> str:
    """An order number as it is compared: "order #536365" and "536365" are one."""
    return re.sub(r"[^a-z0-9]", "", _LEADING.sub("", said).lower())


def customers_orders(shop: "Shop", customer_id: str) -> tuple[Order, ...]:
    """All of a customer's orders and credit notes with their lines, newest first."""
    heads = _heads(shop, customer_id)
    return _with_lines(shop, heads, shop.records.requests(customer_id=customer_id))


def find_order(shop: "Shop", customer_id: str, said: str | None, *, latest_if_unsaid: bool = False) -> Order:
    """The customer's order that was meant: by its number, "my last order", or the only one.

    Args:
        shop: the opened shop.
        customer_id: whose orders are looked at.
        said: the number as the person said it, or "my last order"; None or empty: nothing was said.
        latest_if_unsaid: where no number was said, take the latest order instead of asking (for reading, not changing).

    Raises:
        Refused: the customer has no such order.
        Unclear: no number was said and there are several.
    """
    heads = _heads(shop, customer_id)
    sales = heads[heads["kind"] != "return"]
    said = said or ""
    key = order_key(said)
    chosen = heads[heads["order_id"].map(order_key) == key]
    if not re.search(r"\d", said) and (not key or _LATEST.search(said)):
        if len(sales) > 1 and not latest_if_unsaid and not _LATEST.search(said):
            latest = sales.head(3)
            dates = [day(each.date()) for each in latest["ordered_at"]]
            choices = tuple(f"{each} of {on}" for each, on in zip(latest["order_id"], dates, strict=True))
            raise Unclear(f"Which order do you mean? Your latest: {listed(choices, 'or')}.", choices)
        chosen = sales.head(1)
    if not len(chosen):
        number = f" {said.strip()[:40]}" if said else ""
        raise Refused(f"I can't find the order{number} among your orders. Please check the number.")
    order_id = str(chosen.iloc[0]["order_id"])
    return _with_lines(shop, chosen.head(1), shop.records.requests(subject=f"order:{order_id}"))[0]


def _heads(shop: "Shop", customer_id: str) -> pd.DataFrame:
    orders = shop.warehouse.table("orders")
    own = orders.filter(orders.customer_id == customer_id)
    heads: pd.DataFrame = shop.warehouse.frame(own)
    return heads.sort_values(["ordered_at", "order_id"], ascending=False)


def _with_lines(shop: "Shop", heads: pd.DataFrame, requests: tuple[Request, ...]) -> tuple[Order, ...]:
    ids = [str(each) for each in heads["order_id"]]
    lines, products = shop.warehouse.table("order_lines"), shop.warehouse.table("products")
    named = products.select("product_id", "title", "category", "merchandise")
    held = shop.warehouse.frame(
        lines.filter(lines.order_id.isin(ids))
        .left_join(named, "product_id")
        .select("order_id", "line_number", "product_id", "title", "category", "merchandise", "quantity", "unit_price")
    ).sort_values(["order_id", "line_number"])
    back = _returned(shop, ids)
    by_order = {str(order_id): rows for order_id, rows in held.groupby("order_id")}
    return tuple(_order(head, by_order.get(str(head["order_id"])), back, requests) for head in heads.to_dict("records"))


def _returned(shop: "Shop", ids: list[str]) -> dict[tuple[str, str], float]:
    """Units that came back, by original order and product, where the history links a return to its order."""
    orders, lines = shop.warehouse.table("orders"), shop.warehouse.table("order_lines")
    notes = orders.filter(orders.returns_order_id.isin(ids)).select("order_id", "returns_order_id")
    rows = shop.warehouse.frame(
        lines.inner_join(notes, "order_id").select("returns_order_id", "product_id", "quantity")
    )
    back = rows.groupby(["returns_order_id", "product_id"], as_index=False)["quantity"].sum()
    triples = zip(back["returns_order_id"], back["product_id"], back["quantity"], strict=True)
    return {(str(order), str(product)): -float(units) for order, product, units in triples}


def _order(
    head: dict[Any, Any], rows: pd.DataFrame | None, back: dict[tuple[str, str], float], requests: tuple[Request, ...]
) -> Order:
    order_id = str(head["order_id"])
    lines: list[OrderLine] = []
    for position, row in enumerate([] if rows is None else rows.to_dict("records"), start=1):
        product_id, quantity = str(row["product_id"]), float(row["quantity"])
        returned = max(0.0, min(quantity, back.get((order_id, product_id), 0.0)))
        back[order_id, product_id] = back.get((order_id, product_id), 0.0) - returned
        lines.append(
            OrderLine(
                position=position,
                product_id=product_id,
                title=_text(row["title"]) or product_id,
                category=_text(row["category"]),
                quantity=quantity,
                unit_price=float(row["unit_price"]) if pd.notna(row["unit_price"]) else 0.0,
                merchandise=bool(row["merchandise"]) if pd.notna(row["merchandise"]) else True,
                returned=returned,
            )
        )
    return Order(
        order_id=order_id,
        customer_id=str(head["customer_id"]),
        ordered_on=head["ordered_at"].date(),
        kind=_text(head["kind"]) or "sale",
        status=_text(head["status"]),
        dispatched_on=_date(head["dispatched_at"]),
        delivered_on=_date(head["delivered_at"]),
        address=_text(head["address"]),
        in_store=_text(head["store_id"]) is not None and _text(head["address"]) is None,
        lines=tuple(lines),
        requests=tuple(each for each in requests if each.subject == f"order:{order_id}"),
    )


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _date(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()
