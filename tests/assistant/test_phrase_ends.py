"""Words copied in part are made whole, or dropped where they say nothing. Worked out by hand."""

from typing import Any

import pytest

from assistant.phrase_ends import make_whole


@pytest.mark.parametrize(
    ("message", "read", "whole"),
    [
        ("bamboo toothbrushes in a family pack", "bamboo toothbrushes in a", "bamboo toothbrushes in a family pack"),
        ("a pair of poles for forty-five pounds or less", "a pair of poles for", "a pair of poles"),
        ("anything for the beach that's on hand now", "the beach that", "the beach"),
        (
            "the wobbly toy that never falls over, have you got it",
            "toy that never falls over",
            "toy that never falls over",
        ),
        ("gold rings in Pasta and grains", "gold rings in", "gold rings"),
        ("to", "to", "to"),
    ],
)
def test_a_wish_ends_with_its_phrase(message: str, read: str, whole: str) -> None:
    arguments: dict[str, Any] = {"query": read}
    make_whole(arguments, message, ["Pasta and grains"])
    assert arguments == {"query": whole}


def test_an_article_alone_takes_the_word_it_points_at() -> None:
    arguments: dict[str, Any] = {"items": ["the", "my socks"], "reason": "there", "product": "this"}
    make_whole(arguments, "there's a hole in my socks and the kettle leaks, take this back")
    assert arguments == {"items": ["the kettle", "my socks"], "product": "this"}


def test_a_list_of_nothing_goes() -> None:
    arguments: dict[str, Any] = {"items": ["the"], "order_id": "1"}
    make_whole(arguments, "give me the")
    assert arguments == {"order_id": "1"}
