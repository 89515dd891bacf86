"""TIFU-kNN: fading personal frequencies, mixed with those of the most similar customers. Knows histories alone.

Hu et al., "Modeling personalized item frequency information for next-basket recommendation", SIGIR 2020, sections 4.1
to 4.3, with cosine similarity between customers in place of the Euclidean distance, which prefers
those with few purchases.
"""

from typing import Any

import numpy as np

from retrieval.recommendation.histories import Histories
from retrieval.recommendation.method import Ground, Method, Scores, scaled


class TifuKnn:
    """Personal frequencies in groups of baskets, and those of `count` neighbours."""

    def __init__(
        self,
        group: int = 7,
        basket_decay: float = 0.9,
        group_decay: float = 0.7,
        count: int = 300,
        own_share: float = 0.7,
        most_customers: int = 20_000,
        name: str = "TIFU-kNN",
    ) -> None:
        """Sets the paper's constants; the defaults are those it found for Ta-Feng.

        Args:
            group: baskets per group (m).
            basket_decay: within a group, per basket (r_b).
            group_decay: per group (r_g).
            count: neighbours (k).
            own_share: of the customer's own frequencies (alpha).
            most_customers: that may be neighbours; beyond, evenly picked ones.
            name: in scorecards.
        """
        self.group, self.basket_decay, self.group_decay = group, basket_decay, group_decay
        self.count, self.own_share, self.most_customers = count, own_share, most_customers
        self._name = name

    @property
    def name(self) -> str:
        """Its name in scorecards."""
        return self._name

    def fit(self, ground: Ground) -> Method:
        """Keeps the customers' frequencies, of length 1 and as they are."""
        histories = ground.histories
        kept = np.linspace(0, len(histories.customers) - 1, self.most_customers).round().astype(np.int64)
        rows = np.unique(kept) if len(histories.customers) > self.most_customers else None
        self._others = self._frequencies(histories if rows is None else histories.of_rows(rows))
        self._directions = _of_length_one(self._others).T.tocsr()
        return self

    def scores(self, histories: Histories) -> Scores:
        """Own share of the own frequencies, the rest the neighbours' mean."""
        from scipy import sparse

        own = self._frequencies(histories)
        near = (_of_length_one(own) @ self._directions).toarray()
        count = min(self.count, near.shape[1])
        least = np.partition(near, -count, axis=1)[:, -count][:, None]
        near = sparse.csr_matrix(np.where(near >= np.maximum(least, 1e-9), near, 0.0))
        total = np.maximum(np.asarray(near.sum(axis=1)), 1e-9)
        others = (sparse.diags(1 / total.ravel()) @ near) @ self._others
        return scaled((self.own_share * own + (1 - self.own_share) * others).toarray())

    def _frequencies(self, histories: Histories) -> Any:
        """Sparse, customers by products: each basket's weight, averaged within and over the groups."""
        age = histories.lengths[histories.rows] - 1 - histories.baskets
        weight = self.basket_decay ** (age % self.group) * self.group_decay ** (age // self.group)
        return histories.matrix(weight / histories.lengths[histories.rows])


def _of_length_one(matrix: Any) -> Any:
    from scipy import sparse

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return (sparse.diags(1 / np.where(length > 0, length, 1.0)) @ matrix).tocsr()
