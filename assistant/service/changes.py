"""What a customer may change about an order and what exactly would happen: checked proposals, nothing carried out.

The same function proposes when the customer asks and again when they have said yes, so the rules hold at both moments.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadCall, Refused
from assistant.messages import Fact, Table, Write
from assistant.resolve import Product
from assistant.service.items import Chosen
from assistant.service.orders import Order, amount, total
from assistant.service.permission import Action, check_may_come_back, check_permitted
from assistant.service.rules import Rules, Sending
from assistant.service.stock import units_on_hand
from assistant.wording import day, listed, money, number, plural

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


def propose_cancel(shop: "Shop", order: Order, reason: str | None, rules: Rules) -> Proposal:
    """Cancelling the whole order; everything paid and not returned yet goes back."""
    check_permitted("cancel", order, rules, shop.as_of)
    reason = rules.reason("cancel", reason)
    refund = total([amount(line.quantity - line.returned, line.unit_price) for line in order.lines])
    units = sum(line.quantity - line.returned for line in order.lines if line.merchandise)
    return Proposal(
        "cancel",
        f"Cancellation of order {order.order_id} of {day(order.ordered_on)} ({plural(units, 'item')})",
        f"{money(refund, shop.currency)} goes back {rules.refund_route}",
        _payload(shop, order, refund=refund, reason=reason),
        (_fact("refund", refund, shop), Fact("items", units, "units", number(units, 1)), *_order_facts(order)),
        notes=_notes(order),
    )


def propose_return(shop: "Shop", order: Order, chosen: Sequence[Chosen], reason: str | None, rules: Rules) -> Proposal:
    """Sending items back for their price."""
    check_permitted("return", order, rules, shop.as_of)
    reason = rules.reason("return", reason)
    check_may_come_back("return", chosen, reason, rules)
    value = total([amount(each.quantity, each.line.unit_price) for each in chosen])
    postage = 0.0 if order.in_store else min(value, rules.postage("return", reason))
    refund = total([value, -postage])
    rows = tuple(
        (c.line.position, c.line.title, c.quantity, c.line.unit_price, amount(c.quantity, c.line.unit_price))
        for c in chosen
    )
    return Proposal(
        "return",
        f"Return of {_named(chosen)} from order {order.order_id}",
        f"{money(refund, shop.currency)} goes back {rules.refund_route}, once we have the goods"
        + _postage_text("return", order, value, reason, rules, shop.currency),
        _payload(shop, order, lines=[_line(each) for each in chosen], refund=refund, reason=reason),
        (
            _fact("refund", refund, shop),
            _fact("value of the items", value, shop),
            *((_fact("return postage", postage, shop),) if postage else ()),
            *_order_facts(order),
        ),
        Table(("#", "Item", "Quantity", "Unit price", "Value"), rows),
        _notes(order),
    )


def propose_exchange(
    shop: "Shop", order: Order, chosen: Sequence[Chosen], new: Sequence[Product], reason: str | None, rules: Rules
) -> Proposal:
    """Swapping items for others; `new` goes with `chosen` one by one."""
    check_permitted("exchange", order, rules, shop.as_of)
    pairs = list(zip(chosen, new, strict=True))
    reason = rules.reason("exchange", reason)
    check_may_come_back("exchange", chosen, reason, rules)
    _check_new_products(shop, order, pairs, rules)
    old_value = total([amount(each.quantity, each.line.unit_price) for each in chosen])
    new_value = total([amount(each.quantity, _price(each, product)) for each, product in pairs])
    difference = total([new_value, -old_value])
    swaps = [f"{number(c.quantity, 1)} × {c.line.title} for {product.title}" for c, product in pairs]
    rows = tuple(
        (c.line.title, product.title, c.quantity, c.line.unit_price, _price(c, product)) for c, product in pairs
    )
    lines = [
        {**_line(c), "to_product_id": p.product_id, "to_title": p.title, "to_unit_price": _price(c, p)}
        for c, p in pairs
    ]
    return Proposal(
        "exchange",
        f"Exchange of {_some(swaps)} from order {order.order_id}",
        _difference_text(difference, shop, rules)
        + _postage_text("exchange", order, old_value, reason, rules, shop.currency),
        _payload(shop, order, lines=lines, difference=difference, reason=reason),
        (
            _fact("value of the old items", old_value, shop),
            _fact("value of the new items", new_value, shop),
            _fact("price difference", difference, shop),
            *_order_facts(order),
        ),
        Table(("Item", "Exchanged for", "Quantity", "Old unit price", "New unit price"), rows),
        (*_notes(order), *_stock_note(shop, pairs)),
    )


def propose_address(shop: "Shop", customer_id: str, order: Order | None, address: str, rules: Rules) -> Proposal:
    """Another delivery address for one order, or for the account's future orders."""
    address = " ".join(address.split()).strip(" ,.")
    numbered = "," in address or any(character.isdigit() for character in address)  # a house may have only a name
    if not 8 <= len(address) <= 300 or not numbered or len(address.split()) < 3:
        raise BadCall("I need the full new address: street and number, town and postcode.")
    if order is not None:
        check_permitted("address", order, rules, shop.as_of)
        what = f"Delivery of order {order.order_id} to {address}"
        payload = _payload(shop, order, address=address)
        return Proposal(
            "address", what, "nothing else about it changes", payload, _order_facts(order), notes=_notes(order)
        )
    subject = f"customer:{customer_id}"
    payload = {
        "customer_id": customer_id,
        "subject": subject,
        "sequence": len(shop.records.requests(subject=subject)),
        "day": shop.as_of.isoformat(),
        "address": address,
    }
    consequence = "orders already placed keep theirs"
    return Proposal("address", f"New delivery address of your account: {address}", consequence, payload, ())


