"""An open index: products, words and vectors of one generation, and what is read from them once. Knows no query."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.columns import Columns
from retrieval.dense import Dense, ExactDense, GraphDense
from retrieval.embedder import Vectors
from retrieval.lexical import LexicalIndex
from retrieval.products import attribute_text
from retrieval.row_vectors import RowVectors
from retrieval.tokens import words
from retrieval.vectors import ChromaStore

FACTS_KEPT = 20_000  # products whose facts stay read


@dataclass(frozen=True)
class OpenIndex:
    """An index that can be searched.

    Attributes:
        rows: the vectors by row; None where the store answers.
        open_store: opens the vector store, with its first use.
    """

    products: pd.DataFrame
    lexical: LexicalIndex
    rows: RowVectors | None
    open_store: Callable[[], ChromaStore]

    @cached_property
    def store(self) -> ChromaStore:
        """The vector store, which may be ahead of this generation while an update runs."""
        return self.open_store()

    @cached_property
    def dense(self) -> Dense:
        """What finds the nearest rows."""
        return GraphDense(self.store, self.ids, self.row_of) if self.rows is None else ExactDense(self.rows)

    @cached_property
    def columns(self) -> Columns:
        """The products' fields as arrays."""
        return Columns.of(self.products)

    @cached_property
    def popularity(self) -> npt.NDArray[np.float64]:
        """Units sold lately on a logarithmic scale, 0 to 1, shape (n,)."""
        sold = np.log1p(np.maximum(self.columns.popularity, 0))
        scaled: npt.NDArray[np.float64] = sold / (sold.max(initial=0.0) or 1.0)
        return scaled

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """The products' ids, shape (n,)."""
        listed: npt.NDArray[np.object_] = self.products["product_id"].to_numpy(dtype=object)
        return listed

    @cached_property
    def category_words(self) -> tuple[frozenset[str], ...]:
        """The stems of each category's name, in the order of `columns.names`."""
        return tuple(frozenset(words(name)) for name in self.columns.names)

    @cached_property
    def _facts(self) -> dict[int, frozenset[str]]:
        return {}

    def facts(self, row: int) -> frozenset[str]:
        """The stems of what is said of a product beside its title and description: category, brand, attributes."""
        held = self._facts.get(row)
        if held is None:
            category, brand, attributes = (
                str(self.products.at[row, each]) for each in ("category", "brand", "attributes")
            )
            held = frozenset(words(f"{category} {brand} {attribute_text(attributes)}"))
            if len(self._facts) >= FACTS_KEPT:
                self._facts.clear()
            self._facts[row] = held
        return held

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Product id -> row."""
        return {each: row for row, each in enumerate(self.ids)}

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The content vectors of those products that exist."""
        known = [each for each in dict.fromkeys(ids) if each in self.row_of]
        if not known:
            return {}
        return dict(zip(known, self.dense.at(np.array([self.row_of[each] for each in known])), strict=True))
