"""The learners that compete to say who leaves: logistic regression, random forest, LightGBM, a small neural network.

Knows tables of numbers and labels; neither a shop nor which columns there are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analytics.churn.candidate import SEED, Array, Candidate, Standardised, chance_of, log_odds
from analytics.explanation import Explained, explained, linear, mean_of

_NETWORKS = 3
_NETWORK_ROWS = 15_000


class Logistic(Standardised):
    """Logistic regression on logged, standardised columns."""

    name = "logistic regression"

    def fit(self, features: pd.DataFrame, left: Array) -> "Logistic":
        """Fits with a ridge penalty."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=0.1, max_iter=500).fit(self.learn_scale(features), left)
        self.weights, self.intercept = model.coef_[0], float(model.intercept_[0])
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The logistic of the weighted sum."""
        return chance_of((self.scaled(features) * self.weights).sum(axis=1) + self.intercept)

    def exactly(self, features: pd.DataFrame) -> Explained | None:
        """Weight times distance from the mean of training."""
        return linear(self.weights, self.intercept, self.scaled(features), np.zeros((1, len(self.columns))))


class Forest(Candidate):
    """Random forest."""

    name = "random forest"

    def fit(self, features: pd.DataFrame, left: Array) -> "Forest":
        """Grows 120 trees with at least 10 customers in a leaf."""
        from sklearn.ensemble import RandomForestClassifier

        self.model = RandomForestClassifier(120, min_samples_leaf=10, random_state=SEED, n_jobs=1)
        self.model.fit(self.values(features), left)
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The mean vote of the trees."""
        return np.asarray(self.model.predict_proba(self.values(features))[:, 1])

    def explained(self, features: pd.DataFrame, background: Array) -> Explained:
        """Exact SHAP values of the chance: some tenth of a second for each customer."""
        return explained(self.model, self.values(features), background, self.columns)


class Boosted(Candidate):
    """LightGBM: many small trees."""

    name = "LightGBM"

    def fit(self, features: pd.DataFrame, left: Array) -> "Boosted":
        """Boosts 250 trees of four leaves."""
        import lightgbm

        settings: dict[str, Any] = {
            "objective": "binary", "num_leaves": 4, "learning_rate": 0.03, "min_data_in_leaf": 40,
            "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.7, "lambda_l2": 5.0,
            "seed": SEED, "deterministic": True, "num_threads": 1, "verbose": -1,
        }  # fmt: skip
        self.model = lightgbm.train(settings, lightgbm.Dataset(self.values(features), label=left), num_boost_round=250)
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The boosted chance."""
        return np.asarray(self.model.predict(self.values(features)))

    def exactly(self, features: pd.DataFrame) -> Explained | None:
        """As LightGBM computes them."""
        values = self.values(features)
        return explained(self.model, values, values, self.columns)


class Network(Standardised):
    """A small neural network: one hidden layer, the mean of three started differently."""

    name = "neural network"

    def fit(self, features: pd.DataFrame, left: Array) -> "Network":
        """Trains on at most 15,000 rows, which hold what so small a network can learn."""
        from sklearn.neural_network import MLPClassifier

        scaled = self.learn_scale(features)
        drawn = np.random.default_rng(SEED).permutation(len(scaled))[:_NETWORK_ROWS]
        self.models = [
            MLPClassifier((12,), alpha=1.0, learning_rate_init=0.01, batch_size=min(256, len(drawn)), max_iter=25,
                          tol=1e-3, n_iter_no_change=4, random_state=SEED + number)
            for number in range(_NETWORKS)
        ]  # fmt: skip
        for model in self.models:
            _quietly(model, scaled[drawn], left[drawn])
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The logistic of the networks' mean log-odds."""
        scaled = self.scaled(features)
        return chance_of(np.mean([log_odds(model.predict_proba(scaled)[:, 1]) for model in self.models], axis=0))


class Blend(Candidate):
    """The mean log-odds of several methods: straight lines, steps and a model of buying err differently."""

    def __init__(self, parts: Sequence[Candidate], name: str) -> None:
        super().__init__(parts[0].columns)
        self.parts, self.name = parts, name

    def fit(self, features: pd.DataFrame, left: Array) -> "Blend":
        """Fits each part."""
        for part in self.parts:
            part.fit(features, left)
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The logistic of the mean log-odds."""
        return chance_of(np.mean([log_odds(part.risk(features)) for part in self.parts], axis=0))

    def exactly(self, features: pd.DataFrame) -> Explained | None:
        """The mean of the parts' exact values, if all parts have them."""
        found = [part.exactly(features) for part in self.parts]
        exact = [each for each in found if each is not None]
        return mean_of(exact, f"exact SHAP values of {self.name}") if len(exact) == len(found) else None

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """The mean of the parts' contributions."""
        first, *others = (part.contributions(features) for part in self.parts)
        return sum(others, start=first) / len(self.parts)


LEARNERS: tuple[type[Candidate], ...] = (Logistic, Forest, Boosted, Network)


def _quietly(model: Any, values: Array, left: Array) -> None:
    """Fits; that training stops after a set number of rounds is meant, not a fault."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(values, left)
