"""A forecast's parts, worked out by hand, and that they add up whatever method serves."""

from datetime import date

import numpy as np
import pytest

from analytics.forecasting.methods import COMBINATION, forecast_all, parts_of
from analytics.forecasting.reasons import Kept, Window, learn_reasons, window_parts
from analytics.forecasting.season import NO_SEASON, Season
from analytics.forecasting.settings import ForecastSettings
from analytics.forecasting.trading_days import TradingDays
from analytics.forecasting.trees import learn_trees
from analytics.forecasting.weeks import Weeks

MONDAY = date(2024, 12, 23)
EVERY_DAY = TradingDays((1.0,) * 7, frozenset())
FLAT = np.ones(7)


def parts(reasons, weekly, begin=0, end=14, trading=EVERY_DAY):
    return window_parts(reasons, 0, np.asarray(weekly), FLAT, trading, Window(MONDAY, begin, end))


def test_level_recent_sales_trend_season_and_closing_days_by_hand():
    # A usual week sells 70; the method begins at 84 and climbs by 7; the second week's season is 1.5.
    kept = Kept({"AutoETS": np.array([[84.0, 91.0]]), "mean of 8 weeks": np.array([[70.0, 70.0]])})
    season = np.array([1.0, 1.5])
    reasons = learn_reasons(np.full((1, 26), 70.0), np.array([0]), season, kept, {"AutoETS": 1.0})
    closed = TradingDays((1.0,) * 7, frozenset({(12, 25)}))
    found = parts(reasons, [84.0, 91 * 1.5], trading=closed)
    assert found["level"] == pytest.approx(140)
    assert found["recent"] == pytest.approx(28)
    assert found["trend"] == pytest.approx(7)
    assert found["season"] == pytest.approx(91 * 0.5)
    assert found["closed"] == pytest.approx(-84 / 7)  # Christmas Day
    assert sum(found.values()) == pytest.approx(84 * 6 / 7 + 91 * 1.5)


def test_a_method_that_repeats_the_year_has_its_own_season():
    ahead = np.tile([30.0, 10.0], 26)[None]
    kept = Kept({"seasonal naive": ahead, "mean of 8 weeks": ahead})
    reasons = learn_reasons(np.full((1, 40), 15.0), np.array([0]), np.ones(52), kept, {"seasonal naive": 1.0})
    found = parts(reasons, ahead[0], end=7)
    assert found["level"] == pytest.approx(15)
    assert found["recent"] == pytest.approx(5)  # last year's mean week: 20
    assert found["season"] == pytest.approx(10)
    assert found["trend"] == pytest.approx(0, abs=1e-6)


def test_a_young_series_is_usual_since_it_first_sold():
    rates = np.concatenate([np.zeros(20), np.full(6, 12.0)])[None]
    kept = Kept({"mean of 8 weeks": np.full((1, 2), 9.0)})
    reasons = learn_reasons(rates, np.array([20]), np.ones(2), kept, {"mean of 8 weeks": 1.0})
    assert reasons.usual[0] == pytest.approx(12)


@pytest.fixture(scope="module")
def many():
    """150 products of three sizes, 70 weeks."""
    rng = np.random.default_rng(4)
    levels = np.repeat([5.0, 50.0, 300.0], 50)
    rates = rng.poisson(levels[:, None] * np.linspace(0.8, 1.2, 70), size=(150, 70)).astype(float)
    return Weeks(
        rates, np.ones_like(rates), rates, np.zeros(150, dtype=int), MONDAY, np.ones((150, 7)), EVERY_DAY, NO_SEASON
    )


def test_contributions_of_the_trees_are_exact(many):
    trees = learn_trees(many.rates, many.first, 20, seed=1, rounds=40)
    base, groups = trees.contributions(7)
    made = trees.scale[7] * np.exp(base + sum(groups.values()))
    assert made == pytest.approx(trees.forecast(20)[7, list(trees.steps)], rel=1e-6)


@pytest.mark.parametrize("method", ["LightGBM", COMBINATION])
def test_parts_of_a_learnt_forecast_add_up_to_it(many, method):
    kept, season = Kept(), Season(tuple(1.0 + 0.3 * np.sin(np.arange(52) / 8)))
    ahead = forecast_all(many, ForecastSettings(), 26, method, kept=kept)[method]
    weights = parts_of(method, {}, kept.rates)
    assert sum(weights.values()) == pytest.approx(1)
    reasons = learn_reasons(many.rates, many.first, season.ahead(26), kept, weights)
    assert reasons.by_trees.mean() > 0.9
    weekly = ahead * season.ahead(26)
    for row in (0, 60, 120):
        found = window_parts(reasons, row, weekly[row], FLAT, EVERY_DAY, Window(MONDAY, 3, 31))
        daily = np.repeat(weekly[row] / 7, 7)[3:31]
        assert sum(found.values()) == pytest.approx(daily.sum(), rel=1e-6)
        assert abs(found["steadiness"]) > 0
