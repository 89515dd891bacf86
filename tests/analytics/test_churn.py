from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import AS_OF, Shelf, lines, sale, shop_with_leavers

from analytics.churn import ChurnModel, ChurnSettings, FittedChurn
from analytics.churn.candidates import counts_per_customer
from analytics.churn.kept import KeptModel
from analytics.churn.learners import Logistic
from analytics.churn.reasons import reasons_for
from analytics.customer_features import FEATURES, customer_features, no_order_within
from analytics.errors import NotEnoughHistory
from analytics.purchase_model import PurchaseCounts, PurchaseModel, fit_purchase_model

TYPICAL = pd.Series({"value": 100.0, "order_days": 3, "products": 5, "tenure": 200, "usual_gap": 30.0})


@pytest.fixture(scope="module")
def shop():
    return Shelf(shop_with_leavers())


@pytest.fixture(scope="module")
def fitted(shop) -> FittedChurn:
    return ChurnModel().fit(shop)


def test_features_of_one_customer_are_what_the_calendar_says():
    history = Shelf(
        lines(
            sale("X", 100, 30.0, product="A"),
            sale("X", 70, 20.0, product="B"),
            sale("X", 20, 50.0, product="A"),
            sale("X", 10, 25.0, product="A", kind="return"),
            sale("Y", 5, 8.0),
        )
    )
    row = customer_features(history).loc["X"]
    assert (row["recency"], row["tenure"], row["order_days"], row["orders"]) == (20, 100, 3, 3)
    assert row["usual_gap"] == 40  # the median of 30 and 50
    assert row["value"] == 75.0  # 30 + 20 + 50 - 25
    assert row["order_value"] == 25.0
    assert row["return_share"] == 0.25
    assert (row["order_days_90"], row["order_days_change"]) == (2, 1)  # 70 and 20 days ago; 100 days ago
    assert row["products"] == 2
    assert row["known_rhythm"]
    assert not customer_features(history).loc["Y", "known_rhythm"]


def test_features_do_not_see_the_days_after_the_cutoff():
    history = Shelf(lines(sale("X", 100), sale("X", 50), sale("X", 1, 999.0)))
    row = customer_features(history.until(AS_OF - timedelta(days=40))).loc["X"]
    assert (row["recency"], row["order_days"], row["value"]) == (10, 2, 20.0)


def test_a_label_counts_only_the_days_that_follow():
    history = Shelf(lines(sale("came", 30), sale("came", 5), sale("late", 30), sale("away", 30)))
    labels = no_order_within(history, pd.Index(["came", "away"]), AS_OF - timedelta(days=10), 7)
    assert labels.to_dict() == {"came": 0.0, "away": 1.0}
    assert no_order_within(history, pd.Index(["came"]), AS_OF - timedelta(days=10), 3)["came"] == 1.0


def test_chance_of_activity_matches_the_formula_of_mbg_nbd():
    model = PurchaseModel(r=1.0, alpha=10.0, a=1.0, b=3.0, p=2.0, q=3.0, v=20.0)
    counts = PurchaseCounts(*(np.array([each]) for each in (1.0, 10.0, 30.0, 5.0)))
    # odds of having left: a / (b + x) x ((alpha + T) / (alpha + tx)) ** (r + x) = 1/4 x (40 / 20) ** 2 = 1
    assert model.still_active(counts)[0] == pytest.approx(0.5)
    # no order in 10 weeks: gone, or active and quiet: 0.5 + 0.5 x (40 / 50) ** 2
    assert model.no_order(counts, 10.0)[0] == pytest.approx(0.82)


def test_who_bought_once_is_not_taken_for_surely_active():
    model = PurchaseModel(r=1.0, alpha=10.0, a=1.0, b=3.0, p=2.0, q=3.0, v=20.0)
    once = PurchaseCounts(*(np.array([each]) for each in (0.0, 0.0, 30.0, 5.0)))
    assert model.still_active(once)[0] == pytest.approx(1 / (1 + 1 / 3 * 4))  # BG/NBD would say 1


