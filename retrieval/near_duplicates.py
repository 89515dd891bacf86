"""Which titles name the same thing in another size, colour or spelling. Knows titles only.

Such titles must not straddle a split: who has seen "Red enamel mug 250 ml" knows "Blue enamel mug 350 ml".
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.character_grams import gram_matrix

ALIKE: Final = 0.8  # cosine of two titles' letter sequences, sizes and colours taken out
BLOCK: Final = 1000  # titles compared with all others at a time
_VARIANTS: Final = frozenset(
    "red blue green white black grey gray cream ivory navy pink purple lilac yellow orange brown beige gold silver "
    "turquoise teal small medium large mini extra xl xs s m l set of pack pair pk ct each assorted assd".split()
)
_MEASURE = re.compile(r"[\d.,/x]+ ?(?:ml|cl|l|litres?|kg|g|oz|lb|cm|mm|m|in|inch|ft|pk|ct|w|v)?\b")


def title_groups(titles: Sequence[str]) -> npt.NDArray[np.intp]:
    """A group number for each title, shape (n,): alike ones share theirs, also by way of a third."""
    from scipy import sparse

    bare = [_bare(title) for title in titles]
    unique, place = np.unique(np.array(bare, dtype=object), return_inverse=True)
    grams = gram_matrix([str(each) for each in unique])
    edges = []
    for start in range(0, len(unique), BLOCK):
        alike = (grams[start : start + BLOCK] @ grams.T).tocoo()
        near = alike.data >= ALIKE
        edges.append(np.stack([alike.row[near] + start, alike.col[near]]))
    rows, columns = np.hstack(edges)
    graph = sparse.coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(unique), len(unique)))
    _, group = sparse.csgraph.connected_components(graph, directed=False)
    return np.asarray(group[place], dtype=np.intp)


def _bare(title: str) -> str:
    """The title in lower case without accents, measures, numbers, colours and sizes; never empty."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    words = re.findall(r"[^\W_]+", _MEASURE.sub(" ", plain))
    return " ".join(word for word in words if word not in _VARIANTS) or " ".join(plain.split()) or "-"
