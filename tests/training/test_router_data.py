"""What the router learns from."""

import random

from assistant.language.reading import ALIKE, APART, ONE
from assistant.language.router import NONE
from assistant.messages import ToolCall
from assistant.training.phrasings import Phrasing, Turn
from assistant.training.router_data import argument_targets, classes, examples

ROLES = {
    "sales_report": frozenset({"manager"}),
    "check_stock": frozenset({"customer", "manager"}),
    "my_orders": frozenset({"customer"}),
}


SCHEMAS = {
    "sales_report": {
        "properties": {
            "metric": {"type": "string", "enum": ["revenue", "units"]},
            "period": {"type": "string"},
            "country": {"type": "string"},
            "top": {"type": "integer"},
        }
    },
    "check_stock": {"properties": {"product": {"type": "string"}}},
    "my_orders": {"properties": {}},
}


def line(*turns: tuple[str, str | None], roles: frozenset[str]) -> Phrasing:
    made = tuple(Turn(text, (ToolCall(tool, {}),) if tool else ()) for text, tool in turns)
    return Phrasing("k", roles, made, "plain")


def test_each_role_has_its_tools_and_none() -> None:
    assert classes(ROLES) == {
        "customer": ("check_stock", "my_orders", NONE),
        "manager": ("check_stock", "sales_report", NONE),
    }


def test_an_example_is_labelled_for_each_role_that_may_say_it() -> None:
    (made,) = examples(
        [line(("Got mugs?", "check_stock"), roles=ROLES["check_stock"])], {}, ROLES, SCHEMAS, random.Random(1)
    )
    assert made.labels == {"customer": "check_stock", "manager": "check_stock"}


def test_staff_questions_are_none_for_a_customer() -> None:
    (made,) = examples(
        [line(("Revenue?", "sales_report"), roles=ROLES["sales_report"])], {}, ROLES, SCHEMAS, random.Random(1)
    )
    assert made.labels == {"manager": "sales_report", "customer": NONE}


def test_a_conversation_gives_one_example_a_turn_with_what_went_before() -> None:
    talk = line(("Got mugs?", "check_stock"), ("thanks", None), ("my orders", "my_orders"), roles=ROLES["my_orders"])
    first, second, third = examples([talk], {}, ROLES, SCHEMAS, random.Random(1))
    assert first.pair[1] == ""
    assert second.pair[1] == "check stock: Got mugs?"
    assert second.labels == {"customer": NONE}
    assert third.pair[1] == "check stock: thanks"
    assert {each.key for each in (first, second, third)} == {"k"}


def test_slots_are_filled_anew_and_typing_varies() -> None:
    many = [line(("Got {product}?", "check_stock"), roles=ROLES["check_stock"])] * 200
    said = {each.pair[0] for each in examples(many, {"product": ["Mug", "Tray"]}, ROLES, SCHEMAS, random.Random(1))}
    assert {"Got Mug?", "Got Tray?", "Got Mug", "Got Tray"} <= said
    held_out = examples(many, {"product": ["Mug"]}, ROLES, SCHEMAS, random.Random(1), noisy=False)
    assert {each.pair[0] for each in held_out} == {"Got Mug?"}


def test_values_are_found_where_they_stand() -> None:
    call = ToolCall("sales_report", {"metric": "units", "period": "May 2011", "country": "France", "top": 10})
    targets = argument_targets(Turn("top ten units in france, may 2011", (call,)), None, SCHEMAS)
    text = "top ten units in france, may 2011"
    assert {name: text[start:end] for name, start, end in targets.spans} == {
        "period": "may 2011",
        "country": "france",
        "top": "ten",
    }
    assert targets.choices == {"metric": "units"}
    assert set(targets.open) == {"period", "country", "top"}


def test_what_holds_on_from_before_is_told_from_what_does_not() -> None:
    before = ToolCall("sales_report", {"metric": "units", "period": "May", "country": "France"})
    call = ToolCall("sales_report", {"metric": "units", "period": "May", "country": "Spain"})
    targets = argument_targets(Turn("and in Spain?", (call,)), before, SCHEMAS)
    assert targets.kept == {"period": True}
    assert targets.spans == (("country", 7, 12),)
    dropped = argument_targets(Turn("overall?", (ToolCall("sales_report", {"metric": "units"}),)), before, SCHEMAS)
    assert dropped.kept == {"period": False, "country": False}


def test_a_value_that_stands_nowhere_teaches_nothing_about_its_argument() -> None:
    call = ToolCall("sales_report", {"metric": "units", "country": "Spain"})
    targets = argument_targets(Turn("units in the usual place", (call,)), None, SCHEMAS)
    assert "country" not in targets.open
    assert "period" in targets.open


def test_calls_of_one_tool_teach_all_their_values() -> None:
    calls = tuple(ToolCall("check_stock", {"product": name}) for name in ("Mug", "Tray"))
    targets = argument_targets(Turn("got mug and tray?", calls), None, SCHEMAS)
    assert targets.spans == (("product", 4, 7), ("product", 12, 16))


def test_how_many_wishes_a_message_holds() -> None:
    stock, other = ToolCall("check_stock", {"product": "mug"}), ToolCall("check_stock", {"product": "tray"})
    orders = ToolCall("my_orders", {})
    calls = [(), (stock,), (stock, other), (stock, orders)]
    talk = Phrasing("k", ROLES["my_orders"], tuple(Turn("mug and tray", each) for each in calls), "plain")
    made = examples([talk], {}, ROLES, SCHEMAS, random.Random(1), noisy=False)
    assert [each.wishes for each in made] == [ONE, ONE, ALIKE, APART]


def test_messages_for_two_tools_are_said_in_one_breath_for_training_only() -> None:
    alone = [line((f"got mugs {place}?", "check_stock"), roles=ROLES["my_orders"]) for place in range(20)]
    alone += [line((f"My orders {place}", "my_orders"), roles=ROLES["my_orders"]) for place in range(20)]
    joined = [each for each in examples(alone, {}, ROLES, SCHEMAS, random.Random(3)) if each.wishes == APART]
    assert joined
    for each in joined:
        assert "mugs" in each.pair[0]
        assert "rders" in each.pair[0]
        assert each.labels == {"customer": "check_stock" if each.pair[0].startswith("got") else "my_orders"}
        assert "?." not in each.pair[0]
    assert not any(e.wishes == APART for e in examples(alone, {}, ROLES, SCHEMAS, random.Random(3), noisy=False))
