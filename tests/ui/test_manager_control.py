import base64
import re
from types import SimpleNamespace

import gradio as gr
import pytest
from scripted_page import EVIL

from assistant.messages import Table, ToolResult
from assistant.records import Records
from ui import texts
from ui.access import Access
from ui.manager_control import DENIED, Control, scores_html
from ui.manager_gate import Gate

HERE = SimpleNamespace(headers={"host": "127.0.0.1:7860"}, client=SimpleNamespace(host="127.0.0.1"))
ELSEWHERE = SimpleNamespace(headers={"host": "shop.example"}, client=SimpleNamespace(host="203.0.113.9"))
COLUMNS = ("model", "what it predicts", "method", "measure", "score", "other scores", "serves", "judged on")
CARDS = Table(
    COLUMNS,
    (
        ("churn", "who leaves", "recency rule", "AUC", 0.6842, "", False, "90"),
        ("churn", "who leaves", "blend", "AUC", 0.7441, "Brier 0.155", True, "90"),
        ("forecast", EVIL, "AutoETS", "WAPE", 0.0446, "", True, "26"),
    ),
)


@pytest.fixture
def control(shop, tmp_path):
    shop.records = Records(f"sqlite:///{tmp_path / 'service.sqlite'}")
    shop.standing = SimpleNamespace(of=lambda call, manager: ToolResult("h", table=CARDS))
    yield Control(shop, Gate(Access(loopback=True)))
    shop.records.close()


def test_each_ability_has_a_line_with_the_score_of_the_method_that_serves(control):
    html = control.scores(HERE)
    summaries = re.findall(r"<summary>(.*?)</summary>", html)
    assert len(summaries) == 2
    assert "Who leaves" in summaries[0]
    assert "blend" in summaries[0]
    assert "AUC 0.744" in summaries[0]
    assert "0.684" in html  # what competed is there, too
    assert "<script" not in html
    assert control.scores(ELSEWHERE) == gr.skip()


def test_a_shop_without_models_says_so():
    assert "No model has been fitted" in scores_html(ToolResult("No model has been fitted yet.", status="error"))


def test_the_trail_shows_the_newest_lines_first_filtered_and_as_csv(control, shop):
    session = shop.records.open_session("customer", "C1")
    for number in range(3):
        shop.records.audit(session, f"tool_{number}", {"said": EVIL}, "ok")
    shop.records.audit(session, "sales_report", {}, "refused")
    shop.records.audit(shop.records.open_session("customer", "C2"), "other", {}, "ok")
    html = control.trail("all", "", HERE)
    assert "<script" not in html
    assert html.index("other") < html.index("sales_report") < html.index("tool_2") < html.index("tool_0")
    (data,) = re.findall(r"base64,([^\"]+)", html)
    lines = base64.b64decode(data).decode("utf-8-sig").splitlines()
    assert lines[0] == ",".join(texts.AUDIT_COLUMNS)
    assert len(lines) == 6
    assert "other" not in control.trail("all", " C1 ", HERE)
    denied = control.trail(DENIED, "", HERE)
    assert "sales_report" in denied
    assert "tool_0" not in denied
    assert control.trail("all", "C99", HERE).count(texts.AUDIT_NONE) == 1
    assert control.trail("all", "", ELSEWHERE) == gr.skip()


def test_only_the_newest_lines_are_read(shop, control):
    session = shop.records.open_session("manager")
    for number in range(5):
        shop.records.audit(session, f"tool_{number}", {}, "ok")
    assert [each.tool for each in shop.records.audit_trail(newest=2)] == ["tool_3", "tool_4"]
