"""The one interface of all recommendation methods, and what they learn from. Knows no method.

A method is fitted once on a `Ground` and then scores any histories of the same products: those of customers whom the
fit never saw, and those with a purchase of this minute.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.recommendation.histories import Histories

Scores = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Ground:
    """What is known on the last day that counts.

    Attributes:
        histories: purchases of known customers.
        popularity: how often each product lay in a recent order, shape (products,).
        texts: vectors of length 1 of the products' texts, shape (products, d); None where there are none.
    """

    histories: Histories
    popularity: npt.NDArray[np.float64]
    texts: npt.NDArray[np.float32] | None = None

    @staticmethod
    def of(histories: Histories, texts: npt.NDArray[np.float32] | None = None) -> "Ground":
        """A ground of histories alone: every purchase counts for popularity."""
        counts = np.bincount(histories.items, minlength=histories.products)
        return Ground(histories, counts.astype(np.float64), texts)


class Method(Protocol):
    """What every method can do."""

    @property
    def name(self) -> str:
        """Its name in scorecards."""
        ...

    def fit(self, ground: Ground) -> "Method":
        """Learns, and returns itself."""
        ...

    def scores(self, histories: Histories) -> Scores:
        """Every product's score for each customer, shape (customers, products), none below 0; higher is better."""
        ...


def scaled(scores: npt.NDArray[Any]) -> Scores:
    """Each row divided by its greatest score; rows of zeros stay."""
    best = scores.max(axis=1, keepdims=True, initial=0.0)
    return np.asarray(scores / np.where(best > 0, best, 1.0), dtype=np.float32)
