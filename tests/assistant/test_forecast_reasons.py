"""Parts of a forecast as a person reads them: rounded so that they still add up."""

from datetime import date

import pytest

from assistant.tools.forecast_reasons import reason_facts, reason_sentence, rounding_step, whole_parts
from assistant.wording import number

BEFORE_CHRISTMAS = (date(2025, 12, 1), date(2025, 12, 28))
JUNE = (date(2025, 6, 1), date(2025, 6, 28))


def test_rounded_parts_add_up_to_the_rounded_whole():
    # 95.4 + 29.4 - 5.4 = 119.4
    assert whole_parts({"level": 95.4, "season": 29.4, "recent": -5.4}, 1.0) == {
        "level": 95.0,
        "season": 29.0,
        "recent": -5.0,
    }
    assert sum(whole_parts({"a": 10.4, "b": 10.4, "c": 10.4}, 1.0).values()) == 31
    assert sum(whole_parts({"a": 1040.0, "b": 1040.0, "c": -20.0}, 10.0).values()) == 2060


@pytest.mark.parametrize(("total", "step"), [(120, 1), (999, 1), (1234, 10), (12_345, 100), (0, 1)])
def test_parts_are_as_exact_as_the_expectation(total, step):
    assert rounding_step(total) == step


def test_the_sentence_names_the_season_and_the_largest_part_first():
    parts = {"level": 95.0, "recent": -4.0, "trend": 0.0, "steadiness": -1.0, "age": 0.0, "season": 30.0, "closed": 0.0}
    assert reason_sentence(parts, *BEFORE_CHRISTMAS, number) == (
        "Why about 120: the usual level is 95, the weeks before Christmas add 30 and "
        "recent sales below that take off 5."
    )
    assert "the time of year adds 30" in str(reason_sentence(parts, *JUNE, number))


def test_small_parts_are_told_together_and_still_count():
    parts = {"level": 1000.0, "recent": 15.0, "trend": 16.0, "season": 200.0, "closed": -100.0}
    said = reason_sentence(parts, *JUNE, number)
    assert said == (
        "Why about 1,130: the usual level is 1,000, the time of year adds 200, days on which the shop is closed "
        "take off 100 and smaller effects add 30."
    )


def test_nothing_is_explained_where_the_usual_level_is_all_there_is():
    assert reason_sentence({"level": 50.0, "season": 0.1}, *JUNE, number) is None
    assert reason_sentence({"level": 0.0, "season": 0.0}, *JUNE, number) is None


def test_facts_are_exact_and_leave_out_what_adds_nothing():
    facts = reason_facts({"level": 50.123, "trend": 0.0, "season": -3.4}, "units", number)
    assert [(f.name, f.value, f.text) for f in facts] == [
        ("part of it: usual level", 50.12, "50"),
        ("part of it: time of year", -3.4, "-3"),
    ]
