"""How lexical and dense evidence become one score and one probability. Knows numbers, no products.

The weights are learnt on Home Depot's training queries and measured on held-out ones (benchmarks.search): there the mix
beats BM25 and the embedding alone, and reciprocal rank fusion (Cormack et al., SIGIR 2009) as well.
"""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

LEXICAL_SHARE = 0.59
POPULARITY_SHARE = 0.02  # settles near ties only

# Logistic regression of "relevant" (judged 2.33 of 3 or more) on coverage and cosine: Home Depot's judged pairs of
# 1,500 queries, and as further negatives the best title that another trade's shop (Online Retail) has for each; its
# area under the ROC curve is 0.85.
INTERCEPT, COVERAGE_WEIGHT, COSINE_WEIGHT = -3.42, 3.10, 4.50

MATCHES = (
    0.6  # from here on a product counts as what was asked for: 75 % of the judged relevant, 10 % of the other shop's
)
CARRIED = 0.5  # from here on the shop carries such a thing
NEAR = 0.15  # below this a product is not even worth showing as the nearest there is


def fused(bm25: Numbers, coverage: Numbers, cosine: Numbers, popularity: Numbers) -> Numbers:
    """The ranking score: coverage and BM25 on one side, the cosine on the other, scaled by their best.

    Args:
        bm25: of each candidate, (n,); the best of all products is among them.
        coverage: share of the query's words that each holds, (n,).
        cosine: of the query and each, (n,); the best of all products is among them.
        popularity: of each, (n,).
    """
    best, nearest = float(bm25.max(initial=0.0)), float(cosine.max(initial=0.0))
    return fused_at(bm25, coverage, cosine, popularity, best, nearest)


def fused_at(
    bm25: Numbers, coverage: Numbers, cosine: Numbers, popularity: Numbers, best: float, nearest: float
) -> Numbers:
    """The same where the best BM25 and the best cosine are given."""
    lexical = (coverage + (bm25 / best if best else 0.0)) / 2
    dense = cosine / nearest if nearest > 0 else cosine
    return LEXICAL_SHARE * lexical + (1 - LEXICAL_SHARE) * dense + POPULARITY_SHARE * popularity


def relevance(coverage: Numbers, cosine: Numbers) -> Numbers:
    """Probability that a product is what was asked for, shape (n,)."""
    return 1 / (1 + np.exp(-(INTERCEPT + COVERAGE_WEIGHT * coverage + COSINE_WEIGHT * cosine)))


def reciprocal_rank_fusion(rankings: list[list[str]], k: int = 60) -> dict[str, float]:
    """Sum of 1 / (k + rank) over the rankings, rank from 1 (Cormack et al., 2009); kept for the benchmark."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1 / (k + rank)
    return scores
