"""Judges learners of uplift on one randomised trial and says honestly whether they differ.

Every customer is scored by a model that did not see them (cross-fitting over folds), so the whole trial judges. Knows
features, treatment and outcome; no shop.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.errors import NotEnoughHistory
from analytics.uplift.learners import AverageEffect, Learner, Response
from analytics.uplift.qini import Qini, qini, surely_better

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
RANDOM = "random targeting"
_SEED = 7
_FEWEST = 50


@dataclass(frozen=True)
class Trial:
    """What a test left behind.

    Attributes:
        features: (customers, features).
        treated: who got the offer; chance decided.
        outcome: what each did afterwards.
    """

    features: Array
    treated: Flags
    outcome: Array

    def __post_init__(self) -> None:
        """Checks that there is something to learn from.

        Raises:
            NotEnoughHistory: too few in one arm, or everyone was treated alike.
        """
        on, off = int(self.treated.sum()), int((~self.treated).sum())
        if min(on, off) < _FEWEST:
            raise NotEnoughHistory(
                f"Expected {_FEWEST} customers or more with the offer and as many without, drawn by chance; got {on} "
                f"and {off}. What an offer that everyone got added can't be told: hold it back from some."
            )

    def rows(self, chosen: Flags) -> "Trial":
        """Some of the customers."""
        return Trial(self.features[chosen], self.treated[chosen], self.outcome[chosen])


@dataclass(frozen=True)
class Judged:
    """How learners did on a trial.

    Attributes:
        effect, error: average effect per customer and its standard error.
        qini: method -> its Qini; `RANDOM` and the average effect among them.
        scores: method -> place of each customer by uplift, 0-1, by a model that had not seen them.
        best: the learner with the largest Qini.
        differ: whether `best` surely beats every other learner, and random targeting.
        beats_random: learners whose 95 % interval lies above 0.
    """

    effect: float
    error: float
    qini: dict[str, Qini]
    scores: dict[str, Array]
    best: str
    differ: bool
    beats_random: tuple[str, ...]

    def verdict(self) -> str:
        """One honest sentence."""
        if not self.beats_random:
            return "No learner is surely better than targeting at random: treat all or nobody, by the average effect."
        names = [n for n in self.qini if n not in (RANDOM, AverageEffect.name, Response.name, self.best)]
        beaten = [n for n in names if surely_better(self.qini[self.best], self.qini[n])]
        sure = f"{len(self.beats_random)} of {len(names) + 1} methods beat random targeting (95 %)"
        if self.differ:
            return f"{self.best} surely beats every other method; {sure}."
        if not beaten:
            return f"The methods do not differ significantly among themselves: {self.best} is ahead by chance; {sure}."
        return f"{self.best} surely beats {', '.join(beaten)}, the rest do not differ significantly from it; {sure}."


def judge(trial: Trial, learners: Sequence[Callable[[], Learner]], *, folds: int = 5, draws: int = 200) -> Judged:
    """Cross-fits every learner and measures its ranking.

    Args:
        trial: the customers of the test.
        learners: makers of unfitted learners.
        folds: parts into which the customers are split by chance.
        draws: bootstrap draws of the intervals.
    """
    scores = {make().name: crossed(trial, make, folds) for make in learners}
    scores = {name: _ranked(score, len(trial.outcome), folds) for name, score in scores.items()}
    flat = {RANDOM: np.random.default_rng(_SEED).random(len(trial.outcome))}
    found = {name: qini(score, trial.treated, trial.outcome, draws) for name, score in (flat | scores).items()}
    methods = [name for name in scores if name not in (AverageEffect.name, Response.name)]
    best = max(methods, key=lambda name: found[name].area)
    on, off = trial.outcome[trial.treated], trial.outcome[~trial.treated]
    others = [found[name] for name in found if name not in (best, Response.name)]
    return Judged(
        float(on.mean() - off.mean()), float(np.sqrt(on.var() / len(on) + off.var() / len(off))), found, scores, best,
        all(surely_better(found[best], other) for other in others),
        tuple(name for name in methods if found[name].low > 0),
    )  # fmt: skip


def crossed(trial: Trial, make: Callable[[], Learner], folds: int) -> Array:
    """Each customer's uplift from a model that learnt from the other folds."""
    part = _folds(len(trial.outcome), folds)
    scores = np.zeros(len(trial.outcome))
    for fold in range(folds):
        known = trial.rows(part != fold)
        learner = make().fit(known.features, known.treated, known.outcome)
        scores[part == fold] = learner.uplift(trial.features[part == fold])
    return scores


def _folds(customers: int, folds: int) -> npt.NDArray[np.int64]:
    return np.asarray(np.random.default_rng(_SEED).permutation(customers) % folds)


def _ranked(score: Array, customers: int, folds: int) -> Array:
    """Places within each fold, 0-1, ties alike.

    A fold whose customers reacted strongly leaves a lower average to the others that teach its model: across folds,
    levels would order the customers the wrong way round.
    """
    part, places = _folds(customers, folds), np.zeros(customers)
    for fold in range(folds):
        places[part == fold] = pd.Series(score[part == fold]).rank(pct=True).to_numpy(float)
    return places
