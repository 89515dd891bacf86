"""What a re-ranker sees of each candidate of a query: words, meaning, places in the title, sizes, price, popularity.

Arrays in, one row per candidate out. Knows no model and no judgements.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Vectors
from retrieval.first_parts import Places
from retrieval.lexical import Match, Term

Numbers = npt.NDArray[np.float64]
Table = npt.NDArray[np.float32]
BEST = 10  # first candidates whose mean stands for what the query is about (pseudo-relevance feedback)
_WORDS_OF_BEST, _SHARED_BY = 20, 3
_NOWHERE = 99.0
NAMES: Final = tuple(
    "bm25 bm25_share coverage cosine cosine_share cosine_lead near_best_3 near_best_10 words_of_best score score_share "
    "best_score tenth_score best_bm25 best_cosine terms numbers unknown mended query_letters title_words title_letters "
    "held missed rarity_held rarity_missed rarest_missed numbers_held numbers_missed adjacent first_place last_place "
    "last_term_held first_term_place opens_with token_set partial partial_sorted ratio price price_to_median "
    "popularity rating in_stock".split()
)


@dataclass(frozen=True)
class Candidates:
    """A query's candidates, best first by the fused score; n rows.

    Attributes:
        query: the query with its spelling mended.
        match: how the query was read; its arrays are not used here.
        places: vocabulary numbers that stand for each term of the query.
        best_bm25: the best of the whole catalogue.
        titles: words of each title as numbers of the vocabulary, shape (n, longest); -1 where a title has ended.
        texts: the titles themselves.
        bm25, coverage, cosines, scores: shape (n,).
        vectors: shape (n, d).
        fields: price, popularity, rating and stock, shape (n, 4); NaN where not known.
        leading: how many of the first rows are the query's own best; the rest are there to be scored only.
    """

    query: str
    match: Match
    places: tuple[frozenset[int], ...]
    best_bm25: float
    titles: Places
    texts: list[str]
    bm25: Numbers
    coverage: Numbers
    cosines: Numbers
    scores: Numbers
    vectors: Vectors
    fields: Numbers
    leading: int


def features(given: Candidates) -> Table:
    """One row per candidate, columns `NAMES`, shape (n, len(NAMES))."""
    columns = [*_evidence(given), *_query(given), *_words(given), *_letters(given), *_fields(given)]
    return np.stack([np.broadcast_to(column, len(given.texts)) for column in columns], axis=1).astype(np.float32)


def _evidence(given: Candidates) -> list[Numbers | float]:
    lead = slice(0, min(BEST, given.leading))
    cosines, scores = given.cosines[: given.leading], given.scores[: given.leading]
    near = [given.vectors @ _centre(given.vectors[:count]) for count in (3, lead.stop)]
    best, best_cosine = float(scores[0]), float(cosines.max())
    return [
        given.bm25,
        given.bm25 / max(given.best_bm25, 1e-9),
        given.coverage,
        given.cosines,
        given.cosines / max(best_cosine, 1e-9),
        given.cosines - float(cosines[lead].mean()),
        *(each.astype(float) for each in near),
        _words_of_best(given.titles, min(_WORDS_OF_BEST, given.leading)),
        given.scores,
        given.scores / max(best, 1e-9),
        best,
        float(scores[lead.stop - 1]),
        given.best_bm25,
        best_cosine,
    ]


def _centre(vectors: Vectors) -> Vectors:
    mean: Vectors = vectors.mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def _words_of_best(titles: Places, best: int) -> Numbers:
    """Share of the words that the best titles have in common, weighted by how many of them do."""
    found, counts = np.unique(np.concatenate([np.unique(row) for row in titles[:best]]), return_counts=True)
    shared = (counts >= min(_SHARED_BY, best)) & (found >= 0)
    total = float(counts[shared].sum())
    weights = dict(zip(found[shared].tolist(), (counts[shared] / max(total, 1.0)).tolist(), strict=True))
    return np.array([sum(weights.get(word, 0.0) for word in set(row)) for row in titles.tolist()], dtype=float)


def _query(given: Candidates) -> list[float]:
    terms = given.match.terms
    return [
        float(len(terms)),
        float(sum(_is_number(term) for term in terms)),
        float(sum(not term.stands_for for term in terms)),
        float(sum(term.mended is not None for term in terms)),
        float(len(given.query)),
    ]


def _words(given: Candidates) -> list[Numbers]:
    terms, titles = given.match.terms, given.titles
    where = np.full((len(terms), len(titles)), _NOWHERE)
    for row, places in enumerate(given.places):
        if places and titles.shape[1]:
            found = np.isin(titles, list(places))
            where[row] = np.where(found.any(axis=1), found.argmax(axis=1), _NOWHERE)
    held = where < _NOWHERE
    rarity = np.array([term.rarity for term in terms])[:, None] if terms else np.zeros((0, 1))
    number = np.array([_is_number(term) for term in terms], dtype=bool)[:, None]
    spoken = [row for row, term in enumerate(terms) if not _is_number(term)]
    none = np.full(len(titles), _NOWHERE)
    last = where[spoken[-1]] if spoken else none
    first = where[spoken[0]] if spoken else none
    return [
        (titles >= 0).sum(axis=1).astype(float),
        np.array([len(text) for text in given.texts], dtype=float),
        held.sum(axis=0).astype(float),
        (~held).sum(axis=0).astype(float),
        (rarity * held).sum(axis=0),
        (rarity * ~held).sum(axis=0),
        (rarity * ~held).max(axis=0, initial=0.0),
        (held & number).sum(axis=0).astype(float),
        (~held & number).sum(axis=0).astype(float),
        ((where[1:] - where[:-1] == 1) & held[1:] & held[:-1]).sum(axis=0).astype(float),
        where.min(axis=0, initial=_NOWHERE),
        np.where(held, where, -1).max(axis=0, initial=-1.0),
        (last < _NOWHERE).astype(float),
        first,
        (where == 0).any(axis=0).astype(float),
    ]


def _letters(given: Candidates) -> list[Numbers]:
    """Likeness letter by letter, 0 to 100: what is left of a slip that was not mended."""
    from rapidfuzz import fuzz, process

    query, texts = given.query.lower(), [text.lower() for text in given.texts]
    scorers = (fuzz.token_set_ratio, fuzz.partial_ratio, fuzz.partial_token_sort_ratio, fuzz.ratio)
    return [process.cdist([query], texts, scorer=scorer)[0].astype(float) for scorer in scorers]


def _fields(given: Candidates) -> list[Numbers]:
    price, popularity, rating, stocked = given.fields.T
    leading = price[: given.leading]
    median = float(np.median(leading[~np.isnan(leading)])) if (~np.isnan(leading)).any() else np.nan
    return [np.log1p(price), price / median if median else price * np.nan, np.log1p(popularity), rating, stocked]


def _is_number(term: Term) -> bool:
    return term.said[:1].isdigit()
