"""The words of each text's first part (its title) in order, as numbers of the vocabulary. Knows no words and no scores.

A re-ranker looks at where a query's words stand in a title: at its beginning, side by side, as its head. This keeps
4 bytes per word of title.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int32]
FILE = "titles.npz"
LONGEST = 40  # words of a title that are looked at


@dataclass(frozen=True)
class FirstParts:
    """Ragged rows: row i is `ids[starts[i] : starts[i + 1]]`."""

    starts: npt.NDArray[np.int64]
    ids: Places

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]], vocabulary: Mapping[str, int]) -> "FirstParts":
        """From each text's stems."""
        starts = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([min(len(text), LONGEST) for text in texts], out=starts[1:])
        ids = [vocabulary[word] for text in texts for word in text[:LONGEST]]
        return cls(starts, np.array(ids, np.int32))

    def save(self, folder: Path) -> None:
        """Writes one file into the folder."""
        np.savez(folder / FILE, starts=self.starts, ids=self.ids)

    @classmethod
    def load(cls, folder: Path) -> "FirstParts":
        """Reads that file.

        Raises:
            OSError, ValueError, KeyError: it is missing or damaged.
        """
        with np.load(folder / FILE) as held:
            return cls(held["starts"], held["ids"])

    def rows(self, wanted: npt.NDArray[np.int64]) -> Places:
        """Those texts' words side by side, shape (len(wanted), longest of them); -1 where a text has ended."""
        first, lengths = self.starts[wanted], self.starts[wanted + 1] - self.starts[wanted]
        width = int(lengths.max(initial=0))
        inside = np.arange(width) < lengths[:, None]
        at = np.where(inside, first[:, None] + np.arange(width), 0)
        if not self.ids.size:
            return np.full((len(wanted), width), -1, np.int32)
        return np.where(inside, self.ids[at], np.int32(-1))
