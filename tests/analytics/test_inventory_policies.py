"""Stock policies against published values, and against enumeration of all policies."""

import itertools
import math

import numpy as np
import pytest

from analytics.inventory.classes import ClassSettings, abc, xyz
from analytics.inventory.distributions import counts, normal_counts, quantiles, single_period_costs, summed
from analytics.inventory.formulas import demand_quantile
from analytics.inventory.lot_sizes import (
    lot,
    lot_while_arriving,
    lot_with_backorders,
    lot_with_discounts,
    lot_with_incremental_discounts,
    orders_over_time,
)
from analytics.inventory.newsvendor import newsvendor_counts, newsvendor_lognormal, newsvendor_normal
from analytics.inventory.r_q import optimal_r_q, optimal_r_q_normal
from analytics.inventory.s_s import optimal_s_S, optimal_s_S_of
from analytics.inventory.shelves import OrderRule, run_shelves
from analytics.inventory.targets import Aim, base_stock, reorder_point


def test_s_s_of_a_lead_time_is_the_best_of_all_policies():
    demand, order, hold, short, lead = counts(2, math.sqrt(2)), 12, 1, 6, 1
    small, large, cost = optimal_s_S_of(demand, order, hold, short, lead)
    single = single_period_costs(summed(demand, lead + 1), hold, short, -5, 30)

    def reckoned(s, big):
        # stationary chances of the position after ordering, by repeating the chain
        places = np.zeros(big - s)
        places[-1] = 1.0
        for _ in range(500):
            after = np.zeros_like(places)
            for place, chance in enumerate(places):
                for units, p in enumerate(demand):
                    left = place - units
                    after[left if left >= 0 else -1] += chance * p
            places = after
        orders = sum(
            chance * demand[units:].sum() if units <= len(demand) else 0
            for place, chance in enumerate(places)
            for units in [place + 1]
        )
        return order * orders + sum(chance * single[s + 1 + place + 5] for place, chance in enumerate(places))

    assert reckoned(small, large) == pytest.approx(cost, rel=1e-6)
    for s, big in itertools.product(range(small - 2, small + 3), range(large - 2, large + 3)):
        if s < big:
            assert reckoned(s, big) >= cost - 1e-9


@pytest.mark.parametrize(
    ("mean", "order", "hold", "short", "policy", "cost"),
    [(6, 5, 1, 4, (4, 10), 8.034111561471644), (4, 150, 40, 125, (2, 7), 223.5748295669688)],
)
def test_s_s_of_the_textbook(mean, order, hold, short, policy, cost):
    # Snyder and Shen, example 4.7 and problem 4.31
    found = optimal_s_S(mean, order, hold, short)
    assert found[:2] == policy
    assert found[2] == pytest.approx(cost)


def test_r_q_of_the_textbook():
    # Snyder and Shen, example 5.8 and problem 5.2; normal demand: example 5.1
    assert optimal_r_q(1.5, 100, 20, 150, 2) == (3, 5, pytest.approx(107.9235806331498))
    assert optimal_r_q(12, 4, 4, 28, 0.5) == (6, 7, pytest.approx(28.241312842169155))
    point, quantity, cost = optimal_r_q_normal(1300, 150, 8, 0.225, 7.5, 1 / 12)
    assert (point, quantity, cost) == (pytest.approx(126.867, abs=1e-3), pytest.approx(328.449, abs=1e-3),
                                       pytest.approx(78.0711, abs=1e-4))  # fmt: skip


def test_newsvendors_of_the_textbook():
    assert newsvendor_normal(50, 8, 0.7, 0.18).units == pytest.approx(56.603955927433887)
    assert newsvendor_normal(50, 8, 0.7, 0.18).cost == pytest.approx(1.997605193176645)
    assert newsvendor_lognormal(6, 0.3, 0.1765, 1).units == pytest.approx(295.6266448071368)
    assert newsvendor_lognormal(6, 0.3, 0.1765, 1).cost == pytest.approx(29.44254358213529)
    found = newsvendor_counts(counts(18, math.sqrt(18)), 270, 200)
    assert (found.units, found.cost) == (19, pytest.approx(786.0884409351115))


def test_lots_of_the_textbook():
    assert lot(8, 0.225, 1300).cost == pytest.approx(68.41052550594827)
    waiting, share = lot_with_backorders(8, 0.225, 5, 1300)
    assert (waiting.quantity, waiting.cost, share) == (
        pytest.approx(310.8125551589646), pytest.approx(66.92136355097325), pytest.approx(0.043062200956938)
    )  # fmt: skip
    assert lot_while_arriving(4, 0.08, 80, 110).quantity == pytest.approx(171.2697677155351)
    breaks, prices = [0, 400, 800], [0.75, 0.72, 0.68]
    assert lot_with_discounts(8, 0.3, 1300, breaks, prices).cost == pytest.approx(978.60)
    assert lot_with_incremental_discounts(8, 0.3, 1300, breaks, prices).quantity == pytest.approx(304.04678003)


@pytest.mark.parametrize(
    ("demand", "order", "hold", "prices", "units", "cost"),
    [
        ([90, 120, 80, 70], 500, 2, None, (210, 0, 150, 0), 1380),
        ([730, 580, 445, 650, 880], 100, 0.1, None, (1310, 0, 1095, 0, 880), 423),
        ([400, 500, 500, 1100, 900], 100, 0.1, [3, 1, 4, 6, 6], (400, 3000, 0, 0, 0), 4940),
        ([0, 0, 5, 0], 10, 1, None, (0, 0, 5, 0), 10),
        ([0, 0], 10, 1, None, (0, 0), 0),
    ],
)
def test_orders_over_time_are_wagner_and_whitins(demand, order, hold, prices, units, cost):
    assert orders_over_time(demand, order, hold, prices) == (units, pytest.approx(cost))


