"""The shop's policy pages: which passage answers a question, or that none does. Knows no tool and no language model.

Each sentence is indexed with its heading and page, and its section as a whole. A sentence is judged by itself, by its
section and by its page; the section of the best sentence is the passage that answers. The pages in the folder are the
source: when they change, the next question indexes what changed.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.embedder import Embedder
from retrieval.errors import IndexMissing
from retrieval.fusion import Numbers
from retrieval.indexing import Progress, Update, open_index, update_index
from retrieval.opened import OpenIndex
from retrieval.pages import Section, as_frame, read_pages
from retrieval.policy_answerable import Answerable
from retrieval.policy_scores import Scored, Sentences, likely, page_of, read_sentences, scored, stands_alone
from retrieval.policy_words import contradicting, figureless, leans
from retrieval.products import prepare
from retrieval.vectors import VectorSettings

NAME = "policies"
ANSWERED = 0.5  # probability from which a question counts as answered; an answer always quotes its passage
NEAR = 0.25  # from here on the nearest sentence is worth showing, said not to be sure
CLOSE = 2.0  # in score: a sentence that is quoted as well
NEARBY = 4  # passages of other pages that are looked at for another figure
ALIKE = 0.55  # cosine, figures left out, from which two clauses, and their sentences, are about the same thing


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
        sentences: the shop's own sentence or two that answer best, verbatim but for the marks of lists, from the first
            passage; where none answers, the nearest ones, or none where nothing is near.
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
        self._opened: Sentences | None = None
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._answerable = Answerable.shipped(embedder.identity)

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
        sentences = self.sentences()
        text = " ".join(question.split())[:400]
        if sentences is None or not any(letter.isalnum() for letter in text):
            return PolicyAnswer(question, (), answered=False)
        found = scored(sentences, text, self.embedder)
        scores = found.scores
        passages = _passages(sentences, scores)
        sure = passages[0].score
        quoted = _quoted(sentences, scores, text) if sure >= NEAR else ()
        if not self._answers(found, sentences, sure):
            return PolicyAnswer(question, passages[:limit], False, quoted)
        return PolicyAnswer(question, passages[:limit], True, quoted, self._disagreeing(passages))

    def _answers(self, found: Scored, sentences: Sentences, sure: float) -> bool:
        """Whether the best sentence answers, by what was learned; by its score alone with another embedder."""
        judge = self._answerable
        if judge is None:
            return sure >= ANSWERED
        return judge.probability(found, sentences.page_of) >= judge.least

    def sentences(self) -> Sentences | None:
        """The sentences in step with the pages; None where the shop has none."""
        seen = tuple((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(self.pages.glob("*.md")))
        with self._lock:
            if self._opened is None or seen != self._seen:
                sections = read_pages(self.pages)
                self._opened = read_sentences(self._open(sections), sections) if sections else None
                self._seen = seen
            return self._opened

    def _open(self, sections: tuple[Section, ...]) -> OpenIndex:
        """The index of these sections, brought in step with them where it is not."""
        frame = prepare(as_frame(sections), None, None, self.embedder.identity)
        try:
            opened = open_index(self.folder, NAME, self.embedder, self.settings)
        except IndexMissing:
            opened = None
        if opened is None or not np.array_equal(opened.products["digest"], frame["digest"]):
            update_index(self.folder, NAME, self.embedder, self.settings, frame)
            opened = open_index(self.folder, NAME, self.embedder, self.settings)
        return opened

    def _disagreeing(self, passages: tuple[Passage, ...]) -> Passage | None:
        """A close passage of another page whose best sentence gives another figure for the same thing."""
        first, *others = passages
        others = [each for each in others if page_of(each.section_id) != page_of(first.section_id)]
        for other in others[:NEARBY]:
            clauses = contradicting(first.best, other.best) if other.score >= ANSWERED else None
            if clauses is not None:
                compared = [figureless(each) for each in (*clauses, first.best, other.best)]
                one, two, whole, other_whole = self.embedder.encode(compared)
                if min(float(one @ two), float(whole @ other_whole)) >= ALIKE:
                    return other
        return None


def _passages(sentences: Sentences, scores: Numbers) -> tuple[Passage, ...]:
    """Each section by its best sentence, best first."""
    found: dict[int, Passage] = {}
    for row in np.argsort(-scores, kind="stable"):
        place = int(sentences.section_of[row])
        if place not in found:
            held = sentences.sections[place]
            sure = likely(float(scores[row]))
            found[place] = Passage(held.title, held.heading, held.text, sure, sentences.texts[row], held.section_id)
    return tuple(found.values())


def _quoted(sentences: Sentences, scores: Numbers, question: str) -> tuple[str, ...]:
    """The best sentence, in the page's order with one that it needs or else one of its section that is as good."""
    best = int(np.argmax(scores))
    inside = np.flatnonzero(sentences.section_of == sentences.section_of[best])
    leading, before = int(inside[0]), best - 1
    if best != leading and leans(sentences.texts[best]):
        return sentences.texts[leading if leans(sentences.texts[before]) else before], sentences.texts[best]
    if best != leading and not stands_alone(sentences, best, question):
        return sentences.texts[leading], sentences.texts[best]
    second = max((int(row) for row in inside if row != best), key=lambda row: float(scores[row]), default=best)
    follows = second == best + 1 or second == leading or not leans(sentences.texts[second])
    if second == best or not follows or scores[second] < scores[best] - CLOSE:
        return (sentences.texts[best],)
    return tuple(sentences.texts[row] for row in sorted((best, second)))
