"""No model sees a later day than it may."""

from datetime import date

import pandas as pd

from analytics.history import History

LINES = pd.DataFrame(
    {
        "sold_at": pd.to_datetime(["2011-01-01 09:00", "2011-01-02 23:59", "2011-01-03 00:00", "2011-02-01 12:00"]),
        "product_id": ["a", "b", "c", "d"],
        "quantity": [1.0, 2.0, 3.0, 4.0],
    }
)


def test_the_as_of_day_counts_to_its_last_minute_and_no_further() -> None:
    history = History(LINES, date(2011, 1, 2))
    assert history.lines["product_id"].tolist() == ["a", "b"]
    assert history.lines["day"].tolist() == [pd.Timestamp("2011-01-01"), pd.Timestamp("2011-01-02")]


def test_an_earlier_cutoff_hides_what_came_after_and_a_later_one_brings_nothing_back() -> None:
    whole = History(LINES, date(2011, 12, 9))
    early = whole.until(date(2011, 1, 1))
    assert early.lines["product_id"].tolist() == ["a"]
    assert early.as_of == date(2011, 1, 1)
    assert early.until(date(2011, 12, 9)).lines["product_id"].tolist() == ["a"]
    assert len(whole.lines) == 4


def test_the_lines_that_were_handed_over_are_left_alone() -> None:
    before = LINES.copy()
    History(LINES, date(2011, 1, 2))
    pd.testing.assert_frame_equal(LINES, before)


def test_without_a_warehouse_there_are_no_other_tables() -> None:
    assert History(LINES, date(2011, 1, 2)).table("products").empty
