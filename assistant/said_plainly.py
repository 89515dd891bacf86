"""Adds to a call what the message says in so many words and its reader missed: names, times, codes, sides of prices.

The encoder reads most arguments; these rules are for what can be nothing else. Knows arguments by name, no shop.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from assistant import cues, references, spans
from assistant.whole_names import Place

_ABOVE = re.compile(
    r"(?:over|above|more than|at least|from|starting at|north of|upwards of|minimum|min|beyond|>)\s*[£$€]?$",
    re.IGNORECASE,
)
_BELOW = re.compile(
    r"(?:under|below|less than|up to|at most|no more than|max(?:imum)?(?: of)?|within|cheaper than|<)\s*[£$€]?$",
    re.IGNORECASE,
)
_IN_STOCK = re.compile(
    r"\b(?:in stock|right now|available (?:right )?now|ready to (?:go|ship)|not sold out|any\b[^.,;!?]*\bleft)\b",
    re.IGNORECASE,
)
_FAIR = re.compile(r"\b(?:un)?fair(?:ly|ness)?\b|\bbias(?:ed)?\b|\bdiscriminat\w*\b", re.IGNORECASE)
_LOWEST = re.compile(r"\b(?:worst|lowest|weakest|poorest|bottom|fewest|(?<!at )least)\b", re.IGNORECASE)
_HIGHEST = re.compile(r"\b(?:best|highest|top|most|strongest|return\w*|refund\w*)\b", re.IGNORECASE)
_ASKING = re.compile(
    r"(?:(?:gimme|give me|show me|find me|get me|(?:i )?(?:just )?(?:want|need)|i['’]?m (?:looking for|after)"
    r"|looking for|searching for|do (?:you|ya|u) (?:have|sell|stock|carry|do)|have (?:you|u) got|(?:you )?got any"
    r"|any|some|please|pls)"
    r"\b[ ,]*)+",
    re.IGNORECASE,
)  # how one asks for a thing, never the thing itself
_NO_TIME = frozenset({"now", "then"})  # mostly said for "well"
_MOST = 100  # pieces or vans; a larger number is a code or a price
_SHORT_QUESTION = 12  # words of a message that is a question as a whole
_FEWEST_OF_QUESTION = 3
_FEWEST_COMPARED = 2  # products
_FEWEST_WORDS = 2  # a reason of fewer words is a piece that was cut off, where the message says more
_NOT = re.compile(r"\b(?:not|never|nothing|no|without|nor)\b|n['’]t\b|dont\b", re.IGNORECASE)


def complete(
    arguments: dict[str, Any],
    parameters: Mapping[str, Any],
    message: str,
    places: Sequence[Place],
    times: Callable[[str], tuple[str, ...]],
) -> None:
    """Adds and puts right, in place.

    Args:
        arguments: of the call.
        parameters: JSON schema of the tool's parameters.
        message: what was said.
        places: where whole names of the shop's things stand in it.
        times: the times in the message that an argument ("period") can take.
    """
    properties = parameters["properties"]
    _names(arguments, properties, message, places)
    if isinstance(arguments.get("query"), str):
        arguments["query"] = _without_asking(arguments["query"]) or arguments["query"]
    _time(arguments, properties, message, times)
    _codes(arguments, properties, message)
    _prices(arguments, properties, message)
    _counts(arguments, properties, message)
    _bare_splits(arguments, properties)
    _choices(arguments, properties, message)


def from_before(arguments: dict[str, Any], required: Collection[str], message: str, before: references.Context) -> None:
    """Fills what the tool cannot do without from what the message points to, or what the last turns were about."""
    for name in required:
        if name == "product" and name not in arguments:
            pointed = references.pointed(message, before) or references.pointed_to(message, before)
            arguments |= {name: pointed} if pointed else {}
        if name == "customer":
            pointed = references.person(message, before)
            given = arguments.get(name)
            if pointed and (given is None or references.points_to_person(str(given))):
                arguments[name] = pointed
        if name == "metric" and name not in arguments:
            meant = cues.metrics(message)
            arguments[name] = meant[0] if len(meant) == 1 else "revenue"
        if name not in arguments and name in before.spoken_of:
            arguments[name] = before.spoken_of[name]


def _without_asking(query: str) -> str:
    led = _ASKING.match(query)
    return query[led.end() :].strip() if led else query


def _names(arguments: dict[str, Any], properties: Mapping[str, Any], message: str, places: Sequence[Place]) -> None:
    """A store or product by its whole name, where the call has none that was said now."""
    given = " ".join(_texts(arguments))
    for start, end, kind in places:
        name = message[start:end]
        taken = {kind, f"{kind}s", "items" if kind == "product" else kind} & arguments.keys()
        whole = kind in ("store", "product") or (kind == "category" and "query" not in properties)
        beside = kind != "category" or not {"product", "group_by"} & arguments.keys()
        if whole and beside and kind in properties and not taken and " " in name and name not in given:
            arguments[kind] = name
        if kind not in properties and kind in properties.get("group_by", {}).get("enum", ()):
            arguments.setdefault("group_by", kind)  # a tool that only compares all of them
    if "products" in properties:
        _all_products(arguments, [message[start:end] for start, end, kind in sorted(places) if kind == "product"])


def _all_products(arguments: dict[str, Any], named: Sequence[str]) -> None:
    """Where two or more products are named whole, all of them are meant, beside what else was read."""
    if len(named) >= _FEWEST_COMPARED:
        known = [name.casefold() for name in named]
        read = [(each, each.casefold()) for each in arguments.get("products", ())]
        others = [each for each, said in read if not any(said in name or name in said for name in known)]
        arguments["products"] = [*dict.fromkeys(named), *others]


def _time(
    arguments: dict[str, Any], properties: Mapping[str, Any], message: str, times: Callable[[str], tuple[str, ...]]
) -> None:
    """The one time that was said."""
    for name in ("period", "horizon", "date"):
        if name in properties and name not in arguments and "compare_to" not in arguments:
            found = times(name)
            if (
                len(found) == 1
                and found[0].lower() not in _NO_TIME
                and not any(found[0] in each for each in _texts(arguments))
            ):
                arguments[name] = found[0]


_PROOF: Final = re.compile(
    r"\b(?:zip(?: ?code)?|post ?code|postal(?: code)?|ship(?:s|ped|ping)? to|code of post)\b\W*(?:is |code |it )*$",
    re.IGNORECASE,
)  # what stands before a postcode


def _swapped(arguments: dict[str, Any], message: str) -> None:
    """A postcode that was read as the order's number, by the words before it or by the other code beside it."""
    given = str(arguments.get("order_id", ""))
    if "postcode" in arguments or given not in spans.postcodes(message):
        return
    others = [code for code in spans.order_numbers(message) if code not in spans.postcodes(message)]
    if len(others) == 1 or _PROOF.search(message[: message.index(given)]):
        arguments["postcode"] = arguments.pop("order_id")


