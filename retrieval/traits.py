"""Colours, materials, sizes and diets in a query, wanted or not: "a blue mug, not plastic". Knows no index.

A trait that is the thing itself is none: in "wine glass" glass is what is looked for, in "glass teapot" it is what of.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from retrieval.measures import measures, with_gaps
from retrieval.shop_words import AVOIDED, COLOURS, DIETS, MATERIALS, PLAIN_COLOURS, variants
from retrieval.tokens import STOPWORDS, stems, words

_WORD = re.compile(r"[a-zà-ÿ]+")
_LIST = r"(?P<{0}>[a-zà-ÿ]+)(?:\s*(?:,|or|and|nor)\s+(?:no\s+)?(?P<{1}>[a-zà-ÿ]+)(?=\s*(?:[,.;!?]|$)))?"
_ANY_WORD = re.compile(
    r"(?:,|\bbut)?\s*\b(?:without(?: any)?|not (?:made (?:of|from|with) |in |of |containing |with )?(?:any )?"
    r"|(?:is|are)n['’]t (?:made of )?|(?:do|does)n['’]t (?:contain|have|want)(?: any)?|contain(?:s|ing) no"
    r"|anything but|except(?: for)?|other than|avoid(?:ing)?|allergic to|free (?:of|from))\s*\b"
    + _LIST.format("a", "b"),
    re.IGNORECASE,
)
_KNOWN_WORD = re.compile(r"(?:,|\bbut)?\s*\b(?:no|non)[\s-]+" + _LIST.format("a", "b"), re.IGNORECASE)
_FREE = re.compile(r"\b(?P<a>[a-zà-ÿ]+)[\s-]free\b", re.IGNORECASE)
_SAID_OTHERWISE = frozenset("too very so sure really just only necessarily expensive pricey more less bad big".split())
_OF = re.compile(r"\b(?:in|of|from|made)\s*$")
_ALIKE = variants()
_KINDS = (("colour", COLOURS), ("material", MATERIALS))


@dataclass(frozen=True)
class Trait:
    """One wish about how a product is, or is not.

    Attributes:
        kind: "colour", "material", "size", "diet", or "without" where it is not wanted.
        said: the word or words for it.
        stems: a product whose text holds one of them has it.
        unless: stems that say the contrary ("glutenfree").
        words: the words themselves, said first, for what stands in a text as "gluten free".
        declared: whether only what is declared so will do ("gluten free"), where the shop declares any.
    """

    kind: str
    said: str
    stems: frozenset[str]
    unless: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    declared: bool = False


def read_traits(text: str) -> tuple[tuple[Trait, ...], str]:
    """The traits of a query, and its text without what is not wanted.

    Several colours are one wish ("red or blue"), several materials likewise; each thing to be left out is its own.
    """
    unwanted, rest = _unwanted(text)
    wanted = [*_named(_FREE.sub(" ", rest)), *_sizes(rest)]  # "plastic free" names no material
    return (*wanted, *unwanted), rest


def _unwanted(text: str) -> tuple[list[Trait], str]:
    found: dict[str, Trait] = {}
    known = {*AVOIDED, *COLOURS, *MATERIALS}

    def leave_out(match: "re.Match[str]", only: Iterable[str] | None, instead: str = " ") -> str:
        said = [word.lower() for word in match.groups() if word]
        if not said or said[0] in _SAID_OTHERWISE | STOPWORDS or (only is not None and said[0] not in only):
            return match[0]
        for word in said:
            family = AVOIDED.get(word) or MATERIALS.get(word) or COLOURS.get(word) or (word,)
            contrary = stems([f"{each}free" for each in family] + [f"non{word}"])
            family = (word, *family)
            held = frozenset(stems(list(family)))
            found[word] = Trait("without", word, held, frozenset(contrary), family, declared=instead != " ")
        return instead

    # "gluten free" stays: the text of a product that is so says it
    text = _FREE.sub(lambda match: leave_out(match, known, match[0]), text)
    text = _ANY_WORD.sub(lambda match: leave_out(match, None), text)
    text = _KNOWN_WORD.sub(lambda match: leave_out(match, known), text)
    rest = " ".join(text.split()).strip(" ,;")
    # "dairy free milk" is a milk all the same
    asked = {stem for stem in words(_FREE.sub(" ", rest))}
    return [replace(each, stems=each.stems - asked) for each in found.values()], rest


def _named(text: str) -> list[Trait]:
    plain = text.lower()
    said = [(match.group(), match.start()) for match in _WORD.finditer(plain)]
    last = said[-1][1] if said else -1
    found = []
    for kind, families in _KINDS:
        stemmed = {stems([name])[0]: name for name in families}
        held = [
            (word, stemmed[stem])
            for (word, start), stem in zip(said, stems([word for word, _ in said]), strict=True)
            if stem in stemmed and (start != last or _OF.search(plain[:start]) or (start and word in PLAIN_COLOURS))
        ]
        if held:
            alike = {stem for _, name in held for stem in stems(list(families[name]))}
            found.append(Trait(kind, " or ".join(dict.fromkeys(word for word, _ in held)), frozenset(alike)))
    diets = [word for word, _ in said if word in DIETS]
    return [
        *found,
        *(Trait("diet", word, frozenset(stems([word, *_ALIKE.get(word, ())]))) for word in dict.fromkeys(diets)),
    ]


def _sizes(text: str) -> list[Trait]:
    gapped = with_gaps(text.lower())
    sized = [each for each in measures(gapped) if each.unit]
    return [
        Trait("size", gapped[each.start : each.end].strip(), frozenset({f"{each.value}{each.unit}"})) for each in sized
    ]
