"""Candidates of one search, ranked: the words' evidence and the vectors', filters applied in both. Knows no facade."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.features import Candidates, Table, features
from retrieval.fusion import CARRIED, MATCHES, NEAR, Numbers, fused, fused_at, relevance
from retrieval.kinds import Kind, called_so, evidence, fitting
from retrieval.lexical import Match
from retrieval.opened import OpenIndex
from retrieval.products import Mask
from retrieval.reranker import Reranker

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
    kind: Kind
    text: str = ""  # the query with its spelling mended
    named: int | None = None  # row of the product whose id the query is


@dataclass(frozen=True)
class Ranked:
    """Candidates, best first; rows are positions in the frame of products.

    Attributes:
        of_kind: whether each candidate is of the kind that was asked for; all where the shop knows no such kind.
        matching: all rows that match, in ascending order, also those beyond the candidates.
        complete: false where further rows may match than were looked at.
    """

    rows: Rows
    scores: Numbers
    cosines: Numbers
    relevance: Numbers
    of_kind: Mask
    matching: Rows
    complete: bool

    def matching_only(self, mask: Mask) -> "Ranked":
        """The same candidates, of which only those that the mask admits count as matches."""
        return replace(self, matching=self.matching[mask[self.matching]])

    def within(self, mask: Mask) -> "Ranked":
        """Only the rows that the mask admits."""
        kept = mask[self.rows]
        return replace(
            self,
            rows=self.rows[kept],
            scores=self.scores[kept],
            cosines=self.cosines[kept],
            relevance=self.relevance[kept],
            of_kind=self.of_kind[kept],
            matching=self.matching[mask[self.matching]],
        )


def rank(
    index: OpenIndex,
    wish: Wish,
    mask: Mask | None = None,
    where: dict[str, Any] | None = None,
    reranker: Reranker | None = None,
) -> Ranked:
    """Ranks what the mask admits.

    Args:
        index: what is searched.
        wish: the query.
        mask: which rows are admitted, shape (n,); None: all.
        where: as much of the mask as the vector store's condition can say.
        reranker: puts the first `RERANKED` into its own order.
    """
    bm25, coverage = (
        each if index.lexical.size else np.zeros(len(index.products), np.float32)
        for each in (wish.match.scores, wish.match.coverage)
    )
    holding = np.flatnonzero(bm25 > 0 if mask is None else (bm25 > 0) & mask)
    rows, cosines, cut_at = _candidate_rows(index, wish, _best(bm25, holding), mask, where)
    covered = evidence(index, wish.match, rows)
    of_kind, left = fitting(index, wish.kind, rows, cosines)
    scores = fused(bm25[rows].astype(float), covered, cosines, index.popularity[rows])
    likely = relevance(covered, cosines) * left
    scores[rows == wish.named], likely[rows == wish.named] = 2.0, 1.0
    order = np.argsort(-scores, kind="stable")
    # what is called by every word matches whatever its cosine, so these are counted beyond the candidates
    whole = np.setdiff1d(called_so(index, wish.kind, holding[coverage[holding] >= 0.999]), rows)
    matching = np.union1d(rows[(likely >= MATCHES) | ((left == 1.0) & (covered >= 0.999))], whole)
    complete = bool(relevance(np.zeros(1), np.array([cut_at]))[0] < MATCHES)
    if reranker is not None and wish.named is None and len(order) > 1:
        order = _reranked(index, wish, reranker, (rows, bm25[rows], covered, cosines, scores), order)
    return Ranked(rows[order], scores[order], cosines[order], likely[order], of_kind[order], matching, complete)


def _candidate_rows(
    index: OpenIndex, wish: Wish, best: Rows, mask: Mask | None, where: dict[str, Any] | None
) -> tuple[Rows, Numbers, float]:
    """The nearest rows with the best by words, in ascending order; their cosines; the cosine of others at most."""
    near, cosines = np.zeros(0, np.int64), np.zeros(0, np.float32)
    if len(index.products) if mask is None else mask.any():
        near, cosines = index.dense.nearest(wish.vector, DENSE_CANDIDATES, mask, where)
    cut_at = float(cosines.min(initial=1.0)) if len(near) == DENSE_CANDIDATES else -1.0
    named = [wish.named] if wish.named is not None and (mask is None or mask[wish.named]) else []
    further = np.setdiff1d(np.array([*best, *named], dtype=np.int64), near)
    if further.size:
        cosines = np.concatenate([cosines, index.dense.at(further) @ wish.vector])
    rows = np.concatenate([near, further])
    ascending = np.argsort(rows)
    return rows[ascending], cosines[ascending].astype(float), cut_at


def judged(index: OpenIndex, wish: Wish, rows: Rows) -> tuple[Table, Numbers]:
    """The features and the default's scores of given rows, as if they were among the query's candidates.

    Returns:
        shapes (len(rows), features) and (len(rows),).
    """
    first = rank(index, wish)
    bm25 = wish.match.scores.astype(float)
    leading = first.rows[:LEADING]
    both = np.concatenate([leading, rows])
    covered = evidence(index, wish.match, both)
    vectors = index.dense.at(both)
    cosines = (vectors @ wish.vector).astype(float)
    nearest = float(max(first.cosines.max(initial=0.0), cosines.max(initial=0.0)))
    scores = fused_at(bm25[both], covered, cosines, index.popularity[both], float(bm25.max(initial=0.0)), nearest)
    given = _candidates(index, wish, both, (bm25[both], covered, cosines, scores), vectors, len(leading))
    return features(given)[len(leading) :], scores[len(leading) :]


def _reranked(
    index: OpenIndex,
    wish: Wish,
    reranker: Reranker,
    parts: tuple[Rows, Scores, Numbers, Numbers, Numbers],
    order: Rows,
) -> Rows:
    """The order with its first places set by the re-ranker."""
    rows, bm25, covered, cosines, scores = parts
    first = order[:RERANKED]
    chosen = rows[first]
    vectors = index.dense.at(chosen)
    seen = (bm25[first].astype(float), covered[first], cosines[first], scores[first])
    given = _candidates(index, wish, chosen, seen, vectors, len(chosen))
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
    rating = index.products["rating"].to_numpy(dtype=float)
    fields = [each[rows] for each in (index.columns.price, index.columns.popularity, rating, index.columns.in_stock)]
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


def _best(bm25: Scores, holding: Rows) -> Rows:
    """The rows with the highest scores among those that hold a word, the first ones on a tie."""
    if len(holding) > LEXICAL_CANDIDATES:
        least = np.partition(bm25[holding], -LEXICAL_CANDIDATES)[-LEXICAL_CANDIDATES]
        holding = holding[bm25[holding] >= least]
    return holding[np.argsort(-bm25[holding], kind="stable")][:LEXICAL_CANDIDATES]
