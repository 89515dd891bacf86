"""Asking which of two close readings is meant."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fixed_router import FixedRouter
from scripted_model import ScriptedModel
from service_shop import write_warehouse

from assistant.clarifying import between, chosen, question
from assistant.conversation import Conversation
from assistant.language.router import NONE, Ranking
from assistant.messages import ToolCall
from assistant.safety import Limits
from assistant.settings import write_settings
from assistant.shop import Shop
from assistant.tools import standard_tools

TOOLS = {tool.name: tool for tool in standard_tools()}
SAID = "spenders february"
TORN = (("sales_report", 0.41), ("sales_trends", 0.4), (NONE, 0.1))


def test_only_two_tools_as_likely_as_each_other_are_asked_about() -> None:
    assert between(TORN) == ("sales_report", "sales_trends")
    assert between((("sales_report", 0.7), ("sales_trends", 0.3))) == ()
    assert between((("sales_report", 0.5), ("sales_trends", 0.3))) == ()
    assert between((("sales_report", 0.45), (NONE, 0.44))) == ()
    assert between((("sales_report", 1.0),)) == ()


def test_the_question_describes_both_and_the_answer_is_understood() -> None:
    asked = question([TOOLS["sales_report"], TOOLS["order_status"]])
    assert "1) what was sold in the past; 2) show the status" in asked
    assert [chosen(said) for said in ("1", "The first one please", "2nd", "option two", "neither", "12")] == [
        0, 0, 1, 1, None, None,
    ]  # fmt: skip


class TornRouter(FixedRouter):
    """Cannot tell two readings of one message apart."""

    def rank(self, message: str, role: str, permitted: Sequence[str], *rest: Any, **more: Any) -> Ranking:
        return Ranking(TORN, False) if message == SAID else super().rank(message, role, permitted, *rest, **more)


class ChoosingModel(ScriptedModel):
    """Finds both tools as likely."""

    def opinions(self, role: str, pair: tuple[str, str]) -> dict[str, float]:
        return {name: math.log(1 / len(TORN)) for name, _ in TORN}


@pytest.fixture
def conversation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Conversation]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    shop = Shop(tmp_path)
    shop.__dict__["router"] = TornRouter({"the trend": "sales_trends", "where is my parcel": "order_status"})
    calls = [ToolCall("sales_trends", {})]
    shop.__dict__["language"] = ChoosingModel(calls)
    monkeypatch.setattr("assistant.planning.Planner._read", lambda self, tool, text: None)
    yield Conversation(shop, shop.records.open_session("manager", None), Limits(rate=None))
    shop.close()


@pytest.mark.parametrize("answer", ["2", "the trend"])
def test_the_answer_goes_on_with_the_wish_that_was_unclear(conversation: Conversation, answer: str) -> None:
    asked = conversation.ask(SAID)
    assert asked.calls == ()
    assert "Which one do you mean" in asked.answer
    model = conversation.shop.language
    assert [call.name for call in conversation.ask(answer).calls] == ["sales_trends"]
    assert SAID in str(model.prompts[-1].messages)  # type: ignore[attr-defined]


def test_another_message_drops_the_question(conversation: Conversation) -> None:
    conversation.ask(SAID)
    assert conversation.ask("thank you very much indeed").calls == ()
    assert conversation.session.preferences == {}
