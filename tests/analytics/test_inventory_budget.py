"""Orders within a budget and shelf space: the exact plan against enumeration, the genetic one against the exact."""

import itertools

import numpy as np
import pytest

from analytics.inventory import Candidate, plan_budget
from analytics.inventory.genetic import GeneticSettings
from analytics.inventory.genetic_budget import cost_on, draw_demand, genetic_plan
from analytics.inventory.s_s import optimal_s_S_of
from analytics.inventory.s_s_sample import Instance, genetic_s_S, sampled_costs


def some(count, seed=3):
    random = np.random.default_rng(seed)
    for number in range(count):
        demand, cost = float(random.gamma(1.2, 15) + 1), float(random.uniform(1, 20))
        sd = float(np.sqrt(demand + (0.4 * demand) ** 2))
        yield Candidate(
            f"P{number}", float(random.integers(0, int(demand) + 1)), demand, sd, float(np.ceil(demand + 2 * sd)),
            float(random.choice([1, 4, 6])), cost * random.uniform(1.3, 3), cost, 0.02 * cost,
            float(random.choice([1, 1, 2])), float(random.uniform(0.5, 3)),
        )  # fmt: skip


def test_profit_is_the_margin_saved_by_what_is_there():
    # demand 0 to 3 with mean 1 and variance 1: Poisson; the first unit sells with 1 - 1/e
    candidate = Candidate("A", 0, 1.0, 1.0, 5, 1, 10.0, 4.0, 0.5)
    sells = 1 - np.exp(-1)
    assert candidate.profit(1) == pytest.approx(6 * sells - 0.5 * (1 - sells))


def test_the_plan_is_the_best_of_all():
    shop = list(some(4))
    shop = [Candidate(**{**each.__dict__, "most": 6.0, "available": 0.0}) for each in shop]
    budget, space = 60.0, 12.0
    best = 0.0
    for each in itertools.product(*(c.quantities() for c in shop)):
        paid = sum(c.cost * q for c, q in zip(shop, each, strict=True))
        room = sum(c.room * q for c, q in zip(shop, each, strict=True))
        if paid <= budget and room <= space:
            best = max(best, sum(c.profit(q) for c, q in zip(shop, each, strict=True)))
    plan = plan_budget(shop, budget, space)
    assert plan.profit == pytest.approx(best, rel=2e-4)
    assert plan.bound >= best - 1e-9
    assert (plan.cost <= budget, plan.room <= space, plan.exact) == (True, True, True)


def test_packs_and_minimum_orders_are_kept():
    shop = list(some(30))
    plan = plan_budget(shop, 800.0, 150.0)
    for each in shop:
        units = plan.quantities.get(each.product_id, 0.0)
        assert units % each.pack == 0
        assert units == 0 or units >= each.minimum


def test_the_genetic_plan_comes_near_the_exact_one_on_demand_that_neither_saw():
    pytest.importorskip("pymoo")
    shop, small = list(some(12)), GeneticSettings(12, 6)
    plan = plan_budget(shop, 350.0, 70.0)
    found = genetic_plan(shop, 350.0, 70.0, small, draws=1500)
    assert sum(c.cost * found.get(c.product_id, 0.0) for c in shop) <= 350
    assert sum(c.room * found.get(c.product_id, 0.0) for c in shop) <= 70
    judged = draw_demand(shop, 5000, np.random.default_rng(99))
    assert cost_on(shop, found, judged) <= 1.01 * cost_on(shop, plan.quantities, judged)
    assert genetic_plan(shop, 350.0, 70.0, small, draws=1500) == found  # the same seed, the same plan


def test_a_genetic_s_s_policy_costs_little_more_than_the_optimum():
    pytest.importorskip("pymoo")
    instance = Instance.poisson("ZF", 10, 64, 1, 9)
    exact = optimal_s_S_of(instance.demand, 64, 1, 9)
    found = genetic_s_S(instance, 1, settings=GeneticSettings(30, 20))
    judged = instance.draw(200, 500, np.random.default_rng(99))
    both = sampled_costs(instance, np.array([found, exact[:2]]), judged)
    assert both[1] == pytest.approx(35.022, rel=0.01)
    assert both[0] <= 1.0075 * both[1]


def test_limits_below_zero_are_refused_and_nothing_may_be_ordered_of_nothing():
    with pytest.raises(ValueError, match="at least 0"):
        plan_budget([], -1)
    assert plan_budget([], 10).quantities == {}
    assert plan_budget(list(some(3)), 0).quantities == {}
    assert genetic_plan([], 10) == {}
