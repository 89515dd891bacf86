"""Forecasts that add up, by numbers worked out by hand."""

import numpy as np
import pytest

from analytics.forecasting.hierarchy import Trust, agree, trust_in, within


def one_week(values):
    return np.array(values, dtype=float)[:, None]


def test_products_are_shared_out_below_their_category_and_the_shop():
    # the shop expects 24, its categories 10 and 10: each is raised to 12; the first category's products expect 2 and 4,
    # and lack 6 together; they vary alike per unit, so they take 2 and 4 of it; the other one lacks 7 of 12
    found = agree(one_week([2, 4, 5]), one_week([10, 10]), np.array([24.0]), np.array([0, 0, 1]), Trust(1, 1))
    assert found.products[:, 0] == pytest.approx([4, 8, 12])
    assert found.categories[:, 0] == pytest.approx([12, 12])
    assert found.total[0] == pytest.approx(24)


def test_a_steady_product_stays_and_a_restless_one_gives():
    found = agree(
        one_week([6, 6]), one_week([15]), np.array([15.0]), np.array([0, 0]), Trust(1, 1), np.array([0.0, 2.0])
    )
    assert found.products[:, 0] == pytest.approx([6, 9])


def test_variance_decides_who_takes_how_much():
    # variances 1 * 4 and 3 * 4: of the 4 units that lack, one quarter and three quarters
    found = agree(one_week([4, 4]), one_week([12]), np.array([12.0]), np.array([0, 0]), Trust(1, 1), np.array([1.0, 3]))
    assert found.products[:, 0] == pytest.approx([5, 7])


def test_trusted_in_part_the_shop_lies_between_both():
    # the products say 6, the shop 10: a quarter of the way is 7; the category is trusted with nothing
    found = agree(one_week([2, 4]), one_week([50]), np.array([10.0]), np.array([0, 0]), Trust(0, 0.25))
    assert found.total[0] == pytest.approx(7)
    assert found.products[:, 0] == pytest.approx([2 * 7 / 6, 4 * 7 / 6])


def test_products_without_a_category_count_in_the_shop_only():
    found = agree(one_week([2, 3]), one_week([4]), np.array([14.0]), np.array([0, -1]), Trust(1, 1))
    assert found.products[:, 0] == pytest.approx([8, 6])  # 4 and 3 of 7, doubled
    assert found.categories[0, 0] == pytest.approx(8)


def test_nothing_falls_below_zero_and_what_is_zero_stays_zero():
    found = agree(
        one_week([1, 9, 0]), one_week([4]), np.array([4.0]), np.zeros(3, dtype=int), Trust(1, 1), np.array([9.0, 1, 1])
    )
    # six units too many; by variance 9 : 9 each would give 3 of them, the first has only one: 0 and 6, scaled to 4
    assert found.products[:, 0] == pytest.approx([0, 4, 0])


def test_without_trust_it_is_the_sum_of_the_products():
    found = agree(one_week([2, 4]), one_week([50]), np.array([10.0]), np.array([0, 0]), Trust(0, 0))
    assert found.products[:, 0] == pytest.approx([2, 4])
    assert found.total[0] == pytest.approx(6)


def test_trust_is_the_error_that_the_own_forecast_saves():
    came = np.zeros((1, 2))
    assert trust_in(np.array([[1.0, 1]]), np.array([[2.0, 2]]), came) == pytest.approx(0.75)  # 2 of 8 are left
    assert trust_in(np.array([[3.0, 3]]), np.array([[2.0, 2]]), came) == 0


def test_stores_make_up_the_shop_only_where_every_sale_names_one():
    parts, total = one_week([3, 5]), np.array([10.0])
    assert within(parts, total, named=1.0)[:, 0] == pytest.approx([3.75, 6.25])
    assert within(parts, total, named=0.8)[:, 0] == pytest.approx([3, 5])
    assert within(parts, np.array([4.0]), named=0.8)[:, 0] == pytest.approx([1.5, 2.5])


def test_weighted_least_squares_of_hierarchicalforecast_agree_where_the_top_is_certain():
    """MinTrace with a nearly certain top shares out by variance, as this does."""
    methods = pytest.importorskip("hierarchicalforecast.methods")
    sums = np.vstack([np.ones(3), np.eye(3)])
    said = np.array([12.0, 2, 3, 5])
    variances = np.array([1e-8, 2.0, 3.0, 10.0])  # per unit: 1, 1, 2
    weights = np.linalg.inv(sums.T @ np.diag(1 / variances) @ sums) @ sums.T @ np.diag(1 / variances)
    found = agree(
        said[1:, None], one_week([12]), np.array([12.0]), np.zeros(3, dtype=int), Trust(1, 1), np.array([1.0, 1, 2])
    )
    assert found.products[:, 0] == pytest.approx(weights @ said, abs=1e-5)
    assert hasattr(methods, "MinTrace")
