"""Reads a customer's orders from the history and lays over them what was requested since. Decides nothing.

Only the customer's own orders are ever read, so an order of somebody else looks exactly like one that does not exist.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from assistant.errors import Refused, Unclear
from assistant.records import Request
from assistant.service.orders import Order, OrderLine, order_key
from assistant.service.payments import Payment, payments_of
from assistant.wording import day, listed

if TYPE_CHECKING:
    from assistant.shop import Shop

_LATEST = re.compile(r"\b(last|latest|newest|most recent|recent)\b", re.IGNORECASE)


def customers_orders(shop: "Shop", customer_id: str) -> tuple[Order, ...]:
    """All of a customer's orders and credit notes with their lines, newest first."""
    heads = _heads(shop, customer_id)
    return _with_lines(shop, heads, shop.records.requests(customer_id=customer_id))


def find_order(shop: "Shop", customer_id: str, said: str | None, *, latest_if_unsaid: bool = False) -> Order:
    """The customer's order that was meant: by its number, "my last order", or the only one.

    Args:
        shop: the opened shop.
        customer_id: whose orders are looked at.
        said: the number as the person said it, or "my last order"; None or empty: nothing was said.
        latest_if_unsaid: where no number was said, take the latest order instead of asking (for reading, not changing).

    Raises:
        Refused: the customer has no such order.
        Unclear: no number was said and there are several.
    """
    heads = _heads(shop, customer_id)
    sales = heads[heads["kind"] != "return"]
    said = said or ""
    key = order_key(said)
    chosen = heads[heads["order_id"].map(order_key) == key]
    if not re.search(r"\d", said) and (not key or _LATEST.search(said)):
        if len(sales) > 1 and not latest_if_unsaid and not _LATEST.search(said):
            latest = sales.head(3)
            dates = [day(each.date()) for each in latest["ordered_at"]]
            choices = tuple(f"{each} of {on}" for each, on in zip(latest["order_id"], dates, strict=True))
            raise Unclear(f"Which order do you mean? Your latest: {listed(choices, 'or')}.", choices)
        chosen = sales.head(1)
    if not len(chosen):
        number = f" {said.strip()[:40]}" if said else ""
        raise Refused(f"I can't find the order{number} among your orders. Please check the number.")
    order_id = str(chosen.iloc[0]["order_id"])
    return _with_lines(shop, chosen.head(1), shop.records.requests(subject=f"order:{order_id}"))[0]


def _heads(shop: "Shop", customer_id: str) -> pd.DataFrame:
    orders = shop.warehouse.table("orders")
    own = orders.filter(orders.customer_id == customer_id)
    heads: pd.DataFrame = shop.warehouse.frame(own)
    return heads.sort_values(["ordered_at", "order_id"], ascending=False)


def _with_lines(shop: "Shop", heads: pd.DataFrame, requests: tuple[Request, ...]) -> tuple[Order, ...]:
    ids = [str(each) for each in heads["order_id"]]
    lines, products = shop.warehouse.table("order_lines"), shop.warehouse.table("products")
    named = products.select("product_id", "title", "category", "merchandise")
    held = shop.warehouse.frame(
        lines.filter(lines.order_id.isin(ids))
        .left_join(named, "product_id")
        .select("order_id", "line_number", "product_id", "title", "category", "merchandise", "quantity", "unit_price")
    ).sort_values(["order_id", "line_number"])
    around = _Around(_returned(shop, ids), payments_of(shop, ids), _tracking(shop, ids), requests)
    by_order = {str(order_id): rows for order_id, rows in held.groupby("order_id")}
    return tuple(_order(head, by_order.get(str(head["order_id"])), around) for head in heads.to_dict("records"))


@dataclass(frozen=True)
class _Around:
    """What belongs to the orders beside their lines.

    Attributes:
        back: units that came back, by order and product; counted down as lines take them.
    """

    back: dict[tuple[str, str], float]
    payments: dict[str, tuple[Payment, ...]]
    tracking: dict[str, tuple[str, ...]]
    requests: tuple[Request, ...]


