"""Times told from the one before them in the conversation."""

from datetime import date

import pytest

from assistant import references, said_times, told_times
from assistant.memory import Memory
from assistant.messages import ToolCall
from assistant.periods import Clock

CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))  # a Friday


@pytest.mark.parametrize(
    ("held", "said", "first", "last"),
    [
        ("next week", "the week after", "2011-12-19", "2011-12-25"),
        ("next week", "and the one after that?", "2011-12-19", "2011-12-25"),
        ("next month", "the month after", "2012-02-01", "2012-02-29"),
        ("next 3 months", "fortnight after", "2012-03-10", "2012-03-23"),
        ("tomorrow", "the day after", "2011-12-11", "2011-12-11"),
        ("weekend", "the weekend after", "2011-12-17", "2011-12-18"),
        ("next saturday", "the Saturday after that", "2011-12-17", "2011-12-17"),
        ("4 weeks", "8", "2011-12-10", "2012-02-03"),
        ("next 30 days", "n 60 instead", "", ""),
        ("next 30 days", "60 instead", "2011-12-10", "2012-02-07"),
        ("february", "second half", "2012-02-16", "2012-02-29"),
        ("february", "first two weeks", "2012-02-01", "2012-02-14"),
        ("february", "15-21", "2012-02-15", "2012-02-21"),
        ("last saturday of march", "the first saturday", "2012-03-03", "2012-03-03"),
        ("two weeks", "a month", "2011-12-10", "2012-01-09"),
        ("next 8 weeks", "second half", "2012-01-07", "2012-02-03"),  # 56 days: 10 Dec to 6 Jan, 7 Jan to 3 Feb
        ("next 6 weeks", "the second week", "2011-12-17", "2011-12-23"),
        ("next 6 weeks", "the last two weeks", "2012-01-07", "2012-01-20"),
        ("next quarter", "the last month", "2012-03-01", "2012-03-31"),
        ("next quarter", "the first month", "2012-01-01", "2012-01-31"),
        ("next year", "first half", "2012-01-01", "2012-06-30"),
        ("next 6 months", "second half", "2012-03-11", "2012-06-09"),  # 183 days: 92 and 91
        ("this month", "second half", "2011-12-16", "2011-12-31"),
        ("tomorrow", "that week", "2011-12-10", "2011-12-11"),
        ("tomorrow", "that month", "2011-12-10", "2011-12-31"),
        ("next week", "that week", "2011-12-12", "2011-12-18"),
    ],
)
def test_a_time_to_come_is_told_from_the_one_before(held: str, said: str, first: str, last: str) -> None:
    found = CLOCK.horizon(references.ahead(said, references.Context(ahead=held), CLOCK))
    assert (f"{found.start}", f"{found.end}") == (first, last) if found else not first


@pytest.mark.parametrize("said", ["next month", "H1", "the first quarter"])
def test_a_time_that_stands_alone_is_left_as_it_is(said: str) -> None:
    assert references.ahead(said, references.Context(ahead="next 6 months"), CLOCK) == said


def test_nothing_is_told_where_nothing_was_said_before() -> None:
    assert references.ahead("the week after", references.Context(), CLOCK) == "the week after"


def test_a_count_ahead_may_be_told_from_a_time_past() -> None:
    assert references.ahead("the next 4", references.Context(period="last 4 weeks"), CLOCK) == "next 4 weeks"
    assert references.ahead("next one", references.Context(period="this quarter"), CLOCK) == "next quarter"


