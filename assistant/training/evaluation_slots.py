"""Real names for the slots of the phrasings, from the shop that is measured: its products, places, people and orders.

Who asks as a customer is one of the shop's own, so that orders are found and changes are really prepared. What the
shop lacks comes from the project's own list. Knows no model.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.shop import Shop
from assistant.training.phrasings import Entities, Phrasing, read_entities

_PRODUCTS = 400  # the most popular ones
_SHOPPERS = 120  # customers with the latest orders


@dataclass(frozen=True)
class Shopper:
    """A customer of the shop and the products of their latest order; contact details where the shop has them."""

    customer_id: str
    order_id: str
    titles: tuple[str, ...]
    name: str | None = None
    email: str | None = None
    postcode: str | None = None


def shop_entities(shop: Shop) -> dict[str, list[str]]:
    """Names for the slots from the shop itself; those it lacks from the project's own list."""
    entities = {name: list(values) for name, values in read_entities().items()}
    products = shop.catalog.products.sort_values("popularity", ascending=False)
    entities["product"] = [str(title) for title in products["title"].head(_PRODUCTS)]
    if shop.resolve.categories:
        entities["category"] = list(shop.resolve.categories)
    if shop.resolve.stores:
        entities["store"] = [store.name for store in shop.resolve.stores]
    if len(shop.resolve.countries) > 2:
        entities["country"] = list(shop.resolve.countries)
    return entities


def shoppers(shop: Shop) -> list[Shopper]:
    """The customers with the latest orders of products that the shop still knows, latest first."""
    house = shop.warehouse
    orders, lines, people = house.table("orders"), house.table("order_lines"), house.table("customers")
    placed = orders.filter(orders.customer_id.notnull() & orders.returns_order_id.isnull())
    latest = house.frame(placed.order_by(placed.ordered_at.desc()).select("customer_id", "order_id").limit(4_000))
    latest = latest.drop_duplicates("customer_id").head(3 * _SHOPPERS)
    wanted = [str(each) for each in latest["order_id"]]
    bought = house.frame(
        lines.filter(lines.order_id.isin(wanted) & (lines.quantity > 0) & (lines.unit_price > 0))
        .select("order_id", "product_id")
    )  # fmt: skip
    titles: dict[str, list[str]] = defaultdict(list)
    for order_id, product_id in zip(bought["order_id"], bought["product_id"], strict=True):
        product = shop.resolve.product_by_id(str(product_id))
        if product is not None and product.title not in titles[str(order_id)]:
            titles[str(order_id)].append(product.title)
    known = house.frame(people.filter(people.customer_id.isin([str(each) for each in latest["customer_id"]])))
    contact = {str(row["customer_id"]): row for row in known.to_dict("records")}
    found = [
        _shopper(str(customer), str(order), titles[str(order)], contact.get(str(customer), {}))
        for customer, order in zip(latest["customer_id"], latest["order_id"], strict=True)
        if len(titles[str(order)]) >= 3
    ]
    return found[:_SHOPPERS]


def _shopper(customer_id: str, order_id: str, titles: list[str], contact: dict[Any, Any]) -> Shopper:
    def said(column: str) -> str | None:
        value = contact.get(column)
        return value if isinstance(value, str) and value.strip() else None

    return Shopper(customer_id, order_id, tuple(titles), said("name"), said("email"), said("postcode"))


def entities_of(shopper: Shopper | None, phrasing: Phrasing, entities: Entities, others: list[Shopper]) -> Entities:
    """The slots of one phrasing as this person would fill them; None: a member of the staff.

    A customer speaks of their own latest order and, where the order is named, of what it holds.
    """
    if shopper is None:
        named = [each.name for each in others if each.name]
        return {
            **entities,
            "customer": [each.customer_id for each in others] or entities["customer"],
            "customer_name": list(dict.fromkeys(named)) or entities["customer_name"],
        }
    said = " ".join(turn.text for turn in phrasing.turns)
    own: dict[str, Sequence[str]] = {"order_id": [shopper.order_id]}
    if "{order_id" in said:
        own["product"] = shopper.titles
    if shopper.email:
        own["email"] = [shopper.email]
    if shopper.postcode:
        own["postcode"] = [shopper.postcode]
    return {**entities, **{kind: _enough(values, kind, said, entities) for kind, values in own.items()}}


def _enough(own: Sequence[str], kind: str, said: str, entities: Entities) -> list[str]:
    """The shopper's own names, and where more are spoken of, such of nobody or somebody else."""
    slots = set(re.findall(rf"\{{{kind}\d?\}}", said))
    others = [name for name in entities.get(kind, ()) if name not in own]
    return [*own, *others[: max(0, len(slots) - len(own))]]
