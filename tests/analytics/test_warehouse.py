"""The warehouse: replaced in one step, locked while it is built, and plain about what a shop lacks."""

import subprocess
import sys
from datetime import date

import pytest

from analytics.columns import KEYS, TABLES
from analytics.errors import MissingData, ShopBusy
from analytics.warehouse import Warehouse, build_lock, rebuild


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "shop" / "warehouse.duckdb"
    with rebuild(path) as connection:
        connection.execute("insert into products (product_id, title, merchandise) values ('A', 'Lamp', true)")
    return path


def titles(path):
    warehouse = Warehouse(path)
    found = warehouse.frame(warehouse.table("products"))["title"].tolist()
    warehouse.close()
    return found


def test_every_table_is_there_with_its_columns(path):
    warehouse = Warehouse(path)
    for table, columns in TABLES.items():
        assert tuple(warehouse.table(table).columns) == tuple(columns)
    assert set(KEYS) == set(TABLES) - {"rejected", "imports"}


def test_a_failed_rebuild_leaves_the_last_good_one(path):
    def fail():
        with rebuild(path) as connection:
            connection.execute("delete from products")
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fail()
    assert titles(path) == ["Lamp"]
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_killed_rebuild_leaves_the_last_good_one(path):
    program = (
        "import os, sys; from pathlib import Path; from analytics.warehouse import rebuild\n"
        "with rebuild(Path(sys.argv[1])) as connection:\n"
        "    connection.execute('delete from products'); connection.execute('checkpoint'); os._exit(9)\n"
    )
    assert subprocess.run([sys.executable, "-c", program, str(path)], check=False).returncode == 9
    assert titles(path) == ["Lamp"]
    with rebuild(path) as connection:
        connection.execute("update products set title = 'Rug'")
    assert titles(path) == ["Rug"]


def test_rebuild_from_nothing_forgets_what_was_there(path):
    with rebuild(path, keep=False):
        pass
    assert titles(path) == []


def test_only_one_builds_at_a_time(path):
    with build_lock(path.parent), pytest.raises(ShopBusy, match="another one is at work"), build_lock(path.parent):
        pass
    with build_lock(path.parent):
        pass


def test_what_is_missing_is_said(path, tmp_path):
    warehouse = Warehouse(path)
    with pytest.raises(MissingData, match="no stock levels: import them"):
        warehouse.require("inventory", "stock levels")
    warehouse.require("products", "products")
    with pytest.raises(MissingData, match="no sales yet"):
        warehouse.span()
    with pytest.raises(MissingData, match="there is none"):
        Warehouse(tmp_path / "nowhere.duckdb")


def test_the_sales_view_holds_priced_merchandise_only(path):
    with rebuild(path) as connection:
        connection.execute("insert into products (product_id, merchandise) values ('POST', false)")
        connection.execute("insert into orders (order_id, kind) values ('1', 'sale')")
        connection.execute(
            "insert into order_lines (order_id, line_number, product_id, quantity, unit_price, sold_at) values "
            "('1', 1, 'A', 2, 3.5, '2011-01-02'), ('1', 2, 'A', 1, 0, '2011-01-02'), ('1', 3, "
            "'POST', 1, 9, '2011-01-09')"
        )
    warehouse = Warehouse(path)
    assert warehouse.frame(warehouse.table("sales"))["value"].tolist() == [7.0]
    assert warehouse.scalar(warehouse.table("sales").value.sum()) == 7.0
    assert warehouse.span() == (date(2011, 1, 2), date(2011, 1, 9))
