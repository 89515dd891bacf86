"""Plans by what offers changed, and risks of contracts, as the manager reads them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from customer_shop import AS_OF, ask, shop

from analytics.churn.contracts import FittedContracts
from analytics.scorecard import Scorecard
from analytics.uplift.past_offers import FittedUplift
from assistant.tools.scores import model_scorecard

CARD = Scorecard("whom an offer changes", "Qini per 1,000", False, {"T-learner": {"Qini per 1,000": 5.0}}, "T-learner",
                 "in five parts", AS_OF, 100)  # fmt: skip
CONTRACTS = Scorecard("which customers end their contract", "AUC", False, {"LightGBM": {"AUC": 0.8}}, "LightGBM",
                      "in 5 parts", AS_OF, 100)  # fmt: skip


def uplift(customers, added, uneven=()):
    table = pd.DataFrame({"uplift": added, "low": added - 0.05, "high": added + 0.05, "base": 0.3}, index=customers)
    draws = np.array([np.full(len(customers), added - 0.05), np.full(len(customers), added + 0.05)])
    return FittedUplift(
        table, draws, 2, 80, 70, 0.1, added, 0.02, "The methods do not differ.", False, uneven, AS_OF, CARD
    )


@pytest.fixture
def context():
    opened = shop()
    promotions = opened.shop.models.load("promotions")
    promotions.products["cost"] = promotions.products["price"] * 0.4  # keeps 60 % of what it takes
    return opened


def test_without_a_test_a_random_half_is_drawn_and_how_to_record_it_is_said(context):
    result = ask(context, "plan_promotion", goal="win back customers")
    assert {row[-1] for row in result.table.rows} <= {"gets it", "held out"}
    assert any("offers_sent" in note for note in result.notes)


def test_an_offer_goes_to_those_whom_it_pays_to_reach(context):
    churn = context.shop.models.load("churn")
    context.shop.models.save("uplift", uplift(churn.customers.index, 0.2))
    result = ask(context, "plan_promotion", goal="win back customers")
    # 20 points x 50 % left after the discount, less 10 % of the 30 % who order anyway: 7 % of an order's value each
    chosen = result.table.rows[0]
    assert chosen[6] == pytest.approx(chosen[5] * 0.07, abs=0.02)
    facts = {fact.name: fact.value for fact in result.facts}
    assert facts["extra profit, low end"] < facts["expected extra profit"] < facts["extra profit, high end"]
    assert "2 earlier offers changed" in result.headline
    assert any("taken to react alike" in note for note in result.notes)
    assert any("customers in each half" in note for note in result.notes)


def test_an_offer_that_does_not_pay_is_not_planned(context):
    churn = context.shop.models.load("churn")
    context.shop.models.save("uplift", uplift(churn.customers.index, 0.01, ("order_days",)))
    result = ask(context, "plan_promotion", goal="win back customers")
    assert "no offer of 10 % should pay" in result.headline
    assert any("Caution: those held out differed before the offer in order_days" in note for note in result.notes)


def test_a_contract_shop_ranks_its_contracts(context):
    rows = pd.DataFrame({"probability": [0.7, 0.2], "reasons": [("Contract: monthly",), ()]}, index=["C1", "C2"])
    context.shop.models.save("contracts", FittedContracts(rows, 0.3, 100, ("Contract", "Tenure"), AS_OF, CONTRACTS))
    listed = ask(context, "list_churn_risks")
    assert [row[1] for row in listed.table.rows] == [70, 20]
    assert "Contract: monthly" in listed.headline
    one = ask(context, "churn_risk", customer="C1")
    assert "70 %, above the 30 %" in one.headline
    assert one.table.rows == (("Contract: monthly",),)


def test_both_have_scorecards(context):
    rows = pd.DataFrame({"probability": [0.7], "reasons": [()]}, index=["C1"])
    context.shop.models.save("contracts", FittedContracts(rows, 0.3, 100, ("Tenure",), AS_OF, CONTRACTS))
    held = SimpleNamespace(shop=context.shop, session=context.session)
    found = model_scorecard.function(held, "contracts")
    assert found.table.rows[0][:4] == ("contracts", "which customers end their contract", "LightGBM", "AUC")
