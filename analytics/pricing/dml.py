"""Own-price elasticities by double machine learning: what season and promotions do to price and sales is taken out.

For E[units | price, x] = exp(elasticity x log price + g(x)) the moment
    (units x exp(-elasticity x log price) - h(x)) x (log price - m(x)),  h = exp(g), m = E[log price | x],
is orthogonal to errors of h and m (Chernozhukov et al. 2018, Econometrics Journal 21; Poisson form: Wooldridge 2010,
ch. 18). h and m come from boosted trees that did not see the week (cross-fitting over blocks of weeks). Products are
then drawn towards their category. Knows the weekly panel, no currency and no advice.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.elasticity import shrink
from analytics.price_panel import WeeklyPanel

Array = npt.NDArray[np.float64]
_FEWEST_WEEKS, _LEAST_SPREAD = 10, 0.015
_SEED = 7


def dml_elasticities(panel: WeeklyPanel, folds: int = 4, rounds: int = 2) -> pd.DataFrame:
    """As `elasticity.shrink` returns: elasticity, sd, shrunk, shrunk_sd, prior, category, by product.

    Args:
        panel: the weeks.
        folds: parts into which blocks of eight weeks are dealt.
        rounds: times that h is learnt anew with the elasticity of the round before.
    """
    known = ~np.isnan(panel.price)
    logged = np.log(np.where(known, panel.price, 1.0))
    centre = (logged * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    moved = np.where(known, logged - centre[:, None], 0.0)
    spread = np.sqrt((moved**2).sum(axis=1) / np.maximum(known.sum(axis=1), 1))
    learns = (known.sum(axis=1) >= _FEWEST_WEEKS) & (spread >= _LEAST_SPREAD) & (panel.units.sum(axis=1) >= 10)
    if not learns.any():
        return shrink(pd.DataFrame({"elasticity": [], "sd": [], "category": []}))
    row, week = np.nonzero(known & learns[:, None])
    units, price = panel.units[row, week], moved[row, week]
    block = (week // 8) % folds
    usual = panel.in_stock[row, week] * _usual(panel, known, folds)[row, block]
    features = _features(panel, row, week)
    push = price - _crossed(features, price, block, folds, "regression", None)
    reaction = np.full(len(units), -1.5)
    for _ in range(rounds):
        cleared = units / usual * np.exp(-reaction * price)
        expected = usual * _crossed(features, np.minimum(cleared, 50.0), block, folds, "poisson", usual)
        found = _solve(units, price, push, expected, row, len(panel.products))
        drawn = shrink(_table(found, panel, learns))
        reaction = drawn["shrunk"].reindex(panel.products).to_numpy(float)[row]
    return drawn


def _usual(panel: WeeklyPanel, known: npt.NDArray[np.bool_], folds: int) -> Array:
    """Units a week of each product outside each fold, (products, folds), never 0."""
    block = (np.arange(panel.units.shape[1]) // 8) % folds
    level = np.zeros((len(panel.products), folds))
    for fold in range(folds):
        seen = known & (block != fold)
        level[:, fold] = ((panel.units * seen).sum(axis=1) + 0.5) / ((panel.in_stock * seen).sum(axis=1) + 0.5)
    return level


def _features(panel: WeeklyPanel, row: npt.NDArray[np.intp], week: npt.NDArray[np.intp]) -> Array:
    """Category, time, time of the year and promotion of each product and week."""
    kinds = pd.factorize(pd.Series(panel.categories, dtype=object))[0]
    year = panel.weeks.dayofyear.to_numpy(dtype=float)
    return np.column_stack([kinds[row], week, year[week], panel.promotion[row, week]])


def _crossed(
    features: Array, target: Array, block: npt.NDArray[np.intp], folds: int, objective: str, weight: Array | None
) -> Array:
    """Predictions for each block by trees that learnt from the others."""
    import lightgbm

    settings: dict[str, Any] = {
        "objective": objective, "num_leaves": 31, "learning_rate": 0.08, "min_data_in_leaf": 60, "lambda_l2": 5.0,
        "seed": _SEED, "deterministic": True, "num_threads": 1, "verbose": -1, "max_cat_threshold": 64,
    }  # fmt: skip
    guess = np.zeros(len(target))
    for fold in range(folds):
        learn = block != fold
        data = lightgbm.Dataset(
            features[learn], label=target[learn], weight=None if weight is None else weight[learn],
            categorical_feature=[0],
        )  # fmt: skip
        guess[~learn] = lightgbm.train(settings, data, num_boost_round=120).predict(features[~learn])
    return guess


def _solve(
    units: Array, price: Array, push: Array, expected: Array, row: npt.NDArray[np.intp], products: int
) -> tuple[Array, Array]:
    """Newton's method on every product's moment; standard errors by the sandwich, (products,) each."""
    reaction = np.full(products, -1.5)
    for _ in range(20):
        left = units * np.exp(np.clip(-reaction[row] * price, -5, 5))
        moment = np.bincount(row, (left - expected) * push, products)
        slope = np.bincount(row, -left * price * push, products)
        step = np.where(np.abs(slope) > 1e-9, -moment / np.where(slope == 0, 1.0, slope), 0.0)
        reaction = np.clip(reaction + np.clip(step, -1, 1), -10, 10)
        if np.abs(step).max() < 1e-6:
            break
    left = units * np.exp(np.clip(-reaction[row] * price, -5, 5))
    meat = np.bincount(row, ((left - expected) * push) ** 2, products)
    bread = np.bincount(row, expected * push**2, products)
    return reaction, np.sqrt(np.maximum(meat, 1e-9)) / np.maximum(np.abs(bread), 1e-9)


def _table(found: tuple[Array, Array], panel: WeeklyPanel, learns: npt.NDArray[np.bool_]) -> pd.DataFrame:
    reaction, sd = found
    return pd.DataFrame(
        {"elasticity": reaction[learns], "sd": np.clip(sd[learns], 0.05, 20), "category": panel.categories[learns]},
        index=panel.products[learns],
    )
