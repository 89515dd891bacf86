import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotEnoughHistory
from analytics.order_process import OrderValue, PurchaseCounts
from analytics.pareto_nbd import ParetoNBD, fit_pareto_nbd, pareto_loss
from analytics.purchase_model import PurchaseModel, fit_purchase_model, order_loss

MODEL = ParetoNBD(r=0.553, alpha=10.578, s=0.606, beta=11.669, value=OrderValue(6.0, 4.0, 15.0))


def counts(repeats, last, age, mean=20.0, first=None):
    return PurchaseCounts(*(np.array([float(each)]) for each in (repeats, last, age, mean)), first)


@pytest.fixture(scope="module")
def cdnow(bench_data):
    """The published sample: repeat days, last and present age in weeks at the end of week 39."""
    lines = pd.read_parquet(bench_data / "churn_cdnow" / "cdnow_sample_2357.parquet")
    weeks = (lines["date"] - pd.Timestamp("1997-01-01")).dt.days / 7
    known = pd.DataFrame({"id": lines["master_id"], "week": weeks})[weeks < 39].drop_duplicates()
    grouped = known.groupby("id")["week"]
    first, last = grouped.min(), grouped.max()
    return PurchaseCounts(
        (grouped.size() - 1).to_numpy(float), (last - first).to_numpy(), (39 - 1 / 7 - first).to_numpy(),
        np.full(len(first), 30.0),
    )  # fmt: skip


@pytest.mark.bench_data
def test_pareto_nbd_finds_the_published_parameters_of_cdnow(cdnow):
    model = fit_pareto_nbd(cdnow)
    assert (model.r, model.alpha, model.s, model.beta) == pytest.approx((0.553, 10.578, 0.606, 11.669), rel=0.03)
    assert -2357 * pareto_loss(model, cdnow) == pytest.approx(-9595.0, abs=0.2)


@pytest.mark.bench_data
def test_bg_nbd_finds_the_published_parameters_of_cdnow(cdnow):
    model = fit_purchase_model(cdnow, after_first=False)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), rel=0.01)
    loss = order_loss(np.array([model.r, model.alpha, model.a, model.b]), cdnow, 0)
    assert -2357 * loss == pytest.approx(-9582.4, abs=0.1)


def test_chance_of_activity_is_the_integral_over_when_one_left():
    """L(active) and L(left at t) integrated on a fine grid, without any special function."""
    x, last, age = 2.0, 10.0, 30.0
    grid = np.linspace(last, age, 200_001)
    shape = MODEL.r + x
    density = (MODEL.alpha + grid) ** -shape * MODEL.s * MODEL.beta**MODEL.s * (MODEL.beta + grid) ** -(MODEL.s + 1)
    left = np.trapezoid(density, grid)
    active = (MODEL.alpha + age) ** -shape * (MODEL.beta / (MODEL.beta + age)) ** MODEL.s
    assert MODEL.still_active(counts(x, last, age))[0] == pytest.approx(active / (active + left), rel=1e-6)


def test_simulation_agrees_with_the_formulas():
    who = counts(3, 25, 30)
    orders = MODEL.draw_orders(who, 39.0, 200_000, np.random.default_rng(1))[:, 0]
    assert orders.mean() == pytest.approx(MODEL.expected_orders(who, 39.0)[0], rel=0.02)
    assert (orders == 0).mean() == pytest.approx(MODEL.no_order(who, 39.0)[0], abs=0.005)


def test_a_leaving_shape_of_one_is_no_hole_in_the_formula():
    around = [
        ParetoNBD(0.5, 10.0, s, 12.0, MODEL.value).expected_orders(counts(1, 5, 20), 26.0)[0] for s in (1.0, 1.0001)
    ]
    assert around[0] == pytest.approx(around[1], rel=1e-3)


def test_customers_with_hundreds_of_orders_stay_within_range():
    for first, second in ((10.0, 0.1), (0.1, 10.0)):
        chance = ParetoNBD(0.5, first, 0.6, second, MODEL.value).still_active(counts(900, 100, 100.5))[0]
        assert 0.9 < chance <= 1.0
    assert MODEL.still_active(counts(900, 50, 100))[0] < 1e-6


def test_who_bought_once_may_have_left_but_not_in_bg_nbd():
    assert MODEL.still_active(counts(0, 0, 39))[0] < 0.5
    once = PurchaseModel(r=0.243, alpha=4.414, a=0.793, b=2.426, p=6.0, q=4.0, v=15.0, first=0)
    assert once.still_active(counts(0, 0, 39))[0] == 1.0


def test_a_dearer_first_order_shifts_the_rate_where_it_did_so_in_the_past():
    random = np.random.default_rng(5)
    size, weeks = 3000, 52.0
    first = random.lognormal(3, 1, size)
    rate = random.gamma(1.5, 1 / 15.0, size) * np.exp(0.5 * (np.log1p(first) - 3))
    repeats = random.poisson(rate * weeks).astype(float)
    last = np.where(repeats > 0, random.beta(np.maximum(repeats, 1), 1) * weeks, 0.0)
    model = fit_pareto_nbd(PurchaseCounts(repeats, last, np.full(size, weeks), np.full(size, 9.0), first))
    assert model.order_effect / model.spread == pytest.approx(0.5, abs=0.07)
    cheap, dear = (counts(2, 40, 52, first=np.array([each])) for each in (5.0, 80.0))
    assert model.expected_orders(dear, 26.0)[0] > model.expected_orders(cheap, 26.0)[0]


def test_nobody_came_back_is_told():
    nobody = PurchaseCounts(np.zeros(60), np.zeros(60), np.full(60, 20.0), np.full(60, 9.0))
    with pytest.raises(NotEnoughHistory, match="0 of whom came back"):
        fit_pareto_nbd(nobody)