@pytest.mark.parametrize(
    ("held", "said", "first", "last"),
    [
        ("first week of march", "second week", "2011-03-08", "2011-03-14"),
        ("last 7 days", "14", "2011-11-26", "2011-12-09"),
        ("1-7 march", "8-14", "2011-03-08", "2011-03-14"),
        ("march", "the second half", "2011-03-16", "2011-03-31"),
        ("last 6 weeks", "the 6 before", "2011-09-17", "2011-10-28"),
        ("last 6 weeks", "the first half", "2011-10-29", "2011-11-18"),  # 42 days: 21 and 21
        ("last 6 weeks", "the second half", "2011-11-19", "2011-12-09"),
        ("last week", "second half", "2011-12-02", "2011-12-04"),  # 7 days: Monday to Thursday, Friday to Sunday
        ("january and february", "first half", "2011-01-01", "2011-01-31"),
        ("last 3 months", "the first month", "2011-09-10", "2011-10-09"),
        ("last year", "second half", "2010-07-01", "2010-12-31"),
        ("2010", "second half", "2010-07-01", "2010-12-31"),
        ("this year", "second half", "2011-07-01", "2011-12-09"),
        ("H1", "second half", "2011-07-01", "2011-12-31"),
        ("first half of march", "second half", "2011-03-16", "2011-03-31"),
        ("from 3 to 20 march", "second half", "2011-03-12", "2011-03-20"),
    ],
)
def test_a_time_past_is_told_from_the_one_before(held: str, said: str, first: str, last: str) -> None:
    found = CLOCK.period(references.period(said, references.Context(period=held), CLOCK))
    assert found is not None
    assert (f"{found.start}", f"{found.end}") == (first, last)


@pytest.mark.parametrize(
    ("period", "compared"),
    [("this year", "last year"), ("this march", "last march"), ("last 3 weeks", "period before")],
)
def test_a_bare_last_is_the_last_of_its_kind(period: str, compared: str) -> None:
    assert told_times.compared("last", period, CLOCK.period) == compared
    assert told_times.compared("last summer", period, CLOCK.period) == "last summer"


def test_the_time_to_come_is_remembered_from_the_last_call() -> None:
    memory = Memory()
    memory.remember("how much next week", [ToolCall("forecast_sales", {"horizon": "next week"})])
    memory.remember("thanks", [])
    assert memory.shown.ahead == "next week"


def test_relative_times_to_come_are_found_in_a_message() -> None:
    assert said_times.said("horizon", "and the week after?", CLOCK) == ("week after",)
    assert said_times.said("horizon", "the forecast by month", CLOCK) == ()


@pytest.mark.parametrize(
    ("value", "whole"),
    [("last year would be of interest", "last year"), ("february if you please", "february")],
)
def test_words_that_say_nothing_are_taken_off_a_time(value: str, whole: str) -> None:
    arguments = {"period": value}
    said_times.make_whole(arguments, value, CLOCK)
    assert arguments["period"] == whole


def test_a_word_that_may_belong_to_the_time_is_left() -> None:
    arguments = {"period": "jubilee weekend"}
    said_times.make_whole(arguments, "how was the jubilee weekend", CLOCK)
    assert arguments["period"] == "jubilee weekend"


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("since we put the prices up on the 1st of march", "2011-03-01", "2011-12-09"),
        ("from the twelfth to the nineteenth of march", "2011-03-12", "2011-03-19"),
        ("ten days up to the 8th", "2011-11-29", "2011-12-08"),
        ("week of the 3rd", "2011-11-28", "2011-12-04"),
        ("seven days from 6 march", "2011-03-06", "2011-03-12"),
        ("l30d", "2011-11-10", "2011-12-09"),
        ("from 2 march 2011 onwards", "2011-03-02", "2011-12-09"),
        ("from the ninth to the sixteenth", "2011-11-09", "2011-11-16"),
        ("between the ninth and the sixteenth", "2011-11-09", "2011-11-16"),
        ("friday the ninth", "2011-12-09", "2011-12-09"),
        ("the third of last month", "2011-11-03", "2011-11-03"),
        ("first half of year", "2011-01-01", "2011-06-30"),
        ("second half of 2010", "2010-07-01", "2010-12-31"),
        ("since the rebrand in march", "2011-03-01", "2011-12-09"),
        ("since uni started in september", "2011-09-01", "2011-12-09"),
        ("since the new postage, march", "2011-03-01", "2011-12-09"),
    ],
)
def test_days_counted_from_a_named_one(said: str, first: str, last: str) -> None:
    found = CLOCK.period(said)
    assert found is not None
    assert (f"{found.start}", f"{found.end}") == (first, last)