def _tracking(shop: "Shop", ids: list[str]) -> dict[str, tuple[str, ...]]:
    table = shop.warehouse.table("shipments")
    rows = shop.warehouse.frame(table.filter(table.order_id.isin(ids)).select("order_id", "tracking_id").distinct())
    known = rows.dropna(subset=["tracking_id"]).sort_values("tracking_id")
    return {str(order): tuple(map(str, each["tracking_id"])) for order, each in known.groupby("order_id")}


def _returned(shop: "Shop", ids: list[str]) -> dict[tuple[str, str], float]:
    """Units that came back, by original order and product, where the history links a return to its order."""
    orders, lines = shop.warehouse.table("orders"), shop.warehouse.table("order_lines")
    notes = orders.filter(orders.returns_order_id.isin(ids)).select("order_id", "returns_order_id")
    rows = shop.warehouse.frame(
        lines.inner_join(notes, "order_id").select("returns_order_id", "product_id", "quantity")
    )
    back = rows.groupby(["returns_order_id", "product_id"], as_index=False)["quantity"].sum()
    triples = zip(back["returns_order_id"], back["product_id"], back["quantity"], strict=True)
    return {(str(order), str(product)): -float(units) for order, product, units in triples}


def _order(head: dict[Any, Any], rows: pd.DataFrame | None, around: _Around) -> Order:
    order_id = str(head["order_id"])
    requests = tuple(each for each in around.requests if each.subject == f"order:{order_id}")
    moved = [Payment(**each) for request in requests for each in request.payload.get("payments", ())]
    return Order(
        order_id=order_id,
        customer_id=str(head["customer_id"]),
        ordered_on=head["ordered_at"].date(),
        kind=_text(head["kind"]) or "sale",
        status=_text(head["status"]),
        dispatched_on=_date(head["dispatched_at"]),
        delivered_on=_date(head["delivered_at"]),
        address=_text(head["address"]),
        in_store=_text(head["store_id"]) is not None and _text(head["address"]) is None,
        lines=_with_changes(_lines(order_id, rows, around.back), requests),
        requests=requests,
        payments=(*around.payments.get(order_id, ()), *moved),
        tracking=around.tracking.get(order_id, ()),
    )


def _lines(order_id: str, rows: pd.DataFrame | None, back: dict[tuple[str, str], float]) -> tuple[OrderLine, ...]:
    lines: list[OrderLine] = []
    for position, row in enumerate([] if rows is None else rows.to_dict("records"), start=1):
        product_id, quantity = str(row["product_id"]), float(row["quantity"])
        returned = max(0.0, min(quantity, back.get((order_id, product_id), 0.0)))
        back[order_id, product_id] = back.get((order_id, product_id), 0.0) - returned
        lines.append(
            OrderLine(
                position=position,
                product_id=product_id,
                title=_text(row["title"]) or product_id,
                category=_text(row["category"]),
                quantity=quantity,
                unit_price=float(row["unit_price"]) if pd.notna(row["unit_price"]) else 0.0,
                merchandise=bool(row["merchandise"]) if pd.notna(row["merchandise"]) else True,
                returned=returned,
            )
        )
    return tuple(lines)


def _with_changes(lines: tuple[OrderLine, ...], requests: Sequence[Request]) -> tuple[OrderLine, ...]:
    """The lines after items were changed for others before dispatch; of a line changed in part the rest stays."""
    held = {line.position: line for line in lines}
    for change in (each for request in requests if request.action == "items" for each in request.payload["lines"]):
        old = held[change["position"]]
        new = replace(
            old,
            product_id=change["to_product_id"],
            title=change["to_title"],
            category=change.get("to_category"),
            unit_price=change["to_unit_price"],
            quantity=change["quantity"],
        )
        if change["quantity"] < old.quantity:
            held[old.position] = replace(old, quantity=old.quantity - change["quantity"])
            new = replace(new, position=len(held) + 1, returned=0.0)
        held[new.position] = new
    return tuple(held[position] for position in sorted(held))


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)


def _date(value: Any) -> date | None:
    return None if pd.isna(value) else value.date()
