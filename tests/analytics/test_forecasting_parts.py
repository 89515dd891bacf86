"""The parts of a forecast: trading days, season, weekly view, intervals, trees."""

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.forecasting.calibration import Calibration, _tails, noise_of, spread_of
from analytics.forecasting.season import NO_SEASON, learn_season, yearly_growth
from analytics.forecasting.series import DailyPanel
from analytics.forecasting.trading_days import TradingDays
from analytics.forecasting.trees import learn_trees
from analytics.forecasting.weeks import spread, weekly_view

MONDAY = date(2010, 11, 1)


def shop_year(last=date(2011, 12, 9), closed=()):
    count = (last - MONDAY).days + 1
    every = [MONDAY + timedelta(days=d) for d in range(count)]
    return np.array([0.0 if d.weekday() == 5 or d in closed else 12.0 for d in every])


def test_a_weekday_without_sales_has_no_weight():
    trading = TradingDays.of(shop_year(), MONDAY)
    assert trading.profile == pytest.approx((7 / 6, 7 / 6, 7 / 6, 7 / 6, 7 / 6, 0, 7 / 6))
    assert trading.closings == frozenset()


def test_a_long_closing_comes_back_and_a_single_holiday_does_not():
    christmas = {date(2010, 12, 24) + timedelta(days=d) for d in range(11)}
    may_day = {date(2011, 5, 2)}
    trading = TradingDays.of(shop_year(closed=christmas | may_day), MONDAY)
    assert trading.closings == {(d.month, d.day) for d in christmas}
    ahead = trading.ahead(date(2011, 12, 22), 14)
    assert ahead[:2].all()
    assert not ahead[2:13].any()
    assert ahead[13] > 0  # 4 January, a Wednesday


def test_boxing_day_comes_back_even_alone_and_a_closed_saturday_is_no_holiday():
    trading = TradingDays.of(shop_year(closed={date(2010, 12, 26), date(2010, 12, 29)}), MONDAY)
    assert trading.closings == {(12, 26)}  # the 25th was a Saturday, always closed


def test_a_season_is_found_in_two_years_and_growth_is_not_taken_for_one():
    weeks = np.arange(104)
    wave = np.exp(0.5 * np.sin(2 * np.pi * weeks / 52))
    rates = 100 * wave * 1.5 ** (weeks / 52)
    season = learn_season(rates, proven=True)
    assert yearly_growth(np.log(rates)) == pytest.approx(np.log(1.5) * 52 / 54)
    expected = wave[:52] / wave[:52].mean()
    assert np.abs(season.ahead(52) / expected - 1).max() < 0.05
    assert season.past(52) == pytest.approx(season.ahead(52))


def test_an_unproven_season_of_pure_noise_is_nearly_flat():
    rates = np.random.default_rng(1).lognormal(5, 0.3, 53)
    assert np.std(learn_season(rates, proven=False).factors) < 0.5 * np.std(learn_season(rates, proven=True).factors)


def test_less_than_a_year_has_no_season():
    assert learn_season(np.full(51, 9.0), proven=True) is NO_SEASON


def test_a_week_that_was_half_open_counts_double():
    total = np.full(28, 10.0)
    total[7:11] = 0.0  # four of seven days closed
    panel = DailyPanel("total", "units", ("shop",), MONDAY, total[None].astype(np.float32))
    trading = TradingDays((1.0,) * 7, frozenset())
    view = weekly_view(panel, total, trading, NO_SEASON, 156)
    assert view.sales[0].tolist() == [70, 30, 70, 70]
    assert view.rates[0] == pytest.approx([70, 70, 70, 70])


def test_a_closed_week_takes_the_line_between_its_neighbours():
    total = np.repeat([10.0, 0.0, 30.0], 7)
    panel = DailyPanel("total", "units", ("shop",), MONDAY, total[None].astype(np.float32))
    view = weekly_view(panel, total, TradingDays((1.0,) * 7, frozenset()), NO_SEASON, 156)
    assert view.rates[0] == pytest.approx([70, 140, 210])


