"""Contributions add up where they are called exact; LIME agrees with what is exact."""

import builtins
import pickle

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.tree import DecisionTreeClassifier

from analytics.explanation import LOG_ODDS, PREDICTION, PROBABILITY, Explained, explained, linear, mean_of

NAMES = ("silence", "orders", "spent", "noise")
RANDOM = np.random.default_rng(3)
X = np.column_stack([RANDOM.exponential(30, 400), RANDOM.poisson(4, 400), RANDOM.normal(50, 20, 400),
                     RANDOM.normal(0, 1, 400)])  # fmt: skip
ODDS = 0.06 * (X[:, 0] - 30) - 0.5 * (X[:, 1] - 4) - 0.01 * (X[:, 2] - 50)
Y = (RANDOM.random(400) < 1 / (1 + np.exp(-ODDS))).astype(float)
ROWS = X[:25]


def lightgbm_of(**settings):
    import lightgbm

    given = {"objective": "binary", "num_leaves": 5, "num_threads": 1, "verbose": -1, "seed": 1} | settings
    return lightgbm.train(given, lightgbm.Dataset(X, label=Y if given["objective"] == "binary" else ODDS), 30)


def without(monkeypatch, *missing):
    real = builtins.__import__

    def importing(name, *others, **more):
        if name.split(".")[0] in missing:
            raise ImportError(name)
        return real(name, *others, **more)

    monkeypatch.setattr(builtins, "__import__", importing)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_boosted_trees_add_up_to_the_log_odds(seed):
    model = lightgbm_of(seed=seed, bagging_fraction=0.7, bagging_freq=1)
    for each in (model, pickle.loads(pickle.dumps(model))):
        told = explained(each, ROWS, X, NAMES)
        assert (told.exact, told.unit, told.contributions.shape) == (True, LOG_ODDS, (25, 4))
        assert np.allclose(1 / (1 + np.exp(-told.total())), model.predict(ROWS), atol=1e-9)


def test_boosted_trees_of_a_number_add_up_to_the_number():
    model = lightgbm_of(objective="regression")
    told = explained(model, ROWS, X, NAMES)
    assert told.unit == PREDICTION
    assert np.allclose(told.total(), model.predict(ROWS))


@pytest.mark.parametrize(
    "model", [RandomForestClassifier(20, min_samples_leaf=3, random_state=1), DecisionTreeClassifier(max_depth=4)]
)
def test_forests_add_up_to_the_chance(model):
    told = explained(model.fit(X, Y), ROWS, X, NAMES)
    assert (told.exact, told.unit) == (True, PROBABILITY)
    assert np.allclose(told.total(), model.predict_proba(ROWS)[:, 1])


@pytest.mark.parametrize(
    "model", [RandomForestRegressor(15, max_depth=5, random_state=1), ExtraTreesRegressor(15, random_state=1)]
)
def test_forests_of_a_number_add_up_to_the_number(model):
    told = explained(model.fit(X, ODDS), ROWS, X, NAMES)
    assert told.unit == PREDICTION
    assert np.allclose(told.total(), model.predict(ROWS))


def test_linear_models_add_up():
    chance = LogisticRegression(max_iter=500).fit(X, Y)
    told = explained(chance, ROWS, X, NAMES)
    assert told.exact
    assert np.allclose(told.total(), chance.decision_function(ROWS))
    number = LinearRegression().fit(X, ODDS)
    assert np.allclose(explained(number, ROWS, X, NAMES).total(), number.predict(ROWS))


def test_linear_contributions_by_hand():
    told = linear(np.array([2.0, -1.0]), 0.5, np.array([[3.0, 4.0]]), np.array([[0.0, 1.0], [2.0, 3.0]]))
    assert told.contributions.tolist() == [[4.0, -2.0]]  # 2 x (3 - 1), -1 x (4 - 2)
    assert told.base.tolist() == [0.5]  # 0.5 + 2 x 1 - 1 x 2
    assert told.scaled(2.0, 1.0).total().tolist() == [6.0]  # 2 x 2.5 + 1


def test_the_mean_of_exact_ones_is_exact_and_of_others_is_none():
    line, trees = LogisticRegression(max_iter=500).fit(X, Y), lightgbm_of()
    parts = [explained(each, ROWS, X, NAMES) for each in (line, trees)]
    both = mean_of(parts, "both")
    odds = np.log(trees.predict(ROWS) / (1 - trees.predict(ROWS)))
    assert np.allclose(both.total(), (line.decision_function(ROWS) + odds) / 2)
    assert mean_of([parts[0], Explained(parts[0].contributions, parts[0].base, LOG_ODDS, "LIME", False)], "x") is None


def test_lime_agrees_in_sign_with_a_linear_model():
    model = LogisticRegression(max_iter=500).fit(X, Y)
    exact = explained(model, ROWS, X, NAMES).contributions
    told = explained(lambda rows: model.predict_proba(rows)[:, 1], ROWS, X, NAMES)
    assert not told.exact
    assert told.method.startswith("LIME")
    clear = np.abs(exact) > 0.3  # a tenth of the values may hold the mean, with values on both of its sides
    assert clear.sum() > 20
    assert (np.sign(told.contributions) == np.sign(exact))[clear].all()


def test_lime_tells_a_row_alike_alone_and_among_others():
    model = MLPClassifier((6,), max_iter=200, random_state=1).fit((X - X.mean(0)) / X.std(0), Y)
    together = explained(model, ROWS[:4], X, NAMES)
    assert np.array_equal(explained(model, ROWS[2:3], X, NAMES).contributions[0], together.contributions[2])
    assert np.abs(together.contributions).max() > 0.5


def test_without_the_extra_it_is_said_and_still_explained(monkeypatch):
    forest = RandomForestClassifier(20, random_state=1).fit(X, Y)
    without(monkeypatch, "shap", "lime")
    for model in (forest, lambda rows: forest.predict_proba(rows)[:, 1]):
        told = explained(model, ROWS, X, NAMES)
        assert not told.exact
        assert "retail-assistant[explain]" in told.method
    usual = np.median(X, axis=0)
    one = explained(forest, ROWS[:1], X, NAMES)
    changed = ROWS[:1].copy()
    changed[0, 0] = usual[0]
    drop = forest.predict_proba(ROWS[:1])[0, 1] - forest.predict_proba(changed)[0, 1]
    assert one.contributions[0, 0] == pytest.approx(drop)


def test_bad_input_is_told():
    model = LogisticRegression(max_iter=500).fit(X, Y)
    with pytest.raises(ValueError, match=r"rows of shape \(at least 1, 4 named columns\); got \(25, 3\)"):
        explained(model, ROWS[:, :3], X, NAMES)
    with pytest.raises(ValueError, match="background of shape"):
        explained(model, ROWS, X[:0], NAMES)
    holed = ROWS.copy()
    holed[3, 1] = np.nan
    with pytest.raises(ValueError, match="orders has missing"):
        explained(model, holed, X, NAMES)
    with pytest.raises(ValueError, match="one of several"):
        explained(LogisticRegression().fit(X, X[:, 1] % 3), ROWS, X, NAMES)
    with pytest.raises(ValueError, match="got str"):
        explained("a model", ROWS, X, NAMES)
