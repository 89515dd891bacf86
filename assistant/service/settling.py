"""By which payment method a change is settled: where a refund goes, what pays a difference, what pays instead.

A shop that keeps no payment methods settles as its rules say in words; then nothing here names a method.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadCall, Refused
from assistant.service.orders import Order
from assistant.service.payments import (
    Payment,
    PaymentMethod,
    check_covers,
    choose_method,
    methods_of,
    movements,
    net_paid,
)
from assistant.service.permission import check_permitted
from assistant.service.proposals import Proposal, money_fact, order_facts, order_notes, order_payload
from assistant.service.rules import Rules
from assistant.wording import listed, money

if TYPE_CHECKING:
    from assistant.shop import Shop


@dataclass(frozen=True)
class Settlement:
    """The method that a refund goes to or a difference is paid with; `method` None: the shop keeps none.

    Attributes:
        details: for the payload of the change.
    """

    method: PaymentMethod | None
    details: dict[str, Any]

    def route(self, rules: Rules) -> str:
        """Where a refund goes and how long it takes."""
        if self.method is None:
            return rules.refund_route
        return rules.route_to(self.method.label, gift_card=self.method.is_gift_card)


def settle_refund(shop: "Shop", order: Order, said: str | None, rules: Rules) -> Settlement:
    """The method that a return's refund goes to: the one that paid, or a gift card where the rules let one choose.

    Raises:
        Refused: another method than those.
        NotFound, Unclear: what was said fits none or several of the customer's methods.
    """
    methods, original = _known(shop, order)
    if not methods:
        return Settlement(None, {})
    method = _chosen(methods, said, original, "should the refund go to")
    permitted = method.method_id == original or (rules.refund_choose and method.is_gift_card)
    if not permitted:
        also = " or to a gift card of yours" if rules.refund_choose else ""
        raise Refused(f"By the shop's rules a refund goes to {rules.refund_to}{also}, not to {method.label}.")
    return Settlement(method, {"payment_method_id": method.method_id})


def settle_difference(
    shop: "Shop", order: Order, said: str | None, rules: Rules, difference: float, *, now: bool
) -> Settlement:
    """The method that pays a price difference, or gets it back.

    Args:
        shop: the opened shop.
        order: that is changed.
        said: the method as the customer said it; None: the one that paid.
        rules: of the shop.
        difference: what is to be paid; below zero: what goes back.
        now: the money moves with the change; else once the goods are exchanged.

    Raises:
        Refused: the method is not permitted, or a gift card does not cover the difference.
        NotFound, Unclear: what was said fits none or several of the customer's methods.
    """
    methods, original = _known(shop, order)
    if not methods:
        return Settlement(None, {})
    method = _chosen(methods, said, original, "should settle the price difference")
    if method.method_id != original and not rules.refund_choose:
        raise Refused(f"By the shop's rules a difference is settled by {rules.refund_to}, not by {method.label}.")
    check_covers(method, difference, shop.currency)
    details: dict[str, Any] = {"payment_method_id": method.method_id}
    if now:
        moved = [Payment("payment" if difference > 0 else "refund", abs(difference), method.method_id)]
        details |= _moved(methods, moved)
    return Settlement(method, details)


def settle_cancellation(shop: "Shop", order: Order, refund: float, rules: Rules) -> tuple[str, dict[str, Any]]:
    """Where the money of a cancelled order goes, as a clause, and the details for the payload."""
    methods, _ = _known(shop, order)
    by_id = {each.method_id: each for each in methods}
    left, back = refund, []
    for method_id, paid in net_paid(order.payments).items():
        if method_id in by_id and left > 0:
            back.append(Payment("refund", round(min(paid, left), 2), method_id))
            left = round(left - paid, 2)
    if not back:
        return f"{money(refund, shop.currency)} goes back {rules.refund_route}", {}
    routes = [
        f"{money(each.amount, shop.currency)} goes back "
        + rules.route_to(by_id[each.method_id].label, gift_card=by_id[each.method_id].is_gift_card)
        for each in back
    ]
    return listed(routes), _moved(methods, back)


def propose_payment(shop: "Shop", order: Order, said: str | None, rules: Rules) -> Proposal:
    """Another payment method for an order that has not been dispatched.

    Raises:
        BadCall: no method was said.
        Refused: the rules forbid it, it is the same method, or a gift card does not cover the order.
    """
    check_permitted("payment", order, rules, shop.as_of)
    methods, original = _known(shop, order)
    if original is None:
        raise Refused(f"The shop's records do not say how order {order.order_id} was paid, so I can't change that.")
    if len(order.payments) != 1:
        raise Refused(
            f"Order {order.order_id} was settled in more than one payment, so a colleague has to change that."
        )
    if not said:
        raise BadCall(f"Which payment method would you like: {listed([each.label for each in methods], 'or')}?")
    (paid,) = order.payments
    new = choose_method(methods, said, None)
    old = next(each for each in methods if each.method_id == original)
    if new.method_id == old.method_id:
        raise Refused(f"Order {order.order_id} is paid with {old.label} already; please choose another method.")
    check_covers(new, paid.amount, shop.currency)
    moved = [Payment("payment", paid.amount, new.method_id), Payment("refund", paid.amount, old.method_id)]
    route = rules.route_to(old.label, gift_card=old.is_gift_card)
    return Proposal(
        "payment",
        f"Payment of order {order.order_id} with {new.label}",
        f"{money(paid.amount, shop.currency)} is charged there and goes back {route}",
        order_payload(shop, order, payment_method_id=new.method_id, **_moved(methods, moved)),
        (money_fact("order total", paid.amount, shop), *order_facts(order)),
        notes=order_notes(order),
    )


def _known(shop: "Shop", order: Order) -> tuple[tuple[PaymentMethod, ...], str | None]:
    """The customer's methods, and the one among them that paid most of the order."""
    methods = methods_of(shop, order.customer_id)
    ids = {each.method_id for each in methods}
    return methods, next((each for each in net_paid(order.payments) if each in ids), None)


def _chosen(methods: tuple[PaymentMethod, ...], said: str | None, original: str | None, purpose: str) -> PaymentMethod:
    if said:
        return choose_method(methods, said, original)
    if original is not None:
        return next(each for each in methods if each.method_id == original)
    raise BadCall(f"Which payment method {purpose}: {listed([each.label for each in methods], 'or')}?")


def _moved(methods: tuple[PaymentMethod, ...], moved: list[Payment]) -> dict[str, Any]:
    cards = movements(methods, moved)
    return {"payments": [each.as_json() for each in moved], **({"movements": cards} if cards else {})}
