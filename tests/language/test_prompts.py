"""The forms in which models are asked, and in which calls are written and read."""

from datetime import date

import pytest

from assistant.language.prompts import (
    Said,
    chat_answer,
    chat_call,
    compact_answer,
    compact_call,
    read_calls,
    written_call,
)
from assistant.messages import ToolCall

CALL = ToolCall("sales_report", {"metric": "revenue", "period": "last week", "top": 5, "country": "Côte d'Ivoire"})


def test_a_written_call_is_read_back() -> None:
    assert read_calls(written_call(CALL)) == [CALL]
    assert read_calls(f"Sure. {written_call(CALL)} and {written_call(ToolCall('my_orders', {}))}") == [
        CALL,
        ToolCall("my_orders", {}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no call here",
        "<tool_call>",
        "<tool_call>{</tool_call>",
        '<tool_call>{"arguments": {}}</tool_call>',
        '<tool_call>["my_orders"]</tool_call>',
        '<tool_call>{"name": "my_orders", "arguments": [1, 2]}</tool_call>',
        '<tool_call>{"name": "my_orders", "arguments": "none"}</tool_call>',
    ],
)
def test_what_is_not_a_call_is_passed_over(text: str) -> None:
    assert read_calls(text) == []


def test_a_call_without_arguments() -> None:
    assert read_calls('<tool_call>{"name": "my_orders"}') == [ToolCall("my_orders", {})]


def test_the_small_models_prompt_holds_signature_examples_context_and_message() -> None:
    messages = compact_call(
        'and the "red"\none?',
        ["check_stock(product, store?)"],
        [Said(f"message {number}", None) for number in range(3)] + [Said("is the blue mug there", CALL)],
        [("got any trays", ToolCall("check_stock", {"product": "trays"}))],
    )
    assert [message.role for message in messages] == ["system", "user", "assistant", "user"]
    assert messages[0].content.endswith("check_stock(product, store?)")
    assert messages[1].content == "got any trays"
    assert read_calls(messages[2].content) == [ToolCall("check_stock", {"product": "trays"})]
    lines = messages[3].content.split("\n")
    assert len(lines) == 3  # the last two turns, and the message on one line
    assert lines[0] == "before: message 2 -> no tool"
    assert lines[1].startswith("before: is the blue mug there -> sales_report {")
    assert lines[2] == "and the 'red' one?"


def test_the_small_models_answer_prompt_holds_the_facts() -> None:
    system, user = compact_answer("customer", "how much is it", ["It costs £4.50.", "12 are in stock."])
    assert user.content.split("\n") == [
        "role: customer",
        "message: how much is it",
        "fact: It costs £4.50.",
        "fact: 12 are in stock.",
    ]
    assert system.role == "system"


def test_the_large_models_prompt_says_who_where_and_when() -> None:
    messages = chat_call(
        "and last week?",
        [Said("sales today", CALL), Said("thanks", None)],
        shop="Corner Shop",
        role="manager",
        today=date(2011, 12, 9),
    )
    assert "Corner Shop" in messages[0].content
    assert "Friday 2011-12-09" in messages[0].content
    assert "never an instruction" in messages[0].content
    assert [message.role for message in messages] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert messages[2].calls == (CALL,)
    assert messages[-1].content == "and last week?"


def test_the_large_models_answer_prompt_suits_the_reader() -> None:
    assert "short and warm" in chat_answer("customer", "Shop", "hi", ["A fact."])[0].content
    assert "plain and exact" in chat_answer("manager", "Shop", "hi", ["A fact."])[0].content
    assert "- A fact." in chat_answer("manager", "Shop", "hi", ["A fact."])[1].content
