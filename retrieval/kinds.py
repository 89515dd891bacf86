"""What kind of thing a query asks for, and which products are of it: "red mugs" are mugs first. Knows words and titles.

A description mentions many things that its product is not ("for tea in big mugs", "over the arm of a sofa"). What a
product is stands in its title, else its category: a word that only the description holds counts half, and where some
product is called by the query's head noun, those that are not are of another kind.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.lexical import Match, Term
from retrieval.opened import OpenIndex
from retrieval.tokens import spoken, stems

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
DESCRIBED = 0.5  # what a word is worth that only the description holds
OTHER_KIND = 0.5  # of its relevance is left to a product of another kind
OTHER_SORT = 0.8  # and to one that lacks the word before it ("cake tin", a tin for tea), or of no kind that is known
SURELY_ALIKE = 0.8  # cosine from which on a product counts as of the kind whatever it is called
LOOKED_AT = 2000  # titles that are read to learn whether any product is called so
_ENDS = re.compile(
    r"[,;:.(!?]|\b(?:for|with|without|of|that|which|who|in|from|under|to|by|on|made|suitable|like|and|or|set|pack"
    r"|bigger|larger|smaller|longer|taller|cheaper|than|at|over|about|around|sized?)\b",
    re.IGNORECASE,
)
_MEASURES = re.compile(r"\b(?:sets?|packs?|pairs?|box(?:es)?|bunch|kinds?|types?|lot)\s+of\b", re.IGNORECASE)
_ASKS = re.compile(
    r"^\s*(?:(?:hi|hello|please|hey)\b[,!]?\s*)?(?:"
    r"(?:i['’]?m|i am|we['’]?re|we are)?\s*(?:looking|searching|after|shopping)\s+(?:for\b)?"
    r"|(?:i|we)(?:['’]d| would)?\s*(?:need|want|like|love)\b(?:\s+to\s+(?:buy|get|see))?"
    r"|(?:can|could)\s+(?:i|we|you)\s+(?:get|have|buy|see|show|find)(?:\s+(?:me|us))?"
    r"|(?:show|find|get|give)\s+(?:me|us)\b)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"^\s*(?:some|any)?(?:thing|one|body)\b|^\s*(?:gifts?|presents?|ideas?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """The head noun of a query, as the index knows it.

    Attributes:
        term: as it was said; None: the query names no thing ("something to wake me up").
        called: the stems by which titles call products so; empty where none does.
        sort: stems of the word before it, where some title holds both; empty where none does.
        categories: where no title is, which of the shop's categories are called so, shape (number of categories,).
    """

    term: Term | None
    called: frozenset[str]
    sort: frozenset[str]
    categories: Flags

    @property
    def known(self) -> bool:
        """Whether any product is called so."""
        return bool(self.called) or bool(self.categories.any())


def head_of(text: str) -> str | None:
    """The noun that a wish is about: "a red mug with a lid" -> "mug"; None where no thing is named."""
    named = named_by(text)
    return named[-1] if named else None


def named_by(text: str) -> list[str]:
    """The words of the phrase that names the thing, the head noun last."""
    text = _ASKS.sub(" ", text)
    if _OPEN.match(text):
        return []
    phrases = ([word for word in spoken(part) if word.isalpha()] for part in _ENDS.split(_MEASURES.sub(" ", text)))
    return next((phrase for phrase in phrases if phrase), [])


def kind_of(index: OpenIndex, plain: str, match: Match) -> Kind:
    """The kind that a wish is about.

    Args:
        index: the shop's products.
        plain: the wish without colours, materials and sizes.
        match: how the whole wish was read.
    """
    named = named_by(plain)
    terms = {each.said: each for each in match.terms}
    term = terms.get(named[-1]) if named else None
    nothing = np.zeros(len(index.columns.names), dtype=bool)
    if term is None:
        return Kind(None, frozenset(), frozenset(), nothing)
    alike = frozenset(word for word, _ in term.stands_for)
    # "jigsaw puzzle" names one thing twice
    own = frozenset(stems([each.mended or each.said for each in match.terms if each is term])) | (
        frozenset(stems(list(terms))) & alike
    )
    joined = frozenset(word for word in alike - own if any(word.endswith(each) for each in own))  # "lunchbox" is no box
    for stemmed in (joined, own, alike):
        called = frozenset(stem for stem in stemmed if _titles(index, [stem]))
        if called:
            before = terms.get(named[-2]) if len(named) > 1 else None
            sort = frozenset(word for word, _ in before.stands_for) if before else frozenset()
            return Kind(term, called, sort if sort and _titles(index, called, sort) else frozenset(), nothing)
        categories = np.array([not stemmed.isdisjoint(each) for each in index.category_words], dtype=bool)
        if categories.any():
            return Kind(term, frozenset(), frozenset(), categories)
    return Kind(term, frozenset(), frozenset(), nothing)


def evidence(index: OpenIndex, match: Match, rows: Rows) -> Numbers:
    """The share of the query's words that each row holds where it tells what it is, 0 to 1, shape (len(rows),)."""
    coverage = np.zeros(len(rows))
    for term in match.terms:
        stemmed = [word for word, _ in term.stands_for]
        held = index.lexical.held(term.stands_for, rows)
        named = index.lexical.titled(stemmed, rows)
        for place in np.flatnonzero((held > 0) & ~named):
            named[place] = not index.facts(int(rows[place])).isdisjoint(stemmed)
        coverage += term.rarity * held * np.where(named, 1.0, DESCRIBED)
    total = sum(term.rarity for term in match.terms)
    return coverage / total if total else coverage


def fitting(index: OpenIndex, kind: Kind, rows: Rows, cosines: Numbers) -> tuple[Flags, Numbers]:
    """Whether each row is of the kind, and what is left of its relevance; shapes (len(rows),)."""
    if not kind.known:
        return np.ones(len(rows), dtype=bool), np.full(len(rows), 1.0 if kind.term is None else OTHER_SORT)
    named = index.lexical.titled(kind.called, rows) | kind.categories[index.columns.category[rows]]
    of_kind = named | (cosines >= SURELY_ALIKE)
    left = np.where(of_kind, 1.0, OTHER_KIND)
    if kind.sort:
        left[of_kind & ~index.lexical.titled(kind.sort, rows)] = OTHER_SORT
    return of_kind, left


def called_so(index: OpenIndex, kind: Kind, rows: Rows) -> Rows:
    """Of many rows those whose title or category names the kind; all where there is none to name."""
    if not kind.known:
        return rows
    return rows[index.lexical.titled(kind.called, rows) | kind.categories[index.columns.category[rows]]]


def _titles(index: OpenIndex, stemmed: Iterable[str], also: Iterable[str] | None = None) -> bool:
    """Whether any title holds one of the stems, and one of the others."""
    rows = np.concatenate([index.lexical.rows_with(stem)[:LOOKED_AT] for stem in stemmed])
    held = index.lexical.titled(stemmed, rows)
    return bool((held if also is None else held & index.lexical.titled(also, rows)).any())
