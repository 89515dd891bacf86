"""Which order and which products of a shop a scripted customer's goal is about. Knows the shop's history, no wording.

An order is picked by a goal's name, so that each goal is about the same one in every run and different goals mostly
about different ones.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from assistant.service.items import best_titles
from assistant.service.order_book import find_order
from assistant.service.orders import Order, OrderLine
from assistant.service.rules import read_rules
from assistant.shop import Shop

_RECENT = 25  # days within which a delivered order is well inside the shop's window of 30
_LONG_AGO = 60
_TRIED = 300  # orders looked at for one goal
_STOCKED = 20.0  # units in all stores together
_SMALL, _LARGE = (2, 6), (7, 12)  # lines of an order
_SIZE = re.compile(
    r"\s+(?:(?:set|pack|nest|box) of \d+|pair|\d[\d.]* ?x ?\d[\d.]*(?: ?cm)?|\d[\d.]* ?(?:g|kg|ml|cl|l|litres?|cm|m|mm)"
    r"|\d+ bags)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pick:
    """What a goal is about.

    Attributes:
        item: the line meant; other_item: another line of the order, where it has one.
        new: id and title of a product to exchange it for; product: one to buy.
        other_order: the number of another customer's order.
    """

    customer_id: str
    email: str
    postcode: str
    order: Order
    item: OrderLine
    other_item: OrderLine | None
    new: tuple[str, str]
    product: tuple[str, str]
    other_order: str


class Picker:
    """Picks orders and products of one shop; its tables are read once."""

    def __init__(self, shop: Shop) -> None:
        """Reads who can prove who they are, their orders, and the products that are well stocked."""
        self._shop = shop
        orders, customers = shop.warehouse.table("orders"), shop.warehouse.table("customers")
        known = customers.select("customer_id", "email", "postcode")
        rows = shop.warehouse.frame(orders.filter(orders.kind == "sale").inner_join(known, "customer_id"))
        lines = shop.warehouse.table("order_lines")
        sizes = shop.warehouse.frame(lines.group_by("order_id").aggregate(lines=lines.count()))
        rows = rows[rows["email"].notna() & rows["postcode"].notna()].merge(sizes, on="order_id")
        rows["latest"] = rows["ordered_at"] == rows.groupby("customer_id")["ordered_at"].transform("max")
        self._orders = rows.sort_values("order_id").reset_index(drop=True)
        self._products = self._stocked()
        self._banned = set(read_rules(shop.policies_folder).return_excluded_categories)

    def pick(self, kind: str, name: str) -> Pick:
        """The order for a goal.

        Args:
            kind: "delivered", "delivered large", "delivered goods" (no food in it), "delivered food" (of the item),
                "delivered long ago", "bought in store", "placed", "dispatched", "latest dispatched".
            name: of the goal.

        Raises:
            LookupError: the shop has no such order.
        """
        heads = self._of_kind(kind)
        drawn = sorted(range(len(heads)), key=lambda place: _draw(f"{name} {heads.iloc[place]['order_id']}"))
        for place in drawn[:_TRIED]:
            found = self._fitting(kind, name, heads.iloc[place])
            if found is not None:
                return found
        raise LookupError(f"The shop has no order that is “{kind}” for the goal “{name}”; it needs the demo shop.")

    def _of_kind(self, kind: str) -> pd.DataFrame:
        stage = {"placed": "placed", "dispatched": "dispatched", "latest dispatched": "dispatched"}.get(
            kind, "delivered"
        )
        rows = self._orders
        few, many = _LARGE if kind == "delivered large" else _SMALL
        rows = rows[(rows["status"] == stage) & (rows["store_id"].notna() == (kind == "bought in store"))]
        rows = rows[rows["lines"].between(few, many)]
        if stage == "delivered":
            since = pd.Timestamp(self._shop.as_of) - rows["delivered_at"]
            rows = rows[since > timedelta(_LONG_AGO) if kind == "delivered long ago" else since <= timedelta(_RECENT)]
        return rows[rows["latest"]] if kind == "latest dispatched" else rows

    def _fitting(self, kind: str, name: str, head: pd.Series) -> Pick | None:
        """The order, where it has an item that can be meant without doubt."""
        order = find_order(self._shop, str(head["customer_id"]), str(head["order_id"]))
        lines = [line for line in order.lines if line.merchandise and line.quantity == 1 and not line.returned]
        same_twice = len({line.product_id for line in order.lines}) < len(order.lines)
        food = [line for line in order.lines if line.category in self._banned]
        came_back = any(line.returned for line in order.lines)
        if len(lines) < 2 or same_twice or (kind == "delivered goods" and (food or came_back)):
            return None
        titles = [each.title for each in order.lines]
        wanted = [line for line in lines if (line in food) == (kind == "delivered food")]
        clear = [line for line in wanted if len(best_titles(titles, spoken(line.title))) == 1]
        if len(clear) < (2 if kind.startswith(("delivered", "bought")) and kind != "delivered food" else 1):
            return None
        item, *others = sorted(clear, key=lambda line: _draw(f"{name} {line.product_id}"))
        held = {line.product_id for line in order.lines}
        return Pick(
            str(head["customer_id"]),
            str(head["email"]),
            str(head["postcode"]),
            order,
            item,
            others[0] if others else None,
            self._product(name + " new", held, item.category),
            self._product(name + " to buy", held),
            self._another(name, str(head["customer_id"])),
        )

    def _stocked(self) -> pd.DataFrame:
        """Products with a price and enough in stock."""
        products, inventory = self._shop.warehouse.table("products"), self._shop.warehouse.table("inventory")
        units = inventory.group_by("product_id").aggregate(units=inventory.on_hand.sum())
        rows = self._shop.warehouse.frame(products.filter(products.merchandise).inner_join(units, "product_id"))
        self._titles = [str(each) for each in rows["title"]]
        return rows[rows["price"].notna() & (rows["units"] >= _STOCKED)].sort_values("product_id")

    def _product(self, name: str, but: Collection[str], category: str | None = None) -> tuple[str, str]:
        """A product whose spoken name is no other's."""
        rows = self._products[~self._products["product_id"].isin(but)]
        rows = rows if category is None else rows[rows["category"] == category]
        pairs = [(str(code), str(title)) for code, title in zip(rows["product_id"], rows["title"], strict=True)]
        for code, title in sorted(pairs, key=lambda pair: _draw(f"{name} {pair[0]}")):
            if len(best_titles(self._titles, spoken(title))) == 1:
                return code, title
        raise LookupError(
            f"The shop has no well-stocked product with a name of its own in {category or 'any category'}."
        )

    def _another(self, name: str, customer_id: str) -> str:
        """The number of an order of another customer that is still to be sent."""
        rows = self._orders[(self._orders["customer_id"] != customer_id) & (self._orders["status"] == "placed")]
        return str(min(rows["order_id"], key=lambda each: _draw(f"{name} {each}")))


def spoken(title: str) -> str:
    """A title as people say it: without sizes and capitals."""
    short = _SIZE.sub("", title)
    return (short if len(short.split()) > 1 else title).lower()


def _draw(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
