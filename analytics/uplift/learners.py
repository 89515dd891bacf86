"""Learners that say how much more a treated customer does than an untreated one: S-, T-, X-, DR-learners, forests.

All learn from a trial in which chance decided who was treated. S: one model with the treatment as a feature; T: one
model per arm; X: imputed effects, crossed over (all three Kuenzel, Sekhon, Bickel & Yu 2019, PNAS 116); DR: a forest on
doubly robust scores (Kennedy 2023, Electronic Journal of Statistics 17); causal forest: Athey, Tibshirani & Wager 2019,
Annals of Statistics 47, through EconML. Knows feature matrices, no customers and no shop.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.errors import MissingData

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
_SEED = 7


class Learner:
    """A method: `fit` on a trial, then `uplift` for anyone."""

    name: str = ""

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "Learner":
        """Learns from (customers, features), who was treated, and what each did afterwards."""
        raise NotImplementedError

    def uplift(self, features: Array) -> Array:
        """Expected outcome if treated less that if not, (customers,)."""
        raise NotImplementedError


class AverageEffect(Learner):
    """The same effect for everyone: what a plain test tells (the ATE dummy)."""

    name = "average effect (ATE dummy)"

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "AverageEffect":
        """The difference of means."""
        self.effect = float(outcome[treated].mean() - outcome[~treated].mean())
        return self

    def uplift(self, features: Array) -> Array:
        """That difference, for each."""
        return np.full(len(features), self.effect)


class Response(Learner):
    """Who buys most anyway: what shops do that target by response; here as a warning."""

    name = "response model (not uplift)"

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "Response":
        """Learns the outcome of the treated alone."""
        self.model = Boosted().fit(features[treated], outcome[treated])
        return self

    def uplift(self, features: Array) -> Array:
        """Expected outcome, mistaken for an effect."""
        return self.model.mean(features)


class Linear:
    """Logistic regression for a yes or no, ridge regression for an amount; features standardised."""

    def fit(self, features: Array, outcome: Array, weight: Array | None = None) -> "Linear":
        """Fits with a mild penalty."""
        from sklearn.linear_model import LogisticRegression, Ridge

        self.centre, self.scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
        scaled = (features - self.centre) / self.scale
        self.constant = float(outcome[0]) if np.ptp(outcome) == 0 else None
        if self.constant is not None:
            return self
        self.yes_no = bool(np.isin(outcome, (0.0, 1.0)).all())
        model: Any = LogisticRegression(C=0.1, max_iter=500) if self.yes_no else Ridge(alpha=10.0)
        self.model = model.fit(scaled, outcome, sample_weight=weight)
        return self

    def mean(self, features: Array) -> Array:
        """The expected outcome."""
        if self.constant is not None:
            return np.full(len(features), self.constant)
        scaled = (features - self.centre) / self.scale
        return np.asarray(self.model.predict_proba(scaled)[:, 1] if self.yes_no else self.model.predict(scaled))


class Boosted:
    """LightGBM, small trees, strongly regularised: effects are faint beside the outcome's noise."""

    def fit(self, features: Array, outcome: Array, weight: Array | None = None) -> "Boosted":
        """Boosts 120 trees of six leaves."""
        import lightgbm

        yes_no = bool(np.isin(outcome, (0.0, 1.0)).all())
        settings: dict[str, Any] = {
            "objective": "binary" if yes_no else "regression", "num_leaves": 6, "learning_rate": 0.04,
            "min_data_in_leaf": max(len(outcome) // 100, 5), "lambda_l2": 10.0, "bagging_fraction": 0.7,
            "bagging_freq": 1, "feature_fraction": 0.8, "seed": _SEED, "deterministic": True, "num_threads": 1,
            "verbose": -1,
        }  # fmt: skip
        data = lightgbm.Dataset(features, label=outcome, weight=weight)
        self.model = lightgbm.train(settings, data, num_boost_round=120)
        return self

    def mean(self, features: Array) -> Array:
        """The expected outcome."""
        return np.asarray(self.model.predict(features))


Base = Callable[[], Linear | Boosted]


class SLearner(Learner):
    """One model; the treatment is a feature and, for a linear base, meets every other one."""

    def __init__(self, base: Base, said: str) -> None:
        self.base, self.name = base, f"S-learner, {said}"

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "SLearner":
        """Fits on both arms together."""
        self.centre = features.mean(axis=0)
        self.model = self.base().fit(self._with(features, treated.astype(float)), outcome)
        return self

    def uplift(self, features: Array) -> Array:
        """The prediction with the treatment switched on less that with it off."""
        on, off = np.ones(len(features)), np.zeros(len(features))
        return self.model.mean(self._with(features, on)) - self.model.mean(self._with(features, off))

    def _with(self, features: Array, treated: Array) -> Array:
        return np.column_stack([features, treated, (features - self.centre) * treated[:, None]])


class TLearner(Learner):
    """One model for the treated, one for the others."""

    def __init__(self, base: Base, said: str) -> None:
        self.base, self.name = base, f"T-learner, {said}"

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "TLearner":
        """Fits each arm by itself."""
        self.on = self.base().fit(features[treated], outcome[treated])
        self.off = self.base().fit(features[~treated], outcome[~treated])
        return self

    def uplift(self, features: Array) -> Array:
        """The difference of both."""
        return self.on.mean(features) - self.off.mean(features)


class XLearner(Learner):
    """Imputes each customer's effect by the other arm's model, learns both, weighs them by the treated share."""

    def __init__(self, base: Base, said: str) -> None:
        self.base, self.name = base, f"X-learner, {said}"

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "XLearner":
        """Two stages."""
        arms = TLearner(self.base, "").fit(features, treated, outcome)
        of_treated = outcome[treated] - arms.off.mean(features[treated])
        of_others = arms.on.mean(features[~treated]) - outcome[~treated]
        self.on = self.base().fit(features[treated], of_treated)
        self.off = self.base().fit(features[~treated], of_others)
        self.share = float(treated.mean())
        return self

    def uplift(self, features: Array) -> Array:
        """Share x effect learnt from the others + (1 - share) x effect learnt from the treated."""
        return self.share * self.off.mean(features) + (1 - self.share) * self.on.mean(features)


class DoublyRobustForest(Learner):
    """A random forest on doubly robust scores, whose nuisances come from the other half of the customers."""

    name = "DR-learner, uplift forest"

    def __init__(self, trees: int = 200) -> None:
        self.trees = trees

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "DoublyRobustForest":
        """Cross-fits the arms' means, then grows the forest."""
        from sklearn.ensemble import RandomForestRegressor

        half = np.random.default_rng(_SEED).permutation(len(outcome)) % 2 == 0
        share, score = treated.mean(), np.zeros(len(outcome))
        for part in (half, ~half):
            arms = TLearner(Linear, "").fit(features[~part], treated[~part], outcome[~part])
            on, off = arms.on.mean(features[part]), arms.off.mean(features[part])
            held, y = treated[part], outcome[part]
            score[part] = on - off + np.where(held, (y - on) / share, -(y - off) / (1 - share))
        leaf = max(len(outcome) // 60, 10)
        self.model = RandomForestRegressor(
            self.trees, min_samples_leaf=leaf, max_samples=0.5, max_features=0.7, random_state=_SEED
        ).fit(features, score)
        return self

    def uplift(self, features: Array) -> Array:
        """The forest's mean score."""
        return np.asarray(self.model.predict(features))


class CausalForest(Learner):
    """Honest trees that split where effects differ (EconML; extra `causal`)."""

    name = "causal forest, EconML"

    def __init__(self, trees: int = 200) -> None:
        self.trees = trees

    def fit(self, features: Array, treated: Flags, outcome: Array) -> "CausalForest":
        """Residuals of outcome and treatment, then the forest.

        Raises:
            MissingData: EconML is not installed.
        """
        try:
            from econml.grf import CausalForest as Forest
        except ImportError as missing:
            raise MissingData(
                'The causal forest needs EconML: run `pip install "retail-assistant[causal]"`. The others do without.'
            ) from missing
        residual = outcome - Linear().fit(features, outcome).mean(features)
        push = treated - treated.mean()
        leaf = max(len(outcome) // 200, 5)
        self.model = Forest(
            n_estimators=self.trees, min_samples_leaf=leaf, max_samples=0.4, random_state=_SEED, n_jobs=1
        ).fit(features, push, residual)
        return self

    def uplift(self, features: Array) -> Array:
        """The forest's effect."""
        return np.asarray(self.model.predict(features)).ravel()


def light_learners() -> tuple[Callable[[], Learner], ...]:
    """Those that need no extra."""
    return (
        AverageEffect,
        lambda: SLearner(Linear, "logistic regression"),
        lambda: TLearner(Linear, "logistic regression"),
        lambda: XLearner(Linear, "logistic regression"),
        lambda: SLearner(Boosted, "LightGBM"),
        lambda: TLearner(Boosted, "LightGBM"),
        lambda: XLearner(Boosted, "LightGBM"),
        DoublyRobustForest,
    )
