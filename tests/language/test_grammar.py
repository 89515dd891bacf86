"""Whatever is written under the grammar is a call that parses, fits the schema and copies what was said."""

import json
import random
import re
from datetime import date
from typing import Any

import llguidance
import llguidance.hf
import numpy as np
import pytest
from tiny_model import tiny_model, tiny_tokenizer

from assistant.arguments import candidates
from assistant.language.chat import OfferedTool
from assistant.language.decoding import Decoder
from assistant.language.grammar import call_grammar, copyable_text
from assistant.language.prompts import read_calls
from assistant.language.transformers_reader import TransformersReader
from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.said_times import without
from assistant.toolbox import Tool
from assistant.tools import standard_tools

CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))
WORDS = (
    "show compare revenue sales mugs teapots regency cakestand red blue cheap best under over 30 £12.50 top five ten "
    "february 2011 last week next month in Germany York store please order 536365 #W2378 ann@example.com LS1 4AB two "
    'and or with "quoted" back\\slash café 茶碗 🫖 don\'t {curly} <tool_call> </tool_call> [list], a|pipe ?! % 95%'
    " \n\t x"
).split(" ")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny_tokenizer()


@pytest.fixture(scope="module")
def read(tokenizer: Any) -> Any:
    return llguidance.hf.from_tokenizer(tokenizer)


def message(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 14)))


def offer(tool: Tool, said: str, names_from: str = "") -> OfferedTool:
    return OfferedTool(
        tool.name, tool.schema(), tool.signature(), candidates(tool.parameters, said, "", CLOCK), names_from
    )


def wander(read: Any, tokenizer: Any, grammar: str, chance: random.Random) -> str | None:
    """A completion of random allowed tokens; None where it has not ended after 600."""
    matcher = llguidance.LLMatcher(read, grammar)
    assert not matcher.get_error(), matcher.get_error()
    written: list[int] = []
    while len(written) < 600:
        forced = list(matcher.compute_ff_tokens())
        if not forced:
            bits = np.unpackbits(np.frombuffer(matcher.compute_bitmask(), dtype=np.uint8), bitorder="little")
            forced = [int(chance.choice(np.flatnonzero(bits[:400]).tolist()))]
        matcher.consume_tokens(forced)
        written += forced
        if matcher.is_stopped():
            text: str = tokenizer.decode(written)
            return text.removesuffix("<|im_end|>")
    return None


def is_run_of(part: str, whole: str) -> bool:
    """Whether a value is a run of whole words of the text, without what only separates words."""
    before, after = (r"(?<!\w)" if part[:1].isalnum() else ""), (r"(?!\w)" if part[-1:].isalnum() else "")
    clean = part[:1] not in " ,;:.!?)|/" and part[-1:] not in " ,;:(|/" and re.search(r"\w", part) is not None
    return clean and re.search(before + re.escape(part) + after, whole) is not None


def check(call: ToolCall, tool: OfferedTool, said: str) -> None:
    properties = tool.schema["function"]["parameters"]["properties"]
    assert call.name == tool.name
    assert list(call.arguments) == [name for name in properties if name in call.arguments]  # the signature's order
    copied = copyable_text(said)
    for name, value in call.arguments.items():
        schema = properties[name]
        if name in tool.candidates:
            assert value in tool.candidates[name]
        elif "enum" in schema:
            assert value in schema["enum"]
        elif schema["type"] == "boolean":
            assert value is True
        elif schema["type"] == "array":
            assert 1 <= len(value) <= 5
            assert all(is_run_of(each, copied) for each in value)
        else:
            assert is_run_of(value, copied)


def test_random_walks_through_the_grammar_are_calls_of_what_was_said(read: Any, tokenizer: Any) -> None:
    chance = random.Random(11)
    tools = standard_tools()
    ended, arguments = 0, 0
    for _ in range(120):
        said = message(chance)
        shortlist = [offer(tool, said) for tool in chance.sample(tools, 2)]
        text = wander(read, tokenizer, call_grammar(shortlist, said), chance)
        if text is None:
            continue
        calls = read_calls(text)
        assert len(calls) == 1, text
        check(calls[0], next(tool for tool in shortlist if tool.name == calls[0].name), said)
        ended += 1
        arguments += len(calls[0].arguments)
    assert ended > 100
    assert arguments > 60


