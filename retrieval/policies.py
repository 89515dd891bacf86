"""The shop's policy pages: which passage answers a question, or that none does. Knows no tool and no language model.

Each sentence is indexed with its heading and page, and a passage is as good as its best sentence. The pages in the
folder are the source: when they change, the next question indexes what changed.
"""

import re
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.embedder import Embedder, Vectors
from retrieval.errors import IndexMissing
from retrieval.indexing import OpenIndex, Progress, Update, open_index, update_index
from retrieval.lexical import words
from retrieval.pages import Section, as_frame, read_pages
from retrieval.products import Filters, prepare
from retrieval.ranking import Wish, rank
from retrieval.vectors import VectorSettings

NAME = "policies"
# Logistic regression of "the pages answer this" on coverage and cosine of the best sentence: 38 answerable and 30
# unanswerable questions on the pages of tests/retrieval/pages; area under the ROC curve 0.97. At ANSWERED 9 of 10
# answerable questions are answered and 1 in 15 of the others; an answer always quotes its passage.
INTERCEPT, COVERAGE_WEIGHT, COSINE_WEIGHT = -3.64, 3.70, 7.84
ANSWERED = 0.55
CLOSE = 0.15  # in score: two passages that might both be meant
ALIKE = 0.55  # cosine from which two sentences speak about the same thing
_GROUPS = (
    ("delivery", "deliver", "shipping", "ship", "shipment", "postage", "dispatch"),
    ("parcel", "package", "order", "delivery"),
    ("return", "refund", "back"),
    ("refund", "money", "reimburse"),
    ("exchange", "swap", "change"),
    ("gift", "voucher"),
    ("newsletter", "email", "emails", "mailing"),
    ("next", "tomorrow", "express"),
    ("damaged", "broken", "smashed", "faulty", "defective", "cracked"),
    ("lost", "missing", "arrived", "turned"),
    ("cost", "costs", "price", "much", "fee", "charge", "charges"),
    ("pay", "payment", "paid", "accept"),
    ("collect", "pick", "collection"),
    ("data", "information", "details", "privacy"),
    ("abroad", "overseas", "international", "foreign", "countries"),
    ("warranty", "guarantee"),
    ("cancel", "stop", "unsubscribe"),
)
SYNONYMS = {word: tuple(w for g in _GROUPS if word in g for w in g if w != word) for g in _GROUPS for word in g}
_AMOUNT = re.compile(
    r"([£$€]?)\s*(\d+(?:[.,]\d+)?)\s*(%|percent|[a-z]+(?:\s+(?:days|hours|weeks|months))?)?", re.IGNORECASE
)
_UNITS = {"day", "week", "month", "year", "hour", "%", "percent", "£", "$", "€"}


@dataclass(frozen=True)
class Passage:
    """A section of a policy page that may answer.

    Attributes:
        score: how surely it answers, 0 to 1.
        best: its sentence that answers best, verbatim.
    """

    title: str
    heading: str
    text: str
    score: float
    best: str
    section_id: str


@dataclass(frozen=True)
class PolicyAnswer:
    """Passages, best first, and whether the first really answers.

    Attributes:
        answered: False: no page answers this.
        sentences: the shop's own sentence or two that answer best, verbatim, from the first passage.
        disagreeing: a second passage that says something else about the same thing ("30 days" against "14 days").
    """

    question: str
    passages: tuple[Passage, ...]
    answered: bool
    sentences: tuple[str, ...] = ()
    disagreeing: Passage | None = None