def test_many_quantiles_agree_with_single_ones():
    means, sds = np.array([0.0, 1.0, 10.0, 36.0, 1e6]), np.array([3.0, 2**0.5, 10**0.5, 12.0, 1e4])
    for share in (0.5, 0.9, 0.95):
        each = [demand_quantile(m, s, share) for m, s in zip(means, sds, strict=True)]
        assert quantiles(means, sds, share) == pytest.approx(each, rel=1e-3)


def test_chances_sum_to_one_with_their_mean():
    for chances, mean in ((counts(0.1, 3), 0.1), (counts(7, 7**0.5), 7), (normal_counts(50, 8), 50)):
        assert chances.sum() == pytest.approx(1)
        assert np.arange(len(chances)) @ chances == pytest.approx(mean, rel=1e-3)


def test_a_fill_rate_needs_less_than_a_cycle_service():
    during = np.array([0.25, 0.25, 0.25, 0.25])  # 0 to 3 units
    assert reorder_point(during, 10, Aim("cycle", 0.75)) == 2
    # 1 unit there: 0.25 x 1 + 0.25 x 2 = 0.75 short of an order of 10; lost of 10.75: 7 %
    assert reorder_point(during, 10, Aim("fill", 0.93)) == 1
    assert reorder_point(during, 10, Aim("fill", 0.94)) == 2
    # customers wait: 0.75 / 10 = 7.5 % waits
    assert reorder_point(during, 10, Aim("fill", 0.925, waits=True)) == 1
    # least cost: 1 x 10 / (1 x 10 + 3 x 10) = 25 % of cycles may run out where the sale is lost
    assert reorder_point(during, 10, Aim("cost"), holding=1, margin=3, rate=10) == 2


def test_base_stock_covers_lead_time_and_review():
    # 10 days of 1 +- 0, lead time certain: Poisson at least, 95 % of Poisson(10) is 15
    assert base_stock(10, 0, 10, 0, Aim("cycle", 0.95)) == 15
    assert base_stock(10, 0, 10, 2, Aim("cycle", 0.95)) > 15
    assert base_stock(10, 0, 10, 0, Aim("cost"), holding=1, margin=19) == 15


def test_a_shelf_by_hand():
    # 3 a day from 10 on hand; at 4 or fewer order up to 12, on the shelf two openings later
    rule = OrderRule(np.full((1, 6), 4.0), np.full((1, 6), 8.0), np.array([1.0]), np.array([1.0]))
    run = run_shelves(np.full((1, 6), 3.0), np.full((1, 6), 1), rule, np.array([10.0]))
    # closes 7, 4 (orders 8), 1, 1 + 8 - 3 = 6, 3 (orders 9), 0
    assert run.on_hand.tolist() == [[7, 4, 1, 6, 3, 0]]
    assert run.ordered.tolist() == [[0, 8, 0, 0, 9, 0]]
    assert (run.fill_rate, run.cycle_service, run.cycles.tolist()) == (1.0, 1.0, [2])
    assert run.holding(np.array([73.0])) == pytest.approx(21 / 6 * 73 * 6 / 365)


def test_customers_wait_or_go():
    rule = OrderRule(np.full((1, 4), 0.0), np.full((1, 4), 4.0), np.array([1.0]), np.array([6.0]))
    demand, lead = np.array([[5.0, 2.0, 0.0, 0.0]]), np.full((1, 4), 1)
    gone = run_shelves(demand, lead, rule, np.array([3.0]))
    assert gone.short.tolist() == [[2, 2, 0, 0]]
    assert gone.ordered.tolist() == [[6, 0, 0, 0]]  # whole packs of 6
    assert gone.on_hand.tolist() == [[0, 0, 6, 6]]
    assert gone.cycle_service == 0.0
    waited = run_shelves(demand, lead, rule, np.array([3.0]), waits=True)
    assert waited.sold.sum() == 7
    assert waited.ordered.tolist() == [[6, 0, 0, 0]]
    assert waited.on_hand.tolist() == [[0, 0, 2, 2]]


def test_classes_by_revenue_and_steadiness():
    assert abc(np.array([70.0, 20.0, 6.0, 4.0, 0.0, -3.0])) == ("A", "A", "B", "C", "C", "C")
    weekly = np.array([[10, 10, 10, 10], [0, 10, 20, 10], [0, 0, 40, 0], [0, 0, 0, 0]], dtype=float)
    assert xyz(weekly) == ("X", "Y", "Z", "Z")
    assert xyz(weekly[:, :1]) == ("Z",) * 4
    with pytest.raises(ValueError, match="0 < a < b < 1"):
        ClassSettings(a=0.9, b=0.8)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Aim("cycle", 0),
        lambda: Aim("fill", 1.5),
        lambda: Aim("often"),
        lambda: reorder_point(np.ones(1), 0, Aim()),
        lambda: optimal_r_q(0, 1, 1, 1, 1),
        lambda: optimal_s_S_of(np.ones(1), 1, 1, 1),
        lambda: orders_over_time([-1], 1, 1),
        lambda: lot_with_discounts(1, 1, 1, [5], [1]),
        lambda: counts(-1, 1),
    ],
)
def test_impossible_problems_are_refused(wrong):
    with pytest.raises(ValueError, match="xpected|lies|aim is|holds more"):
        wrong()
