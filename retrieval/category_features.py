"""What a category is judged by: letters and vectors of a product's name, facts and description. Knows no label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.character_grams import BUCKETS, gram_matrix
from retrieval.embedder import Vectors
from retrieval.products import LONGEST_DESCRIPTION, attribute_text

DESCRIPTION_WEIGHT: Final = 0.5  # beside name and facts, which say more plainly what a thing is
PARTS: Final = 3


@dataclass(frozen=True)
class Features:
    """Of n products: letter sequences, sparse, shape (n, 3 BUCKETS), and vectors, shape (n, 3 d).

    Attributes:
        described: which products have more than a name, shape (n,).
    """

    grams: Any
    vectors: Vectors
    described: npt.NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many products."""
        return len(self.described)

    def names(self) -> "Features":
        """Only what the names say."""
        part = self.vectors.shape[1] // PARTS if self.vectors.shape[1] else 0
        if self.grams.shape[1] == BUCKETS:
            return self
        return Features(self.grams[:, :BUCKETS], self.vectors[:, :part], np.zeros(self.size, dtype=bool))

    def rows(self, kept: npt.NDArray[np.intp]) -> "Features":
        """Only those products."""
        return Features(self.grams[kept], self.vectors[kept], self.described[kept])

    def followed_by(self, other: "Features") -> "Features":
        """These products, then those."""
        from scipy import sparse

        return Features(
            sparse.vstack([self.grams, other.grams]).tocsr(),
            np.vstack([self.vectors, other.vectors]),
            np.append(self.described, other.described),
        )


def features_of(products: pd.DataFrame, embed: Callable[[Sequence[str]], Vectors]) -> Features:
    """Of products with title and whichever of brand, attributes and description there are."""
    from scipy import sparse

    names = _column(products, "title")
    facts = [
        ". ".join(part for part in (brand, attribute_text(attributes)) if part)
        for brand, attributes in zip(_column(products, "brand"), _column(products, "attributes"), strict=True)
    ]
    praise = [text[:LONGEST_DESCRIPTION] for text in _column(products, "description")]
    parts = [(names, 1.0), (facts, 1.0), (praise, DESCRIPTION_WEIGHT)]
    return Features(
        sparse.hstack([weight * gram_matrix(texts) for texts, weight in parts]).tocsr(),
        np.hstack([np.float32(weight) * _encoded(texts, embed) for texts, weight in parts]),
        np.array([bool(a or b) for a, b in zip(facts, praise, strict=True)], dtype=bool),
    )


def name_features(names: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Features:
    """Of products that only have a name: one part instead of three."""
    return Features(gram_matrix(names), embed(names), np.zeros(len(names), dtype=bool))


def _encoded(texts: Sequence[str], embed: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """Vectors of shape (n, d), zero for empty texts; equal texts are embedded once."""
    unique = list(dict.fromkeys(text for text in texts if text))
    if not unique:
        return np.zeros((len(texts), embed(["size"]).shape[1]), np.float32)
    place = {text: row for row, text in enumerate(unique)}
    vectors = embed(unique)
    padded = np.vstack([vectors, np.zeros((1, vectors.shape[1]), np.float32)])
    return np.asarray(padded[[place.get(text, len(unique)) for text in texts]], dtype=np.float32)


def _column(products: pd.DataFrame, name: str) -> list[str]:
    if name not in products.columns:
        return [""] * len(products)
    return [" ".join(str(value).split()) for value in products[name].astype(object).fillna("")]
