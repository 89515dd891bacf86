"""What offers with customers held out changed, and whom the next one should reach."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import AS_OF, Shelf, lines, sale, shop_with_leavers

from analytics.errors import NotEnoughHistory
from analytics.offer_targets import arms, choose_targets
from analytics.uplift.past_offers import DAYS, FittedUplift, uneven_features, uplift_of
from analytics.uplift.trial import Trial


def after_an_offer(reach=0.4, held_out=True, draw="chance"):
    """A shop that sent an offer 60 days ago; it made a share `reach` of those who got it order 5 days later."""
    sold = shop_with_leavers(customers=500)
    random, day = np.random.default_rng(1), 60
    known = sold[sold["sold_at"] < pd.Timestamp(AS_OF - timedelta(days=day))]["customer_id"].unique()
    got = random.random(len(known)) < 0.5 if held_out else np.ones(len(known), dtype=bool)
    if draw == "best":  # the shop's own choice: those who ordered often
        often = sold["customer_id"].value_counts().reindex(known)
        got = (often > often.median()).to_numpy()
    came = known[got & (random.random(len(known)) < reach)]
    extra = lines(*(sale(str(who), day - 5, 20.0, order=f"offer-{who}") for who in came))
    sent = pd.DataFrame({"offer_id": "M1", "customer_id": known, "sent_on": AS_OF - timedelta(days=day), "got_it": got,
                         "discount": 0.1, "channel": "email"})  # fmt: skip
    return Shelf(pd.concat([sold, extra], ignore_index=True), AS_OF, offers_sent=sent)


@pytest.fixture(scope="module")
def fitted():
    return uplift_of(after_an_offer())


def test_the_average_effect_is_found_with_its_interval(fitted):
    # an offer that makes 40 % order adds 40 % of those who would not have: between 0.15 and 0.4
    assert 0.15 < fitted.effect < 0.4
    assert fitted.effect - 1.96 * fitted.error > 0.05
    assert fitted.customers["uplift"].mean() == pytest.approx(fitted.effect, abs=0.1)
    assert (fitted.customers["low"] <= fitted.customers["high"]).all()
    assert fitted.discount == pytest.approx(0.1)
    assert not fitted.uneven


def test_an_offer_that_changed_nothing_is_no_learners_merit():
    found = uplift_of(after_an_offer(reach=0.0))
    assert abs(found.effect) < 3 * found.error
    assert found.scorecard.serves == "average effect (ATE dummy)" or found.surely


def test_a_promotion_that_everyone_got_tells_nothing():
    with pytest.raises(NotEnoughHistory, match="each was given to everybody"):
        uplift_of(after_an_offer(held_out=False))
    with pytest.raises(NotEnoughHistory, match="offers_sent"):
        uplift_of(Shelf(shop_with_leavers(customers=50), AS_OF))


def test_arms_that_chance_did_not_draw_are_named():
    assert "order_days" in uplift_of(after_an_offer(draw="best")).uneven
    random = np.random.default_rng(2)
    alike = Trial(random.normal(size=(2000, 16)), random.random(2000) < 0.5, np.zeros(2000))
    assert uneven_features(alike) == ()


def hand_made(uplift):
    """Three customers of the given uplift, who order in half of the cases anyway."""
    names = pd.Index(["A", "B", "C"], name="customer_id")
    table = pd.DataFrame({"uplift": uplift, "low": 0.0, "high": 1.0, "base": 0.5}, index=names)
    draws = np.array([table["uplift"] * 0.5, table["uplift"] * 1.5])
    return FittedUplift(table, draws, 1, 50, 50, 0.1, 0.2, 0.05, "", True, (), AS_OF, None)


def test_who_orders_anyway_only_costs_the_discount():
    eligible = pd.DataFrame({"order_value": [100.0, 100.0, 10.0]}, index=["A", "B", "C"])
    # margin 40 %, 10 % off: profit = value x (uplift x 0.3 - 0.5 x 0.1): A 100 x (0.06 - 0.05), B < 0, C 10 x 0.1
    found = choose_targets(eligible, hand_made([0.2, 0.1, 0.5]), 0.4, 0.1)
    assert dict(found.customers["extra_profit"].round(6)) == {"C": 1.0, "A": 1.0}
    assert found.cost == pytest.approx(0.7 * 100 * 0.1 + 1.0 * 10 * 0.1)
    assert found.everyone == pytest.approx(1.0 - 2.0 + 1.0)
    assert found.low < found.profit < found.high
    assert list(choose_targets(eligible, hand_made([0.2, 0.1, 0.5]), 0.4, 0.1, budget=1.5).customers.index) == ["C"]


def test_halves_are_drawn_once_per_offer():
    customers = pd.Index([f"C{n}" for n in range(101)])
    first = arms(customers, "2024-12-31")
    assert sum(first.values()) == 51
    assert first == arms(customers, "2024-12-31")
    assert first != arms(customers, "another offer")
    assert DAYS == 30
