"""Forecasts on invented shops whose right answers are known."""

import subprocess
import sys
from datetime import date, timedelta

import joblib
import numpy as np
import pandas as pd
import pytest

from analytics.errors import MissingData, NotEnoughHistory
from analytics.forecasting import Forecaster, ForecastSettings
from analytics.forecasting.backtest import Shop, run_fold, scores
from analytics.forecasting.series import daily_panels, store_shares
from analytics.history import History

FRIDAY = date(2011, 12, 9)
QUICK = ForecastSettings(small_level_origins=4)


def lines(rows):
    """(day, product, quantity, price, store) -> sales lines."""
    frame = pd.DataFrame(rows, columns=["sold_at", "product_id", "quantity", "unit_price", "store_id"])
    frame["sold_at"] = pd.to_datetime(frame["sold_at"])
    return frame.assign(value=frame["quantity"] * frame["unit_price"], country="France", category="Lamps")


def days(last, count):
    return [last - timedelta(days=d) for d in range(count)]


class Shelf(History):
    """A history with a stock-outs table."""

    def __init__(self, sold, as_of, stock_outs):
        super().__init__(sold, as_of)
        self.stock_outs = stock_outs

    def table(self, name):
        return self.stock_outs if name == "stock_outs" else pd.DataFrame()


@pytest.fixture(scope="module")
def fitted():
    """Closed on Saturdays. A: 6 a day at 2.00, a third in store S1; B: stopped 60 weeks ago; C: 6 since 3 weeks."""
    rows = []
    for day in days(FRIDAY, 70 * 7):
        if day.weekday() == 5:
            continue
        rows += [(day, "A", 2, 2.0, "S1"), (day, "A", 4, 2.0, "S2")]
        if day < FRIDAY - timedelta(weeks=60):
            rows.append((day, "B", 5, 1.0, "S1"))
        if day > FRIDAY - timedelta(weeks=3):
            rows.append((day, "C", 6, 1.0, "S2"))
    return Forecaster(QUICK).fit(History(lines(rows), FRIDAY))


def ahead(fitted, key, first, last, **more):
    start = FRIDAY + timedelta(days=first)
    return fitted.predict("product", key, start, FRIDAY + timedelta(days=last), **more)


def test_a_steady_product_goes_on(fitted):
    found = ahead(fitted, "A", 1, 28)
    assert found.value == pytest.approx(4 * 6 * 6, rel=0.01)
    assert found.lower95 <= found.lower80 <= found.value <= found.upper80 <= found.upper95
    assert sum(found.daily) == pytest.approx(found.value)


def test_nothing_sells_on_the_weekday_that_is_always_closed(fitted):
    saturday = ahead(fitted, "A", 1, 1)
    assert (saturday.value, saturday.upper95) == (0.0, 0.0)
    assert ahead(fitted, "A", 2, 2).value == pytest.approx(6, rel=0.05)


def test_revenue_of_a_product_is_its_units_at_the_recent_price(fitted):
    assert ahead(fitted, "A", 1, 28, metric="revenue").value == pytest.approx(2 * ahead(fitted, "A", 1, 28).value)


def test_a_store_has_its_share_of_a_product(fitted):
    in_one = ahead(fitted, "A", 1, 28, store="S1")
    # 4 of 12 units in the last half year, the shop's own split (C sells in S2 too) borrowed at the weight of 20 units
    assert fitted.share("A", "S1") + fitted.share("A", "S2") == pytest.approx(1)
    assert fitted.share("A", "S1") == pytest.approx(1 / 3, abs=0.01)
    assert in_one.value == pytest.approx(fitted.share("A", "S1") * 144, rel=0.01)


def test_what_stopped_a_year_ago_is_expected_to_sell_nothing(fitted):
    found = ahead(fitted, "B", 1, 28)
    assert found.value == 0
    assert any("not sold in the last year" in note for note in found.notes)


def test_a_young_product_takes_its_mean_and_says_so(fitted):
    found = ahead(fitted, "C", 1, 7)
    assert found.value == pytest.approx(36, rel=0.05)
    assert any("less than eight weeks" in note for note in found.notes)


