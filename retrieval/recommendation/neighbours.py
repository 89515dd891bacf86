"""Methods that go from product to product: shared customers, and what followed what. Knows no customer as such.

- item-kNN: what customers with the same products bought (Sarwar et al., WWW 2001), pairs beyond chance only;
- transitions: what was bought soon after, near orders counting more, over long lists of single purchases as strong as
  trained networks (Ludewig and Jannach, "Evaluation of session-based recommendation algorithms", UMUAI 2018).
"""

from typing import Any

import numpy as np

from retrieval.purchases import LARGEST_BASKET, Neighbours, neighbours
from retrieval.recommendation.counting import frequency
from retrieval.recommendation.histories import Histories
from retrieval.recommendation.method import Ground, Method, Scores, scaled


class ItemNeighbours:
    """Item-kNN over customers; the customer's own products weigh as they do in `Repeats`."""

    name = "item neighbours"

    def __init__(self, count: int = 50, half_life: float = 240.0) -> None:
        """Sets the neighbours per product and the days after which a purchase weighs half."""
        self.count, self.half_life = count, half_life

    def fit(self, ground: Ground) -> Method:
        """Finds each product's neighbours."""
        buyers = ground.histories.matrix()
        buyers.data[:] = 1.0
        self.table: Neighbours = neighbours(buyers, self.count)
        self._pull = as_matrix(self.table)
        return self

    def scores(self, histories: Histories) -> Scores:
        """Strengths of the customer's products' neighbours, added up."""
        return scaled((frequency(histories, self.half_life) @ self._pull).toarray())


def as_matrix(table: Neighbours) -> Any:
    """Sparse, products by products: row p holds the strengths of p's neighbours."""
    from scipy import sparse

    size = len(table.places)
    there = table.places >= 0
    rows = np.nonzero(there)[0]
    return sparse.csr_matrix((table.strengths[there], (rows, table.places[there])), shape=(size, size))


class Transitions:
    """What customers bought in their next orders.

    For products i, j the sum of 1 / (orders between), then scaled down by both products' counts; backward pairs count
    less, as who bought the second first seldom needs the first.
    """

    def __init__(
        self,
        decay: float = 0.5,
        backward: float = 0.3,
        ahead: float = 0.9,
        reach: int = 20,
        count: int = 200,
        name: str = "transitions",
    ) -> None:
        """Sets what counts how much; the defaults were chosen on the validation purchases of Amazon Beauty.

        Args:
            decay: of the customer's orders when asked, per order back in time.
            backward: of pairs in the other direction.
            ahead: exponent of the count of the product that leads; 1 - ahead is that of the product that follows.
            reach: orders ahead that count.
            count: followers kept per product.
            name: in scorecards.
        """
        self.decay, self.backward, self.ahead, self.reach, self.count = decay, backward, ahead, reach, count
        self._name = name

    @classmethod
    def wide(cls) -> "Transitions":
        """All orders of a customer alike, both directions alike: item-kNN without a test of significance."""
        return cls(decay=0.9, backward=1.0, ahead=0.5, reach=50, name="item-kNN")

    @property
    def name(self) -> str:
        """Its name in scorecards."""
        return self._name

    def fit(self, ground: Ground) -> Method:
        """Counts the pairs."""
        from scipy import sparse

        histories = ground.histories
        led = _followers(histories, self.reach)
        led = led + self.backward * led.T
        counts = np.bincount(histories.items, minlength=histories.products) + 1.0
        led = sparse.diags(counts**-self.ahead) @ led @ sparse.diags(counts ** (self.ahead - 1.0))
        self._pull = _strongest(led.tocsr(), self.count)
        return self

    def scores(self, histories: Histories) -> Scores:
        """Pulls of the customer's products, the last order's first."""
        age = histories.lengths[histories.rows] - 1 - histories.baskets
        return scaled((histories.matrix(self.decay**age) @ self._pull).toarray())


def _followers(histories: Histories, reach: int) -> Any:
    """Sparse, products by products: sum over pairs of one customer of 1 / (orders between them)."""
    from scipy import sparse

    first = np.ones(len(histories.items), bool)
    first[1:] = (np.diff(histories.rows) > 0) | (np.diff(histories.baskets) != 0)
    basket = np.cumsum(first) - 1
    customer = histories.rows[first]
    sizes = np.bincount(basket, minlength=len(customer))
    small = sizes[basket] <= LARGEST_BASKET
    shape = (len(customer), histories.products)
    ones = np.ones(int(small.sum()), np.float32)
    held = sparse.csr_matrix((ones, (basket[small], histories.items[small])), shape=shape)
    found = sparse.csr_matrix((histories.products, histories.products), dtype=np.float32)
    for distance in range(1, min(reach, len(customer) - 1) + 1):
        same = np.flatnonzero(customer[:-distance] == customer[distance:])
        if not len(same):
            break
        found = found + (held[same].T @ held[same + distance]) / np.float32(distance)
    return found


def _strongest(matrix: Any, count: int) -> Any:
    """The `count` greatest entries of each row; the diagonal is left out."""
    from scipy import sparse

    table = matrix.tocoo()
    other = table.row != table.col
    rows, columns, values = table.row[other], table.col[other], table.data[other]
    order = np.lexsort((columns, -values, rows))
    rows, columns, values = rows[order], columns[order], values[order]
    kept = np.arange(len(rows)) - np.searchsorted(rows, rows) < count
    return sparse.csr_matrix((values[kept], (rows[kept], columns[kept])), shape=matrix.shape, dtype=np.float32)
