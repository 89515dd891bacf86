"""Who bought what, in which order and when, as arrays: what every recommendation method reads. Knows no method.

A history is a list of baskets, oldest first; a basket is what lay in one order. Sets without dates count baskets
instead of days. Histories of other customers, or of the same ones a week later, can be scored by a method that was
fitted before, as long as they number the products alike: that is how a purchase counts at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Histories:
    """Purchases of many customers, one entry per order and product, compressed rows over `customers`.

    Attributes:
        customers: their ids, row by row.
        products: number of products that `items` counts.
        starts: shape (customers + 1,); row r holds the entries starts[r] to starts[r + 1], oldest first.
        items: product positions.
        baskets: the basket's number within its customer's history, 0 for the oldest.
        days: day number (since 1970, or any clock that runs in days).
    """

    customers: tuple[str, ...]
    products: int
    starts: Places
    items: Places
    baskets: Places
    days: Places

    @cached_property
    def rows(self) -> Places:
        """The customer's row of each entry."""
        return np.repeat(np.arange(len(self.customers)), np.diff(self.starts))

    @cached_property
    def lengths(self) -> Places:
        """Baskets of each customer, shape (customers,)."""
        counts = np.zeros(len(self.customers), np.int64)
        np.maximum.at(counts, self.rows, self.baskets + 1)
        return counts

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Customer id -> row."""
        return {customer: row for row, customer in enumerate(self.customers)}

    def matrix(self, weights: npt.NDArray[Any] | None = None) -> Any:
        """Customers by products, sparse; entries of one customer and product are added up (None: each counts 1)."""
        from scipy import sparse

        data = np.ones(len(self.items), np.float32) if weights is None else weights.astype(np.float32)
        shape = (len(self.customers), self.products)
        matrix = sparse.csr_matrix((data, (self.rows, self.items)), shape=shape)
        matrix.sort_indices()
        return matrix

    def entries(self, chosen: npt.NDArray[np.bool_]) -> "Histories":
        """The same customers with only the chosen entries; a basket left empty closes up."""
        rows, items, days = self.rows[chosen], self.items[chosen], self.days[chosen]
        return _compressed(self.customers, self.products, rows, items, self.baskets[chosen], days)

    def of_rows(self, rows: Sequence[int] | Places) -> "Histories":
        """The histories of those customers, in that order."""
        rows = np.asarray(rows, dtype=np.int64)
        counts = self.starts[rows + 1] - self.starts[rows]
        starts = np.concatenate([[0], np.cumsum(counts)])
        places = np.arange(int(starts[-1])) + np.repeat(self.starts[rows] - starts[:-1], counts)
        customers = tuple(self.customers[row] for row in rows)
        return Histories(customers, self.products, starts, self.items[places], self.baskets[places], self.days[places])

    def before_last(self, baskets: int = 1) -> "Histories":
        """Without each customer's last basket or baskets."""
        return self.entries(self.baskets < self.lengths[self.rows] - baskets)

    def last(self) -> "Histories":
        """Each customer's last basket alone."""
        return self.entries(self.baskets == self.lengths[self.rows] - 1)


def histories_of(frame: pd.DataFrame, position: Mapping[Any, int]) -> Histories:
    """Histories from rows of customer_id, order_id, product_id and sold_at; customers sorted by their ids as text.

    Args:
        frame: one row per order and product; rows without a customer, or of products without a position, are left out.
        position: product id -> position.
    """
    known = frame[frame["customer_id"].notna() & frame["product_id"].isin(position.keys())]
    customers, rows = np.unique(known["customer_id"].astype(str).to_numpy(), return_inverse=True)
    items = known["product_id"].map(position).to_numpy(dtype=np.int64)
    moments = known["sold_at"].to_numpy().astype("datetime64[s]")
    orders = np.asarray(pd.factorize(known["order_id"], sort=True)[0], dtype=np.int64)
    first = pd.Series(moments).groupby(orders).transform("min").to_numpy().astype("datetime64[s]").astype(np.int64)
    order = np.lexsort((items, orders, first, rows))
    rows, items, orders = rows[order], items[order], orders[order]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:] != rows[:-1]) | (orders[1:] != orders[:-1])
    days = moments[order].astype("datetime64[D]").astype(np.int64)
    return _compressed(tuple(map(str, customers)), len(position), rows, items, np.cumsum(new), days)


def histories_from(baskets: Sequence[Sequence[Sequence[int]]], products: int) -> Histories:
    """Histories from lists: customer -> basket -> product position; the days are the baskets' numbers.

    Args:
        baskets: each customer's baskets, oldest first; the customers are called "0", "1", ...
        products: number of products.
    """
    triples = [
        (row, number, item)
        for row, history in enumerate(baskets)
        for number, basket in enumerate(history)
        for item in basket
    ]
    table = np.array(triples, dtype=np.int64).reshape(-1, 3)
    customers = tuple(str(row) for row in range(len(baskets)))
    return _compressed(customers, products, table[:, 0], table[:, 2], table[:, 1], table[:, 1])


def _compressed(
    customers: tuple[str, ...], products: int, rows: Places, items: Places, baskets: Places, days: Places
) -> Histories:
    """Entries sorted by customer and time, with their baskets numbered anew from 0."""
    starts = np.searchsorted(rows, np.arange(len(customers) + 1)).astype(np.int64)
    new = np.ones(len(rows), np.int64)
    new[1:] = (rows[1:] != rows[:-1]) | (baskets[1:] != baskets[:-1])
    running = np.cumsum(new)
    bases = running[np.minimum(starts[:-1], max(len(rows) - 1, 0))] if len(rows) else np.zeros(len(customers), np.int64)
    return Histories(customers, products, starts, items, running - bases[rows], days)
