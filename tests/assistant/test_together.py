"""What is said after two calls of one tool is meant for both, unless one is named. Worked out by hand."""

import pytest

from assistant.messages import ToolCall
from assistant.together import for_each, for_each_named, means_all, without_all


def sales(**arguments: str) -> ToolCall:
    """A sales report."""
    return ToolCall("sales_report", {"metric": "revenue", **arguments})


MUG, TRAY = sales(product="Mug"), sales(product="Tray")


def test_a_time_is_meant_for_both() -> None:
    read = sales(product="Tray", period="this month")
    assert for_each([MUG, TRAY], read, "this month I mean") == [
        sales(product="Mug", period="this month"),
        sales(product="Tray", period="this month"),
    ]


def test_what_no_longer_holds_is_dropped_for_both() -> None:
    before = [sales(store="York", period="May"), sales(store="Leeds", period="May")]
    got = for_each(before, sales(store="Leeds"), "of all time")
    assert got == [sales(store="York"), sales(store="Leeds")]


def test_another_question_is_asked_about_both() -> None:
    got = for_each([MUG, TRAY], ToolCall("compare_prices", {"product": "Tray"}), "and what do rivals ask")
    assert got == [ToolCall("compare_prices", {"product": "Mug"}), ToolCall("compare_prices", {"product": "Tray"})]


def test_a_thing_that_is_named_is_meant_alone() -> None:
    read = sales(product="Tray", period="May")
    assert for_each([MUG, TRAY], read, "and Tray in May") == [read]
    bowl = sales(product="Bowl")
    assert for_each([MUG, TRAY], bowl, "and the bowl") == [bowl]


def test_one_call_or_calls_of_several_tools_are_not_repeated() -> None:
    read = sales(product="Tray", period="May")
    assert for_each([TRAY], read, "May") == [read]
    assert for_each([ToolCall("check_stock", {"product": "Mug"}), TRAY], read, "May") == [read]
    assert for_each([MUG, TRAY], ToolCall("sales_trends", {}), "what is rising") == [ToolCall("sales_trends", {})]


TAKES = {"store": {"type": "string"}, "metric": {"type": "string"}, "compare_to": {"type": "string"}}


def stores(message: str) -> list[tuple[int, int, str]]:
    """Where the two stores stand."""
    return [(message.index(name), message.index(name) + len(name), "store") for name in ("Leeds", "York")]


@pytest.mark.parametrize(
    "message", ["takings Leeds and York", "takings Leeds and takings York", "Leeds vs York, last week", "Leeds, York"]
)
def test_things_named_side_by_side_are_asked_about_each(message: str) -> None:
    read = sales(store="Leeds", compare_to="York")
    assert for_each_named(read, message, TAKES, stores(message)) == [sales(store="Leeds"), sales(store="York")]


@pytest.mark.parametrize("message", ["Leeds instead of York", "Leeds, I mean not York", "Leeds took more than York?"])
def test_things_set_against_each_other_stay_as_they_were_read(message: str) -> None:
    assert for_each_named(sales(store="Leeds"), message, TAKES, stores(message)) == [sales(store="Leeds")]


def test_a_tool_without_that_kind_is_called_once() -> None:
    message = "trends of Leeds and York"
    call = ToolCall("sales_trends", {"group_by": "store"})
    assert for_each_named(call, message, {"group_by": {"type": "string"}}, stores(message)) == [call]


@pytest.mark.parametrize(
    ("message", "rest"),
    [("in units, both", "in units,"), ("Whitby for each of them", "Whitby"), ("Oak Tray, same 3", "Oak Tray,"),
     ("all three by week", "by week"), ("the same two in May", "in May")],
)  # fmt: skip
def test_words_that_mean_all_calls_before(message: str, rest: str) -> None:
    assert means_all(message)
    assert without_all(message) == rest


@pytest.mark.parametrize("message", ["in units", "the same for May", "all stores", "the second one", "all 30 of them"])
def test_other_words_mean_one(message: str) -> None:
    assert not means_all(message)


def test_what_is_said_is_put_into_each_call_where_several_things_are_asked_for() -> None:
    before = [ToolCall("sales_report", {"metric": name, "period": "May"}) for name in ("revenue", "orders")]
    read = ToolCall("sales_report", {"metric": "orders", "period": "June"})
    assert for_each(before, read, "and June, both of course") == [read]
    assert for_each(before, read, "and June, both of course", several=True) == [
        ToolCall("sales_report", {"metric": "revenue", "period": "June"}),
        read,
    ]
    units = ToolCall("sales_report", {"metric": "units", "period": "May"})
    assert for_each(before, units, "units", several=True) == [units]  # what set them apart is said anew


def test_stores_may_stand_anywhere_where_several_things_are_asked_for() -> None:
    message = "Leeds sale last week. York sale last week."
    read = sales(store="Leeds", period="last week")
    assert for_each_named(read, message, TAKES, stores(message)) == [read]
    got = for_each_named(read, message, TAKES, stores(message), several=True)
    assert [call.arguments["store"] for call in got] == ["Leeds", "York"]
