"""What tau2's retail tools do to its database, written from their description: the gold state to compare with.

Knows the published database as plain JSON, nothing of this product. Amounts are rounded to the cent where the published
code leaves the dust of binary fractions. One fault of the published code is kept apart: its change of several items
gives each of them the price and options of the last one. `literal` repeats that; else, each item gets its own.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
WRITES = frozenset(
    [
        "cancel_pending_order",
        "exchange_delivered_order_items",
        "modify_pending_order_address",
        "modify_pending_order_items",
        "modify_pending_order_payment",
        "modify_user_address",
        "return_delivered_order_items",
    ]
)
REASONS = ("no longer needed", "ordered by mistake")
ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


class Fails(Exception):
    """The published tool answers with an error; nothing is changed."""


class Reference:
    """The database while gold actions are played on it."""

    def __init__(self, database: Json, *, literal: bool = False) -> None:
        """Takes a database; only the orders and people that are changed are copied."""
        self.products: Json = database["products"]
        self.users, self.orders = dict(database["users"]), dict(database["orders"])
        self._literal, self._own = literal, set[str]()

    def state(self) -> Json:
        """The database as it is now."""
        return {"products": self.products, "users": self.users, "orders": self.orders}

    def play(self, name: str, arguments: Json) -> bool:
        """Plays one action; False where the published tool would fail."""
        play: Callable[..., Any] | None = getattr(self, f"_{name}", None)
        if play is None:
            return name in ("calculate", "transfer_to_human_agents", "list_all_product_types")
        try:
            play(**arguments)
        except Fails:
            return False
        return True

    def owner(self, arguments: Json) -> str | None:
        """Whose order or account an action is about."""
        if "user_id" in arguments:
            return str(arguments["user_id"])
        order = self.orders.get(arguments.get("order_id", ""))
        return str(order["user_id"]) if order else None

    # look-ups

    def _find_user_id_by_email(self, email: str) -> None:
        self._need(any(_fold(each["email"]) == _fold(email) for each in self.users.values()))

    def _find_user_id_by_name_zip(self, first_name: str, last_name: str, zip: str) -> None:
        wanted = (_fold(first_name), _fold(last_name), zip)
        self._need(
            any(
                (_fold(each["name"]["first_name"]), _fold(each["name"]["last_name"]), each["address"]["zip"]) == wanted
                for each in self.users.values()
            )
        )

    def _get_order_details(self, order_id: str) -> None:
        self._need(order_id in self.orders)

    def _get_user_details(self, user_id: str) -> None:
        self._need(user_id in self.users)

    def _get_product_details(self, product_id: str) -> None:
        self._need(product_id in self.products)

    def _get_item_details(self, item_id: str) -> None:
        self._need(any(item_id in each["variants"] for each in self.products.values()))

    # changes

    def _cancel_pending_order(self, order_id: str, reason: str) -> None:
        order = self._order(order_id)
        self._need(order["status"] == "pending" and reason in REASONS)
        back = [{**each, "transaction_type": "refund"} for each in order["payment_history"]]
        for each in back:
            self._move(order["user_id"], each["payment_method_id"], each["amount"])
        order["payment_history"] = [*order["payment_history"], *back]
        order |= {"status": "cancelled", "cancel_reason": reason}

    def _modify_pending_order_address(self, order_id: str, **address: str) -> None:
        order = self._order(order_id)
        self._need("pending" in order["status"])
        order["address"] = {name: address[name] for name in ADDRESS}

    def _modify_user_address(self, user_id: str, **address: str) -> None:
        self._need(user_id in self.users)
        self._user(user_id)["address"] = {name: address[name] for name in ADDRESS}

    def _modify_pending_order_payment(self, order_id: str, payment_method_id: str) -> None:
        order = self._order(order_id)
        method = self._method(order["user_id"], payment_method_id)
        history = order["payment_history"]
        self._need("pending" in order["status"] and len(history) == 1)
        paid = history[0]
        self._need(paid["transaction_type"] == "payment" and paid["payment_method_id"] != payment_method_id)
        self._need(method.get("balance", paid["amount"]) >= paid["amount"])
        self._move(order["user_id"], payment_method_id, -paid["amount"])
        self._move(order["user_id"], paid["payment_method_id"], paid["amount"])
        order["payment_history"] = [
            *history,
            {**paid, "payment_method_id": payment_method_id},
            {**paid, "transaction_type": "refund"},
        ]

    def _modify_pending_order_items(
        self, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
    ) -> None:
        order = self._order(order_id)
        self._need(order["status"] == "pending")
        self._need(all(old != new for old, new in zip(item_ids, new_item_ids, strict=False)))
        difference = self._difference(order, item_ids, new_item_ids, payment_method_id)
        kind = "payment" if difference > 0 else "refund"
        order["payment_history"] = [
            *order["payment_history"],
            {"transaction_type": kind, "amount": abs(difference), "payment_method_id": payment_method_id},
        ]
        self._move(order["user_id"], payment_method_id, -difference)
        for old, new in zip(item_ids, new_item_ids, strict=True):
            item = next((each for each in order["items"] if each["item_id"] == old), None)
            self._need(item is not None)
            assert item is not None
            shown = self.products[item["product_id"]]["variants"].get(new_item_ids[-1] if self._literal else new)
            last = shown or self._variant(new_item_ids[-1])
            item |= {"item_id": new, "price": last["price"], "options": last["options"]}
        order["status"] = "pending (item modified)"

    def _return_delivered_order_items(self, order_id: str, item_ids: list[str], payment_method_id: str) -> None:
        order = self._order(order_id)
        method = self._method(order["user_id"], payment_method_id)
        self._need(order["status"] == "delivered")
        original = order["payment_history"][0]["payment_method_id"]
        self._need(method["source"] == "gift_card" or payment_method_id == original)
        self._holds(order, item_ids)
        order |= {
            "status": "return requested",
            "return_items": sorted(item_ids),
            "return_payment_method_id": payment_method_id,
        }

    def _exchange_delivered_order_items(
        self, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
    ) -> None:
        order = self._order(order_id)
        self._need(order["status"] == "delivered")
        difference = self._difference(order, item_ids, new_item_ids, payment_method_id)
        order |= {
            "status": "exchange requested",
            "exchange_items": sorted(item_ids),
            "exchange_new_items": sorted(new_item_ids),
            "exchange_payment_method_id": payment_method_id,
            "exchange_price_difference": difference,
        }

    # parts

    def _need(self, holds: bool) -> None:
        if not holds:
            raise Fails

    def _order(self, order_id: str) -> Json:
        """The order, as a copy of one's own."""
        self._need(order_id in self.orders)
        if order_id not in self._own:
            self.orders[order_id] = deepcopy(self.orders[order_id])
            self._own.add(order_id)
        return self.orders[order_id]

    def _user(self, user_id: str) -> Json:
        if user_id not in self._own:
            self.users[user_id] = deepcopy(self.users[user_id])
            self._own.add(user_id)
        return self.users[user_id]

    def _method(self, user_id: str, method_id: str) -> Json:
        self._need(method_id in self.users[user_id]["payment_methods"])
        method: Json = self.users[user_id]["payment_methods"][method_id]
        return method

    def _move(self, user_id: str, method_id: str, amount: float) -> None:
        if "balance" in self._method(user_id, method_id):
            method = self._user(user_id)["payment_methods"][method_id]
            method["balance"] = round(method["balance"] + amount, 2)

    def _variant(self, item_id: str) -> Json:
        return next(each["variants"][item_id] for each in self.products.values() if item_id in each["variants"])

    def _holds(self, order: Json, item_ids: list[str]) -> None:
        held = Counter(each["item_id"] for each in order["items"])
        self._need(not Counter(item_ids) - held)

    def _difference(self, order: Json, item_ids: list[str], new_item_ids: list[str], method_id: str) -> float:
        """What the new items cost more; fails where one of them is not to be had or a gift card does not cover it."""
        self._holds(order, item_ids)
        self._need(len(item_ids) == len(new_item_ids))
        difference = 0.0
        for old, new in zip(item_ids, new_item_ids, strict=True):
            item = next(each for each in order["items"] if each["item_id"] == old)
            variant = self.products[item["product_id"]]["variants"].get(new)
            self._need(variant is not None and variant["available"])
            assert variant is not None
            difference += variant["price"] - item["price"]
        difference = round(difference, 2)
        method = self._method(order["user_id"], method_id)
        self._need(method.get("balance", difference) >= difference)
        return difference


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold()
