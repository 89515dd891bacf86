"""Pairs of products, counted by hand; the log-likelihood ratio against Dunning's definition."""

import math
from datetime import date

import numpy as np
import pytest

from analytics.baskets import BasketSettings, bought_together, log_likelihood_ratio
from analytics.report_records import SalesRequest
from analytics.warehouse import Warehouse, rebuild

# 6 orders of tea and cups, 2 of tea, 1 of cups, 11 of rugs alone, 5 of rugs and lamps
ORDERS = [("tea", "cup")] * 6 + [("tea",)] * 2 + [("cup",)] + [("rug",)] * 11 + [("rug", "lamp")] * 5


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Warehouse:
    path = tmp_path_factory.mktemp("shop") / "warehouse.duckdb"
    with rebuild(path) as connection:
        for number, held in enumerate(ORDERS):
            day, country = f"2011-01-{number + 1:02}", "Spain" if held == ("rug", "lamp") else "France"
            connection.execute(
                "insert into orders (order_id, customer_id, country, kind, ordered_at) values (?, 'c', ?, 'sale', ?)",
                [str(number), country, day],
            )
            for line, product in enumerate((*held, held[0])):  # the first product stands on two lines
                connection.execute(
                    "insert into order_lines (order_id, line_number, product_id, quantity, unit_price, sold_at) "
                    "values (?, ?, ?, 1, 1.0, ?)",
                    [str(number), line, product, day],
                )
        for product in ("tea", "cup", "rug", "lamp"):
            category = "kitchen" if product in ("tea", "cup") else "home"
            connection.execute(
                "insert into products (product_id, title, category, merchandise) values (?, ?, ?, true)",
                [product, product.title(), category],
            )
    return Warehouse(path)


def pairs(warehouse, settings=None, **chosen):
    return bought_together(warehouse, SalesRequest("orders", **chosen), settings or BasketSettings())


def test_support_confidence_and_lift(warehouse):
    found = pairs(warehouse)
    assert (found.orders, found.with_several, found.n_pairs, found.fewest) == (25, 11, 1, 5)
    pair = found.pairs[0]
    assert (pair.first_title, pair.second_title, pair.together) == ("Tea", "Cup", 6)
    assert (pair.of_first, pair.of_second) == (8, 7)
    assert pair.support == pytest.approx(6 / 25)
    assert (pair.confidence, pair.confidence_back) == (pytest.approx(6 / 8), pytest.approx(6 / 7))
    assert pair.lift == pytest.approx((6 / 25) / (8 / 25 * 7 / 25))


def test_pairs_that_chance_explains_are_left_out(warehouse):
    """Every lamp is sold with a rug, but rugs are in 16 of 25 orders: lift 1.56, G squared 4.9 of the 10.8 needed."""
    assert {(pair.first, pair.second) for pair in pairs(warehouse).pairs} == {("tea", "cup")}
    lenient = pairs(warehouse, BasketSettings(chance=0.05))
    assert [(pair.first, pair.second, pair.together) for pair in lenient.pairs] == [
        ("tea", "cup", 6),
        ("rug", "lamp", 5),
    ]


def test_filters_and_periods(warehouse):
    lenient = BasketSettings(chance=0.05)
    assert [p.first for p in pairs(warehouse, lenient, product_id="lamp").pairs] == ["rug"]
    assert [p.first for p in pairs(warehouse, lenient, category="kitchen").pairs] == ["tea"]
    assert pairs(warehouse, lenient, country="Spain").pairs == ()  # both in every order there: no more than chance
    early = pairs(warehouse, start=date(2011, 1, 1), end=date(2011, 1, 5))
    assert (early.orders, early.pairs) == (5, ())
    assert pairs(warehouse, start=date(2011, 1, 25), end=date(2011, 1, 25)).orders == 1


def test_of_many_orders_the_latest_are_read(warehouse):
    found = pairs(warehouse, BasketSettings(most_orders=5, chance=0.9))
    assert (found.orders, found.left_out) == (5, 20)
    assert found.pairs == ()


def test_log_likelihood_ratio():
    """2 x sum of observed x ln(observed / expected): 6, 2, 1 and 16 where 2.24, 5.76, 4.76 and 12.24 were expected."""
    expected = 2 * sum(seen * math.log(seen / due) for seen, due in ((6, 2.24), (2, 5.76), (1, 4.76), (16, 12.24)))
    found = log_likelihood_ratio(np.array([6.0]), np.array([8.0]), np.array([7.0]), 25)
    assert found == pytest.approx([expected])


def test_settings_are_checked():
    with pytest.raises(ValueError, match="fewest"):
        BasketSettings(fewest=1)
