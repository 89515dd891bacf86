"""The vectors of all products by row, in files of their own: exact cosines at any size. Knows rows, no ids, no store.

A graph answers a filtered question slowly, and waits while it is written to. Here every admitted row is looked at: by
one bit per number first (the sign after centring: XOR and a count of bits, 48 MB for a million vectors of 384 numbers),
then the likeliest few thousand by their numbers. How binary codes with exact rescoring keep the neighbours: Charikar,
"Similarity estimation techniques from rounding algorithms", STOC 2002. Up to `EXACT` rows no shortlist is needed.

The files belong to one generation of the index and never change, so whoever reads them is not disturbed by a writer.
The numbers are mapped, not loaded: the system keeps in memory what is asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.errors import IndexMissing

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Planes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.float32]
EXACT = 20_000  # rows that are compared without a shortlist, and kept in 32 bits; of more, 16 bits are kept
SHORTLIST = 4000  # rows that the signs choose at least,
SHARE = 256  # and one in so many of all
BLOCK = 1 << 16  # rows whose signs are compared at once: what fits into a processor's cache
FEW = 8  # where fewer than one row in so many is admitted, only those are compared
PART = 5000  # rows written at once
NUMBERS, SIGNS = "vectors.npy", "signs.npz"


@dataclass(frozen=True)
class RowVectors:
    """Vectors of length 1; n rows of d numbers.

    Attributes:
        numbers: shape (n, d), mapped from the file.
        centre: their mean, shape (d,).
        planes: signs around the centre, 64 to a word, shape (ceil(d / 64), n).
    """

    numbers: npt.NDArray[np.floating]
    centre: Numbers
    planes: Planes

    @classmethod
    def write(cls, folder: Path, count: int, parts: Iterable[Vectors]) -> None:
        """Writes both files.

        Args:
            folder: there is such a folder.
            count: n.
            parts: the rows in order, each part of shape (some, d); read once.
        """
        mapped: np.memmap[Any, Any] | None = None
        done = 0
        for part in parts:
            if mapped is None:
                kept = np.float32 if count <= EXACT else np.float16
                mapped = np.lib.format.open_memmap(folder / NUMBERS, "w+", kept, (count, part.shape[1]))
            mapped[done : done + len(part)] = part
            done += len(part)
        if mapped is None:
            mapped = np.lib.format.open_memmap(folder / NUMBERS, "w+", np.float32, (count, 0))
        mapped.flush()
        centre = sum((mapped[at : at + PART].sum(axis=0, dtype=np.float64) for at in range(0, count, PART)), 0.0)
        centre = np.asarray(centre / max(count, 1), dtype=np.float32) * np.ones(mapped.shape[1], np.float32)
        signs = [_signs(mapped[at : at + PART], centre) for at in range(0, count, PART)]
        planes = np.concatenate(signs, axis=1) if signs else np.zeros((0, 0), np.uint64)
        np.savez(folder / SIGNS, centre=centre, planes=planes)

    @classmethod
    def open(cls, folder: Path, count: int) -> "RowVectors | None":
        """What `write` left; None where nothing was written (an index of an earlier version).

        Raises:
            IndexMissing: the files are damaged, or hold another number of rows.
        """
        if not (folder / NUMBERS).exists() and not (folder / SIGNS).exists():
            return None
        try:
            numbers = np.load(folder / NUMBERS, mmap_mode="r" if count else None)
            with np.load(folder / SIGNS) as held:
                found = cls(numbers, held["centre"], held["planes"])
        except (OSError, ValueError, KeyError, EOFError) as failure:
            raise IndexMissing(_damaged(folder, str(failure))) from failure
        expected = (count, len(found.centre))
        if numbers.shape != expected or (count and found.planes.shape != (-(-expected[1] // 64), count)):
            raise IndexMissing(_damaged(folder, f"expected {count} rows, got {numbers.shape}"))
        return found

    def at(self, rows: Rows) -> Vectors:
        """The vectors of those rows, shape (len(rows), d)."""
        return np.asarray(self.numbers[rows], dtype=np.float32)

    def nearest(self, vector: Vectors, limit: int, mask: Mask | None = None) -> tuple[Rows, Numbers]:
        """The rows with the highest cosines among those that the mask admits, best first, and the cosines.

        Args:
            vector: of length 1, shape (d,).
            limit: most rows returned.
            mask: shape (n,); None admits all.
        """
        count = len(self.numbers) if mask is None else int(np.count_nonzero(mask))
        if count > EXACT:
            rows = self._likely(vector, max(SHORTLIST, limit, len(self.numbers) // SHARE), mask)
        else:
            rows = np.arange(count) if mask is None else np.flatnonzero(mask)
        cosines = self.at(rows) @ vector
        best = np.argpartition(-cosines, limit - 1)[:limit] if len(rows) > limit else np.arange(len(rows))
        best = best[np.lexsort((rows[best], -cosines[best]))]
        return rows[best], cosines[best]

    def _likely(self, vector: Vectors, wanted: int, mask: Mask | None) -> Rows:
        """The rows whose signs differ least from the vector's, some more than wanted where many differ alike."""
        code = _signs(vector[None], self.centre)[:, 0]
        few = mask is not None and FEW * np.count_nonzero(mask) < len(mask)
        rows = np.flatnonzero(mask) if mask is not None and few else None
        differing = _differing(self.planes if rows is None else self.planes[:, rows], code)
        if mask is not None and rows is None:
            differing[~mask] = len(vector) + 1
        reached = np.cumsum(np.bincount(differing, minlength=len(vector) + 2)[: len(vector) + 1])
        likely = np.flatnonzero(differing <= min(int(np.searchsorted(reached, wanted)), len(vector)))
        return likely if rows is None else rows[likely]


def _differing(planes: Planes, code: Planes) -> npt.NDArray[np.uint16]:
    """In how many signs each row differs from the code, shape (rows,)."""
    differing = np.empty(planes.shape[1], np.uint16)
    for start in range(0, len(differing), BLOCK):
        block = slice(start, start + BLOCK)
        total = np.bitwise_count(planes[0, block] ^ code[0]).astype(np.uint16)
        for plane, word in zip(planes[1:, block], code[1:], strict=True):
            total += np.bitwise_count(plane ^ word)
        differing[block] = total
    return differing


def _signs(vectors: npt.NDArray[np.floating], centre: Numbers) -> Planes:
    """Shape (words, rows)."""
    bits = np.packbits(vectors > centre, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(padded.view(np.uint64).T)


def _damaged(folder: Path, what: str) -> str:
    return f"The vectors in {folder} are damaged ({what}): run `retail-assistant fit` to build them again."
