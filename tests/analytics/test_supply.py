"""Transfers and rounds on maps small enough to solve by hand."""

import itertools

import numpy as np
import pytest

from analytics.supply import Place, StoreStock, plan_routes, plan_transfers

WEST, MIDDLE, EAST = Place("West", 0.0, 0.0), Place("Middle", 0.0, 1.0), Place("East", 0.0, 2.0)
MAP = {"W": WEST, "M": MIDDLE, "E": EAST}


def test_distance_is_the_great_circle_with_a_road_factor():
    # one degree on the equator is 111.195 km
    assert WEST.km_to(MIDDLE) == pytest.approx(1.3 * 111.195, abs=0.01)
    assert WEST.km_to(WEST) == 0


def test_stock_comes_from_the_nearest_store_that_can_spare_it():
    moves = plan_transfers([StoreStock("P", "W", 10, 0), StoreStock("P", "M", 10, 0), StoreStock("P", "E", 0, 12)], MAP)
    assert [(m.from_store, m.to_store, m.units) for m in moves] == [("M", "E", 10), ("W", "E", 2)]


def test_filling_shortages_goes_before_short_ways():
    stock = [
        StoreStock("P", "W", 5, 0),
        StoreStock("P", "M", 0, 5),
        StoreStock("Q", "E", 3, 0),
        StoreStock("Q", "W", 0, 9),
    ]
    moves = plan_transfers(stock, MAP)
    assert {(m.product_id, m.from_store, m.to_store, m.units) for m in moves} == {
        ("P", "W", "M", 5),
        ("Q", "E", "W", 3),
    }


def test_stores_without_coordinates_can_exchange_too():
    moves = plan_transfers([StoreStock("P", "A", 4, 0), StoreStock("P", "B", 0, 3)], {})
    assert (moves[0].units, moves[0].km) == (3, None)


@pytest.mark.parametrize("stock", [[], [StoreStock("P", "W", 9, 0)], [StoreStock("P", "W", 0, 9)]])
def test_nothing_to_move(stock):
    assert plan_transfers(stock, MAP) == []


def test_one_van_goes_there_and_back():
    (route,) = plan_routes(WEST, [(EAST, 3), (MIDDLE, 2)], 1)
    assert set(route.stops) == {"Middle", "East"}
    assert route.load == 5
    assert route.km == pytest.approx(2 * WEST.km_to(EAST))


def test_a_round_is_as_short_as_the_best_order():
    rng = np.random.default_rng(8)
    stops = [Place(str(i), *rng.uniform(50, 54, 2)) for i in range(7)]
    depot = Place("depot", 52, 52)
    (route,) = plan_routes(depot, [(s, 1) for s in stops], 1)

    def length(order):
        way = [depot, *order, depot]
        return sum(a.km_to(b) for a, b in itertools.pairwise(way))

    assert route.km <= 1.03 * min(length(each) for each in itertools.permutations(stops))


def test_every_stop_is_served_once_by_no_more_vans_than_there_are():
    rng = np.random.default_rng(9)
    stops = [(Place(str(i), *rng.uniform(50, 54, 2)), float(rng.integers(1, 9))) for i in range(15)]
    routes = plan_routes(Place("depot", 52, 52), stops, 3)
    assert len(routes) <= 3
    assert sorted(s for r in routes for s in r.stops) == sorted(p.name for p, _ in stops)
    assert sum(r.load for r in routes) == sum(load for _, load in stops)


def test_no_van_is_an_error_and_no_stop_is_no_round():
    with pytest.raises(ValueError, match="At least one vehicle"):
        plan_routes(WEST, [(EAST, 1)], 0)
    assert plan_routes(WEST, [], 2) == []
