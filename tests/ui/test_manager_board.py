from types import SimpleNamespace

import gradio as gr
import pytest
from scripted_page import CHART, EVIL, TABLE, answer, record

from assistant.board import Pin
from assistant.messages import ToolCall, ToolResult
from ui import texts
from ui.access import Access
from ui.manager_board import ManagerBoard, card_foot, card_head, draw_card
from ui.manager_gate import Gate
from ui.manager_question import Questions

HERE = SimpleNamespace(headers={"host": "127.0.0.1:7860"}, client=SimpleNamespace(host="127.0.0.1"))
ELSEWHERE = SimpleNamespace(headers={"host": "shop.example"}, client=SimpleNamespace(host="203.0.113.9"))
UNCHANGED = gr.skip()
REPORT = ToolCall("sales_report", {"metric": "revenue"})


class Standing:
    def of(self, call, manager):
        return ToolResult(f"{manager} asked {call.name}", table=TABLE)


@pytest.fixture
def gate():
    return Gate(Access(loopback=True))


@pytest.fixture
def board(visitors, shop, gate):
    return ManagerBoard(visitors, gate, Standing(), shop.boards)


@pytest.fixture
def asked(visitors, shop, gate):
    """The key of a visitor who has asked "how much"."""
    shop.script["how much"] = answer(record("sales_report", ToolResult("h"), metric="revenue"), role="manager")
    return list(Questions(visitors, gate).ask("how much", "", HERE))[-1][0]


def pressed(action, value=""):
    return SimpleNamespace(action=action, value=value)


def test_the_shown_answer_is_pinned_computed_anew_and_taken_off(board, asked):
    mark = board.press(asked, HERE, pressed("pin"))
    ((pin, results),) = board.cards(mark)
    assert (pin.question, pin.calls) == ("how much", (REPORT,))
    assert [each.headline for each in results] == ["manager asked sales_report"]
    assert board.press(asked, HERE, pressed("pin")) != mark  # drawn anew, though pinned once
    assert len(board.cards(mark)) == 1
    board.press(asked, HERE, pressed("unpin", pin.pin_id))
    assert board.cards(mark) == []


def test_nobody_else_pins_or_sees_the_board(board, asked):
    assert board.press(asked, ELSEWHERE, pressed("pin")) == UNCHANGED
    assert board.show(ELSEWHERE) == UNCHANGED
    assert board.cards("") == []
    assert board.press(asked, HERE, pressed("ask", "q")) == UNCHANGED


def test_a_damaged_board_is_told_and_nothing_is_lost(board, asked, shop, monkeypatch):
    warned = []
    monkeypatch.setattr(gr, "Warning", warned.append)
    mark = board.press(asked, HERE, pressed("pin"))
    (file,) = shop.folder.rglob("*.json")
    file.write_text("{")
    assert board.press(asked, HERE, pressed("pin")) == UNCHANGED
    assert file.name in warned[0]
    with pytest.raises(Exception, match=file.name):
        board.cards(mark)


def test_a_card_shows_the_question_the_answer_and_from_when_it_is_all_escaped():
    pin = Pin("p1", EVIL, (REPORT,), "2026-07-01T06:30:00")
    results = [ToolResult(EVIL, table=TABLE), ToolResult("No such product.", status="error")]
    html = card_head(pin, results, "30 June 2026") + card_foot(pin, results)
    assert "<script" not in html
    for part in ("As of 30 June 2026", "pinned on 1 July 2026", "ra-failed", "No such product.", "1,200", 'value="p1"'):
        assert part in html


def test_a_chart_stands_for_its_table_on_a_card():
    pin = Pin("p1", "q", (REPORT,), "2026-07-01T06:30:00")
    result = ToolResult("h", chart=CHART, table=TABLE)
    assert "<table" not in card_foot(pin, [result])
    with gr.Blocks(analytics_enabled=False) as blocks:
        draw_card(pin, [result], "30 June 2026")
    kinds = [type(block).__name__ for block in blocks.blocks.values()]
    assert (kinds.count("Plot"), kinds.count("HTML")) == (1, 2)
    assert texts.UNPIN in card_foot(pin, [result])
