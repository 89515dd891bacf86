"""iALS: customers and products as vectors whose products give the purchases, by the package `implicit`.

Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008. A customer's vector is
solved for when asked, from the purchases at hand; only the products' vectors are kept. Knows histories alone.
"""

from typing import Any

import numpy as np

from retrieval.recommendation.histories import Histories
from retrieval.recommendation.method import Ground, Method, Scores, scaled


class MatrixFactors:
    """Implicit alternating least squares."""

    name = "iALS"

    def __init__(
        self, factors: int = 64, regularization: float = 5.0, weight: float = 10.0, rounds: int = 12, seed: int = 0
    ) -> None:
        """Sets the size, the pull to zero, a purchase's confidence against a missing one's, the rounds and the seed."""
        self.factors, self.regularization, self.weight = factors, regularization, weight
        self.rounds, self.seed = rounds, seed

    def fit(self, ground: Ground) -> Method:
        """Alternates between customers and products; one thread, so that the same sales give the same vectors."""
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"):
            self._model = AlternatingLeastSquares(
                factors=min(self.factors, max(ground.histories.products - 1, 1)),
                regularization=self.regularization,
                alpha=self.weight,
                iterations=self.rounds,
                num_threads=1,
                random_state=self.seed,
            )
            self._model.fit(_confidence(ground.histories), show_progress=False)
        self._model.user_factors = self._model.user_factors[:1]
        return self

    def scores(self, histories: Histories) -> Scores:
        """Products of vectors; negative ones count as 0."""
        if not len(histories.items):
            return np.zeros((len(histories.customers), histories.products), np.float32)
        solved = self._model.recalculate_user(np.arange(len(histories.customers)), _confidence(histories))
        return scaled(np.maximum(solved @ self._model.item_factors.T, 0.0))


def _confidence(histories: Histories) -> Any:
    """Sparse, customers by products: 1 + log(orders)."""
    counts = histories.matrix()
    counts.data = 1.0 + np.log(counts.data)
    return counts