def test_purchase_model_finds_the_rates_that_made_the_counts():
    random = np.random.default_rng(0)
    size, weeks = 4000, 52.0
    rate = random.gamma(2.0, 1 / 10.0, size)
    counts = random.poisson(rate * weeks).astype(float)
    last = np.where(counts > 0, random.beta(np.maximum(counts, 1), 1) * weeks, 0.0)
    model = fit_purchase_model(PurchaseCounts(counts, last, np.full(size, weeks), np.full(size, 9.0)), leaving=False)
    assert model.r / model.alpha == pytest.approx(0.2, rel=0.05)
    outlook = model.outlook(PurchaseCounts(counts[:50], last[:50], np.full(50, weeks), np.full(50, 9.0)), 26.0)
    posterior = (model.r + counts[:50]) / (model.alpha + weeks) * 26
    assert np.abs(outlook.orders - posterior).mean() < 0.2
    assert (outlook.orders_low <= outlook.orders).all()
    assert (outlook.value_high >= outlook.value_low).all()


def test_the_best_of_nine_methods_serves_and_beats_the_recency_rule(fitted):
    card = fitted.scorecard
    assert len(card.scores) == 9
    assert card.scores[card.serves]["AUC"] == max(scores["AUC"] for scores in card.scores.values())
    assert card.scores[card.serves]["AUC"] > card.scores["recency rule"]["AUC"] + 0.02
    assert card.scores[card.serves]["calibration error"] < 0.12


def test_a_long_silence_for_ones_rhythm_is_riskier_than_a_short_one(fitted):
    known = fitted.customers
    quiet = known.loc[(known["silence_ratio"] > 4) & (known["order_days"] > 4), "probability"]
    fresh = known.loc[(known["silence_ratio"] < 0.5) & (known["order_days"] > 4), "probability"]
    assert quiet.mean() > fresh.mean() + 0.3


def test_list_holds_active_regulars_alarming_first_by_value_at_risk(fitted):
    risks = fitted.at_risk(10_000)
    assert (risks.rows["order_days"] >= 2).all()
    assert fitted.still_active()[risks.rows.index].all()
    first = risks.rows.head(risks.alarming)
    assert first["alarming"].all()
    assert first["value_at_risk"].is_monotonic_decreasing
    assert not risks.rows["alarming"].iloc[risks.alarming :].any()
    assert risks.active + risks.gone == len(fitted.customers)


def test_list_among_a_group_names_nobody_else(fitted):
    group = fitted.customers.index[:40]
    assert fitted.at_risk(100, among=group).rows.index.isin(group).all()


def test_reasons_say_the_silence_with_its_figures():
    row = pd.Series(
        {
            "recency": 112, "usual_gap": 28.0, "orders": 9, "order_days": 8, "order_days_90": 0, "silence_ratio": 4.0,
            "order_days_change": -3, "value_change": -80.0, "value": 900.0, "return_share": 0.0, "tenure": 300,
            "products": 12, "known_rhythm": True, "first_day": pd.Timestamp("2024-03-05"),
        }
    )  # fmt: skip
    push = pd.Series({"silence": 2.0, "trend": 1.0, "value": -1.0, "returns": 0.5})
    assert reasons_for(row, push, TYPICAL, True, "{:.2f}".format) == (
        "no order for 112 days, usually every 28 days",
        "fewer orders lately: on 0 days of the last 90, on 3 of the 90 before",
    )  # returns push too, but nothing was sent back: no sentence
    assert reasons_for(row, push, TYPICAL, False, "{:.2f}".format) == (
        "spent 900.00 so far",
        "yet no order for 112 days, usually every 28 days",
    )


def test_linear_contributions_add_up_to_the_log_odds(shop):
    features = customer_features(shop.until(AS_OF - timedelta(days=90)))
    labels = no_order_within(shop, features.index, AS_OF - timedelta(days=90), 90).to_numpy()
    model = Logistic(FEATURES).fit(features, labels)
    total = model.contributions(features).sum(axis=1) + model.intercept
    assert np.allclose(1 / (1 + np.exp(-total)), model.risk(features))
    assert list(model.contributions(features)) == list(FEATURES)


