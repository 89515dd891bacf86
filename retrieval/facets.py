"""Rows of the products' frame -> hits, facets and orders. Knows no ranking."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.lexical import Term
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


def facets_of(products: pd.DataFrame, rows: Rows, *, complete: bool) -> Facets:
    """Count, price range, cheapest and dearest, categories and stock of those rows."""
    prices = products["price"].to_numpy(dtype=float)[rows]
    stocked = products["in_stock"].to_numpy(dtype=float)[rows]
    priced = ~np.isnan(prices)
    cheapest = ordered(products, rows, "price_low")[0] if priced.any() else None
    dearest = ordered(products, rows, "price_high")[0] if priced.any() else None
    named, counts = np.unique([name for name in products["category"].to_numpy()[rows] if name], return_counts=True)
    return Facets(
        count=len(rows),
        complete=complete,
        lowest_price=float(prices[priced].min()) if priced.any() else None,
        highest_price=float(prices[priced].max()) if priced.any() else None,
        cheapest=None if cheapest is None else hit_of(products, cheapest, 0.0, 1.0),
        dearest=None if dearest is None else hit_of(products, dearest, 0.0, 1.0),
        categories=tuple((str(named[at]), int(counts[at])) for at in np.argsort(-counts, kind="stable")),
        in_stock=int((stocked == 1).sum()) if (~np.isnan(stocked)).any() else None,
    )


def _fields(products: pd.DataFrame, row: int, names: Sequence[str]) -> dict[str, Any]:
    """Some of a row's fields; many times quicker than taking the row out of the frame."""
    return {name: products.at[row, name] for name in names}


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
