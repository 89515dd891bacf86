"""A history file that is cut off, no database, or damaged in the middle is told as such, with the way out."""

from pathlib import Path

import pytest

from analytics.errors import ImportFailed, MissingData
from analytics.model_store import ModelStore
from analytics.warehouse import Warehouse, rebuild


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with rebuild(path) as connection:
        connection.execute(
            "insert into products (product_id, title, merchandise) "
            "select i::varchar, repeat(md5(i::varchar), 4), true from range(50000) t(i)"
        )
    return path


def damaged(content: bytes, how: str) -> bytes:
    middle = len(content) // 2
    return {
        "empty": b"",
        "foreign": b"no database " * 500,
        "cut off": content[:middle],
        "overwritten": content[:middle] + bytes(4000) + content[middle + 4000 :],
    }[how]


@pytest.mark.parametrize("how", ["empty", "foreign", "cut off", "overwritten"])
def test_a_damaged_history_says_what_to_do(path: Path, how: str) -> None:
    path.write_bytes(damaged(path.read_bytes(), how))
    with pytest.raises(MissingData, match=r"is damaged .*Delete that file.*ingest.*init --demo"):
        Warehouse(path).frame(Warehouse(path).table("products"))


@pytest.mark.parametrize("how", ["empty", "foreign"])
def test_an_import_into_a_damaged_history_says_so_and_leaves_no_copy(path: Path, how: str) -> None:
    path.write_bytes(damaged(path.read_bytes(), how))
    with pytest.raises(ImportFailed, match=r"is damaged .*Delete that file.*Nothing was changed"), rebuild(path):
        pass
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_wrong_query_is_not_blamed_on_the_file(path: Path) -> None:
    warehouse = Warehouse(path)
    with pytest.raises(Exception, match="(?i)conver|cast"):
        warehouse.frame(warehouse.table("products").title.cast("int64").name("n").as_table())


def test_a_removed_model_is_gone(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    store.save("churn", 1)
    assert store.load("churn") == 1
    store.remove("churn")
    store.remove("churn")
    assert store.names() == ()
    with pytest.raises(Exception, match="has not been fitted"):
        store.load("churn")