def test_days_before_the_first_whole_week_are_left_out():
    total = np.arange(1.0, 10.0)  # nine days: the last seven are 3..9
    panel = DailyPanel("total", "units", ("shop",), MONDAY, total[None].astype(np.float32))
    view = weekly_view(panel, total, TradingDays((1.0,) * 7, frozenset()), NO_SEASON, 156)
    assert view.sales.tolist() == [[42.0]]


def test_weekly_forecasts_are_spread_by_weekday():
    profile = np.array([[2.0, 1, 1, 1, 1, 1, 0]])
    trading = TradingDays((1.0,) * 7, frozenset())
    daily = spread(np.array([[70.0, 140.0]]), profile, trading, MONDAY, 0, 14)
    assert daily[0, :7].tolist() == [20, 10, 10, 10, 10, 10, 0]
    assert daily[0, 7:].sum() == 140


def test_tails_of_many_errors_are_their_corrected_quantiles():
    errors = np.arange(-99.0, 100.0)  # 199 errors: (n + 1) p is whole
    assert _tails(errors, 1.0) == pytest.approx([-94.0, -79.0, 80.0, 96.0], abs=2)


def test_few_errors_give_no_narrower_range_than_students_t():
    errors = np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
    low95, low80, high80, high95 = _tails(errors, 1.0)
    assert high80 == pytest.approx(1.476, abs=0.001)  # t(0.9, 5)
    assert high95 == pytest.approx(2.571, abs=0.001)  # t(0.975, 5)
    assert (low80, low95) == pytest.approx((-high80, -high95))


def test_an_interval_grows_with_the_window_and_never_goes_below_zero():
    table = np.array([[[-2.0, -1.0, 1.0, 2.0], [-2.0, -1.0, 1.0, 2.0]]])
    calibration = Calibration((), (7, 28), table, counts=True)
    one = calibration.interval(70.0, 10.0, 70.0, 7, 7)
    four = calibration.interval(280.0, 10.0, 70.0, 28, 28)
    width = float(spread_of(np.array([70.0]), np.array([10.0]), 7, True)[0])
    assert width == pytest.approx(np.sqrt(100 + 28**2 + 70))
    assert one == pytest.approx((max(0, 70 - 2 * width), 70 - width, 70 + width, 70 + 2 * width))
    assert four[3] - four[0] > one[3] - one[0]
    assert min(calibration.interval(1.0, 10.0, 1.0, 7, 7)) == 0
    assert calibration.interval(0.0, 10.0, 70.0, 0, 1) == (0, 0, 0, 0)


def test_recent_noise_counts_most():
    calm_lately = np.concatenate([np.tile([0.0, 40.0], 9), np.full(8, 20.0)])[None]
    wild_lately = calm_lately[:, ::-1]
    assert noise_of(calm_lately, 1.0)[0] < 0.6 * noise_of(wild_lately, 1.0)[0]
    assert noise_of(wild_lately, 2.0)[0] == pytest.approx(2 * noise_of(wild_lately, 1.0)[0])


def test_intervals_cover_what_they_promise():
    rng = np.random.default_rng(2)
    errors = rng.normal(size=4000)
    low95, low80, high80, high95 = _tails(errors, 1.0)
    fresh = rng.normal(size=20_000)
    assert ((fresh > low80) & (fresh < high80)).mean() == pytest.approx(0.80, abs=0.02)
    assert ((fresh > low95) & (fresh < high95)).mean() == pytest.approx(0.95, abs=0.01)


def test_trees_follow_the_level_of_each_series():
    rng = np.random.default_rng(4)
    levels = np.repeat([5.0, 50.0, 500.0], 60)
    rates = rng.poisson(levels[:, None], size=(180, 60)).astype(float)
    trees = learn_trees(rates, np.zeros(180, dtype=int), 8, seed=1, rounds=60)
    assert trees is not None
    found = trees.forecast(8)
    assert found.shape == (180, 8)
    for level in (5.0, 50.0, 500.0):
        assert found[levels == level].mean() == pytest.approx(level, rel=0.1)


def test_trees_refuse_a_short_history():
    assert learn_trees(np.ones((200, 20)), np.zeros(200, dtype=int), 8, seed=1) is None
