"""A served model in a process of its own, good and bad ones, with whole conversations of a small shop over them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.errors import ModelUnavailable
from assistant.language.chat import OfferedTool, Prompt, Usage
from assistant.language.openai_model import OpenAIModel
from assistant.language.openai_protocol import as_openai, without_thoughts
from assistant.language.prompts import Said, chat_call
from assistant.messages import Message, ToolCall
from assistant.tools.catalog import TOOLS

DETAILS = next(tool for tool in TOOLS if tool.name == "product_details")
OFFERED = OfferedTool(DETAILS.name, DETAILS.schema(), DETAILS.signature())


@contextmanager
def served(how: str) -> Iterator[str]:
    """The address of a server process that behaves so."""
    script = Path(__file__).parent / "served_model.py"
    process = subprocess.Popen([sys.executable, str(script), how], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.communicate()


def asked(message: str, earlier: tuple[Said, ...] = ()) -> Prompt:
    from datetime import date

    messages = chat_call(message, earlier, shop="Corner Shop", role="customer", today=date(2024, 6, 30))
    return Prompt("call", messages, (OFFERED,), must_call=False)


def answer(*facts: str) -> Prompt:
    lines = "\n".join(f"- {fact}" for fact in facts)
    return Prompt("answer", (Message("system", "Answer."), Message("user", f"how much?\n\nFacts:\n{lines}")))


def test_a_call_a_talk_and_an_answer() -> None:
    earlier = (Said("details of the tray", ToolCall("product_details", {"product": "tray"})),)
    with served("plain") as address:
        model, usage = OpenAIModel("m", address), Usage()
        assert list(model.stream(asked('details of the "red mug"', earlier), usage)) == [
            ToolCall("product_details", {"product": "red mug"})
        ]
        assert usage.prompt == 6  # system, user, call, result, done, user
        assert list(model.stream(asked("hi"), Usage())) == ["Hello, nice to see you."]
        assert "".join(map(str, model.stream(answer("It costs £4.50."), Usage()))) == "It costs £4.50."


def test_what_a_reasoning_model_thinks_is_not_said() -> None:
    with served("thinking") as address:
        model = OpenAIModel("m", address)
        assert "".join(map(str, model.stream(answer("It costs £4.50."), Usage()))) == "It costs £4.50."
        assert list(model.stream(asked("hi"), Usage())) == ["Hello, nice to see you."]


def test_a_stream_that_is_cut_is_told_after_its_pieces() -> None:
    with served("cut") as address:
        stream = OpenAIModel("m", address).stream(answer("It costs £4.50 today."), Usage())
        assert [next(stream), next(stream)] == ["It ", "costs "]
        with pytest.raises(ModelUnavailable, match="stopped before its end"):
            next(stream)


@pytest.mark.parametrize("how", ["silent", "slow"])
def test_the_time_out_holds_for_all_tries_together(how: str) -> None:
    with served(how) as address:
        model = OpenAIModel("m", address, timeout=1.0, max_retries=2)
        started = time.monotonic()
        for prompt in (asked("details of the mug"), answer("A sentence of quite some words that takes its time.")):
            with pytest.raises(ModelUnavailable, match="within 1 s"):
                list(model.stream(prompt, Usage()))
        assert time.monotonic() - started < 15  # the server sleeps 30 s


def test_a_busy_server_is_asked_again() -> None:
    with served("busy") as address:
        assert list(OpenAIModel("m", address, max_retries=2).stream(asked("hi"), Usage())) == [
            "Hello, nice to see you."
        ]
    with served("busy") as address, pytest.raises(ModelUnavailable, match="503"):
        list(OpenAIModel("m", address, max_retries=1).stream(asked("hi"), Usage()))


def test_a_history_that_is_too_long_is_shortened() -> None:
    earlier = tuple(Said(f"question {place} about mugs and trays", None) for place in range(12))
    with served("short-context") as address:
        model, usage = OpenAIModel("m", address), Usage()
        assert list(model.stream(asked('details of the "red mug"', earlier), usage)) == [
            ToolCall("product_details", {"product": "red mug"})
        ]
        assert 2 <= usage.prompt < 24  # the message itself and the system prompt are always kept
        with pytest.raises(ModelUnavailable, match="maximum context length"):
            list(model.stream(asked("mug " * 500), Usage()))


@pytest.mark.parametrize(
    ("pieces", "said"),
    [
        (["Hello ", "there."], "Hello there."),
        (["<think>a</think>b"], "b"),
        (["<th", "ink>", "a", "</think", ">\n", "b", "c"], "bc"),
        (["\n<think>", "never ending"], ""),
        (["<thin ice"], "<thin ice"),
        (["<", "b>bold"], "<b>bold"),
        (["I <think>x</think>"], "I <think>x</think>"),  # only what stands before an answer is a thought
        (["<thi"], "<thi"),
        ([], ""),
    ],
)
def test_thoughts(pieces: list[str], said: str) -> None:
    assert "".join(without_thoughts(pieces)) == said


def test_earlier_calls_stand_as_calls_with_a_result() -> None:
    call = Message("assistant", "", (ToolCall("my_orders", {}), ToolCall("view_cart", {"a": "é"})))
    written = as_openai(call, "call")
    assert [each["role"] for each in written] == ["assistant", "tool", "tool", "assistant"]
    assert written[0]["tool_calls"][1]["function"] == {"name": "view_cart", "arguments": '{"a": "é"}'}
    assert written[2]["tool_call_id"] == written[0]["tool_calls"][1]["id"]
