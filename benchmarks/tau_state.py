"""Our shop written out in the form of tau2's retail database: the history, and what was requested since laid over it.

Reads the warehouse and the records only, so that what is compared is what our tools have recorded, not what they said.
"""

import hashlib
import json
from typing import Any

import pandas as pd

from analytics.imports.tau_retail import ADDRESS, STATUSES
from assistant.records import Request
from assistant.shop import Shop

Json = dict[str, Any]
_THEIRS = {ours: theirs for theirs, ours in STATUSES.items()}


def written_out(shop: Shop) -> Json:
    """The history as it was imported."""
    frames = {
        name: shop.warehouse.frame(shop.warehouse.table(name))
        for name in (
            "products",
            "variants",
            "customers",
            "payment_methods",
            "orders",
            "order_lines",
            "payments",
            "shipments",
        )
    }
    products = _products(frames)
    variants = {item: (group, each) for group in products.values() for item, each in group["variants"].items()}
    return {"products": products, "users": _users(frames), "orders": _orders(frames, variants)}


def with_requests(base: Json, shop: Shop) -> Json:
    """The history with every request of the records laid over it; `base` stays as it is."""
    state = {"products": base["products"], "users": dict(base["users"]), "orders": dict(base["orders"])}
    for request in shop.records.requests():
        if request.order_id is None:
            user = {**state["users"][request.customer_id], "address": _parts(request.payload["address"])}
            state["users"][request.customer_id] = user
            continue
        order = state["orders"][request.order_id]
        state["orders"][request.order_id] = _changed(order, request, base["products"])
    for user_id in {each.customer_id for each in shop.records.requests()}:
        state["users"][user_id] = _with_balances(state["users"][user_id], shop)
    return state


def digest(state: Json) -> str:
    """One hash of a whole database; amounts to the cent."""
    return hashlib.sha256(json.dumps(_plain(state), sort_keys=True).encode()).hexdigest()


def differences(ours: Json, gold: Json) -> list[str]:
    """Where two databases differ, as paths with both values."""
    return list(_differing(_plain(ours), _plain(gold), ""))


def _differing(ours: Any, gold: Any, path: str) -> Any:
    if isinstance(ours, dict) and isinstance(gold, dict):
        for name in sorted({*ours, *gold}):
            yield from _differing(ours.get(name), gold.get(name), f"{path}/{name}")
    elif isinstance(ours, list) and isinstance(gold, list) and len(ours) == len(gold):
        for place, (one, other) in enumerate(zip(ours, gold, strict=True)):
            yield from _differing(one, other, f"{path}/{place}")
    elif ours != gold:
        yield f"{path}: {json.dumps(ours)} instead of {json.dumps(gold)}"


