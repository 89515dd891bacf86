"""What is bought together: pairs of products in one order, by support, confidence and lift. Knows orders, no wording.

Pairs that chance explains are left out: the log-likelihood ratio of their counts must be significant (Dunning,
"Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19(1), 1993). Rare products
are left out before counting, as no pair is more frequent than its rarer product (Agrawal and Srikant, VLDB 1994).
"""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.report_records import SalesRequest
from analytics.reports import chosen
from analytics.warehouse import Warehouse

Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BasketSettings:
    """Which pairs count.

    Attributes:
        fewest: orders that hold both products, at least.
        smallest_share: and at least this share of all orders, 0-1.
        chance: a pair as frequent as this by chance alone is not shown.
        most_orders: of more orders the latest are read.
    """

    fewest: int = 5
    smallest_share: float = 0.001
    chance: float = 0.001
    most_orders: int = 300_000

    def __post_init__(self) -> None:
        if self.fewest < 2 or not 0 <= self.smallest_share < 1 or not 0 < self.chance < 1 or self.most_orders < 2:
            raise ValueError(
                f"Expected fewest >= 2, 0 <= smallest_share < 1, 0 < chance < 1 and most_orders >= 2; got {self}."
            )


@dataclass(frozen=True)
class Pair:
    """Two products bought together more often than chance explains.

    Attributes:
        first, second: product ids, the one in more orders first.
        together: orders that hold both; of_first, of_second: orders that hold each.
        support: share of all orders that hold both, 0-1.
        lift: together / what chance would give (1: chance).
    """

    first: str
    second: str
    first_title: str
    second_title: str
    together: int
    of_first: int
    of_second: int
    support: float
    lift: float

    @property
    def confidence(self) -> float:
        """Share of the orders with the first product that hold the second one, 0-1."""
        return self.together / self.of_first

    @property
    def confidence_back(self) -> float:
        """Share of the orders with the second product that hold the first one, 0-1."""
        return self.together / self.of_second


@dataclass(frozen=True)
class Baskets:
    """What is bought together in the orders of a period.

    Attributes:
        orders: orders read; with_several: those with two products or more.
        n_pairs: pairs found; `pairs` holds the most frequent of them.
        fewest: orders with both products from which a pair was looked at.
        left_out: older orders that were not read.
    """

    request: SalesRequest
    start: date
    end: date
    orders: int
    with_several: int
    pairs: tuple[Pair, ...]
    n_pairs: int
    fewest: int
    left_out: int = 0


def bought_together(warehouse: Warehouse, request: SalesRequest, settings: BasketSettings | None = None) -> Baskets:
    """The most frequent pairs; a product or category asked for must be in the pair.

    Raises:
        MissingData: the shop has no sales at all.
    """
    settings = settings or BasketSettings()
    first, last = warehouse.span()
    start, end = max(request.start or first, first), min(request.end or last, last)
    lines, left_out = _order_products(warehouse, request, (start, end), settings.most_orders)
    orders = lines["order_id"].nunique()
    several = int((lines["order_id"].value_counts() > 1).sum())
    fewest = max(settings.fewest, math.ceil(settings.smallest_share * orders))
    found = _pairs(lines, orders, fewest, settings.chance)
    if request.product_id is not None:
        found = found[(found["first"] == request.product_id) | (found["second"] == request.product_id)]
    if request.category is not None:
        inside = _products_of(warehouse, request.category)
        found = found[found["first"].isin(inside) & found["second"].isin(inside)]
    listed = found.head(request.top or len(found))
    pairs = _records(listed, _titles(warehouse, {*listed["first"], *listed["second"]}), orders)
    return Baskets(request, start, end, orders, several, pairs, len(found), fewest, left_out)


