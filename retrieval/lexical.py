"""The lexical index: BM25 over stemmed words, with mended spelling and compounds. Knows texts by position, no products.

Scores are those of BM25 in Lucene's variant (Kamphuis et al., ECIR 2020) by `bm25s`; a text is given in weighted parts,
so that a word of a title counts more than one of a description. Each word of a query also tells which texts
hold it, so that the caller learns what share of the query a text covers, weighted by how rare each word is.
"""

import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import IndexMissing
from retrieval.first_parts import FirstParts
from retrieval.spelling import Speller
from retrieval.tokens import spoken, stems

Scores = npt.NDArray[np.float32]
K1, B = 1.0, 0.3  # titles are short: little punishment for length (measured with benchmarks.search)
LONGEST_QUERY = 48  # words; more would be a pasted page, not a wish
MENDED = 0.8  # weight of a word whose spelling was mended
JOINED = 0.9  # of two words that the text writes as one, and of a synonym


@dataclass(frozen=True)
class Term:
    """One word of a query: the index's words that stand for it with their weights, and how telling it is."""

    said: str
    stands_for: tuple[tuple[str, float], ...]
    rarity: float  # inverse document frequency; a word that no text holds is the rarest
    mended: str | None = None  # the word as it is spelled, where that was mended


@dataclass(frozen=True)
class Match:
    """How every text answers a query.

    Attributes:
        scores: BM25, shape (n,); 0 where no word occurs.
        coverage: share of the query's words that the text holds, weighted by rarity, 0 to 1, shape (n,); a word whose
            spelling was mended counts `MENDED`.
        terms: how the query was read.
    """

    scores: Scores
    coverage: Scores
    terms: tuple[Term, ...]

    def mended(self, query: str) -> str:
        """The query with its spelling mended."""
        return mended(self.terms, query)


def mended(terms: Iterable[Term], query: str) -> str:
    """The query with its spelling mended."""
    for term in terms:
        if term.mended:
            query = re.sub(rf"\b{re.escape(term.said)}\b", term.mended, query, flags=re.IGNORECASE)
    return query


