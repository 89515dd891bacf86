"""Seasons that products share, found in invented years whose profiles are known."""

from datetime import date

import numpy as np
import pytest

from analytics.forecasting.product_seasons import learn_mixture, learn_seasons, places
from analytics.forecasting.season import NO_SEASON
from analytics.forecasting.weeks import rates_of

MONDAY = date(2026, 6, 29)
WEEKS, AHEAD = 104, 52
SHOP = (np.ones(WEEKS), np.ones(AHEAD))


def shop(seed=3):
    """120 flat products, 40 that sell in ten weeks of the year, in a category of their own; [products, weeks]."""
    random = np.random.default_rng(seed)
    peak = np.full(52, 0.2)
    peak[20:30] = (52 - 42 * 0.2) / 10  # mean 1
    level = random.uniform(1, 6, 160)[:, None]
    truth = np.ones((160, WEEKS))
    truth[120:] = np.tile(peak, 2)
    sales = random.poisson(level * truth).astype(float)
    kinds = np.repeat([0, 1], [120, 40])
    return sales, kinds, peak


def test_the_profile_and_its_products_are_found():
    sales, kinds, peak = shop()
    found = learn_seasons(sales, np.ones_like(sales), SHOP, kinds, MONDAY, seed=7)
    ahead = found.ahead(AHEAD)
    edges = np.isin(np.arange(AHEAD), (19, 20, 29, 30))  # where it begins and ends it is smoothed
    assert np.abs(ahead[120:].mean(0) - peak)[~edges].max() < 0.5  # of up to 4.36
    assert np.abs(ahead[:120].mean(0) - 1).max() < 0.15
    assert found.past(WEEKS).shape == (160, WEEKS)
    assert found.past(10) == pytest.approx(found.past(WEEKS)[:, -10:])


def test_a_product_that_hardly_sold_has_its_category_s_season():
    sales, kinds, peak = shop()
    exposure = np.ones_like(sales)
    sales[140, :], exposure[140, :-2] = 0.0, 0.0  # on the shelf for two weeks, sold nothing
    found = learn_seasons(sales, exposure, SHOP, kinds, MONDAY, seed=7)
    assert np.corrcoef(found.ahead(AHEAD)[140], peak)[0, 1] > 0.9


def test_growth_is_no_season():
    random = np.random.default_rng(1)
    sales = random.poisson(3 * np.exp(np.linspace(-0.7, 0.7, WEEKS)), (160, WEEKS)).astype(float)
    found = learn_mixture(sales, np.ones_like(sales), np.zeros(160, dtype=int), places(MONDAY, WEEKS, 4).known, seed=7)
    assert found is None or np.abs(found.factors(places(MONDAY, WEEKS, AHEAD).coming) - 1).mean() < 0.4


def test_a_year_and_a_half_is_the_least():
    assert learn_seasons(np.ones((200, 77)), np.ones((200, 77)), SHOP, np.zeros(200, dtype=int), MONDAY, 7) is None


def test_easter_s_weeks_move_with_easter():
    where = places(MONDAY, WEEKS, AHEAD)
    # Easter Sundays: 20 April 2025, 5 April 2026, 28 March 2027; weeks begin on Mondays counted from 29 June 2026
    easter25, easter26, easter27 = (WEEKS + (day - MONDAY).days // 7 for day in
                                    (date(2025, 4, 20), date(2026, 4, 5), date(2027, 3, 28)))  # fmt: skip
    assert where.known[1, easter25] == where.known[1, easter26] == where.coming[1, easter27 - WEEKS]
    assert where.known[0, easter25] != where.known[0, easter26]  # by date they lie two weeks apart
    assert (where.known[0, -52:] == where.known[1, -52:]).all()  # the last year is the measure


def test_a_sale_out_of_season_is_no_tenfold_rate():
    # a tenth of a usual week: one sale alone would be a rate of 10; the year's level fills the week up to a half
    season = np.full((1, 52), 0.1)
    season[0, :10] = 5.0
    sales = np.zeros((1, 52))
    sales[0, :10], sales[0, 30] = 5.0, 1.0
    level = 51 / (10 * 5 + 42 * 0.1)
    rates = rates_of(sales, np.ones((1, 52)), season)
    assert rates[0, 0] == pytest.approx(1.0)
    assert rates[0, 30] == pytest.approx((1 + 0.4 * level) / 0.5)
    assert rates[0, 40] == pytest.approx(0.4 * level / 0.5)


def test_without_a_season_rates_are_sales():
    assert rates_of(np.array([[3.0, 4]]), np.array([[1.0, 0.5]]), NO_SEASON.past(2)).tolist() == [[3, 8]]