@pytest.mark.parametrize("metric", ["units", "revenue"])
@pytest.mark.parametrize("last", [3, 28, 61])
def test_products_categories_and_the_shop_add_up(fitted, metric, last):
    products = sum(ahead(fitted, key, 1, last, metric=metric).value for key in "ABC")
    span = FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=last)
    category, total = (
        fitted.predict(level, key, *span, metric) for level, key in (("category", "Lamps"), ("total", ""))
    )
    assert category.value == pytest.approx(products, rel=1e-5)
    assert total.value == pytest.approx(products, rel=1e-5)
    assert any("sum of its products" in note for note in total.notes)
    assert sum(fitted.explain("total", "", *span, metric).values()) == pytest.approx(total.value, rel=1e-4)


def test_how_well_they_add_up_is_on_the_scorecards(fitted):
    for level in ("product", "category", "total"):
        assert fitted.scorecards[level].scores["made to add up"]["WAPE"] >= 0


def test_every_level_is_forecast_and_judged(fitted):
    assert set(fitted.scorecards) == {
        "product", "category", "category revenue", "store", "store revenue", "country", "country revenue", "total",
        "total revenue",
    }  # fmt: skip
    assert fitted.scorecard.serves in fitted.scorecard.scores
    assert "seasonal naive" in fitted.scorecard.scores
    everything = fitted.predict("total", "", FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=28), "revenue")
    assert everything.value == pytest.approx(4 * 6 * (6 * 2 + 6), rel=0.4)  # C came up only lately