def test_what_follows_since_is_no_question() -> None:
    assert CLOCK.period("since we opened how did cups do in march") is None


@pytest.mark.parametrize(
    "said",
    ["Since I need March", "since we are doing stocktake in may", "since the order of 2011"],
)
def test_since_that_means_because_begins_no_time(said: str) -> None:
    assert CLOCK.period(said) is None


@pytest.mark.parametrize(
    "message",
    [
        "and from the second store?",
        "reviews from the third product",
        "orders from the first customer",
        "what sold best from the first of those",
        "the second and third",
        "revenue of the 800 lm lamp",
    ],
)
def test_places_and_measures_are_no_times(message: str) -> None:
    assert said_times.said("period", message, CLOCK) == ()


def test_lm_alone_is_last_month() -> None:
    assert said_times.said("period", "revenue lm?", CLOCK) == ("lm",)
    assert CLOCK.period("lm") == CLOCK.period("last month")


@pytest.mark.parametrize(
    "said",
    [
        "99999999 weeks after", "99999999 days to the 3rd", "last 99999999 weeks", "99999999 weeks ago",
        "next 99999999 months", "next 9999 years", "0 days to the 3rd", "last 0 weeks",
    ],
)  # fmt: skip
def test_counts_past_the_calendar_and_of_nothing_are_no_times(said: str) -> None:
    week = CLOCK.period("last week")
    assert week is not None
    assert CLOCK.period(said) is None
    assert CLOCK.horizon(said) is None
    CLOCK.relative(said)  # "last 9 weeks" may be the time before another one, but must not fail
    assert references.ahead(said, references.Context(ahead="next week"), CLOCK) == said
    assert references.period(said, references.Context(period="last week"), CLOCK) == said


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ("last 6 weeks", [("first half", "2011-10-29", "2011-11-18"), ("second half", "2011-11-19", "2011-12-09")]),
        (
            "last 6 weeks",
            [
                ("second half", "2011-11-19", "2011-12-09"),
                ("the first week", "2011-11-19", "2011-11-25"),
                ("the second week", "2011-11-26", "2011-12-02"),
                ("the third week", "2011-12-03", "2011-12-09"),
            ],
        ),
        ("this quarter", [("first month", "2011-10-01", "2011-10-31"), ("second month", "2011-11-01", "2011-11-30")]),
        ("this year", [("first half", "2011-01-01", "2011-06-30"), ("second half", "2011-07-01", "2011-12-31")]),
        ("march", [("first half", "2011-03-01", "2011-03-15"), ("second half", "2011-03-16", "2011-03-31")]),
    ],
)  # fmt: skip
def test_parts_are_told_one_after_the_other(held: str, said: list[tuple[str, str, str]]) -> None:
    memory = Memory()
    memory.remember("sales", [ToolCall("sales_summary", {"period": held})])
    for words, first, last in said:
        period = references.period(words, memory.shown, CLOCK)
        found = CLOCK.period(period)
        assert found is not None
        assert (f"{found.start}", f"{found.end}") == (first, last)
        memory.remember(f"and {words}?", [ToolCall("sales_summary", {"period": period})])


def test_parts_of_a_time_to_come_are_told_one_after_the_other() -> None:
    memory = Memory()
    memory.remember("forecast", [ToolCall("forecast_sales", {"horizon": "next 6 weeks"})])
    for words, first, last in (("first week", "2011-12-10", "2011-12-16"), ("last week", "2012-01-14", "2012-01-20")):
        horizon = references.ahead(words, memory.shown, CLOCK)
        assert horizon == f"{first} to {last}"
        memory.remember(f"the {words}", [ToolCall("forecast_sales", {"horizon": horizon})])
