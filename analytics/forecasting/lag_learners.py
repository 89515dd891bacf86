"""The methods "LightGBM" and "linear": one model for all series and all periods ahead. Know features, no scores."""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from analytics.forecasting.lag_features import Origin, calendar_columns
from analytics.forecasting.panel import Floats, Panel
from analytics.forecasting.training_rows import Sampling, in_sales, samples, sells_seldom

LEAST_ROWS: Final = 500
OPTIONS: Final[dict[str, Any]] = {
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.6,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "num_threads": 1,  # threads that wait for a busy core cost more than they bring
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True)
class LagTrees:
    """LightGBM on lags, group means, calendar and what is known ahead.

    Counts are learnt by Tweedie deviance, whose best answer is the mean; ratios by absolute error.

    Attributes:
        rounds: trees; rate: learning rate.
        power: variance power of the Tweedie deviance.
    """

    rounds: int = 150
    rate: float = 0.05
    power: float = 1.2
    sampling: Sampling = field(default_factory=Sampling)
    name: str = "LightGBM"
    meaning: str = "one gradient-boosted tree model over all series (LightGBM)"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Sales ahead, [series, horizon]; None where there is too little to learn from."""
        import lightgbm

        rows = learning_rows(panel, horizon, self.sampling)
        if rows is None:
            return None
        features, target, weight = rows
        counts = sells_seldom(panel)
        loss = {"objective": "tweedie", "tweedie_variance_power": self.power} if counts else {"objective": "l1"}
        options = {**OPTIONS, **loss, "learning_rate": self.rate, "seed": self.sampling.seed}
        model = lightgbm.train(options, lightgbm.Dataset(features, target, weight=weight), self.rounds)
        return _ahead(panel, horizon, counts, model.predict)


@dataclass(frozen=True)
class LinearLags:
    """Ridge regression on the same features, standardised; unknown ones count as their mean."""

    penalty: float = 300.0
    sampling: Sampling = field(default_factory=lambda: Sampling(most_rows=80_000))
    name: str = "linear"
    meaning: str = "one linear regression over all series on their past, groups and calendar (ridge)"
    costly: bool = False

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """Sales ahead, [series, horizon]; None where there is too little to learn from."""
        from sklearn.linear_model import Ridge

        rows = learning_rows(panel, horizon, self.sampling, year=False)
        if rows is None:
            return None
        features, target, weight = rows
        middle, spread = standards(features)
        model = Ridge(self.penalty).fit(standardised(features, middle, spread), target, sample_weight=weight)
        counts = sells_seldom(panel)
        return _ahead(panel, horizon, counts, lambda x: model.predict(standardised(x, middle, spread)), year=False)


def learning_rows(
    panel: Panel, horizon: int, sampling: Sampling, year: bool = True
) -> tuple[Floats, Floats, Floats] | None:
    """Features [rows, features], targets and weights [rows]; None where there are too few."""
    calendar = calendar_columns(panel.dates, panel.freq, year)
    features, targets, weights = [], [], []
    for each in samples(panel, horizon, sampling):
        features.append(np.column_stack([each.origin.past, each.origin.ahead(each.step, calendar)])[each.rows])
        targets.append(each.target)
        weights.append(each.weight)
    if sum(map(len, targets)) < LEAST_ROWS:
        return None
    weight = np.concatenate(weights)
    return np.concatenate(features), np.concatenate(targets), weight / weight.mean()


def standards(features: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each feature where it is known; [features] each."""
    known = ~np.isnan(features)
    count = np.maximum(known.sum(0), 1)
    middle = np.nan_to_num(features).sum(0) / count
    spread = np.sqrt((np.where(known, features - middle, 0.0) ** 2).sum(0) / count)
    return middle, np.maximum(spread, 1e-6)


def standardised(features: Floats, middle: Floats, spread: Floats) -> Floats:
    """Features with mean 0 and deviation 1, no more than 5 from it; unknown ones 0."""
    return np.clip(np.nan_to_num((features - middle) / spread), -5.0, 5.0)


def _ahead(panel: Panel, horizon: int, counts: bool, predict: Any, year: bool = True) -> Floats:
    """A model's forecasts of every period ahead; [series, horizon]."""
    origin, calendar = Origin(panel), calendar_columns(panel.dates, panel.freq, year)
    past = origin.past
    steps = [
        in_sales(np.asarray(predict(np.column_stack([past, origin.ahead(step, calendar)]))), origin, step, counts)
        for step in range(horizon)
    ]
    return np.stack(steps, axis=1)
