"""The weighted mean of a level's methods, its weights chosen on other origins than those it is judged on. Knows folds.

The weights grow step by step, each step adding the method that helps most (Caruana et al., "Ensemble selection from
libraries of models", ICML 2004).
"""

from typing import Final

import numpy as np

from analytics.forecasting.backtest import SUM_DAYS, Fold, untested
from analytics.forecasting.methods import COMBINATION, NAIVE, WEIGHTED, Weights
from analytics.forecasting.series import Floats
from analytics.forecasting.settings import JUDGED_WEEKS, WEEK

STEPS: Final = 10
COLUMN: Final = SUM_DAYS.index(JUDGED_WEEKS * WEEK)


def add_weighted(folds: list[Fold]) -> Weights:
    """Adds the weighted mean to every fold's forecasts.

    A fold's weights are chosen on the folds whose judged weeks do not overlap with its own; where there are none, all
    methods weigh the same there.

    Returns:
        The weights that all folds together choose; empty where no two methods are shared.
    """
    names = _shared(folds)
    if len(names) < 2:
        return {}
    for fold in folds:
        apart = [other for other in folds if abs(other.weeks_back - fold.weeks_back) >= JUDGED_WEEKS]
        weights = choose(apart, names) if apart else dict.fromkeys(names, 1.0 / len(names))
        for table in (fold.forecast, fold.forecast_days, fold.weeks):
            table[WEIGHTED] = _mixed(table, weights)
    return choose(folds, names)


def choose(folds: list[Fold], names: list[str]) -> Weights:
    """Weights whose mean has the smallest sum of absolute errors of four-week sums; sum 1."""
    actual = np.concatenate([fold.actual[fold.known, COLUMN] for fold in folds])
    said = {name: np.concatenate([fold.forecast[name][fold.known, COLUMN] for fold in folds]) for name in names}
    total, counts = np.zeros(len(actual)), dict.fromkeys(names, 0)
    for step in range(1, STEPS + 1):
        error = {name: float(np.nansum(np.abs((total + said[name]) / step - actual))) for name in names}
        chosen = min(error, key=lambda name: error[name])
        counts[chosen] += 1
        total = total + said[chosen]
    return {name: count / STEPS for name, count in counts.items() if count}


def _shared(folds: list[Fold]) -> list[str]:
    """Methods of every fold that may have a weight; the combination is made of others already."""
    left_out = {COMBINATION, WEIGHTED, *((NAIVE,) if untested(folds) else ())}
    return [name for name in folds[0].forecast if name not in left_out and all(name in f.forecast for f in folds)]


def _mixed(table: dict[str, Floats], weights: Weights) -> Floats:
    return np.asarray(sum(weight * table[name] for name, weight in weights.items()))
