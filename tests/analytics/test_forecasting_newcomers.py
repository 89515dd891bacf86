"""What new products borrow, by numbers worked out by hand."""

from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analytics.forecasting.fitting import never_sold
from analytics.forecasting.newcomers import borrowed, similar_rows, young_level
from analytics.forecasting.prediction import Prediction


def prediction(value, sd):
    half = 1.2815 * sd
    first, last = date(2026, 7, 1), date(2026, 7, 2)
    return Prediction("product", "X", "units", first, last, value, value - half, value + half, 0, 99, (value / 2,) * 2,
                      "x", None)  # fmt: skip


def test_the_nearest_in_price_of_the_category_are_similar():
    kinds, logs = np.array([0, 0, 0, 1, 0]), np.log([10.0, 11.0, 30.0, 10.0, 9.0])
    able = np.array([True, True, True, True, False])
    assert similar_rows(kinds, logs, able, 0).tolist() == [1, 2]  # not itself, not the other category, not the unable


def test_a_young_product_lies_between_its_own_mean_and_theirs():
    # theirs: 4 and 8 a week, mean 6, variance 4: they count for 6/4 = 1.5 weeks; own: 2 weeks with 20 units
    rates = np.zeros((3, 30))
    rates[0], rates[1], rates[2, 28:] = 4.0, 8.0, 10.0
    first, young = np.array([0, 0, 28]), np.array([False, False, True])
    found = young_level(rates, first, np.zeros(3, dtype=int), np.zeros(3), young)
    assert found[2] == pytest.approx((20 + 1.5 * 6) / (2 + 1.5))
    assert np.isnan(found[:2]).all()


def test_without_two_similar_ones_nothing_is_borrowed():
    rates = np.full((2, 30), 5.0)
    found = young_level(rates, np.array([0, 28]), np.array([0, 0]), np.zeros(2), np.array([False, True]))
    assert np.isnan(found).all()


def test_what_never_sold_is_expected_like_its_similar_ones_and_less_surely():
    found = borrowed("new", [prediction(4.0, 1.0), prediction(8.0, 1.0)], "It has never sold.")
    assert found.value == pytest.approx(6)
    assert found.daily == pytest.approx((3, 3))
    assert found.key == "new"
    assert found.notes == ("It has never sold.",)
    # variance 8 between the two and 1 within: wider than each
    assert found.upper80 - found.lower80 > 1.9 * (prediction(4.0, 1.0).upper80 - prediction(4.0, 1.0).lower80)
    assert 0 < found.lower95 < found.lower80 < 6 < found.upper80 < found.upper95


def test_a_shop_without_categories_has_no_similar_products():
    catalog = pd.DataFrame({"product_id": ["1", "2"], "category": [None, None], "price": [1.0, 2.0]})
    history = SimpleNamespace(table=lambda name: catalog)
    assert never_sold(history, SimpleNamespace(rows={"1": 0})) == {}
