"""tau2's retail shop as one of ours: nothing lost, nothing doubled, its policy as pages and rules."""

import gzip
import json
import sys
import tomllib
from pathlib import Path

import pytest

from analytics.errors import ImportFailed
from analytics.imports import ingest_tau_retail
from analytics.imports.tau_policy import pages, rules
from analytics.imports.tau_retail import one_line, title
from analytics.warehouse import Warehouse

sys.path.insert(0, str(Path(__file__).parent.parent / "assistant"))
from small_tau import AWAY, HOME, POLICY, database, write_source  # noqa: E402


def rows(folder, table):
    warehouse = Warehouse(folder / "shop" / "warehouse.duckdb")
    found = warehouse.frame(warehouse.table(table))
    warehouse.close()
    return found


def test_every_table_is_filled_and_a_second_import_doubles_nothing(tmp_path):
    source = write_source(tmp_path / "source")
    for _ in range(2):
        account = ingest_tau_retail(source, tmp_path / "shop" / "warehouse.duckdb")
    assert (account.rows_read, account.rows_kept) == (9, 9)  # 2 products, 2 people, 5 orders
    wanted = {"products": 5, "variants": 5, "inventory": 1, "customers": 2, "orders": 5, "order_lines": 8}
    wanted |= {"payment_methods": 3, "payments": 5, "shipments": 4}
    assert {name: len(rows(tmp_path, name)) for name in wanted} == wanted
    assert sorted(rows(tmp_path, "orders")["status"]) == ["delivered", "delivered", "dispatched", "placed", "placed"]
    assert rows(tmp_path, "inventory")["product_id"].tolist() == ["103"]  # the one that is not to be had


def test_names_and_addresses_read_as_people_write_them():
    assert one_line(HOME) == "1 High Street, Flat 2, Austin, TX, 78701, USA"
    assert one_line(AWAY) == "9 Low Road, Reno, NV, 89501, USA"
    assert title("Lamp", {"metal": "brass", "dimmer": "yes", "size": "7"}) == "Lamp, brass, dimmer, size 7"
    assert title("Lamp", {"dimmer": "no"}) == "Lamp, not dimmer"


def test_the_policy_becomes_pages_for_people_and_rules_for_code(tmp_path):
    assert [name for name, _ in pages(POLICY)] == ["Cancel pending order", "Return delivered order"]
    text = dict(pages(POLICY))
    assert "you should" not in text["Cancel pending order"]
    assert text["Cancel pending order"].startswith("An order can only be cancelled if its status is 'pending'.")
    assert text["Return delivered order"] == "A refund goes to the original payment method or a gift card."
    read = tomllib.loads(rules(POLICY))
    assert read["cancel"]["reasons"] == ["no longer needed", "ordered by mistake"]
    assert read["refund"]["working_days"] == [5, 7]


def test_rules_that_the_shop_has_changed_stay(tmp_path):
    source = write_source(tmp_path / "source")
    (tmp_path / "shop" / "policies").mkdir(parents=True)
    (tmp_path / "shop" / "policies" / "rules.toml").write_text("[cancel]\nreasons = []\n")
    ingest_tau_retail(source, tmp_path / "shop" / "warehouse.duckdb")
    assert (tmp_path / "shop" / "policies" / "rules.toml").read_text() == "[cancel]\nreasons = []\n"
    assert (tmp_path / "shop" / "policies" / "cancel-pending-order.md").exists()


def test_bad_sources_are_named_and_change_nothing(tmp_path):
    place = tmp_path / "shop" / "warehouse.duckdb"
    with pytest.raises(ImportFailed, match="is none"):
        ingest_tau_retail(tmp_path / "nowhere", place)
    source = write_source(tmp_path / "source")
    (source / "policy.md").write_text("# Something else")
    with pytest.raises(ImportFailed, match="business days"):
        ingest_tau_retail(source, place)
    (source / "policy.md").unlink()
    with pytest.raises(ImportFailed, match=r"policy.*there is none"):
        ingest_tau_retail(source, place)
    write_source(source)
    for wrong in ("[1]", "{", json.dumps({"products": {}, "users": {"a": {}}, "orders": {}})):
        (source / "db.json").write_text(wrong)
        with pytest.raises(ImportFailed, match="retail database"):
            ingest_tau_retail(source, place)
    used = database()
    used["orders"]["#W0000001"]["status"] = "exchange requested"
    (source / "db.json").write_text(json.dumps(used))
    with pytest.raises(ImportFailed, match="status of order"):
        ingest_tau_retail(source, place)
    assert not place.exists()


def test_a_gzipped_database_is_read_too(tmp_path):
    source = write_source(tmp_path / "source")
    (source / "db.json").unlink()
    (source / "tau2_db.json.gz").write_bytes(gzip.compress(json.dumps(database()).encode()))
    assert ingest_tau_retail(source, tmp_path / "shop" / "warehouse.duckdb").rows_kept == 9
