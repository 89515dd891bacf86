"""A re-ranker learnt from judgements: boosted trees and a line over the features of each candidate. Knows no index.

LambdaMART (Burges, "From RankNet to LambdaRank to LambdaMART: an overview", 2010) through LightGBM, and a ridge
regression on each grade's distance from its query's mean, added up on one scale. Judges agree little on near-equal
products, so the trees are small, several seeds are averaged, and the line keeps them from following the noise. Whether
it serves is decided by queries that it was not trained on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import NotEnoughData
from retrieval.features import NAMES, Table

Numbers = npt.NDArray[np.float64]
FEWEST_QUERIES = 100  # with two or more different grades
_LEVELS = 6  # grades are cut into so many steps above the lowest


@dataclass(frozen=True)
class RerankSettings:
    """How the trees are grown.

    Attributes:
        ridge: the line's penalty, in rows of judgements.
        validation: share of the queries that decides whether the re-ranker serves.
    """

    rounds: int = 250
    leaves: int = 8
    rate: float = 0.04
    fewest_in_leaf: int = 80
    seeds: int = 2
    ridge: float = 300.0
    validation: float = 0.2

    def __post_init__(self) -> None:
        """Checks the ranges.

        Raises:
            ValueError: out of range.
        """
        if not (0 < self.validation < 1 and self.rate > 0 and min(self.rounds, self.leaves - 1, self.seeds) >= 1):
            raise ValueError(f"Expected 0 < validation < 1, rate > 0 and at least one round and seed; got {self}.")


@dataclass(frozen=True)
class Judged:
    """One query's judged products: features (n, len(NAMES)), grades (n,), the default's scores (n,)."""

    features: Table
    grades: Numbers
    scores: Numbers

    @property
    def tells(self) -> bool:
        """Whether anything can be learnt from it."""
        return len(set(self.grades.tolist())) > 1


@dataclass(frozen=True)
class RerankScore:
    """NDCG@5 on queries that were held out: of the default ranking, and re-ranked; and queries judged in all."""

    default_ndcg: float
    ndcg: float
    queries: int

    def sentence(self) -> str:
        """For people."""
        serves = "serves" if self.ndcg > self.default_ndcg else "does not serve"
        return (
            f"the re-ranker {serves}: NDCG@5 {self.ndcg:.3f} on held-out queries, the default ranking "
            f"{self.default_ndcg:.3f}; {self.queries} judged queries"
        )


@dataclass(frozen=True)
class Reranker:
    """Trained trees.

    Attributes:
        trees: LightGBM's own text of each model.
        line: weight of each feature, and its mean and spread in training; shape (3, features).
        scales: spread of the trees' mean score and of the line's on what they were trained on.
        embedder: identity of the embedder whose cosines it learnt from.
        default_ndcg, ndcg: NDCG@5 on the validation queries, of the default ranking and re-ranked.
        queries: queries trained on.
    """

    trees: tuple[str, ...]
    line: tuple[tuple[float, ...], ...]
    scales: tuple[float, float]
    embedder: str
    default_ndcg: float
    ndcg: float
    queries: int
    names: tuple[str, ...] = NAMES

    @property
    def scorecard(self) -> "RerankScore":
        """What the shop's status shows."""
        return RerankScore(self.default_ndcg, self.ndcg, self.queries)

    @property
    def helps(self) -> bool:
        """Whether it ranked the validation queries better than the default does."""
        return self.ndcg > self.default_ndcg

    def fits(self, embedder: str) -> bool:
        """Whether it was trained on these features and this embedder."""
        return self.embedder == embedder and self.names == NAMES

    def scores(self, table: Table) -> Numbers:
        """Higher is better, comparable within a query; shape (n,)."""
        trees = np.mean([booster.predict(table, num_threads=1) for booster in self._boosters], axis=0)
        weights, mean, spread = np.array(self.line)
        total: Numbers = trees / self.scales[0] + _standard(table, mean, spread) @ weights / self.scales[1]
        return total

    @cached_property
    def _boosters(self) -> list[Any]:
        import lightgbm

        return [lightgbm.Booster(model_str=tree) for tree in self.trees]


