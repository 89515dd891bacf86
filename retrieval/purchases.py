"""Who bought what and what lay in one basket, as arrays: the ground of all recommendations. Knows no product's text.

Lines are frames with the columns order_id, customer_id, product_id, sold_at, quantity; returns (quantity 0 or less) are
left out. Matrices are sparse while fitting; what is kept are plain arrays, so that answering needs numpy alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.errors import BadCatalog

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
NEEDED: Final = ("order_id", "customer_id", "product_id", "sold_at", "quantity")
SIGNIFICANT = 10.83  # chi-square with one degree of freedom, p = 0.001
LEAST_TOGETHER = 3  # orders: fewer are chance, whatever the test says
SHRINKAGE = 5.0  # orders added to the denominator of the cosine: pairs with little evidence fall behind
LARGEST_BASKET = 200  # products: larger ones are a trader's stocking-up and say nothing about any pair


@dataclass(frozen=True)
class Neighbours:
    """For each product its nearest ones, best first; shape (n, k), -1 where there are fewer.

    Attributes:
        places: positions of the neighbours.
        strengths: 0 to 1.
        together: orders or customers that hold both.
        lifts: how many times more often than by chance.
    """

    places: npt.NDArray[np.int32]
    strengths: npt.NDArray[np.float32]
    together: npt.NDArray[np.int32]
    lifts: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Bought:
    """What each customer bought: compressed rows over `customers`.

    Attributes:
        customers: customer id -> row.
        starts: shape (customers + 1,); row r holds the entries starts[r] to starts[r + 1].
        items: product positions.
        orders: in how many orders of theirs.
        last_day: day number (since 1970) of the last one.
    """

    customers: dict[str, int]
    starts: Places
    items: npt.NDArray[np.int32]
    orders: npt.NDArray[np.int32]
    last_day: npt.NDArray[np.int32]

    def of(self, customer_id: str) -> tuple[Places, Numbers, Numbers]:
        """Positions, numbers of orders and last days; empty where the customer is not known."""
        row = self.customers.get(customer_id)
        part = slice(0, 0) if row is None else slice(int(self.starts[row]), int(self.starts[row + 1]))
        return self.items[part].astype(np.int64), self.orders[part].astype(float), self.last_day[part].astype(float)


def sales_only(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines that are sales, one row per order and product.

    Raises:
        BadCatalog: a column is missing.
    """
    missing = [name for name in NEEDED if name not in lines.columns]
    if missing:
        raise BadCatalog(f"Expected sales lines with {', '.join(NEEDED)}; got no {', '.join(missing)}.")
    sold = lines.loc[lines["quantity"] > 0, list(NEEDED)]
    return sold.drop_duplicates(["order_id", "product_id"], ignore_index=True)


def bought_by_customers(sold: pd.DataFrame, position: dict[str, int]) -> Bought:
    """Per known customer: products, orders and last day."""
    known = sold[sold["customer_id"].notna() & sold["product_id"].isin(position.keys())]
    day = known["sold_at"].to_numpy().astype("datetime64[D]").astype(np.int64)
    table = known.assign(item=known["product_id"].map(position), day=day)
    table = table.groupby(["customer_id", "item"], sort=True, observed=True)["day"].agg(["size", "max"]).reset_index()
    customers, first = np.unique(table["customer_id"].astype(str).to_numpy(), return_index=True)
    return Bought(
        customers={customer: row for row, customer in enumerate(customers)},
        starts=np.append(first, len(table)).astype(np.int64),
        items=table["item"].to_numpy(dtype=np.int32),
        orders=table["size"].to_numpy(dtype=np.int32),
        last_day=table["max"].to_numpy(dtype=np.int32),
    )


def incidence(rows: npt.NDArray[Any], items: npt.NDArray[Any], shape: tuple[int, int]) -> Any:
    """A sparse 0/1 matrix of baskets or customers by products."""
    from scipy import sparse

    matrix = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, items)), shape=shape)
    matrix.data[:] = 1.0
    return matrix


def basket_matrix(sold: pd.DataFrame, position: dict[str, int]) -> Any:
    """Orders by products; orders of one product or of more than `LARGEST_BASKET` are left out."""
    size = sold.groupby("order_id", observed=True)["product_id"].transform("size")
    kept = sold[(size > 1) & (size <= LARGEST_BASKET)]
    rows, orders = pd.factorize(kept["order_id"])
    items = kept["product_id"].map(position).to_numpy(dtype=np.int64)
    return incidence(np.asarray(rows, dtype=np.int64), items, (len(orders), len(position)))


def neighbours(matrix: Any, count: int, *, shrinkage: float = SHRINKAGE) -> Neighbours:
    """The products bought with each one beyond chance, by shrunk cosine.

    A pair counts if at least `LEAST_TOGETHER` rows hold both, more than independence would give, and the log-likelihood
    ratio (Dunning, Computational Linguistics 1993) is significant.

    Args:
        matrix: sparse 0/1, baskets or customers by products.
        count: neighbours kept per product.
        shrinkage: added to the cosine's denominator.
    """
    together = (matrix.T @ matrix).tocoo()
    held = np.asarray(matrix.sum(axis=0)).ravel().astype(float)
    total = float(matrix.shape[0])
    enough = (together.row != together.col) & (together.data >= LEAST_TOGETHER)
    one, other, both = together.row[enough], together.col[enough], together.data[enough].astype(float)
    lift = both * total / (held[one] * held[other])
    telling = (lift > 1) & (log_likelihood_ratio(both, held[one], held[other], total) > SIGNIFICANT)
    one, other, both, lift = one[telling], other[telling], both[telling], lift[telling]
    strength = both / (np.sqrt(held[one] * held[other]) + shrinkage)
    return _best_per_row(one, other, strength, both, lift, matrix.shape[1], count)


def log_likelihood_ratio(both: Numbers, one: Numbers, other: Numbers, total: float) -> Numbers:
    """Dunning's G2 for a pair: rows with both, with the one, with the other, and all rows; shapes (n,)."""
    cells = np.stack([both, one - both, other - both, total - one - other + both])
    rows = np.stack([one, one, total - one, total - one])
    columns = np.stack([other, total - other, other, total - other])
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = cells * np.log(cells * total / (rows * columns))
    return np.asarray(2.0 * np.nansum(np.where(cells > 0, terms, 0.0), axis=0))


def _best_per_row(
    one: Places, other: Places, strength: Numbers, both: Numbers, lift: Numbers, size: int, count: int
) -> Neighbours:
    order = np.lexsort((other, -strength, one))
    one = one[order]
    rank = np.arange(len(one)) - np.searchsorted(one, one)
    kept = rank < count
    rows, ranks, chosen = one[kept], rank[kept], order[kept]
    places = np.full((size, count), -1, np.int32)
    strengths, lifts = np.zeros((size, count), np.float32), np.zeros((size, count), np.float32)
    together = np.zeros((size, count), np.int32)
    places[rows, ranks], strengths[rows, ranks] = other[chosen], strength[chosen]
    together[rows, ranks], lifts[rows, ranks] = both[chosen], lift[chosen]
    return Neighbours(places, strengths, together, lifts)
