"""Builds the demo shop: runs the simulation's steps in their order and writes tables, policies and truth."""

import shutil
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from analytics.columns import TABLES
from analytics.demo.baskets import fill_baskets
from analytics.demo.catalog import make_catalog
from analytics.demo.doorsteps import delivery_windows, postcodes
from analytics.demo.orders import book_orders
from analytics.demo.people import make_people
from analytics.demo.prices import competitor_prices, make_prices
from analytics.demo.reviews import write_reviews
from analytics.demo.settings import COUNTRY, PICKING_STORE, STORES, TEXTS, DemoSettings
from analytics.demo.stock import sell, stock_counts, stock_tables
from analytics.demo.texts import name_lists, product_texts, review_texts
from analytics.demo.truth import write_truth
from analytics.warehouse import build_lock, rebuild

_STEPS: Final = 8


@dataclass(frozen=True)
class DemoSummary:
    """What was built.

    Attributes:
        tables: warehouse table -> rows.
        revenue: net sales of the whole history, in the shop's currency.
        average_order_value: revenue / sale orders.
        return_rate: returned and cancelled value / gross value, 0-1.
        policies: policy pages copied.
        seconds: duration of the build.
    """

    tables: dict[str, int]
    revenue: float
    average_order_value: float
    return_rate: float
    policies: int
    seconds: float

    def __str__(self) -> str:
        rows = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.tables.items() if count)
        return f"Built the demo shop in {self.seconds:.0f} s: {rows}; {self.policies} policy pages."


def build_demo(
    warehouse_path: Path,
    policies_folder: Path,
    truth_folder: Path,
    *,
    seed: int = 7,
    progress: bool = True,
    settings: DemoSettings | None = None,
) -> DemoSummary:
    """Builds the demo shop from nothing; the same seed and texts give the same shop.

    Args:
        warehouse_path: the DuckDB file; replaced in one step at the end.
        policies_folder: receives the policy pages and rules.toml.
        truth_folder: receives the hidden truth of the simulation.
        seed: start of all random numbers.
        progress: show a bar on the terminal.
        settings: the size of the shop, for tests; its seed gives way to `seed`.

    Raises:
        ShopBusy: another process builds in this folder.
    """
    began = time.perf_counter()
    chosen = replace(settings or DemoSettings(), seed=seed)
    with build_lock(warehouse_path.parent), _Steps(progress) as steps:
        tables = _simulate(chosen, truth_folder, steps)
        steps.begin("writing the tables")
        policies = _copy_policies(policies_folder)
        with rebuild(warehouse_path, keep=False) as connection:
            for name, frame in tables.items():
                _insert(connection, name, frame)
    return _summary(tables, policies, time.perf_counter() - began)


class _Steps:
    """A bar with the step at work beside it."""

    def __init__(self, shown: bool) -> None:
        from tqdm import tqdm

        self._bar = tqdm(total=_STEPS, disable=not shown, unit="step", bar_format="{desc:<34}{bar} {n_fmt}/{total_fmt}")
        self._begun = False

    def begin(self, what: str) -> None:
        """Ends the step before and names the next."""
        if self._begun:
            self._bar.update()
        self._begun = True
        self._bar.set_description_str(what)

    def __enter__(self) -> "_Steps":
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self.begin("demo shop built")
        self._bar.close()


def _simulate(settings: DemoSettings, truth_folder: Path, steps: _Steps) -> dict[str, pd.DataFrame]:
    """Table name -> rows, in the order in which they are written."""
    steps.begin("reading products and names")
    catalog = make_catalog(product_texts(TEXTS), settings)
    steps.begin("setting prices and promotions")
    plan = make_prices(catalog, settings)
    steps.begin("filling and emptying the shelves")
    sales = sell(catalog, plan, settings)
    inventory, stock_outs = stock_tables(catalog, sales, settings)
    steps.begin("letting the customers in")
    people = make_people(catalog, plan, name_lists(TEXTS), settings)
    baskets, churn = fill_baskets(catalog, sales, people, settings)
    steps.begin("booking orders and returns")
    book = book_orders(catalog, plan, people, baskets, settings)
    steps.begin("writing reviews")
    reviews = write_reviews(catalog, book, review_texts(TEXTS), settings)
    steps.begin("keeping the truth")
    write_truth(truth_folder, catalog, plan, sales, people, churn, settings)
    return {
        "products": catalog.products,
        "suppliers": catalog.suppliers,
        "stores": _stores(),
        "customers": people.table,
        "orders": book.orders,
        "order_lines": book.lines,
        "inventory": inventory,
        "stock_counts": stock_counts(catalog, sales, settings),
        "stock_outs": stock_outs,
        "promotions": plan.promotions,
        "price_changes": plan.changes,
        "reviews": reviews,
        "competitor_prices": competitor_prices(catalog, plan, settings),
        "postcodes": postcodes(),
        "delivery_windows": delivery_windows(book.orders, settings),
    }


def _stores() -> pd.DataFrame:
    rows = [
        {**asdict(store), "country": COUNTRY, "picks_online": number == PICKING_STORE}
        for number, store in enumerate(STORES)
    ]
    return pd.DataFrame(rows)[list(TABLES["stores"])]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Bulk insert by column name, each value cast to the table's type."""
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    cast = ", ".join(f'"{name}"::{TABLES[table][name]}' for name in frame.columns)
    connection.register("incoming", frame)
    connection.execute(f"insert into {table} ({columns}) select {cast} from incoming")
    connection.unregister("incoming")


def _copy_policies(folder: Path) -> int:
    """Copies the policy pages, and the shop's rules where there are any; returns the number of pages."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = sorted((TEXTS / "policies").glob("*.md"))
    for page in [*pages, *(TEXTS / "policies").glob("rules.toml")]:
        shutil.copyfile(page, folder / page.name)
    return len(pages)


def _summary(tables: dict[str, pd.DataFrame], policies: int, seconds: float) -> DemoSummary:
    lines = tables["order_lines"]
    value = lines["quantity"] * lines["unit_price"]
    gross = float(value[value > 0].sum())
    sales = int((tables["orders"]["kind"] == "sale").sum())
    return DemoSummary(
        tables={name: len(frame) for name, frame in tables.items()},
        revenue=round(float(value.sum()), 2),
        average_order_value=float(value.sum()) / sales,
        return_rate=1 - float(value.sum()) / gross,
        policies=policies,
        seconds=seconds,
    )
