"""The shop's catalog: search with filters, facets and an honest "no", similar products. Knows no shop folder, no tool.

Filters act before the top-k in both parts: the vector store admits only what fulfils them, and the lexical scores of
all other products are taken out before the best are picked.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from retrieval.choosing import of_the_kind, shown
from retrieval.conditions import Condition, all_of, binding, conditions_of, declares, to_drop
from retrieval.embedder import Embedder, Vectors
from retrieval.errors import IndexMissing
from retrieval.facets import facets_of, hit_of, ordered
from retrieval.features import Table
from retrieval.fusion import Numbers
from retrieval.indexing import Progress, Update, open_index, stamp, update_index
from retrieval.kinds import kind_of
from retrieval.lexical import mended
from retrieval.opened import OpenIndex
from retrieval.products import Filters, Mask, prepare
from retrieval.queries import Query, read_query
from retrieval.ranking import CARRIED, Ranked, Wish, judged, rank
from retrieval.reranker import Reranker
from retrieval.results import Hit, SearchResult, Sort
from retrieval.shop_words import variants
from retrieval.vectors import VectorSettings

NAME = "products"
MUCH_BETTER = 0.1  # in relevance: what lies outside the filters is named where it fits the wish that much better
SUREST = 0.98  # relevance of what holds every word and has the same vector
VARIANTS = variants()
SOFT = ("size", "colour", "material", "diet")  # a match has them; what lacks them may still be shown as near
LONGEST_QUERY = 400  # characters; a wish is shorter, and what follows would blur it


class Catalog:
    """Facade over the index folder; opened with the first question. Safe to share between threads."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        settings: VectorSettings | None = None,
        reranker: Callable[[], Reranker | None] = lambda: None,
    ) -> None:
        """Notes where the index is.

        Args:
            folder: the index folder; `update` creates it.
            embedder: makes the vectors; the same model must build and ask.
            settings: a Chroma server instead of vectors in the folder.
            reranker: loads what the shop's judgements taught, with the first search; None where there is nothing.
        """
        self._reranker = reranker
        self.folder = folder
        self.embedder = embedder
        self.settings = settings or VectorSettings()
        self._lock, self._updating = threading.Lock(), threading.Lock()
        self._opened: OpenIndex | None = None
        self._seen: int | None = None

    def update(
        self,
        products: pd.DataFrame,
        stock: pd.DataFrame | None = None,
        popularity: Mapping[str, float] | None = None,
        progress: Progress | None = None,
    ) -> Update:
        """Brings the index in step with the shop's products: see `products.prepare` for the frames.

        Only products whose text changed are embedded again. May be killed and run again; a damaged index is rebuilt.
        Searches go on meanwhile with the products as they were.

        Raises:
            BadCatalog: the products lack a column or an id comes twice.
        """
        frame = prepare(products, stock, popularity, self.embedder.identity)
        with self._updating:
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
        return tuple(name for name in self._index().columns.names if name)

    def keeps_stock(self) -> bool:
        """Whether any product's stock is counted."""
        return bool(self.products["in_stock"].notna().any())

    def product(self, product_id: str) -> Hit | None:
        """One product by its id; None where there is none."""
        index = self._index()
        row = index.row_of.get(product_id)
        return None if row is None else hit_of(index.products, row, 1.0, 1.0)

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The content vectors of those products that exist."""
        return self._index().vectors(ids)

    def similar(
        self, product_id: str, limit: int = 8, *, in_stock: bool | None = None, max_price: float | None = None
    ) -> tuple[Hit, ...]:
        """The products whose text is nearest to that one's, itself left out.

        Raises:
            KeyError: no such product in the index.
        """
        index = self._index()
        row = index.row_of[product_id]
        filters = Filters(in_stock=in_stock, max_price=max_price)
        mask = index.columns.mask(filters) if filters else None
        rows, cosines = index.dense.nearest(
            index.dense.at(np.array([row]))[0], limit + 1, mask, filters.where(index.columns.known)
        )
        near = [(int(each), float(cosine)) for each, cosine in zip(rows, cosines, strict=True) if each != row]
        return tuple(hit_of(index.products, each, cosine, cosine) for each, cosine in near[:limit])

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
        read, slips = self._read(index, query[:LONGEST_QUERY])
        filters = Filters(*read.filters(category, min_price, max_price), in_stock)
        order = read.understood.sort or "relevance" if sort == "relevance" else sort
        conditions = conditions_of(filters, read.traits, index)
        if any(trait.declared and not declares(trait, index) for trait in read.traits):
            read = read.undeclared()
        if not read.searches:
            return self._browse(index, query, read, filters, conditions, order, limit)
        wish = self._wish(index, read)
        firm = [each for each in conditions if each.name not in SOFT]
        hard = all_of(firm, len(index.products)) if firm else None
        fulfilled = all_of(conditions, len(index.products))
        ranked = self._rank(index, wish, hard, filters).matching_only(fulfilled)
        unbeaten = ranked.matching.size and ranked.relevance.max() + MUCH_BETTER >= SUREST  # nothing outside is better
        anywhere = ranked
        if conditions and not unbeaten:
            plainly = not ranked.matching.size and read.plain != read.text
            sought = self._wish(index, read.without_traits()) if plainly else wish
            anywhere = self._rank(index, sought, None, Filters())
        dropped = () if ranked.matching.size else to_drop(conditions, anywhere.matching)
        kept = [each for each in conditions if each not in dropped] if dropped else binding(conditions)
        relaxed = anywhere.within(all_of(kept, len(fulfilled))) if kept else anywhere
        hits = shown(index, ranked, wish, order, limit, ideas=read.understood.open)
        closer = self._closer(index, wish, ranked, relaxed, hits, limit, dropped=bool(dropped)) if conditions else ()
        if dropped and closer:
            kind = of_the_kind(ranked) - {index.row_of[hit.product_id] for hit in closer}
            hits = tuple(hit for hit in hits if index.row_of[hit.product_id] in kind)
        carries = float(anywhere.relevance.max(initial=0.0))
        return SearchResult(
            query=query,
            filters=filters,
            hits=hits,
            facets=facets_of(index, ranked.matching, complete=ranked.complete),
            carries=carries,
            carried=carries >= CARRIED,
            dropped=tuple(dict.fromkeys(each.name for each in dropped)),
            alternatives=closer,
            not_found=tuple(term.said for term in wish.match.terms if not term.stands_for),
            understood=read.understood,
            traits=tuple((each.kind, each.said) for each in read.traits),
            sort=order,
            mended=slips,
        )

    def _index(self) -> OpenIndex:
        """The index as it is now: opened again by the first who sees that an update has replaced it.

        Others go on with what is open meanwhile; so does everybody where the new one cannot be opened yet.
        """
        seen = stamp(self.folder)
        opened = self._opened
        if opened is not None and (seen == self._seen or not self._lock.acquire(blocking=False)):
            return opened
        if opened is None:
            self._lock.acquire()
        try:
            if self._opened is None or seen != self._seen:
                self._opened, self._seen = open_index(self.folder, NAME, self.embedder, self.settings), seen
        except IndexMissing:
            if self._opened is None:
                raise
        finally:
            self._lock.release()
        return self._opened

    def judge(self, query: str, product_ids: Sequence[str]) -> tuple[Table, Numbers]:
        """Features and default scores of products for a query, shapes (n, features) and (n,), to learn from.

        Raises:
            KeyError: no such product in the index.
        """
        index = self._index()
        return judged(index, self.wish(query), np.array([index.row_of[each] for each in product_ids]))

    def wish(self, query: str) -> Wish:
        """A query as the ranking reads it: what is looked for, less budgets and what is not wanted."""
        read = read_query(query[:LONGEST_QUERY])
        return self._wish(self._index(), read)

    def embedded(self, queries: Sequence[str]) -> list[str]:
        """The text that is embedded for each query: so that many can be embedded at once."""
        self._index().lexical.knows_language(self._language)
        lexical, read = self._index().lexical, [read_query(query[:LONGEST_QUERY]) for query in queries]
        return [mended(lexical.read(each.text, VARIANTS), each.meaning) for each in read]

    def _read(self, index: OpenIndex, query: str) -> tuple[Query, tuple[tuple[str, str], ...]]:
        """The query, read with its spelling mended ("a bleu mug" wishes for blue), and what was mended."""
        index.lexical.knows_language(self._language)
        read = read_query(query)
        terms = index.lexical.read(read.text, VARIANTS)
        slips = tuple((term.said, term.mended) for term in terms if term.mended)
        return (read_query(mended(terms, query)) if slips else read), slips

    def _wish(self, index: OpenIndex, read: Query) -> Wish:
        index.lexical.knows_language(self._language)
        match = index.lexical.match(read.text, VARIANTS)
        vector = self.embedder.encode([match.mended(read.meaning)])[0]
        named = index.row_of.get(read.text.upper())
        kind = kind_of(index, "" if read.understood.vague or read.understood.open else read.plain, match)
        return Wish(match, vector, kind, match.mended(read.text), named)

    @cached_property
    def _language(self) -> frozenset[str]:
        """Words that are right even where the shop does not use them, as far as the embedder knows any."""
        words: Callable[[], frozenset[str]] = getattr(self.embedder, "words", frozenset)
        return words()

    @cached_property
    def _serving(self) -> Reranker | None:
        """The shop's re-ranker, where it was learnt with this embedder and proved better than the default."""
        found = self._reranker()
        return found if found is not None and found.helps and found.fits(self.embedder.identity) else None

    def _rank(self, index: OpenIndex, wish: Wish, mask: Mask | None, filters: Filters) -> Ranked:
        return rank(index, wish, mask, filters.where(index.columns.known), self._serving)

    def _closer(
        self,
        index: OpenIndex,
        wish: Wish,
        ranked: Ranked,
        relaxed: Ranked,
        hits: Sequence[Hit],
        limit: int,
        *,
        dropped: bool,
    ) -> tuple[Hit, ...]:
        """What fits outside the conditions: what matches without the dropped ones, else what fits much better."""
        nearest = shown(index, relaxed, wish, "relevance", limit)
        if dropped:
            matching = set(map(int, relaxed.matching))
            return tuple(hit for hit in nearest if index.row_of[hit.product_id] in matching)
        inside = float(ranked.relevance.max(initial=0.0)) + MUCH_BETTER
        known = {hit.product_id for hit in hits}
        return tuple(hit for hit in nearest if hit.relevance > inside and hit.product_id not in known)

    def _browse(
        self,
        index: OpenIndex,
        query: str,
        read: Query,
        filters: Filters,
        conditions: Sequence[Condition],
        sort: Sort,
        limit: int,
    ) -> SearchResult:
        everything = np.arange(len(index.products))
        rows = np.flatnonzero(all_of(conditions, len(everything)))
        order: Sort = "popular" if sort == "relevance" else sort
        dropped = () if rows.size else to_drop(conditions, everything)
        return SearchResult(
            query=query,
            filters=filters,
            hits=tuple(hit_of(index.products, row, 0.0, 0.0) for row in ordered(index.products, rows, order)[:limit]),
            facets=facets_of(index, rows, complete=True),
            carries=0.0,
            carried=False,
            dropped=tuple(dict.fromkeys(each.name for each in dropped)),
            browsing=True,
            understood=read.understood,
            traits=tuple((each.kind, each.said) for each in read.traits),
            sort=order,
        )
