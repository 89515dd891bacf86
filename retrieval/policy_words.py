"""How customers say what policy pages write, and when two sentences give different figures. Knows no index.

Customers swap, quit and phone where a page exchanges, cancels and rings. A word that no page holds is read as the first
of its synonyms that one does; a word that a page holds is left as it was said.
"""

import re
from collections.abc import Callable

from retrieval.tokens import spoken, words

_GROUPS = (
    ("delivery", "deliver", "shipping", "ship", "shipment", "postage", "dispatch", "send", "post"),
    ("parcel", "package", "order", "delivery"),
    ("carrier", "courier", "driver", "postman"),
    ("return", "refund", "back"),
    ("refund", "money", "reimburse"),
    ("exchange", "swap", "change", "replacement"),
    ("gift", "voucher", "present"),
    ("newsletter", "email", "emails", "mailing", "marketing", "spam"),
    ("next", "tomorrow", "express"),
    ("damaged", "broken", "smashed", "faulty", "defective", "cracked", "breakages", "shattered"),
    ("faulty", "fault", "stopped", "working", "works", "broke"),
    ("lost", "missing", "arrived", "turned", "late", "come"),
    ("cost", "costs", "price", "much", "fee", "charge", "charges"),
    ("cheaper", "less", "lower", "price"),
    ("more", "dearer", "expensive"),
    ("pay", "payment", "paid", "accept", "take"),
    ("collect", "pick", "collection"),
    ("data", "information", "details", "privacy"),
    ("deletion", "delete", "erase", "remove"),
    ("abroad", "overseas", "international", "foreign", "countries", "country"),
    ("guarantee", "warranty", "covered", "cover"),
    ("cancel", "stop", "unsubscribe"),
    ("leave", "quit", "leaving"),
    ("valid", "expire", "last", "run"),
    ("person", "human", "staff", "somebody", "someone", "agent", "colleague"),
    ("speaking", "speak", "talk", "talking", "chat"),
    ("lost", "left", "forgot", "forgotten", "dropped"),
    ("complaint", "complain", "unhappy", "dissatisfied"),
    ("swap", "exchange", "trade"),
    ("birthday", "anniversary"),
    ("following", "follow", "track", "tracking"),
    ("cash", "money", "notes", "coins"),
    ("temperature", "degrees", "hot"),
    ("parking", "park", "car"),
    ("address", "where"),
    ("broken", "damaged", "smashed", "cracked"),
    ("month", "months", "monthly"),
    ("telephone", "phone", "ring", "call"),
    ("vacancies", "jobs", "hiring", "vacancy", "careers"),
    ("cameras", "camera", "cctv"),
    ("accessible", "wheelchair", "disabled", "step", "entrance"),
    ("age", "proof", "id"),
    ("alcohol", "wine", "beer", "gin"),
    ("food", "chocolates", "chocolate", "biscuits"),
    ("children", "kids", "baby", "babies", "toddler"),
    ("christmas", "xmas"),
    ("message", "note"),
    ("open", "opening", "hours", "times", "close", "closed"),
    ("store", "shop", "branch"),
    ("sale", "reduced", "offer", "discount"),
    ("discount", "off", "code"),
    ("instalments", "monthly", "klarna"),
    ("card", "cards", "amex", "visa"),
    ("pan", "skillet", "cookware"),
    ("rust", "rusty", "rusts"),
    ("wash", "clean", "laundry", "washing"),
    ("fall", "fell", "drop", "dropped"),
    ("dog", "dogs", "pet", "pets"),
    ("loyalty", "points", "rewards"),
    ("islands", "highlands", "remote"),
)
SYNONYMS = {
    word: tuple(dict.fromkeys(other for group in _GROUPS if word in group for other in group if other != word))
    for word in dict.fromkeys(word for group in _GROUPS for word in group)
}
CONTRACTED = frozenset("dont didnt doesnt isnt arent wasnt havent hasnt cant couldnt wont wouldnt im ive id".split())
# What stands in a text as itself is asked for by its name: "ring 0113 496 0142" answers "what is your phone number".
_THINGS = (
    (re.compile(r"\b0\d{2,4}[ -]?\d{3,4}[ -]?\d{3,4}\b|\+\d{2}[\d ]{8,}"), "telephone phone number"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "email mail write"),
    (re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"), "address where located"),
    (re.compile(r"\b\d{1,2}(?:[.:]\d{2})? ?[ap]m\b.*\b\d{1,2}(?:[.:]\d{2})? ?[ap]m\b"), "opening hours times"),
)
_NOT_REPLACED = {"much", "tomorrow", "come", "turned", "someone", "somebody"}  # reads wrongly with another word
_AMOUNT = re.compile(
    r"([£$€]?)\s*(\d+(?:[.,]\d+)?)\s*(%|percent|[a-z]+(?:\s+(?:days|hours|weeks|months))?)?", re.IGNORECASE
)
_UNITS = {"day", "week", "month", "year", "hour", "%", "percent", "£", "$", "€"}
_CLAUSE_END = re.compile(r"[,;:]\s+")
_NO_TOPIC = frozenset(words("some day working week month year hour within than more less"))
_LEANING = re.compile(
    r"(?:it|its|they|them|their|this|that|these|those|there|otherwise|then|after that|and|but|so|"
    r"(?:if|once|when) (?:it|they|this|that|neither))\b",
    re.IGNORECASE,
)


def named_things(sentence: str) -> str:
    """The names of what stands in a sentence as itself: a telephone number, an address, opening hours."""
    return " ".join(names for pattern, names in _THINGS if pattern.search(sentence))


def in_words_of_the_pages(question: str, held: Callable[[str], bool]) -> str:
    """The question with each word that no page holds replaced by a synonym that one does.

    Args:
        question: what was said, spelling mended.
        held: whether some page holds a stem.
    """
    for word in spoken(question):
        if word in _NOT_REPLACED or any(held(stem) for stem in words(word)):
            continue
        known = [other for other in SYNONYMS.get(word, ()) if any(held(stem) for stem in words(other))]
        if known:
            question = re.sub(rf"\b{re.escape(word)}\b", known[0], question, flags=re.IGNORECASE)
    return question


def leans(sentence: str) -> bool:
    """Whether a sentence is understood only after the one before it ("This costs £12.50")."""
    return bool(_LEANING.match(sentence))


def contradicting(one: str, other: str) -> tuple[str, str] | None:
    """The two clauses that give different figures in one unit and share half of their words; None where there are none.

    Clauses, because "the price is held, and we answer within 7 days" and "held for 48 hours" speak about two things.
    """
    if leans(one) or leans(other):
        return None
    for first in _clauses(one):
        for second in _clauses(other):
            here, there = _amounts(first), _amounts(second)
            if any(here[unit].isdisjoint(there[unit]) for unit in here.keys() & there.keys()):
                mine, theirs = _topics(first), _topics(second)
                if 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0:
                    return first, second
    return None


def figureless(sentence: str) -> str:
    """A sentence or clause with its numbers left out, to tell whether two speak about the same thing."""
    return re.sub(r"[£$€]?\s*\d+(?:[.,]\d+)?", " some", sentence)


def _clauses(sentence: str) -> list[str]:
    return [clause for clause in _CLAUSE_END.split(sentence) if _amounts(clause)]


def _topics(clause: str) -> set[str]:
    return {stem for stem in words(figureless(clause)) if stem not in _NO_TOPIC}


def _amounts(sentence: str) -> dict[str, set[str]]:
    """Unit -> numbers given in it: {"day": {"30"}}."""
    found: dict[str, set[str]] = {}
    for sign, value, unit in _AMOUNT.findall(sentence):
        named = sign or (unit.lower().split()[-1].rstrip("s") if unit else "")
        if named in _UNITS:
            found.setdefault(named, set()).add(value)
    return found
