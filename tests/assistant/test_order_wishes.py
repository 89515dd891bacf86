"""Which product goes back and which comes, whole reasons and whole addresses."""

from typing import Any

import pytest

from assistant.order_wishes import put_right


@pytest.mark.parametrize(
    ("message", "back", "comes"),
    [
        ("Can I have the tray instead of the mug, order 2001", "the mug", "the tray"),
        ("Can the mug be replaced with the tray?", "the mug", "the tray"),
        ("my wife would prefer the tray to the mug, please exchange", "the mug", "the tray"),
        ("swap the mug for the tray", "the mug", "the tray"),
        ("the tray, please, in return for the mug", "the mug", "the tray"),
    ],
)
def test_the_words_before_a_product_say_where_it_belongs(message: str, back: str, comes: str) -> None:
    wrong: dict[str, Any] = {"items": [comes], "new_items": [back]}
    put_right(wrong, message, exchange=True)
    assert wrong == {"items": [back], "new_items": [comes]}


@pytest.mark.parametrize(
    ("message", "back", "comes"),
    [
        ("Can be replaced with basket my parmesan?", "parmesan", "basket"),
        ("I fancy the apron after all, not the tea.", "the tea", "the apron"),
        ("in place of the blanket send bran flakes", "the blanket", "bran flakes"),
        ("give me a new battery for the dead one in 1001", "the dead one", "a new battery"),
    ],
)
@pytest.mark.parametrize("read_as", ["items", "new_items"])
def test_two_that_were_read_alike_are_told_apart(message: str, back: str, comes: str, read_as: str) -> None:
    read: dict[str, Any] = {read_as: sorted([back, comes])}
    put_right(read, message, exchange=True)
    assert read == {"items": [back], "new_items": [comes]}


def test_all_that_goes_back_stays_together() -> None:
    read: dict[str, Any] = {"items": ["the tea", "the mug"]}
    put_right(read, "exchange the tea and the mug please, both broken", exchange=True)
    assert read == {"items": ["the tea", "the mug"]}


def test_both_of_two_named_together_go_the_same_way() -> None:
    read: dict[str, Any] = {"items": ["pesto"], "new_items": ["lamp", "towel"]}
    put_right(read, "Swap both pesto and lamp for towel, 2001", exchange=True)
    assert read == {"items": ["pesto", "lamp"], "new_items": ["towel"]}


@pytest.mark.parametrize(
    "message", ["give me the tray for the mug", "the mug was sent in place of the tray", "mug, tray, order 2001"]
)
def test_what_the_words_leave_open_stays_as_it_was_read(message: str) -> None:
    read: dict[str, Any] = {"items": ["mug"], "new_items": ["tray"]}
    put_right(read, message, exchange=True)
    assert read == {"items": ["mug"], "new_items": ["tray"]}


@pytest.mark.parametrize(
    ("message", "read", "whole"),
    [
        ("2001 back, have chips in the rim, ta", "have chips in the", "have chips in the rim"),
        ("cancel 2001, kid already has one", "kid", "kid already has one"),
        ("cancel 2001 changed my mind about it", "changed my mind", "changed my mind"),
        ("too small order 2001", "too small", "too small"),
    ],
)
def test_a_reason_ends_with_its_clause(message: str, read: str, whole: str) -> None:
    arguments: dict[str, Any] = {"order_id": "2001", "reason": read}
    put_right(arguments, message, exchange=True)
    assert arguments["reason"] == whole


@pytest.mark.parametrize(
    ("message", "read", "whole"),
    [
        ("Pop 2001 round to 6 The Maltings, Ely", "The Maltings, Ely", "6 The Maltings, Ely"),
        ("change 2001 to PO Box 316, Galway", "Box 316, Galway", "PO Box 316, Galway"),
        ("2001 The Old Forge, Kendal", "The Old Forge, Kendal", "The Old Forge, Kendal"),
        ("my own flat now, Elm Avenue, Austin", "Elm Avenue, Austin", "Elm Avenue, Austin"),
    ],
)
def test_the_number_of_the_house_belongs_to_the_address(message: str, read: str, whole: str) -> None:
    arguments: dict[str, Any] = {"order_id": "2001", "address": read}
    put_right(arguments, message, exchange=True)
    assert arguments["address"] == whole
