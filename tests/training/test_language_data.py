"""What the language model learns from: dialogues, and which of their tokens."""

import json
import random
from pathlib import Path

import pytest
from tiny_model import tiny_tokenizer

from assistant.language.prompts import read_calls
from assistant.messages import Message, ToolCall
from assistant.tools import standard_tools
from assistant.training.language_data import (
    ANSWERS_FILE,
    answer_dialogues,
    call_dialogues,
    choice_dialogues,
    copyable_call,
    speaks_chatml,
    tokens,
)
from assistant.training.phrasings import Phrasing, Turn

TOOLS = {tool.name: tool for tool in standard_tools()}
DIALOGUE = (
    Message("system", "help"),
    Message("user", "got mugs?"),
    Message("assistant", "yes"),
    Message("user", "thanks"),
    Message("assistant", "bye"),
)


def line(*turns: tuple[str, ToolCall | None]) -> Phrasing:
    return Phrasing("k", frozenset(), tuple(Turn(text, (call,) if call else ()) for text, call in turns), "plain")


def stock(product: str) -> ToolCall:
    return ToolCall("check_stock", {"product": product})


def test_exactly_what_the_assistant_writes_is_learnt() -> None:
    tokenizer = tiny_tokenizer()
    learnt = tokens(DIALOGUE, tokenizer)
    assert learnt is not None
    spans, current = [], []
    for token, own in zip(learnt.ids, learnt.learn, strict=True):
        if own:
            current.append(token)
        elif current:
            spans.append(current)
            current = []
    assert [tokenizer.decode(span) for span in spans] == ["yes<|im_end|>", "bye<|im_end|>"]


def test_the_tokens_are_those_of_the_chat_template() -> None:
    tokenizer = tiny_tokenizer()
    learnt = tokens(DIALOGUE, tokenizer)
    assert learnt is not None
    given = [{"role": message.role, "content": message.content} for message in DIALOGUE]
    assert tokenizer.decode(learnt.ids) == tokenizer.apply_chat_template(given, tokenize=False)


def test_a_dialogue_that_is_too_long_is_left_out() -> None:
    assert tokens(DIALOGUE, tiny_tokenizer(), longest=10) is None


def test_templates_that_are_not_chatml_are_told_apart() -> None:
    assert speaks_chatml(tiny_tokenizer())
    assert not speaks_chatml(tiny_tokenizer(None))
    assert not speaks_chatml(tiny_tokenizer("{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}{% endfor %}"))


def test_messages_of_one_tool_share_a_sequence_each_once() -> None:
    phrasings = [line((f"got {{product}} {n}?", stock("{product}"))) for n in range(30)]
    made = call_dialogues(phrasings, {"product": ["mug"]}, TOOLS, random.Random(1), most=6)
    said = [message.content for dialogue in made for message in dialogue if message.role == "user"]
    assert sorted(said) == sorted(f"got mug {n}?" for n in range(30))
    assert all(3 <= len(dialogue) <= 13 for dialogue in made)
    for dialogue in made:
        assert dialogue[0].content.endswith(TOOLS["check_stock"].signature())
        for message in dialogue[2::2]:
            assert read_calls(message.content) == [stock("mug")]


def test_a_message_with_context_stands_alone_and_shows_what_went_before() -> None:
    talk = line(("got mugs?", stock("mugs")), ("hm", None), ("and trays?", stock("trays")))
    made = call_dialogues([talk], {}, TOOLS, random.Random(1))
    assert len(made) == 2  # talk makes no call to learn
    context = next(dialogue for dialogue in made if "before:" in dialogue[1].content)
    assert context[1].content.split("\n") == [
        'before: got mugs? -> check_stock {"product": "mugs"}',
        "before: hm -> no tool",
        "and trays?",
    ]
    assert read_calls(context[2].content) == [stock("trays")]


