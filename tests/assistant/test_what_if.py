"""Forecasts at a supposed price: the reckoning by hand, the words, and what is said where nothing is known."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotFitted
from analytics.forecasting import Prediction
from analytics.forecasting.what_if import Reaction, suppose
from assistant.errors import BadCall
from assistant.messages import ToolResult
from assistant.tools.forecast_answers import Subject
from assistant.tools.forecast_what_if import with_price_change

UNITS = Prediction("product", "P1", "units", date(2026, 7, 1), date(2026, 7, 28), 100, 80, 120, 70, 130, (), "x", None)
BASE = ToolResult(headline="We expect to sell about 100 Red Lamp.", method="Served by x.")
LAMP = Subject("product", "P1", "Red Lamp")
TABLE = pd.DataFrame(
    {
        "elasticity": [-2.0, -1.0, np.nan, np.nan],
        "sd": [0.2, 0.4, np.nan, np.nan],
        "category_mean": [-1.5, -1.5, -1.5, np.nan],
        "price": [5.0, 8.0, 3.0, 4.0],
        "low": [4.0, 8.0, 3.0, 4.0],
        "high": [6.0, 9.0, 3.0, 4.0],
        "weekly_units": [30.0, 10.0, 5.0, 1.0],
        "category": ["Home", "Home", "Home", "Odd"],
    },
    index=["P1", "P2", "P3", "P4"],
)
PAST = pd.DataFrame({"discount": [0.1, 0.2, 0.3]})


def context(**models):
    def load(name):
        if name not in models:
            raise NotFitted(name)
        return models[name]

    return SimpleNamespace(shop=SimpleNamespace(models=SimpleNamespace(load=load), currency="GBP"))


def prices(channel=None):
    effects = None if channel is None else SimpleNamespace(channel=channel)
    return SimpleNamespace(products=TABLE, effects=effects)


def asked(subject=LAMP, change=-10.0, found=UNITS, promoted=False, **models):
    return with_price_change(
        context(**(models or {"prices": prices()})), BASE, subject, found, change, promoted=promoted
    )


def fact(result, name):
    return next(each.value for each in result.facts if each.name == name)


def test_units_and_revenue_follow_the_elasticity_by_hand():
    surely = Reaction(-2.0, 0.0)
    # 0.9 ^ -2 = 1.2346
    units = suppose(UNITS, -10, surely)
    assert units.value == pytest.approx(123.46, abs=0.01)
    assert (units.gained_low, units.gained_high) == pytest.approx((23.46, 23.46), abs=0.01)
    assert units.lower80 == pytest.approx(80 * 1.2346, rel=0.03)
    assert units.upper95 == pytest.approx(130 * 1.2346, rel=0.03)
    money = suppose(replace(UNITS, metric="revenue"), -10, surely)
    assert money.value == pytest.approx(100 * 0.9**-1, abs=0.01)


def test_an_unsure_elasticity_widens_the_range():
    surely, unsure = (suppose(UNITS, -30, Reaction(-2.0, sd)) for sd in (0.0, 1.0))
    assert unsure.upper80 - unsure.lower80 > 1.2 * (surely.upper80 - surely.lower80)
    # 80 %: exp(-2 ln 0.7 -+ 1.2816 x |ln 0.7|)
    assert unsure.factor_low == pytest.approx(np.exp((2 - 1.2816) * 0.35667), abs=0.001)
    assert suppose(UNITS, -30, Reaction(-2.0, 1.0)) == unsure  # the same question, the same answer


@pytest.mark.parametrize("change", [-100, -95, 400])
def test_a_price_beyond_sense_is_refused(change):
    with pytest.raises(BadCall, match="between -90 and 300 percent"):
        asked(change=change)


def test_a_reaction_needs_known_figures():
    with pytest.raises(ValueError, match="finite"):
        Reaction(float("nan"), 0.1)


def test_the_answer_says_price_units_range_and_difference():
    found = asked()
    assert found.headline.startswith(
        "With the price of Red Lamp cut by 10 % (to £4.50) we expect to sell about 123 units (1 to 28 July 2026), "
        "likely between "
    )
    assert found.headline.endswith("instead of about 100 at today's price.")
    assert fact(found, "expected units at the supposed price") == pytest.approx(123.46)
    assert fact(found, "difference from today's price") == pytest.approx(23.46)
    assert fact(found, "change in units") == pytest.approx(23.5)
    assert not any("extrapolation" in note for note in found.notes)
    assert any("extrapolation" in note for note in asked(change=-40.0).notes)


def test_a_price_that_never_moved_is_said_and_similar_products_stand_in():
    found = asked(replace_subject("P3", "Green Mug"))
    assert "if it reacted like similar products" in found.headline
    assert found.notes[0].startswith("The price of Green Mug has hardly moved so far")
    assert fact(found, "change in units") == pytest.approx(100 * (0.9**-1.5 - 1), abs=0.05)


@pytest.mark.parametrize(
    ("key", "says"), [("P4", "has hardly moved so far"), ("P9", "has not sold for a whole week yet")]
)
def test_where_nothing_is_known_the_forecast_stays_at_todays_price(key, says):
    found = asked(replace_subject(key, "Odd One"))
    assert says in found.headline
    assert found.headline.endswith("At today's price: We expect to sell about 100 Red Lamp.")
    assert not found.facts


def replace_subject(key, name):
    return Subject("product", key, name)


def test_a_category_moves_by_its_products_weighted_by_sales():
    found = asked(Subject("category", "Home", "Home"))
    # (30 x -2 + 10 x -1) / 40 = -1.75
    assert fact(found, "elasticity") == pytest.approx(-1.75)
    assert "With all prices of Home cut by 10 % we expect" in found.headline
    assert "No price in Odd" in asked(Subject("category", "Odd", "Odd")).headline


def test_a_promotion_adds_what_earlier_ones_did_at_their_usual_discount():
    models = {"prices": prices({"e-mail": (0.1, 0.0)}), "promotions": SimpleNamespace(past=PAST)}
    found = asked(change=None, promoted=True, **models)
    assert fact(found, "supposed price change") == pytest.approx(-20)
    assert fact(found, "expected units at the supposed price") == pytest.approx(100 * 0.8**-2 * np.exp(0.1), abs=0.01)
    assert "and a promotion" in found.headline


def test_a_shop_without_promotions_says_so():
    assert "What a promotion would add is not known" in asked(change=None, promoted=True).headline
    assert any("only the price is reckoned" in note for note in asked(promoted=True).notes)
    unfitted = with_price_change(context(), BASE, LAMP, UNITS, -10.0, promoted=False)
    assert "has not been learnt" in unfitted.headline
