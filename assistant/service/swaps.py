"""Items for other items: exchanged after delivery, or changed before dispatch. Checked proposals, nothing carried out.

The same function proposes when the customer asks and again when they have said yes, so the rules hold at both moments.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.errors import Refused
from assistant.messages import Fact, Table
from assistant.service.items import Chosen
from assistant.service.orders import Order, amount, total
from assistant.service.permission import check_may_come_back, check_permitted
from assistant.service.proposals import (
    Proposal,
    line_payload,
    money_fact,
    order_facts,
    order_notes,
    order_payload,
    postage_text,
    some,
)
from assistant.service.rules import Rules
from assistant.service.settling import Settlement, settle_difference
from assistant.service.stock import is_available, units_on_hand
from assistant.shop_things import Product
from assistant.wording import listed, money, number, plural

if TYPE_CHECKING:
    from assistant.shop import Shop

Pair = tuple[Chosen, Product]


def propose_exchange(
    shop: "Shop",
    order: Order,
    chosen: Sequence[Chosen],
    new: Sequence[Product],
    reason: str | None,
    rules: Rules,
    payment: str | None = None,
) -> Proposal:
    """Swapping delivered items for others; `new` goes with `chosen` one by one."""
    check_permitted("exchange", order, rules, shop.as_of)
    pairs = list(zip(chosen, new, strict=True))
    reason = rules.reason("exchange", reason)
    check_may_come_back("exchange", chosen, reason, rules)
    _check_new_products(shop, order, pairs, rules)
    old_value, new_value, difference = _values(pairs)
    settled = settle_difference(shop, order, payment, rules, difference, now=False)
    return Proposal(
        "exchange",
        f"Exchange of {_swaps(pairs)} from order {order.order_id}",
        _difference_text(difference, shop, settled, rules)
        + postage_text("exchange", order, old_value, reason, rules, shop.currency),
        order_payload(shop, order, lines=_lines(pairs), difference=difference, reason=reason, **settled.details),
        _facts(shop, order, old_value, new_value, difference),
        _table(pairs),
        (*order_notes(order), *_stock_note(shop, pairs)),
    )


def propose_items(
    shop: "Shop",
    order: Order,
    chosen: Sequence[Chosen],
    new: Sequence[Product],
    reason: str | None,
    rules: Rules,
    payment: str | None = None,
) -> Proposal:
    """Other items in an order that has not been dispatched; the difference is settled at once."""
    check_permitted("items", order, rules, shop.as_of)
    pairs = list(zip(chosen, new, strict=True))
    for each, product in pairs:
        if product.product_id == each.line.product_id:
            raise Refused(f"Order {order.order_id} holds {product.title} already; please name another one.")
    _check_new_products(shop, order, pairs, rules)
    old_value, new_value, difference = _values(pairs)
    settled = settle_difference(shop, order, payment, rules, difference, now=True)
    final = (
        "; afterwards this order can't be cancelled or changed in this way again" if rules.change_items_final else ""
    )
    return Proposal(
        "items",
        f"Change of {_swaps(pairs)} in order {order.order_id}",
        _difference_text(difference, shop, settled, rules) + final,
        order_payload(shop, order, lines=_lines(pairs), difference=difference, reason=reason, **settled.details),
        _facts(shop, order, old_value, new_value, difference),
        _table(pairs),
        (*order_notes(order), *_stock_note(shop, pairs)),
    )


def _values(pairs: list[Pair]) -> tuple[float, float, float]:
    """What the old items cost, what the new ones cost, and the difference."""
    old = total([amount(each.quantity, each.line.unit_price) for each, _ in pairs])
    new = total([amount(each.quantity, _price(each, product)) for each, product in pairs])
    return old, new, total([new, -old])


def _check_new_products(shop: "Shop", order: Order, pairs: list[Pair], rules: Rules) -> None:
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


def _difference_text(difference: float, shop: "Shop", settled: Settlement, rules: Rules) -> str:
    if difference > 0:
        paid = f" with {settled.method.label}" if settled.method is not None else ""
        return f"you pay {money(difference, shop.currency)} more{paid}"
    if difference < 0:
        return f"{money(-difference, shop.currency)} goes back {settled.route(rules)}"
    return "the price stays the same"


def _swaps(pairs: list[Pair]) -> str:
    return some([f"{number(c.quantity, 1)} × {c.line.title} for {product.title}" for c, product in pairs])


def _lines(pairs: list[Pair]) -> list[dict[str, Any]]:
    return [
        {
            **line_payload(each),
            "to_product_id": product.product_id,
            "to_title": product.title,
            "to_unit_price": _price(each, product),
            "to_category": product.category,
        }
        for each, product in pairs
    ]


def _facts(shop: "Shop", order: Order, old: float, new: float, difference: float) -> tuple[Fact, ...]:
    return (
        money_fact("value of the old items", old, shop),
        money_fact("value of the new items", new, shop),
        money_fact("price difference", difference, shop),
        *order_facts(order),
    )


def _table(pairs: list[Pair]) -> Table:
    rows = tuple(
        (c.line.title, product.title, c.quantity, c.line.unit_price, _price(c, product)) for c, product in pairs
    )
    return Table(("Item", "Exchanged for", "Quantity", "Old unit price", "New unit price"), rows)


def _stock_note(shop: "Shop", pairs: list[Pair]) -> tuple[str, ...]:
    unknown = [
        p.title for _, p in pairs if units_on_hand(shop, p.product_id) is None and not is_available(shop, p.product_id)
    ]
    if not unknown:
        return ()
    return (
        f"The shop keeps no stock level for {listed(sorted(set(unknown)))}, so a colleague checks that we have it.",
    )
