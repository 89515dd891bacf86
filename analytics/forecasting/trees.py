"""One LightGBM for all series of a level: direct forecasts from each series' own scaled past. Knows no calendar."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from analytics.forecasting.series import Floats

FeatureGroup = Literal["recent", "steadiness", "age", "trend"]
TREES: Final = "LightGBM"
STEPS: Final = (0, 1, 2, 3, 5, 8, 12, 19, 25)  # weeks ahead that are learnt; between them the forecast is a line
LEAST_PAST: Final = 13  # weeks that the features need
MOST_ROWS: Final = 250_000
GROUPS: Final[dict[FeatureGroup, tuple[int, ...]]] = {  # columns of `_features`, the step last
    "recent": tuple(range(12)),  # lags and means
    "steadiness": (12, 13, 14, 15, 16),  # spreads, shares of weeks with a sale, size
    "age": (17,),
    "trend": (18,),  # how far ahead
}
OPTIONS: Final[dict[str, Any]] = {
    "objective": "tweedie",  # many weeks without a sale, few with a lot
    "tweedie_variance_power": 1.3,
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.7,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "num_threads": 1,  # threads that wait for a busy core cost more than they bring
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}


@dataclass(frozen=True)
class Trees:
    """The learnt model and what it sees of each series at the last known week.

    Attributes:
        model: LightGBM's own text, the same wherever it is read.
        past: features without the step; float32 [series, features].
        scale: what the features and forecasts of a series are divided by; [series].
        steps: weeks ahead that were learnt.
        idle: series without a sale in the last half year, whose forecast is 0; bool [series].
    """

    model: str
    past: Floats
    scale: Floats
    steps: tuple[int, ...]
    idle: np.ndarray

    def forecast(self, horizon: int) -> Floats:
        """Weekly rates ahead, [series, horizon]."""
        model = self._read()
        at_steps = np.stack([model.predict(_with_step(self.past, s)) * self.scale for s in self.steps], axis=1)
        at_steps[self.idle] = 0.0
        return np.stack([np.interp(np.arange(horizon), self.steps, row) for row in at_steps])

    def contributions(self, row: int) -> tuple[Floats, dict[FeatureGroup, Floats]]:
        """Logarithm of what an average row is forecast, and what each group of features adds to it; [steps] each."""
        seen = np.concatenate([_with_step(self.past[row : row + 1], s) for s in self.steps])
        found = np.asarray(self._read().predict(seen, pred_contrib=True))  # [steps, features + 1]
        groups = {kind: found[:, list(columns)].sum(1) for kind, columns in GROUPS.items()}
        return found[:, -1], groups

    def _read(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.model)


def learn_trees(rates: Floats, first: np.ndarray, horizon: int, seed: int, rounds: int = 150) -> Trees | None:
    """The model over all series; None where the history is too short to learn from."""
    import lightgbm

    weeks = rates.shape[1]
    steps = [s for s in STEPS if s < min(horizon, weeks - LEAST_PAST - 8)]
    if len(steps) < 4:
        return None
    features, target, weight = _rows(rates, first, steps, seed)
    if len(target) < 1000:
        return None
    model = lightgbm.train({**OPTIONS, "seed": seed}, lightgbm.Dataset(features, target, weight=weight), rounds)
    scale = _scale(rates, weeks)
    past = _features(rates, first, weeks, scale)
    return Trees(model.model_to_string(), past, scale, tuple(steps), rates[:, -26:].sum(1) == 0)


def _rows(rates: Floats, first: np.ndarray, steps: list[int], seed: int) -> tuple[Floats, Floats, Floats]:
    """Training rows of every origin in the past: features at the origin, the scaled rate so many steps later."""
    weeks = rates.shape[1]
    features, targets, weights = [], [], []
    for origin in range(LEAST_PAST, weeks):
        living = (first < origin - 4) & (rates[:, max(0, origin - 26) : origin].sum(1) > 0)
        if not living.any():
            continue
        scale = _scale(rates[living], origin)
        past = _features(rates[living], first[living], origin, scale)
        for step in (s for s in steps if origin + s < weeks):
            features.append(_with_step(past, step))
            targets.append(rates[living, origin + step] / scale)
            weights.append(np.sqrt(scale))  # between one vote per series and one per unit sold
    if not features:
        return np.empty((0, 1)), np.empty(0), np.empty(0)
    stacked, target, weight = np.concatenate(features), np.concatenate(targets), np.concatenate(weights)
    if len(target) > MOST_ROWS:
        chosen = np.random.default_rng(seed).choice(len(target), MOST_ROWS, replace=False)
        stacked, target, weight = stacked[chosen], target[chosen], weight[chosen]
    return stacked, target, weight


def _scale(rates: Floats, origin: int) -> Floats:
    """What a series' past is divided by: its mean over 13 weeks, half a unit added; [series]."""
    return np.asarray(rates[:, max(0, origin - 13) : origin].mean(1) + 0.5)


def _features(rates: Floats, first: np.ndarray, origin: int, scale: Floats) -> Floats:
    """Lags, means, spreads and shares of weeks with a sale before `origin`; float32 [series, features]."""
    columns = [rates[:, origin - lag] for lag in range(1, 9)]
    for window in (4, 8, 13, 26):
        columns.append(rates[:, max(0, origin - window) : origin].mean(1))
    for window in (8, 26):
        columns.append(rates[:, max(0, origin - window) : origin].std(1))
    scaled = np.stack(columns, axis=1) / scale[:, None]
    shares = [(rates[:, max(0, origin - window) : origin] > 0).mean(1) for window in (8, 26)]
    age = np.minimum(origin - first, 60)
    return np.column_stack([scaled, *shares, np.log(scale), age]).astype(np.float32)


def _with_step(past: Floats, step: int) -> Floats:
    return np.column_stack([past, np.full(len(past), step, dtype=np.float32)])
