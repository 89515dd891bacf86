"""What the router learns from."""

import random

from assistant.language.router import NONE
from assistant.messages import ToolCall
from assistant.training.phrasings import Phrasing, Turn
from assistant.training.router_data import classes, examples

ROLES = {
    "sales_report": frozenset({"manager"}),
    "check_stock": frozenset({"customer", "manager"}),
    "my_orders": frozenset({"customer"}),
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
    (made,) = examples([line(("Got mugs?", "check_stock"), roles=ROLES["check_stock"])], {}, ROLES, random.Random(1))
    assert made.labels == {"customer": "check_stock", "manager": "check_stock"}


def test_staff_questions_are_none_for_a_customer() -> None:
    (made,) = examples([line(("Revenue?", "sales_report"), roles=ROLES["sales_report"])], {}, ROLES, random.Random(1))
    assert made.labels == {"manager": "sales_report", "customer": NONE}


def test_a_conversation_gives_one_example_a_turn_with_what_went_before() -> None:
    talk = line(("Got mugs?", "check_stock"), ("thanks", None), ("my orders", "my_orders"), roles=ROLES["my_orders"])
    first, second, third = examples([talk], {}, ROLES, random.Random(1))
    assert first.pair[1] == ""
    assert second.pair[1] == "check stock: Got mugs?"
    assert second.labels == {"customer": NONE}
    assert third.pair[1] == ": thanks"
    assert {each.key for each in (first, second, third)} == {"k"}


def test_slots_are_filled_anew_and_typing_varies() -> None:
    many = [line(("Got {product}?", "check_stock"), roles=ROLES["check_stock"])] * 200
    said = {each.pair[0] for each in examples(many, {"product": ["Mug", "Tray"]}, ROLES, random.Random(1))}
    assert {"Got Mug?", "Got Tray?", "got mug?", "Got Mug"} <= said
