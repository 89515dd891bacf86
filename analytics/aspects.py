"""What a sentence of a review is about, and a small word list of praise and blame. Knows English words, no shop.

The word list serves shops whose reviews are too few to learn from; elsewhere it only competes.
"""

import re
from typing import Final

# Aspect -> words that tell it, as word starts.
ASPECTS: Final[dict[str, tuple[str, ...]]] = {
    "quality": (
        "quality", "well made", "poorly made", "sturd", "flims", "cheaply", "durab", "broke", "crack", "fell apart",
        "craft", "finish", "stitch", "fabric", "material", "seam", "solid", "wobbl", "leak", "faulty", "rust",
        "faded", "fell off", "scratch", "chipped", "defect", "tore", "ripped", "shrunk", "shrank", "pilled",
    ),
    "size and fit": (
        "size", "sizing", "fit ", "fits", "fitted", "fitting", "too small", "too big", "too large", "too tight",
        "too loose", "too short", "too long", "length", "waist", "petite", "smaller than", "bigger than", "narrow",
        "wide",
    ),
    "delivery": (
        "deliver", "shipping", "shipped", "arriv", "courier", "parcel", "packag", "packed", "dispatch", "postage",
        "late ", "took weeks", "in the post",
    ),
    "price": (
        "price", "pricey", "expensive", "cheap ", "cheaper", "value for", "good value", "worth", "money", "bargain",
        "overpriced", "afford", "cost",
    ),
    "taste": (
        "taste", "tasty", "flavour", "flavor", "delicious", "bland", "stale", "fresh", "aroma", "sweet", "bitter",
        "salty", "texture", "crunchy", "smell",
    ),
    "look": (
        "colour", "color", "pattern", "design", "looks", "looked", "pretty", "beautiful", "gorgeous", "ugly",
        "style", "stylish", "picture", "photo", "print",
    ),
    "service": (
        "customer service", "staff", "refund", "replacement", "rude", "helpful", "support", "complain", "response",
    ),
    "use": (
        "easy to", "hard to", "difficult to", "instructions", "assembl", "comfortable", "comfy", "practical",
        "useful", "handy", "useless",
    ),
}  # fmt: skip
_FINDERS: Final = {
    aspect: re.compile(r"\b(?:" + "|".join(re.escape(word) for word in words) + ")", re.IGNORECASE)
    for aspect, words in ASPECTS.items()
}


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", text))


PRAISE: Final = _words(
    "love loved lovely loves perfect perfectly great excellent beautiful beautifully gorgeous good best amazing "
    "fantastic wonderful delicious tasty happy pleased delighted recommend comfortable comfy sturdy solid soft "
    "fresh favourite favorite quick quickly prompt helpful bargain nice nicely pretty stylish compliments superb "
    "brilliant charming fun flattering easy worth impressed thrilled satisfied durable reliable generous crisp "
    "cosy elegant "
)
BLAME: Final = _words(
    "bad poor poorly terrible awful horrible disappointed disappointing disappointment broke broken cracked "
    "faulty flimsy cheaply useless waste stale bland late slow rude return returned returning refund "
    "unfortunately uncomfortable itchy ugly worst hate hated damaged defective leaked leaks rusty wobbly thin "
    "scratchy overpriced missing wrong torn ripped smell smells unflattering shrunk shrank fell boxy awkward odd "
    "weird sadly chipped scratched faded never again "
)
_NEGATIONS: Final = _words("not no never isn't wasn't don't didn't doesn't won't can't cannot hardly without ")
_WORD: Final = re.compile(r"[a-z']+")


def sentences(text: str) -> list[str]:
    """The sentences of a text; "but" starts a new one, as it turns the judgement."""
    parts = re.split(r"(?<=[.!?])\s+|\n+|,?\s+but\s+", text.strip())
    return [part.strip() for part in parts if len(part.strip()) > 2]


def aspects_of(sentence: str) -> tuple[str, ...]:
    """Which aspects a sentence speaks of."""
    return tuple(aspect for aspect, finder in _FINDERS.items() if finder.search(sentence))


def word_balance(text: str) -> float:
    """Words of praise minus words of blame, each turned round by a negation up to three words before it."""
    words = _WORD.findall(text.lower().replace("\u2019", "'"))
    balance = 0.0
    for place, word in enumerate(words):
        weight = 1.0 if word in PRAISE else -1.0 if word in BLAME else 0.0
        if weight and _NEGATIONS & set(words[max(place - 3, 0) : place]):
            weight *= -1
        balance += weight
    return balance
