"""The Online Retail file: what is kept, what is rejected and why, and that a second import doubles nothing."""

import csv
from datetime import datetime
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from analytics.imports import ImportAccount, ingest_online_retail, recorded_rejections
from analytics.warehouse import Warehouse

HEADER = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]
# An invoice with an article in two spellings of its code, postage and a gift; a return; an unknown customer's invoice.
ROWS = [
    ["536365", "85123A", "HEART HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom"],
    ["536365", "85123A", "HEART HOLDER", "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom"],
    ["536365", "POST", "POSTAGE", "1", "2010-12-01 08:26:00", "18.00", "17850", "United Kingdom"],
    ["536365", "22423", "CAKESTAND", "1", "2010-12-01 08:26:00", "0.00", "17850", "United Kingdom"],
    ["536370", "85123a", "WHITE HEART HOLDER", "2", "2010-12-13 09:00:00", "2.95", "", "France"],
    ["536370", "gift_0001_20", "Voucher", "1", "2010-12-13 09:01:00", "20.00", "", "France"],
    ["C536379", "85123A", "HEART HOLDER", "-1", "2010-12-14 10:00:00", "2.55", "17850", "Norway"],
]


def write_csv(path: Path, rows, header=HEADER, **options) -> Path:
    with path.open("w", newline="", encoding=options.pop("encoding", "utf-8")) as opened:
        csv.writer(opened, **options).writerows([header, *rows])
    return path


def rows_of(path: Path, query: str):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def ingest(tmp_path: Path, rows=None, name: str = "retail.csv") -> tuple[ImportAccount, Path]:
    warehouse = tmp_path / "shop" / "warehouse.duckdb"
    return ingest_online_retail(write_csv(tmp_path / name, ROWS if rows is None else rows), warehouse), warehouse


def test_account_adds_up_and_reads_well(tmp_path):
    account, _ = ingest(tmp_path)
    assert (account.rows_read, account.rows_kept) == (7, 5)
    assert account.rejected_by("exact duplicate") == 1
    assert account.rejected_by("unit price zero or less") == 1
    assert account.rows_read == account.rows_kept + sum(each.rows for each in account.rules)
    assert "7  rows read" in str(account)
    assert "1  rejected: exact duplicate" in str(account)


def test_rejections_are_on_record_once(tmp_path):
    first, warehouse = ingest(tmp_path)
    ingest(tmp_path)
    assert recorded_rejections(Warehouse(warehouse)) == first.rules


def test_orders_lines_products_and_customers(tmp_path):
    _, warehouse = ingest(tmp_path)
    assert rows_of(warehouse, "select order_id, kind, customer_id, country, status from orders order by 1") == [
        ("536365", "sale", "17850", "United Kingdom", None),
        ("536370", "sale", None, "France", None),
        ("C536379", "return", "17850", "Norway", None),
    ]
    # Both titles were used; HEART HOLDER twice (sale and return), the other once. The duplicate row is not counted.
    assert rows_of(warehouse, "select product_id, title, price, merchandise from products order by 1") == [
        ("85123A", "HEART HOLDER", 2.55, True),  # 2.55 and 2.95 once each within 28 days: the lower one
        ("GIFT_0001_20", "Voucher", 20.0, False),
        ("POST", "POSTAGE", 18.0, False),
    ]
    assert rows_of(warehouse, "select customer_id, country from customers") == [("17850", "Norway")]
    assert rows_of(warehouse, "select sum(value) from sales") == [(6 * 2.55 + 2 * 2.95 - 2.55,)]
    assert rows_of(warehouse, "select min(ordered_at) from orders where order_id = '536370'") == [
        (datetime(2010, 12, 13, 9),)
    ]


def test_rejected_rows_keep_their_reason_and_content(tmp_path):
    _, warehouse = ingest(
        tmp_path, [*ROWS, ["536371", "22423", "CAKESTAND", "few", "2010-12-14 11:00:00", "9", "", "EIRE"]]
    )
    [(row, reason)] = rows_of(warehouse, "select row_number, reason from rejected where rule = 'unreadable quantity'")
    assert row == 8
    assert reason == 'quantity "few" is not a number'
    assert '"StockCode":"22423"' in rows_of(warehouse, "select row from rejected where row_number = 8")[0][0]


