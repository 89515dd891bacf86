"""Bad input: the message says what was expected, what came and the fix; what was there before stays."""

import csv
import multiprocessing
from pathlib import Path

import duckdb
import openpyxl
import pytest

from analytics.errors import ImportFailed, ShopBusy
from analytics.imports import ingest_csv, ingest_online_retail
from analytics.warehouse import build_lock

HEADER = ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"]


def row(invoice="1", code="A1", quantity="1", at="2011-05-20 10:00", price="2.50"):
    return [invoice, code, "LAMP", quantity, at, price, "", "EIRE"]


def write(path: Path, rows, header=HEADER) -> Path:
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows([header, *rows])
    return path


@pytest.fixture
def shop(tmp_path) -> Path:
    """A warehouse with one order, which every failed import must leave as it is."""
    path = tmp_path / "shop" / "warehouse.duckdb"
    ingest_online_retail(write(tmp_path / "good.csv", [row()]), path)
    return path


def refused(shop: Path, file: Path, *expected: str) -> None:
    before = shop.read_bytes()
    with pytest.raises(ImportFailed) as failed:
        ingest_online_retail(file, shop)
    for words in expected:
        assert words in str(failed.value)
    assert shop.read_bytes() == before
    assert sorted(each.name for each in shop.parent.iterdir()) == [".build.lock", shop.name]


def count(shop: Path, query: str) -> int:
    with duckdb.connect(str(shop), read_only=True) as connection:
        return connection.execute(query).fetchone()[0]


def test_missing_column(shop, tmp_path):
    file = write(tmp_path / "x.csv", [row()[:5] + row()[6:]], HEADER[:5] + HEADER[6:])
    refused(shop, file, "UnitPrice or Price is missing", "the file has InvoiceNo", "ingest csv")


def test_missing_file(shop, tmp_path):
    refused(shop, tmp_path / "nowhere.xlsx", "there is no such file", "Check the path")
    refused(shop, tmp_path, "is a folder")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.pdf", b"%PDF-1.7 ...", "a PDF document"),
        ("a.csv", b"\x89PNG\r\n...", "a picture"),
        ("a.json", b'[{"InvoiceNo": 1}]', "looks like JSON"),
        ("a.html", b"<html><table>", "web page"),
        ("a.csv.gz", b"\x1f\x8b\x08\x00", "unpack it first"),
        ("a.bin", b"abc\x00\x01\x02", "binary data"),
        ("a.parquet", b"PAR1 and no more", "damaged"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b" \n\n", "is empty"),
        ("header.csv", ",".join(HEADER).encode(), "there are none"),
        ("one_word.csv", b"hello", "there are none"),
    ],
)
def test_wrong_or_empty_file(shop, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    refused(shop, tmp_path / name, "Expected", said)


def test_empty_workbook(shop, tmp_path):
    openpyxl.Workbook().save(tmp_path / "x.xlsx")
    refused(shop, tmp_path / "x.xlsx", "its sheets are empty")


def test_a_column_named_twice(shop, tmp_path):
    file = write(tmp_path / "x.csv", [[*row(), "3"]], [*HEADER, "Quantity"])
    refused(shop, file, "'Quantity' is there more than once", "Name the columns")


def test_text_in_a_whole_number_column(shop, tmp_path):
    file = write(tmp_path / "x.csv", [row(quantity="two"), row(invoice="2", quantity="three")])
    refused(shop, file, "Expected numbers in the column 'Quantity'", "2 of 2", "'three'")


def test_decimal_commas_are_not_taken_for_thousands(shop, tmp_path):
    file = write(tmp_path / "x.csv", [row(price="2,50"), row(invoice="2", price="1,25")])
    refused(shop, file, "'UnitPrice'", 'decimal = ","')


def test_text_in_single_cells_rejects_those_rows(shop, tmp_path):
    rows = [row(invoice=str(i)) for i in range(2, 8)]
    rows += [row(invoice="8", quantity="n/a"), row(invoice="9", price="nan"), row(invoice="10", at="soon")]
    rows += [row(invoice="", price="1"), row(invoice="11", quantity=""), row(invoice="12", at="")]
    rows += [row(invoice="13", at="2999-01-01 10:00"), row(invoice="14", price="inf"), row(invoice="15", quantity="0")]
    account = ingest_online_retail(write(tmp_path / "x.csv", rows), shop)
    assert {each.rule: each.rows for each in account.rules} == {
        "unreadable quantity": 1,
        "unreadable unit price": 2,
        "unreadable date": 1,
        "missing order id": 1,
        "missing quantity": 1,
        "missing date": 1,
        "date in the future": 1,
        "zero quantity": 1,
    }
    assert account.rows_kept == 6
    assert count(shop, "select count(*) from order_lines") == 7


def test_lines_of_another_width_are_rejected(shop, tmp_path):
    file = write(tmp_path / "x.csv", [row(invoice="2"), row(invoice="3")[:4], [*row(invoice="4"), "more"]])
    account = ingest_online_retail(file, shop)
    assert (account.rows_read, account.rows_kept) == (3, 1)
    assert account.rejected_by("wrong number of columns") == 2


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (("2011-05-20 10:00", "21/05/2011 10:00"), "there are several"),
        (("20/05/2011 10:00", "05/21/2011 10:00"), "there are several"),
        (("2011-05-20", "3 June 2011"), "there are several"),
        (("2011-05-20", "03/04/2011"), "there are several"),
        (("03/04/2011 10:00", "05/06/2011 11:00"), "may be either"),
        (("yesterday", "today"), "Expected dates in the column 'InvoiceDate'"),
    ],
)
def test_dates_in_two_formats_or_ambiguous_ones_are_never_guessed(shop, tmp_path, dates, said):
    file = write(tmp_path / "x.csv", [row(invoice=str(i + 2), at=at) for i, at in enumerate(dates)])
    refused(shop, file, said, "date_format" if "several" in said or "either" in said else "Check the column")


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("03/04/2011 10:00", "20/05/2011 10:00"), "2011-04-03 10:00:00"),
        (("03/04/2011 10:00", "05/20/2011 10:00"), "2011-03-04 10:00:00"),
        (("3.4.11", "20.5.11"), "2011-04-03 00:00:00"),
        (("2011-04-03T10:00:00Z", "2011-05-20T10:00:00+01:00"), "2011-04-03 10:00:00"),
        (("3 Apr 2011 9:05 PM", "20 May 2011 9:05 AM"), "2011-04-03 21:05:00"),
        (("April 3, 2011", "May 20, 2011"), "2011-04-03 00:00:00"),
        (("20110403", "20110520"), "2011-04-03 00:00:00"),
        (("04/04/2011", "05/05/2011"), "2011-04-04 00:00:00"),
    ],
)
def test_clear_dates_are_read(tmp_path, dates, first):
    file = write(tmp_path / "x.csv", [row(invoice=str(i), at=at) for i, at in enumerate(dates)])
    ingest_online_retail(file, tmp_path / "warehouse.duckdb")
    assert count(tmp_path / "warehouse.duckdb", "select min(sold_at)::varchar from order_lines") == first


