"""Candidates of one search, ranked: the words' evidence and the vectors', filters applied in both. Knows no facade."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.fusion import CARRIED, MATCHES, NEAR, Numbers, fused, relevance
from retrieval.indexing import OpenIndex
from retrieval.lexical import Match
from retrieval.products import Filters, Mask

__all__ = ["CARRIED", "MATCHES", "NEAR", "Ranked", "Wish", "rank"]

Rows = npt.NDArray[np.int64]
DENSE_CANDIDATES, LEXICAL_CANDIDATES = 200, 150


@dataclass(frozen=True)
class Wish:
    """A query as both parts read it."""

    match: Match
    vector: Vectors
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

    def within(self, mask: Mask) -> "Ranked":
        """Only the rows that the mask admits."""
        kept = mask[self.rows]
        parts = (self.rows[kept], self.scores[kept], self.cosines[kept], self.relevance[kept])
        return Ranked(*parts, self.matching[mask[self.matching]], self.complete)


def rank(
    index: OpenIndex, row_of: Mapping[str, int], wish: Wish, filters: Filters, where: dict[str, Any] | None
) -> Ranked:
    """Ranks what fulfils the filters.

    Args:
        index: what is searched.
        row_of: product id -> row of the frame.
        wish: the query.
        filters: on the frame's columns.
        where: the same filters as the vector store's condition.
    """
    mask = filters.mask(index.products)
    none = np.zeros(len(mask))
    bm25 = np.where(mask, wish.match.scores, 0.0) if index.lexical.size else none
    coverage = wish.match.coverage.astype(float) if index.lexical.size else none
    named = [wish.named] if wish.named is not None and mask[wish.named] else []
    nearest = index.store.nearest(wish.vector, DENSE_CANDIDATES, where) if mask.any() else []
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
    return Ranked(rows[order], scores[order], cosines[order], likely[order], matching, complete)


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
