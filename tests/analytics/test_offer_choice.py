import numpy as np
import pandas as pd
import pytest

from analytics.offer_choice import OfferRules, choose_offers, possible_offers


def shelf(**given):
    usual = {"category": "mugs", "price": 10.0, "cost": 4.0, "daily_units": 5.0, "elasticity": -2.0, "sd": 0.0}
    return pd.DataFrame([{**usual, **given}], index=["A"])


def test_extra_profit_is_worked_out_by_hand():
    offers = possible_offers(shelf(), {"email": (np.log(1.2), 0.0)}, OfferRules(discounts=(0.2,), days=10))
    told = offers.iloc[0]
    sold = 50 * 0.8**-2 * 1.2  # 93.75
    assert told["extra_units"] == pytest.approx(sold - 50)
    assert told["extra_profit"] == pytest.approx(sold * 4 - 50 * 6)  # 75
    assert told["given_away"] == pytest.approx(sold * 2)
    assert told["low"] == pytest.approx(told["high"])


def test_nothing_goes_below_cost_plus_margin_and_unknown_costs_take_no_part():
    offers = possible_offers(shelf(cost=8.0), {"email": (0.2, 0.1)})
    assert offers["discount"].max() == 0.15  # 8 / 0.95 = 8.42
    assert possible_offers(shelf(cost=np.nan), {"email": (0.2, 0.1)}).empty
    assert possible_offers(shelf(elasticity=np.nan), {"email": (0.2, 0.1)}).empty


def test_the_channel_that_adds_more_comes_first():
    offers = possible_offers(shelf(), {"leaflet": (0.05, 0.0), "in store": (0.3, 0.0)})
    assert offers["channel"].iloc[0] == "in store"


def offers(*rows):
    columns = ["category", "channel", "discount", "extra_profit", "given_away"]
    return pd.DataFrame(rows, columns=columns).sort_values("extra_profit", ascending=False, ignore_index=True)


def test_a_budget_takes_the_best_sum_not_the_best_single_offer():
    possible = offers(("a", "x", 0.3, 100.0, 100.0), ("a", "x", 0.1, 60.0, 45.0), ("b", "x", 0.2, 70.0, 55.0),
                      ("c", "x", 0.2, -5.0, 10.0))  # fmt: skip
    chosen = choose_offers(possible, budget=100.0)
    assert set(zip(chosen["category"], chosen["discount"], strict=True)) == {("a", 0.1), ("b", 0.2)}  # 130 > 100
    assert choose_offers(possible, budget=10.0).empty
    assert choose_offers(possible)["extra_profit"].sum() == 170.0
    assert len(choose_offers(possible, most=1)) == 1


def test_the_knapsack_finds_what_trying_everything_finds():
    random = np.random.default_rng(3)
    rows = [(str(kind), "x", 0.1 * level, float(random.uniform(5, 60)), float(random.uniform(5, 50)))
            for kind in range(4) for level in (1, 2, 3)]  # fmt: skip
    possible = offers(*rows)
    chosen = choose_offers(possible, budget=80.0)
    assert chosen["given_away"].sum() <= 80.0
    groups = [[None, *group.index] for _, group in possible.groupby("category")]
    best = max(
        possible.loc[[row for row in picked if row is not None], "extra_profit"].sum()
        for picked in np.stack(np.meshgrid(*[np.array(g, dtype=object) for g in groups]), -1).reshape(-1, 4)
        if possible.loc[[row for row in picked if row is not None], "given_away"].sum() <= 80.0
    )
    assert chosen["extra_profit"].sum() == pytest.approx(best, rel=0.01)


@pytest.mark.parametrize("wrong", [{"discounts": (1.5,)}, {"days": 0}, {"minimum_margin": 1.0}])
def test_rules_are_checked(wrong):
    with pytest.raises(ValueError, match="Expected"):
        OfferRules(**wrong)
