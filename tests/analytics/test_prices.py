from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import Shelf

from analytics.competitors import price_gaps
from analytics.elasticity import naive_elasticities, own_elasticities, shrink
from analytics.errors import NotEnoughHistory
from analytics.price_advice import AdviceSettings, advise, charm_prices
from analytics.price_panel import price_panel
from analytics.prices import JOINT, NAIVE, NONE, PriceModel, PriceSettings

END = date(2024, 12, 29)  # a Sunday
WEEKS = 100


def market(products=24, seed=5, elasticity=-2.0):
    """Weekly sales with a strong season, in whose peak the shop charges more: naive estimates go wrong."""
    random = np.random.default_rng(seed)
    rows, truth = [], {}
    season = np.exp(0.8 * np.sin(np.arange(WEEKS) / 52 * 2 * np.pi))
    for number in range(products):
        base, truth[f"P{number}"] = float(random.choice([4.0, 6.0, 8.0])), float(random.normal(elasticity, 0.3))
        steps = np.repeat(random.choice([-0.15, 0.0, 0.15], WEEKS // 5), 5) + 0.12 * np.log(season)
        prices = np.round(base * np.exp(steps), 2)
        units = random.poisson(25 * season * (prices / base) ** truth[f"P{number}"])
        for week in range(WEEKS):
            if units[week]:
                day = pd.Timestamp(END - timedelta(days=7 * (WEEKS - week) - 3))
                rows.append(
                    (f"o{number}-{week}", "c", day, "sale", f"P{number}", "things", float(units[week]), prices[week])
                )
    columns = ["order_id", "customer_id", "sold_at", "kind", "product_id", "category", "quantity", "unit_price"]
    lines = pd.DataFrame(rows, columns=columns)
    return lines.assign(value=lines["quantity"] * lines["unit_price"], store_id=None, discount=0.0), truth


@pytest.fixture(scope="module")
def sold():
    return market()


@pytest.fixture(scope="module")
def fitted(sold):
    lines, _ = sold
    goods = [f"P{n}" for n in range(24)]
    products = pd.DataFrame(
        {"product_id": goods, "title": goods, "price": np.nan, "cost": [2.0] * 23 + [None], "category": "things"}
    )
    return PriceModel().fit(Shelf(lines, END, products=products))


def test_elasticities_are_found_despite_prices_that_follow_the_season(sold):
    lines, truth = sold
    panel = price_panel(lines.assign(day=lines["sold_at"].dt.normalize()), pd.DataFrame(), 1)
    found, naive = shrink(own_elasticities(panel))["shrunk"], naive_elasticities(panel)
    true = pd.Series(truth)
    error = ((found - true) / true).abs().median()
    assert error < 0.15
    assert error < ((naive - true) / true).abs().median() / 2


def test_shrinking_pulls_the_uncertain_to_the_mean_and_leaves_the_certain():
    own = pd.DataFrame({"elasticity": [-1.0, -3.0] * 10 + [5.0], "sd": [0.05] * 20 + [5.0], "category": "x"})
    result = shrink(own)
    assert result["shrunk"].iloc[0] == pytest.approx(-1.0, abs=0.02)
    assert result["shrunk"].iloc[-1] == pytest.approx(-2.0, abs=0.4)
    assert result["shrunk_sd"].iloc[-1] < 1.2


def test_the_list_price_is_not_what_wholesale_buyers_pay():
    week = pd.Timestamp("2024-12-02")
    rows = [("A", week, 1.0, 5.0)] * 6 + [("A", week, 500.0, 3.0)] * 2
    rows += [("A", week + pd.Timedelta(days=7), 500.0, 3.0)] + [("A", week + pd.Timedelta(days=13), 1.0, 5.0)]
    lines = pd.DataFrame(rows, columns=["product_id", "day", "quantity", "unit_price"])
    panel = price_panel(lines.assign(kind="sale", category=None), pd.DataFrame(), 1)
    assert panel.price.tolist() == [[5.0, 5.0]]


def test_recorded_price_changes_go_before_what_sales_say():
    week = pd.Timestamp("2024-12-02")
    lines = pd.DataFrame({"product_id": "A", "day": [week, week + pd.Timedelta(days=13)], "quantity": 1.0})
    lines = lines.assign(unit_price=5.0, kind="sale", category=None)
    changes = pd.DataFrame(
        {"product_id": ["A", "A"], "effective_on": ["2024-01-01", "2024-12-09"], "price": [5.0, 6.0]}
    )
    assert price_panel(lines, pd.DataFrame(), 1, changes).price.tolist() == [[5.0, 6.0]]


def test_time_out_of_stock_counts_as_less_exposure():
    week = pd.Timestamp("2024-12-02")
    lines = pd.DataFrame({"product_id": "A", "day": [week, week + pd.Timedelta(days=6)], "quantity": 1.0})
    lines = lines.assign(unit_price=5.0, kind="sale", category=None)
    outs = pd.DataFrame({"product_id": ["A"], "store_id": ["s"], "starts_on": [week], "ends_on": [week]})
    assert price_panel(lines, outs, 1).in_stock[0, 0] == pytest.approx(6 / 7)
    assert price_panel(lines, outs, 2).in_stock[0, 0] == pytest.approx(1 - 1 / 14)


def test_backtest_lists_all_methods_and_the_served_one_beats_ignoring_price(fitted):
    scores = fitted.scorecard.scores
    assert len(scores) == 6
    others = min(scores[NONE]["Poisson deviance"], scores[NAIVE]["Poisson deviance"])
    assert scores[fitted.scorecard.serves]["Poisson deviance"] < others
    assert fitted.effect_proven
    assert JOINT in scores


def row(**given):
    usual = {"price": 5.0, "low": 4.0, "high": 6.0, "weekly_units": 100.0, "elasticity": -3.0, "sd": 0.05, "cost": 3.0}
    return pd.Series({**usual, **given})


def test_best_profit_price_is_the_markup_formula():
    advice = advise(row(), "profit", AdviceSettings())
    assert advice.price == 4.49  # cost x e / (e + 1) = 3 x 3 / 2 = 4.50; the nearest charm price
    profit = 100 * (4.49 / 5) ** -3 * (4.49 - 3)
    assert advice.outcome == pytest.approx(profit, rel=0.01)
    assert advice.outcome_now == pytest.approx(200.0)
    assert advice.gain_low > 0


def test_elastic_demand_wants_low_prices_for_revenue_but_never_below_margin():
    advice = advise(row(cost=4.2), "revenue", AdviceSettings())
    assert advice.price == 4.45  # at least 4.2 / 0.95 = 4.42
    assert advise(row(cost=np.nan), "revenue", AdviceSettings()).price == 4.05  # the lowest charm price charged before


def test_an_uncertain_gain_keeps_the_price_and_says_what_might_be_best():
    advice = advise(row(elasticity=-1.1, sd=1.5), "revenue", AdviceSettings())
    assert advice.price == 5.0
    assert advice.chance < 0.8
    assert (advice.curve["low"] <= advice.curve["high"]).all()


def test_advice_stays_within_observed_prices_and_one_step():
    advice = advise(row(elasticity=-0.2, low=1.0, high=50.0), "revenue", AdviceSettings(maximum_step=0.1))
    assert advice.price == 5.49
    assert advice.curve["price"].max() <= 5.5


def test_no_advice_without_elasticity_cost_or_sales():
    assert advise(row(elasticity=np.nan), "revenue", AdviceSettings()) is None
    assert advise(row(cost=np.nan), "profit", AdviceSettings()) is None
    assert advise(row(weekly_units=0.0), "revenue", AdviceSettings()) is None


def test_charm_prices_look_like_prices():
    assert charm_prices(0.80, 0.90) == (0.85, 0.89)
    assert charm_prices(12.0, 13.0) == (12.0, 12.49, 12.5, 12.95, 12.99, 13.0)
    assert charm_prices(148, 151) == (149.0, 150.0)


def test_a_constant_price_has_no_elasticity():
    lines, _ = market(products=6)
    lines.loc[lines["product_id"] == "P0", "unit_price"] = 4.0
    found = PriceModel().fit(Shelf(lines, END)).products
    assert np.isnan(found.loc["P0", "elasticity"])
    assert (found.loc["P0", "low"], found.loc["P0", "high"]) == (4.0, 4.0)
    assert found.loc["P1", "elasticity"] < 0


def test_a_short_history_is_told():
    lines, _ = market(products=2)
    with pytest.raises(NotEnoughHistory, match="eleven weeks"):
        PriceModel().fit(Shelf(lines[lines["sold_at"] > "2024-12-01"], END))


def test_gaps_take_each_competitors_latest_price():
    lines, _ = market(products=2)
    products = pd.DataFrame(
        {"product_id": ["P0", "P1"], "title": ["One", "Two"], "price": [11.0, 5.0], "category": "x"}
    )
    seen = pd.DataFrame(
        [("Rival", "P0", 8.0, "2024-01-01"), ("Rival", "P0", 10.0, "2024-11-01"), ("Rival", "P0", 1.0, "2025-06-01"),
         ("Other", "P0", 12.0, "2024-11-01"), ("Rival", "P1", 5.0, "2024-11-01")],
        columns=["competitor", "product_id", "price", "observed_on"],
    )  # fmt: skip
    gaps = price_gaps(Shelf(lines, END, products=products, competitor_prices=seen))
    assert gaps.rows["difference"].round(2).tolist() == [10.0, 0.0, -8.33]
    assert (gaps.compared, gaps.dearer, gaps.typical) == (2, 1, pytest.approx(5.0))
    assert price_gaps(Shelf(lines, END, products=products, competitor_prices=seen), products=["P1"]).compared == 1


def test_settings_are_checked():
    with pytest.raises(ValueError, match="test_share"):
        PriceSettings(test_share=1.0)
    with pytest.raises(ValueError, match="maximum_step"):
        AdviceSettings(maximum_step=0)
