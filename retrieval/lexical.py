"""The lexical index: BM25 over stemmed words, with mended spelling and compounds. Knows texts by position, no products.

Scores are those of BM25 in Lucene's variant (Kamphuis et al., ECIR 2020) by `bm25s`. Each word of a query also tells
which texts hold it, so that the caller learns what share of the query a text covers, weighted by how rare each word is.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import IndexMissing

Scores = npt.NDArray[np.float32]
K1, B = 1.0, 0.3  # titles are short: little punishment for length (measured with benchmarks.search)
LONGEST_QUERY = 48  # words; more would be a pasted page, not a wish
MENDED = 0.8  # weight of a word whose spelling was mended
JOINED = 0.9  # of two words that the text writes as one, and of a synonym
_STOPPED = (
    "a about all also am an and any are as at be been but by can could do does else find for from get give got had "
    "has have hello help hi how i if in into is it its just like looking looks may me might my need no not of on one "
    "ones or our please recommend sell selling shop shops show so some something stock such thank thanks that the "
    "their them there these they thing things this those to too under us want wants was we what when where which who "
    "will with would you your yours up out very really "
)
STOPWORDS = frozenset(_STOPPED.split())
_APOSTROPHE = re.compile(r"['’]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def spoken(text: str) -> list[str]:
    """The text's words: lower case, no accents, "t-light" as "t", "light" and "tlight", without stopwords."""
    plain = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    found: list[str] = []
    for match in _WORD.findall(plain):
        parts = _APOSTROPHE.sub("", re.sub(r"['’]s$", "", match)).split("-")
        found.extend(parts)
        if len(parts) > 1 and len(match) <= 20:
            found.append("".join(parts))
    return [word for word in found if word not in STOPWORDS]


def words(text: str) -> list[str]:
    """The text's words as the index holds them: those of `spoken`, stemmed."""
    return _stems(spoken(text))


def _stems(said: list[str]) -> list[str]:
    stemmed: list[str] = _stemmer().stemWords(said)
    return stemmed


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


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
        for term in self.terms:
            if term.mended:
                query = re.sub(rf"\b{re.escape(term.said)}\b", term.mended, query, flags=re.IGNORECASE)
        return query


class LexicalIndex:
    """BM25 over texts known by their position."""

    def __init__(self, retriever: Any, size: int, spelled: Sequence[str]) -> None:
        """Takes a filled `bm25s.BM25` and every word as the texts spell it; use `build` or `load`."""
        self._retriever = retriever
        self.size = size
        self._vocabulary: dict[str, int] = {w: i for w, i in retriever.vocab_dict.items() if w} if size else {}
        self._spelled = list(spelled)

    @classmethod
    def build(cls, texts: Sequence[Sequence[tuple[str, int]]]) -> "LexicalIndex":
        """Indexes texts, each given as parts with a weight (a title counts 3 times: ("Red teapot", 3))."""
        import bm25s

        retriever = bm25s.BM25(k1=K1, b=B, method="lucene")
        said = [[(spoken(part), weight) for part, weight in parts] for parts in texts]
        corpus = [[word for part, weight in parts for word in _stems(part) * weight] for parts in said]
        spelled = sorted({word for parts in said for part, _ in parts for word in part})
        if spelled:
            retriever.index(corpus, show_progress=False)
            return cls(retriever, len(corpus), spelled)
        return cls(retriever, 0, ())

    def save(self, folder: Path) -> None:
        """Writes the index into a folder of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.size:
            self._retriever.save(str(folder), show_progress=False)
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
            return cls(bm25s.BM25.load(str(folder), show_progress=False), size, spelled)
        except (OSError, ValueError, KeyError, TypeError, EOFError) as failure:
            raise IndexMissing(
                f"The lexical index in {folder} is damaged or missing ({failure}): run `retail-assistant fit`."
            ) from failure

    def match(self, query: str, synonyms: Mapping[str, Sequence[str]] | None = None) -> Match:
        """Scores every text; shapes (n,).

        Args:
            query: what was said.
            synonyms: word -> words that may stand for it in a text.
        """
        terms = self.read(query, synonyms or {})
        scores, coverage = np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
        for term in terms:
            best, held = np.zeros(self.size, np.float32), np.zeros(self.size, np.float32)
            for word, weight in term.stands_for:
                found = self._retriever.get_scores_from_ids([self._vocabulary[word]])
                np.maximum(best, np.float32(weight) * found, out=best)
                np.maximum(held, np.float32(weight) * (found > 0), out=held)
            scores += best
            coverage += np.float32(term.rarity) * held
        total = sum(term.rarity for term in terms)
        return Match(scores, coverage / np.float32(total) if total else coverage, terms)

    def read(self, query: str, synonyms: Mapping[str, Sequence[str]]) -> tuple[Term, ...]:
        """The query's words, with spelling mended and compounds opened or closed where the index knows them so."""
        said = list(dict.fromkeys(spoken(query[:2000])))[:LONGEST_QUERY]
        terms: list[Term] = []
        for place, word in enumerate(said):
            neighbours = (word + "".join(said[place + 1 : place + 2]), "".join(said[max(place - 1, 0) : place]) + word)
            stem, *joined = _stems([word, *neighbours])
            alike = [*joined, *_stems(list(synonyms.get(word, ())))]
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
            near = self._mend(word, slips)
            stems = dict.fromkeys(_stems(near), MENDED)
            if stems:
                return [Term(word, tuple(stems.items()), self._rarity(stems), near[0])]
            opened = self._open(word) if slips == 1 else ()
            if opened:
                return [Term(word, ((part, 1.0),), self._rarity((part,))) for part in opened]
        return [Term(word, (), self._rarity(()))]

    def _rarity(self, known: Iterable[str]) -> float:
        indptr = self._retriever.scores["indptr"] if self.size else ()
        held = sum(int(indptr[self._vocabulary[w] + 1] - indptr[self._vocabulary[w]]) for w in known)
        return float(np.log1p((self.size - min(held, self.size) + 0.5) / (held + 0.5)))

    def _open(self, word: str) -> tuple[str, ...]:
        """A compound's two parts ("lawnmower" -> "lawn", "mower"), where the index holds both."""
        for cut in range(3, len(word) - 2):
            parts = tuple(_stems([word[:cut], word[cut:]]))
            if all(part in self._vocabulary for part in parts):
                return parts
        return ()

    def _mend(self, word: str, slips: int) -> list[str]:
        """The texts' words that many slips away, same first letter; none for short words and numbers."""
        if len(word) < 1 + 4 * slips or not word.isalpha() or not word.isascii():
            return []
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extract(word, self._spelled, scorer=OSA.distance, score_cutoff=slips, limit=12)
        near = [(known, distance) for known, distance, _ in found if known[0] == word[0]]
        closest = min((distance for _, distance in near), default=0)
        return [known for known, distance in near if distance == closest][:3]
