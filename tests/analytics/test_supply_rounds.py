"""Delivery rounds on maps small enough to solve by hand, and what no van can serve."""

import itertools

import numpy as np
import pytest

from analytics.supply import Delivery, Place, RoundSettings, clock, plan_rounds, span

HOME = Place("Home", 0.0, 0.0)
# a minute of arc on the equator: 1.3 x 1.853 km by road; 0.1 degrees: 14.455 km, 17.3 minutes at 50 km/h
NEAR, FAR = Place("Near", 0.0, 0.1), Place("Far", 0.0, 0.2)
LEG = 1.3 * 11.1195


def scattered(count, seed=8, load=1):
    rng = np.random.default_rng(seed)
    return [Delivery(str(i), Place(str(i), *rng.uniform(-0.2, 0.2, 2)), load) for i in range(count)]


def names(each):
    return [visit.delivery.name for visit in each.visits]


def test_one_van_goes_there_and_back():
    plan = plan_rounds(HOME, [Delivery("a", FAR, 3), Delivery("b", NEAR, 2)])
    (only,) = plan.rounds
    assert sorted(names(only)) == ["a", "b"]
    assert (only.load, plan.load, plan.unserved) == (5, 5, ())
    assert only.km == pytest.approx(4 * LEG, abs=0.01)
    assert only.driving == round(4 * LEG / 50 * 60)
    assert only.back - only.leaves == pytest.approx(only.driving + 20, abs=1)


def test_times_follow_from_speed_stops_and_windows():
    settings = RoundSettings(leaves_at=8 * 60, kmh=60 * LEG, minutes_per_stop=5)  # a leg is one minute
    plan = plan_rounds(HOME, [Delivery("b", FAR, opens=9 * 60), Delivery("a", NEAR, closes=8 * 60 + 1)], settings)
    (only,) = plan.rounds
    first, second = only.visits
    assert (first.delivery.name, first.arrives, first.leaves) == ("a", 481, 486)
    assert (second.delivery.name, second.arrives, second.waited, second.leaves) == ("b", 540, 53, 545)
    assert (only.leaves, only.back) == (480, 547)


def test_a_window_turns_the_order_round():
    settings = RoundSettings(kmh=60 * LEG, minutes_per_stop=0)
    deliveries = [Delivery("near", NEAR, opens=10 * 60), Delivery("far", FAR, closes=9 * 60)]
    (only,) = plan_rounds(HOME, deliveries, settings).rounds
    assert names(only) == ["far", "near"]


def test_a_round_is_the_shortest_order():
    stops = scattered(7)
    (only,) = plan_rounds(HOME, stops).rounds

    def length(order):
        way = [HOME, *(each.place for each in order), HOME]
        return sum(a.km_to(b) for a, b in itertools.pairwise(way))

    assert only.km == pytest.approx(min(length(each) for each in itertools.permutations(stops)), abs=0.01)


def test_no_van_carries_more_than_it_can():
    plan = plan_rounds(HOME, scattered(15, load=2), RoundSettings(vans=4, capacity=8))
    assert [each.load <= 8 for each in plan.rounds] == [True] * 4
    assert sorted(name for each in plan.rounds for name in names(each)) == sorted(str(i) for i in range(15))


def test_the_same_question_has_the_same_answer():
    settings = RoundSettings(vans=3, capacity=10)
    assert plan_rounds(HOME, scattered(25), settings) == plan_rounds(HOME, scattered(25), settings)


@pytest.mark.parametrize(
    ("delivery", "says"),
    [
        (Delivery("x", None), "coordinates of its address are not known"),
        (Delivery("x", NEAR, 9), "9 parcels are more than the 8 that a van carries"),
        (Delivery("x", NEAR, opens=700, closes=600), "ends (10:00) before it begins (11:40)"),
        (Delivery("x", Place("Moon", 0, 60)), "there and back are more than the working day of 10 h"),
        (Delivery("x", NEAR, closes=490), "ends at 8:10, and a van that leaves at 8:00 is there at 8:17"),
        (Delivery("x", NEAR, opens=1075), "begins at 17:55, and a van must have come by 17:33"),
    ],
)
def test_what_no_van_can_serve_is_told_and_the_rest_is_planned(delivery, says):
    plan = plan_rounds(HOME, [delivery, Delivery("fine", FAR)], RoundSettings(capacity=8))
    (left,) = plan.unserved
    assert left.delivery.name == "x"
    assert says in left.reason
    assert names(plan.rounds[0]) == ["fine"]


def test_too_few_vans_serve_what_they_can():
    plan = plan_rounds(HOME, scattered(6), RoundSettings(vans=2, capacity=2))
    assert plan.load == 4
    assert {each.reason for each in plan.unserved} == {"all 2 vans together carry 4 parcels, and 6 are due"}
    one = plan_rounds(HOME, scattered(3), RoundSettings(capacity=2))
    assert one.unserved[0].reason == "the van carries 2 parcels, and 3 are due"


def test_a_day_too_short_serves_what_it_can():
    # two places on opposite sides, 10 legs each: 20 minutes each there and back, and the day has 30
    settings = RoundSettings(leaves_at=480, back_by=510, kmh=60 * LEG, minutes_per_stop=0)
    plan = plan_rounds(HOME, [Delivery("e", Place("E", 0, 1)), Delivery("w", Place("W", 0, -1))], settings)
    assert (len(plan.rounds), len(plan.unserved)) == (1, 1)
    assert plan.unserved[0].reason == "the van cannot fit it into the day between 8:00 and 8:30"


def test_the_largest_load_is_kept_when_one_must_stay():
    stops = [Delivery("small", NEAR, 1), Delivery("large", FAR, 5)]
    plan = plan_rounds(HOME, stops, RoundSettings(capacity=5))
    assert names(plan.rounds[0]) == ["large"]
    assert plan.unserved[0].delivery.name == "small"


def test_no_delivery_is_no_round():
    plan = plan_rounds(HOME, [])
    assert (plan.rounds, plan.unserved, plan.km) == ((), (), 0)


@pytest.mark.parametrize(
    "wrong",
    [{"vans": 0}, {"capacity": 0}, {"kmh": 0}, {"leaves_at": 600, "back_by": 600}, {"back_by": 1500}, {"patience": 0}],
)
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(ValueError, match=r"must|between"):
        RoundSettings(**wrong)


def test_a_delivery_without_parcels():
    with pytest.raises(ValueError, match="1 parcel or more"):
        Delivery("x", NEAR, 0)


def test_times_are_said_as_people_do():
    assert (clock(545), clock(1439.6)) == ("9:05", "24:00")
    assert (span(125), span(60), span(0), span(59)) == ("2 h 5 min", "1 h", "0 min", "59 min")
