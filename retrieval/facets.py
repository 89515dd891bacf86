"""Rows of the products' frame -> hits, facets and orders. Knows no ranking."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.lexical import Term
from retrieval.opened import OpenIndex
from retrieval.products import attribute_text
from retrieval.results import Facets, Hit, Sort
from retrieval.tokens import words

Rows = npt.NDArray[np.int64]

_SHOWN = ("product_id", "title", "price", "category", "in_stock", "rating", "description")
_ORDERS: dict[str, tuple[str, bool]] = {
    "price_low": ("price", True),
    "price_high": ("price", False),
    "popular": ("popularity", False),
    "newest": ("added_on", False),
    "rating": ("rating", False),
}


def hit_of(products: pd.DataFrame, row: int, score: float, likely: float, matched: tuple[str, ...] = ()) -> Hit:
    """The product in that row."""
    fields = _fields(products, row, _SHOWN)
    return Hit(
        product_id=fields["product_id"],
        title=fields["title"],
        price=_known(fields["price"]),
        category=fields["category"] or None,
        score=score,
        relevance=likely,
        in_stock=None if pd.isna(fields["in_stock"]) else bool(fields["in_stock"]),
        rating=_known(fields["rating"]),
        description=fields["description"],
        matched=matched,
    )


def matched_words(products: pd.DataFrame, row: int, terms: Sequence[Term]) -> tuple[str, ...]:
    """Which words of the query that product's text holds."""
    fields = _fields(products, row, ("title", "category", "brand", "description", "product_id", "attributes"))
    fields["attributes"] = attribute_text(fields["attributes"])
    held = set(words(" ".join(fields.values())))
    return tuple(term.said for term in terms if any(word in held for word, _ in term.stands_for))


def ordered(products: pd.DataFrame, rows: Rows, sort: Sort) -> list[int]:
    """The rows in that order; those without the field come last, ties by popularity and then by id."""
    column, ascending = _ORDERS.get(sort, _ORDERS["popular"])
    values = products[column].to_numpy()[rows]
    missing = pd.isna(values)
    if values.dtype.kind == "M":
        values = values.astype("datetime64[ns]").astype(np.int64)
    keys = np.where(missing, np.inf, values.astype(float) * (1 if ascending else -1))
    best = np.lexsort((rows, -products["popularity"].to_numpy()[rows], keys))
    return [int(row) for row in np.asarray(rows)[best]]


def facets_of(index: OpenIndex, rows: Rows, *, complete: bool) -> Facets:
    """Count, price range, cheapest and dearest, categories and stock of those rows."""
    columns = index.columns
    prices, stocked = columns.price[rows], columns.in_stock[rows]
    known = prices[~np.isnan(prices)]
    low, high = (float(known.min()), float(known.max())) if known.size else (None, None)
    ends = [None if end is None else _best_at(index, rows[prices == end]) for end in (low, high)]
    counts = np.bincount(columns.category[rows], minlength=len(columns.names))
    places = [int(at) for at in np.argsort(-counts, kind="stable") if counts[at] and columns.names[at]]
    return Facets(
        count=len(rows),
        complete=complete,
        lowest_price=low,
        highest_price=high,
        cheapest=ends[0],
        dearest=ends[1],
        categories=tuple((columns.names[at], int(counts[at])) for at in places),
        in_stock=int((stocked == 1).sum()) if (~np.isnan(stocked)).any() else None,
    )


def _best_at(index: OpenIndex, rows: Rows) -> Hit:
    """Of rows with one price the most popular, the first on a tie."""
    return hit_of(index.products, int(rows[np.argmax(index.columns.popularity[rows])]), 0.0, 1.0)


def _fields(products: pd.DataFrame, row: int, names: Sequence[str]) -> dict[str, Any]:
    """Some of a row's fields; many times quicker than taking the row out of the frame."""
    return {name: products.at[row, name] for name in names}


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
