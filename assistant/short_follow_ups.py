"""Reads a message that only changes the call before it: "and in Whitby?", "same for last March", "units, by store".

Such a message names nothing but values of arguments, among words that say nothing else; then everything that it does
not name holds on. A message with any other word is not read here. Knows arguments by name and the places of names.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from assistant import cues, spans
from assistant.messages import ToolCall
from assistant.whole_names import Place

_EMPTY: Final = frozenset(
    "a about actually again alone also and any are as at but can could do does for from give great hm hmm how i in "
    "instead is it just lets like look looks make mean meant me more much my nah no now of oh ok okay on only oops or "
    "our over per perhaps please pls plz right same see show so sorry than thanks that the them then this those "
    "to too try us very wait was we were what whats when with would y yeah yes you and/or one thing & + n bout abt "
    "wot wat hows thing thank may might must".split()
)
_NO_TIME: Final = frozenset({"now", "then", "same time"})  # mostly said for "well"
_PAST: Final = re.compile(r"(?:last|past|previous|this past)\b", re.IGNORECASE)
_LEADING: Final = re.compile(r"(?:(?:same|thing|but|before|earlier|in|and|for|the|on|now)\b,? *)+", re.IGNORECASE)
_ORDERS: Final = {
    "lowest": re.compile(r"\b(?:worst|lowest|least|bottom|weakest|poorest|smallest|fewest)\b", re.IGNORECASE),
    "highest": re.compile(r"\b(?:best|highest|most|top|strongest|biggest|largest)\b", re.IGNORECASE),
}
_METRICS: Final = {
    "units": re.compile(r"\b(?:in )?(?:units?|pieces|pcs|qty|quantity)\b(?: sold)?", re.IGNORECASE),
    "orders": re.compile(r"\b(?:number of )?orders\b", re.IGNORECASE),
    "customers": re.compile(r"\b(?:number of )?(?:customers|buyers|shoppers)\b", re.IGNORECASE),
    "revenue": re.compile(r"\b(?:revenue|turnover|takings|money|sales value)\b", re.IGNORECASE),
    "average_order_value": re.compile(
        r"\b(?:aov|(?:average|avg) (?:order|basket)(?: value| size)?|basket (?:size|value))\b", re.IGNORECASE
    ),
    "return_rate": re.compile(r"\b(?:return rates?|returns|refunds)\b", re.IGNORECASE),
}
_LEVEL: Final = re.compile(  # no amount of money, no "60.000", no "-60"
    r"(?:\bservice(?: level)?(?: of)? )?(?<![\w.,£$€–-])([5-9]\d(?:\.\d{1,2})?)(?![\w£$€]|[.,]\d)"
    r"(?: ?(?:%|per ?cent\b|pct\b))?(?: service(?: level)?\b)?",
    re.IGNORECASE,
)
_LEVEL_SAID: Final = re.compile(r"%|per ?cent\b|pct\b|service", re.IGNORECASE)
_COUNTED: Final = ("top", "limit")
_MOST: Final = 100  # of a list; a larger number is a year, a code or a price
_ONE_SUBJECT: Final = ("product", "category")  # one is named: the other no longer holds


def changed(
    message: str,
    before: ToolCall | None,
    properties: Mapping[str, Any],
    places: Sequence[Place],
    times: Callable[[str], tuple[str, ...]],
    reads: Callable[[str, str], bool],
) -> ToolCall | None:
    """The call before with what the message names put in; None where the message says anything else.

    Args:
        message: what was said now.
        before: the last call of the conversation.
        properties: of the parameters of its tool.
        places: where whole names of the shop's things stand in the message.
        times: the times in the message that an argument ("period") can take.
        reads: whether words as a whole are a time that an argument can take.
    """
    if before is None:
        return None
    rest, found = _names(message, properties, places)
    if found is None:
        return None
    rest = _times(rest, found, properties, times, reads)
    rest = _words(rest, found, properties)
    if "service_level" in properties:
        rest = _level(rest, found, "budget" in properties and "service_level" not in before.arguments)
    if not found or not _says_nothing(rest):
        return None
    held = dict(before.arguments)
    for name in _ONE_SUBJECT:
        if found.keys() & set(_ONE_SUBJECT) and name not in found:
            held.pop(name, None)
    if held.get("group_by") in found:
        held.pop("group_by")
        held.pop("order", None)
    if "product" in found:
        held.pop("quantity", None)
    if "category" in found and held.get("query") in (None, held.get("category")) and "query" in properties:
        held["query"] = found["category"]
    merged = held | found
    return ToolCall(before.name, {name: merged[name] for name in properties if name in merged})


def _names(message: str, properties: Mapping[str, Any], places: Sequence[Place]) -> tuple[str, dict[str, Any] | None]:
    """The message without its names, and what they name; None where the tool cannot take one, or two of a kind."""
    found: dict[str, Any] = {}
    rest = message
    for start, end, kind in sorted(places, reverse=True):
        if kind not in properties or kind in found:
            return message, None
        found[kind] = message[start:end]
        rest = f"{rest[:start]} | {rest[end:]}"
    return rest, found


def _times(
    rest: str,
    found: dict[str, Any],
    properties: Mapping[str, Any],
    times: Callable[[str], tuple[str, ...]],
    reads: Callable[[str, str], bool],
) -> str:
    """Takes the one time out of the rest."""
    for name in ("period", "horizon", "date"):
        said = [each for each in times(name) if each.lower() not in _NO_TIME] if name in properties else []
        if len(said) != 1 or said[0] not in rest or (name != "period" and _PAST.match(said[0])):
            continue
        led = _LEADING.match(said[0])
        bare = said[0][led.end() :] if led else said[0]
        found[name] = bare if bare and reads(name, bare) else said[0]
        return rest.replace(said[0], " | ", 1)
    return rest


def _words(rest: str, found: dict[str, Any], properties: Mapping[str, Any]) -> str:
    """Takes a split, a metric, a side and a count out of the rest."""
    if "group_by" in properties:
        split = [name for name in cues.splits(rest) if name in properties["group_by"].get("enum", ())]
        if len(split) == 1:
            found["group_by"] = split[0]
            rest = cues.without_split(rest, split[0])
    for argument, choices in (("metric", _METRICS), ("order", _ORDERS)):
        enum = properties.get(argument, {}).get("enum", ())
        said = [value for value, words in choices.items() if value in enum and words.search(rest)]
        if len(said) == 1:
            found[argument] = said[0]
            rest = choices[said[0]].sub(" | ", rest)
    counted = next((name for name in _COUNTED if name in properties), None)
    figures = spans.number_places(rest)
    if counted and len(figures) == 1 and 1 < figures[0][2] <= _MOST and float(figures[0][2]).is_integer():
        start, end, value = figures[0]
        found[counted] = int(value)
        rest = f"{rest[:start]} | {rest[end:]}"
    return rest


def _level(rest: str, found: dict[str, Any], amount_expected: bool) -> str:
    """Takes a service level out of the rest; a bare figure is none where it may be an amount of money."""
    level = _LEVEL.search(rest)
    if level is None:
        return rest
    bare = not _LEVEL_SAID.search(level.group())
    if bare and (amount_expected or float(level[1]) in spans.money(rest)):
        return rest
    found["service_level"] = float(level[1])
    return f"{rest[: level.start()]} | {rest[level.end() :]}"


def _says_nothing(rest: str) -> bool:
    """Whether only words are left that name nothing."""
    return all(word in _EMPTY for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?|[&+]", rest.lower().replace("'", "")))
