"""When two calls mean the same: word by word, and with free text by its content words."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.training.evaluation_matching import alike_arguments, count_arguments, in_common, same_arguments

CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ({"period": "last month"}, {"period": "November 2011"}),
        ({"period": "over the last 4 weeks"}, {"period": "last 28 days"}),
        ({"compare_to": "the month before"}, {"compare_to": "october 2011"}),
        ({"horizon": "the coming fortnight"}, {"horizon": "next 2 weeks"}),
        ({"product": "The Red Mug"}, {"product": "red mug"}),
        ({"products": ["a mug", "tray"]}, {"products": ["Tray", "mug"]}),
        ({"top": 5}, {"top": "5"}),
        ({"order_id": "#1001"}, {"order_id": "1001"}),
        ({}, {"order": "highest"}),
        ({}, {"metric": "units"}),
        ({"in_stock": True}, {"in_stock": True}),
    ],
)
def test_calls_that_mean_the_same(wanted: dict[str, Any], got: dict[str, Any]) -> None:
    assert same_arguments(ToolCall("t", wanted), ToolCall("t", got), CLOCK)


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ({"period": "last month"}, {"period": "last week"}),
        ({"period": "last month"}, {}),
        ({}, {"period": "last month"}),
        ({"product": "red mug"}, {"product": "mug"}),
        ({"products": ["mug", "tray"]}, {"products": ["mug"]}),
        ({"products": ["mug"]}, {"products": "mug"}),
        ({"top": 5}, {"top": 6}),
        ({}, {"order": "lowest"}),
        ({}, {"metric": "orders"}),
        ({"in_stock": True}, {}),
    ],
)
def test_calls_that_do_not(wanted: dict[str, Any], got: dict[str, Any]) -> None:
    assert not same_arguments(ToolCall("t", wanted), ToolCall("t", got), CLOCK)


@pytest.mark.parametrize(
    ("name", "wanted", "got", "share"),
    [
        ("query", "a nice red mug with flowers", "red mug with flowers", 6 / 7),  # 3 of 4 words and 3 of 3
        ("reason", "it arrived broken", "arrived broken", 1.0),  # "it" is no content
        ("question", "what is your returns policy?", "the return policy", 1.0),
        ("query", "red mug", "blue mug", 0.5),
        ("items", ["red mug", "tray"], ["the tray", "the red mugs"], 1.0),
        ("query", "bulb size 4", "bulb size 5", 0.0),  # another figure is another thing
        ("query", "the", "the", 1.0),  # nothing but stop words: then they count
        ("query", "mug", "teapot", 0.0),
    ],
)
def test_words_in_common(name: str, wanted: Any, got: Any, share: float) -> None:
    assert in_common(wanted, got) == pytest.approx(share)
    alike = alike_arguments(ToolCall("t", {name: wanted}), ToolCall("t", {name: got}), CLOCK)
    assert alike == (share >= 0.75)


def test_names_and_times_are_compared_strictly() -> None:
    for name, wanted, got in (("product", "red mug large", "red mug"), ("address", "12 Mill Lane", "13 Mill Lane")):
        assert not alike_arguments(ToolCall("t", {name: wanted}), ToolCall("t", {name: got}), CLOCK)


def test_free_text_that_is_missing_is_not_alike() -> None:
    assert not alike_arguments(ToolCall("t", {"query": "mug"}), ToolCall("t", {}), CLOCK)
    assert not alike_arguments(ToolCall("t", {}), ToolCall("t", {"reason": "mug"}), CLOCK)


def test_arguments_are_counted_one_by_one() -> None:
    wanted = ToolCall("t", {"metric": "units", "period": "last month", "store": "York"})
    got = ToolCall("t", {"metric": "units", "period": "last week", "top": 5})
    assert count_arguments(wanted, got, CLOCK) == {
        "metric": Counter(wanted=1, given=1, right=1),
        "period": Counter(wanted=1, given=1, right=0),
        "store": Counter(wanted=1, given=0, right=0),
        "top": Counter(wanted=0, given=1, right=0),
    }