def _order_products(
    warehouse: Warehouse, request: SalesRequest, days: tuple[date, date], most: int
) -> tuple[pd.DataFrame, int]:
    """order_id, product_id, each product of an order once; and how many older orders were left out."""
    whole = SalesRequest(
        request.metric, country=request.country, store_id=request.store_id, customer_id=request.customer_id
    )
    sales = chosen(warehouse, whole, *days)
    sold = sales.filter((sales.kind == "sale") & (sales.quantity > 0))
    orders = int(warehouse.scalar(sold.order_id.nunique()))
    if orders > most:
        latest = sold.group_by("order_id").aggregate(at=sold.sold_at.min())
        sold = sold.semi_join(latest.order_by([latest["at"].desc(), latest.order_id]).limit(most), "order_id")
    return warehouse.frame(sold.select("order_id", "product_id").distinct()), max(orders - most, 0)


def _pairs(lines: pd.DataFrame, orders: int, fewest: int, chance: float) -> pd.DataFrame:
    """first, second, together, of_first, of_second; the most frequent first, ties by product id."""
    from scipy import sparse
    from scipy.stats import chi2

    row, column = pd.factorize(lines["order_id"])[0], pd.factorize(lines["product_id"], sort=True)
    counts = np.bincount(column[0], minlength=len(column[1]))
    kept = counts[column[0]] >= fewest
    shape = (row.max(initial=-1) + 1, len(column[1]))
    held = sparse.csr_matrix((np.ones(kept.sum(), np.int32), (row[kept], column[0][kept])), shape)
    both = (held.T @ held).tocoo()
    enough = (both.row < both.col) & (both.data >= fewest)
    left, right, together = both.row[enough], both.col[enough], both.data[enough].astype(float)
    of = counts.astype(float)
    more = together * orders > of[left] * of[right]
    surprising = log_likelihood_ratio(together, of[left], of[right], orders) >= chi2.isf(chance, 1)
    left, right, together = (each[more & surprising] for each in (left, right, together))
    swap = of[right] > of[left]
    first, second = np.where(swap, right, left), np.where(swap, left, right)
    order = np.lexsort((second, first, -of[first], -together))
    first, second = first[order], second[order]
    names = np.asarray(column[1], dtype=object)
    return pd.DataFrame(
        {"first": names[first], "second": names[second], "together": together[order].astype(int),
         "of_first": counts[first], "of_second": counts[second]}
    )  # fmt: skip


def log_likelihood_ratio(together: Counts, of_first: Counts, of_second: Counts, orders: float) -> Counts:
    """Dunning's G squared of the two-by-two table of orders with and without each of two products."""
    cells = np.stack([together, of_first - together, of_second - together, orders - of_first - of_second + together])
    rows = np.stack([of_first, of_first, orders - of_first, orders - of_first])
    columns = np.stack([of_second, orders - of_second, of_second, orders - of_second])
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(cells > 0, cells * np.log(cells * orders / (rows * columns)), 0.0)
    return np.asarray(2 * parts.sum(axis=0))


def _products_of(warehouse: Warehouse, category: str) -> set[str]:
    products = warehouse.table("products")
    return set(warehouse.frame(products.filter(products.category == category).select("product_id"))["product_id"])


def _titles(warehouse: Warehouse, wanted: set[str]) -> dict[str, str]:
    if not wanted:
        return {}
    products = warehouse.table("products")
    named = products.filter(products.product_id.isin(sorted(wanted)) & products.title.notnull())
    frame = warehouse.frame(named.select("product_id", "title"))
    return dict(zip(frame["product_id"], frame["title"], strict=True))


def _records(found: pd.DataFrame, titles: dict[str, str], orders: int) -> tuple[Pair, ...]:
    pairs = []
    for row in found.to_dict("records"):
        first, second = str(row["first"]), str(row["second"])
        together, of_first, of_second = (int(row[name]) for name in ("together", "of_first", "of_second"))
        names = titles.get(first, first), titles.get(second, second)
        lift = together * orders / (of_first * of_second)
        pairs.append(Pair(first, second, *names, together, of_first, of_second, together / orders, lift))
    return tuple(pairs)