def _postage_text(action: Sending, order: Order, value: float, reason: str | None, rules: Rules, currency: str) -> str:
    """Who pays for sending goods back, as the end of a sentence; empty where the shop says nothing."""
    if order.in_store:
        return ""
    cost = rules.postage(action, reason)
    if cost and action == "return":
        return f" ({money(value, currency)} less {money(min(cost, value), currency)} return postage)"
    price = f" of {money(cost, currency)}" if cost else ""
    whose = {"": "", "customer": f"; the return postage{price} is yours to pay", "shop": "; we pay the return postage"}
    return whose[rules.payer(action, reason)]


def _check_new_products(shop: "Shop", order: Order, pairs: list[tuple[Chosen, Product]], rules: Rules) -> None:
    needed: dict[str, float] = {}
    for each, product in pairs:
        if rules.exchange_same_category and product.category != each.line.category:
            raise Refused(
                f"{each.line.title} can only be exchanged for something of the same kind, not {product.title}."
            )
        if product.price is None and product.product_id != each.line.product_id:
            raise Refused(f"The shop has no price for {product.title}, so I can't exchange anything for it.")
        needed[product.product_id] = needed.get(product.product_id, 0) + each.quantity
    for product in {p.product_id: p for _, p in pairs}.values():
        units = units_on_hand(shop, product.product_id)
        if units is not None and units < needed[product.product_id]:
            raise Refused(
                f"{product.title} is out of stock: {plural(max(units, 0), 'unit')} left, "
                f"{number(needed[product.product_id], 1)} needed. Order {order.order_id} stays as it is."
            )


def _price(chosen: Chosen, product: Product) -> float:
    """A replacement of the same product costs nothing more, whatever it costs today."""
    same = product.product_id == chosen.line.product_id
    return chosen.line.unit_price if same or product.price is None else product.price


def _difference_text(difference: float, shop: "Shop", rules: Rules) -> str:
    if difference > 0:
        return f"you pay {money(difference, shop.currency)} more"
    if difference < 0:
        return f"{money(-difference, shop.currency)} goes back {rules.refund_route}"
    return "the price stays the same"


def _payload(shop: "Shop", order: Order, **details: Any) -> dict[str, Any]:
    payload = {
        "customer_id": order.customer_id,
        "order_id": order.order_id,
        "subject": order.subject,
        "sequence": len(order.requests),
        "day": shop.as_of.isoformat(),
        "currency": shop.currency,
        **{name: value for name, value in details.items() if value is not None},
    }
    if order.stage == "unrecorded":
        payload["staff_note"] = "No dispatch or delivery is recorded for this order: check where it is before acting."
    return payload


def _line(chosen: Chosen) -> dict[str, Any]:
    line = chosen.line
    return {
        "position": line.position,
        "product_id": line.product_id,
        "title": line.title,
        "quantity": chosen.quantity,
        "unit_price": line.unit_price,
    }


def _named(chosen: Sequence[Chosen]) -> str:
    return _some([f"{number(each.quantity, 1)} × {each.line.title}" for each in chosen])


def _some(texts: list[str]) -> str:
    """All of a few, or the first ones and how many more (the table has them all)."""
    if len(texts) <= _SHOWN:
        return listed(texts)
    return f"{', '.join(texts[:_SHOWN])} and {len(texts) - _SHOWN} more items"


def _fact(name: str, value: float, shop: "Shop") -> Fact:
    return Fact(name, value, shop.currency, money(value, shop.currency))


def _order_facts(order: Order) -> tuple[Fact, ...]:
    return (
        Fact("order", order.order_id, "", order.order_id),
        Fact("ordered on", order.ordered_on.isoformat(), "date", day(order.ordered_on)),
    )


def _notes(order: Order) -> tuple[str, ...]:
    return (UNRECORDED,) if order.stage == "unrecorded" else ()


def _stock_note(shop: "Shop", pairs: list[tuple[Chosen, Product]]) -> tuple[str, ...]:
    unknown = [p.title for _, p in pairs if units_on_hand(shop, p.product_id) is None]
    if not unknown:
        return ()
    return (
        f"The shop keeps no stock level for {listed(sorted(set(unknown)))}, so a colleague checks that we have it.",
    )
