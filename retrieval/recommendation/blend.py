"""Several methods' scores added up, with weights chosen on purchases unseen by all of them. Knows no single method.

The weights come from a coordinate search over a short grid, on the products that at least one method lists high.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.recommendation.histories import Histories
from retrieval.recommendation.measures import best_places, list_scores
from retrieval.recommendation.method import Ground, Method, Scores, scaled

GRID = (0.0, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0)
PASSES = 3
LISTED = 50  # of each method: what none of them lists that high hardly reaches the first ten


@dataclass(frozen=True)
class Candidates:
    """The products that some method lists high, as dense arrays padded with products of score 0.

    Attributes:
        features: each method's scaled score, shape (customers, c, methods).
        bought: whether the product was bought, shape (customers, c).
        wanted: products that were bought, shape (customers,).
    """

    features: Scores
    bought: npt.NDArray[np.bool_]
    wanted: npt.NDArray[np.int64]


class Blend:
    """A weighted sum of fitted or unfitted methods."""

    def __init__(self, methods: Sequence[Method], weights: Sequence[float], name: str = "blend") -> None:
        """Takes the methods with their weights, one for each."""
        self.methods, self.weights, self._name = tuple(methods), tuple(weights), name

    @property
    def name(self) -> str:
        """Its name in scorecards."""
        return self._name

    def fit(self, ground: Ground) -> Method:
        """Fits each method that has a weight."""
        for method, weight in zip(self.methods, self.weights, strict=True):
            if weight > 0:
                method.fit(ground)
        return self

    def scores(self, histories: Histories) -> Scores:
        """The weighted sum of the scaled scores."""
        members = [(method, weight) for method, weight in zip(self.methods, self.weights, strict=True) if weight > 0]
        if not members:
            return np.zeros((len(histories.customers), histories.products), np.float32)
        return mixed([method.scores(histories) for method, _ in members], [weight for _, weight in members])


def mixed(scores: Sequence[Scores], weights: Sequence[float]) -> Scores:
    """The weighted sum of several methods' scores, each scaled by row; at least one method."""
    found = np.zeros_like(scores[0])
    for each, weight in zip(scores, weights, strict=True):
        if weight > 0:
            found += np.float32(weight) * scaled(each)
    return found


def candidates(scores: Sequence[Scores], wanted: Histories) -> Candidates:
    """The top `LISTED` products of each method, per customer once.

    Args:
        scores: of each method, shape (customers, products).
        wanted: what each customer bought afterwards.
    """
    even = [scaled(each) for each in scores]
    tops = np.concatenate([best_places(each, LISTED) for each in even], axis=1)
    tops = np.sort(tops, axis=1)
    twice = np.zeros(tops.shape, bool)
    twice[:, 1:] = tops[:, 1:] == tops[:, :-1]
    rows = np.arange(len(tops))[:, None]
    features = np.stack([each[rows, tops] for each in even], axis=-1)
    features[twice] = 0.0
    bought = wanted.matrix()
    hits = (np.asarray(bought[rows, tops].todense()) > 0) & ~twice
    return Candidates(features, hits, np.asarray((bought > 0).sum(axis=1)).ravel().astype(np.int64))


def choose_weights(found: Candidates, length: int = 10) -> tuple[float, ...]:
    """The weights with the best mean NDCG, starting from the best single method."""
    count = found.features.shape[-1]
    single = [_ndcg(found, np.eye(count)[place], length) for place in range(count)]
    best = max(single)
    weights = np.eye(count)[int(np.argmax(single))]
    for _ in range(PASSES):
        before = weights.copy()
        for place in range(count):
            for value in GRID:
                trial = weights.copy()
                trial[place] = value
                score = _ndcg(found, trial, length) if trial.any() else 0.0
                if score > best + 1e-9:
                    best, weights = score, trial
        if np.array_equal(before, weights):
            break
    return tuple(float(each) for each in weights)


def joined(parts: Sequence[Candidates]) -> Candidates:
    """Candidates of several groups of customers as one."""
    return Candidates(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.bought for part in parts]),
        np.concatenate([part.wanted for part in parts]),
    )


def named_weights(methods: Sequence[Method], weights: Sequence[float]) -> Mapping[str, float]:
    """Method name -> weight, those without any left out."""
    return {method.name: weight for method, weight in zip(methods, weights, strict=True) if weight > 0}


def _ndcg(found: Candidates, weights: npt.NDArray[np.float64], length: int) -> float:
    total = found.features @ weights.astype(np.float32)
    top = best_places(total, length)
    hits = np.take_along_axis(found.bought, top, axis=1)
    return float(list_scores(hits, found.wanted)[:, 1].mean())
