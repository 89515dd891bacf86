"""Which candidates of a search are shown, and in what order: matches, then others of the kind, then what is near.

Knows ranked rows and the frame; it ranks nothing itself.
"""

import numpy as np

from retrieval.facets import hit_of, matched_words, ordered
from retrieval.opened import OpenIndex
from retrieval.ranking import CARRIED, MATCHES, NEAR, Ranked, Rows, Wish
from retrieval.results import Hit, Sort

NEAR_A_KIND = 0.3  # where a thing was named, what is less likely it is not worth showing,
NEAR_NOTHING = 0.45  # still less where the shop does not carry it
FEW = 3  # with so many of the kind nothing of another kind is shown


def shown(
    index: OpenIndex, ranked: Ranked, wish: Wish, sort: Sort, limit: int, *, ideas: bool = False
) -> tuple[Hit, ...]:
    """The hits, at most the limit; `ideas`: also what is far, where nothing but a gift was asked for."""
    if sort == "relevance" or not ranked.matching.size:
        chosen = _near(ranked, wish, limit, ideas=ideas)
    else:
        chosen = ordered(index.products, ranked.matching, sort)[:limit]
    known = {int(row): place for place, row in enumerate(ranked.rows)}
    hits = []
    for row in chosen:
        place = known.get(row)
        score = 0.0 if place is None else float(ranked.scores[place])
        likely = MATCHES if place is None else float(ranked.relevance[place])
        hits.append(hit_of(index.products, row, score, likely, matched_words(index.products, row, wish.match.terms)))
    return tuple(hits)


def of_the_kind(ranked: Ranked) -> frozenset[int]:
    """The rows that match or are of the kind that was asked for."""
    return frozenset(map(int, ranked.rows[ranked.of_kind])) | frozenset(map(int, ranked.matching))


def _near(ranked: Ranked, wish: Wish, limit: int, *, ideas: bool) -> list[int]:
    carried = float(ranked.relevance.max(initial=0.0)) >= CARRIED
    least = 0.0 if ideas else NEAR if wish.kind.term is None else NEAR_A_KIND if carried else NEAR_NOTHING
    matches = np.isin(ranked.rows, ranked.matching)
    # what lacks a colour that was asked for comes after what has it, and before what is no such thing at all
    groups = np.where(matches, 0, np.where(ranked.of_kind & wish.kind.known, 1, 2))
    worth = matches | (ranked.relevance >= least) | ((groups == 1) & carried)
    if not ideas and int((worth & (groups < 2)).sum()) >= FEW and wish.kind.known:
        worth &= groups < 2
    rows: Rows = ranked.rows[worth]
    return [int(row) for row in rows[np.argsort(groups[worth], kind="stable")]][:limit]
