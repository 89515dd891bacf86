"""The fitted levels of a shop made to agree: whom each level's products belong to, how far each level is to be trusted.

Knows folds and fitted levels; the arithmetic is `hierarchy`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.forecasting.backtest import Fold
from analytics.forecasting.fitted import LevelForecast
from analytics.forecasting.hierarchy import Trust, added_up, agree, trust_in, within
from analytics.forecasting.panel import Floats, Integers
from analytics.forecasting.settings import METRICS, Level, Metric

ADDING_UP: Final = "made to add up"
Levels = dict[tuple[Level, Metric], LevelForecast]


@dataclass(frozen=True)
class Judged:
    """The folds of one level and the method that serves it."""

    folds: list[Fold]
    serves: str

    def by_weeks_back(self) -> dict[int, Fold]:
        """The folds by their origin."""
        return {fold.weeks_back: fold for fold in self.folds}


@dataclass(frozen=True)
class Family:
    """Who belongs to whom.

    Attributes:
        parents: row of each product's category, -1 without one; [products].
        prices: revenue per unit of each product, [products].
        unrest: variance of each product's weekly sales over their mean, [products].
        named: level -> share of the shop's sales that names one of its keys ("store", "country").
    """

    parents: Integers
    prices: Floats
    unrest: Floats
    named: Mapping[Level, float]


@dataclass(frozen=True)
class Agreement:
    """What came of it.

    Attributes:
        levels: the fitted levels, their weekly forecasts agreeing.
        revenue: of products, weekly; float32 [products, weeks].
        scores: score names and values of the forecasts as they add up, by level, for units.
    """

    levels: Levels
    revenue: Floats
    scores: dict[Level, dict[str, float]]


def make_agree(levels: Levels, judged: Mapping[tuple[Level, Metric], Judged], family: Family) -> Agreement:
    """Lets products, categories and the whole shop add up, and stores and countries keep within it."""
    found, revenue, scores = dict(levels), np.empty(0), dict[Level, dict[str, float]]()
    for metric in METRICS:
        price = 1.0 if metric == "units" else family.prices[:, None]
        products = levels["product", "units"].weekly.astype(np.float64) * price
        category, total = levels.get(("category", metric)), levels["total", metric]
        own = np.empty((0, products.shape[1])) if category is None else category.weekly.astype(np.float64)
        trust = _trust(judged, metric, family)
        agreed = agree(products, own, total.weekly[0].astype(np.float64), family.parents, trust, family.unrest)
        if metric == "units":
            found["product", "units"] = _with(levels["product", "units"], agreed.products)
            scores = _scores(judged, family, trust)
        else:
            revenue = agreed.products.astype(np.float32)
        found["total", metric] = _with(total, agreed.total[None])
        if category is not None:
            found["category", metric] = _with(category, agreed.categories)
        for level, named in family.named.items():
            if (level, metric) in levels:
                known = levels[level, metric]
                found[level, metric] = _with(known, within(known.weekly.astype(np.float64), agreed.total, named))
    return Agreement(found, revenue, scores)


def _with(level: LevelForecast, weekly: Floats) -> LevelForecast:
    return replace(level, weekly=weekly.astype(np.float32))


def _shared(judged: Mapping[tuple[Level, Metric], Judged], metric: Metric) -> list[dict[Level, Fold]]:
    """The origins at which products and the whole shop were judged, with their folds (categories' where there are)."""
    levels: tuple[Level, ...] = ("category", "total")
    folds = {level: judged[level, metric].by_weeks_back() for level in levels if (level, metric) in judged}
    products = judged["product", "units"].by_weeks_back()
    shared = [back for back in products if all(back in each for each in folds.values())]
    return [{"product": products[back], **{level: each[back] for level, each in folds.items()}} for back in shared]


def _said(judged: Mapping[tuple[Level, Metric], Judged], fold: Fold, level: Level, metric: Metric) -> Floats:
    """Weekly forecasts of a fold by the method that serves; [series, weeks]."""
    return fold.weeks[judged[level, "units" if level == "product" else metric].serves]


def _trust(judged: Mapping[tuple[Level, Metric], Judged], metric: Metric, family: Family) -> Trust:
    """How far off each level's own forecasts were, against the products' sums."""
    price = 1.0 if metric == "units" else family.prices[:, None]
    rows: dict[Level, list[tuple[Floats, Floats, Floats]]] = {"category": [], "total": []}
    for folds in _shared(judged, metric):
        products = _said(judged, folds["product"], "product", metric) * price
        for level in rows:
            if level not in folds:
                continue
            own, came = _said(judged, folds[level], level, metric), folds[level].actual_weeks
            below = products.sum(0)[None] if level == "total" else added_up(products, family.parents, len(own))
            rows[level].append((own, below, came))
    trust = {level: trust_in(*map(np.stack, zip(*each, strict=True))) if each else 0.0 for level, each in rows.items()}
    return Trust(**trust)


def _scores(
    judged: Mapping[tuple[Level, Metric], Judged], family: Family, trust: Trust
) -> dict[Level, dict[str, float]]:
    """Errors over the judged weeks of units as they add up, as `backtest.scores` measures them."""
    wrong: dict[Level, list[Floats]] = {"product": [], "category": [], "total": []}
    sold: dict[Level, float] = dict.fromkeys(wrong, 0.0)
    for folds in _shared(judged, "units"):
        said = {level: _said(judged, fold, level, "units") for level, fold in folds.items()}
        own = said.get("category", np.empty((0, said["product"].shape[1])))
        agreed = agree(said["product"], own, said["total"][0], family.parents, trust, family.unrest)
        each = {"product": agreed.products, "category": agreed.categories, "total": agreed.total[None]}
        for level, fold in folds.items():
            came = fold.actual_weeks[fold.known]
            wrong[level].append((each[level][fold.known] - came).sum(1))
            sold[level] += float(came.sum())
    return {
        level: {
            "WAPE": float(sum(np.abs(e).sum() for e in errors) / max(sold[level], 1e-9)),
            "bias": float(sum(e.sum() for e in errors) / max(sold[level], 1e-9)),
        }
        for level, errors in wrong.items()
        if errors
    }
