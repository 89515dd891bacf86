"""The manager desk in a real browser: figures on the page are those of the tools."""

import base64
import csv
import io

import pytest
from accessibility import grave_findings
from conftest import DESKTOP, PHONE
from playwright.sync_api import expect

from assistant.briefing import briefing
from assistant.messages import ToolCall, Write
from ui import texts
from ui.login_page import DESK
from ui.manager_gate import MANAGER
from ui.tables import csv_text

NEXT_WEEKS = ToolCall("forecast_sales", {"horizon": "next four weeks"})
QUESTION = "What will we sell in the next four weeks?"
POINTS = """() => document.querySelector('.js-plotly-plot').data.map((trace) => ({
  name: trace.name, x: Array.from(trace.x), y: Array.from(trace.y)}))"""


@pytest.fixture
def desk(open_page):
    """Opens the desk, its briefing complete."""

    def opened(**how):
        page = open_page(f"/{DESK}", **how)
        expect(page.locator(".ra-brief-line").first).to_be_visible()
        expect(page.locator(".ra-brief-place")).to_have_count(0)
        return page

    return opened


def ask(page, question):
    page.get_by_label(texts.QUESTION_LABEL).fill(question)
    page.get_by_label(texts.QUESTION_LABEL).press("Enter")
    expect(page.get_by_role("button", name=texts.PIN)).to_be_visible()


def go_to(page, part):
    """Opens a part of the desk; on a narrow page the last tabs are behind a button."""
    tab = page.get_by_role("tab", name=part)
    if not tab.count():
        page.get_by_role("button", name="More tabs").click()
        tab = page.locator(".overflow-dropdown").get_by_role("button", name=part)
    tab.click()


def result(shop_page, call):
    return shop_page.shop.standing.of(call, MANAGER)


def test_the_briefings_figures_are_the_tools(desk, shop_page):
    page = desk()
    lines = list(briefing(lambda call: result(shop_page, call)))
    shown = page.locator(".ra-brief-figure").all_inner_texts()
    expected = ["–" if line.missing else line.figure.text if line.figure else "" for line in lines]
    assert shown[: len(lines)] == expected
    asks = page.locator('.ra-brief [data-action="ask"]').evaluate_all("all => all.map((each) => each.dataset.value)")
    assert asks == [line.question for line in lines if not line.missing]


def test_a_forecast_has_the_tools_figures_in_chart_and_csv_and_stays_pinned(desk, shop_page, picture):
    page = desk()
    ask(page, QUESTION)
    expected = result(shop_page, NEXT_WEEKS)
    page.wait_for_selector(".js-plotly-plot")
    drawn = {trace["name"]: trace for trace in page.evaluate(POINTS)}
    for series in expected.chart.series:
        assert drawn[series.name]["y"] == pytest.approx(list(series.y))
        assert [str(x)[:10] for x in drawn[series.name]["x"]] == list(series.x)
        if series.lower:
            assert drawn[f"{series.name}: lower"]["y"] == pytest.approx(list(series.lower))
            assert drawn[f"{series.name}: upper"]["y"] == pytest.approx(list(series.upper))
    link = page.get_by_role("link", name=texts.DOWNLOAD).get_attribute("href")
    saved = base64.b64decode(link.partition("base64,")[2]).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(saved))) == list(csv.reader(io.StringIO(csv_text(expected.table))))
    picture(page, "manager.png")
    page.evaluate("() => { window.stayed = true; }")
    page.get_by_role("button", name=texts.PIN).click()
    expect(page.locator(".ra-pin")).to_have_count(1)
    assert page.evaluate("() => window.stayed")  # a press does not load the page anew
    page.reload()
    expect(page.locator(".ra-pin")).to_contain_text(expected.headline)
    page.get_by_role("button", name=texts.UNPIN_LABEL.format(question=QUESTION)).click()
    expect(page.locator(".ra-pin")).to_have_count(0)


