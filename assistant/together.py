"""Calls for each of several things: two stores named side by side, or "this month" after the sales of two products.

Knows calls by their arguments, no tool.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from assistant.messages import ToolCall

_SEVERAL: Final = ("store", "category", "country", "product")
_MOST: Final = 3
_JOINS: Final = re.compile(
    r"\s*(?:,|;|and|n|&|\+|plus|or|vs\.?|versus|against|compared (?:to|with))(?:\s+(?:and|then|the|\w{3,9}))?\s*",
    re.IGNORECASE,
)
_ALL: Final = re.compile(
    r"\b(?:for |of |in )?(?:(?:the )?(?:same (?:two|three|[23]|both)|both(?: of (?:them|those|these))?|two of them)"
    r"|all (?:two|three|[23])|each(?: of (?:them|those|these))?|the lot)\b",
    re.IGNORECASE,
)
_POINTED: Final = ("product", "customer", "store", "category", "country")  # what several calls may be about


def for_each(calls: Sequence[ToolCall], read: ToolCall, message: str, *, several: bool = False) -> list[ToolCall]:
    """The call that was read, made for each thing that the calls before were about; itself alone otherwise.

    Args:
        calls: of the turn before, in order.
        read: what the message says, read as going on from the last of them.
        message: what was said: a thing named in it is meant alone.
        several: whether the message is read as asking for several things of one tool: then what it names is put into
            each of the calls before.
    """
    if len(calls) < 2 or len({call.name for call in calls}) > 1:
        return [read]
    last = calls[-1].arguments
    if several and read.name == calls[-1].name:
        new = {name: value for name, value in read.arguments.items() if last.get(name) != value}
        apart = {name for call in calls for name, value in call.arguments.items() if last.get(name) != value}
        if new and not new.keys() & apart:
            return [ToolCall(call.name, dict(call.arguments) | new) for call in calls]
    names = [name for name in _POINTED if len({str(call.arguments.get(name)) for call in calls}) == len(calls)]
    if len(names) != 1 or names[0] not in read.arguments:
        return [read]
    name = names[0]
    if read.arguments[name] != last.get(name) or str(last.get(name)) in message:
        return [read]
    if read.name != calls[-1].name:  # another question about the same things
        return [ToolCall(read.name, read.arguments | {name: call.arguments[name]}) for call in calls]
    changed = {key: value for key, value in read.arguments.items() if last.get(key) != value}
    kept = read.arguments.keys()
    return [
        ToolCall(read.name, {key: value for key, value in call.arguments.items() if key in kept} | changed)
        for call in calls
    ]


def means_all(message: str) -> bool:
    """Whether a follow-up says that it is meant for all calls of the turn before ("in units, both")."""
    return _ALL.search(message) is not None


def without_all(message: str) -> str:
    """The message without the words that say so."""
    return " ".join(_ALL.sub(" ", message).split())


def for_each_named(
    call: ToolCall,
    message: str,
    properties: Mapping[str, Any],
    places: Sequence[tuple[int, int, str]],
    *,
    several: bool = False,
) -> list[ToolCall]:
    """A call for each of two or three things of a kind that are named side by side: "Leeds and York", "Leeds vs York".

    Args:
        call: as read; it is about one of them.
        message: what was said.
        properties: of the tool's parameters.
        places: where whole names of the shop's things stand in the message: begin, end, kind.
        several: whether the message is read as asking for several things: then they may stand anywhere.
    """
    for kind in _SEVERAL:
        named = sorted(place for place in places if place[2] == kind)
        if properties.get(kind, {}).get("type") != "string" or not 2 <= len(named) <= _MOST:
            continue
        between = [message[one[1] : other[0]] for one, other in pairwise(named)]
        names = list(dict.fromkeys(message[start:end] for start, end, _ in named))
        beside = several or all(map(_JOINS.fullmatch, between))
        if len(names) == len(named) and call.arguments.get(kind) in names and beside:
            arguments = {name: value for name, value in call.arguments.items() if not _part_of(value, name, names)}
            return [ToolCall(call.name, arguments | {kind: name}) for name in names]
    return [call]


def _part_of(value: Any, name: str, names: Sequence[str]) -> bool:
    """Whether what was read as something to compare with is but a piece of one of the names."""
    return name == "compare_to" and any(str(value) in each for each in names)
