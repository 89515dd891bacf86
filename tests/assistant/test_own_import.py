import pytest
from service_shop import write_warehouse

from assistant.errors import NotImportable
from assistant.long_work import LongWork
from assistant.own_import import (
    DAY_TIME,
    ColumnMap,
    fields_of,
    import_file,
    look_into,
    map_text,
    suggestion,
    try_import,
)
from assistant.settings import write_settings
from assistant.shop import WAREHOUSE, Shop

TILL = """Receipt,Date,Time,SKU,Item,Qty,Price
9001,2024-06-29,09:30,P1,Blue Mug,2,4.00
9001,2024-06-29,09:30,P1,Blue Mug,2,4.00
9002,2024-06-29,10:00,P9,Jug,1,
9003,never,10:00,P9,Jug,1,12.00
9004,2024-06-30,11:00,P9,Jug,1,12.00
"""
COLUMNS = {
    "order_id": "Receipt", "sold_at": "Date", DAY_TIME: "Time", "product_id": "SKU", "title": "Item",
    "quantity": "Qty", "unit_price": "Price",
}  # fmt: skip
MAPPING = ColumnMap("till", "sales", COLUMNS)


@pytest.fixture
def shop(tmp_path):
    folder = tmp_path / "shop"
    folder.mkdir()
    write_warehouse(folder / WAREHOUSE)
    write_settings(folder, "Corner Shop", "GBP")
    return Shop(folder)


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "till.csv"
    place.write_text(TILL)
    return place


def orders(shop):
    return shop.warehouse.scalar(shop.warehouse.table("orders").count())


def test_a_try_tells_what_would_be_rejected_and_changes_nothing(shop, file):
    before = orders(shop), (shop.folder / WAREHOUSE).read_bytes()
    outcome = try_import(shop.folder, file, MAPPING)
    assert (outcome.account.rows_read, outcome.account.rows_kept, outcome.account.source) == (5, 2, "till")
    assert [(each.row_number, each.rule) for each in outcome.rejected][0] == (2, "exact duplicate")
    assert {each.row_number for each in outcome.rejected} == {2, 3, 4}
    assert (orders(shop), (shop.folder / WAREHOUSE).read_bytes()) == before


def test_an_import_is_taken_up_by_the_open_shop_and_repeating_it_doubles_nothing(shop, file):
    before = orders(shop)
    first = import_file(shop, file, MAPPING)
    assert orders(shop) == before + 2
    assert {each.row_number for each in first.rejected} == {2, 3, 4}
    import_file(shop, file, MAPPING)
    assert orders(shop) == before + 2
    lines = shop.warehouse.frame(shop.warehouse.table("order_lines"))
    assert str(lines[lines["order_id"] == "9004"]["sold_at"].iloc[0]) == "2024-06-30 11:00:00"


@pytest.mark.parametrize(
    ("content", "columns", "said"),
    [
        (TILL, {**COLUMNS, "order_id": "Bill"}, "Bill"),
        (TILL, {"order_id": "Receipt"}, "product_id"),
        (TILL, {**COLUMNS, "quantity": "Item"}, "Qty|number"),
        ("", COLUMNS, "empty"),
        ("Receipt,Date\n", COLUMNS, "there are none"),
        ("%PDF-1.4 not a table", COLUMNS, "PDF"),
    ],
)
def test_a_file_that_does_not_fit_is_told_clearly_and_the_shop_stays_as_it_was(shop, file, content, columns, said):
    file.write_text(content)
    before = orders(shop)
    with pytest.raises(NotImportable, match=said):
        import_file(shop, file, ColumnMap("till", "sales", columns))
    assert orders(shop) == before
    assert not list(shop.folder.glob("*.building"))


def test_nothing_is_imported_into_the_demo_shop(shop, file):
    (shop.folder / "truth").mkdir()
    (shop.folder / "shop.toml").write_text('name = "Larder & Loom"\n')
    with pytest.raises(NotImportable, match="demo shop"):
        import_file(shop, file, MAPPING)
    assert try_import(shop.folder, file, MAPPING).account.rows_kept == 2


def test_the_mapping_can_be_used_by_the_command_as_well():
    text = map_text(ColumnMap('ti"ll', "sales", COLUMNS, "%d/%m/%Y", ","))
    for line in ('name = "ti\\"ll"', 'decimal = ","', 'date_format = "%d/%m/%Y"', 'sold_at = ["Date", "Time"]'):
        assert line in text


def test_what_is_needed_comes_first_and_columns_are_suggested(file):
    needed = [field.name for field in fields_of("sales") if field.needed]
    assert needed == ["order_id", "product_id", "quantity", "unit_price", "sold_at"]
    table, found = suggestion(look_into(file).columns)
    assert table == "sales"
    assert found == {name: column for name, column in COLUMNS.items() if name != DAY_TIME}


def wait(work):
    while not work.now.ended:
        pass
    return work.now


def test_long_work_tells_how_far_it_is_and_how_it_ended():
    work = LongWork()

    def steps(told):
        told("reading", 0.3)
        told("cleaning", 0.6)
        return 42

    work.start("import", steps)
    now = wait(work)
    assert (now.name, now.result, now.share, now.failure, now.lines) == ("import", 42, 1.0, "", ("reading", "cleaning"))

    def fails(told):
        raise NotImportable("Expected a table.")

    work.start("import", fails)
    assert wait(work).failure == "Expected a table."


def test_one_piece_of_work_at_a_time():
    from threading import Event

    work, go = LongWork(), Event()
    work.start("fit", lambda told: go.wait(10))
    with pytest.raises(NotImportable, match="fit"):
        work.start("import", lambda told: None)
    go.set()
    wait(work)
