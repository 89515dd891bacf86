"""The dense part of a search: exact over the generation's own vectors, or by the store's graph. Knows no words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.products import Mask
from retrieval.row_vectors import RowVectors
from retrieval.vectors import WIDEST, Admission, VectorStore

Rows = npt.NDArray[np.int64]
Cosines = npt.NDArray[np.float32]


class Dense(Protocol):
    """Nearest rows by cosine."""

    def nearest(
        self, vector: Vectors, limit: int, mask: Mask | None = None, where: dict[str, Any] | None = None
    ) -> tuple[Rows, Cosines]:
        """The nearest rows that the mask admits, best first, at most `limit`, and their cosines.

        Args:
            vector: shape (d,).
            limit: most rows returned.
            mask: shape (n,); None admits all.
            where: as much of the mask as the store's condition can say.
        """
        ...

    def at(self, rows: Rows) -> Vectors:
        """The vectors of those rows, shape (len(rows), d); zeros for one that another process has just taken out."""
        ...


@dataclass(frozen=True)
class ExactDense:
    """Every admitted row is looked at."""

    vectors: RowVectors

    def nearest(
        self, vector: Vectors, limit: int, mask: Mask | None = None, where: dict[str, Any] | None = None
    ) -> tuple[Rows, Cosines]:
        """See `Dense`; the condition is not needed."""
        return self.vectors.nearest(vector, limit, mask)

    def at(self, rows: Rows) -> Vectors:
        """See `Dense`."""
        return self.vectors.at(rows)


@dataclass(frozen=True)
class GraphDense:
    """The store answers: ids are translated into rows, those that the frame does not hold are left out."""

    store: VectorStore
    ids: npt.NDArray[np.object_]
    row_of: Mapping[str, int]

    def nearest(
        self, vector: Vectors, limit: int, mask: Mask | None = None, where: dict[str, Any] | None = None
    ) -> tuple[Rows, Cosines]:
        """See `Dense`; what the store's condition cannot say is looked for among more of the nearest."""
        share = 1.0 if mask is None else float(mask.mean()) if len(mask) else 0.0
        held = np.ones(len(self.ids), dtype=bool) if mask is None else mask
        admission = Admission(share, lambda each: each in self.row_of and bool(held[self.row_of[each]]))
        if where is not None or share >= 1.0:
            found = self.store.nearest(vector, limit, where, admission)
        else:
            found = self.store.nearest(vector, admission.reach(limit) or WIDEST)
        kept = [(self.row_of[each], cosine) for each, cosine in found if admission.holds(each)][:limit]
        return np.array([row for row, _ in kept], dtype=np.int64), np.array([c for _, c in kept], dtype=np.float32)

    def at(self, rows: Rows) -> Vectors:
        """See `Dense`."""
        held = self.store.vectors(list(self.ids[rows]))
        size = len(next(iter(held.values()))) if held else 0
        gone = np.zeros(size, np.float32)
        return np.stack([held.get(each, gone) for each in self.ids[rows]]) if len(rows) else np.zeros((0, size), "f4")
