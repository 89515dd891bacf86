"""A shop's own exports through map.toml: one sales file, several tables, formats, returns, and replacing by key."""

from pathlib import Path

import duckdb
import pytest

from analytics.errors import ImportFailed
from analytics.imports import ingest_csv

MAP = """
name = "till"
[format]
delimiter = ";"
encoding = "cp1252"
decimal = ","
thousands = "."
date_format = "%d.%m.%Y"
[sales]
[sales.columns]
order_id = "Beleg"
product_id = "Artikel"
quantity = "Menge"
line_total = "Summe"
sold_at = ["Datum", "Zeit"]
title = "Bezeichnung"
category = "Gruppe"
customer_id = "Kunde"
customer_name = "Name"
store_id = "Filiale"
kind = "Art"
[sales.constants]
country = "Germany"
[sales.defaults]
store_id = "online"
[sales.returns]
kinds = ["R"]
[sales.not_merchandise]
codes = ["porto"]
pattern = "GUT.*"
"""
SALES = """Beleg;Artikel;Menge;Summe;Datum;Zeit;Bezeichnung;Gruppe;Kunde;Name;Filiale;Art
1;a-1;2;1.000,50;03.04.2026;09:30;Tisch größer;Möbel;K1;Ann Ott;S1;V
1;PORTO;1;4,90;03.04.2026;09:30;Porto;;K1;Ann Ott;S1;V
2;A-1;1;500,25;05.04.2026;10:00;Tisch größer;Möbel;;;;V
3;a-1;1;500,25;06.04.2026;11:00;Tisch größer;Möbel;K1;Ann Ott;S1;R
4;gut-10;1;10,00;06.04.2026;11:00;Gutschein;;;;S1;V
"""


def ingest(tmp_path: Path, mapping: str, *files: tuple[str, str], place: str | None = None):
    (tmp_path / "map.toml").write_text(mapping)
    exports = tmp_path / "exports"
    exports.mkdir(exist_ok=True)
    for name, text in files:
        (exports / name).write_bytes(text.encode("cp1252"))
    warehouse = tmp_path / "warehouse.duckdb"
    return ingest_csv(exports / place if place else exports, tmp_path / "map.toml", warehouse), warehouse


def rows_of(path: Path, query: str):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_one_sales_file_fills_the_whole_history(tmp_path):
    account, warehouse = ingest(tmp_path, MAP, ("sales.csv", SALES))
    assert (account.source, account.rows_read, account.rows_kept) == ("till", 5, 5)
    assert rows_of(
        warehouse, "select order_id, kind, store_id, country, ordered_at::varchar from orders order by 1"
    ) == [
        ("1", "sale", "S1", "Germany", "2026-04-03 09:30:00"),
        ("2", "sale", "online", "Germany", "2026-04-05 10:00:00"),
        ("3", "return", "S1", "Germany", "2026-04-06 11:00:00"),
        ("4", "sale", "S1", "Germany", "2026-04-06 11:00:00"),
    ]
    assert rows_of(warehouse, "select product_id, title, category, price, merchandise from products order by 1") == [
        ("A-1", "Tisch größer", "Möbel", 500.25, True),
        ("GUT-10", "Gutschein", None, 10.0, False),
        ("PORTO", "Porto", None, 4.9, False),
    ]
    assert rows_of(warehouse, "select customer_id, name from customers") == [("K1", "Ann Ott")]
    assert rows_of(warehouse, "select store_id from stores order by 1") == [("S1",), ("online",)]
    assert rows_of(warehouse, "select sum(quantity), round(sum(value), 2) from sales") == [(2.0, 1000.5)]


def test_a_newer_export_replaces_its_orders(tmp_path):
    _, warehouse = ingest(tmp_path, MAP, ("sales.csv", SALES))
    corrected = SALES.splitlines()[0] + "\n1;A-1;1;500,25;03.04.2026;09:30;Tisch;Möbel;K1;Ann Ott;S1;V\n"
    ingest(tmp_path, MAP, ("sales.csv", corrected))
    assert rows_of(warehouse, "select product_id, quantity from order_lines where order_id = '1'") == [("A-1", 1.0)]
    assert rows_of(warehouse, "select count(*) from orders") == [(4,)]


