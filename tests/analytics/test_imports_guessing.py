import pytest

from analytics.errors import ImportFailed
from analytics.imports.guessing import guess_columns, guess_table
from analytics.imports.preview import preview

TILL = ("Receipt", "Date", "SKU", "Item", "Qty", "Price paid", "Member no")


def test_a_tills_columns_are_known_by_their_names():
    assert guess_columns("sales", TILL) == {
        "order_id": "Receipt",
        "sold_at": "Date",
        "product_id": "SKU",
        "title": "Item",
        "quantity": "Qty",
        "unit_price": "Price paid",
        "customer_id": "Member no",
    }


@pytest.mark.parametrize(
    ("columns", "table"),
    [
        (TILL, "sales"),
        (("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"), "sales"),
        (("Product", "Branch", "Stock"), "inventory"),
        (("SKU", "Name", "Department", "Cost price"), "products"),
        (("competitor", "sku", "price", "date"), "competitor_prices"),
    ],
)
def test_what_a_file_holds_is_told_from_its_columns(columns, table):
    assert guess_table(columns) == table


def test_a_slip_in_a_name_is_seen_through_and_each_column_is_used_once():
    found = guess_columns("sales", ("recipt number", "Date", "Date of birth", "total"))
    assert found["order_id"] == "recipt number"
    assert found["sold_at"] == "Date"
    assert found["line_total"] == "total"
    assert len(set(found.values())) == len(found)


def test_foreign_names_are_left_to_the_person():
    assert guess_columns("sales", ("foo", "bar")) == {}


def test_the_beginning_of_a_file_is_shown_as_it_stands_there(tmp_path):
    file = tmp_path / "till.csv"
    file.write_text("Receipt;Qty\n001;2\n002;\nbroken\n")
    seen = preview(file, limit=1)
    assert (seen.columns, seen.rows, seen.count, seen.malformed) == (("Receipt", "Qty"), (("001", "2"),), 2, 1)


def test_a_picture_is_no_table(tmp_path):
    file = tmp_path / "sales.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    with pytest.raises(ImportFailed, match="picture"):
        preview(file)
