"""Cancelling, returning and sending elsewhere, and what exactly would happen: checked proposals, nothing carried out.

The same function proposes when the customer asks and again when they have said yes, so the rules hold at both moments.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.errors import BadCall
from assistant.messages import Fact, Table
from assistant.service.items import Chosen
from assistant.service.orders import Order, amount, total
from assistant.service.permission import check_may_come_back, check_permitted
from assistant.service.proposals import (
    Proposal,
    line_payload,
    money_fact,
    named,
    order_facts,
    order_notes,
    order_payload,
    postage_text,
)
from assistant.service.rules import Rules
from assistant.service.settling import settle_cancellation, settle_refund
from assistant.wording import day, money, number, plural

if TYPE_CHECKING:
    from assistant.shop import Shop


def propose_cancel(shop: "Shop", order: Order, reason: str | None, rules: Rules) -> Proposal:
    """Cancelling the whole order; everything paid and not returned yet goes back."""
    check_permitted("cancel", order, rules, shop.as_of)
    reason = rules.reason("cancel", reason)
    refund = total([amount(line.quantity - line.returned, line.unit_price) for line in order.lines])
    units = sum(line.quantity - line.returned for line in order.lines if line.merchandise)
    consequence, settled = settle_cancellation(shop, order, refund, rules)
    return Proposal(
        "cancel",
        f"Cancellation of order {order.order_id} of {day(order.ordered_on)} ({plural(units, 'item')})",
        consequence,
        order_payload(shop, order, refund=refund, reason=reason, **settled),
        (money_fact("refund", refund, shop), Fact("items", units, "units", number(units, 1)), *order_facts(order)),
        notes=order_notes(order),
    )


def propose_return(
    shop: "Shop",
    order: Order,
    chosen: Sequence[Chosen],
    reason: str | None,
    rules: Rules,
    payment: str | None = None,
) -> Proposal:
    """Sending items back for their price; `payment` says where the refund should go."""
    check_permitted("return", order, rules, shop.as_of)
    reason = rules.reason("return", reason)
    check_may_come_back("return", chosen, reason, rules)
    value = total([amount(each.quantity, each.line.unit_price) for each in chosen])
    postage = 0.0 if order.in_store else min(value, rules.postage("return", reason))
    refund = total([value, -postage])
    settled = settle_refund(shop, order, payment, rules)
    rows = tuple(
        (c.line.position, c.line.title, c.quantity, c.line.unit_price, amount(c.quantity, c.line.unit_price))
        for c in chosen
    )
    lines = [line_payload(each) for each in chosen]
    return Proposal(
        "return",
        f"Return of {named(chosen)} from order {order.order_id}",
        f"{money(refund, shop.currency)} goes back {settled.route(rules)}, once we have the goods"
        + postage_text("return", order, value, reason, rules, shop.currency),
        order_payload(shop, order, lines=lines, refund=refund, reason=reason, **settled.details),
        (
            money_fact("refund", refund, shop),
            money_fact("value of the items", value, shop),
            *((money_fact("return postage", postage, shop),) if postage else ()),
            *order_facts(order),
        ),
        Table(("#", "Item", "Quantity", "Unit price", "Value"), rows),
        order_notes(order),
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
        payload = order_payload(shop, order, address=address)
        return Proposal(
            "address", what, "nothing else about it changes", payload, order_facts(order), notes=order_notes(order)
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
