"""Reading, filling and splitting the phrasings; and the authored ones as they are shipped."""

import json
import random
from pathlib import Path

import pytest

from assistant.messages import ToolCall
from assistant.tools import standard_tools
from assistant.training.phrasing_check import counts, frame, problems
from assistant.training.phrasings import FOLDER, SLOTS, Phrasing, Turn, fill, read_entities, read_phrasings, spoken

ROLES = {"check_stock": frozenset({"customer", "manager"}), "sales_report": frozenset({"manager"})}
STANDARD = {tool.name: tool.roles for tool in standard_tools()}


def written(folder: Path, name: str, *lines: object) -> Path:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_each_kind_of_line_is_read(tmp_path: Path) -> None:
    written(
        tmp_path, "check_stock", {"voice": "terse", "text": "got {product}?", "arguments": {"product": "{product}"}}, ""
    )
    written(tmp_path, "none", {"voice": "plain", "text": "hello", "role": "customer", "kind": "small_talk"})
    turns = [
        {"text": "any {product}", "calls": [{"name": "check_stock", "arguments": {"product": "{product}"}}]},
        {"text": "thanks"},
    ]
    written(tmp_path, "conversations_manager", {"role": "manager", "turns": turns})
    stock, talk, conversation = sorted(read_phrasings(ROLES, tmp_path), key=lambda each: (len(each.turns), each.kind))
    assert stock.turns == (Turn("got {product}?", (ToolCall("check_stock", {"product": "{product}"}),)),)
    assert (stock.roles, stock.voice) == (ROLES["check_stock"], "terse")
    assert (talk.turns[0].calls, talk.kind, talk.roles) == ((), "small_talk", frozenset({"customer"}))
    assert [len(turn.calls) for turn in conversation.turns] == [1, 0]
    assert conversation.roles == frozenset({"manager"})


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("check_stock", {"text": "got {gadget}?", "arguments": {}}, "unknown slots ['gadget']"),
        ("fly_away", {"text": "fly", "arguments": {}}, "fly_away"),
        ("none", {"text": "hello"}, "role"),
        ("check_stock", {"text": "no arguments"}, "arguments"),
        ("check_stock", "{not json", "Expecting"),
        ("talks", {"role": "manager", "turns": [{"text": "x", "calls": [{"name": "fly_away"}]}]}, "fly_away"),
    ],
)
def test_a_line_that_is_wrong_is_named_by_file_and_number(tmp_path: Path, name: str, line: object, said: str) -> None:
    written(tmp_path, name, "", line)
    with pytest.raises(ValueError, match=rf"{name}\.jsonl line 2: ") as wrong:
        read_phrasings(ROLES, tmp_path)
    assert said in str(wrong.value)


def phrasing(*texts: str, **arguments: object) -> Phrasing:
    return Phrasing("0", frozenset(), tuple(Turn(text, (ToolCall("check_stock", arguments),)) for text in texts), "")


def test_a_slot_is_filled_alike_throughout_and_two_slots_differ() -> None:
    entities = {"product": ["mug", "tray", "lamp"], "store": ["York"]}
    line = phrasing("{product} or {product2} in {store}?", "so {product}?", product="{product}", other=["{product2}"])
    for seed in range(20):
        first, second = fill(line, entities, random.Random(seed))
        one, _, other, *_ = first.text.split()
        assert one != other
        assert second.text == f"so {one}?"
        assert first.calls[0].arguments == second.calls[0].arguments == {"product": one, "other": [other]}


def test_a_number_slot_is_a_number_where_it_is_an_argument() -> None:
    turn = fill(phrasing("top {number}", top="{number}", period="{number} weeks"), {"number": ["12"]}, random.Random(1))
    assert turn[0].text == "top 12"
    assert turn[0].calls[0].arguments == {"top": 12, "period": "12 weeks"}


def test_the_same_seed_fills_alike_and_a_slot_without_names_is_told() -> None:
    line = phrasing("{product}", product="{product}")
    names = {"product": [str(number) for number in range(50)]}
    assert fill(line, names, random.Random(3)) == fill(line, names, random.Random(3))
    with pytest.raises(KeyError, match="product"):
        fill(line, {}, random.Random(3))