@pytest.mark.parametrize(
    ("key", "first", "last", "error", "says"),
    [
        ("A", -10, 0, NotEnoughHistory, "9 December 2011"),
        ("A", 1, 5 * 365, NotEnoughHistory, "Forecasts reach until"),
        ("A", 2, 1, NotEnoughHistory, "no day"),
        ("nothing", 1, 28, MissingData, "no sales of nothing"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(fitted, key, first, last, error, says):
    with pytest.raises(error, match=says):
        ahead(fitted, key, first, last)


def test_sums_of_many_products_equal_single_forecasts(fitted):
    together = fitted.sums(["A", "nothing", "C"], 14)
    assert together == pytest.approx([ahead(fitted, "A", 1, 14).value, 0, ahead(fitted, "C", 1, 14).value])


def test_past_weeks_end_on_the_as_of_date(fitted):
    starts, sold = fitted.past_weeks("product", "A", "units")
    assert starts[-1] == date(2011, 12, 3)  # a Saturday: the week ends on Friday the 9th
    assert sold[-1] == 36


def test_a_stored_forecast_answers_the_same(fitted, tmp_path):
    joblib.dump(fitted, tmp_path / "forecast.joblib", compress=1)
    again = joblib.load(tmp_path / "forecast.joblib")
    assert ahead(again, "A", 1, 28) == ahead(fitted, "A", 1, 28)


def test_answering_imports_no_fitting_library(fitted, tmp_path):
    joblib.dump(fitted, tmp_path / "f.joblib")
    code = (
        "import sys, joblib, datetime as d; f = joblib.load(sys.argv[1]);"
        "f.predict('product', 'A', d.date(2011, 12, 10), d.date(2012, 1, 6));"
        "print([m for m in ('statsforecast', 'lightgbm', 'mlforecast', 'sklearn') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "f.joblib")], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_days_without_stock_are_not_days_without_demand():
    empty = [(FRIDAY - timedelta(days=d)) for d in range(10)]
    rows = [(day, "A", 10, 1.0, None) for day in days(FRIDAY, 20 * 7) if day not in empty]
    rows += [(day, "Z", 10, 1.0, None) for day in days(FRIDAY, 20 * 7)]  # keeps the shop open
    outs = pd.DataFrame({"store_id": [None], "product_id": ["A"], "starts_on": [empty[-1]], "ends_on": [None]})
    told = Forecaster(QUICK).fit(Shelf(lines(rows), FRIDAY, outs))
    untold = Forecaster(QUICK).fit(Shelf(lines(rows), FRIDAY, pd.DataFrame()))
    assert ahead(told, "A", 1, 28).value == pytest.approx(280, rel=0.05)
    assert ahead(untold, "A", 1, 28).value < 250


def test_a_store_that_is_out_censors_only_its_share():
    rows = [(day, "A", 10, 1.0, store) for day in days(FRIDAY, 100) for store in ("S1", "S2")]
    outs = pd.DataFrame({"store_id": ["S1"], "product_id": ["A"], "starts_on": [FRIDAY], "ends_on": [FRIDAY]})
    shelf = Shelf(lines(rows), FRIDAY, outs)
    panel = daily_panels(shelf, "product")["units"]
    assert panel.available[0, -2:] == pytest.approx([1.0, 0.5], abs=0.01)
    assert store_shares(shelf, ("A",)).loc["A"].sum() == pytest.approx(1)


def test_a_fold_sees_nothing_after_its_origin():
    rng = np.random.default_rng(3)
    sold = rng.poisson(9, size=200)
    rows = [(day, "A", int(n), 1.0, None) for day, n in zip(days(FRIDAY, 200), sold, strict=True)]
    changed = [(d, p, q + (900 if d > FRIDAY - timedelta(weeks=4) else 0), v, s) for d, p, q, v, s in rows]
    found = []
    for each in (rows, changed):
        panels = daily_panels(History(lines(each), FRIDAY), "product")
        shop = Shop(panels["revenue"], panels["revenue"].values[0])
        found.append(run_fold(panels["units"], shop, 4, QUICK))
    for method, forecast in found[0].forecast.items():
        assert np.array_equal(forecast, found[1].forecast[method], equal_nan=True), method
    assert found[0].actual[0, 0] != found[1].actual[0, 0]


def test_scores_are_errors_as_a_share_of_what_sold():
    # 10 a day for 20 weeks, then 5 a day for 4: the mean of 8 weeks says 280 where 140 sell
    rows = [(day, "A", 5 if n < 28 else 10, 1.0, None) for n, day in enumerate(days(FRIDAY, 24 * 7))]
    panels = daily_panels(History(lines(rows), FRIDAY), "product")
    shop = Shop(panels["revenue"], panels["revenue"].values[0])
    found = scores([run_fold(panels["units"], shop, 4, QUICK)])["mean of 8 weeks"]
    assert found == pytest.approx({"WAPE": 1.0, "weekly WAPE": 1.0, "bias": 1.0}, rel=1e-4)


@pytest.mark.parametrize(
    "rows",
    [
        [(FRIDAY, "A", 3, 1.0, None)],
        [(day, "A", 1, 1.0, None) for day in days(FRIDAY, 60)],
    ],
)
def test_too_little_history_says_how_much_is_needed(rows):
    with pytest.raises(NotEnoughHistory, match="at least 12 weeks"):
        Forecaster(QUICK).fit(History(lines(rows), FRIDAY))


def test_odd_series_do_not_spoil_the_others():
    rows = [(day, "A", 10, 1.0, None) for day in days(FRIDAY, 20 * 7)]
    rows += [(day, "returned", -50, 1.0, None) for day in days(FRIDAY, 30)]
    rows += [(FRIDAY, "once", 4, 1.0, None)]
    rows += [(FRIDAY - timedelta(days=50), "twice", 7, 1.0, None)] * 2
    told = Forecaster(QUICK).fit(History(lines(rows), FRIDAY))
    assert ahead(told, "A", 1, 7).value == pytest.approx(70, rel=0.05)
    assert ahead(told, "returned", 1, 7).value == 0
    for key in ("once", "twice"):
        assert 0 <= ahead(told, key, 1, 7).value < 15


def test_the_same_history_gives_the_same_forecast():
    rng = np.random.default_rng(5)
    rows = [(d, f"P{p}", int(rng.poisson(2)), 1.0, None) for p in range(110) for d in days(FRIDAY, 30 * 7) if p % 3]
    history = History(lines(rows), FRIDAY)
    settings = ForecastSettings(small_level_origins=1, origins=1, many_series=20, costly_series=20)
    one, two = (Forecaster(settings).fit(history) for _ in range(2))
    assert "LightGBM" in one.scorecard.scores
    assert ahead(one, "P1", 1, 28) == ahead(two, "P1", 1, 28)


@pytest.mark.parametrize(
    "wrong", [{"horizon_weeks": 3}, {"origins": 0}, {"longest_fit_weeks": 10}, {"small_level_origins": 0}]
)
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match=r"horizon_weeks|origin|longest_fit_weeks"):
        ForecastSettings(**wrong)
