"""Text -> the words that the index holds: folded, stemmed, numbers read, stopwords out. Knows no index, no product."""

import html
import re
import unicodedata
from functools import cache
from typing import Any

from retrieval.measures import read_measures

_STOPPED = (
    "a about all also am an and any are as at be been but by can could do does else find for from get give got had "
    "has have hello help hi how i if in into is it its just like looking looks may me might my need no not of on one "
    "ones or our please recommend sell selling shop shops show so some something stock such thank thanks that the "
    "their them there these they thing things this those to too under us want wants was we what when where which who "
    "will with would you your yours up out very really "
)
STOPWORDS = frozenset(_STOPPED.split())
LONGEST_COMPOUND = 20  # letters of "t-light" written as one word
_APOSTROPHE = re.compile(r"['’]")
_POSSESSIVE = re.compile(r"(?<=[a-z])['’]s\b")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def spoken(text: str) -> list[str]:
    """The text's words: lower case, no accents, "t-light" as "t", "light" and "tlight", without stopwords.

    Numbers come last, as `measures` reads them ("3/4 inch" as "3/4" and "3/4in", "4x8" as "4", "8" and "4x8").
    """
    plain = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", html.unescape(text).lower())).replace("⁄", "/")
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    numbers, rest = read_measures(plain)
    found = [part for match in _WORD.findall(rest) for part in _APOSTROPHE.sub("", match).split("-")]
    for match in _WORD.findall(plain):
        if "-" in match and len(match) <= LONGEST_COMPOUND and match[0].isalpha():
            found.append(_APOSTROPHE.sub("", match).replace("-", ""))
    return [word for word in [*found, *numbers] if word and word not in STOPWORDS]


def words(text: str) -> list[str]:
    """The text's words as the index holds them: those of `spoken`, stemmed."""
    return stems(spoken(text))


def stems(said: list[str]) -> list[str]:
    """Each word's stem."""
    stemmed: list[str] = _stemmer().stemWords(said)
    return stemmed


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
