"""Rows of the products' frame -> hits, facets and orders. Knows no ranking."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.lexical import Term
from retrieval.products import attribute_text
from retrieval.results import Facets, Hit, Sort
from retrieval.tokens import words

Rows = npt.NDArray[np.int64]

_ORDERS: dict[str, tuple[str, bool]] = {
    "price_low": ("price", True),
    "price_high": ("price", False),
    "popular": ("popularity", False),
    "newest": ("added_on", False),
    "rating": ("rating", False),
}


def hit_of(products: pd.DataFrame, row: int, score: float, likely: float, matched: tuple[str, ...] = ()) -> Hit:
    """The product in that row."""
    fields = products.iloc[row]
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
    fields = products.iloc[row]
    texts = [fields[name] for name in ("title", "category", "brand", "description", "product_id")]
    held = set(words(" ".join([*texts, attribute_text(fields["attributes"])])))
    return tuple(term.said for term in terms if any(word in held for word, _ in term.stands_for))


def ordered(products: pd.DataFrame, rows: Rows, sort: Sort) -> list[int]:
    """The rows in that order; those without the field come last, ties by popularity and then by id."""
    column, ascending = _ORDERS.get(sort, _ORDERS["popular"])
    part = products.iloc[rows][[column]].assign(row=rows, sold=products["popularity"].to_numpy()[rows])
    by = part.sort_values([column, "sold", "row"], ascending=[ascending, False, True], na_position="last")
    return [int(row) for row in by["row"]]


def facets_of(products: pd.DataFrame, rows: Rows, *, complete: bool) -> Facets:
    """Count, price range, cheapest and dearest, categories and stock of those rows."""
    part = products.iloc[rows]
    prices = part["price"].dropna()
    by_price = ordered(products, rows, "price_low") if len(prices) else []
    dearest = ordered(products, rows, "price_high")[0] if len(prices) else None
    named = part["category"][part["category"] != ""]
    return Facets(
        count=len(part),
        complete=complete,
        lowest_price=float(prices.min()) if len(prices) else None,
        highest_price=float(prices.max()) if len(prices) else None,
        cheapest=hit_of(products, by_price[0], 0.0, 1.0) if by_price else None,
        dearest=None if dearest is None else hit_of(products, dearest, 0.0, 1.0),
        categories=tuple(
            (str(name), int(count))
            for name, count in named.value_counts().sort_index().sort_values(ascending=False, kind="stable").items()
        ),
        in_stock=int((part["in_stock"] == 1).sum()) if part["in_stock"].notna().any() else None,
    )


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
