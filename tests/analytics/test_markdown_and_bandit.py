import numpy as np
import pytest

from analytics.pricing.bandit import Belief, Curve, compare_rules, simulate
from analytics.pricing.markdown import Surplus, plan_markdown


def test_enough_demand_needs_no_markdown():
    plan = plan_markdown(Surplus(stock=10, weeks=4, price=10.0, weekly_units=50.0, elasticity=-2.0), [5.0, 8.0])
    assert plan.prices[0] == 10.0
    assert plan.money == pytest.approx(100.0, rel=0.001)
    assert plan.left == 0.0


def test_one_week_is_the_best_of_two_expected_takings():
    # stock far above demand: 10 x 4 = 40 at full price, 5 x 4 x 2^3 = 160 at half
    plan = plan_markdown(Surplus(stock=150, weeks=1, price=10.0, weekly_units=4.0, elasticity=-3.0), [5.0])
    assert plan.prices == (5.0,)
    assert plan.money == pytest.approx(160.0, rel=0.001)
    assert plan.money_unchanged == pytest.approx(40.0, rel=0.001)


def test_prices_only_fall_and_earn_more_than_waiting():
    surplus = Surplus(stock=120, weeks=6, price=20.0, weekly_units=8.0, elasticity=-1.8)
    plan = plan_markdown(surplus, [12.0, 14.0, 16.0, 18.0])
    assert list(plan.prices) == sorted(plan.prices, reverse=True)
    assert plan.money > plan.money_unchanged
    assert plan.left < plan.left_unchanged


def test_what_a_leftover_is_worth_stops_the_sell_out():
    surplus = Surplus(stock=100, weeks=2, price=10.0, weekly_units=5.0, elasticity=-2.0, salvage=9.0)
    assert plan_markdown(surplus, [5.0]).prices == (10.0, 10.0)


def test_a_large_stock_is_counted_in_batches():
    small = plan_markdown(Surplus(stock=190, weeks=3, price=10.0, weekly_units=20.0, elasticity=-2.0), [6.0, 8.0])
    large = plan_markdown(Surplus(stock=1900, weeks=3, price=10.0, weekly_units=200.0, elasticity=-2.0), [6.0, 8.0])
    assert large.money == pytest.approx(10 * small.money, rel=0.03)


@pytest.mark.parametrize("wrong", [{"stock": 0}, {"elasticity": 0.5}, {"price": -1.0}])
def test_impossible_surpluses_are_refused(wrong):
    usual = {"stock": 5, "weeks": 2, "price": 3.0, "weekly_units": 1.0, "elasticity": -2.0}
    with pytest.raises(ValueError, match="Expected"):
        Surplus(**{**usual, **wrong})


CURVE = Curve(price=10.0, units=30.0, elasticity=-3.0, cost=5.0)  # best at 5 x 3 / 2 = 7.50
PRICES = (6.0, 7.0, 7.5, 8.0, 9.0, 10.0, 11.0)


def test_thompson_sampling_finds_the_best_price():
    reached = np.mean([simulate(CURVE, PRICES, "Thompson sampling", believed=(-1.5, 1.0), seed=s) for s in range(4)])
    kept = simulate(CURVE, PRICES, "keep the price", believed=(-1.5, 1.0))
    # profit at 10: 30 x 5 = 150; at 7.50: 30 x (0.75)^-3 x 2.5 = 177.8
    assert kept == pytest.approx(150 / (30 * 0.75**-3 * 2.5))
    assert 0.93 < reached <= 1.0


def test_a_week_moves_the_belief_towards_what_sold():
    belief = Belief(CURVE, -1.5, 1.0)
    before = float(belief.weights() @ belief.elasticity)
    for _ in range(6):
        belief.learn(7.5, 71)  # 30 x 0.75^-3
        belief.learn(10.0, 30)
    assert float(belief.weights() @ belief.elasticity) < before - 0.8


def test_rules_are_compared_on_the_same_products():
    told = compare_rules([CURVE], [PRICES], [(-1.5, 1.0)], runs=2)
    assert set(told) == {"Thompson sampling", "greedy", "keep the price"}
    assert told["Thompson sampling"]["share of best profit"] > told["keep the price"]["share of best profit"]


def test_a_cost_above_every_price_is_told():
    with pytest.raises(ValueError, match="above the cost"):
        simulate(Curve(10.0, 3.0, -2.0, 50.0), PRICES, "greedy", believed=(-2.0, 0.5))
