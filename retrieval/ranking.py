"""Candidates of one search, ranked: the words' evidence and the vectors', filters applied in both. Knows no facade."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.features import Candidates, Table, features
from retrieval.fusion import CARRIED, MATCHES, NEAR, Numbers, fused, fused_at, relevance
from retrieval.indexing import OpenIndex
from retrieval.lexical import Match
from retrieval.products import Mask
from retrieval.reranker import Reranker
from retrieval.vectors import WIDEST, Admission

__all__ = ["CARRIED", "MATCHES", "NEAR", "Ranked", "Wish", "judged", "rank"]

Rows = npt.NDArray[np.int64]
DENSE_CANDIDATES, LEXICAL_CANDIDATES = 200, 150
RERANKED, LEADING = 30, 20


@dataclass(frozen=True)
class Wish:
    """A query as both parts read it."""

    match: Match
    vector: Vectors
    text: str = ""  # the query with its spelling mended
    named: int | None = None  # row of the product whose id the query is


@dataclass(frozen=True)
class Ranked:
    """Candidates, best first; rows are positions in the frame of products.

    Attributes:
        matching: all rows that match, in ascending order, also those beyond the candidates.
        complete: false where further rows may match than were looked at.
    """

    rows: Rows
    scores: Numbers
    cosines: Numbers
    relevance: Numbers
    matching: Rows
    complete: bool

    def matching_only(self, mask: Mask) -> "Ranked":
        """The same candidates, of which only those that the mask admits count as matches."""
        return replace(self, matching=self.matching[mask[self.matching]])

    def within(self, mask: Mask) -> "Ranked":
        """Only the rows that the mask admits."""
        kept = mask[self.rows]
        parts = (self.rows[kept], self.scores[kept], self.cosines[kept], self.relevance[kept])
        return Ranked(*parts, self.matching[mask[self.matching]], self.complete)


def rank(
    index: OpenIndex,
    row_of: Mapping[str, int],
    wish: Wish,
    mask: Mask,
    where: dict[str, Any] | None = None,
    reranker: Reranker | None = None,
) -> Ranked:
    """Ranks what the mask admits.

    Args:
        index: what is searched.
        row_of: product id -> row of the frame.
        wish: the query.
        mask: which rows are admitted, shape (n,).
        where: as much of the mask as the vector store's condition can say.
        reranker: puts the first `RERANKED` into its own order.
    """
    none = np.zeros(len(mask))
    bm25 = np.where(mask, wish.match.scores, 0.0) if index.lexical.size else none
    coverage = wish.match.coverage.astype(float) if index.lexical.size else none
    named = [wish.named] if wish.named is not None and mask[wish.named] else []
    admission = Admission(float(mask.mean()) if len(mask) else 0.0, lambda each: each in row_of and mask[row_of[each]])
    nearest = _nearest(index, wish.vector, where, admission) if mask.any() else []
    cosine = {row_of[each]: value for each, value in nearest if each in row_of and mask[row_of[each]]}
    cut_at = min(cosine.values(), default=0.0) if len(nearest) == DENSE_CANDIDATES else -1.0
    cosine.update(_cosines(index, wish.vector, [row for row in [*_best(bm25), *named] if row not in cosine]))
    rows = np.array(sorted(cosine), dtype=np.int64)
    cosines = np.array([cosine[row] for row in rows], dtype=float)
    scores = fused(bm25[rows], coverage[rows], cosines, _popularity(index)[rows])
    likely = relevance(coverage[rows], cosines)
    scores[rows == wish.named], likely[rows == wish.named] = 2.0, 1.0
    order = np.argsort(-scores, kind="stable")
    # a text that holds every word matches whatever its cosine, so these are counted beyond the candidates
    whole = np.flatnonzero((bm25 > 0) & (coverage >= 0.999))
    matching = np.union1d(rows[likely >= MATCHES], whole)
    complete = bool(relevance(np.zeros(1), np.array([cut_at]))[0] < MATCHES)
    if reranker is not None and wish.named is None and len(order) > 1:
        order = _reranked(index, wish, reranker, (rows, bm25, coverage, cosines, scores), order)
    return Ranked(rows[order], scores[order], cosines[order], likely[order], matching, complete)


def judged(index: OpenIndex, row_of: Mapping[str, int], wish: Wish, rows: Rows) -> tuple[Table, Numbers]:
    """The features and the default's scores of given rows, as if they were among the query's candidates.

    Returns:
        shapes (len(rows), features) and (len(rows),).
    """
    everything = np.ones(len(index.products), dtype=bool)
    first = rank(index, row_of, wish, everything)
    bm25, coverage = wish.match.scores.astype(float), wish.match.coverage.astype(float)
    leading = first.rows[:LEADING]
    both = np.concatenate([leading, rows])
    ids = index.products["product_id"].to_numpy()[both]
    vectors = _vectors(index, list(ids), wish.vector)
    cosines = (vectors @ wish.vector).astype(float)
    nearest = float(max(first.cosines.max(initial=0.0), cosines.max(initial=0.0)))
    scores = fused_at(
        bm25[both], coverage[both], cosines, _popularity(index)[both], float(bm25.max(initial=0.0)), nearest
    )
    given = _candidates(index, wish, both, (bm25[both], coverage[both], cosines, scores), vectors, len(leading))
    return features(given)[len(leading) :], scores[len(leading) :]


def _reranked(
    index: OpenIndex,
    wish: Wish,
    reranker: Reranker,
    evidence: tuple[Rows, Numbers, Numbers, Numbers, Numbers],
    order: Rows,
) -> Rows:
    """The order with its first places set by the re-ranker."""
    rows, bm25, coverage, cosines, scores = evidence
    first = order[:RERANKED]
    chosen = rows[first]
    ids = index.products["product_id"].to_numpy()[chosen]
    vectors = _vectors(index, list(ids), wish.vector)
    parts = (bm25[chosen], coverage[chosen], cosines[first], scores[first])
    given = _candidates(index, wish, chosen, parts, vectors, len(chosen))
    again = first[np.argsort(-reranker.scores(features(given)), kind="stable")]
    return np.concatenate([again, order[RERANKED:]])


def _candidates(
    index: OpenIndex,
    wish: Wish,
    rows: Rows,
    evidence: tuple[Numbers, Numbers, Numbers, Numbers],
    vectors: Vectors,
    leading: int,
) -> Candidates:
    bm25, coverage, cosines, scores = evidence
    lexical = index.lexical
    fields = [
        index.products[name].to_numpy(dtype=float)[rows] for name in ("price", "popularity", "rating", "in_stock")
    ]
    places = [(lexical.place(word) for word, _ in term.stands_for) for term in wish.match.terms]
    return Candidates(
        query=wish.text,
        match=wish.match,
        places=tuple(frozenset(place for place in each if place is not None) for each in places),
        best_bm25=float(wish.match.scores.max(initial=0.0)),
        titles=lexical.firsts.rows(rows) if lexical.size else np.full((len(rows), 0), -1, np.int32),
        texts=list(index.products["title"].to_numpy()[rows]),
        bm25=bm25,
        coverage=coverage,
        cosines=cosines,
        scores=scores,
        vectors=vectors,
        fields=np.stack(fields, axis=1),
        leading=leading,
    )


def _vectors(index: OpenIndex, ids: list[str], like: Vectors) -> Vectors:
    """Their vectors, shape (n, d); zeros for one that another process has just taken out."""
    held = index.store.vectors(ids)
    gone = np.zeros_like(like)
    return np.stack([held.get(each, gone) for each in ids])


def _nearest(
    index: OpenIndex, vector: Vectors, where: dict[str, Any] | None, admission: Admission
) -> list[tuple[str, float]]:
    """The nearest admitted ones; what the store's condition cannot say is looked for among more of them."""
    if where is not None or admission.share >= 1.0:
        return index.store.nearest(vector, DENSE_CANDIDATES, where, admission)
    reach = admission.reach(DENSE_CANDIDATES) or WIDEST
    return [pair for pair in index.store.nearest(vector, reach) if admission.holds(pair[0])][:DENSE_CANDIDATES]


def _best(bm25: Numbers) -> list[int]:
    best = np.argsort(-bm25, kind="stable")[:LEXICAL_CANDIDATES]
    return [int(row) for row in best if bm25[row] > 0]


def _cosines(index: OpenIndex, vector: Vectors, rows: list[int]) -> dict[int, float]:
    ids = index.products["product_id"].to_numpy()
    row_of = {ids[row]: row for row in rows}
    return {row_of[each]: float(held @ vector) for each, held in index.store.vectors(list(row_of)).items()}


def _popularity(index: OpenIndex) -> Numbers:
    """Units sold lately on a logarithmic scale, 0 to 1, shape (n,)."""
    sold = np.log1p(index.products["popularity"].clip(lower=0).to_numpy(dtype=float))
    scaled: Numbers = sold / (sold.max(initial=0.0) or 1.0)
    return scaled
