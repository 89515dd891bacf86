"""Texts as hashed sequences of letters. Knows nothing of what they are for."""

import zlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

BUCKETS: Final = 1 << 14


def gram_matrix(texts: Sequence[str]) -> Any:
    """Hashed sequences of 2 to 5 letters and whole words, each row of length 1: sparse, shape (n, BUCKETS)."""
    from scipy import sparse

    starts, buckets, values = [0], [], []
    for text in texts:
        found, counts = np.unique(np.array(_grams(text), dtype=np.int64), return_counts=True)
        weight = 1 + np.log(counts)
        buckets.append(found)
        values.append(weight / (np.linalg.norm(weight) or 1.0))
        starts.append(starts[-1] + len(found))
    shape = (len(texts), BUCKETS)
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(buckets), np.array(starts)), shape=shape)


def _grams(text: str) -> list[int]:
    found: list[str] = []
    for word in text.lower().split():
        padded = f" {word} "
        for size in range(2, 6):
            found.extend(padded[at : at + size] for at in range(len(padded) - size + 1))
        found.append(f"={word}")
    return [zlib.crc32(gram.encode()) % BUCKETS for gram in found]