def _plain(value: Any) -> Any:
    """Amounts to the cent, so that the dust of binary fractions is no difference."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return round(float(value), 2) + 0.0 if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _changed(order: Json, request: Request, products: Json) -> Json:
    """An order after one request, as tau2 writes it."""
    payload = request.payload
    moved = [
        {"transaction_type": each["kind"], "amount": each["amount"], "payment_method_id": each["method_id"]}
        for each in payload.get("payments", ())
    ]
    history = {"payment_history": [*order["payment_history"], *moved]} if moved else {}
    lines = payload.get("lines", ())
    units = sorted(each["product_id"] for each in lines for _ in range(round(each["quantity"])))
    if request.action == "cancel":
        return {**order, **history, "status": "cancelled", "cancel_reason": payload["reason"]}
    if request.action == "address":
        return {**order, "address": _parts(payload["address"])}
    if request.action == "payment":
        return {**order, **history}
    if request.action == "items":
        items = list(order["items"])
        for each in lines:
            items[each["position"] - 1] = _item(each, products, items[each["position"] - 1])
        return {**order, **history, "items": items, "status": "pending (item modified)"}
    method = payload["payment_method_id"]
    if request.action == "return":
        return {**order, "status": "return requested", "return_items": units, "return_payment_method_id": method}
    return {
        **order,
        "status": "exchange requested",
        "exchange_items": units,
        "exchange_new_items": sorted(each["to_product_id"] for each in lines for _ in range(round(each["quantity"]))),
        "exchange_payment_method_id": method,
        "exchange_price_difference": payload["difference"],
    }


def _item(line: Json, products: Json, old: Json) -> Json:
    new = products[old["product_id"]]["variants"][line["to_product_id"]]
    return {**old, "item_id": line["to_product_id"], "price": line["to_unit_price"], "options": new["options"]}


def _with_balances(user: Json, shop: Shop) -> Json:
    methods = {}
    for method_id, each in user["payment_methods"].items():
        moved = sum(shop.records.gift_card_movements(method_id))
        methods[method_id] = {**each, "balance": round(each["balance"] + moved, 2)} if "balance" in each else each
    return {**user, "payment_methods": methods}


def _parts(address: str) -> Json:
    """The parts of an address in one line; the second line may be missing."""
    *lines, city, state, postcode, country = address.split(", ")
    parts = [lines[0], ", ".join(lines[1:]), city, state, postcode, country]
    return dict(zip(ADDRESS, parts, strict=True))


def _products(frames: dict[str, pd.DataFrame]) -> Json:
    products: Json = {}
    for row in frames["variants"].merge(frames["products"], on="product_id").to_dict("records"):
        group_id, item_id = row["variant_of"], row["product_id"]
        group = products.setdefault(group_id, {"name": row["name"], "product_id": group_id, "variants": {}})
        group["variants"][item_id] = {
            "item_id": item_id,
            "options": json.loads(row["attributes"]),
            "available": bool(row["available"]),
            "price": row["price"],
        }
    return products


def _users(frames: dict[str, pd.DataFrame]) -> Json:
    users: Json = {}
    for row in frames["customers"].to_dict("records"):
        first, _, last = row["name"].partition(" ")
        users[row["customer_id"]] = {
            "user_id": row["customer_id"],
            "name": {"first_name": first, "last_name": last},
            "address": _parts(row["address"]),
            "email": row["email"],
            "payment_methods": {},
            "orders": [],
        }
    for row in frames["payment_methods"].to_dict("records"):
        method = {"source": row["kind"], "id": row["payment_method_id"]}
        known = {name: row[name] for name in ("brand", "last_four", "balance") if pd.notna(row[name])}
        users[row["customer_id"]]["payment_methods"][row["payment_method_id"]] = method | known
    for row in frames["orders"].to_dict("records"):
        users[row["customer_id"]]["orders"].append(row["order_id"])
    return users


def _orders(frames: dict[str, pd.DataFrame], variants: dict[str, tuple[Json, Json]]) -> Json:
    orders: Json = {}
    for row in frames["orders"].to_dict("records"):
        orders[row["order_id"]] = {
            "order_id": row["order_id"],
            "user_id": row["customer_id"],
            "address": _parts(row["address"]),
            "items": [],
            "status": _THEIRS[row["status"]],
            "fulfillments": [],
            "payment_history": [],
        }
    for row in frames["order_lines"].sort_values(["order_id", "line_number"]).to_dict("records"):
        group, variant = variants[row["product_id"]]
        item = {"name": group["name"], "product_id": group["product_id"], "item_id": row["product_id"]}
        orders[row["order_id"]]["items"].append(item | {"price": row["unit_price"], "options": variant["options"]})
    for row in frames["payments"].sort_values(["order_id", "payment_number"]).to_dict("records"):
        paid = {"transaction_type": row["kind"], "amount": row["amount"]}
        orders[row["order_id"]]["payment_history"].append(paid | {"payment_method_id": row["payment_method_id"]})
    parcels = frames["shipments"].sort_values(["order_id", "shipment_number", "line_number"])
    for (order_id, _, tracking), rows in parcels.groupby(["order_id", "shipment_number", "tracking_id"]):
        items = [orders[order_id]["items"][number - 1]["item_id"] for number in rows["line_number"]]
        orders[order_id]["fulfillments"].append({"tracking_id": tracking.split(", "), "item_ids": items})
    return orders
