"""The data holds the truth that is written beside it: an estimate that knows only the sales finds it again."""

import json
import re
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.demo import DemoSettings, build_demo
from analytics.demo.catalog import make_catalog
from analytics.demo.prices import make_prices
from analytics.demo.settings import ONLINE, TEXTS
from analytics.demo.stock import demand_rates, sell
from analytics.demo.texts import product_texts, review_texts

SMALL = DemoSettings(customers=300, days=200, units_per_day=90, promotions=12)
BUSY = DemoSettings(days=400, units_per_day=4000, promotions=30)


@pytest.fixture(scope="module")
def busy():
    texts = [text for text in product_texts(TEXTS) if text.season == "none"][:120]
    catalog = make_catalog(texts, BUSY)
    plan = make_prices(catalog, BUSY)
    return catalog, plan, sell(catalog, plan, BUSY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    build_demo(folder / "w.duckdb", folder / "policies", folder, progress=False, settings=SMALL)
    return folder


def pooled_elasticity(units, log_price, promoted, there, rounds=80):
    """Poisson regression of units (series, days), an effect per series and day, by alternating scaling and Newton."""
    beta = np.zeros(2)
    features = np.stack([log_price, promoted.astype(float)])
    series, days = np.ones(len(units)), np.ones(units.shape[1])
    units = np.where(there, units, 0.0)
    for _ in range(rounds):
        level = np.where(there, np.exp(np.tensordot(beta, features, 1)), 0.0)
        series = units.sum(axis=1) / np.maximum((level * days).sum(axis=1), 1e-9)
        days = units.sum(axis=0) / np.maximum((level * series[:, None]).sum(axis=0), 1e-9)
        mean = level * series[:, None] * days
        centred = features - ((mean * features).sum(axis=2) / np.maximum(mean.sum(axis=1), 1e-9))[:, :, None]
        slope = (centred * (units - mean)).sum(axis=(1, 2))
        curve = np.einsum("ist,jst,st->ij", centred, centred, mean)
        beta = beta + np.linalg.solve(curve, slope)
    return beta


def test_a_pooled_regression_finds_the_mean_elasticity(busy):
    catalog, plan, sales = busy
    stores = slice(0, ONLINE)
    units = sales.sold[:, stores].reshape(-1, BUSY.days).astype(float)
    there = ~sales.out.reshape(-1, BUSY.days) & (np.repeat(catalog.launch, ONLINE)[:, None] <= np.arange(BUSY.days))
    log_price = np.repeat(np.log(plan.paid), ONLINE, axis=0)
    promoted = np.repeat(plan.promotion >= 0, ONLINE, axis=0)
    elasticity, lift = pooled_elasticity(units, log_price, promoted, there)
    weight = sales.sold.sum(axis=(1, 2)) * np.log(plan.paid).var(axis=1)
    assert elasticity == pytest.approx(np.average(catalog.elasticity, weights=weight), abs=0.25)
    assert np.exp(lift) == pytest.approx(plan.lift.mean(), abs=0.1)


def test_demand_is_what_the_truth_says(busy):
    _, _, sales = busy
    expected, met = float(sales.rate.sum(dtype=float)), int(sales.sold.sum())
    assert (met + sales.lost) == pytest.approx(expected, abs=5 * np.sqrt(expected))  # five standard deviations
    free = ~sales.out & (sales.rate[:, :ONLINE] > 0)
    share = sales.sold[:, :ONLINE][free].sum() / sales.rate[:, :ONLINE][free].sum(dtype=float)
    assert 0.90 < share < 1.01  # a shelf may run empty during the day
    assert sales.sold[:, :ONLINE][sales.out].sum() == 0


def test_half_the_price_multiplies_demand_by_two_to_the_elasticity(busy):
    catalog, plan, sales = busy
    halved = replace(plan, listed=plan.listed / 2, off=plan.off / 2)
    ratio = demand_rates(catalog, halved, BUSY).sum(axis=(1, 2)) / sales.rate.sum(axis=(1, 2))
    assert ratio == pytest.approx(2**-catalog.elasticity, rel=0.01)  # prices are rounded to pence


def test_a_promotion_multiplies_demand_by_its_effect(busy):
    catalog, plan, sales = busy
    unknown = replace(plan, promotion=np.full_like(plan.promotion, -1))  # the same prices, no promotion behind them
    open_days = sales.rate[:, 0] > 0
    ratio = np.where(
        open_days, sales.rate[:, 0] / np.where(open_days, demand_rates(catalog, unknown, BUSY)[:, 0], 1), 1
    )
    assert ratio[open_days] == pytest.approx(plan.effect[open_days], rel=1e-4)
    assert plan.effect.max() > 1.1


def test_the_written_truth_covers_every_product_customer_and_promotion(folder):
    told = json.loads((folder / "truth.json").read_text())
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as shop:
        products = shop.execute("select product_id from products").df()
        promotions = shop.execute("select distinct promotion_id from promotions").df()
    assert set(told["promotion_effects"]) == set(promotions["promotion_id"])
    assert all(effect > 1 for effect in told["promotion_effects"].values())
    rates = pd.read_parquet(folder / "truth_rates.parquet")
    assert rates["base_daily_rate"].sum() == pytest.approx(SMALL.units_per_day)
    assert len(rates) == 5 * len(products)
    truth = pd.read_parquet(folder / "truth_products.parquet")
    assert set(truth["product_id"]) == set(products["product_id"])
    assert truth["elasticity"].max() < 0
    assert truth["elasticity"].mean() == pytest.approx(told["mean_elasticity"])


def test_who_has_left_does_not_come_back(folder):
    truth = pd.read_parquet(folder / "truth_customers.parquet")
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as shop:
        last = shop.execute(
            "select customer_id, max(ordered_at) as last from orders where kind = 'sale' group by all"
        ).df()
    both = truth.merge(last, on="customer_id")
    left = both[both["churned_on"].notna()]
    assert len(left) > 10
    assert (left["last"] < left["churned_on"]).all()
    assert left["churn_cause"].isin(["hazard", "late parcel"]).all()


def test_good_products_get_more_stars_and_bad_ones_come_back_more(folder):
    truth = pd.read_parquet(folder / "truth_products.parquet")
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as shop:
        stars = shop.execute("select product_id, rating from reviews").df().merge(truth, on="product_id")
    good, bad = stars[stars["quality"] > 0.5]["rating"].mean(), stars[stars["quality"] < -0.5]["rating"].mean()
    assert good > bad + 0.5


def test_no_review_text_tells_its_stars():
    texts = review_texts(TEXTS)
    said = [line for each in texts.aspects for line in (*each.positive, *each.negative)]
    said += [title for titles in texts.titles.values() for title in titles]
    assert not [
        line for line in said if re.search(r"\bstars?\b|\brat(?:ed|ing)\b|/5|out of (?:five|ten)", line.lower())
    ]