class LexicalIndex:
    """BM25 over texts known by their position."""

    def __init__(self, retriever: Any, size: int, spelled: Sequence[str], firsts: FirstParts) -> None:
        """Takes a filled `bm25s.BM25`, every word as the texts spell it, and the texts' first parts; use `build`."""
        self._retriever = retriever
        self.size = size
        self.firsts = firsts
        self._vocabulary: dict[str, int] = {w: i for w, i in retriever.vocab_dict.items() if w} if size else {}
        self._spelled = list(spelled)
        self._indptr = retriever.scores["indptr"] if size else ()
        self._speller = Speller(self._spelled, self.held_by)

    def knows_language(self, words: Container[str]) -> None:
        """Names words that are spelled right whether or not a text holds them; they are never mended."""
        self._speller.language = words

    @classmethod
    def build(cls, texts: Sequence[Sequence[tuple[str, int]]]) -> "LexicalIndex":
        """Indexes texts, each given as parts with a weight (a title counts 3 times: ("Red teapot", 3))."""
        import bm25s

        retriever = bm25s.BM25(k1=K1, b=B, method="lucene")
        said = [[(spoken(part), weight) for part, weight in parts] for parts in texts]
        stemmed = [[(stems(part), weight) for part, weight in parts] for parts in said]
        spelled = sorted({word for parts in said for part, _ in parts for word in part})
        if not spelled:
            return cls(retriever, 0, (), FirstParts.of([], {}))
        corpus = [[word for part, weight in parts for word in part * weight] for parts in stemmed]
        retriever.index(corpus, show_progress=False)
        firsts = FirstParts.of([parts[0][0] if parts else [] for parts in stemmed], retriever.vocab_dict)
        return cls(retriever, len(corpus), spelled, firsts)

    def save(self, folder: Path) -> None:
        """Writes the index into a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.size:
            self._retriever.save(str(folder), show_progress=False)
            self.firsts.save(folder)
            (folder / "spelled.json").write_text(json.dumps(self._spelled), encoding="utf-8")
        (folder / "size.json").write_text(json.dumps(self.size))

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Opens a saved index.

        Raises:
            IndexMissing: it is damaged or not there.
        """
        import bm25s

        try:
            size = int(json.loads((folder / "size.json").read_text()))
            if not size:
                return cls.build(())
            spelled = json.loads((folder / "spelled.json").read_text(encoding="utf-8"))
            retriever = bm25s.BM25.load(str(folder), show_progress=False)
            return cls(retriever, size, spelled, FirstParts.load(folder))
        except (OSError, ValueError, KeyError, TypeError, EOFError) as failure:
            raise IndexMissing(
                f"The lexical index in {folder} is damaged or missing ({failure}): run `retail-assistant fit`."
            ) from failure

    def held_by(self, stem: str) -> int:
        """How many texts hold a stem."""
        place = self._vocabulary.get(stem)
        return 0 if place is None else int(self._indptr[place + 1] - self._indptr[place])

    def place(self, stem: str) -> int | None:
        """A stem's number in the vocabulary."""
        return self._vocabulary.get(stem)

    def holding(self, wanted: Iterable[str]) -> npt.NDArray[np.bool_]:
        """Which texts hold any of these stems, shape (n,)."""
        held = np.zeros(self.size, dtype=bool)
        for stem in wanted:
            if stem in self._vocabulary:
                held[self._postings(stem)[0]] = True
        return held

    def titled(self, wanted: Iterable[str], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of those texts hold any of these stems in their first part (a title), shape (len(rows),)."""
        places = [place for place in map(self.place, wanted) if place is not None]
        if not places:
            return np.zeros(len(rows), dtype=bool)
        titled: npt.NDArray[np.bool_] = np.asarray(np.isin(self.firsts.rows(rows), places).any(axis=1), dtype=np.bool_)
        return titled

    def rows_with(self, stem: str) -> npt.NDArray[np.int64]:
        """The texts that hold a stem, ascending."""
        return self._postings(stem)[0].astype(np.int64) if stem in self._vocabulary else np.zeros(0, np.int64)

    def held(self, words: Iterable[tuple[str, float]], rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The weight of the best of these stems that each of those texts holds, 0 where none; shape (len(rows),)."""
        best = np.zeros(len(rows))
        for stem, weight in words:
            holding = self._postings(stem)[0]
            at = np.minimum(np.searchsorted(holding, rows), len(holding) - 1)
            best = np.where(holding[at] == rows, np.maximum(best, weight), best)
        return best

    def match(self, query: str, synonyms: Mapping[str, Sequence[str]] | None = None) -> Match:
        """Scores every text; shapes (n,).

        Args:
            query: what was said.
            synonyms: word -> words that may stand for it in a text.
        """
        terms = self.read(query, synonyms or {})
        scores, coverage = np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
        best, held = np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)  # of one term, cleared after it
        for term in terms:
            for word, weight in term.stands_for:
                rows, found = self._postings(word)
                best[rows] = np.maximum(best[rows], np.float32(weight) * found)
                held[rows] = np.maximum(held[rows], np.float32(weight))
            for rows in [self._postings(word)[0] for word, _ in term.stands_for]:
                scores[rows] += best[rows]
                coverage[rows] += np.float32(term.rarity) * held[rows]
                best[rows] = held[rows] = 0
        total = sum(term.rarity for term in terms)
        return Match(scores, coverage / np.float32(total) if total else coverage, terms)

    def _postings(self, stem: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """The texts that hold a stem of the vocabulary, and the stem's score in each: only these cost time."""
        place = self._vocabulary[stem]
        part = slice(self._indptr[place], self._indptr[place + 1])
        return self._retriever.scores["indices"][part], self._retriever.scores["data"][part]

    def read(self, query: str, synonyms: Mapping[str, Sequence[str]]) -> tuple[Term, ...]:
        """The query's words, with spelling mended and compounds opened or closed where the index knows them so."""
        said = list(dict.fromkeys(spoken(query[:2000])))[:LONGEST_QUERY]
        terms: list[Term] = []
        for place, word in enumerate(said):
            neighbours = (word + "".join(said[place + 1 : place + 2]), "".join(said[max(place - 1, 0) : place]) + word)
            stem, *joined = stems([word, *neighbours])
            alike = [*joined, *stems(list(synonyms.get(word) or synonyms.get(stem, ())))]
            stands_for = {each: JOINED for each in alike if each in self._vocabulary}
            if stem in self._vocabulary:
                stands_for[stem] = 1.0
            if stands_for:
                terms.append(Term(word, tuple(stands_for.items()), self._rarity(stands_for)))
            else:
                terms.extend(self._unknown(word))
        return tuple(terms)

    def _unknown(self, word: str) -> list[Term]:
        """A word that no text holds: misspelled by one letter, a compound, misspelled by two, or really unknown."""
        for slips in (1, 2):
            mended = self._speller.mended(word, slips)
            if mended:
                alike = dict.fromkeys(stems(mended), MENDED)
                return [Term(word, tuple(alike.items()), self._rarity(alike), mended[0])]
            opened = self._speller.opened(word) if slips == 1 else ()
            if opened:
                return [Term(word, ((part, 1.0),), self._rarity((part,))) for part in opened]
        return [Term(word, (), self._rarity(()))]

    def _rarity(self, known: Iterable[str]) -> float:
        held = min(sum(map(self.held_by, known)), self.size)
        return float(np.log1p((self.size - held + 0.5) / (held + 0.5)))
