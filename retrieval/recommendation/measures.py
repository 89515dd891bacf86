"""Recall, NDCG and hit rate of ranked lists, binary gains. Knows no method."""

import numpy as np
import numpy.typing as npt

from retrieval.recommendation.histories import Histories

Numbers = npt.NDArray[np.float64]


def list_scores(hits: npt.NDArray[np.bool_], wanted: npt.NDArray[np.int64]) -> Numbers:
    """Recall, NDCG and hit of each list, shape (lists, 3).

    Args:
        hits: whether each recommended product was bought, best first, shape (lists, k).
        wanted: number of different products that were bought, shape (lists,), at least 1.
    """
    discounts = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.cumsum(discounts)[np.minimum(wanted, hits.shape[1]) - 1]
    return np.stack([hits.sum(axis=1) / wanted, (hits * discounts).sum(axis=1) / ideal, hits.any(axis=1)], axis=1)


def best_places(scores: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.int64]:
    """The columns of the greatest scores of each row, best first, the lower column on a tie; shape (rows, count)."""
    count = min(count, scores.shape[1])
    least = np.partition(scores, -count, axis=1)[:, -count][:, None]
    found = np.empty((len(scores), count), np.int64)
    for row, above in enumerate(scores >= least):
        places = np.flatnonzero(above)
        found[row] = places[np.argsort(-scores[row, places], kind="stable")[:count]]
    return found


def judged(scores: npt.NDArray[np.float32], wanted: Histories, length: int) -> Numbers:
    """`list_scores` of the top `length` of each row against what each customer bought; all bought something."""
    bought = wanted.matrix()
    top = best_places(scores, length)
    hits = np.asarray(bought[np.arange(len(top))[:, None], top].todense()) > 0
    return list_scores(hits, np.asarray((bought > 0).sum(axis=1)).ravel().astype(np.int64))


def ranks(scores: npt.NDArray[np.float32], targets: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The rank of one product in each row, 1 for the best; among equal scores it comes last."""
    wanted = scores[np.arange(len(scores)), targets][:, None]
    return np.asarray((scores >= wanted).sum(axis=1))


def rank_scores(found: npt.NDArray[np.int64], length: int) -> tuple[float, float]:
    """Mean hit rate and NDCG of single targets with these ranks, lists of that length."""
    inside = found <= length
    return float(inside.mean()), float((inside / np.log2(found + 1.0)).mean())
