"""Small shops with bad input, imported, fitted and asked: what the tools say. Called by `benchmarks.questions`."""

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.churn import fit_churn
from analytics.customers import fit_customers
from analytics.errors import AnalyticsError
from analytics.imports import ingest_csv
from analytics.model_store import NOTED
from analytics.prices import fit_prices
from analytics.promotions import fit_promotions
from analytics.reviews import fit_reviews
from analytics.uplift.past_offers import fit_uplift
from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import WAREHOUSE, open_shop
from assistant.toolbox import Context

END = date(2024, 12, 31)
FITS: dict[str, Callable[..., Any]] = {
    "churn": fit_churn, "customers": fit_customers, "prices": fit_prices, "promotions": fit_promotions,
    "reviews": fit_reviews, "uplift": fit_uplift,
}  # fmt: skip
Call = tuple[str, dict[str, Any]]
_SALES = """
[sales]
file = "sales.csv"
[sales.columns]
order_id = "order"
customer_id = "customer"
product_id = "product"
title = "title"
quantity = "quantity"
unit_price = "price"
sold_at = "date"
"""


def sales(customers: int = 120, *, repeats: bool = True, moving: bool = True, days: int = 700) -> pd.DataFrame:
    """Orders of mugs by customers with a rhythm; prices that move every other ten weeks, or never."""
    random = np.random.default_rng(5)
    rows: list[tuple[object, ...]] = []
    for number in range(customers):
        day = float(random.uniform(0, days - 5))
        while day < days:
            price = 5.0 if not moving or int(day // 70) % 2 else 4.5
            on = END - timedelta(days=days - 1 - int(day))
            rows.append((f"O{len(rows)}", f"C{number}", "MUG", "Blue Mug", 1 + random.poisson(2), price, on))
            day = days if not repeats or random.random() < 0.1 else day + random.gamma(4, 8)
    return pd.DataFrame(rows, columns=["order", "customer", "product", "title", "quantity", "price", "date"])


def told(folder: Path, tables: dict[str, pd.DataFrame], mapping: str, fits: Sequence[str], calls: Sequence[Call]
         ) -> list[str]:  # fmt: skip
    """Imports the tables, fits what can be fitted, asks, and returns what was said."""
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "map.toml").write_text(mapping)
    account = ingest_csv(folder, folder / "map.toml", folder / "shop" / WAREHOUSE)
    write_settings(folder / "shop", "Test", "GBP")
    (folder / "shop" / "models").mkdir(exist_ok=True)
    said = [f"import: {line.strip()}" for line in str(account).splitlines() if "reject" in line or "price" in line]
    missing: dict[str, str] = {}
    with open_shop(folder / "shop") as shop:
        for name in fits:
            try:
                shop.models.save(name, FITS[name](shop.warehouse, shop.as_of))
            except AnalyticsError as why:
                missing[name] = str(why)
                said.append(f"fit of {name}: {why}")
        (shop.folder / "models" / NOTED).write_text(json.dumps({"missing": missing}))
        context = Context(shop, shop.records.open_session("manager"))
        for tool, arguments in calls:
            result = shop.toolbox.run(ToolCall(tool, arguments), context)[1]
            said += [f"{tool}: {result.headline}", *(f"{tool}, note: {note}" for note in result.notes[:2])]
    return said


def one_customer(folder: Path) -> list[str]:
    """A shop with a single customer."""
    calls: list[Call] = [("list_churn_risks", {}), ("sales_report", {"metric": "revenue", "period": "2024"})]
    return told(folder, {"sales": sales(1)}, _SALES, ["churn", "customers"], calls)


def no_repeats(folder: Path) -> list[str]:
    """Everybody bought once."""
    calls: list[Call] = [("list_churn_risks", {}), ("segment_customers", {}),
                         ("sales_report", {"metric": "customers", "period": "2024"})]  # fmt: skip
    return told(folder, {"sales": sales(300, repeats=False)}, _SALES, ["churn", "customers"], calls)


def negative_prices(folder: Path) -> list[str]:
    """Every tenth line has a price below zero: rejected, the rest counted."""
    table = sales()
    table.loc[::10, "price"] = -4.5
    calls: list[Call] = [("sales_report", {"metric": "revenue", "period": "2024"}), ("import_account", {})]
    return told(folder, {"sales": table}, _SALES, [], calls)


def constant_price(folder: Path) -> list[str]:
    """The price never moved: the elasticity is unknown."""
    return told(folder, {"sales": sales(moving=False)}, _SALES, ["prices"], [("recommend_price", {"product": "mug"})])


def everyone_got_it(folder: Path) -> list[str]:
    """A promotion to every customer tells nothing of what it changed."""
    table = sales()
    known = table["customer"].unique()
    offers = pd.DataFrame({"offer": "M1", "customer": known, "sent": END - timedelta(days=60), "got": "yes"})
    mapping = _SALES + '[offers_sent]\nfile = "offers.csv"\n[offers_sent.columns]\noffer_id = "offer"\n'
    mapping += 'customer_id = "customer"\nsent_on = "sent"\ngot_it = "got"\n'
    calls: list[Call] = [("plan_promotion", {"goal": "win back customers"})]
    return told(folder, {"sales": table, "offers": offers}, mapping, ["churn", "customers", "promotions", "uplift"],
                calls)  # fmt: skip


def odd_reviews(folder: Path) -> list[str]:
    """Reviews that are empty, or written in other languages."""
    said = ["", "Sehr schöne Tasse, aber der Henkel ist nach einer Woche abgebrochen und ich bin enttäuscht.",
            "La tasse est arrivée cassée et le service est mauvais, je ne recommande pas.", "Lovely mug, sturdy.",
            "The handle broke, poor quality.", None] * 6  # fmt: skip
    reviews = pd.DataFrame({"id": [f"R{n}" for n in range(len(said))], "product": "MUG", "text": said, "rating": 3,
                            "on": END})  # fmt: skip
    mapping = _SALES + '[reviews]\nfile = "reviews.csv"\n[reviews.columns]\nreview_id = "id"\nproduct_id = "product"\n'
    mapping += 'text = "text"\nrating = "rating"\nreviewed_on = "on"\n'
    calls: list[Call] = [("review_insights", {"product": "mug"})]
    return told(folder, {"sales": sales(), "reviews": reviews}, mapping, ["reviews"], calls)


CASES: dict[str, Callable[[Path], list[str]]] = {
    "one customer": one_customer,
    "no repeat customers": no_repeats,
    "negative prices": negative_prices,
    "a constant price": constant_price,
    "a promotion that everyone got": everyone_got_it,
    "empty and foreign reviews": odd_reviews,
}
