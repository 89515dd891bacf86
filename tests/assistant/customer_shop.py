"""A small invented shop, its models really fitted, for the tests of the manager's customer and price tools."""

import atexit
import shutil
import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from analytics.churn import fit_churn
from analytics.customers import fit_customers
from analytics.history import History
from analytics.model_store import ModelStore
from analytics.prices import fit_prices
from analytics.promotions import fit_promotions
from analytics.reviews import fit_reviews
from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall
from assistant.resolve import Resolver
from assistant.toolbox import Toolbox
from assistant.tools import customers, prices

AS_OF = date(2024, 12, 29)
DAYS = 500
TABLES = {
    "mug": ("Blue Mug", "mugs", 5.0, 2.0),
    "jug": ("Milk Jug", "mugs", 12.0, 7.0),
    "rug": ("Wool Rug", "rugs", 40.0, None),
    "pot": ("Tea Pot", "mugs", 20.0, 9.0),
}
BOX = Toolbox.of(customers.TOOLS + prices.TOOLS)


@cache
def shop(*, promotions=False):
    """The context of the shop, built once per run: with promotions, or with reviews and competitors instead."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return _build(folder, promotions=promotions, extras=not promotions)


def _build(folder, *, promotions, extras):
    with rebuild(folder / "warehouse.duckdb") as connection:
        orders, lines = _sales(promotions)
        people = pd.DataFrame({"customer_id": orders["customer_id"].unique()})
        people["name"] = [f"Person {each}" if number % 2 else None for number, each in enumerate(people["customer_id"])]
        people["country"] = ["France" if number % 4 == 0 else "Spain" for number in range(len(people))]
        people.loc[len(people)] = ["C-quiet", "Quiet One", "Spain"]
        goods = pd.DataFrame(
            [(key, title, category, price, cost, True) for key, (title, category, price, cost) in TABLES.items()],
            columns=["product_id", "title", "category", "price", "cost", "merchandise"],
        )
        tables = {"orders": orders, "order_lines": lines, "customers": people, "products": goods}
        if extras:
            tables |= {"reviews": _reviews(), "competitor_prices": _competitors()}
        if promotions:
            tables["promotions"] = _promotions()
        for name, frame in tables.items():
            connection.register("given", frame)
            connection.execute(f"insert into {name} ({', '.join(frame.columns)}) select * from given")
            connection.unregister("given")
    warehouse = Warehouse(folder / "warehouse.duckdb")
    models = ModelStore(folder / "models")
    fits = {"churn": fit_churn, "customers": fit_customers, "prices": fit_prices, "promotions": fit_promotions}
    for name, fit in (fits | ({"reviews": fit_reviews} if extras else {})).items():
        models.save(name, fit(warehouse, AS_OF))
    opened = SimpleNamespace(
        folder=folder, name="Test", currency="GBP", as_of=AS_OF, warehouse=warehouse, models=models,
        resolve=Resolver(warehouse, AS_OF), history=History.of(warehouse, AS_OF),
    )  # fmt: skip
    return SimpleNamespace(shop=opened, session=SimpleNamespace(role="manager", customer_id=None))


def ask(context, tool, **arguments):
    """Runs a tool as a manager."""
    return BOX.run(ToolCall(tool, arguments), context)[1]


def _sales(promotions):
    """200 customers with rhythms of 5 to 60 days who leave after an order with a chance of 7 %."""
    random = np.random.default_rng(4)
    orders, lines = [], []
    offers = _promotions() if promotions else pd.DataFrame()
    for number in range(200):
        gap, day, serial = random.uniform(5, 60), random.uniform(0, DAYS * 0.8), 0
        while day < DAYS:
            on = pd.Timestamp(AS_OF - timedelta(days=int(DAYS - 1 - day))) + pd.Timedelta(hours=12)
            order = f"O{number}-{serial}"
            orders.append((order, f"C{number}", on, "Spain" if number % 4 else "France", "sale"))
            product = str(random.choice(list(TABLES)))
            price = TABLES[product][2] * (0.9 if product == "mug" and day % 120 < 60 else 1.0)
            running = [o for o in offers.to_dict("records") if o["category"] == TABLES[product][1]
                       and o["starts_on"] <= on.date() <= o["ends_on"]]  # fmt: skip
            quantity = random.poisson(9 if running or price < TABLES[product][2] else 5) + 1.0
            off = round(price * running[0]["discount"], 2) if running else 0.0
            given = running[0]["promotion_id"] if running else None
            lines.append((order, 1, product, quantity, round(price - off, 2), off, given, on))
            serial += 1
            if random.random() < 0.07:
                break
            day += max(random.gamma(4, gap / 4), 1)
    return (
        pd.DataFrame(orders, columns=["order_id", "customer_id", "ordered_at", "country", "kind"]),
        pd.DataFrame(lines, columns=["order_id", "line_number", "product_id", "quantity", "unit_price", "discount",
                                     "promotion_id", "sold_at"]),
    )  # fmt: skip


def _promotions():
    rows = []
    for number, ago in enumerate(range(30, 450, 50)):
        start = AS_OF - timedelta(days=ago)
        rows.append((f"M{number}", f"Mug days {number}", start, start + timedelta(days=9), None, "mugs", 0.2, "online"))
    columns = ["promotion_id", "name", "starts_on", "ends_on", "product_id", "category", "discount", "channel"]
    return pd.DataFrame(rows, columns=columns)


def _reviews():
    said = [("Lovely colour and sturdy.", 5), ("The handle broke, poor quality.", 1), ("Arrived late and damaged.", 2)]
    rows = [
        (f"R{number}", "mug" if number % 2 else "rug", AS_OF - timedelta(days=10 * number), rating, None, text)
        for number, (text, rating) in enumerate(said * 6)
    ]
    return pd.DataFrame(rows, columns=["review_id", "product_id", "reviewed_on", "rating", "title", "text"])


def _competitors():
    rows = [("Rival", "mug", 4.0, AS_OF), ("Other", "mug", 5.5, AS_OF), ("Rival", "pot", 25.0, AS_OF)]
    return pd.DataFrame(rows, columns=["competitor", "product_id", "price", "observed_on"])
