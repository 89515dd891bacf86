"""Numbers, units and dimensions as words of the index: "3/4 inch" is "3/4in", "4 in. x 6 ft." is also "4x6".

A shopper types "4x4 post" or '3/4" pipe', a title says "4 in. x 4 in. x 8 ft." or "3/4 in."; both are read to the same
words here. Knows texts only, no index and no conversion between units.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

_UNITS = {
    "in": r"inch(?:es)?|ins?\b\.?|\"|”|″|''",
    "sqft": r"sq(?:uare|\.)?\s*(?:ft|foot|feet)\b\.?",
    "cuft": r"cu(?:bic|\.)?\s*(?:ft|foot|feet)\b\.?",
    "cuin": r"cu(?:bic|\.)?\s*in(?:ch(?:es)?)?\b\.?",
    "ft": r"f(?:oo|ee)t\b|ft\b\.?|'|’|′",
    "yd": r"y(?:ar)?ds?\b\.?",
    "gal": r"gal(?:lon)?s?\b\.?",
    "qt": r"q(?:uar)?ts?\b\.?",
    "pt": r"pints?\b|pt\b\.?",
    "lb": r"lbs?\b\.?|pounds?\b",
    "oz": r"oz\b\.?|ounces?\b",
    "mm": r"mm\b|millimet(?:re|er)s?\b",
    "cm": r"cm\b|centimet(?:re|er)s?\b",
    "ml": r"ml\b|millilit(?:re|er)s?\b",
    "cl": r"cl\b|centilit(?:re|er)s?\b",
    "kg": r"kgs?\b|kilo(?:gram)?s?\b",
    "g": r"g\b|gr\b|gram(?:me)?s?\b",
    "l": r"l\b|lit(?:re|er)s?\b",
    "m": r"m\b|met(?:re|er)s?\b",
    "w": r"w\b|watts?\b",
    "v": r"v\b|volts?\b",
    "amp": r"a\b|amps?\b",
    "ga": r"ga\b\.?|gauge\b",
    "pack": r"packs?\b|pk\b|pieces?\b|pcs?\b|count\b|ct\b|per\b",
}
_VALUE = r"\d+(?:-\d+/\d+|\s\d+/\d+|/\d+|\.\d+)?|\.\d+"
_UNIT = "|".join(f"(?P<{name}>{spelling})" for name, spelling in _UNITS.items())
_MEASURE = re.compile(rf"(?<![\w/.])(?P<value>{_VALUE})(?:[\s-]*(?:{_UNIT}))?(?![/\d]|\.\d)")
_TIMES = re.compile(r"\s*(?:[wdhlt]\b\.?)?\s*(?:x|×|\bby\b)\s*", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_GLUED = re.compile(r"(?<=\d)([x×])(?=\.?\d)|(?<=\s)([x×])(?=\d)", re.IGNORECASE)
_FRACTION_OF_A_FOOT = re.compile(r"(\d/\d+)\s?['’′](?!['’′])")  # 3/4' is a slip for 3/4"


@dataclass(frozen=True)
class Measure:
    """A number as it stands in a text: its value as words have it ("3/4"), its unit, and where it was."""

    value: str
    unit: str | None
    start: int
    end: int


def measures(text: str) -> list[Measure]:
    """The numbers of a text in lower case, in order; `with_gaps` has prepared it."""
    found = []
    for match in _MEASURE.finditer(text):
        unit = next((name for name in _UNITS if match.group(name)), None)
        found.append(Measure(_plain(match["value"]), unit, match.start(), match.end()))
    return found


def with_gaps(text: str) -> str:
    """The text with "4x4" opened to "4 x 4" and "1,000" closed to "1000"."""
    return _GLUED.sub(" x ", _FRACTION_OF_A_FOOT.sub(r'\1"', _THOUSANDS.sub("", text)))


def read_measures(text: str) -> tuple[list[str], str]:
    """The words that a text's numbers and dimensions give, and the text without them.

    Args:
        text: in lower case, without accents.
    """
    text = with_gaps(text)
    found = measures(text)
    words: list[str] = []
    chain: list[Measure] = []
    rest, at = [], 0
    for place, measure in enumerate(found):
        follows = place > 0 and _TIMES.fullmatch(text, found[place - 1].end, measure.start) is not None
        if not follows:
            words += _chain_words(chain)
            chain = []
            rest.append(text[at : measure.start])
        chain.append(measure)
        at = measure.end
    rest.append(text[at:])
    return words + _chain_words(chain), " ".join(rest)


def _chain_words(chain: list[Measure]) -> list[str]:
    """The values, with their units too, and dimensions of one thing joined: "4", "4in", "8", "8ft", "4x8"."""
    if not chain:
        return []
    words = []
    for place, measure in enumerate(chain):
        # "18x34.5x24 in.": the unit stands once, at the end
        unit = measure.unit or next((later.unit for later in chain[place + 1 :] if later.unit), None)
        words += [measure.value, *([measure.value + unit] if unit else [])]
    if len(chain) > 1:
        words += [f"{one.value}x{other.value}" for one, other in pairwise(chain)]
    if len(chain) > 2:
        words.append("x".join(each.value for each in chain))
    return words


def _plain(value: str) -> str:
    value = re.sub(r"\s+", "-", value)
    if "." in value:
        value = value.rstrip("0").rstrip(".")
    return f"0{value}" if value.startswith(".") else value or "0"
