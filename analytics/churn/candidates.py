"""The methods that compete to say who stops ordering. Knows feature frames and labels, no shop and no dates.

Each learns from the features of customers at past cutoffs and whether they then stayed away, gives a chance per
customer, and says how much each feature adds to it (log-odds against a typical customer).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customer_features import FEATURES
from analytics.purchase_model import PurchaseModel, counts_per_customer, fit_purchase_model

Array = npt.NDArray[np.float64]
_SEED = 7


def log_odds(chance: Array) -> Array:
    """ln(p / (1 - p)), kept finite."""
    clipped = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))


def signed_log(values: Array) -> Array:
    """ln(1 + |x|) with the sign of x: tames money and counts that span decades."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


class Candidate:
    """A method: `fit`, then `risk` and `contributions`."""

    name: str = ""

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "Candidate":
        """Learns from one row per customer and cutoff; `stayed_away` is 1.0 or 0.0."""
        raise NotImplementedError

    def risk(self, features: pd.DataFrame) -> Array:
        """The chance, before calibration, that each customer stays away."""
        raise NotImplementedError

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Log-odds that each feature adds: here by occlusion, putting the median in its place."""
        whole = log_odds(self.risk(features))
        typical = features[list(FEATURES)].median()
        return pd.DataFrame(
            {name: whole - log_odds(self.risk(features.assign(**{name: typical[name]}))) for name in FEATURES},
            index=features.index,
        )


class RecencyRule(Candidate):
    """The longer the silence, the likelier the end: what a shop does without a model."""

    name = "recency rule"

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "RecencyRule":
        """Remembers the spread of silences."""
        self.known = np.sort(features["recency"].to_numpy(float))
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The share of silences that were shorter."""
        place = np.searchsorted(self.known, features["recency"].to_numpy(float), side="right")
        return np.asarray(place / (len(self.known) + 1))


class PurchaseProcess(Candidate):
    """MBG/NBD: the chance of no order in the next days by the customer's own rate and silence."""

    name = "MBG/NBD purchase model"

    def __init__(self, days: int) -> None:
        self.weeks = days / 7

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "PurchaseProcess":
        """Fits the order process; the labels are not needed."""
        self.model: PurchaseModel = fit_purchase_model(counts_per_customer(features))
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """P(no order)."""
        return self.model.no_order(counts_per_customer(features), self.weeks)


class Logistic(Candidate):
    """Logistic regression on logged, standardised features."""

    name = "logistic regression"

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "Logistic":
        """Fits with a ridge penalty."""
        from sklearn.linear_model import LogisticRegression

        values = signed_log(features[list(FEATURES)].to_numpy(float))
        self.centre, self.spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
        model = LogisticRegression(C=0.1, max_iter=500).fit((values - self.centre) / self.spread, stayed_away)
        self.weights, self.intercept = model.coef_[0], float(model.intercept_[0])
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The logistic of the weighted sum."""
        return np.asarray(1 / (1 + np.exp(-(self._parts(features).sum(axis=1) + self.intercept))))

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Weight times distance from the mean: exact for a linear model."""
        return pd.DataFrame(self._parts(features), index=features.index, columns=list(FEATURES))

    def _parts(self, features: pd.DataFrame) -> Array:
        values = signed_log(features[list(FEATURES)].to_numpy(float))
        return np.asarray((values - self.centre) / self.spread * self.weights)


class Forest(Candidate):
    """Random forest."""

    name = "random forest"

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "Forest":
        """Grows 120 trees with at least 10 customers in a leaf."""
        from sklearn.ensemble import RandomForestClassifier

        self.model = RandomForestClassifier(120, min_samples_leaf=10, random_state=_SEED, n_jobs=2)
        self.model.fit(features[list(FEATURES)].to_numpy(float), stayed_away)
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The mean vote of the trees."""
        return np.asarray(self.model.predict_proba(features[list(FEATURES)].to_numpy(float))[:, 1])


class Boosted(Candidate):
    """LightGBM: many small trees."""

    name = "LightGBM"

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "Boosted":
        """Boosts 250 trees of four leaves."""
        import lightgbm

        settings: dict[str, Any] = {
            "objective": "binary", "num_leaves": 4, "learning_rate": 0.03, "min_data_in_leaf": 40,
            "bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.7, "lambda_l2": 5.0,
            "seed": _SEED, "deterministic": True, "num_threads": 1, "verbose": -1,
        }  # fmt: skip
        data = lightgbm.Dataset(features[list(FEATURES)].to_numpy(float), label=stayed_away)
        self.model = lightgbm.train(settings, data, num_boost_round=250)
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The boosted chance."""
        return np.asarray(self.model.predict(features[list(FEATURES)].to_numpy(float)))

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Exact SHAP values of the trees (Lundberg et al. 2020), as LightGBM computes them."""
        shap = self.model.predict(features[list(FEATURES)].to_numpy(float), pred_contrib=True)
        return pd.DataFrame(np.asarray(shap)[:, :-1], index=features.index, columns=list(FEATURES))


class Blend(Candidate):
    """The mean log-odds of logistic regression and LightGBM: straight lines and steps err differently."""

    name = "logistic regression + LightGBM"

    def fit(self, features: pd.DataFrame, stayed_away: Array) -> "Blend":
        """Fits both."""
        self.parts = (Logistic().fit(features, stayed_away), Boosted().fit(features, stayed_away))
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The logistic of the mean log-odds."""
        mean = np.mean([log_odds(part.risk(features)) for part in self.parts], axis=0)
        return np.asarray(1 / (1 + np.exp(-mean)))

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """The mean of both parts' contributions."""
        first, second = (part.contributions(features) for part in self.parts)
        return (first + second) / 2


def candidates(days: int) -> dict[str, Callable[[], Candidate]]:
    """Every method that competes, by name, not yet fitted."""
    makers: list[Callable[[], Candidate]] = [
        RecencyRule,
        lambda: PurchaseProcess(days),
        Logistic,
        Forest,
        Boosted,
        Blend,
    ]
    return {make().name: make for make in makers}