def test_several_files_of_one_pattern_are_read_together(tmp_path):
    mapping = MAP.replace("[sales]\n", '[sales]\nfile = "sales_*.csv"\n')
    header, *lines = SALES.splitlines()
    halves = [("sales_1.csv", "\n".join([header, *lines[:3]])), ("sales_2.csv", "\n".join([header, *lines[2:]]))]
    account, warehouse = ingest(tmp_path, mapping, *halves)
    assert account.rows_read == 6
    assert account.rejected_by("exact duplicate") == 1
    assert rows_of(warehouse, "select count(*) from order_lines") == [(5,)]


SEVERAL = """
[products]
file = "products.csv"
columns = { product_id = "sku", title = "name", price = "price", cost = "cost" }
[orders]
file = "orders.csv"
columns = { order_id = "id", ordered_at = "at", customer_id = "who", status = "state" }
[order_lines]
file = "lines.csv"
columns = { order_id = "id", product_id = "sku", quantity = "n", unit_price = "each" }
[inventory]
file = "stock.csv"
columns = { product_id = "sku", on_hand = "n" }
constants = { store_id = "main" }
"""
FILES = (
    ("products.csv", "sku,name,price,cost\nx1,Mug,5.00,2.10\nx2,Plate,7.50,3.00\nx2,Dinner plate,7.90,3.00\n"),
    ("orders.csv", "id,at,who,state\n10,2026-02-01 12:00,c1,delivered\n11,2026-02-02 12:00,,placed\n"),
    ("lines.csv", "id,sku,n,each\n10,x1,2,5.00\n10,x2,1,7.50\n11,x3,1,1.20\n99,x1,1,5.00\n"),
    ("stock.csv", "sku,n\nX1,12\n,3\n"),
)


def test_several_tables_in_one_map(tmp_path):
    account, warehouse = ingest(tmp_path, SEVERAL, *FILES)
    assert {each.rule: each.rows for each in account.rules} == {
        "missing product code": 1, "repeated key": 1, "unknown order": 1,
    }  # fmt: skip
    assert rows_of(warehouse, "select product_id, title, price, cost from products order by 1") == [
        ("X1", "Mug", 5.0, 2.1),
        ("X2", "Dinner plate", 7.9, 3.0),  # listed: not overwritten by the usual price of 7.50
        ("X3", "X3", 1.2, None),
    ]
    assert rows_of(warehouse, "select on_hand, store_id from inventory") == [(12.0, "main")]
    assert rows_of(warehouse, "select customer_id from customers") == [("c1",)]
    assert rows_of(warehouse, "select sold_at::varchar, line_number from order_lines where order_id = '10'") == [
        ("2026-02-01 12:00:00", 1),
        ("2026-02-01 12:00:00", 2),
    ]


def test_columns_that_a_later_map_leaves_out_stay(tmp_path):
    _, warehouse = ingest(tmp_path, SEVERAL, *FILES)
    costs = '[products]\nfile = "costs.csv"\ncolumns = { product_id = "sku", cost = "cost" }\n'
    ingest(tmp_path, costs, ("costs.csv", "sku,cost\nx1,2.50\n"))
    assert rows_of(warehouse, "select title, price, cost from products where product_id = 'X1'") == [("Mug", 5.0, 2.5)]
    assert rows_of(warehouse, "select count(*) from order_lines") == [(3,)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("[sales.columns]", "[sales.colums]"), "Did you mean 'columns'"),
        (('order_id = "Beleg"\n', ""), "order_id"),
        (('quantity = "Menge"', 'quantity = "Mengen"'), "'Mengen' may be 'Menge'"),
        (('pattern = "GUT.*"', 'pattern = "GUT(("'), "regular expression"),
        (('decimal = ","', 'decimal = "."'), "different signs"),
        (("[sales]", "[sale]"), "Did you mean 'sales'"),
        (('title = "Bez', 'titel = "Bez'), "Did you mean 'title'"),
        (('name = "till"', "name = till"), "TOML"),
    ],
)
def test_a_wrong_map_is_told_with_its_fix(tmp_path, change, expected):
    with pytest.raises(ImportFailed, match="Expected|history does not know") as failed:
        ingest(tmp_path, MAP.replace(*change), ("sales.csv", SALES))
    assert expected in str(failed.value)
    assert not (tmp_path / "warehouse.duckdb").exists()
