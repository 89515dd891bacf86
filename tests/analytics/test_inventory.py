"""Stock formulas against textbook values, and reorder advice worked out by hand."""

import gzip
import itertools
import json
import math
import os
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from analytics.inventory import Candidate, Position, StockSettings, advise, plan_budget
from analytics.inventory.formulas import (
    base_stock_level,
    chance_of_more,
    critical_ratio,
    demand_quantile,
    economic_order_quantity,
    expected_shortage,
    lead_time_demand,
)
from analytics.inventory.s_s import optimal_s_S

TODAY = date(2026, 6, 30)
BENCH = Path(os.environ.get("RETAIL_BENCH_DATA", Path(__file__).parents[3] / "shared" / "data"))


def test_economic_order_quantity_of_the_textbook():
    # Snyder and Shen, example 3.1: K = 8, h = 0.225, D = 1300
    assert economic_order_quantity(1300, 8, 0.225) == pytest.approx(304.05, abs=0.005)


def test_newsvendor_of_the_textbook():
    # Snyder and Shen, example 4.3: h = 0.18, p = 0.70, demand normal 50, 8: order 56.6
    ratio = critical_ratio(0.70, 0.18)
    assert ratio == pytest.approx(0.7955, abs=1e-4)
    assert base_stock_level(50, 8, 1, ratio) == pytest.approx(56.6, abs=0.05)


def test_base_stock_grows_with_the_root_of_the_lead_time():
    # 4 days of 10 +- 3 at 97.5 %: 40 + 1.95996 x 3 x 2
    assert base_stock_level(10, 3, 4, 0.975) == pytest.approx(51.76, abs=0.005)


@pytest.mark.parametrize(
    ("mean", "policy", "cost"), [(10, (6, 40), 35.022), (20, (14, 62), 49.173), (50, (42, 108), 70.975)]
)
def test_the_optimal_s_s_policy_of_zheng_and_federgruen(mean, policy, cost):
    small, large, found = optimal_s_S(mean, 64, 1, 9)
    assert (small, large) == policy
    assert found == pytest.approx(cost, abs=0.0005)


def test_lead_time_demand_adds_the_variance_of_the_lead_time():
    # sd 6 from demand, 5 a day x 1.6 days from the lead time: sqrt(36 + 64)
    assert lead_time_demand(50, 6, 5, 1.6) == (50, pytest.approx(10))


def test_counts_that_vary_like_poisson_take_its_quantiles():
    # Poisson(10): P(X <= 15) = 0.9513, P(X <= 14) = 0.9165
    assert demand_quantile(10, 10**0.5, 0.95) == 15
    assert demand_quantile(10, 10**0.5, 0.9165) == 14
    assert chance_of_more(10, 10**0.5, 15) == pytest.approx(1 - 0.9513, abs=1e-4)


def test_counts_that_vary_more_are_negative_binomial():
    # mean 1, variance 2: geometric with P(0) = 1/2, so P(X <= 3) = 15/16
    assert demand_quantile(1, 2**0.5, 0.9375) == 3
    assert demand_quantile(1, 2**0.5, 0.94) == 4
    assert chance_of_more(1, 2**0.5, 2) == pytest.approx(1 / 8)


def test_large_demand_is_normal():
    assert demand_quantile(1e6, 1e4, 0.975) == pytest.approx(1e6 + 1.95996e4, rel=1e-6)
    assert chance_of_more(1e6, 1e4, 1e6) == pytest.approx(0.5)


def test_no_demand_needs_no_stock():
    assert demand_quantile(0, 5, 0.99) == 0
    assert chance_of_more(0, 5, 0) == 0


