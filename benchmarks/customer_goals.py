"""Goals of scripted customers: what each wants, what it knows, and what must have changed at the end. Knows no wording.

The goals themselves are in customer_goals.toml, by hand; here each is filled with an order and products of the shop.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from assistant.shop import Shop
from benchmarks.customer_picks import Pick, Picker

GOALS = Path(__file__).with_name("customer_goals.toml")
Part = Literal["development", "held-out"]
READING = frozenset({"status", "last_status", "my_orders", "view_cart"})
FINDING = frozenset({"search", "recommend"})
CART = frozenset({"cart_add", "cart_remove"})
WRITING = {
    "return": "return",
    "return_all": "return",
    "return_faulty": "return",
    "exchange": "exchange",
    "replace": "exchange",
    "cancel": "cancel",
    "address": "address",
    "account_address": "address",
}
NEW_ADDRESSES = ("7 Mill Lane, Leeds, LS6 3QN", "18 Station Road, York, YO24 1AB", "3 Harbour View, Whitby, YO21 3PU")
FAULTS = ("broken", "damaged", "cracked", "faulty")
FOOD_FAULTS = ("mouldy", "out of date")


@dataclass(frozen=True)
class Effect:
    """One change of an order or an account: what was requested, and of which units.

    Attributes:
        subject: order number, or "account".
        units: of each product; swapped_to: the products wanted instead.
        address: the new one.
    """

    action: str
    subject: str
    units: tuple[tuple[str, float], ...] = ()
    swapped_to: tuple[str, ...] = ()
    address: str = ""


@dataclass(frozen=True)
class Aside:
    """A question of the shop's rules that comes up on the way, and what the answer must hold (a pattern)."""

    part: Part
    says: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class Goal:
    """A customer's goal.

    Attributes:
        wishes: kinds of wishes, one after the other.
        details: what the customer knows, by the names that wordings use.
        twist: "says no" to what is proposed, or names the "wrong item first"; empty: none.
        refused: a pattern of what must be said where the shop must not do it; empty: it must do it.
        told: a pattern of what must be said in answer to a wish that only asks; empty: none.
        take: which of the products found goes into the cart.
    """

    name: str
    part: Part
    wishes: tuple[str, ...]
    signed_in: bool
    pick: Pick
    details: dict[str, str]
    twist: str = ""
    refused: str = ""
    told: str = ""
    take: str = "first"
    asides: tuple[Aside, ...] = ()

    def effect(self, wish: str) -> Effect | None:
        """What a wish must have changed; None where it must change nothing but the cart."""
        if wish not in WRITING or self.refused or self.twist == "says no":
            return None
        action, order = WRITING[wish], self.pick.order
        if action == "cancel":
            return Effect(action, order.order_id)
        if action == "address":
            subject = order.order_id if wish == "address" else "account"
            return Effect(action, subject, address=self.details["address"])
        lines = [line for line in order.lines if line.merchandise] if wish == "return_all" else [self.pick.item]
        units = tuple(sorted((line.product_id, line.quantity) for line in lines))
        swapped = {"exchange": (self.pick.new[0],), "replace": (self.pick.item.product_id,)}.get(wish, ())
        return Effect(action, order.order_id, units, swapped)


def read_goals(shop: Shop, file: Path = GOALS, most: int | None = None) -> list[Goal]:
    """The goals, each filled with an order of the shop.

    Raises:
        LookupError: the shop has no order or product of the kind that a goal needs.
    """
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    asides = tuple(Aside(each["part"], tuple(each["says"]), each["told"]) for each in content["aside"])
    picker = Picker(shop)
    return [_filled(picker, row, place, asides) for place, row in enumerate(content["goal"][:most])]


def _filled(picker: Picker, row: dict[str, Any], place: int, asides: tuple[Aside, ...]) -> Goal:
    found = picker.pick(row["pick"], row["name"])
    faults = FOOD_FAULTS if row["pick"] == "delivered food" else FAULTS
    details = {
        "order": found.order.order_id,
        "item": found.item.title,
        "wrong": found.other_item.title if found.other_item is not None else "",
        "new": found.new[1],
        "product": found.product[1],
        "email": found.email,
        "postcode": found.postcode,
        "other": found.other_order,
        "address": NEW_ADDRESSES[place % len(NEW_ADDRESSES)],
        "fault": faults[place % len(faults)],
        "count": ("two", "3", "one")[place % 3],
        "looked_for": row.get("looked_for", ""),
    }
    return Goal(
        row["name"],
        row["part"],
        tuple(row["wishes"]),
        row.get("signed_in", False),
        found,
        details,
        row.get("twist", ""),
        row.get("refused", ""),
        row.get("told", ""),
        row.get("take", "first"),
        tuple(each for each in asides if each.part == row["part"]) if row.get("aside") else (),
    )
