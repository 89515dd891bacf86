"""Long frames as panels: gaps, repetitions, odd values, what is known ahead."""

import numpy as np
import pandas as pd
import pytest

from analytics.errors import MissingData
from analytics.forecasting.long_frame import panel_from_frame


def frame(rows, *more):
    return pd.DataFrame(rows, columns=["unique_id", "ds", "y", *more])


def test_a_frame_becomes_a_grid_with_unknown_gaps():
    panel, notes = panel_from_frame(
        frame([("a", "2024-01-01", 1), ("a", "2024-01-03", 3), ("b", "2024-01-02", 5)]), "D", 2
    )
    assert panel.keys == ("a", "b")
    assert [f"{d:%m-%d}" for d in panel.dates] == ["01-01", "01-02", "01-03", "01-04", "01-05"]
    np.testing.assert_array_equal(panel.values, [[1, np.nan, 3], [np.nan, 5, np.nan]])
    np.testing.assert_array_equal(panel.filled(), [[1, 2, 3], [0, 5, 5]])
    assert any("unknown, not zero" in note for note in notes)
    assert any("one value or none" in note for note in notes)


def test_exact_repetitions_count_once_and_others_are_added_up():
    rows = [("a", "2024-01-01", 2), ("a", "2024-01-01", 2), ("a", "2024-01-01", 5), ("a", "2024-01-02", 1)]
    panel, notes = panel_from_frame(frame(rows), "D", 1)
    assert panel.values.tolist() == [[7, 1]]
    assert [note.split()[0] for note in notes[:2]] == ["1", "1"]


def test_weeks_end_on_the_usual_weekday_and_months_on_their_last_day():
    fridays = [("a", day, 1) for day in ("2024-01-05", "2024-01-12", "2024-01-17")]  # the third came on a Wednesday
    panel, _ = panel_from_frame(frame(fridays), "W", 1)
    assert [f"{d:%m-%d %a}" for d in panel.dates] == ["01-05 Fri", "01-12 Fri", "01-19 Fri", "01-26 Fri"]
    panel, _ = panel_from_frame(frame([("a", "2024-01-01", 1), ("a", "2024-02-01", 2)]), "M", 1)
    assert [f"{d:%m-%d}" for d in panel.dates] == ["01-31", "02-29", "03-31"]


def test_numbers_are_known_ahead_and_texts_are_groups():
    rows = [
        ("a", "2024-01-01", 1, 9.5, "tea"),
        ("b", "2024-01-01", 1, 3.0, "mugs"),
        ("a", "2024-01-02", None, 8.0, "tea"),
    ]
    panel, _ = panel_from_frame(frame(rows, "price", "department"), "D", 1)
    assert panel.periods == 1
    assert panel.known["price"].tolist() == [[9.5, 8.0], [3.0, 3.0]]
    assert panel.groups["department"].tolist() == [1, 0]


def test_odd_values_are_told():
    rows = [("a", "2024-01-01", "x"), ("a", "2024-01-02", -4), ("b", "2024-01-01", 0), ("b", "2024-01-02", 0)]
    _, notes = panel_from_frame(frame([*rows, ("c", "someday", 1)]), "D", 1)
    text = " ".join(notes)
    for said in ("1 rows without a date", "1 values of y are no numbers", "1 series are zero", "1 values are negative"):
        assert said in text


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (pd.DataFrame({"id": ["a"], "ds": ["2024-01-01"]}), "unique_id, y is not among id, ds"),
        (frame([("a", "2024-01-01", None)]), "Expected a number in the column y"),
    ],
)
def test_what_cannot_be_read_says_what_was_expected(rows, says):
    with pytest.raises(MissingData, match=says):
        panel_from_frame(rows, "D", 1)


def test_parts_of_a_panel_know_no_more_than_they_should():
    rows = [(key, f"2024-01-0{day}", day, 10 * day) for key in "ab" for day in range(1, 6)]
    panel, _ = panel_from_frame(frame(rows, "price"), "D", 0)
    part = panel.until(3).since(1).of(np.array([1]))
    assert (part.keys, part.values.tolist()) == (("b",), [[2, 3]])
    assert part.known["price"].tolist() == [[20, 30, 40, 50]]
    assert part.dates[0] == pd.Timestamp("2024-01-02")
