"""Fills the arguments of a tool from what the encoder read in the message. Knows tools by their schemas only.

A value is copied from the message, chosen from the tool's list, or held on to from the call before; none is made up.
"""

import re
from collections.abc import Mapping
from typing import Any

from assistant import cues
from assistant.language.reading import UNSAID, Found, Reading, values_of
from assistant.messages import ToolCall
from assistant.spans import number_places

_NAMED = ("product", "store", "country", "category", "customer", "order_id")  # what two calls may differ in
_CLEAR = 0.6  # probability from which a second value is meant
_MEANT = 0.3  # the same, where the message as a whole is read as asking for several things
_MOST_CALLS = 3
_KEPT = 0.5  # probability from which an argument of the call before holds on
_ANEW = re.compile(
    r"(?:ok\w*[, ]+|right[, ]+|and |so |now )*(?:(?:now )?for something|separately|unrelated|on another note"
    r"|chang(?:e|ing) (?:of|the) (?:subject|topic)|(?:a |one )?(?:new|another|different) (?:question|topic|thing)"
    r"|something (?:else|different))\b",
    re.IGNORECASE,
)  # begins with these: nothing of what was said before holds


def filled(name: str, parameters: Mapping[str, Any], reading: Reading, before: ToolCall | None) -> ToolCall:
    """The call of a tool that a message means.

    Args:
        name: of the tool.
        parameters: its JSON schema of parameters; the reading knows every argument that the tool needs.
        reading: of the message.
        before: the last call of the conversation.
    """
    held = before.arguments if before is not None and not _ANEW.match(reading.message.typed) else {}
    spans = reading.values(parameters)
    arguments: dict[str, Any] = {}
    for argument, schema in parameters["properties"].items():
        if not reading.reads(name, argument, schema):
            continue
        listed = values_of(schema)
        if listed is not None:
            choice = reading.choice(argument, listed)
            if choice != UNSAID:
                arguments[argument] = True if schema["type"] == "boolean" else choice
            continue
        value = _value(spans.get(argument, []), schema, reading.message.typed)
        if value is None and argument in held and reading.holds(argument) >= _KEPT:
            value = held[argument]
        if value is not None:
            arguments[argument] = value
    if "product" in held and "category" in arguments and arguments.get("category") != held.get("category"):
        said = {found.text for found in spans.get("product", ())}
        if arguments.get("product") == held["product"] and held["product"] not in said:
            arguments.pop("product")  # now a whole department is asked about
    if spans.get("product") and "category" in held and not spans.get("category"):
        arguments.pop("category", None)  # now one product is asked about, of whatever department
    if arguments.get("metric") != held.get("metric") and spans.get("period") and not spans.get("compare_to"):
        arguments.pop("compare_to", None)  # another figure of another time: that is not to be compared
    _keep_together(arguments, parameters["properties"], held if before is not None and before.name == name else {})
    return ToolCall(name, arguments)


def _keep_together(arguments: dict[str, Any], properties: Mapping[str, Any], held: Mapping[str, Any]) -> None:
    """While a search goes on, so does "in stock"; with a wholly new wish the department of the old one goes."""
    query, earlier = arguments.get("query"), held.get("query")
    if "query" not in properties or not isinstance(query, str) or not isinstance(earlier, str):
        return
    if query == earlier:
        arguments |= {name: True for name, schema in properties.items() if _is_held(name, schema, held)}
    elif arguments.get("category") == held.get("category") and not _words(query) & _words(earlier):
        arguments.pop("category", None)


def _is_held(name: str, schema: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    return schema["type"] == "boolean" and held.get(name) is True


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.lower()))


def filled_each(
    name: str, parameters: Mapping[str, Any], reading: Reading, before: ToolCall | None, *, several: bool = False
) -> list[ToolCall]:
    """The calls of a tool that a message means: one, or one for each of two or three things named alike.

    "Add two mugs and a tray" names two products for a tool that takes one; its numbers go with them in order.

    Args:
        name: of the tool.
        parameters: its JSON schema of parameters.
        reading: of the message.
        before: the last call of the conversation.
        several: whether the message as a whole is read as asking for several things: then two times or two figures
            are two calls, too ("april and may", "revenue and orders").
    """
    first = filled(name, parameters, reading, before)
    spans = reading.values(parameters)
    clear = _MEANT if several else _CLEAR
    for argument in (*_NAMED, "query") if several else _NAMED:
        values = list(dict.fromkeys(found.text for found in spans.get(argument, ()) if found.chance >= clear))
        single = parameters["properties"].get(argument, {}).get("type") == "string"
        if single and 1 < len(values) <= _MOST_CALLS:
            counts = [
                _value([found], {"type": "integer"}, reading.message.typed) for found in spans.get("quantity", ())
            ]
            others: dict[str, list[Any]] = dict(_as_many(parameters, spans, argument, len(values)))
            if len(counts) == len(values) and None not in counts:
                others["quantity"] = counts
            return [
                ToolCall(name, first.arguments | {argument: value} | {each: of[place] for each, of in others.items()})
                for place, value in enumerate(values)
            ]
    return _times_or_figures(first, parameters, reading) if several else [first]


def _times_or_figures(call: ToolCall, parameters: Mapping[str, Any], reading: Reading) -> list[ToolCall]:
    """A call for each of the two or three times, or figures, that a message names; else the call alone."""
    spans, properties = reading.values(parameters), parameters["properties"]
    times = [each.text for name in ("period", "compare_to") for each in spans.get(name, ())]
    if 1 < len(times) <= _MOST_CALLS and "period" in call.arguments:
        rest = {name: value for name, value in call.arguments.items() if name != "compare_to"}
        return [ToolCall(call.name, rest | {"period": each}) for each in times]
    known = properties.get("metric", {}).get("enum", ())
    figures = [name for name in cues.metrics_named(reading.message.typed) if name in known]
    if 1 < len(figures) <= _MOST_CALLS:
        return [ToolCall(call.name, call.arguments | {"metric": each}) for each in figures]
    return [call]


def _as_many(
    parameters: Mapping[str, Any], spans: Mapping[str, list[Found]], argument: str, count: int
) -> dict[str, list[str]]:
    """Other names of which as many were said: "mugs in York, trays in Leeds" are two pairs, in order."""
    taken = [name for name in _NAMED if name != argument and name in parameters["properties"]]
    said = {name: [found.text for found in spans.get(name, ()) if found.chance >= _CLEAR] for name in taken}
    return {name: texts for name, texts in said.items() if len(texts) == count}


def _value(found: list[Found], schema: Mapping[str, Any], typed: str) -> Any:
    """The value that the words found for an argument mean, numbers as they stand in the message; None for none."""
    if not found:
        return None
    if schema["type"] == "array":
        return [each.text for each in found]
    best = max(found, key=lambda each: each.chance).text
    if schema["type"] not in ("integer", "number"):
        return best
    figures = [value for _, _, value in number_places(best)]
    if figures:  # "ninety" of "ninety-nine"
        at = re.search(rf"(?<!\w){re.escape(best)}(?!\w)", typed)
        whole = [value for first, last, value in number_places(typed) if at and first <= at.start() < last]
        figures = whole if len(whole) == 1 else figures
    return next((value for value in figures if schema["type"] == "number" or float(value).is_integer()), None)
