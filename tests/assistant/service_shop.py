"""A tiny real shop for tests of customer service: two customers, orders at every stage, worked out by hand."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from analytics.columns import TABLES
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall, ToolResult
from assistant.records import Records, Session
from assistant.resolve import Resolver
from assistant.toolbox import Context, Toolbox
from assistant.tools.orders import TOOLS

AS_OF = date(2024, 6, 30)
PRODUCTS = {
    "P1": ("Blue Mug", "kitchen", 4.00),
    "P2": ("Red Mug", "kitchen", 4.50),
    "P3": ("Oak Tray", "home", 20.00),
    "P4": ("Tea Towel", "kitchen", 3.25),
    "P5": ("3 Tier Cake Stand", "kitchen", 15.00),
    "POST": ("Postage", None, 3.95),
}
# order: customer, ordered, status, dispatched, delivered, lines (product, quantity, paid for one)
ORDERS: dict[str, tuple[Any, ...]] = {
    "1001": ("C1", "2024-06-25", "placed", None, None, [("P1", 2, 4.00), ("P3", 1, 20.00), ("POST", 1, 3.95)]),
    "1002": ("C1", "2024-06-20", "dispatched", "2024-06-22", None, [("P4", 2, 3.25)]),
    "1003": (
        "C1",
        "2024-06-05",
        "delivered",
        "2024-06-07",
        "2024-06-10",
        [("P1", 6, 3.90), ("P2", 1, 4.50), ("P5", 1, 15.00)],
    ),
    "1004": ("C1", "2024-04-25", "delivered", "2024-04-27", "2024-05-01", [("P1", 1, 4.00)]),
    "1005": ("C1", "2024-05-31", None, None, None, [("P1", 3, 4.00), ("P2", 2, 4.50)]),  # 30 days before the as-of date
    "1006": ("C1", "2024-05-30", None, None, None, [("P1", 1, 4.00)]),  # 31 days
    "1007": ("C1", "2024-06-01", "cancelled", None, None, [("P1", 1, 4.00)]),
    "C1008": ("C1", "2024-06-20", "returned", None, None, [("P4", -1, 3.25)]),  # of order 1009
    "1009": ("C1", "2024-06-15", "delivered", "2024-06-16", "2024-06-18", [("P4", 3, 3.25), ("P4", 2, 3.00)]),
    "2001": ("C2", "2024-06-28", "placed", None, None, [("P3", 1, 20.00)]),
    "2002": ("C2", "2024-06-01", "delivered", "2024-06-02", "2024-06-05", [("P2", 1, 4.50)]),
    "3001": (None, "2024-06-28", "placed", None, None, [("P2", 1, 4.50)]),
}
STOCK = {"P1": 50, "P2": 1, "P3": 0, "P4": 10}  # P5 has no stock level


def write_warehouse(path: Path, orders: dict[str, tuple[Any, ...]] = ORDERS) -> None:
    """Writes the shop's history."""
    with rebuild(path) as connection:

        def insert(table: str, **values: Any) -> None:
            row = [values.get(column) for column in TABLES[table]]
            connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)

        for product_id, (title, category, price) in PRODUCTS.items():
            insert(
                "products",
                product_id=product_id,
                title=title,
                category=category,
                price=price,
                merchandise=product_id != "POST",
            )
        insert("customers", customer_id="C1", name="Ann Lee", email="ann@example.com", postcode="YO1 7HH")
        insert("customers", customer_id="C2", name="Ben Roy", email="ben@example.com", postcode="LS1 4AP")
        insert("stores", store_id="S1", name="York")
        for product_id, units in STOCK.items():
            insert("inventory", store_id="S1", product_id=product_id, on_hand=units)
        for order_id, (customer_id, ordered, status, dispatched, delivered, lines) in orders.items():
            insert(
                "orders",
                order_id=order_id,
                customer_id=customer_id,
                ordered_at=ordered,
                kind="return" if order_id.startswith("C") else "sale",
                returns_order_id="1009" if order_id == "C1008" else None,
                status=status,
                dispatched_at=dispatched,
                delivered_at=delivered,
                address="1 High Street, York, YO1 7HH" if customer_id == "C1" else None,
            )
            for number, (product_id, quantity, unit_price) in enumerate(lines, start=1):
                insert(
                    "order_lines",
                    order_id=order_id,
                    line_number=number,
                    product_id=product_id,
                    quantity=quantity,
                    unit_price=unit_price,
                    sold_at=ordered,
                )


def open_shop(folder: Path, url: str | None = None, warehouse: Warehouse | None = None) -> Any:
    """The shop in a folder, as far as customer service needs it."""
    warehouse = warehouse or Warehouse(folder / "warehouse.duckdb")
    return SimpleNamespace(
        warehouse=warehouse,
        records=Records(url or f"sqlite:///{folder}/service.sqlite"),
        resolve=Resolver(warehouse, AS_OF),
        as_of=AS_OF,
        currency="GBP",
        policies_folder=folder / "policies",
    )


class Desk:
    """Calls tools as the conversation does, in one session."""

    toolbox = Toolbox.of(TOOLS)

    def __init__(self, shop: Any, customer_id: str | None = "C1", session: Session | None = None) -> None:
        self.shop = shop
        self.session = session or shop.records.open_session("customer", customer_id)
        self.context = Context(shop, self.session)

    def call(self, name: str, **arguments: Any) -> ToolResult:
        return self.toolbox.run(ToolCall(name, arguments), self.context)[1]
