"""Answers of forecasting methods, kept between runs of a benchmark."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from analytics.forecasting.candidates import Naive
from analytics.forecasting.panel import Panel
from benchmarks.remembered import Remembered


@dataclass
class Counting:
    """Says the last value and counts how often any of its kind was asked."""

    name: str = "counting"
    meaning: str = ""
    costly: bool = False
    answers: bool = True
    times: ClassVar[list[int]] = []

    def forecast(self, panel, horizon):
        """[series, horizon] or nothing."""
        Counting.times.append(horizon)
        return Naive().forecast(panel, horizon) if self.answers else None


def panel(last):
    return Panel(("a",), "D", pd.date_range("2024-01-01", periods=12), np.array([[1.0, 2, last]]))


def test_an_answer_is_computed_once_and_its_price_kept(tmp_path):
    before = len(Counting.times)
    first, again = Remembered(Counting(), tmp_path), Remembered(Counting(), tmp_path)
    assert first.forecast(panel(3), 2).tolist() == again.forecast(panel(3), 2).tolist() == [[3, 3]]
    assert len(Counting.times) == before + 1
    assert again.megabytes == first.megabytes > 0


def test_other_numbers_or_another_horizon_are_asked_anew(tmp_path):
    remembered = Remembered(Naive(), tmp_path)
    assert remembered.forecast(panel(3), 1).tolist() == [[3]]
    assert remembered.forecast(panel(4), 1).tolist() == [[4]]
    assert remembered.forecast(panel(4), 2).tolist() == [[4, 4]]
    assert len(list(tmp_path.glob("*.npz"))) == 3


def test_no_answer_is_remembered_too(tmp_path):
    assert Remembered(Counting(answers=False), tmp_path).forecast(panel(3), 1) is None
    assert Remembered(Counting(answers=False), tmp_path).forecast(panel(3), 1) is None


def test_without_a_folder_nothing_is_kept(tmp_path):
    assert Remembered(Naive()).forecast(panel(3), 1).tolist() == [[3]]
    assert not list(tmp_path.iterdir())
