from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import AS_OF, Shelf, sale

from analytics.ab_test import detectable, plan_test
from analytics.churn import FittedChurn
from analytics.offers import best_discount, break_even_share, eligible_customers, margin_share, plan_offer
from analytics.past_promotions import past_lifts
from analytics.promotions import fit_from

PRODUCTS = pd.DataFrame(
    {
        "product_id": ["A", "B", "C"],
        "title": ["Apron", "Bowl", "Cup"],
        "category": ["linen", "table", "table"],
        "price": [10.0, 10.0, 10.0],
        "cost": [4.0, 9.4, None],
    }
)


def steady_shop(promotions, lift=2.0):
    """A sells 4 a day, `lift` times as many in a promotion; B and C sell 10 a day and double in the last 100 days."""
    rows = []
    for ago in range(200):
        day = AS_OF - timedelta(days=ago)
        promoted = any(p["starts_on"] <= day <= p["ends_on"] for p in promotions)
        drift = 2.0 if ago < 100 else 1.0
        rows.append(sale("x", ago, 40.0, product="A", quantity=4 * drift * (lift if promoted else 1)))
        rows.extend(sale("x", ago, 100.0, product=each, quantity=10 * drift) for each in "BC")
    return Shelf(pd.DataFrame(rows), promotions=pd.DataFrame(promotions), products=PRODUCTS)


def promotion(number, ago, days=7, discount=0.2):
    start = AS_OF - timedelta(days=ago)
    return {
        "promotion_id": f"M{number}", "name": f"Offer {number}", "starts_on": start,
        "ends_on": start + timedelta(days=days - 1), "product_id": "A", "category": None, "discount": discount,
        "channel": "online",
    }  # fmt: skip


SIX = [promotion(n, ago) for n, ago in enumerate((170, 130, 60, 45, 30, 12))]


def test_lift_is_the_ratio_against_the_weeks_before_and_the_untouched_products():
    found = past_lifts(steady_shop([promotion(1, 60)], lift=3.0))
    assert found["lift"].tolist() == [pytest.approx(3.0)]


def test_a_rise_of_the_whole_shop_is_not_taken_for_lift():
    """Over the day when everything doubles, A alone sells 2 x lift times as many: the drift is divided out."""
    found = past_lifts(steady_shop([promotion(1, 99)], lift=2.0))
    assert found["lift"].tolist() == [pytest.approx(2.0)]


def test_running_and_early_promotions_are_not_judged():
    assert past_lifts(steady_shop([promotion(1, 3), promotion(2, 195)])).empty


def test_pooled_lift_predicts_and_offers_stay_above_cost():
    fitted = fit_from(steady_shop(SIX))
    assert fitted.unknown == ""
    assert fitted.lift(0.2)[0] == pytest.approx(2.0, rel=0.1)
    offers = fitted.offers(days=10)
    assert set(offers["products"]) == {1}  # B falls below cost plus 5 % at any discount, C's cost is unknown
    row = offers[offers["discount"] == 0.2].iloc[0]
    usual = fitted.products.loc["A", "daily_units"] * 10
    lift = fitted.lift(0.2)[0]
    assert row["extra_profit"] == pytest.approx(usual * (lift * (8 - 4) - (10 - 4)))
    assert row["given_away"] == pytest.approx(usual * lift * 2)
    assert row["low"] <= row["extra_profit"] <= row["high"]


def test_without_promotions_it_says_so_and_keeps_the_products():
    fitted = fit_from(steady_shop([]))
    assert "none on record" in fitted.unknown
    assert fitted.scorecard is None
    assert fitted.products.loc["A", "cost"] == 4.0


def test_sample_size_is_the_textbooks():
    assert plan_test(0.5, 0.6).each == 388  # (1.96 sqrt(2 x .55 x .45) + .8416 sqrt(.25 + .24))^2 / .1^2 = 387.3
    assert plan_test(0.10, 0.12).each == 3841


def test_detectable_share_turns_the_sample_size_round():
    assert detectable(0.5, 388) == pytest.approx(0.6, abs=0.001)
    assert detectable(0.5, 3) is None


@pytest.mark.parametrize(("base", "hoped"), [(0.0, 0.1), (0.2, 0.2), (0.2, 1.0)])
def test_a_test_needs_two_different_shares(base, hoped):
    with pytest.raises(ValueError, match="between 0 and 1"):
        plan_test(base, hoped)


def test_break_even_gives_away_exactly_the_margin():
    # 20 % order without, margin 50 %, discount 10 %: 0.2 x 0.5 = p x 0.4
    assert break_even_share(0.2, 0.5, 0.1) == pytest.approx(0.25)
    assert break_even_share(0.2, 0.1, 0.1) is None
    assert break_even_share(0.2, None, 0.1) is None


def test_discount_is_the_deepest_that_a_quarter_more_orders_pays_for():
    assert best_discount(0.5) == 0.10  # 0.5 / 0.4 = 1.25
    assert best_discount(0.75) == 0.15
    assert best_discount(0.1) == 0.05
    assert best_discount(None) == 0.10


def test_margin_needs_costs_for_most_of_the_revenue():
    products = pd.DataFrame({"price": [10.0, 20.0], "cost": [4.0, np.nan], "daily_units": [9.0, 1.0]})
    assert margin_share(products) == pytest.approx(0.6)
    assert margin_share(products.assign(daily_units=[1.0, 9.0])) is None


def customers(count=40):
    return pd.DataFrame(
        {
            "probability": np.linspace(0.3, 0.8, count), "order_value": 50.0, "yearly_value": 400.0,
            "value_at_risk": np.linspace(320, 120, count)[::-1], "order_days": 5, "recency": 60, "usual_gap": 20.0,
            "known_rhythm": True, "silence_ratio": 3.0,
        },
        index=[f"C{n}" for n in range(count)],
    )  # fmt: skip


def test_budget_reaches_as_many_as_it_pays_for():
    shelf = pd.DataFrame({"price": [10.0], "cost": [5.0], "daily_units": [3.0]})
    plan = plan_offer(customers(), shelf, budget=20.0)
    assert plan.cost <= 20.0
    assert plan.discount == 0.10
    first = (1 - 0.3) * 50.0 * 0.10
    assert plan.customers["expected_cost"].iloc[0] == pytest.approx(first)
    assert plan.eligible == 40
    assert plan.break_even == pytest.approx(plan.base * 1.25)
    assert plan.excluded == 0
    assert plan_offer(customers(), shelf, most=7).customers.index.tolist() == [f"C{n}" for n in range(7)]


def test_win_back_means_alarming_regulars_most_at_stake_first():
    churn = FittedChurn(customers(), pd.DataFrame(), 90, date(2024, 12, 31), None)
    found = eligible_customers(churn, "win back")
    assert (found["probability"] >= churn.customers["probability"].mean()).all()
    assert found["value_at_risk"].is_monotonic_decreasing
    assert eligible_customers(churn, "welcome").empty
    assert len(eligible_customers(churn, "reward")) == 40