@pytest.fixture(scope="module")
def shipped() -> list[Phrasing]:
    return read_phrasings(STANDARD)


def test_every_shipped_file_reads(shipped: list[Phrasing]) -> None:
    files = sorted(FOLDER.glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(shipped) == len(lines)
    assert len(shipped) > 5_000


def test_splits_are_disjoint_by_phrasing_and_cover_all(shipped: list[Phrasing]) -> None:
    keys = {split: {each.key for each in spoken(shipped, split)} for split in ("train", "validation", "test")}
    assert not keys["train"] & keys["test"]
    assert not keys["train"] & keys["validation"]
    assert not keys["test"] & keys["validation"]
    assert set().union(*keys.values()) == {each.key for each in shipped}
    assert 0.75 < len(keys["train"]) / len(set().union(*keys.values())) < 0.85
    texts = {
        split: {"\n".join(t.text.lower() for t in each.turns) for each in spoken(shipped, split)} for split in keys
    }
    assert not texts["train"] & texts["test"]


def test_a_split_does_not_hang_on_how_slots_are_filled_or_typed(tmp_path: Path) -> None:
    for text in ("Got {product}?", "GOT {product}?"):
        written(tmp_path, "check_stock", {"text": text, "arguments": {"product": "{product}"}})
        assert read_phrasings(ROLES, tmp_path)[0].key == read_phrasings(ROLES, tmp_path)[0].key
    upper = read_phrasings(ROLES, tmp_path)[0]
    written(tmp_path, "check_stock", {"text": "got {product}?", "arguments": {"product": "{product}"}})
    assert read_phrasings(ROLES, tmp_path)[0].key == upper.key


def test_every_slot_has_names_and_every_phrasing_can_be_filled(shipped: list[Phrasing]) -> None:
    entities = read_entities()
    assert set(entities) >= SLOTS
    chance = random.Random(5)
    for each in shipped:
        assert "{" not in "".join(turn.text for turn in fill(each, entities, chance)).replace("{}", "")


def test_the_authored_phrasings_are_sound(shipped: list[Phrasing]) -> None:
    """Values were said, choices are the tools' own, no frame is worn out."""
    assert problems(shipped, {tool.name: tool.parameters for tool in standard_tools()}) == []


def test_every_tool_and_every_voice_has_phrasings(shipped: list[Phrasing]) -> None:
    by_tool, by_voice = counts(shipped)
    trained = {tool.name for tool in standard_tools() if not tool.examples}  # others are found by their examples
    assert trained <= set(by_tool)
    assert all(by_tool[name] >= 100 for name in trained)
    assert len(by_voice) >= 12


def test_the_check_finds_what_is_wrong() -> None:
    parameters = {tool.name: tool.parameters for tool in standard_tools()}

    def report(said: str, **arguments: object) -> list[str]:
        line = Phrasing("0", frozenset(), (Turn(said, (ToolCall("sales_report", arguments),)),), "plain")
        return problems([line], parameters)

    assert report("revenue in may", metric="revenue", period="in may") == []
    assert report("top {number}", metric="revenue", top="{number}") == []
    assert "was not said" in report("revenue in may", metric="revenue", period="in june")[0]
    assert "is not among" in report("turnover", metric="turnover")[0]
    assert "has no argument" in report("turnover", colour="red")[0]
    assert "not of kind integer" in report("top 5", metric="revenue", top="5")[0]
    assert "unknown voice" in problems([Phrasing("0", frozenset(), (Turn("hi", ()),), "angry")], parameters)[0]
    alike = [Phrasing(str(n), frozenset(), (Turn(f"Top {n} of {{store{n}}}!", ()),), "plain") for n in range(4)]
    assert problems(alike, parameters) == ["4 phrasings alike: 'top # of {store}'"]
    assert problems(alike[:3], parameters) == []


def test_frames_blank_numbers_and_keep_the_kind_of_a_slot() -> None:
    assert frame("Top 12 of {product2}, by 1,250.50!") == "top # of {product} by #"
    assert frame("{order_id}") != frame("{product}")
