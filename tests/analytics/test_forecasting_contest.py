"""Earlier windows, weights and ranges."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotEnoughHistory
from analytics.forecasting.candidates import Naive, RecentMean
from analytics.forecasting.contest import (
    WEIGHTED,
    Window,
    choose_weights,
    error_of,
    hold,
    origins,
    rmsse_scale,
    run_window,
)
from analytics.forecasting.horizon_bands import TAILS, learn_bands
from analytics.forecasting.panel import Panel


def daily(values, ahead=28):
    dates = pd.date_range("2023-01-02", periods=values.shape[1] + ahead)
    return Panel(tuple(f"s{n}" for n in range(len(values))), "D", dates, values)


@dataclass(frozen=True)
class Offset:
    """Says a fixed number."""

    said: float
    name: str
    meaning: str = "a fixed number"
    costly: bool = False

    def forecast(self, panel, horizon):
        return np.full((len(panel.keys), horizon), self.said)


def test_windows_do_not_reach_into_what_is_not_known_yet():
    weekly = Panel(("a",), "W", pd.date_range("2020-01-03", periods=143, freq="W-FRI"), np.ones((1, 104)))
    assert origins(weekly, 39) == [(91, 13), (78, 26), (65, 39)]
    assert origins(daily(np.ones((1, 700))), 28) == [(672, 28), (644, 28), (616, 28), (588, 28)]
    with pytest.raises(NotEnoughHistory, match="at least"):
        origins(daily(np.ones((1, 8))), 4)


def test_measures_by_hand():
    actual, said = np.array([[1.0, 3.0], [2.0, np.nan]]), np.array([[2.0, 3.0], [4.0, 9.0]])
    assert error_of(actual, said, np.ones(2), "WAPE") == pytest.approx(3 / 6)
    # squares 1, 0 and 4: roots of their means over known periods by the scales 2 and 4
    assert error_of(actual, said, np.array([2.0, 4.0]), "RMSSE") == pytest.approx((0.5 + 1.0) / 2)


def test_the_scale_begins_with_the_first_sale():
    # steps from the first sale on: 2 -> 2, 2 -> 5: mean of 0 and 9
    assert rmsse_scale(np.array([[0.0, 0.0, 2.0, 2.0, 5.0], [0.0, 0.0, 0.0, 0.0, 0.0]])) == pytest.approx([4.5, 0.0])


def test_the_best_mean_of_two_that_err_to_both_sides_is_found():
    actual = np.full((50, 4), 10.0)
    said = {"low": np.full((50, 4), 8.0), "high": np.full((50, 4), 16.0), "far": np.full((50, 4), 40.0)}
    window = Window(10, 4, np.arange(50), actual, np.ones(50), said)
    assert choose_weights([window], ["low", "high", "far"], "WAPE") == {"low": 0.75, "high": 0.25}


def test_a_contest_names_the_better_one_and_weighs_it():
    values = np.random.default_rng(0).poisson(10, (30, 200)).astype(float)
    contest = hold(daily(values), [Naive(), RecentMean(), Offset(30.0, "wrong")], 14, "RMSSE")
    assert contest.scores["recent mean"] < contest.scores["naive"] < contest.scores["wrong"]
    assert contest.weights["recent mean"] > 0.7
    assert contest.scores[WEIGHTED] <= contest.scores["recent mean"] * 1.02
    assert max(w.periods + w.horizon for w in contest.windows) <= 200


def test_a_window_sees_only_its_past():
    values = np.random.default_rng(0).poisson(10, (5, 100)).astype(float)
    later = values.copy()
    later[:, 80:] = 500
    one, two = (run_window(daily(each), [Naive(), RecentMean()], 80, 10) for each in (values, later))
    for name, said in one.forecasts.items():
        np.testing.assert_array_equal(said, two.forecasts[name])
    assert (two.actual == 500).all()


@pytest.mark.parametrize("mean", [0.8, 20.0], ids=["seldom", "often"])
def test_ranges_hold_what_they_promise_on_days_that_they_never_saw(mean):
    chance = np.random.default_rng(3)
    level = mean * np.exp(chance.normal(0, 1.0, 600))[:, None]
    values = chance.poisson(level, (600, 228)).astype(float)
    known, truth = daily(values[:, :200]), values[:, 200:]
    contest = hold(known, [RecentMean()], 28, "RMSSE")
    bands = learn_bands(known, contest.windows, {"recent mean": 1.0}, 28)
    said = RecentMean().forecast(known, 28)
    for share in (80, 95):
        low, high = bands.bounds(said, known, share)
        assert (low <= high).all()
        assert (low >= 0).all()
        assert 100 * ((truth >= low) & (truth <= high)).mean() == pytest.approx(share, abs=2.0)
    quantiles = bands.quantiles(said, known)
    assert quantiles.shape == (600, 28, len(TAILS))
    assert (np.diff(quantiles, axis=2) >= 0).all()
