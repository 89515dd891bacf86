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
Scores = npt.NDArray[np.float32]
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
    bm25, coverage = (
        each if index.lexical.size else np.zeros(len(mask), np.float32)
        for each in (wish.match.scores, wish.match.coverage)
    )
    holding = np.flatnonzero(bm25)
    holding = holding[mask[holding]]
    named = [wish.named] if wish.named is not None and mask[wish.named] else []
    admission = Admission(float(mask.mean()) if len(mask) else 0.0, lambda each: each in row_of and mask[row_of[each]])
    nearest = _nearest(index, wish.vector, where, admission) if mask.any() else []
    cosine = {row_of[each]: value for each, value in nearest if each in row_of and mask[row_of[each]]}
    cut_at = min(cosine.values(), default=0.0) if len(nearest) == DENSE_CANDIDATES else -1.0
    cosine.update(_cosines(index, wish.vector, [row for row in [*_best(bm25, holding), *named] if row not in cosine]))
    rows = np.array(sorted(cosine), dtype=np.int64)
    cosines = np.array([cosine[row] for row in rows], dtype=float)
    scores = fused(bm25[rows].astype(float), coverage[rows].astype(float), cosines, index.popularity[rows])
    likely = relevance(coverage[rows].astype(float), cosines)
    scores[rows == wish.named], likely[rows == wish.named] = 2.0, 1.0
    order = np.argsort(-scores, kind="stable")
    # a text that holds every word matches whatever its cosine, so these are counted beyond the candidates
    whole = holding[coverage[holding] >= 0.999]
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
    vectors = _vectors(index, list(index.ids[both]), wish.vector)
    cosines = (vectors @ wish.vector).astype(float)
    nearest = float(max(first.cosines.max(initial=0.0), cosines.max(initial=0.0)))
    scores = fused_at(
        bm25[both], coverage[both], cosines, index.popularity[both], float(bm25.max(initial=0.0)), nearest
    )
    given = _candidates(index, wish, both, (bm25[both], coverage[both], cosines, scores), vectors, len(leading))
    return features(given)[len(leading) :], scores[len(leading) :]


def _reranked(
    index: OpenIndex,
    wish: Wish,
    reranker: Reranker,
    evidence: tuple[Rows, Scores, Scores, Numbers, Numbers],
    order: Rows,
) -> Rows:
    """The order with its first places set by the re-ranker."""
    rows, bm25, coverage, cosines, scores = evidence
    first = order[:RERANKED]
    chosen = rows[first]
    vectors = _vectors(index, list(index.ids[chosen]), wish.vector)
    parts = (bm25[chosen].astype(float), coverage[chosen].astype(float), cosines[first], scores[first])
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


def _best(bm25: Scores, holding: Rows) -> list[int]:
    """The rows with the highest scores among those that hold a word, the first ones on a tie."""
    if len(holding) > LEXICAL_CANDIDATES:
        least = np.partition(bm25[holding], -LEXICAL_CANDIDATES)[-LEXICAL_CANDIDATES]
        holding = holding[bm25[holding] >= least]
    return [int(row) for row in holding[np.argsort(-bm25[holding], kind="stable")][:LEXICAL_CANDIDATES]]


def _cosines(index: OpenIndex, vector: Vectors, rows: list[int]) -> dict[int, float]:
    row_of = {index.ids[row]: row for row in rows}
    return {row_of[each]: float(held @ vector) for each, held in index.store.vectors(list(row_of)).items()}