def test_every_tool_can_be_called_by_a_model(read: Any, tokenizer: Any) -> None:
    model = tiny_model()
    said = 'Compare the "red mug" with blue teapots, last week in York; top 5, order 536365, ann@example.com, LS1 4AB'
    for tool in standard_tools():
        offered = offer(tool, said)
        prompt = tokenizer(f"{tool.name} {said}")["input_ids"]
        matcher = llguidance.LLMatcher(read, call_grammar([offered], said))
        written = list(Decoder(TransformersReader(model), frozenset({2})).decode(prompt, 800, matcher))
        calls = read_calls(tokenizer.decode(written))
        assert len(calls) == 1, tokenizer.decode(written)
        check(calls[0], offered, said)


def test_an_argument_without_a_candidate_cannot_be_written(read: Any, tokenizer: Any) -> None:
    report = next(tool for tool in standard_tools() if tool.name == "sales_report")
    said = "what sells in germany"
    chance = random.Random(3)
    offered = OfferedTool(report.name, report.schema(), report.signature(), {"period": (), "top": (), "compare_to": ()})
    for _ in range(25):
        text = wander(read, tokenizer, call_grammar([offered], said), chance)
        written = read_calls(text or "")
        assert all(not {"period", "top", "compare_to"} & set(call.arguments) for call in written)


def test_names_are_copied_from_their_own_text(read: Any, tokenizer: Any) -> None:
    details = next(tool for tool in standard_tools() if tool.name == "forecast_sales")
    said = "red mugs next month please"
    names = without(said, CLOCK)
    chance = random.Random(4)
    for _ in range(25):
        text = wander(read, tokenizer, call_grammar([offer(details, said, names)], said), chance)
        for call in read_calls(text or ""):
            for name in {"product", "category", "store", "country"} & set(call.arguments):
                assert is_run_of(call.arguments[name], "red mugs") or call.arguments[name] == "please"


def test_no_name_can_be_made_up_where_a_message_holds_only_a_time(read: Any, tokenizer: Any) -> None:
    details = next(tool for tool in standard_tools() if tool.name == "forecast_sales")
    names = without("next month", CLOCK)
    chance = random.Random(4)
    for _ in range(10):
        text = wander(read, tokenizer, call_grammar([offer(details, "next month", names)], "next month"), chance)
        for call in read_calls(text or ""):
            assert set(call.arguments) <= {"horizon", "metric"}


def test_a_required_argument_is_always_written(read: Any, tokenizer: Any) -> None:
    details = next(tool for tool in standard_tools() if tool.name == "product_details")
    chance = random.Random(6)
    for _ in range(10):
        text = wander(read, tokenizer, call_grammar([offer(details, "red mug")], "red mug"), chance)
        assert read_calls(text or "")[0].arguments["product"] in ("red", "mug", "red mug")


def test_a_large_model_may_rephrase_but_not_leave_the_schema(read: Any, tokenizer: Any) -> None:
    details = next(tool for tool in standard_tools() if tool.name == "product_details")
    chance = random.Random(7)
    grammar = call_grammar([offer(details, "it")], "it", free_text=True)
    walks = [wander(read, tokenizer, grammar, chance) for _ in range(20)]
    calls = [call for text in walks if text for call in read_calls(text)]
    assert calls
    assert all(set(call.arguments) == {"product"} for call in calls)
    assert any(call.arguments["product"] != "it" for call in calls)


def test_what_may_be_copied_needs_no_escape() -> None:
    for said in ['say "hi"', "a\\b", "tab\tand\nline", "bell\x07 and null\x00", "  spaced   out  "]:
        copied = copyable_text(said)
        assert json.dumps(copied, ensure_ascii=False) == f'"{copied}"'
    assert copyable_text('12" plate') == "12' plate"