def _codes(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """An order number beside what proves who one is."""
    if not {"email", "postcode", "order_id"} <= properties.keys():
        return
    addresses = spans.emails(str(arguments.get("email", "")))
    if len(addresses) == 1:
        arguments["email"] = addresses[0]
    _swapped(arguments, message)
    codes = [code for code in spans.order_numbers(message) if code not in spans.postcodes(message)]
    if len(codes) == 1 and arguments.get("postcode") == codes[0]:
        arguments.pop("postcode")
    if "order_id" not in arguments and len(codes) == 1:
        arguments["order_id"] = codes[0]
    proofs = [code for code in spans.postcodes(message) if code != arguments.get("order_id")]
    if not {"email", "postcode"} & arguments.keys() and len(proofs) == 1:
        arguments["postcode"] = proofs[0]


def _prices(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """A limit stands on the side that the words before it say."""
    if not {"min_price", "max_price"} <= properties.keys():
        return
    for start, _, value in spans.number_places(message):
        before = message[:start].rstrip() if message[:start].endswith(" ") else message[:start]
        below, above = _BELOW.search(before), _ABOVE.search(before)
        if above and not below and arguments.get("max_price") == value and not _NOT.search(before):
            arguments["min_price"] = arguments.pop("max_price")
        elif below and arguments.get("min_price") == value and not _NOT.search(before):
            arguments["max_price"] = arguments.pop("min_price")


def _counts(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """How many pieces or vans, where one number was said that is part of nothing else."""
    for name in ("quantity", "vehicles"):
        if name in properties and name not in arguments:
            rest = message
            for said in sorted({*_texts(arguments), *spans.order_numbers(message)}, key=len, reverse=True):
                rest = rest.replace(said, " | ")
            figures = spans.numbers(rest)
            if len(figures) == 1 and isinstance(figures[0], int) and figures[0] <= _MOST:
                arguments[name] = figures[0]


def _bare_splits(arguments: dict[str, Any], properties: Mapping[str, Any]) -> None:
    """A time that is but the name of a split asks for it: "week days?"."""
    for name in ("period", "horizon"):
        bare = cues.bare_split(str(arguments.get(name, "")))
        if bare and bare in properties.get("group_by", {}).get("enum", ()):
            arguments.pop(name)
            arguments.setdefault("group_by", bare)


def _choices(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    if "model" in properties and _FAIR.search(message):
        arguments["model"] = "fairness"
    if "in_stock" in properties and "in_stock" not in arguments and _IN_STOCK.search(message):
        arguments["in_stock"] = True
    if "group_by" in properties and "group_by" not in arguments:
        split = [name for name in cues.splits(message) if name in properties["group_by"]["enum"]]
        if len(split) == 1 and split[0] not in arguments:
            arguments["group_by"] = split[0]
    if "metric" in properties and cues.metrics(message) == ("average_order_value",):
        arguments["metric"] = "average_order_value"
    if "order" in properties and {"group_by", "top"} & arguments.keys() and _LOWEST.search(message):
        arguments["order"] = "lowest" if not _HIGHEST.search(message) else arguments.get("order", "highest")
    if properties.keys() == {"question"}:
        words = len(str(arguments.get("question", "")).split())
        one = len(re.findall(r"[.?!]+(?:\s|$)", message.strip())) <= 1
        if (one and len(message.split()) <= _SHORT_QUESTION) or words < _FEWEST_OF_QUESTION:
            arguments["question"] = message
    reason = arguments.get("reason")
    if "reason" in properties and properties.keys() == {"reason"} and reason is None:
        arguments["reason"] = message
    if isinstance(reason, str) and properties.keys() == {"reason"} and len(reason.split()) < _FEWEST_WORDS:
        arguments["reason"] = message


def _texts(arguments: Mapping[str, Any]) -> list[str]:
    """Everything given as words."""
    listed = [each for value in arguments.values() for each in (value if isinstance(value, list) else [value])]
    return [each for each in listed if isinstance(each, str)]