@pytest.fixture(scope="module")
def every_method(shop):
    """All methods, calibrated, and the customers whom they judge."""
    return ChurnModel()._fitted(shop, shop.as_of), customer_features(shop)


def test_exact_reasons_add_up_to_the_calibrated_chance(every_method):
    models, features = every_method
    for name in ("logistic regression", "LightGBM", "logistic regression + LightGBM"):
        told = models[name].explained(features, features[list(FEATURES)].to_numpy(float))
        assert told.exact
        assert np.allclose(1 / (1 + np.exp(-told.total())), models[name].risk(features), atol=1e-6), name


def test_a_forests_reasons_add_up_to_its_own_chance(every_method):
    models, features = every_method
    forest = models["random forest"]
    told = forest.explained(features.head(3), features[list(FEATURES)].to_numpy(float))
    assert (told.exact, told.unit) == (True, "probability")
    assert np.allclose(told.total(), forest.candidate.risk(features.head(3)))


@pytest.mark.parametrize("name", ["recency rule", "Pareto/NBD purchase model", "neural network", "blend of all models"])
def test_a_kept_model_tells_silence_as_the_worry_of_who_is_long_silent(every_method, fitted, name, tmp_path):
    from analytics.model_store import ModelStore

    models, features = every_method
    kept = replace(fitted, told_by="occlusion", kept=KeptModel.of(models[name], features))
    ModelStore(tmp_path).save("churn", kept)
    again = ModelStore(tmp_path).load("churn")
    who = features.loc[features["order_days"] > 4, "silence_ratio"].idxmax()
    drivers = again.drivers(who)
    assert not drivers.exact
    assert drivers.method.startswith("LIME")
    assert drivers.by_subject["silence"] > 0
    assert drivers.by_subject.idxmax() == "silence"
    assert again.explain(who, drivers=drivers, worrying=True)[0].startswith("no order for")
    assert "LIME" in again.how_explained()


def test_a_kept_model_names_no_customer(every_method):
    models, features = every_method
    packed = KeptModel.of(models["blend of all models"], features).packed
    assert not [name for name in features.index if str(name).encode() in packed and len(str(name)) > 3]


def test_a_kept_model_that_cannot_be_read_leaves_the_table(fitted):
    broken = replace(fitted, told_by="occlusion", kept=KeptModel(b"of another version", "LIME"))
    who = fitted.customers.index[0]
    drivers = broken.drivers(who)
    assert drivers.by_subject.equals(fitted.contributions.loc[who])
    assert "run `retail-assistant fit`" in drivers.method


def test_counts_stay_possible_when_a_feature_is_put_out_of_line(shop):
    features = customer_features(shop).assign(recency=10_000)
    assert (counts_per_customer(features).last_age >= 0).all()


def test_answers_need_no_learning_library(fitted, tmp_path):
    import subprocess
    import sys

    from analytics.model_store import ModelStore

    ModelStore(tmp_path).save("churn", fitted)
    code = (
        "import sys; from pathlib import Path; from analytics.model_store import ModelStore\n"
        f"churn = ModelStore(Path({str(tmp_path)!r})).load('churn')\n"
        "rows = churn.at_risk(3).rows; churn.explain(rows.index[0])\n"
        "print([name for name in ('sklearn', 'lightgbm', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_too_short_a_history_says_what_it_needs():
    short = Shelf(lines(*(sale(f"C{n}", day) for n in range(80) for day in (3, 40))))
    with pytest.raises(NotEnoughHistory, match="240 days"):
        ChurnModel().fit(short)


def test_one_customer_is_refused_in_words():
    with pytest.raises(NotEnoughHistory, match="customers"):
        ChurnModel().fit(Shelf(lines(*(sale("only", day) for day in range(1, 500, 10)))))


def test_nobody_stays_away_is_told():
    rows = [sale(f"C{n}", day + n % 5) for n in range(70) for day in range(1, 400, 20)]
    with pytest.raises(NotEnoughHistory, match="hardly anyone"):
        ChurnModel().fit(Shelf(lines(*rows)))


@pytest.mark.parametrize("wrong", [{"days": 0}, {"cutoffs": 0}, {"minimum_history_days": -1}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ChurnSettings(**wrong)
