"""Transfers between stores on maps small enough to solve by hand."""

import math

import pytest

from analytics.supply import Place, StoreStock, TransferSettings, plan_transfers

WEST, MIDDLE, EAST = Place("West", 0.0, 0.0), Place("Middle", 0.0, 1.0), Place("East", 0.0, 2.0)
MAP = {"W": WEST, "M": MIDDLE, "E": EAST}
DEGREE = 1.3 * 111.195  # km by road


def taker(product, store, short, value):
    """Sells exactly what it lacks: each unit that comes saves a sale."""
    return StoreStock(product, store, 0, short, value=value)


def moves(plan):
    return [(each.product_id, each.from_store, each.to_store, each.units) for each in plan.transfers]


def test_distance_is_the_great_circle_with_a_road_factor():
    # one degree on the equator is 111.195 km
    assert WEST.km_to(MIDDLE) == pytest.approx(DEGREE, abs=0.01)
    assert WEST.km_to(WEST) == 0


def test_coordinates_off_this_earth_are_told():
    with pytest.raises(ValueError, match="Were the two exchanged"):
        Place("Sydney", 151.2, -33.9)


def test_stock_comes_from_the_nearest_store_that_can_spare_it():
    stock = [StoreStock("P", "W", 10, 0), StoreStock("P", "M", 10, 0), StoreStock("P", "E", 0, 12)]
    assert sorted(moves(plan_transfers(stock, MAP))) == [("P", "M", "E", 10), ("P", "W", "E", 2)]


def test_where_nothing_is_known_of_its_worth_every_shortage_is_filled():
    stock = [
        StoreStock("P", "W", 5, 0),
        StoreStock("P", "M", 0, 5),
        StoreStock("Q", "E", 3, 0),
        StoreStock("Q", "W", 0, 9),
    ]
    plan = plan_transfers(stock, MAP)
    assert set(moves(plan)) == {("P", "W", "M", 5), ("Q", "E", "W", 3)}
    assert (plan.worth, plan.no_spare, plan.not_worth) == (None, 6, 0)


def test_a_trip_is_made_only_where_it_earns_its_cost():
    # there and back 2 x 144.55 km x 0.5 = 144.55; ten units at 0.1 each cost 1
    stock = [StoreStock("P", "W", 10, 0), taker("P", "M", 10, 14.0)]
    assert plan_transfers(stock, MAP).transfers == ()
    assert plan_transfers(stock, MAP).not_worth == 10
    plan = plan_transfers([stock[0], taker("P", "M", 10, 15.0)], MAP)
    assert moves(plan) == [("P", "W", "M", 10)]
    assert plan.worth == pytest.approx(150)
    assert plan.trips_cost == pytest.approx(DEGREE, abs=0.01)
    assert plan.handling_cost == pytest.approx(1.0)


def test_a_trip_that_is_made_takes_what_would_not_pay_alone_and_brings_back_the_other_way():
    stock = [
        StoreStock("P", "W", 10, 0),
        taker("P", "M", 10, 15.0),
        StoreStock("Q", "M", 1, 0),
        taker("Q", "W", 1, 2.0),
    ]
    plan = plan_transfers(stock, MAP)
    assert set(moves(plan)) == {("P", "W", "M", 10), ("Q", "M", "W", 1)}
    assert plan.trips_cost == pytest.approx(DEGREE, abs=0.01)  # one trip


def test_fewer_than_the_least_number_stay():
    stock = [StoreStock("P", "W", 4, 0), taker("P", "M", 9, 100.0)]
    assert moves(plan_transfers(stock, MAP, TransferSettings(least_units=4))) == [("P", "W", "M", 4)]
    plan = plan_transfers(stock, MAP, TransferSettings(least_units=5))
    assert (plan.transfers, plan.not_worth, plan.no_spare) == ((), 4, 5)


def test_two_givers_may_each_need_their_least_number():
    # 6 lack; the near one has 4 to spare, the far one 9; at least 3 each: 3 and 3 is the nearest that fills all 6
    stock = [StoreStock("P", "M", 4, 0), StoreStock("P", "W", 9, 0), taker("P", "E", 6, 500.0)]
    plan = plan_transfers(stock, MAP, TransferSettings(least_units=3))
    assert sum(each.units for each in plan.transfers) == 6
    assert all(each.units >= 3 for each in plan.transfers)


def test_units_count_by_the_sales_that_they_save():
    # demand is 10 +- 5 and 10 are there: E[min(D, 10)] = 10 - 5 x 0.3989; with 10 more nearly all is sold
    short = StoreStock("P", "M", 0, 10, on_hand=10, daily=2, demand=10, demand_sd=5, value=1.0)
    assert short.sales_saved(10) == pytest.approx(5 * 0.39894 - 5 * 0.00849, abs=1e-4)
    assert short.sales_saved(5) > short.sales_saved(10) - short.sales_saved(5)
    assert short.cover == 5
    plan = plan_transfers([StoreStock("P", "W", 30, 0, on_hand=40, daily=1), short], {}, TransferSettings(0, 0.05))
    (move,) = plan.transfers
    # a unit pays as long as it saves 0.05 sales: the first pieces do, the last one (7.5 to 10) saves less a unit
    assert move.units < 10
    assert (move.cover_from, move.cover_to) == (40, 5)
    assert move.worth == pytest.approx(move.saved)


def test_stores_without_coordinates_can_exchange_too():
    (move,) = plan_transfers([StoreStock("P", "A", 4, 0), StoreStock("P", "B", 0, 3)], {}).transfers
    assert (move.units, move.km) == (3, None)


def test_what_does_not_sell_has_no_end_of_cover():
    assert math.isinf(StoreStock("P", "A", 4, 0, on_hand=9).cover)


@pytest.mark.parametrize("stock", [[], [StoreStock("P", "W", 9, 0)], [StoreStock("P", "W", 0, 9)]])
def test_nothing_to_move(stock):
    assert plan_transfers(stock, MAP).transfers == ()


@pytest.mark.parametrize("wrong", [{"cost_per_km": -1}, {"cost_per_unit": -0.1}, {"least_units": 0}])
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match="or more"):
        TransferSettings(**wrong)
