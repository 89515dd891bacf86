"""The two simplest methods: what everybody buys, and what this customer buys again. Knows no other customer.

How strong the second one is for baskets: Hu et al., "Modeling personalized item frequency information for next-basket
recommendation", SIGIR 2020; Li et al., "A next basket recommendation reality check", TOIS 2023.
"""

from typing import Any

import numpy as np

from retrieval.recommendation.histories import Histories
from retrieval.recommendation.method import Ground, Method, Scores, scaled


class Popularity:
    """The share of recent orders; the same list for everybody, and all there is for a customer without a history."""

    name = "popularity"

    def fit(self, ground: Ground) -> Method:
        """Keeps the counts, scaled to 1."""
        self._share = scaled(ground.popularity[None, :])
        return self

    def scores(self, histories: Histories) -> Scores:
        """The same row for each customer."""
        return np.repeat(self._share, len(histories.customers), axis=0)


class Repeats:
    """The customer's own products: in how many orders, fading with the time since the last one, then popularity."""

    def __init__(self, half_life: float = 240.0, popular_share: float = 0.3, name: str = "repeats") -> None:
        """Sets how it fades and what fills up.

        Args:
            half_life: days (or baskets, where the histories count those) after which a product weighs half.
            popular_share: popularity's weight; 0 keeps to the customer's own products.
            name: in scorecards.
        """
        self.half_life, self.popular_share, self._name = half_life, popular_share, name

    @property
    def name(self) -> str:
        """Its name in scorecards."""
        return self._name

    def fit(self, ground: Ground) -> Method:
        """Keeps popularity for the rest of the list."""
        self._popular = Popularity()
        self._popular.fit(ground)
        return self

    def scores(self, histories: Histories) -> Scores:
        """Own products first, the best one at 1."""
        own = scaled(frequency(histories, self.half_life).toarray())
        return own + np.float32(self.popular_share) * self._popular.scores(histories)


def frequency(histories: Histories, half_life: float) -> Any:
    """Orders of each product, times 0.5 ** (days between its last one and the customer's last / half-life); sparse."""
    counts = histories.matrix()
    latest = np.zeros(len(histories.customers), np.int64)
    np.maximum.at(latest, histories.rows, histories.days)
    key = histories.rows * histories.products + histories.items
    order = np.lexsort((histories.days, key))
    last = np.append(key[order][1:] != key[order][:-1], True)[: len(order)]
    newest = order[last]  # one entry for each customer and product, sorted as the matrix is
    counts.data *= 0.5 ** ((latest[histories.rows[newest]] - histories.days[newest]) / half_life)
    return counts
