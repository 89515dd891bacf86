"""What a product must fulfil to match: filters that were set, traits that were said. Knows products and their words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.opened import OpenIndex
from retrieval.products import Filters, Mask, attribute_text
from retrieval.shop_words import AVOIDED
from retrieval.tokens import words
from retrieval.traits import Trait

Rows = npt.NDArray[np.int64]
LOOKED_AT = 3000  # products whose title and attributes are read for a colour; beyond that any text that holds it counts
GIVEN_UP_FIRST = ("size", "colour", "material", "diet", "in_stock", "price", "category", "without")


@dataclass(frozen=True, eq=False)
class Condition:
    """One wish: its name ("price", "colour", "without"), how it was said, and which products fulfil it, shape (n,)."""

    name: str
    said: str
    mask: Mask


def conditions_of(filters: Filters, traits: Sequence[Trait], index: OpenIndex) -> tuple[Condition, ...]:
    """The wishes, the one that is easiest to give up first."""
    found = [Condition(name, "", index.columns.mask(_alone(filters, name))) for name in filters.names()]
    found += [Condition(each.kind, each.said, _fulfilling(each, index)) for each in traits]
    return tuple(sorted(found, key=lambda each: GIVEN_UP_FIRST.index(each.name)))


def all_of(conditions: Sequence[Condition], count: int) -> Mask:
    """Which of `count` products fulfil every condition."""
    mask = np.ones(count, dtype=bool)
    for each in conditions:
        mask &= each.mask
    return mask


def binding(conditions: Sequence[Condition]) -> list[Condition]:
    """Those that nobody gives up: what somebody may not eat."""
    return [each for each in conditions if each.name == "without" and each.said in AVOIDED]


def to_drop(conditions: Sequence[Condition], matching: Rows) -> tuple[Condition, ...]:
    """The wishes without which a match would come in: one if that is enough, else two, else all.

    Those that are binding are never among them.
    """
    kept = binding(conditions)
    matching = matching[all_of(kept, len(kept[0].mask))[matching]] if kept else matching
    conditions = [each for each in conditions if each not in kept]
    if not matching.size or not conditions:
        return ()
    held = np.stack([each.mask[matching] for each in conditions])
    for place in range(len(conditions)):
        if np.delete(held, place, axis=0).all(axis=0).any():
            return (conditions[place],)
    for one in range(len(conditions)):
        for other in range(one + 1, len(conditions)):
            if np.delete(held, [one, other], axis=0).all(axis=0).any():
                return conditions[one], conditions[other]
    return tuple(conditions)


def declares(trait: Trait, index: OpenIndex) -> bool:
    """Whether any product says that it is free of that."""
    if not index.lexical.size:
        return False
    held = index.lexical.holding(trait.stems)
    return bool(declared_free(trait, held, index.products).any() or index.lexical.holding(trait.unless).any())


def _alone(filters: Filters, name: str) -> Filters:
    return filters.without_all(other for other in filters.names() if other != name)


def _fulfilling(trait: Trait, index: OpenIndex) -> Mask:
    lexical, products = index.lexical, index.products
    if not lexical.size:
        return np.full(len(products), trait.kind == "without")
    held = lexical.holding(trait.stems)
    if trait.kind == "without":
        free = declared_free(trait, held, products) | lexical.holding(trait.unless)
        return free if trait.declared and free.any() else ~held | free
    if trait.kind in ("colour", "material") and held.sum() <= LOOKED_AT:
        titled = lexical.titled(trait.stems, np.flatnonzero(held))
        attributes = products["attributes"].to_numpy()
        for row in np.flatnonzero(held)[~titled]:
            held[row] = bool(attributes[row]) and not trait.stems.isdisjoint(words(attribute_text(attributes[row])))
    return held


def declared_free(trait: Trait, held: Mask, products: pd.DataFrame) -> Mask:
    """Which of the products that mention it do so to say that it is not in there: "gluten free", "without nuts"."""
    free = np.zeros_like(held)
    if held.sum() > LOOKED_AT or not trait.words:
        return free
    named = "|".join(re.escape(word) for word in trait.words)
    says = re.compile(
        rf"\b(?:{named})s?[\s-]free\b|\b(?:free (?:of|from)|without|no|non)[\s-]+(?:any )?(?:{named})s?\b",
        re.IGNORECASE,
    )
    texts = [products[name].to_numpy() for name in ("title", "attributes", "description")]
    for row in np.flatnonzero(held):
        free[row] = says.search(" ".join(str(text[row]) for text in texts)) is not None
    return free
