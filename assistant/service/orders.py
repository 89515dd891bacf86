"""An order with its lines, payments and requests, and how people are told of it. Reads and decides nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from assistant.records import Request
from assistant.service.payments import Payment
from assistant.wording import day

Stage = Literal["unrecorded", "placed", "dispatched", "delivered", "cancelled", "returned"]
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
    """An order with its lines as they are to be delivered, and the requests made about it, oldest first.

    Attributes:
        payments: what was paid and refunded, by the history and then by the requests.
        tracking: numbers of its parcels.
    """

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
    payments: tuple[Payment, ...] = ()
    tracking: tuple[str, ...] = ()

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


WORDS = {
    "cancel": "cancellation",
    "return": "return",
    "exchange": "exchange",
    "address": "address change",
    "items": "change of items",
    "payment": "change of payment",
}


def requested_on(request: Request) -> str:
    """The shop's day of a request, in words."""
    return day(date.fromisoformat(request.payload["day"]))


def order_key(said: str) -> str:
    """An order number as it is compared: "order #536365" and "536365" are one."""
    return re.sub(r"[^a-z0-9]", "", _LEADING.sub("", said).lower())
