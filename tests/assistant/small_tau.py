"""A retail database in tau2's form, small enough to work out by hand: two people, two products, five orders."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
POLICY = """# Retail agent policy

You should help.

## Domain basic

- internal

## Cancel pending order

An order can only be cancelled if its status is 'pending', and you should check its status before taking the action.

The user needs to confirm the order id and the reason (either 'no longer needed' or 'ordered by mistake').

After that, the total goes back immediately if it is a gift card, otherwise in 5 to 7 business days.

## Return delivered order

You must be polite. A refund goes to the original payment method or a gift card.
"""


def _variant(item_id: str, price: float, available: bool = True, **options: str) -> Json:
    return {"item_id": item_id, "options": options, "available": available, "price": price}


SHIRTS = {
    "101": _variant("101", 20.0, colour="blue", size="M"),
    "102": _variant("102", 22.5, colour="red", size="M"),
    "103": _variant("103", 25.0, available=False, colour="red", size="L"),
}
LAMPS = {
    "201": _variant("201", 40.0, metal="brass", dimmer="yes"),
    "202": _variant("202", 35.0, metal="steel", dimmer="no"),
}
PRODUCTS = {
    "P10": {"name": "T-Shirt", "product_id": "P10", "variants": SHIRTS},
    "P20": {"name": "Lamp", "product_id": "P20", "variants": LAMPS},
}
HOME = {
    "address1": "1 High Street",
    "address2": "Flat 2",
    "city": "Austin",
    "country": "USA",
    "state": "TX",
    "zip": "78701",
}
AWAY = {"address1": "9 Low Road", "address2": "", "city": "Reno", "country": "USA", "state": "NV", "zip": "89501"}


def _order(number: str, user: str, status: str, items: list[tuple[str, str]], method: str) -> Json:
    held = [
        {
            "name": PRODUCTS[product]["name"],
            "product_id": product,
            "item_id": item,
            "price": PRODUCTS[product]["variants"][item]["price"],
            "options": PRODUCTS[product]["variants"][item]["options"],
        }
        for product, item in items
    ]
    paid = {"transaction_type": "payment", "amount": sum(each["price"] for each in held), "payment_method_id": method}
    parcels = [] if status == "pending" else [{"tracking_id": [f"T{number}"], "item_ids": [item for _, item in items]}]
    return {
        "order_id": number,
        "user_id": user,
        "address": HOME,
        "items": held,
        "status": status,
        "fulfillments": parcels,
        "payment_history": [paid],
    }


def database() -> Json:
    """The database; ann_lee_1 has a gift card with $10.00 left and a Visa card, ben_roy_2 PayPal."""
    shirt, lamp = ("P10", "101"), ("P20", "201")
    orders = [
        _order("#W0000001", "ann_lee_1", "delivered", [shirt, lamp], "credit_card_1111"),
        _order("#W0000002", "ann_lee_1", "pending", [shirt, shirt, ("P20", "202")], "gift_card_7777"),
        _order("#W0000003", "ben_roy_2", "pending", [("P20", "202")], "paypal_2222"),
        _order("#W0000004", "ann_lee_1", "processed", [("P10", "102")], "credit_card_1111"),
        _order("#W0000005", "ann_lee_1", "delivered", [lamp], "credit_card_1111"),
    ]
    card = {"source": "credit_card", "id": "credit_card_1111", "brand": "visa", "last_four": "4242"}
    gift = {"source": "gift_card", "id": "gift_card_7777", "balance": 10.0}
    paypal = {"source": "paypal", "id": "paypal_2222"}
    users = [
        _user("ann_lee_1", "Ann", "Lee", {"credit_card_1111": card, "gift_card_7777": gift}, orders),
        _user("ben_roy_2", "Ben", "Roy", {"paypal_2222": paypal}, orders),
    ]
    return {
        "products": PRODUCTS,
        "users": {each["user_id"]: each for each in users},
        "orders": {each["order_id"]: each for each in orders},
    }


def _user(user_id: str, first: str, last: str, methods: Json, orders: list[Json]) -> Json:
    return {
        "user_id": user_id,
        "name": {"first_name": first, "last_name": last},
        "address": HOME if first == "Ann" else AWAY,
        "email": f"{first.lower()}@example.com",
        "payment_methods": methods,
        "orders": [each["order_id"] for each in orders if each["user_id"] == user_id],
    }


def write_source(folder: Path) -> Path:
    """Writes database and policy as they are published."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "db.json").write_text(json.dumps(database()))
    (folder / "policy.md").write_text(POLICY)
    return folder
