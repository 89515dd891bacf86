"""Measuring the calls and whole turns of a scripted model: the figures of a run worked out by hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixed_router import FixedRouter
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant import cli
from assistant.errors import WrongUse
from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import Shop
from assistant.training import evaluation
from assistant.training.evaluation import Evaluation, evaluate_calls
from assistant.training.evaluation_page import page, scores
from assistant.training.phrasings import Phrasing, Turn

REVENUE = ToolCall("sales_report", {"metric": "revenue", "period": "may 2024"})
UNITS = ToolCall("sales_report", {"metric": "units", "period": "may 2024"})


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    opened = Shop(tmp_path)
    yield opened
    opened.close()


def said(text: str, voice: str, *calls: ToolCall) -> Phrasing:
    return Phrasing("0", frozenset({"manager"}), (Turn(text, calls),), voice)


PHRASINGS = [
    said("what was our revenue in may 2024", "plain", REVENUE),
    said("revenue may 2024 pls", "terse", REVENUE),
    said("hello there", "plain"),
]


class ByMessage(ScriptedModel):
    """Calls what a table says for the message; writes no answer, so that the tool's own sentence stands."""

    def __init__(self, calls: dict[str, ToolCall]) -> None:
        super().__init__(compact=False)
        self.by_message = calls

    def stream(self, prompt: Any, usage: Any) -> Iterator[Any]:
        yield self.by_message.get(prompt.messages[-1].content, "") if prompt.purpose == "call" else ""


@pytest.fixture
def measured_shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(evaluation, "read_phrasings", lambda roles: PHRASINGS)
    monkeypatch.setattr(evaluation, "shop_entities", lambda shop: {"customer": [], "customer_name": []})
    monkeypatch.setattr(Evaluation, "_titles", evaluation.Titles.of(["Blue Mug"]))
    shop.__dict__["router"] = FixedRouter({each.turns[0].text: "sales_report" for each in PHRASINGS[:2]})
    shop.__dict__["language"] = ByMessage(
        {"what was our revenue in may 2024": REVENUE, "revenue may 2024 pls": UNITS}
    )  # the second one asks for the wrong metric
    return shop


def test_calls_are_counted_by_tool_and_voice(measured_shop: Shop) -> None:
    measured = evaluate_calls(measured_shop, "test", None, lambda line: None)
    assert measured["messages"] == 3
    assert (measured["right tool"]["right"], measured["right tool"]["asked"]) == (3, 3)
    for how in ("strict", "content words"):
        assert measured[f"right tool and arguments ({how})"]["rate"] == pytest.approx(2 / 3, abs=1e-4)
    assert measured["by tool"]["sales_report"] == {"asked": 2, "tool": 2, "strict": 1, "content": 1}
    assert measured["by tool"]["none"] == {"asked": 1, "tool": 1, "strict": 1, "content": 1}
    assert measured["by voice"]["terse"] == {"asked": 1, "tool": 1, "strict": 0, "content": 0}
    metric = measured["by argument"]["metric"]
    assert (metric["wanted"], metric["given"], metric["right"], metric["precision"]) == (2, 2, 1, 0.5)
    assert [wrong["text"] for wrong in measured["wrong"]] == ["revenue may 2024 pls"]
    assert evaluate_calls(measured_shop, "test", 1, lambda line: None)["messages"] == 1


def test_whole_turns_need_the_call_and_its_exact_figure(measured_shop: Shop) -> None:
    turns = Evaluation(measured_shop).run(["turns"])["turns"]
    assert turns["turns"] == 3
    assert turns["right call (strict)"]["right"] == 2
    # Both answers hold the exact figure of their own report; only one report is the one that was asked for.
    assert (turns["exact sales figure in the written answer"]["right"], turns["whole turn"]["right"]) == (2, 2)
    assert turns["exact sales figure, where the call is right"]["asked"] == 1
    assert turns["answers with an unsupported figure or product"] == 0
    assert [wrong["wanted"] for wrong in turns["wrong"]] == [["sales_report(metric='revenue', period='may 2024')"]]


def test_the_page_and_the_scorecard_say_what_was_measured(measured_shop: Shop) -> None:
    measured = Evaluation(measured_shop).run(["calls", "turns"])
    text = page(measured)
    assert "scripted on Corner Shop, test phrasings" in text
    assert "right tool and arguments (strict): 66.7% of 3 (95 % interval 20.8% to 93.8%)" in text
    assert "whole turn: 66.7% of 3" in text
    kept = scores(measured, measured_shop.as_of)
    assert kept is not None
    assert kept.scorecard.scores["scripted"] == {
        "right tool and arguments": pytest.approx(2 / 3, abs=1e-4),
        "right tool": 1.0,
        "whole turn": pytest.approx(2 / 3, abs=1e-4),
    }
    measured_shop.models.save("language", kept)
    assert "scripted: right tool and arguments 0.667" in measured_shop.models.load("language").scorecard.sentence()
    assert scores({"model": "m", "split": "test"}, measured_shop.as_of) is None
    json.dumps(measured)  # nothing in it but plain values


def test_unknown_parts_and_a_missing_folder_are_told(measured_shop: Shop) -> None:
    with pytest.raises(WrongUse, match="got poetry"):
        Evaluation(measured_shop).run(["calls", "poetry"])
    with pytest.raises(WrongUse, match="--clinc DIR"):
        Evaluation(measured_shop).run(["clinc"])


def test_the_command_tells_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = tmp_path / "gone" / "figures.json"
    assert cli.main(["evaluate", "language", "--shop", str(tmp_path), "--json", str(gone)]) == 2
    assert "there is no" in capsys.readouterr().err
    assert cli.main(["evaluate", "card", "--json", str(gone), "--out", str(tmp_path / "card.md")]) == 2
    assert "evaluate language --json FILE" in capsys.readouterr().err
