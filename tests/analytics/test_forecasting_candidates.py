"""The candidates on series whose right answers are known."""

import numpy as np
import pandas as pd
import pytest

from analytics.errors import MissingData
from analytics.forecasting.calendar_kernels import kernels
from analytics.forecasting.candidates import Naive, RecentMean, SeasonalNaive
from analytics.forecasting.classical import classical_candidates
from analytics.forecasting.lag_learners import LagTrees, LinearLags
from analytics.forecasting.last_year import LastYearByGroup
from analytics.forecasting.lstm import Recurrent
from analytics.forecasting.panel import Panel
from analytics.forecasting.pretrained import Pretrained
from analytics.forecasting.training_rows import Sampling
from analytics.forecasting.variance_components import forecast_components, learn_components, second_moment
from analytics.forecasting.yearly_pattern import CalendarPattern

SMALL = Sampling(6_000)


def weekly(series=40, weeks=112, seed=0, ahead=12):
    """Two departments with their own yearly pattern, levels apart, a tenth of noise; and the truth ahead."""
    chance, week = np.random.default_rng(seed), np.arange(weeks + ahead)
    kind = np.arange(series) % 2
    wave = np.stack([1 + 0.5 * np.sin(2 * np.pi * week / 52), 1 + 0.5 * np.cos(2 * np.pi * week / 52)])[kind]
    level = np.exp(chance.normal(5, 1, series))[:, None]
    values = level * wave * np.exp(chance.normal(0, 0.1, wave.shape))
    dates = pd.date_range("2021-01-08", periods=weeks + ahead, freq="W-FRI")
    panel = Panel(tuple(f"s{n}" for n in range(series)), "W", dates, values[:, :weeks], {"department": kind})
    return panel, (level * wave)[:, weeks:]


def wape(said, truth):
    return np.abs(said - truth).sum() / truth.sum()


def test_plain_methods_repeat_what_they_say():
    dates = pd.date_range("2024-01-01", periods=30)
    values = np.concatenate([np.arange(1.0, 15.0), [np.nan]])[None]
    panel = Panel(("a",), "D", dates, values)
    assert Naive().forecast(panel, 2).tolist() == [[14, 14]]
    # the season is the last seven days, 9 to 14 and an unknown one; that one takes the last known value
    assert SeasonalNaive().forecast(panel, 8).tolist() == [[9, 10, 11, 12, 13, 14, 14, 9]]
    assert RecentMean().forecast(panel, 1).tolist() == [[7.5]]


def test_nothing_known_is_nothing_expected():
    panel = Panel(("a",), "D", pd.date_range("2024-01-01", periods=20), np.full((1, 10), np.nan))
    for method in (Naive(), SeasonalNaive(), RecentMean()):
        assert method.forecast(panel, 3).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("method", "most"),
    [
        (LastYearByGroup(), 0.08),
        (CalendarPattern(), 0.07),
        (LagTrees(rounds=80, sampling=SMALL), 0.10),
        (LinearLags(sampling=SMALL), 0.12),
        (Recurrent(sampling=SMALL, passes=8), 0.12),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_methods_that_look_at_the_year_beat_those_that_do_not(method, most):
    panel, truth = weekly()
    said = method.forecast(panel, 12)
    assert said.shape == truth.shape
    assert wape(said, truth) < min(most, wape(Naive().forecast(panel, 12), truth))


def test_a_method_does_not_see_what_came_later():
    panel, _ = weekly(series=12)
    changed = Panel(panel.keys, "W", panel.dates, np.where(np.arange(112) >= 100, 9.0, panel.values), panel.groups)
    for method in (LastYearByGroup(), CalendarPattern(), LagTrees(rounds=20, sampling=Sampling(2_000))):
        one, two = (method.forecast(each.until(100), 12) for each in (panel, changed))
        np.testing.assert_array_equal(one, two, err_msg=method.name)


def test_the_same_series_give_the_same_network():
    panel, _ = weekly(series=12)
    one, two = (Recurrent(passes=1, sampling=Sampling(1_500)).forecast(panel, 4) for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_a_short_history_is_refused_by_methods_of_the_year():
    panel, _ = weekly()
    assert LastYearByGroup().forecast(panel.until(55), 4) is None
    assert CalendarPattern().forecast(panel.until(19), 4) is None
    assert LagTrees().forecast(panel.of(np.array([0])).until(20), 4) is None


def test_seldom_sales_have_no_calendar_pattern():
    values = np.random.default_rng(0).poisson(0.2, (10, 120)).astype(float)
    dates = pd.date_range("2021-01-08", periods=130, freq="W-FRI")
    assert CalendarPattern().forecast(Panel(tuple("abcdefghij"), "W", dates, values), 10) is None


def test_easter_is_alike_in_years_in_which_it_falls_on_other_dates():
    dates = pd.date_range("2010-01-01", "2011-12-30", freq="W-FRI")
    likeness = kernels(dates, "W")["Easter within 2 days"]
    before_easter = [dates.get_loc("2010-04-02"), dates.get_loc("2011-04-22")]  # Easter on 4 and 24 April
    assert likeness[before_easter[0], before_easter[1]] > 0.9
    assert likeness[before_easter[0], dates.get_loc("2011-04-01")] < 0.05


def test_variances_are_found_again():
    chance = np.random.default_rng(1)
    steps = np.arange(60)
    slow = np.exp(-np.abs(steps[:, None] - steps[None]) / 20)
    drawn = np.linalg.cholesky(4.0 * slow + 1.0 * np.eye(60)) @ chance.normal(size=(60, 2000))
    learnt = learn_components(second_moment(drawn.T, np.ones(2000)), np.stack([slow, np.ones((60, 60))]))
    assert learnt.variances == pytest.approx([4.0, 0.0, 1.0], abs=0.15)


def test_a_forecast_of_a_process_is_its_conditional_mean():
    # two periods with covariance 1 and 0.5, noise 0: the second is expected at half of the first
    kernel = np.array([[1.0, 0.5], [0.5, 1.0]])[None]
    learnt = learn_components(np.array([[1.0]]), kernel[:, :1, :1])
    said = forecast_components(np.array([[2.0], [np.nan]]), kernel, type(learnt)(np.array([1.0, 1e-9])))
    np.testing.assert_allclose(said, [[1.0], [0.0]], atol=1e-3)


def test_statistical_methods_follow_a_level_and_leave_out_what_is_too_short():
    values = np.full((3, 30), 20.0)
    values[1, :28] = np.nan
    values[2] = 0.0
    panel = Panel(("steady", "short", "never"), "D", pd.date_range("2024-01-01", periods=40), values)
    for method in classical_candidates():
        said = method.forecast(panel, 5)
        assert said[0] == pytest.approx(np.full(5, 20.0), rel=0.06), method.name  # SBA takes 5 % off
        assert np.isnan(said[1]).all()
        assert said[2] == pytest.approx(np.zeros(5))


def test_a_pretrained_model_that_is_not_there_says_how_to_get_it():
    pytest.importorskip("torch")
    try:
        import chronos  # noqa: F401
    except ImportError:
        panel = Panel(("a",), "D", pd.date_range("2024-01-01", periods=20), np.ones((1, 10)))
        with pytest.raises(MissingData, match="pip install chronos-forecasting"):
            Pretrained("amazon/chronos-bolt-tiny").forecast(panel, 2)
    with pytest.raises(ValueError, match="must name"):
        Pretrained(" ")