def test_an_ambiguous_file_is_read_once_its_format_is_said(tmp_path):
    file = write(tmp_path / "x.csv", [row(at="03/04/2011 10:00")])
    ingest_online_retail(file, tmp_path / "warehouse.duckdb", date_format="%m/%d/%Y")
    assert count(tmp_path / "warehouse.duckdb", "select sold_at::varchar from order_lines") == "2011-03-04 10:00:00"


def test_two_formats_that_a_map_lists_are_read(tmp_path):
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[sales]\ndate_format = ["%Y-%m-%d", "%d/%m/%Y"]\n[sales.columns]\norder_id = "InvoiceNo"\n'
        'product_id = "StockCode"\nquantity = "Quantity"\nunit_price = "UnitPrice"\nsold_at = "InvoiceDate"\n'
    )
    file = write(tmp_path / "x.csv", [row(at="03/04/2011 10:00"), row(invoice="2", at="2011-04-04 10:00")])
    ingest_csv(file, mapping, tmp_path / "warehouse.duckdb")
    found = "select string_agg(sold_at::date::varchar, ' ' order by sold_at) from order_lines"
    assert count(tmp_path / "warehouse.duckdb", found) == "2011-04-03 2011-04-04"


def test_a_folder_or_map_that_lacks_something(tmp_path):
    mapping = tmp_path / "map.toml"
    with pytest.raises(ImportFailed, match="there is none"):
        ingest_csv(tmp_path, mapping, tmp_path / "w.duckdb")
    mapping.write_text('[products]\nfile = "products*.csv"\ncolumns = { product_id = "sku", title = "name" }\n')
    with pytest.raises(ImportFailed, match=r"Expected a file products\*\.csv"):
        ingest_csv(tmp_path, mapping, tmp_path / "w.duckdb")
    mapping.write_text("")
    with pytest.raises(ImportFailed, match=r"Expected a section such as \[sales\]"):
        ingest_csv(tmp_path, mapping, tmp_path / "w.duckdb")


def hold_lock(folder: Path, held, release) -> None:
    with build_lock(folder):
        held.set()
        release.wait(20)


def test_two_processes_at_once(shop, tmp_path):
    spawn = multiprocessing.get_context("spawn")
    held, release = spawn.Event(), spawn.Event()
    other = spawn.Process(target=hold_lock, args=(shop.parent, held, release))
    other.start()
    try:
        assert held.wait(20)
        with pytest.raises(ShopBusy, match="another one is at work"):
            ingest_online_retail(write(tmp_path / "x.csv", [row(invoice="2")]), shop)
    finally:
        release.set()
        other.join(20)
    assert count(shop, "select count(*) from orders") == 1


def test_a_damaged_warehouse_is_told(tmp_path):
    shop = tmp_path / "shop" / "warehouse.duckdb"
    shop.parent.mkdir()
    shop.write_bytes(b"not a database" * 1000)
    with pytest.raises(ImportFailed, match="Nothing was changed"):
        ingest_online_retail(write(tmp_path / "x.csv", [row()]), shop)
