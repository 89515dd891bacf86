"""Times that were read in part or with other words."""

from datetime import date
from typing import Any

import pytest

from assistant.periods import Clock, Period
from assistant.said_times import make_whole

CLOCK = Clock(date(2026, 6, 30), date(2024, 7, 1))


@pytest.mark.parametrize(
    ("message", "read", "whole"),
    [
        ("Q1 to Q3 revenue by category", {"period": "Q1"}, {"period": "Q1 to Q3"}),
        ("forecast for Whitby next 10 days", {"horizon": "Whitby next 10 days"}, {"horizon": "next 10 days"}),
        ("sales in the last 6 weeks", {"period": "last 6"}, {"period": "last 6 weeks"}),
        ("what did we sell on 29 February", {"period": "29 February"}, {"period": "29 February"}),
        ("May against April", {"period": "May", "compare_to": "April"}, {"period": "May", "compare_to": "April"}),
    ],
)
def test_a_time_is_made_whole_and_never_shortened_to_another(
    message: str, read: dict[str, Any], whole: dict[str, Any]
) -> None:
    make_whole(read, message, CLOCK)
    assert read == whole


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("the Christmas before", date(2024, 12, 25), date(2024, 12, 25)),
        ("the March before", date(2025, 3, 1), date(2025, 3, 31)),
        ("the Tuesday before", date(2025, 12, 23), date(2025, 12, 23)),
        ("the same year", date(2025, 1, 1), date(2025, 12, 31)),
        ("that month", date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_a_time_named_from_another_one(said: str, start: date, end: date) -> None:
    christmas = Period(date(2025, 12, 25), date(2025, 12, 25), "Christmas 2025")
    found = CLOCK.earlier(christmas, said)
    assert found is not None
    assert (found.start, found.end) == (start, end)
    assert CLOCK.relative(said)
