"""Sets the chances of a method right, and judges them. Knows candidates and labels, no shop and no dates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.churn.candidate import SEED, Array, Candidate, chance_of, log_odds
from analytics.churn.learners import Blend
from analytics.errors import NotEnoughHistory
from analytics.explanation import LOG_ODDS, Explained

Fold = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]
_FOLDS = 3
_GROUPS = 10


@dataclass(frozen=True)
class Calibrated:
    """A fitted candidate whose chances are set right by Platt scaling."""

    candidate: Candidate
    slope: float
    offset: float

    def risk(self, features: pd.DataFrame) -> Array:
        """The calibrated chance that each customer leaves."""
        return chance_of(self.slope * log_odds(self.candidate.risk(features)) + self.offset)

    def explained(self, features: pd.DataFrame, background: Array) -> Explained:
        """What each column adds to the calibrated log-odds; a forest's to its own chance, before calibration."""
        found = self.candidate.explained(features, background)
        return found.scaled(self.slope, self.offset) if found.unit == LOG_ODDS else found


def calibrated(
    makers: Mapping[str, Callable[[], Candidate]],
    blends: Mapping[str, tuple[str, ...]],
    features: pd.DataFrame,
    left: Array,
    names: Sequence[str] | None = None,
) -> dict[str, Calibrated]:
    """Fits methods and blends of them, and sets their chances right on folds that keep each customer (index) whole.

    Args:
        makers: the methods, not yet fitted.
        blends: name -> the methods whose log-odds it averages.
        features: one row per customer (and cutoff).
        left: 1.0 for those who left, else 0.0.
        names: which methods and blends; default: all.
    """
    wanted = list(names or (*makers, *blends))
    needed = dict.fromkeys(part for name in wanted for part in blends.get(name, (name,)))
    folds = _folds(features, left)
    fitted = {name: makers[name]().fit(features, left) for name in needed}
    unseen = {
        name: _unseen(makers[name], features, left, folds) if each.reads_outcomes else log_odds(each.risk(features))
        for name, each in fitted.items()
    }
    found = {}
    for name in wanted:
        parts = blends.get(name)
        odds = np.mean([unseen[part] for part in parts], axis=0) if parts else unseen[name]
        candidate = Blend([fitted[part] for part in parts], name) if parts else fitted[name]
        found[name] = Calibrated(candidate, *_platt(odds, left))
    return found


def _unseen(make: Callable[[], Candidate], features: pd.DataFrame, left: Array, folds: list[Fold]) -> Array:
    """Log-odds of each row by a fit that did not see its customer."""
    odds = np.zeros(len(left))
    for learn, hold in folds:
        odds[hold] = log_odds(make().fit(features.iloc[learn], left[learn]).risk(features.iloc[hold]))
    return odds


def _platt(odds: Array, left: Array) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    platt = LogisticRegression(C=1e6).fit(odds.reshape(-1, 1), left)
    return max(float(platt.coef_[0, 0]), 1e-3), float(platt.intercept_[0])  # never turn a ranking around


def churn_scores(truth: Array, risk: Array) -> dict[str, float]:
    """AUC; Brier score; expected calibration error over ten equal groups; mean risk minus what came.

    Raises:
        NotEnoughHistory: everyone did the same.
    """
    from sklearn.metrics import roc_auc_score

    if len(np.unique(truth)) < 2:
        raise NotEnoughHistory("All customers did the same after the cutoff, so churn can't be judged yet.")
    groups = np.array_split(np.argsort(risk, kind="stable"), _GROUPS)
    error = sum(len(group) * abs(risk[group].mean() - truth[group].mean()) for group in groups if len(group))
    return {
        "AUC": float(roc_auc_score(truth, risk)),
        "Brier": float(np.mean((risk - truth) ** 2)),
        "calibration error": float(error / len(truth)),
        "mean bias": float(risk.mean() - truth.mean()),
    }


def auc_gain(truth: Array, better: Array, than: Array, resamples: int = 1000) -> tuple[float, float, float]:
    """How much higher the first ranking's AUC is, with a 95 % interval over customers drawn with replacement."""
    from sklearn.metrics import roc_auc_score

    generator = np.random.default_rng(SEED)
    gains: list[float] = []
    while len(gains) < resamples:
        drawn = generator.integers(0, len(truth), len(truth))
        if 0 < truth[drawn].sum() < len(truth):
            gains.append(roc_auc_score(truth[drawn], better[drawn]) - roc_auc_score(truth[drawn], than[drawn]))
    low, high = np.quantile(gains, (0.025, 0.975))
    return float(roc_auc_score(truth, better) - roc_auc_score(truth, than)), float(low), float(high)


def _folds(features: pd.DataFrame, left: Array) -> list[Fold]:
    from sklearn.model_selection import GroupKFold

    return list(GroupKFold(_FOLDS).split(features, left, groups=features.index))
