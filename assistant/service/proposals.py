"""A checked proposal of a change, and the parts that every kind of change shares. Decides nothing."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.messages import Fact, Table, Write
from assistant.service.items import Chosen
from assistant.service.orders import Order
from assistant.service.permission import Action
from assistant.service.rules import Rules, Sending
from assistant.wording import day, listed, money, number

if TYPE_CHECKING:
    from assistant.shop import Shop

_SHOWN = 5
UNRECORDED = "Our records hold no dispatch or delivery date for this order, so a colleague checks it before acting."


@dataclass(frozen=True)
class Proposal:
    """A change that the rules permit.

    Attributes:
        what: the change as a noun phrase ("Return of 2 × Blue Mug from order 1001").
        consequence: what it means for the customer's money or parcel, a clause.
        payload: everything needed to carry it out, resolved to ids; equal payloads are one change.
    """

    action: Action
    what: str
    consequence: str
    payload: dict[str, Any]
    facts: tuple[Fact, ...]
    table: Table | None = None
    notes: tuple[str, ...] = ()

    def write(self) -> Write:
        """The change for the session's pending action; its key is the same wherever the same change is proposed."""
        content = json.dumps([self.action, self.payload], sort_keys=True, default=str)
        return Write(self.action, self.payload, hashlib.sha256(content.encode()).hexdigest())


def order_payload(shop: "Shop", order: Order, **details: Any) -> dict[str, Any]:
    """What a change of an order holds; details that are None or empty lists are left out."""
    payload = {
        "customer_id": order.customer_id,
        "order_id": order.order_id,
        "subject": order.subject,
        "sequence": len(order.requests),
        "day": shop.as_of.isoformat(),
        "currency": shop.currency,
        **{name: value for name, value in details.items() if value is not None and value != []},
    }
    if order.stage == "unrecorded":
        payload["staff_note"] = "No dispatch or delivery is recorded for this order: check where it is before acting."
    return payload


def line_payload(chosen: Chosen) -> dict[str, Any]:
    """A line of an order and how many units of it."""
    line = chosen.line
    return {
        "position": line.position,
        "product_id": line.product_id,
        "title": line.title,
        "quantity": chosen.quantity,
        "unit_price": line.unit_price,
    }


def postage_text(action: Sending, order: Order, value: float, reason: str | None, rules: Rules, currency: str) -> str:
    """Who pays for sending goods back, as the end of a sentence; empty where the shop says nothing."""
    if order.in_store:
        return ""
    cost = rules.postage(action, reason)
    if cost and action == "return":
        return f" ({money(value, currency)} less {money(min(cost, value), currency)} return postage)"
    price = f" of {money(cost, currency)}" if cost else ""
    whose = {"": "", "customer": f"; the return postage{price} is yours to pay", "shop": "; we pay the return postage"}
    return whose[rules.payer(action, reason)]


def named(chosen: Sequence[Chosen]) -> str:
    """Units and titles."""
    return some([f"{number(each.quantity, 1)} × {each.line.title}" for each in chosen])


def some(texts: list[str]) -> str:
    """All of a few, or the first ones and how many more (the table has them all)."""
    if len(texts) <= _SHOWN:
        return listed(texts)
    return f"{', '.join(texts[:_SHOWN])} and {len(texts) - _SHOWN} more items"


def money_fact(name: str, value: float, shop: "Shop") -> Fact:
    """An amount in the shop's currency."""
    return Fact(name, value, shop.currency, money(value, shop.currency))


def order_facts(order: Order) -> tuple[Fact, ...]:
    """Which order it is about."""
    return (
        Fact("order", order.order_id, "", order.order_id),
        Fact("ordered on", order.ordered_on.isoformat(), "date", day(order.ordered_on)),
    )


def order_notes(order: Order) -> tuple[str, ...]:
    """What has to be said about the order itself."""
    return (UNRECORDED,) if order.stage == "unrecorded" else ()
