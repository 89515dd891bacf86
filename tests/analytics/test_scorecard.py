"""A backtest's result: the serving method was scored, and says so in words."""

from datetime import date

import pytest

from analytics.scorecard import Scorecard


def card(serves: str = "ETS", scores: dict[str, dict[str, float]] | None = None) -> Scorecard:
    return Scorecard(
        ability="weekly sales",
        measure="WAPE",
        lower_is_better=True,
        scores=scores or {"ETS": {"WAPE": 0.23456, "MAE": 3.0}, "naive": {"WAPE": 0.4}},
        serves=serves,
        split="last 4 weeks",
        as_of=date(2011, 12, 9),
        rows=10,
    )


def test_a_score_in_words() -> None:
    assert card().sentence() == "ETS: WAPE 0.235 in a backtest (last 4 weeks)"


def test_a_serving_method_without_a_score_is_refused() -> None:
    with pytest.raises(ValueError, match="'LSTM' is not among the scored ones"):
        card("LSTM")


def test_a_method_without_the_choosing_measure_is_refused() -> None:
    with pytest.raises(ValueError, match=r"WAPE: \['naive'\]"):
        card(scores={"ETS": {"WAPE": 0.2}, "naive": {"MAE": 1.0}})