def test_calls_are_learnt_as_they_can_be_written() -> None:
    call = ToolCall("sales_report", {"top": 5, "product": 'the "red"\nmug', "metric": "revenue"})
    written = copyable_call(call, TOOLS)
    assert list(written.arguments) == ["metric", "product", "top"]  # the signature's order
    assert written.arguments["product"] == "the 'red' mug"


def test_the_same_seed_makes_the_same_dialogues() -> None:
    phrasings = [line((f"got {{product}} {n}?", stock("{product}"))) for n in range(20)]
    names = {"product": [str(n) for n in range(50)]}
    first, again = (call_dialogues(phrasings, names, TOOLS, random.Random(9)) for _ in range(2))
    assert first == again


def test_the_authored_answers_read_and_say_nothing_that_their_facts_do_not() -> None:
    """What is learnt must pass the check that answers are put to."""
    from assistant.grounding import Evidence
    from assistant.messages import ToolResult

    lines = [json.loads(each) for each in ANSWERS_FILE.read_text(encoding="utf-8").splitlines() if each.strip()]
    assert len(answer_dialogues()) == len(lines) > 300
    made_up, turned_round = [], []
    for given in lines:
        assert given["role"] in ("customer", "manager")
        results = [ToolResult(headline=fact) for fact in given["facts"]]
        unsupported = Evidence(results, given["message"], lambda text: []).check(given["answer"]).unsupported
        made_up += [(part, given["answer"]) for part in unsupported if "(" not in part]
        turned_round += [given["answer"]] if any("(" in part for part in unsupported) else []
    assert made_up == []
    # "Bath (11)" for "11 in Bath" is true, but the check asks for name and figure as the facts pair them: it would be
    # shown in the headline's words. A few may teach that; they must not become many.
    assert len(turned_round) <= 0.04 * len(lines)


def test_without_answers_there_are_none(tmp_path: Path) -> None:
    assert answer_dialogues(tmp_path / "nothing.jsonl") == []


@pytest.mark.parametrize("name", ["sales_report", "search_products", "exchange_items"])
def test_every_shipped_call_of_a_tool_can_be_made_into_a_dialogue(name: str) -> None:
    from assistant.training.phrasings import read_entities, read_phrasings

    shipped = read_phrasings({tool: each.roles for tool, each in TOOLS.items()})
    wanted = [each for each in shipped if any(call.name == name for turn in each.turns for call in turn.calls)]
    for dialogue in call_dialogues(wanted, read_entities(), TOOLS, random.Random(2)):
        for message in dialogue:
            if message.role == "assistant":
                (call,) = read_calls(message.content)
                if set(TOOLS[call.name].parameters["required"]) <= call.arguments.keys():  # else it is asked for
                    TOOLS[call.name].check(call.arguments)


def test_a_choice_names_the_tool_or_none_in_its_context() -> None:
    talk = Phrasing(
        "k",
        frozenset({"manager"}),
        (Turn("revenue in May", (ToolCall("sales_report", {"metric": "revenue", "period": "May"}),)), Turn("ta", ())),
        "plain",
    )
    first, second = choice_dialogues([talk], {}, TOOLS, random.Random(1))
    assert [message.content for message in first] == ["Name the tool.", "manager\nrevenue in May", "sales_report"]
    assert second[1].content.startswith("manager\nbefore: revenue in May -> sales_report")
    assert second[2].content == "none"


def test_now_and_then_a_customer_asks_what_only_staff_may() -> None:
    report = ToolCall("sales_report", {"metric": "revenue"})
    lines = [Phrasing(str(n), frozenset({"manager"}), (Turn(f"sales {n}", (report,)),), "plain") for n in range(300)]
    made = choice_dialogues(lines, {}, TOOLS, random.Random(1))
    strays = [each for each in made if each[1].content.startswith("customer")]
    assert 15 <= len(strays) <= 45  # a tenth
    assert {each[2].content for each in strays} == {"none"}