def test_no_button_of_the_desk_loads_the_page_anew(desk, shop_page):
    records = shop_page.shop.records
    hand_off = records.hand_off(records.open_session("customer", None), "late parcel", "summary")
    page = desk()
    expect(page.get_by_role("link", name="Home", exact=True)).to_be_hidden()  # the framework's own bar
    page.evaluate("() => { window.stayed = true; }")
    for buttons in ('#ra-desk [data-action="ask"]', '#ra-morning [data-action="ask"]'):
        pressed = page.locator(buttons).first
        question = pressed.get_attribute("data-value")
        pressed.click()
        expect(page.locator("#ra-desk .ra-question")).to_contain_text(question)
        expect(page.get_by_role("button", name=texts.PIN)).to_be_visible()
    page.locator('#ra-morning [data-action="open"]').first.click()
    expect(page.get_by_role("tab", name=texts.DESK_WAITING)).to_have_attribute("aria-selected", "true")
    page.locator(f'[data-action="settle"][data-value="{hand_off}"]').click()
    expect(page.locator(f'[data-action="settle"][data-value="{hand_off}"]')).to_have_count(0)
    assert hand_off not in {each.hand_off_id for each in records.handed_off()}
    assert page.evaluate("() => window.stayed")


def test_a_confirmed_change_is_ticked_off_on_the_desk_and_stays_so(desk, shop_page):
    records = shop_page.shop.records
    told = {"customer_id": "C1", "subject": "order:7", "sequence": 0, "order_id": "7", "reason": "<b>too small</b>"}
    records.carry_out(Write("return", told, "desk-change"), records.open_session("customer", "C1"))
    event = next(each for each in records.outbox() if each.body.get("reason") == told["reason"])
    page = desk()
    go_to(page, texts.DESK_WAITING)
    row = page.get_by_role("row").filter(has_text=told["reason"])
    expect(row).to_contain_text("return")
    row.get_by_role("button", name=texts.CHANGES_DONE_LABEL.format(what="return 7"), exact=True).click()
    expect(row).to_have_count(0)
    assert event.event_id not in {each.event_id for each in records.outbox()}
    page.reload()
    expect(page.locator(".ra-brief-line").first).to_be_visible()
    go_to(page, texts.DESK_WAITING)
    expect(page.get_by_role("heading", name=texts.CHANGES_TITLE)).to_be_visible()
    expect(row).to_have_count(0)


def test_a_file_that_is_no_table_is_told_and_the_shop_answers_on(desk, shop_page):
    page = desk()
    page.get_by_role("tab", name=texts.DESK_IMPORT).click()
    bad = {"name": "sales.csv", "mimeType": "text/csv", "buffer": b"%PDF-1.4 not a table"}
    page.locator('.ra-upload input[type="file"]').set_input_files(bad)
    expect(page.get_by_role("alert").filter(has_text="PDF")).to_be_visible()
    good = {"name": "till.csv", "mimeType": "text/csv", "buffer": b"Receipt,Date,SKU,Qty,Price\n1,2026-06-01,P1,1,x\n"}
    page.locator('.ra-upload input[type="file"]').set_input_files(good)
    page.get_by_role("button", name=texts.TRY).click()
    expect(page.locator("#ra-import-report")).to_contain_text("Price")
    assert result(shop_page, ToolCall("sales_report", {"metric": "revenue"})).status == "ok"


@pytest.mark.parametrize(("dark", "size"), [(False, DESKTOP), (True, PHONE)], ids=["light", "dark-phone"])
def test_axe_finds_nothing_grave_on_the_desk(desk, dark, size):
    page = desk(dark=dark, size=size)
    assert grave_findings(page) == []
    for tab in (texts.DESK_WAITING, texts.DESK_IMPORT, texts.DESK_CONTROL):
        go_to(page, tab)
        expect(page.locator(".ra-part").filter(visible=True).first).to_be_visible()
        assert grave_findings(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
