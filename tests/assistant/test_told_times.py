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
    ],
)
def test_a_time_to_come_is_told_from_the_one_before(held: str, said: str, first: str, last: str) -> None:
    found = CLOCK.horizon(references.ahead(said, references.Context(ahead=held), CLOCK))
    assert (f"{found.start}", f"{found.end}") == (first, last) if found else not first


@pytest.mark.parametrize("said", ["next month", "H1", "second half"])
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
    memory.remember("how much next week", [ToolCall("forecast_demand", {"horizon": "next week"})])
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
    ],
)
def test_days_counted_from_a_named_one(said: str, first: str, last: str) -> None:
    found = CLOCK.period(said)
    assert found is not None
    assert (f"{found.start}", f"{found.end}") == (first, last)


def test_what_follows_since_is_no_question() -> None:
    assert CLOCK.period("since we opened how did cups do in march") is None
