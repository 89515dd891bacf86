"""Mends a word that no text holds: slips of the fingers, compounds in one piece. Knows a vocabulary, no texts.

The likeliest candidate wins: fewer slips, same first letter, used by more texts (the noisy channel of Kernighan, Church
and Gale, COLING 1990, with a flat model of the slips). A word of the language that the shop just does not use
("drone") is left alone, since mending it would find what nobody asked for.
"""

from collections.abc import Callable, Container, Sequence

import numpy as np

from retrieval.shop_words import variants
from retrieval.tokens import stems

SHORTEST = {1: 4, 2: 7}  # slips -> letters of the shortest word that may have so many
SLIP_COST = 2.0  # in units of log frequency
SHORTEST_PART = 3  # letters of a compound's part
_ELSEWHERE = variants().keys()  # "nappies" are known, whether or not this shop has any
_KEPT = 2  # candidates that stand for the word, the likeliest first
_LOOKED_AT = 30


class Speller:
    """The words that a shop's texts use."""

    def __init__(self, spelled: Sequence[str], held: Callable[[str], int], language: Container[str] = ()) -> None:
        """Takes the vocabulary.

        Args:
            spelled: every word as the texts spell it.
            held: stem -> number of texts that hold it, 0 where none does.
            language: words that are right whether or not a text holds them.
        """
        self._spelled = [word for word in spelled if word.isalpha()]
        self._held = held
        self.language = language

    def mended(self, word: str, slips: int) -> list[str]:
        """The likeliest words that many slips away; none for short words, numbers and words of the language."""
        if len(word) < SHORTEST[slips] or not word.isalpha() or not word.isascii() or self._right(word):
            return []
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extract(word, self._spelled, scorer=OSA.distance, score_cutoff=slips, limit=_LOOKED_AT)
        anywhere = slips == 1 and len(word) > SHORTEST[1]  # may the first letter be wrong?
        likely = [
            (np.log1p(self._held(stems([known])[0])) - SLIP_COST * (distance + (known[0] != word[0])), known)
            for known, distance, _ in found
            if known[0] == word[0] or anywhere
        ]
        return [known for _, known in sorted(likely, key=lambda pair: (-pair[0], pair[1]))][:_KEPT]

    def _right(self, word: str) -> bool:
        """Whether it is a word of the language, or the plural of one."""
        singular = (word, word.removesuffix("s"), word.removesuffix("es"), f"{word.removesuffix('ies')}y")
        return any(each in self.language or each in _ELSEWHERE for each in singular)

    def opened(self, word: str) -> tuple[str, ...]:
        """The stems of a compound's two parts ("lawnmower" -> "lawn", "mower"), where texts hold both."""
        for cut in range(SHORTEST_PART, len(word) - SHORTEST_PART + 1):
            parts = tuple(stems([word[:cut], word[cut:]]))
            if all(self._held(part) for part in parts):
                return parts
        return ()