def test_expected_shortage_is_the_normal_loss():
    assert expected_shortage(100, 20, 100) == pytest.approx(20 * 0.39894, abs=1e-3)
    assert expected_shortage(100, 20, 120) == pytest.approx(20 * 0.08332, abs=1e-3)
    assert expected_shortage(100, 0, 90) == 10


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: economic_order_quantity(1, 1, 0),
        lambda: critical_ratio(0, 0),
        lambda: demand_quantile(1, 1, 1.0),
        lambda: optimal_s_S(0, 1, 1, 1),
        lambda: StockSettings(service_level=1.2),
        lambda: StockSettings(holding_rate=0),
    ],
)
def test_impossible_parameters_are_refused(wrong):
    with pytest.raises(ValueError, match=r"above 0|both 0|lies"):
        wrong()


class Ahead:
    """A forecast of `rate` a day with a standard deviation of `rate` per root day."""

    as_of = TODAY
    last_day = TODAY + timedelta(days=365)

    def __init__(self, rate):
        self.rate = rate

    def predict(self, level, key, start, end, metric="units", store=None, shelf=False):
        count = (end - start).days + 1

        class Found:
            value = float(self.rate * count)
            sd = upward_sd = float(self.rate * count**0.5)
            daily = (float(self.rate),) * count
            notes = ()
            score = None

        return Found()


def position(**change):
    usual = {
        "product_id": "A", "title": "A", "category": None, "store_id": None, "on_hand": 100.0, "on_order": 0.0,
        "lead_time_days": 9.0, "lead_time_sd_days": 0.0, "minimum_order": 1.0, "order_cost": 20.0, "price": 5.0,
        "cost": 2.0, "supplier": None,
    }  # fmt: skip
    return Position(**(usual | change))


def test_an_order_is_due_when_the_position_falls_to_the_reorder_point():
    advice = advise(Ahead(4), position(), StockSettings())
    # 9 days of 4: 36, sd 12. The point covers the day until stock is looked at again as well: 10 days of 4 = 40,
    # sd 4 x sqrt(10); negative binomial at 95 %. EOQ sqrt(2 x 20 x 1460 / 0.4) = 382, capped at 91 days: 364
    assert advice.demand == 36
    assert advice.demand_sd == 12
    assert advice.protected == 40
    assert advice.reorder_point == demand_quantile(40, 4 * 10**0.5, 0.95) == 63
    assert advice.safety_stock == 23
    assert advice.economic == pytest.approx(382.1, abs=0.05)
    assert advice.quantity == 364
    # 100 - 63 = 37 units to go: at 4 a day used up on the 10th day
    assert advice.order_on == TODAY + timedelta(days=10)
    assert advice.runs_out_on == TODAY + timedelta(days=25)


def test_below_the_reorder_point_the_order_is_due_today_and_lifts_to_s():
    advice = advise(Ahead(4), position(on_hand=30.0, on_order=10.0), StockSettings())
    assert advice.order_on == TODAY
    assert advice.quantity == 63 + 364 - 40
    assert advice.risk == pytest.approx(chance_of_more(36, 12, 40))


def test_the_reorder_point_covers_the_day_until_stock_is_looked_at_again():
    # half a unit a day: 9 days bring 4.5, ten 5; Poisson(4.5): P(X <= 8) = 0.9597; Poisson(5): P(X <= 8) = 0.9319,
    # P(X <= 9) = 0.9682
    advice = advise(Ahead(0.5), position(on_hand=0.0), StockSettings())
    assert (advice.demand, advice.protected) == (4.5, 5)
    assert demand_quantile(4.5, 4.5**0.5, 0.95) == 8
    assert advice.reorder_point == 9
    assert advice.safety_stock == 4
    assert advice.risk == pytest.approx(1 - math.exp(-4.5), abs=1e-9)  # a delivery ordered today: the lead time only


def test_a_higher_service_level_orders_earlier():
    usual, careful = (advise(Ahead(4), position(), StockSettings(service_level=s)) for s in (0.9, 0.99))
    assert careful.reorder_point > usual.reorder_point
    assert careful.order_on < usual.order_on


def test_the_suppliers_minimum_is_kept():
    advice = advise(Ahead(0.1), position(on_hand=0.0, minimum_order=48.0), StockSettings())
    assert advice.quantity >= 48


