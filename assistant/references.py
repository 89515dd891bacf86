"""What words such as "the cheaper one", "it" or "the month before" point back to. Knows what the last turns showed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.messages import ProductCard
from assistant.periods import Clock
from assistant.told_times import continued, told

_ORDINALS = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "fourth": 3,
    "4th": 3,
    "fifth": 4,
    "5th": 4,
}
_POINTER = re.compile(
    r"(?:the |that |this |those |these )?(?:(?P<which>[\w'-]+(?: [\w'-]+)?) )?"
    r"(?P<noun>one|ones|item|product|option)(?: of (?:them|those|these))?",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:the )?(first|second|third|fourth|fifth|last|cheapest|dearest)", re.IGNORECASE)
_PERSON_WORDS = frozenset("the one customer person client she her hers he him his they them this that".split())
_HE_OR_SHE = re.compile(r"\b(?:she|her|hers|he|him|his|they|them|their|this (?:one|customer|person))\b", re.IGNORECASE)
_SAME = re.compile(r"(?:it|its|them|that|this|those|these|the same|same)", re.IGNORECASE)
_WITHIN = re.compile(
    r"\b(?:the )?(?:(?:first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|cheapest|dearest|cheaper|dearer)(?: one)?"
    r"|last one|[a-z]+ one(?= please|[?!.,]|$))\b",
    re.IGNORECASE,
)
_FILLING = frozenset(
    "the a that this those these them one ones item items product products option choice of it is in on whichever "
    "whichever's which which's pair set pack packet bag box bottle jar tin list top".split()
)
_NUMBERED = re.compile(
    r"(?:\b(?:num(?:ber)?|nr|no|option|choice)\.? |#)(?P<number>[1-9]|one|two|three|four|five)\b", re.I
)
_CARDINALS = {word: place for place, word in enumerate("one two three four five".split())}
_MOST_NOUNS = 2  # words of a thing's kind beside its place: "the first seeds"
_CHEAP = frozenset("cheaper cheapest lowest".split())
_DEAR = frozenset("dearer dearest pricier priciest highest expensive".split())
_LESS = frozenset("less least".split())
_HALF = re.compile(r"\b(?:first|second|1st|2nd) half$", re.IGNORECASE)  # of the year, or of the time held
_RELATIVE = re.compile(r"\b(?:before|earlier|prior|previous|preceding|same|that)\b|\byear on year\b", re.IGNORECASE)


@dataclass(frozen=True)
class Context:
    """What the last turns were about.

    Attributes:
        shown: the products shown last, in order.
        people: the numbers of the customers named last, in order; none once products were shown.
        subject: the one product they were about.
        period: the period spoken of.
        ahead: the time to come spoken of.
        period_part: what the period was told as a part of ("first half of last 6 weeks").
        ahead_part: the same of the time to come.
        spoken_of: the last product, customer and order that a call was about, as arguments.
        supposed: the price change and the promotion that the last call supposed, as arguments.
    """

    shown: tuple[ProductCard, ...] = ()
    people: tuple[str, ...] = ()
    subject: str | None = None
    period: str | None = None
    ahead: str | None = None
    period_part: str | None = None
    ahead_part: str | None = None
    spoken_of: Mapping[str, str] = field(default_factory=dict)
    supposed: Mapping[str, Any] = field(default_factory=dict)


def points(said: str) -> bool:
    """Whether words only point to a product ("the second", "that one") and name none."""
    words = said.strip().rstrip(".?!").strip()
    place, nouns = _place_told(words)
    return any(pattern.fullmatch(words) for pattern in (_SAME, _POINTER, _PLACE)) or bool(place and not nouns)


def pointed(message: str, context: Context) -> str | None:
    """The product that a pointer within a message means ("4x first", "and the cheaper one"); None without one."""
    found = {product(match.group(), context) for match in _WITHIN.finditer(message)}
    known = {card.product_id for card in context.shown}
    return next(iter(found)) if len(found) == 1 and found <= known else None


def points_to_person(said: str) -> bool:
    """Whether words given as a customer only point to one."""
    words = re.findall(r"[a-z0-9]+", said.lower())
    return bool(words) and all(word in _ORDINALS or word in _PERSON_WORDS for word in words)


def person(message: str, context: Context) -> str | None:
    """The number of the customer that words within a message point to ("the first one", "her"); None without any."""
    if not context.people:
        return None
    places = {_ORDINALS[word] for word in re.findall(r"[a-z0-9]+", message.lower()) if word in _ORDINALS}
    if len(places) == 1 and (place := places.pop()) < len(context.people):
        return context.people[place]
    return context.people[0] if len(context.people) == 1 and _HE_OR_SHE.search(message) else None


def product(said: str, context: Context) -> str:
    """The product that a pointer means, by id; `said` as it is where it points to nothing known."""
    words = said.strip().rstrip(".?!").strip()
    if _SAME.fullmatch(words):
        if context.subject:
            return context.subject
        return context.shown[0].product_id if len(context.shown) == 1 else said
    match = _POINTER.fullmatch(words)
    last = _PLACE.fullmatch(words)
    if not context.shown:
        return said
    which = ((match["which"] if match else last[1] if last else "") or "").lower()
    chosen = (_chosen(which, context.shown) if match or last else None) or _listed(words, context.shown)
    if chosen:
        return chosen.product_id
    return context.subject if match and not which and context.subject else said


def _place_told(words: str) -> tuple[str, list[str]]:
    """The place or the price by which words point ("4th", "cheapest"), and the nouns beside it; "" where none does."""
    numbered = _NUMBERED.fullmatch(words.removeprefix("the "))
    if numbered:
        number = numbered["number"].lower()
        place = _CARDINALS[number] if number in _CARDINALS else int(number) - 1
        return next(word for word, index in _ORDINALS.items() if index == place) if place < 5 else "", []
    heard = [word.removesuffix("'s") for word in re.findall(r"[\w']+", words.lower())]
    told = [word for word in heard if word in _ORDINALS or word in ("last", "cheapest", "dearest")]
    if not told and "top" in heard and set(heard) <= _FILLING:
        return "first", []
    return told[0] if len(told) == 1 else "", [w for w in heard if w not in _FILLING and w not in told]


def _listed(words: str, shown: Sequence[ProductCard]) -> ProductCard | None:
    """The shown product that words point to by its place, with or without its kind: "4th", "the first seeds"."""
    place, nouns = _place_told(words)
    titles = " ".join(card.title for card in shown).lower()
    kinds = [noun for noun in nouns if noun.removesuffix("s") in titles]
    if not place or len(nouns) > _MOST_NOUNS or (nouns and not kinds):
        return None
    return _chosen(place, shown)


def pointed_to(message: str, context: Context) -> str | None:
    """The one shown product that a message without a name points to ("whichever costs least"), by id; None: none."""
    if len(context.shown) == 1:
        return context.shown[0].product_id
    words = re.findall(r"[\w'-]+", message.lower())
    spoken = {word for word in words if word in {*_ORDINALS, "last", *_CHEAP, *_DEAR}}
    if re.search(r"\b(?:costs? (?:the )?least|least expensive|lowest price|best price)\b", message, re.IGNORECASE):
        spoken = {"cheapest"}
    if re.search(r"\b(?:at the top|top one|number one|no\.? ?1)\b", message, re.IGNORECASE):
        spoken = {"first"}
    chosen = _chosen(spoken.pop(), context.shown) if len(spoken) == 1 and context.shown else None
    return chosen.product_id if chosen else None


def _chosen(which: str, shown: Sequence[ProductCard]) -> ProductCard | None:
    if which in _ORDINALS:
        return shown[_ORDINALS[which]] if _ORDINALS[which] < len(shown) else None
    if which == "last":
        return shown[-1]
    priced = [card for card in shown if card.price is not None]
    words = set(which.split())
    if priced and (words & _CHEAP or (words & _LESS and "expensive" in words)):
        return min(priced, key=lambda card: card.price or 0.0)
    if priced and words & _DEAR:
        return max(priced, key=lambda card: card.price or 0.0)
    if not which:
        return shown[0] if len(shown) == 1 else None
    described = [card for card in shown if which in f"{card.title} {card.description or ''}".lower()]
    return described[0] if len(described) == 1 else None


def period(said: str, context: Context, clock: Clock) -> str:
    """A period told from the last one ("the month before") as its two days; `said` where it stands alone."""
    if context.period is None:
        return said
    if not _RELATIVE.search(said):
        alone = clock.period(said) is not None and not _HALF.search(said)
        if alone:
            return said
        return told(said, context.period, clock.period, forward=False, part=context.period_part) or said
    base = clock.period(context.period)
    found = clock.earlier(base, said) if base else None
    return f"{found.start} to {found.end}" if found else said


def ahead(said: str, context: Context, clock: Clock) -> str:
    """A time to come told from the last one ("the week after", "8" after "4 weeks"); `said` where it stands alone.

    A count alone ("the next 4") is also told from a period held: "last 4 weeks".
    """
    if clock.horizon(said) is not None and not _HALF.search(said):
        return said
    held, part = context.ahead, context.ahead_part
    found = told(said, held, clock.horizon, forward=True, part=part) if held else None
    if found is None and context.period and clock.horizon(said) is None:
        found = continued(said, context.period)
    return found or said