def fit_reranker(
    judged: Mapping[str, Judged], embedder: str, settings: RerankSettings | None = None, seed: int = 0
) -> Reranker:
    """Trains on a share of the queries, measures on the others, then trains again on all.

    Args:
        judged: by query.
        embedder: its identity.
        settings: how to grow.
        seed: of the split and the trees.

    Raises:
        NotEnoughData: too few queries with different grades.
    """
    settings = settings or RerankSettings()
    telling = [judged[query] for query in sorted(judged) if judged[query].tells]
    if len(telling) < FEWEST_QUERIES:
        raise NotEnoughData(
            f"Expected judgements of at least {FEWEST_QUERIES} queries with better and worse products; "
            f"got {len(telling)}."
        )
    order = np.random.default_rng(seed).permutation(len(telling))
    held_out = max(int(len(telling) * settings.validation), 1)
    validation, training = [telling[i] for i in order[:held_out]], [telling[i] for i in order[held_out:]]
    trial = Reranker(*_grow(training, settings, seed), embedder, 0.0, 0.0, len(training))
    default = float(np.mean([ndcg(each.scores, each.grades) for each in validation]))
    reached = float(np.mean([ndcg(trial.scores(each.features), each.grades) for each in validation]))
    return Reranker(*_grow(telling, settings, seed), embedder, default, reached, len(telling))


def ndcg(scores: Numbers, grades: Numbers, depth: int = 5) -> float:
    """NDCG with linear gains above the lowest grade 1 (Järvelin and Kekäläinen, TOIS 2002); 1 where none has a gain."""
    discounts = 1 / np.log2(np.arange(2, depth + 2))
    gains = grades - 1
    best = np.sort(gains)[::-1][:depth]
    ideal = float(best @ discounts[: len(best)])
    got = gains[np.argsort(-scores, kind="stable")[:depth]]
    return float(got @ discounts[: len(got)]) / ideal if ideal > 0 else 1.0


def _grow(
    judged: Sequence[Judged], settings: RerankSettings, seed: int
) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...], tuple[float, float]]:
    """Trees, line and scales."""
    import lightgbm

    table = np.concatenate([each.features for each in judged])
    grades = np.concatenate([each.grades for each in judged])
    low, high = float(grades.min()), float(grades.max())
    levels = np.rint((grades - low) / (high - low) * _LEVELS).astype(int)
    sizes, shared = [len(each.grades) for each in judged], {"max_bin": 63, "verbosity": -1}
    grown = [
        lightgbm.train(
            _parameters(settings, seed + number),
            lightgbm.Dataset(table, levels, group=sizes, params=shared),
            settings.rounds,
        )
        for number in range(settings.seeds)
    ]
    line = _line(judged, settings.ridge)
    scored = np.mean([each.predict(table, num_threads=1) for each in grown], axis=0)
    straight = _standard(table, line[1], line[2]) @ line[0]
    scales = max(float(np.std(scored)), 1e-9), max(float(np.std(straight)), 1e-9)
    return tuple(each.model_to_string() for each in grown), tuple(tuple(row.tolist()) for row in line), scales


def _line(judged: Sequence[Judged], ridge: float) -> Numbers:
    """Weights, means and spreads of the features, shape (3, features); differences within a query count alone."""
    table = np.concatenate([each.features for each in judged]).astype(float)
    known = np.where(np.isnan(table).all(axis=0), 0.0, table)
    mean, spread = np.nanmean(known, axis=0), np.nanstd(known, axis=0)
    rows = [_standard(each.features, mean, spread) for each in judged]
    inputs = np.concatenate([row - row.mean(axis=0) for row in rows])
    targets = np.concatenate([each.grades - each.grades.mean() for each in judged])
    weights = np.linalg.solve(inputs.T @ inputs + ridge * np.eye(inputs.shape[1]), inputs.T @ targets)
    return np.stack([weights, mean, spread])


def _standard(table: Table, mean: Numbers, spread: Numbers) -> Numbers:
    """Features on one scale, what is not known in the middle, what is far out cut off."""
    scaled: Numbers = np.clip(np.nan_to_num((table - mean) / np.maximum(spread, 1e-6), nan=0.0), -4, 4)
    return scaled


def _parameters(settings: RerankSettings, seed: int) -> dict[str, Any]:
    return {
        "objective": "lambdarank",
        "lambdarank_truncation_level": 10,
        "label_gain": list(range(_LEVELS + 1)),
        "learning_rate": settings.rate,
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.fewest_in_leaf,
        "feature_fraction": 0.4,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 10.0,
        "max_bin": 63,
        "deterministic": True,
        "seed": seed,
        "verbosity": -1,
        "num_threads": 1,
    }
