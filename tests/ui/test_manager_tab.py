from types import SimpleNamespace

import gradio as gr
import pytest
from scripted_page import CHART, TABLE, answer, record

from assistant.messages import Fact, ToolResult
from ui import texts
from ui.access import Access
from ui.manager_gate import Gate
from ui.manager_question import Questions, draw
from ui.manager_tab import ManagerDesk

HERE = SimpleNamespace(headers={"host": "127.0.0.1:7860"}, client=SimpleNamespace(host="127.0.0.1"))
ELSEWHERE = SimpleNamespace(headers={"host": "shop.example"}, client=SimpleNamespace(host="203.0.113.9"))
UNCHANGED = gr.skip()


class Standing:
    """A shop's tools at rest: every call gives the same."""

    def of(self, call, manager):
        return ToolResult(f"{manager} asked {call.name}", facts=(Fact("first", 7, "", "7"),))


@pytest.fixture
def questions(visitors):
    return Questions(visitors, Gate(Access(loopback=True)))


def test_an_answer_streams_and_is_marked_finished_once(questions, shop):
    result = ToolResult("h", notes=("Weeks begin on Monday.",), method="AutoETS", follow_ups=("And then?",))
    shop.script["what will we sell"] = answer(record("forecast_sales", result), said="Much. Very much", role="manager")
    views = list(questions.ask("what will we sell", "", HERE))
    assert ["Much" in view[1] for view in views][:2] == [False, False]
    assert "Much. Very much" in views[-1][1]
    assert [bool(view[5]) for view in views] == [False] * (len(views) - 1) + [True]
    for part in ("Weeks begin on Monday.", "AutoETS", "forecast_sales", 'data-value="And then?"'):
        assert part in views[-1][2]
    again = list(questions.ask("what will we sell", views[-1][0], HERE))
    assert texts.EARLIER in again[0][3]
    assert again[-1][5] != views[-1][5]


def test_a_suggested_question_is_asked(questions, visitors):
    views = list(questions.press("", HERE, SimpleNamespace(action="ask", value=texts.DESK_EXAMPLES[0])))
    assert visitors.find(views[-1][0]).conversation.heard == [texts.DESK_EXAMPLES[0]]
    assert visitors.find(views[-1][0]).conversation.session.role == "manager"


def test_nobody_else_asks_even_past_the_page(visitors, shop):
    open_here = Questions(visitors, Gate(Access(loopback=True)))
    assert list(open_here.ask("q", "", ELSEWHERE)) == [(UNCHANGED,) * 6]
    locked = Questions(visitors, Gate(Access(loopback=False, password="secret")))
    assert list(locked.ask("q", "", HERE)) == [(UNCHANGED,) * 6]


@pytest.mark.parametrize(
    ("access", "request_", "visible"),
    [
        (Access(loopback=True), HERE, (True, False, False)),
        (Access(loopback=True, password="x"), HERE, (False, True, False)),
        (Access(loopback=False), ELSEWHERE, (False, False, True)),
    ],
)
def test_who_arrives_sees_the_desk_the_password_or_that_it_is_closed(shop, access, request_, visible):
    shown = ManagerDesk(shop, Gate(access)).arrive(request_)
    assert tuple(each["visible"] for each in shown) == visible


def test_charts_and_tables_become_components():
    result = ToolResult("h", chart=CHART, table=TABLE)
    with gr.Blocks(analytics_enabled=False) as blocks:
        draw(answer(record("forecast_sales", result), record("x", ToolResult("h"))))
    kinds = [type(block).__name__ for block in blocks.blocks.values()]
    assert [kinds.count(each) for each in ("Plot", "Dataframe", "HTML")] == [1, 1, 1]


def test_the_briefing_grows_line_by_line_and_counts_who_waits(shop):
    shop.standing = Standing()
    shop.records.handed_off = lambda: ("one", "two")
    desk = ManagerDesk(shop, Gate(Access(loopback=True)))
    views = list(desk.morning(HERE))
    assert [view.count("ra-brief-place") for view in views] == [6, 5, 4, 3, 2, 1, 0, 0]
    assert texts.BRIEFING_WAITING_MANY in views[0]
    assert views[-1].count('data-action="ask"') == 6
    assert list(desk.morning(ELSEWHERE)) == []


def test_the_desk_looks_for_new_data_and_for_who_waits(shop):
    renewed = []
    shop.renew = lambda: renewed.append(1)
    shop.state = lambda: (1, 2)
    shop.records.handed_off = lambda: ("one",)
    desk = ManagerDesk(shop, Gate(Access(loopback=True)))
    seen, tab = desk.look(HERE)
    assert (seen, tab["label"], renewed) == ("(1, 2) 1", "Waiting (1)", [1])
    assert desk.look(ELSEWHERE) == (UNCHANGED, UNCHANGED)
