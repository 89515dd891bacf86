"""Customers that were listed, and the words that point to one of them."""

from typing import Any

import pytest

from assistant.memory import Memory
from assistant.messages import ProductCard, ToolCall
from assistant.references import Context, person
from assistant.said_plainly import from_before

LISTED = "The 3 you may lose: Ann Bell (C10655), Isaac Kay (C10117) and Maya Dun (C12894)."


@pytest.mark.parametrize(
    ("message", "number"),
    [("tell me about the first one", "C10655"), ("the 3rd?", "C12894"), ("what about her", None), ("the fifth", None)],
)
def test_an_ordinal_points_into_the_list(message: str, number: str | None) -> None:
    memory = Memory()
    memory.remember("who are we losing", [ToolCall("list_churn_risks", {})], answer=LISTED)
    assert person(message, memory.shown) == number


def test_she_is_the_only_one_that_was_named() -> None:
    memory = Memory()
    memory.remember("profile", [ToolCall("customer_profile", {"customer": "x"})], answer="Ann Bell (C10655) buys tea.")
    given: dict[str, Any] = {}
    from_before(given, ["customer"], "how much is she worth", memory.shown)
    assert given == {"customer": "C10655"}


def test_a_name_is_never_replaced_and_products_end_the_list() -> None:
    given: dict[str, Any] = {"customer": "Susan Petty"}
    from_before(given, ["customer"], "first tell me whether she, Susan Petty, leaves", Context(people=("C1", "C2")))
    assert given == {"customer": "Susan Petty"}
    memory = Memory()
    memory.remember("who", [ToolCall("list_churn_risks", {})], answer=LISTED)
    memory.remember("mugs", [ToolCall("search_products", {"query": "mugs"})], (ProductCard("P1", "Mug", 4.0),), "1 mug")
    assert memory.shown.people == ()
