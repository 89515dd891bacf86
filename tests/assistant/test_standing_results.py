import pytest
from service_shop import ORDERS, write_warehouse

from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import FITTED, MODELS, WAREHOUSE, Shop

ORDERS_IN_JUNE = ToolCall("sales_report", {"metric": "orders", "period": "June 2024"})
NEW = {**ORDERS, "2003": ("C2", "2024-06-29", "placed", None, None, [("P3", 1, 20.00)])}


@pytest.fixture
def shop(tmp_path):
    write_warehouse(tmp_path / WAREHOUSE)
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    return Shop(tmp_path)


def count(result):
    return result.facts[0].value


def test_a_result_is_computed_once_and_again_after_an_import_put_a_new_history_in_place(shop):
    before = count(shop.standing.of(ORDERS_IN_JUNE, "ann"))
    assert count(shop.standing.of(ORDERS_IN_JUNE, "ann")) == before
    assert [each.session_id for each in shop.records.audit_trail()] == ["desk:ann"]
    held = shop.warehouse
    write_warehouse(shop.folder / WAREHOUSE, NEW)
    assert count(shop.standing.of(ORDERS_IN_JUNE, "ann")) == before + 1
    assert shop.warehouse is held  # whoever holds it goes on with the new history


def test_a_shop_takes_up_what_has_changed_and_only_then(shop):
    models = shop.models
    assert not shop.renew()
    (shop.folder / MODELS).mkdir()
    (shop.folder / MODELS / FITTED).write_text("{}")
    assert shop.renew()
    assert shop.models is not models
    assert not shop.renew()


def test_while_a_fit_is_at_work_what_was_fitted_before_stands(shop):
    fitted = shop.folder / MODELS / FITTED
    fitted.parent.mkdir()
    fitted.write_text("{}")
    shop.renew()
    models = shop.models
    fitted.unlink()
    assert not shop.renew()
    assert shop.models is models


def test_a_failure_is_tried_anew_and_what_changes_something_is_not_run(shop):
    failing = ToolCall("sales_report", {"metric": "nonsense"})
    assert shop.standing.of(failing, "ann").status == "error"
    assert shop.standing.of(failing, "ann").status == "error"
    assert len(shop.records.audit_trail()) == 2
    assert shop.standing.of(ToolCall("cancel_order", {"order_id": "1001"}), "ann").status == "refused"
