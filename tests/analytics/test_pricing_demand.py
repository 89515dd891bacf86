from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import Shelf

from analytics.price_panel import price_panel
from analytics.pricing.cells import demand_cells, promotion_days
from analytics.pricing.covariates import price_covariates
from analytics.pricing.demand import DemandSettings, fit_demand, log_price
from analytics.pricing.dml import dml_elasticities
from analytics.pricing.hierarchy import Effects, Evidence, join
from analytics.pricing.seasonality import category_weeks, season_groups

END = date(2024, 12, 29)  # a Sunday
DAYS = 392


def market(products=30, seed=3, elasticity=-2.0, lift=0.3, rate=4.0):
    """Two categories with their own seasons, one of them dear and elastic; promotions at 20 % off lift beyond price."""
    random = np.random.default_rng(seed)
    start, rows, changes, truth = END - timedelta(days=DAYS - 1), [], [], {}
    promotions = [(f"M{n}", start + timedelta(days=day), n % 2) for n, day in enumerate(range(30, DAYS - 20, 25))]
    wave = np.sin(np.arange(DAYS) / 365 * 2 * np.pi)
    for number in range(products):
        kind = number % 2
        name, base = f"P{number:02d}", 20.0 if kind else 2.0
        truth[name] = elasticity * (1.3 if kind else 0.7) + random.normal(0, 0.1)
        listed = base * np.exp(np.repeat(random.choice([-0.15, 0.0, 0.15], DAYS // 28), 28))
        off, added = np.zeros(DAYS), np.zeros(DAYS)
        for _, begin, of in promotions:
            if of == kind:
                day = (begin - start).days
                off[day : day + 10], added[day : day + 10] = 0.2, lift
        paid = np.round(listed * (1 - off), 2)
        season = np.exp(0.7 * wave if kind else -0.7 * wave)
        units = random.poisson(rate * season * (paid / base) ** truth[name] * np.exp(added))
        for day in range(DAYS):
            when = pd.Timestamp(start + timedelta(days=day))
            if day == 0 or listed[day] != listed[day - 1]:
                changes.append((name, when.date(), round(float(listed[day]), 4)))
            if units[day]:
                rows.append((f"o{number}-{day}", f"C{day % 40}", when, "sale", name, f"kind {kind}", float(units[day]),
                             paid[day], round(float(listed[day]) - paid[day], 4)))  # fmt: skip
    columns = ["order_id", "customer_id", "sold_at", "kind", "product_id", "category", "quantity", "unit_price"]
    lines = pd.DataFrame(rows, columns=[*columns, "discount"]).assign(store_id="S1", promotion_id=None)
    offers = pd.DataFrame(
        [(key, key, day, day + timedelta(days=9), None, f"kind {kind}", 0.2, "email") for key, day, kind in promotions],
        columns=["promotion_id", "name", "starts_on", "ends_on", "product_id", "category", "discount", "channel"],
    )  # fmt: skip
    changes = pd.DataFrame(changes, columns=["product_id", "effective_on", "price"])
    return Shelf(lines, END, price_changes=changes, promotions=offers), pd.Series(truth)


def cells_of(shelf):
    return demand_cells(
        shelf.lines, stock_outs=shelf.table("stock_outs"), price_changes=shelf.table("price_changes"),
        promotions=shelf.table("promotions"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def learnt():
    shelf, truth = market()
    cells = cells_of(shelf)
    return cells, fit_demand(cells, price_covariates(shelf, cells)), truth


def test_elasticities_and_promotion_effects_are_told_apart(learnt):
    cells, effects, truth = learnt
    error = np.abs(effects.elasticity / truth.reindex(cells.products).to_numpy() - 1)
    assert np.median(error) < 0.1
    assert effects.promotion.mean() == pytest.approx(0.3, abs=0.07)
    assert effects.channel["email"][0] == pytest.approx(0.3, abs=0.08)


def test_the_truth_lies_within_the_stated_uncertainty(learnt):
    cells, effects, truth = learnt
    inside = np.abs(effects.elasticity - truth.reindex(cells.products).to_numpy()) < 1.96 * effects.sd
    assert inside.mean() > 0.6  # errors of a category's products go together, so the share swings


def test_days_are_taken_where_prices_are_dated_else_weeks(learnt):
    cells, _, _ = learnt
    assert cells.days == 1
    shelf, _ = market(products=2)
    assert cells_of(Shelf(shelf.lines, END)).days == 7


def test_the_paid_price_is_the_list_price_less_the_promotion(learnt):
    cells, _, _ = learnt
    shelf, _ = market()
    line = shelf.lines.iloc[1000]
    row, column = cells.products.get_loc(line["product_id"]), cells.starts.get_loc(line["day"])
    assert cells.price[row, column] == pytest.approx(line["unit_price"], abs=0.006)


def test_of_two_promotions_the_deeper_holds_and_impossible_ones_are_left_out():
    days = pd.date_range("2024-01-01", periods=4)
    rows = [("A", "p", 0.1, "2024-01-01", "2024-01-03"), ("B", None, 0.2, "2024-01-02", "2024-01-02"),
            ("C", None, -0.5, "2024-01-01", "2024-01-04")]  # fmt: skip
    offers = pd.DataFrame(rows, columns=["promotion_id", "product_id", "discount", "starts_on", "ends_on"])
    share, holds, ids = promotion_days(offers.assign(category=None), pd.Index(["p", "q"]), np.array(["x", "x"]), days)
    assert share.tolist() == [[0.1, 0.2, 0.1, 0.0], [0.0, 0.2, 0.0, 0.0]]
    assert holds.tolist() == [[0, 1, 0, -1], [-1, 1, -1, -1]]
    assert list(ids.index) == ["A", "B"]


def test_a_promotion_that_everyone_got_tells_no_effect_and_spoils_nothing():
    shelf, truth = market()
    offers = pd.DataFrame(
        [("ALL", "ALL", END - timedelta(days=100), END - timedelta(days=80), None, None, 0.0, "email")],
        columns=["promotion_id", "name", "starts_on", "ends_on", "product_id", "category", "discount", "channel"],
    )
    cells = cells_of(Shelf(shelf.lines, END, price_changes=shelf.table("price_changes"), promotions=offers))
    effects = fit_demand(cells, price_covariates(shelf, cells))
    assert np.isfinite(effects.elasticity).all()
    assert np.median(np.abs(effects.elasticity / truth.to_numpy() - 1)) < 0.25


def test_a_constant_price_teaches_nothing():
    shelf, _ = market(products=4)
    changes = shelf.table("price_changes")
    changes = changes[(changes["product_id"] != "P00") | ~changes.duplicated("product_id")]
    offers = shelf.table("promotions")
    cells = cells_of(Shelf(shelf.lines, END, price_changes=changes, promotions=offers[offers["category"] == "kind 1"]))
    assert fit_demand(cells, price_covariates(shelf, cells)).learns.tolist() == [False, True, True, True]
    assert np.ptp(log_price(cells)[0]) == 0.0


def test_a_product_alone_keeps_between_its_own_and_its_priors_elasticity():
    # own quadratic: slope 4 at zero, curve 4 -> best at 1 with sd 0.5; joined with the prior it moves towards it
    evidence = Evidence(np.array([[4.0]]), np.array([[[4.0]]]))
    before = Effects.start(1, 0, 0.0)
    found = join(evidence, before, np.array([True]), np.array([0]), np.zeros((1, 0)), pd.Series([], dtype=object))
    assert found.prior[0] < found.elasticity[0] < 1.0
    assert found.own_sd[0] == pytest.approx(0.5)
    assert found.sd[0] < 0.5


def test_a_category_season_is_smooth_and_near_what_was_sold():
    weeks = np.arange(60)
    ratio = np.exp(np.sin(weeks / 10))
    units = np.tile(50.0 * ratio, (4, 1))
    found = category_weeks(units, np.full(units.shape, 50.0), np.ones(units.shape), weeks, np.zeros(4, dtype=int))
    assert found[0] == pytest.approx(ratio, rel=0.1)


def test_products_are_grouped_by_their_season_not_by_their_category():
    random = np.random.default_rng(1)
    weeks = np.arange(104)
    peak = np.where((weeks % 52) > 45, 6.0, 0.5)
    units = np.stack([random.poisson(5 * (peak if n % 2 else np.ones(104))) for n in range(20)]).astype(float)
    group = season_groups(units, np.full(units.shape, 5.0), np.ones(units.shape), weeks, np.zeros(20, dtype=int), 2)
    assert len(set(group[::2])) == 1
    assert len(set(group[1::2])) == 1
    assert group[0] != group[1]


@pytest.mark.parametrize("wrong", [{"rounds": 0}, {"start": 0.5}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match="round"):
        DemandSettings(**wrong)


def test_double_machine_learning_finds_the_mean_reaction():
    shelf, truth = market(products=30, rate=6.0, lift=0.0)
    panel = price_panel(shelf.lines, pd.DataFrame(), 1, shelf.table("price_changes"))
    found = dml_elasticities(panel, folds=3, rounds=2)
    assert found["shrunk"].mean() == pytest.approx(truth.mean(), abs=0.5)
    assert np.corrcoef(found["shrunk"], truth.reindex(found.index))[0, 1] > 0.5
