"""One or two bare words as the wish of a search."""

from typing import Any

import pytest

from assistant.messages import ToolCall
from assistant.search_follow_ups import bare_wish, moved

TITLES = {"mug", "mugs", "whisk", "spatula", "bread", "garden", "twine", "blue"}


def in_titles(word: str) -> bool:
    return word in TITLES


def search(**arguments: Any) -> ToolCall:
    return ToolCall("search_products", arguments)


@pytest.mark.parametrize(
    ("message", "query"),
    [
        ("something blue then", "blue mugs"),
        ("in wood or glass?", "wood glass mugs"),
        ("whisk", "whisk"),
        ("any garden twine", "garden twine"),
        ("show me more please", "red mugs"),
        ("the nicer ones", "red mugs"),
        ("what is the longest one you have got of those", "red mugs"),
    ],
)
def test_a_search_that_did_not_move_takes_what_was_named(message: str, query: str) -> None:
    before = search(query="red mugs", max_price=10.0)
    found = moved(search(query="red mugs", max_price=10.0), before, message, in_titles).arguments
    assert found == {"query": query, "max_price": 10.0}


def test_a_search_that_moved_stays() -> None:
    read = search(query="red mugs", max_price=5.0)
    assert moved(read, search(query="red mugs"), "whisk", in_titles) is read
    assert moved(read, None, "whisk", in_titles) is read
    assert moved(read, ToolCall("view_cart", {}), "whisk", in_titles) is read


@pytest.mark.parametrize(
    ("message", "wish"),
    [("spatula", "spatula"), ("bread?", "bread"), ("any garden twine", "garden twine"), ("blue", None),
     ("lovely", None), ("the weather", None), ("a mug with a whisk and a spatula", None), ("", None)],
)  # fmt: skip
def test_bare_words_from_titles_are_a_wish(message: str, wish: str | None) -> None:
    assert bare_wish(message, in_titles) == wish
