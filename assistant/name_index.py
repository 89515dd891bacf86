"""Finds the name that was meant among many: by id, by whole name, by enough of its words, typos allowed.

Knows nothing of products or customers; keys and names are handed in.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import lru_cache

_TYPO_RATIO = 82.0  # rapidfuzz ratio from which two words count as the same one misspelt
_ENOUGH = 0.62  # share of what was said (weighted by rarity) that a name must hold
_CLOSE = 0.12  # names within this much of the best count as equally good
_CLEARLY_POPULAR = 3.0  # so many times the orders of the next decides between equals
_FILLER = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "for",
        "and",
        "in",
        "with",
        "our",
        "your",
        "my",
        "to",
        "on",
        "by",
        "please",
        "any",
        "some",
        "one",
        "ones",
    ]
)


def fold(text: str) -> str:
    """Lower case without accents or punctuation, single spaces."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+", plain.lower()))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The word without a plural ending."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(?:s|x|z|ch|sh)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


class NameIndex:
    """Names by key. `find` returns the one key that fits best, or several that fit equally well, or none."""

    def __init__(
        self, names: Mapping[str, str], popularity: Mapping[str, float] | None = None, *, strict: bool = False
    ) -> None:
        """Indexes the names' words.

        Args:
            names: key -> name.
            popularity: key -> weight that decides between equally good names.
            strict: every word said must be in the name, if misspelt (people, countries).
        """
        self._popularity = popularity or {}
        self._strict = strict
        self._by_key = {fold(key): key for key in names}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._words: dict[str, frozenset[str]] = {}
        self._holders: dict[str, list[str]] = defaultdict(list)
        for key, name in names.items():
            folded = fold(name)
            self._by_name[folded].append(key)
            self._words[key] = frozenset(stem(word) for word in folded.split()) - _FILLER
            for word in self._words[key]:
                self._holders[word].append(key)
        self._rarity = {word: math.log(1 + len(names) / len(keys)) for word, keys in self._holders.items()}
        self._longest = max((len(name.split()) for name in self._by_name), default=0)

    def find(self, said: str) -> list[str]:
        """The best key; several where they are equally good; none where nothing fits."""
        folded = fold(said)
        if not folded:
            return []
        if folded in self._by_key:
            return [self._by_key[folded]]
        if folded.replace(" ", "") in self._by_key:
            return [self._by_key[folded.replace(" ", "")]]
        if folded in self._by_name:
            return self._decide(self._by_name[folded])
        return self._by_words(folded)

    def knows_word(self, word: str) -> bool:
        """Whether a word stands in a name, whatever its ending."""
        return stem(fold(word)) in self._holders

    def mentions(self, text: str) -> list[tuple[str, str]]:
        """Whole names of two or more words that stand in a text: (key, words as folded), longest first."""
        return [(key, fold(text[start:end])) for start, end, key in self.places(text)]

    def places(self, text: str, fewest: int = 2) -> list[tuple[int, int, str]]:
        """Where whole names of at least so many words stand in a text: (begin, end, key), longest first."""
        tokens = [(fold(match.group()), *match.span()) for match in re.finditer(r"[^\W_]+", text)]
        found: list[tuple[int, int, str]] = []
        taken: set[int] = set()
        for length in range(min(self._longest, len(tokens)), fewest - 1, -1):
            for start in range(len(tokens) - length + 1):
                places = set(range(start, start + length))
                name = " ".join(word for word, _, _ in tokens[start : start + length])
                if name in self._by_name and not places & taken:
                    taken |= places
                    found.append((tokens[start][1], tokens[start + length - 1][2], self._by_name[name][0]))
        return found

    def _by_words(self, folded: str) -> list[str]:
        said = [word for word in dict.fromkeys(stem(word) for word in folded.split()) if word not in _FILLER]
        if not said:
            return []
        weights = {word: self._rarity.get(word, math.log(1 + len(self._words))) for word in said}
        score: dict[str, float] = defaultdict(float)
        held: Counter[str] = Counter()
        joined = self._joined(said)
        for word in said:
            best = self._split(word)
            for known, likeness in [*self._like(word), *((known, 1.0) for known in joined.get(word, ()))]:
                for key in self._holders[known]:
                    best[key] = max(best.get(key, 0.0), likeness)
            for key, likeness in best.items():
                score[key] += weights[word] * likeness
                held[key] += 1
        if self._strict:
            score = {key: got for key, got in score.items() if held[key] == len(said)}
        whole = sum(weights.values())
        if not score or max(score.values()) / whole < _ENOUGH:
            return []
        spoken = {*said, *(known for each in joined.values() for known in each)}
        ranked = {key: got / whole + 0.25 * self._filled(key, spoken) for key, got in score.items()}
        top = max(ranked.values())
        return self._decide([key for key, value in ranked.items() if value > top - _CLOSE])

    def _filled(self, key: str, said: set[str]) -> float:
        """Share of the name's own words that were said."""
        return len(self._words[key] & said) / max(1, len(self._words[key]))

    def _joined(self, said: list[str]) -> dict[str, list[str]]:
        """Known words that two neighbours make together: "cake stand" is also "cakestand"."""
        made: dict[str, list[str]] = defaultdict(list)
        for left, right in zip(said, said[1:], strict=False):
            if left + right in self._holders:
                made[left].append(left + right)
                made[right].append(left + right)
        return made

    def _split(self, word: str) -> dict[str, float]:
        """Names that hold an unknown word as two: "tlight" is also "T-LIGHT"."""
        if word in self._holders:
            return {}
        halves = ((word[:place], stem(word[place:])) for place in range(1, len(word)))
        known = (pair for pair in halves if pair[0] in self._holders and pair[1] in self._holders)
        return {key: 1.0 for left, right in known for key in {*self._holders[left]} & {*self._holders[right]}}

    def _like(self, word: str) -> list[tuple[str, float]]:
        """Known words that are this one, exactly or misspelt, with their likeness 0-1."""
        if word in self._holders:
            return [(word, 1.0)]
        if len(word) < 4 or any(character.isdigit() for character in word):
            return []
        from rapidfuzz import fuzz, process

        close = process.extract(word, self._holders.keys(), scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO, limit=5)
        return [(known, ratio / 100) for known, ratio, _ in close]

    def _decide(self, keys: list[str]) -> list[str]:
        """One key where popularity is clear, else all, most popular first."""
        ordered = sorted(keys, key=lambda key: (-self._popularity.get(key, 0.0), key))
        if len(ordered) > 1 and self._popularity:
            first, second = (self._popularity.get(key, 0.0) for key in ordered[:2])
            if first >= _CLEARLY_POPULAR * max(second, 1e-9) and first > 0:
                return ordered[:1]
        return ordered
