"""What the manager's tool says of due offers and of surplus stock, on a shop of a few lines."""

from datetime import date, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest

from analytics.history import History
from analytics.model_store import ModelStore
from analytics.prices import FittedPrices
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall
from assistant.toolbox import Toolbox
from assistant.tools.offers import plan_promotion

AS_OF = date(2024, 12, 31)
BOX = Toolbox.of((plan_promotion,))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    folder = tmp_path_factory.mktemp("due")
    bought = [("C1", "tea", 10 * n + 10) for n in range(5)] + [("C2", "mug", 10 * n + 22) for n in range(5)]
    bought.append(("C3", "mug", 2))
    orders, lines = [], []
    for number, (who, product, ago) in enumerate(bought):
        on = pd.Timestamp(AS_OF - timedelta(days=ago)) + pd.Timedelta(hours=9)
        orders.append((f"O{number}", who, on, "sale"))
        lines.append((f"O{number}", 1, product, 2.0, 10.0, 0.0, on))
    tables = {
        "orders": pd.DataFrame(orders, columns=["order_id", "customer_id", "ordered_at", "kind"]),
        "order_lines": pd.DataFrame(lines, columns=["order_id", "line_number", "product_id", "quantity", "unit_price",
                                                    "discount", "sold_at"]),
        "customers": pd.DataFrame({"customer_id": ["C1", "C2", "C3"], "name": ["Ann", "Ben", None]}),
        "products": pd.DataFrame({"product_id": ["tea", "mug"], "title": ["Green Tea", "Blue Mug"], "price": 10.0,
                                  "cost": [4.0, 9.6], "merchandise": True}),
        "inventory": pd.DataFrame({"store_id": "S", "product_id": ["tea", "mug"], "on_hand": [90.0, 3.0]}),
    }  # fmt: skip
    with rebuild(folder / "warehouse.duckdb") as connection:
        for name, frame in tables.items():
            connection.register("given", frame)
            connection.execute(f"insert into {name} ({', '.join(frame.columns)}) select * from given")
            connection.unregister("given")
    products = pd.DataFrame(
        {"price": 10.0, "low": 6.0, "high": 10.0, "weekly_units": [2.0, 1.0], "elasticity": [-2.5, float("nan")],
         "sd": [0.1, float("nan")], "category_mean": -2.0, "cost": [4.0, 9.6]},
        index=["tea", "mug"],
    )  # fmt: skip
    models = ModelStore(folder / "models")
    models.save("prices", FittedPrices(products, -2.5, True, AS_OF, None))
    warehouse = Warehouse(folder / "warehouse.duckdb")
    shop = SimpleNamespace(folder=folder, currency="GBP", as_of=AS_OF, warehouse=warehouse, models=models,
                           history=History.of(warehouse, AS_OF))  # fmt: skip
    return SimpleNamespace(shop=shop, session=SimpleNamespace(role="manager", customer_id=None))


def ask(context, goal):
    return BOX.run(ToolCall("plan_promotion", {"goal": goal}), context)[1]


def test_what_became_due_is_listed_with_allowed_discounts(context):
    found = ask(context, "offers that are due today")
    rows = {(row[0], row[1]): row for row in found.table.rows}
    assert ("replenishment", "Ann (C1)") in rows  # every 10 days, the last 10 days ago
    assert ("win back", "Ben (C2)") in rows  # silent for 22 days at a gap of 10
    assert ("welcome", "customer C3") in rows
    tea = rows[("replenishment", "Ann (C1)")]
    assert tea[2:] == ("Green Tea", 15, AS_OF.isoformat(), 10)
    assert "became due" in found.headline


def test_surplus_stock_gets_falling_prices_above_margin(context):
    found = ask(context, "clear surplus stock")
    row = found.table.rows[0]
    assert row[0] == "Green Tea"
    prices = row[3:11]
    assert list(prices) == sorted(prices, reverse=True)
    assert prices[-1] < 10.0
    assert prices[-1] >= 6.0  # at most 40 % off; cost plus margin is 4.21
    assert row[-1] > 0
    assert [row[0] for row in found.table.rows] == ["Green Tea"]  # the mug's stock is no surplus
