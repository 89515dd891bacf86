"""tau2's retail shop behind our own tools: opens it, calls tools as a conversation does, maps gold actions to calls.

A change is always prepared first and carried out by code after a yes; a conversation belongs to one customer.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from analytics.imports import ingest_tau_retail
from analytics.imports.tau_retail import CURRENCY, one_line
from assistant.messages import ToolCall, ToolResult, Write
from assistant.records import Records, Session
from assistant.settings import write_settings
from assistant.shop import WAREHOUSE, Shop
from assistant.toolbox import Context, Toolbox
from assistant.tools import calculation, catalog, orders

Json = dict[str, Any]
Call = tuple[str, Json]
_NUMBERS = count()


@contextmanager
def tau_shop(data: Path) -> Iterator[Shop]:
    """tau2's shop, imported into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shop"
        ingest_tau_retail(data, folder / WAREHOUSE)
        write_settings(folder, "tau2 retail", CURRENCY)
        shop = Shop(folder)
        fresh_records(shop)
        try:
            yield shop
        finally:
            shop.close()


def fresh_records(shop: Shop) -> None:
    """Empty records for the next task."""
    if "records" in shop.__dict__:
        shop.records.close()
    shop.__dict__["records"] = Records(f"sqlite:///{shop.folder}/service-{next(_NUMBERS)}.sqlite")


class Desk:
    """Calls tools in one session, as the conversation does."""

    toolbox = Toolbox.of((*orders.TOOLS, *calculation.TOOLS, catalog.product_details))

    def __init__(self, shop: Shop, customer_id: str | None = None) -> None:
        """A new conversation; of a customer who has signed in, or of nobody yet."""
        self.shop = shop
        self.session: Session = shop.records.open_session("customer", customer_id)
        self.context = Context(shop, self.session)

    def call(self, name: str, arguments: Json) -> ToolResult:
        """Calls a tool; a change that it prepares waits for the yes."""
        _, result = self.toolbox.run(ToolCall(name, arguments), self.context)
        self.session.pending = result.write
        self.shop.records.save_session(self.session)
        return result

    def yes(self) -> ToolResult:
        """Carries out what waits."""
        write = self.session.pending
        if write is None:
            raise ValueError("Nothing waits for a yes.")
        return self.carry_out(write)

    def carry_out(self, write: Write) -> ToolResult:
        """Carries out a change, as code does after a yes."""
        result = orders.carry_out(self.context, write)
        self.session.pending = None
        self.shop.records.save_session(self.session)
        return result


def our_call(name: str, arguments: Json, items_of: Callable[[str], list[str]]) -> Call:
    """Our tool call for one of tau2's actions.

    Args:
        name: tau2's tool.
        arguments: tau2's arguments.
        items_of: the item ids of an order, in its order, as they are now.
    """
    given = dict(arguments)
    order = {"order_id": given.get("order_id", "")}
    if name == "find_user_id_by_email":
        return "verify_identity", {"email": given["email"]}
    if name == "find_user_id_by_name_zip":
        return "verify_identity", {"name": f"{given['first_name']} {given['last_name']}", "postcode": given["zip"]}
    if name in ("get_product_details", "get_item_details", "list_all_product_types"):
        return "product_details", {"product": given.get("product_id") or given.get("item_id") or "all product types"}
    if name == "get_user_details":
        return "my_orders", {}
    if name == "get_order_details":
        return "order_status", order
    if name == "calculate":
        return "calculate", {"expression": given["expression"]}
    if name == "transfer_to_human_agents":
        return "hand_off", {"reason": given["summary"]}
    if name in ("modify_pending_order_address", "modify_user_address"):
        return "change_address", {"address": one_line(given), **(order if "order_id" in given else {})}
    return _order_call(name, given, order, items_of)


def _order_call(name: str, given: Json, order: Json, items_of: Callable[[str], list[str]]) -> Call:
    if name == "cancel_pending_order":
        return "cancel_order", order | {"reason": given["reason"]}
    payment = {"payment": given["payment_method_id"]}
    if name == "modify_pending_order_payment":
        return "change_payment", order | payment
    items = {"items": _said(given["item_ids"], items_of(order["order_id"]))}
    if name == "return_delivered_order_items":
        return "start_return", order | items | payment
    if name in ("exchange_delivered_order_items", "modify_pending_order_items"):
        return "exchange_items", order | items | {"new_items": list(given["new_item_ids"])} | payment
    raise ValueError(f"Expected an action of tau2's retail tools; got {name!r}. Its mapping has to be added here.")


def _said(item_ids: list[str], held: list[str]) -> list[str]:
    """The items by their ids; where an order holds an id twice, by their places in it."""
    left = {item_id: [place for place, each in enumerate(held, start=1) if each == item_id] for item_id in item_ids}
    twice = {item_id for item_id, number in Counter(held).items() if number > 1}
    return [f"item {left[each].pop(0)}" if each in twice and left[each] else each for each in item_ids]
