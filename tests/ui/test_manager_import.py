import time
from types import SimpleNamespace

import gradio as gr
import pytest
from scripted_page import EVIL
from service_shop import write_warehouse

from assistant.long_work import LongWork, Progress
from assistant.settings import write_settings
from assistant.shop import WAREHOUSE, Shop
from ui import texts
from ui.access import Access
from ui.import_views import failed_html, progress_html
from ui.manager_gate import Gate
from ui.manager_import import Chosen, Importing, build_import
from ui.uploads import Upload, Uploads

HERE = SimpleNamespace(headers={"host": "127.0.0.1:7860"}, client=SimpleNamespace(host="127.0.0.1"))
ELSEWHERE = SimpleNamespace(headers={"host": "shop.example"}, client=SimpleNamespace(host="203.0.113.9"))
UNCHANGED = gr.skip()
TILL = f"""Receipt,Date,SKU,Item,Qty,Price
9001,2024-06-29,P1,Blue Mug,2,4.00
9002,2024-06-29,P9,{EVIL},1,
9004,2024-06-30,P9,Jug,1,12.00
"""
NAMES = ["order_id", "sold_at", "product_id", "title", "quantity", "unit_price", "category"]
COLUMNS = ["Receipt", "Date", "SKU", "Item", "Qty", "Price", ""]


@pytest.fixture
def folder(tmp_path):
    write_warehouse(tmp_path / WAREHOUSE)
    write_settings(tmp_path, "Corner Shop", "GBP")
    return tmp_path


@pytest.fixture
def importing(folder):
    access = Access(loopback=True)
    return Importing(Shop(folder), Gate(access), Uploads(access), LongWork())


def bring(importing, folder, content, name="till.csv"):
    """A file as if it had been sent."""
    place = folder / name
    place.write_text(content)
    return importing._uploads._keep(Upload(place, name, len(content), time.monotonic()))


def chosen(importing, folder, content=TILL):
    event = SimpleNamespace(action="uploaded", value=bring(importing, folder, content))
    return importing.choose(HERE, event)


def test_a_file_is_shown_as_it_stands_there_and_guessed(importing, folder):
    picked, shown, table, report, ready = chosen(importing, folder)
    assert picked.columns == ("Receipt", "Date", "SKU", "Item", "Qty", "Price")
    assert (picked.table, table["value"], table["visible"], report, ready) == ("sales", "sales", True, "", None)
    assert "till.csv: 3 rows, 6 columns" in shown
    assert "<script" not in shown


@pytest.mark.parametrize(
    ("content", "said"), [("", "empty"), ("%PDF-1.7", "PDF"), ("{}", "JSON"), ("a,a\n1,2\n", "more than once")]
)
def test_a_file_that_is_no_table_is_told_clearly(importing, folder, content, said):
    picked, shown, table, *_ = chosen(importing, folder, content)
    assert picked == Chosen()
    assert said in shown
    assert 'role="alert"' in shown
    assert table["visible"] is False


def test_a_try_gives_the_account_and_then_the_import_may_be_pressed(importing, folder):
    picked, *_ = chosen(importing, folder)
    said, mapping, button = importing.attempt(picked, "sales", NAMES, COLUMNS, "", ".", HERE)
    assert texts.TRIED.format(read=3, kept=2, rejected=1) in said
    assert "<script" not in said
    assert "missing unit price" in said
    assert (button["visible"], button["value"]) == (True, "Import 2 rows")
    views = list(importing.bring_in(picked, mapping, HERE))
    assert texts.IMPORTED.format(read=3, kept=2, rejected=1) in views[-1][0]
    assert views[-1][2]["visible"]  # the models may be fitted now
    shop = importing._shop
    assert "9004" in set(shop.warehouse.frame(shop.warehouse.table("orders"))["order_id"])


def test_a_mapping_that_does_not_fit_is_told_and_nothing_may_be_imported(importing, folder):
    picked, *_ = chosen(importing, folder)
    said, mapping, button = importing.attempt(picked, "sales", NAMES, [""] * 7, "", ".", HERE)
    assert "order_id" in said
    assert (mapping, button["visible"]) == (None, False)
    (failed,) = importing.bring_in(picked, mapping, HERE)
    assert texts.UPLOAD_GONE in failed[0]


def test_the_demo_shop_lets_try_and_not_import(importing, folder):
    (folder / "truth").mkdir()
    (folder / "shop.toml").write_text('name = "Larder & Loom"\n')
    picked, *_ = chosen(importing, folder)
    said, mapping, button = importing.attempt(picked, "sales", NAMES, COLUMNS, "", ".", HERE)
    assert "This is the demo shop" in said
    assert 'download="map.toml"' in said
    assert (mapping, button["visible"]) == (None, False)


def test_nobody_else_takes_a_step(importing, folder):
    picked, *_ = chosen(importing, folder)
    event = SimpleNamespace(action="uploaded", value=picked.key)
    assert importing.choose(ELSEWHERE, event) == (UNCHANGED,) * 5
    said, mapping, _ = importing.attempt(picked, "sales", NAMES, COLUMNS, "", ".", ELSEWHERE)
    assert mapping is None
    assert "rows" not in said
    assert list(importing.fit(ELSEWHERE)) == [(UNCHANGED,) * 3]
    assert list(importing.resume(ELSEWHERE)) == [(UNCHANGED,) * 3]


def test_who_comes_back_sees_work_that_goes_on(importing):
    importing._work.start("Fitting", lambda told: (told("forecast ...", 0.4), time.sleep(0.3), ())[-1])
    views = list(importing.resume(HERE))
    assert "Fitting" in views[0][0]
    assert texts.FITTED in views[-1][0]
    assert list(importing.resume(HERE)) == [(UNCHANGED,) * 3]


def test_progress_and_failures_are_escaped():
    assert "<script" not in progress_html(Progress(EVIL, EVIL, 0.4)) + failed_html(EVIL)
    assert 'value="40"' in progress_html(Progress("Fitting", "forecast", 0.4))


def test_the_part_can_be_laid_out(importing):
    with gr.Blocks(analytics_enabled=False) as blocks, gr.Tab("t") as tab:
        build_import(importing, gr.HTML(""), tab)
    assert {"dropdown", "button"} <= {each["type"] for each in blocks.get_config_file()["components"]}
