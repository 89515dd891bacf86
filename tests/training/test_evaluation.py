"""Measuring the calls: what counts as right, and the figures of a run worked out by hand."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.settings import write_settings
from assistant.shop import Shop
from assistant.training import evaluation
from assistant.training.evaluation import evaluate_calls, printed, same_arguments
from assistant.training.phrasings import Phrasing, Turn

CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ({"period": "last month"}, {"period": "November 2011"}),
        ({"period": "over the last 4 weeks"}, {"period": "last 28 days"}),
        ({"compare_to": "the month before"}, {"compare_to": "october 2011"}),
        ({"horizon": "the coming fortnight"}, {"horizon": "next 2 weeks"}),
        ({"product": "The Red Mug"}, {"product": "red mug"}),
        ({"products": ["a mug", "tray"]}, {"products": ["Tray", "mug"]}),
        ({"top": 5}, {"top": "5"}),
        ({"order_id": "#1001"}, {"order_id": "1001"}),
        ({}, {"order": "highest"}),
        ({}, {"metric": "units"}),
        ({"in_stock": True}, {"in_stock": True}),
    ],
)
def test_calls_that_mean_the_same(wanted: dict[str, Any], got: dict[str, Any]) -> None:
    assert same_arguments(ToolCall("t", wanted), ToolCall("t", got), CLOCK)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ({"period": "last month"}, {"period": "last week"}),
        ({"period": "last month"}, {}),
        ({}, {"period": "last month"}),
        ({"product": "red mug"}, {"product": "mug"}),
        ({"products": ["mug", "tray"]}, {"products": ["mug"]}),
        ({"products": ["mug"]}, {"products": "mug"}),
        ({"top": 5}, {"top": 6}),
        ({}, {"order": "lowest"}),
        ({}, {"metric": "orders"}),
        ({"in_stock": True}, {}),
    ],
)
def test_calls_that_do_not(wanted: dict[str, Any], got: dict[str, Any]) -> None:
    assert not same_arguments(ToolCall("t", wanted), ToolCall("t", got), CLOCK)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(tmp_path)
    yield opened
    opened.close()


def test_a_run_is_counted_by_tool_and_voice(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def said(text: str, voice: str, call: ToolCall | None) -> Phrasing:
        return Phrasing("0", frozenset({"manager"}), (Turn(text, (call,) if call else ()),), voice)

    revenue = ToolCall("sales_report", {"metric": "revenue", "period": "may 2024"})
    phrasings = [
        said("what was our revenue in may 2024", "plain", revenue),
        said("revenue may 2024 pls", "terse", revenue),
        said("hello there", "plain", None),
    ]
    scripted = {
        phrasings[0].turns[0].text: revenue,
        phrasings[1].turns[0].text: ToolCall("sales_report", {"metric": "units", "period": "may 2024"}),
    }

    class ByMessage(ScriptedModel):
        def stream(self, prompt: Any, usage: Any) -> Iterator[Any]:
            yield scripted[prompt.messages[-1].content.split("\n")[-1]]

    monkeypatch.setattr(evaluation, "read_phrasings", lambda roles: phrasings)
    monkeypatch.setattr(evaluation, "shop_entities", lambda shop: {})
    shop.__dict__["language"] = ByMessage()
    measured = evaluate_calls(shop, "test", None, lambda line: None)
    assert measured["messages"] == 3
    assert measured["right tool"] == 1.0
    assert measured["right tool and arguments"] == pytest.approx(2 / 3)
    assert measured["by tool"]["sales_report"] == {"asked": 2, "tool": 2, "both": 1}
    assert measured["by tool"]["none"] == {"asked": 1, "tool": 1, "both": 1}
    assert measured["by voice"]["terse"] == {"asked": 1, "tool": 1, "both": 0}
    assert [wrong["text"] for wrong in measured["wrong"]] == ["revenue may 2024 pls"]
    assert evaluate_calls(shop, "test", 1, lambda line: None)["messages"] == 1
    page = printed(measured)
    assert "3 messages of the test phrasings" in page
    assert "right tool and arguments: 0.667" in page