def test_price_is_the_most_frequent_one_of_the_last_28_days(tmp_path):
    def sale(invoice: str, day: str, price: str):
        return [invoice, "A1", "LAMP", "1", f"{day} 10:00:00", price, "1", "EIRE"]

    # 28 days end on 31 January: 4 January is the first of them. 3.00 was most frequent before.
    rows = [sale(f"10{i}", f"2011-01-0{i}", "3.00") for i in (1, 2, 3)]
    rows += [sale("201", "2011-01-04", "5.00"), sale("202", "2011-01-20", "4.00"), sale("203", "2011-01-31", "5.00")]
    _, warehouse = ingest(tmp_path, rows)
    assert rows_of(warehouse, "select price from products") == [(5.0,)]


@pytest.mark.parametrize("cut", [3, 6])
def test_repeated_and_overlapping_imports_double_nothing(tmp_path, cut):
    whole, warehouse = ingest(tmp_path)
    tables = ("orders", "order_lines", "products", "customers", "rejected")
    once = [rows_of(warehouse, f"select * from {table} order by all") for table in tables]
    ingest(tmp_path)
    assert [rows_of(warehouse, f"select * from {table} order by all") for table in tables] == once
    # The first rows alone, and then the last ones alone: even an order that lies in both parts keeps all its lines.
    ingest(tmp_path, ROWS[:cut])
    ingest(tmp_path, ROWS[2:])
    assert rows_of(warehouse, "select count(*), sum(quantity) from order_lines") == [(5, 9.0)]
    assert rows_of(warehouse, "select count(*) from imports") == [(1,)]
    assert whole.tables["order_lines"] == 5


def test_two_halves_of_one_order_become_one_order(tmp_path):
    _, warehouse = ingest(tmp_path, ROWS[:1])
    ingest(tmp_path, ROWS[2:3], name="later.csv")
    assert rows_of(warehouse, "select order_id, count(*) from order_lines group by 1") == [("536365", 2)]


def test_an_older_file_does_not_rename_products(tmp_path):
    _, warehouse = ingest(tmp_path, [["2", "A1", "NEW NAME", "1", "2011-05-20 10:00:00", "2.00", "", "EIRE"]])
    ingest(tmp_path, [["1", "A1", "OLD NAME", "1", "2011-01-20 10:00:00", "1.00", "", "EIRE"]], name="older.csv")
    assert rows_of(warehouse, "select title, price from products") == [("NEW NAME", 2.0)]


def as_excel(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEADER)
    for invoice, code, title, quantity, at, price, customer, country in ROWS:
        number = int(invoice) if invoice.isdigit() else invoice
        sheet.append([number, code, title, int(quantity), datetime.fromisoformat(at), float(price),
                      int(customer) if customer else None, country])  # fmt: skip
    book.save(path)
    return path


def as_parquet(path: Path) -> Path:
    frame = pd.DataFrame(ROWS, columns=HEADER)
    frame["Quantity"] = frame["Quantity"].astype(int)
    frame["UnitPrice"] = frame["UnitPrice"].astype(float)
    frame["InvoiceDate"] = pd.to_datetime(frame["InvoiceDate"])
    frame["CustomerID"] = pd.to_numeric(frame["CustomerID"])  # doubles, as pandas keeps ids with gaps
    frame.to_parquet(path)
    return path


def as_american_csv(path: Path) -> Path:
    rows = [[*row[:4], f"{datetime.fromisoformat(row[4]):%m/%d/%Y %H:%M}", *row[5:]] for row in ROWS]
    return write_csv(path, rows, encoding="latin-1")


@pytest.mark.parametrize(
    ("name", "write"),
    [("r.xlsx", as_excel), ("r.parquet", as_parquet), ("r.csv", as_american_csv), ("nosuffix", as_parquet)],
)
def test_every_file_type_gives_the_same_history(tmp_path, name, write):
    _, expected = ingest(tmp_path)
    found = tmp_path / "other" / "warehouse.duckdb"
    ingest_online_retail(write(tmp_path / name), found)
    for table in ("orders", "order_lines", "products", "customers"):
        query = f"select * from {table} order by all"
        assert rows_of(found, query) == rows_of(expected, query)


def test_latin_1_text_is_read_as_it_was_meant(tmp_path):
    row = ["1", "A1", "CAFÉ £5 SIGN", "1", "2011-05-20 10:00:00", "2.00", "", "EIRE"]
    warehouse = tmp_path / "warehouse.duckdb"
    ingest_online_retail(write_csv(tmp_path / "r.csv", [row], encoding="latin-1"), warehouse)
    assert rows_of(warehouse, "select title from products") == [("CAFÉ £5 SIGN",)]


def test_second_edition_has_other_column_names(tmp_path):
    header = ["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"]
    account = ingest_online_retail(write_csv(tmp_path / "ii.csv", ROWS, header), tmp_path / "warehouse.duckdb")
    assert account.rows_kept == 5
