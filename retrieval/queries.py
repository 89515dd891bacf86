"""A query, read: what to search by words, what to embed, which limits and traits were said. Knows no index."""

import re
from dataclasses import dataclass, replace

from retrieval.tokens import spoken
from retrieval.traits import Trait, read_traits
from retrieval.understanding import Understood, understand


@dataclass(frozen=True)
class Query:
    """Attributes.

    text: searched by words: the thing with its wanted traits.
    meaning: embedded: the same with recipient and occasion.
    plain: the thing without its traits.
    """

    text: str
    meaning: str
    plain: str
    traits: tuple[Trait, ...]
    understood: Understood

    @property
    def searches(self) -> bool:
        """Whether there is a word to search by."""
        return bool(spoken(self.text))

    def without_traits(self) -> "Query":
        """The same wish for the plain thing."""
        return replace(self, text=self.plain, meaning=self.plain)

    def undeclared(self) -> "Query":
        """For a shop that declares nothing "nut free": those words are not searched for, what has nuts is left out."""
        text = self.text
        for trait in self.traits:
            if trait.declared:
                text = re.sub(rf"(?<!\w){re.escape(trait.said)}[\s-]free(?!\w)", " ", text, flags=re.IGNORECASE)
        text = " ".join(text.split())
        return replace(self, text=text, meaning=text) if spoken(text) else self

    def filters(
        self, category: str | None, min_price: float | None, max_price: float | None
    ) -> tuple[str | None, float | None, float | None]:
        """The limits that were given, completed by those that were said."""
        said = self.understood
        if min_price is None and max_price is None:
            return category, said.min_price, said.max_price
        return category, min_price, max_price


def read_query(said: str) -> Query:
    """Reads a shopper's words."""
    understood = understand(said)
    traits, text = read_traits(understood.text)
    meaning = text if understood.open else read_traits(understood.meaning)[1]
    plain = text
    for trait in traits:
        if trait.kind != "without":
            for word in trait.said.split(" or "):
                plain = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", plain, flags=re.IGNORECASE)
    plain = " ".join(plain.split())
    return Query(text, meaning or text, plain if spoken(plain) else text, traits, understood)
