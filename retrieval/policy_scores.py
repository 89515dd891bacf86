"""How surely each sentence of the policy pages answers a question. Knows texts and vectors, no folder and no passage.

A sentence is judged by itself, by its section and by its page, so that a rare word in some exception ("washing a mug
counts as use") does not win against the rule that was asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.embedder import Embedder, Vectors
from retrieval.fusion import Numbers
from retrieval.lexical import LexicalIndex, Term
from retrieval.opened import OpenIndex
from retrieval.pages import Section
from retrieval.policy_words import CONTRACTED, SYNONYMS, in_words_of_the_pages, named_things
from retrieval.tokens import words

# Fitted on the tuning half of tests/retrieval/policy_questions.jsonl (42 answerable, 50 unanswerable questions): which
# sentence answers (a softmax over all), then whether the best one does (a logistic regression of its score, both kinds
# of questions weighing the same; area under the ROC curve 0.87, each question left out in turn).
SENTENCE, SECTION, PAGE = 13.0, 6.4, 6.0  # cosines of the sentence, its section, its page's three nearest sentences
COVERAGE = 7.0  # share of the question's words that the sentence, its heading or its title hold
LEADING = 1.9  # the first sentence of a section gives its rule, the others its exceptions
SLOPE, INTERCEPT = 0.338, -5.15
_NEAREST = 3  # sentences that speak for a page

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Sentences:
    """What is compared with a question: n sentences in the order of the pages.

    Attributes:
        own: their vectors, shape (n, d); wider: those of their sections, shape (n, d).
        section_of: the place of each one's section, shape (n,).
        page_of: the number of each one's page, shape (n,).
        leading: whether it begins its section, shape (n,).
        held: the stems of each with its heading and title.
    """

    lexical: LexicalIndex
    sections: tuple[Section, ...]
    texts: tuple[str, ...]
    own: Vectors
    wider: Vectors
    section_of: Places
    page_of: Places
    leading: npt.NDArray[np.bool_]
    held: tuple[frozenset[str], ...]


def read_sentences(index: OpenIndex, sections: tuple[Section, ...]) -> Sentences:
    """The sections' sentences with their vectors, as `pages.as_frame` numbers them."""
    vectors = index.vectors(list(index.ids))
    placed = [(place, number) for place, each in enumerate(sections) for number in range(1, len(each.sentences) + 1)]
    ids = [sections[place].section_id for place, _ in placed]
    pages = {name: number for number, name in enumerate(dict.fromkeys(page_of(each) for each in ids))}
    own = [vectors[f"{each}.{number}"] for each, (_, number) in zip(ids, placed, strict=True)]
    texts = tuple(sections[place].sentences[number - 1] for place, number in placed)
    return Sentences(
        index.lexical,
        sections,
        texts,
        np.stack(own),
        np.stack([vectors.get(f"{each}.0", alone) for each, alone in zip(ids, own, strict=True)]),
        np.array([place for place, _ in placed], dtype=np.int64),
        np.array([pages[page_of(each)] for each in ids], dtype=np.int64),
        np.array([number == 1 for _, number in placed]),
        tuple(
            frozenset(words(f"{sections[place].heading} {sections[place].title} {text} {named_things(text)}"))
            for (place, _), text in zip(placed, texts, strict=True)
        ),
    )


@dataclass(frozen=True)
class Scored:
    """How well each of n sentences answers a question.

    Attributes:
        scores: all evidence together, shape (n,); `likely` makes one a probability.
        near: cosine of the sentence; wide: of its section; covered: share of the question's words held; shape (n,).
        said: the vector of the question as it was said, shape (d,).
    """

    scores: Numbers
    near: Numbers
    wide: Numbers
    covered: Numbers
    said: Vectors


def page_of(section_id: str) -> str:
    """The file name of a section's page."""
    return section_id.rsplit("#", 1)[0]


def scored(sentences: Sentences, question: str, embedder: Embedder) -> Scored:
    """How well each sentence answers."""
    match = sentences.lexical.match(question, SYNONYMS)
    vector, said = _vectors(sentences, match.mended(question), embedder)
    near: Numbers = (sentences.own @ vector).astype(float)
    wide: Numbers = (sentences.wider @ vector).astype(float)
    pages = [float(np.sort(near[sentences.page_of == page])[-_NEAREST:].mean()) for page in _numbers(sentences)]
    covered = _coverage(match.terms, sentences.held)
    scores: Numbers = SENTENCE * near + SECTION * wide + PAGE * np.array(pages)[sentences.page_of]
    scores += COVERAGE * covered + LEADING * sentences.leading
    return Scored(scores, near, wide, covered, said)


def likely(score: float) -> float:
    """The probability that a sentence of that score answers."""
    return float(1 / (1 + np.exp(-(SLOPE * score + INTERCEPT))))


def stands_alone(sentences: Sentences, row: int, question: str) -> bool:
    """Whether a sentence holds itself every word of the question that it is found by, none only in its heading."""
    own = frozenset(words(sentences.texts[row]))
    terms = sentences.lexical.read(question, SYNONYMS)
    found = [{stem for stem, _ in term.stands_for} for term in terms]
    return all(stems & own for stems in found if stems & sentences.held[row])


def _numbers(sentences: Sentences) -> range:
    return range(int(sentences.page_of.max()) + 1)


def _vectors(sentences: Sentences, question: str, embedder: Embedder) -> tuple[Vectors, Vectors]:
    """The middle between the question as it was said and in the words of the pages, of length 1; and the former."""
    rewritten = in_words_of_the_pages(question, lambda stem: any(stem in held for held in sentences.held))
    both = embedder.encode(list(dict.fromkeys((question, rewritten))))
    whole = both.sum(axis=0)
    middle: Vectors = whole / np.linalg.norm(whole)
    return middle, both[0]


def _coverage(terms: Sequence[Term], held: Sequence[frozenset[str]]) -> Numbers:
    """The share of the question's words that each text holds, a word weighing the root of its rarity; shape (n,)."""
    counted = [term for term in terms if term.said not in CONTRACTED]
    weights = np.sqrt([term.rarity for term in counted])
    if not weights.sum():
        return np.zeros(len(held))
    holds = [
        [max((weight for stem, weight in term.stands_for if stem in text), default=0.0) for term in counted]
        for text in held
    ]
    covered: Numbers = np.array(holds) @ weights / weights.sum()
    return covered
