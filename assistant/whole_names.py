"""Widens what was found in a message to the whole name that stands there: "Loom York" to "Larder & Loom York".

Knows arguments by name and the places of the shop's names, no shop and no tool.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

_KIND = {
    "product": "product",
    "products": "product",
    "items": "product",
    "new_items": "product",
    "store": "store",
    "category": "category",
    "country": "country",
}
Place = tuple[int, int, str]  # begin, end, kind


def without_names(text: str, places: Sequence[Place]) -> str:
    """The text with "it" for each name in these places: a figure or a word in a name says nothing of its own."""
    for start, end, _ in sorted(places, reverse=True):
        text = f"{text[:start]}it{text[end:]}"
    return text


def widened(arguments: Mapping[str, Any], taken: Collection[str], text: str, places: Sequence[Place]) -> dict[str, Any]:
    """The arguments with each piece of a shop's name replaced by the name as it was typed.

    Args:
        arguments: copied from the message.
        taken: the arguments that the tool takes.
        text: the message.
        places: where whole names stand in it, and what they name.
    """
    made: dict[str, Any] = {}
    moved: dict[str, str] = {}
    for name, value in arguments.items():
        if name not in _KIND:
            made[name] = value
        elif isinstance(value, list):
            made[name] = list(dict.fromkeys(_whole(each, text, places, _KIND[name])[0] for each in value))
        elif isinstance(value, str):
            whole, kind = _whole(value, text, places, _KIND[name])
            if kind == _KIND[name]:
                made[name] = whole
            elif kind in taken:
                moved.setdefault(kind, whole)
    held = {name for name, value in made.items() if name in moved and str(value) not in text}
    return {**made, **{name: value for name, value in moved.items() if name not in made or name in held}}


def _whole(value: str, text: str, places: Sequence[Place], kind: str) -> tuple[str, str]:
    """The name that a value is a piece of, and its kind; the value itself where it is none, or holds more than it."""
    start = text.find(value)
    if start < 0:
        return value, kind
    end = start + len(value)
    for first, last, named in sorted(places, key=lambda place: place[2] != kind):
        overlaps = first < end and start < last
        within = first <= start and end <= last and (last - first > end - start or " " in value)
        if overlaps and (named == kind or within):
            return text[first:last], named
    return value, kind


def known_ones(
    arguments: Mapping[str, Any],
    taken: Collection[str],
    text: str,
    places: Sequence[Place],
    knows: Callable[[str, str], bool],
) -> dict[str, Any]:
    """The arguments with each name that the shop does not know replaced by the known one that it holds or touches.

    "Valerie Brook bails" is Valerie Brook; "shop Larder & Loom" touches a store's name in "shop Larder & Loom Whitby";
    "little shop" is the store that is named in the same message.

    Args:
        arguments: copied from the message.
        taken: the arguments that the tool takes.
        text: the message.
        places: where whole names stand in it, and what they name.
        knows: whether the shop knows a name of a kind.
    """
    made = dict(arguments)
    for name in ("product", "store", "category", "country", "customer"):
        value = made.get(name)
        if not isinstance(value, str) or value not in text or knows(name, value):
            continue
        start = text.find(value)
        touched = [place for place in places if place[0] < start + len(value) and start < place[1]]
        alike = [place for place in places if place[2] == name]
        within = _known_within(name, value, knows)
        free = [place for place in touched if place[2] in taken and (place[2] == name or place[2] not in made)]
        if len(touched) == 1 and made.get(touched[0][2]) == text[touched[0][0] : touched[0][1]]:
            made.pop(name)
        elif len(touched) == len(free) == 1:
            first, last, kind = free[0]
            made.pop(name)
            made[kind] = text[first:last]
        elif within:
            made[name] = within
        elif len(alike) == 1 and name == "store":
            made[name] = text[alike[0][0] : alike[0][1]]
    return made


def _known_within(name: str, value: str, knows: Callable[[str, str], bool]) -> str | None:
    """The longest run of two or more of a customer's words that the shop knows."""
    words = value.split()
    if name != "customer":
        return None
    runs = (words[i : i + n] for n in range(len(words) - 1, 1, -1) for i in range(len(words) - n + 1))
    return next((run for run in map(" ".join, runs) if knows(name, run)), None)