class PolicyIndex:
    """Facade over a folder of policy pages. Safe to share between threads."""

    def __init__(self, pages: Path, folder: Path, embedder: Embedder, settings: VectorSettings | None = None) -> None:
        """Notes the folders; nothing is read before the first question.

        Args:
            pages: the shop's `policies/` with its Markdown pages.
            folder: where indexes are kept; may be the catalog's, the pages' index lies in a folder of its own there.
            embedder: makes the vectors.
            settings: a Chroma server instead of vectors in the folder.
        """
        self.pages = pages
        self.folder = folder / NAME  # beside the catalog's parts where both are given one folder
        self.embedder = embedder
        self.settings = settings or VectorSettings()
        self._lock = threading.Lock()
        self._opened: OpenIndex | None = None
        self._sections: dict[str, Section] = {}
        self._seen: tuple[tuple[str, int, int], ...] = ()

    def update(self, progress: Progress | None = None) -> Update:
        """Indexes the sentences that changed; a damaged index is rebuilt."""
        with self._lock:
            self._opened = None
            frame = prepare(as_frame(read_pages(self.pages)), None, None, self.embedder.identity)
            return update_index(self.folder, NAME, self.embedder, self.settings, frame, progress)

    def titles(self) -> tuple[str, ...]:
        """The titles of the shop's pages."""
        return tuple(dict.fromkeys(section.title for section in read_pages(self.pages)))

    def ask(self, question: str, limit: int = 3) -> PolicyAnswer:
        """The passages nearest to the question; `answered` says whether the best one is good enough."""
        index = self._index()
        text = " ".join(question.split())[:400]
        if index is None or not any(letter.isalnum() for letter in text):
            return PolicyAnswer(question, (), answered=False)
        match = index.lexical.match(text, SYNONYMS)
        vector = self.embedder.encode([match.mended(text)])[0]
        rows = self._scored(index, Wish(match, vector))
        passages = self._passages(index, rows)
        if not passages or passages[0].score < ANSWERED:
            return PolicyAnswer(question, passages[:limit], answered=False)
        return PolicyAnswer(
            question,
            passages[:limit],
            answered=True,
            sentences=_sentences(index, rows, passages[0]),
            disagreeing=self._disagreeing(passages),
        )

    def _index(self) -> OpenIndex | None:
        """The index in step with the pages; None where the shop has none."""
        seen = tuple((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(self.pages.glob("*.md")))
        with self._lock:
            if not seen:
                return None
            if self._opened is None or seen != self._seen:
                sections = read_pages(self.pages)
                frame = prepare(as_frame(sections), None, None, self.embedder.identity)
                try:
                    opened = open_index(self.folder, NAME, self.embedder, self.settings)
                except IndexMissing:
                    opened = None
                if opened is None or not np.array_equal(opened.products["digest"], frame["digest"]):
                    update_index(self.folder, NAME, self.embedder, self.settings, frame)
                    opened = open_index(self.folder, NAME, self.embedder, self.settings)
                self._opened, self._seen = opened, seen
                self._sections = {section.section_id: section for section in sections}
            return self._opened

    def _scored(self, index: OpenIndex, wish: Wish) -> dict[int, float]:
        """Row of a sentence -> probability that it answers."""
        row_of = {each: row for row, each in enumerate(index.products["product_id"])}
        ranked = rank(index, row_of, wish, Filters(), None)
        coverage = wish.match.coverage[ranked.rows] if index.lexical.size else np.zeros(len(ranked.rows))
        odds = INTERCEPT + COVERAGE_WEIGHT * coverage + COSINE_WEIGHT * ranked.cosines
        return {int(row): float(p) for row, p in zip(ranked.rows, 1 / (1 + np.exp(-odds)), strict=True)}

    def _passages(self, index: OpenIndex, rows: dict[int, float]) -> tuple[Passage, ...]:
        best: dict[str, tuple[float, int]] = {}
        for row, score in rows.items():
            section = _section_of(index.products["product_id"].iloc[row])
            best[section] = max(best.get(section, (-1.0, 0)), (score, row))
        passages = []
        for section_id, (score, row) in sorted(best.items(), key=lambda item: (-item[1][0], item[0])):
            found = self._sections[section_id]
            sentence = index.products["description"].iloc[row]
            passages.append(Passage(found.title, found.heading, found.text, score, sentence, section_id))
        return tuple(passages)

    def _disagreeing(self, passages: tuple[Passage, ...]) -> Passage | None:
        """A close passage whose best sentence is about the same thing and gives another number for the same unit."""
        first, *others = passages[:3]
        near = [each for each in others if each.score >= max(ANSWERED, first.score - CLOSE)]
        apart = [each for each in near if _contradict(first.best, each.best)]
        if not apart:
            return None
        vectors: Vectors = self.embedder.encode([first.best, *(each.best for each in apart)])
        alike = [each for each, vector in zip(apart, vectors[1:], strict=True) if float(vector @ vectors[0]) >= ALIKE]
        return alike[0] if alike else None


def _section_of(sentence_id: str) -> str:
    return sentence_id.rsplit(".", 1)[0]


def _sentences(index: OpenIndex, rows: dict[int, float], passage: Passage) -> tuple[str, ...]:
    """The passage's best sentence, and its second best where that answers as well, in the page's order."""
    ids = index.products["product_id"]
    inside = [row for row in rows if _section_of(ids.iloc[row]) == passage.section_id]
    inside.sort(key=lambda row: -rows[row])
    chosen = [
        row for place, row in enumerate(inside[:2]) if not place or rows[row] >= max(ANSWERED, passage.score - CLOSE)
    ]
    chosen.sort(key=lambda row: int(ids.iloc[row].rsplit(".", 1)[1]))
    return tuple(index.products["description"].iloc[row] for row in chosen)


def _amounts(sentence: str) -> dict[str, set[str]]:
    """Unit -> numbers given in it: {"day": {"30"}}."""
    found: dict[str, set[str]] = {}
    for sign, value, unit in _AMOUNT.findall(sentence):
        named = sign or (unit.lower().split()[-1].rstrip("s") if unit else "")
        if named in _UNITS:
            found.setdefault(named, set()).add(value)
    return found


def _contradict(one: str, other: str) -> bool:
    """Whether both give numbers in one unit that have none in common, about words that they share."""
    first, second = _amounts(one), _amounts(other)
    shared = set(words(one)) & set(words(other))
    return len(shared) >= 2 and any(first[unit].isdisjoint(second[unit]) for unit in first.keys() & second.keys())
