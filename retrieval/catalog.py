"""The shop's catalog: search with filters, facets and an honest "no", similar products. Knows no shop folder, no tool.

Filters act before the top-k in both parts: the vector store admits only what fulfils them, and the lexical scores of
all other products are taken out before the best are picked.
"""

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from retrieval.embedder import Embedder, Vectors
from retrieval.errors import IndexMissing
from retrieval.facets import facets_of, hit_of, matched_words, ordered, to_drop
from retrieval.indexing import OpenIndex, Progress, Update, open_index, update_index
from retrieval.lexical import Match
from retrieval.products import Filters, prepare
from retrieval.ranking import CARRIED, MATCHES, NEAR, Ranked, Wish, rank
from retrieval.results import Hit, SearchResult, Sort
from retrieval.vectors import VectorSettings

NAME = "products"
MUCH_BETTER = 0.1  # in relevance: what lies outside the filters is named where it fits the wish that much better
LONGEST_QUERY = 400  # characters; a wish is shorter, and what follows would blur it


class Catalog:
    """Facade over the index folder; opened with the first question. Safe to share between threads."""

    def __init__(self, folder: Path, embedder: Embedder, settings: VectorSettings | None = None) -> None:
        """Notes where the index is.

        Args:
            folder: the index folder; `update` creates it.
            embedder: makes the vectors; the same model must build and ask.
            settings: a Chroma server instead of vectors in the folder.
        """
        self.folder = folder
        self.embedder = embedder
        self.settings = settings or VectorSettings()
        self._lock = threading.Lock()
        self._opened: OpenIndex | None = None
        self._row_of: dict[str, int] = {}
        self._categories: dict[str, str] = {}

    def update(
        self,
        products: pd.DataFrame,
        stock: pd.DataFrame | None = None,
        popularity: Mapping[str, float] | None = None,
        progress: Progress | None = None,
    ) -> Update:
        """Brings the index in step with the shop's products: see `products.prepare` for the frames.

        Only products whose text changed are embedded again. May be killed and run again; a damaged index is rebuilt.

        Raises:
            BadCatalog: the products lack a column or an id comes twice.
        """
        frame = prepare(products, stock, popularity, self.embedder.identity)
        with self._lock:
            self._opened = None
            return update_index(self.folder, NAME, self.embedder, self.settings, frame, progress)

    @property
    def ready(self) -> bool:
        """Whether there is an index that can be searched."""
        try:
            self._index()
        except IndexMissing:
            return False
        return True

    @property
    def products(self) -> pd.DataFrame:
        """All products, ordered by id: columns `products.COLUMNS`."""
        return self._index().products

    def categories(self) -> tuple[str, ...]:
        """The shop's categories; empty where it has none."""
        self._index()
        return tuple(sorted(self._categories.values()))

    def keeps_stock(self) -> bool:
        """Whether any product's stock is counted."""
        return bool(self.products["in_stock"].notna().any())

    def product(self, product_id: str) -> Hit | None:
        """One product by its id; None where there is none."""
        index = self._index()
        row = self._row_of.get(product_id)
        return None if row is None else hit_of(index.products, row, 1.0, 1.0)

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The content vectors of those products that exist."""
        return self._index().store.vectors(ids)

    def similar(
        self, product_id: str, limit: int = 8, *, in_stock: bool | None = None, max_price: float | None = None
    ) -> tuple[Hit, ...]:
        """The products whose text is nearest to that one's, itself left out.

        Raises:
            KeyError: no such product in the index.
        """
        index = self._index()
        vector = index.store.vectors([product_id])[product_id]
        filters = Filters(in_stock=in_stock, max_price=max_price)
        found = index.store.nearest(vector, limit + 1, filters.where(self._categories))
        near = [(each, cosine) for each, cosine in found if each != product_id and each in self._row_of]
        return tuple(hit_of(index.products, self._row_of[each], cosine, cosine) for each, cosine in near[:limit])

    def search(
        self,
        query: str,
        category: str | None = None,
        min_price: float | None = None,
        max_price: float | None = None,
        in_stock: bool | None = None,
        sort: Sort = "relevance",
        limit: int = 8,
    ) -> SearchResult:
        """What matches the wish within the filters, with facts about all matches, or why nothing does.

        Args:
            query: a wish in words; without any word the most popular products are listed.
            category: one of the shop's, letter case does not matter.
            min_price: lowest price, included.
            max_price: highest price, included.
            in_stock: True: only what is in stock; None: no matter.
            sort: orders the matches; "relevance" also shows near ones where few match.
            limit: most hits returned.
        """
        index = self._index()
        filters = Filters(category, min_price, max_price, in_stock)
        text = " ".join(query.split())[:LONGEST_QUERY]
        if not any(letter.isalnum() for letter in text):
            return self._browse(index, query, filters, "popular" if sort == "relevance" else sort, limit)
        match = index.lexical.match(text)
        wish = Wish(match, self.embedder.encode([match.mended(text)])[0], self._row_of.get(text.upper()))
        ranked = self._rank(index, wish, filters)
        anywhere = self._rank(index, wish, Filters()) if filters else ranked
        carries = float(anywhere.relevance.max(initial=0.0))
        hits = self._shown(index, ranked, match, sort, limit)
        shown = {hit.product_id for hit in hits}
        dropped = () if ranked.matching.size else to_drop(filters, index.products, anywhere.matching)
        relaxed = anywhere.within(filters.without_all(dropped).mask(index.products)) if dropped else anywhere
        inside = float(ranked.relevance.max(initial=0.0))
        nearest = self._shown(index, relaxed, match, "relevance", limit) if filters else ()
        return SearchResult(
            query=query,
            filters=filters,
            hits=hits,
            facets=facets_of(index.products, ranked.matching, complete=ranked.complete),
            carries=carries,
            carried=carries >= CARRIED,
            dropped=dropped,
            alternatives=tuple(
                hit for hit in nearest if hit.product_id not in shown and hit.relevance > inside + MUCH_BETTER
            ),
            not_found=tuple(term.said for term in match.terms if not term.stands_for),
        )

    def _index(self) -> OpenIndex:
        with self._lock:
            if self._opened is None:
                self._opened = open_index(self.folder, NAME, self.embedder, self.settings)
                products = self._opened.products
                self._row_of = {each: row for row, each in enumerate(products["product_id"])}
                self._categories = {name.casefold(): name for name in sorted(set(products["category"])) if name}
            return self._opened

    def _rank(self, index: OpenIndex, wish: Wish, filters: Filters) -> Ranked:
        return rank(index, self._row_of, wish, filters, filters.where(self._categories))

    def _shown(self, index: OpenIndex, ranked: Ranked, match: Match, sort: Sort, limit: int) -> tuple[Hit, ...]:
        known = {int(row): place for place, row in enumerate(ranked.rows)}
        if sort == "relevance" or not ranked.matching.size:
            chosen = [int(row) for row in ranked.rows[ranked.relevance >= NEAR]][:limit]
        else:
            chosen = ordered(index.products, ranked.matching, sort)[:limit]
        hits = []
        for row in chosen:
            place = known.get(row)
            score = 0.0 if place is None else float(ranked.scores[place])
            likely = MATCHES if place is None else float(ranked.relevance[place])
            hits.append(hit_of(index.products, row, score, likely, matched_words(index.products, row, match.terms)))
        return tuple(hits)

    def _browse(self, index: OpenIndex, query: str, filters: Filters, sort: Sort, limit: int) -> SearchResult:
        rows = np.flatnonzero(filters.mask(index.products))
        return SearchResult(
            query=query,
            filters=filters,
            hits=tuple(hit_of(index.products, row, 0.0, 0.0) for row in ordered(index.products, rows, sort)[:limit]),
            facets=facets_of(index.products, rows, complete=True),
            carries=0.0,
            carried=False,
            dropped=() if rows.size else to_drop(filters, index.products, np.arange(len(index.products))),
            browsing=True,
        )