def test_an_unknown_order_cost_is_an_assumption_said():
    advice = advise(Ahead(4), position(order_cost=None, on_hand=0.0), StockSettings())
    assert advice.economic is None
    assert advice.order_up_to - advice.reorder_point == 4 * 28
    assert any("cost of an order is not recorded" in a for a in advice.assumptions)


def test_without_stock_levels_nothing_is_ordered_but_the_reorder_point_stands():
    advice = advise(Ahead(4), position(on_hand=None), StockSettings())
    assert advice.order_on is None
    assert advice.quantity == 0
    assert advice.reorder_point == 63


def test_what_does_not_sell_is_not_ordered():
    advice = advise(Ahead(0), position(on_hand=5.0), StockSettings())
    assert (advice.order_on, advice.quantity, advice.risk) == (None, 0, 0)


def candidate(key, demand, price, cost, *, minimum=1, available=0.0):
    return Candidate(key, available, demand, demand**0.5, demand * 1.5, minimum, price, cost, 0.01 * cost)


def test_money_goes_first_where_it_earns_most():
    plan = plan_budget([candidate("thin", 20, 10.5, 10), candidate("fat", 20, 20, 10)], 100)
    assert plan.quantities == {"fat": 10}
    assert plan.cost == 100
    assert plan.profit == pytest.approx(10 * 10, rel=0.02)


def test_no_budget_buys_all_that_pays():
    plan = plan_budget([candidate("a", 20, 20, 10), candidate("b", 20, 9, 10)], None)
    assert 20 < plan.quantities["a"] <= 30
    assert "b" not in plan.quantities  # sold below cost


def test_a_budget_below_the_minimum_order_buys_nothing():
    plan = plan_budget([candidate("a", 20, 20, 10, minimum=12)], 100)
    assert plan.quantities == {}
    assert plan.cost == 0


def test_enough_stock_needs_no_order():
    assert plan_budget([candidate("a", 20, 20, 10, available=200)], 1000).quantities == {}


def test_the_plan_is_within_one_percent_of_its_bound_and_of_the_best():
    rng = np.random.default_rng(6)
    shop = [
        candidate(f"P{i}", float(rng.integers(5, 80)), float(c * rng.uniform(1.3, 3)), float(c))
        for i, c in enumerate(rng.uniform(1, 20, 40))
    ]
    plan = plan_budget(shop, 3000)
    assert plan.cost <= 3000
    assert plan.bound * 0.99 <= plan.profit <= plan.bound


def test_a_small_plan_equals_full_enumeration():
    shop = [candidate("a", 3, 9, 4), candidate("b", 2, 7, 3), candidate("c", 4, 5, 2)]
    best = max(
        sum(c.profit(q) for c, q in zip(shop, each, strict=True))
        for each in itertools.product(range(6), range(6), range(8))
        if sum(c.cost * q for c, q in zip(shop, each, strict=True)) <= 15
    )
    plan = plan_budget(shop, 15)
    assert plan.profit >= 0.97 * best
    assert plan.bound >= best * 0.999


@pytest.mark.bench_data
def test_published_instances_agree():
    path = BENCH / "inventory_stockpyl" / "stockpyl_instances.json.gz"
    if not path.exists():
        pytest.skip(f"no evaluation data at {path.parent}")
    with gzip.open(path) as file:
        published = {each["name"]: each["data"] for each in json.load(file)["instances"]}
    eoq, newsvendor = published["example_3_1"], published["example_4_1"]
    found = economic_order_quantity(eoq["demand_rate"], eoq["fixed_cost"], eoq["holding_cost"])
    assert found == pytest.approx(304.0467800264368)
    ratio = critical_ratio(newsvendor["stockout_cost"], newsvendor["holding_cost"])
    order = base_stock_level(newsvendor["demand_mean"], newsvendor["demand_sd"], 1, ratio)
    assert order == pytest.approx(56.60395592743389)
