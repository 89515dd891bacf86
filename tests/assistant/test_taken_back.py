"""What a message takes back of the call before no longer holds. Worked out by hand."""

from typing import Any

import pytest

from assistant.taken_back import drop


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("all stores after all", "store"),
        ("the whole shop", "store"),
        ("and everywhere?", "store"),
        ("Please take out the category.", "category"),
        ("sorry, scrap the country", "country"),
        ("by day, drop the comparison", "compare_to"),
        ("forget the promo; prices up 3%", "promotion"),
    ],
)
def test_what_is_taken_back_goes(message: str, name: str) -> None:
    arguments: dict[str, Any] = {name: "York", "metric": "revenue"}
    drop(arguments, ["metric"], message)
    assert arguments == {"metric": "revenue"}


@pytest.mark.parametrize(
    "message", ["not all shops, York", "York only, not everywhere", "how do shops differ", "the same by store", "York"]
)
def test_what_is_named_or_not_spoken_of_stays(message: str) -> None:
    arguments: dict[str, Any] = {"store": "York"}
    drop(arguments, [], message)
    assert arguments == {"store": "York"}


def test_what_the_tool_cannot_do_without_stays() -> None:
    arguments: dict[str, Any] = {"product": "mug"}
    drop(arguments, ["product"], "all products")
    assert arguments == {"product": "mug"}
