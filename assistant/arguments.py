"""What the arguments of a tool may be in a message, and the mending of a call that the model wrote.

Code finds the candidates, the model chooses, code checks: what was said and is plain is added, what nobody said is
dropped, a name that is of another kind (a country given as a category) is moved. Knows tools by their schemas only.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from analytics.errors import AnalyticsError
from assistant import (
    country_names,
    cues,
    order_wishes,
    phrase_ends,
    price_words,
    references,
    report_words,
    said_plainly,
    said_times,
    spans,
    taken_back,
    told_times,
)
from assistant.cues import GENERIC
from assistant.errors import NotFound, Unclear
from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.plain_details import add_details
from assistant.resolve import Resolver
from assistant.whole_names import known_ones, widened, without_names

_KINDS = ("product", "category", "store", "country", "customer")
# A five-digit number is a product code, not a length of a list.
_MOST = {"top": 1_000, "limit": 1_000, "quantity": 1_000, "vehicles": 100}
_UP_TO = re.compile(
    r"(?:\s*(?:for|at|that (?:is|are)|costing))?\s*\b(?:under|below|less than|up to|at most|no more than"
    r"|not more than|cheaper than"
    r"|max(?:imum)?(?: of)?|within)\s+(?:about\s+)?(?:[£$€]?\d[\d.,]*|(?:a\s+)?(?:[a-z]+-?)?(?:one|two"
    r"|three|four|five|six|seven|eight"
    r"|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty|hundred|tenner|fiver)(?:-[a-z]+)?)"
    r"(?:\s*(?:pounds?|quid|euros?|dollars?|bucks?|gbp|£|€|pence))?(?:\s+each)?",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\bcompar\w*|\bthan\b|\bagainst (?:the )?(?:last|previous|year|month)", re.IGNORECASE)
_LONGEST_PLACE = 4  # words
_STEM = 5  # letters by which a choice is recognised
_UNKNOWN_PLACE = re.compile(r"\b(?:in|from|to|for|across|at)\s+(?:the\s+)?[A-Z][a-z]{2,}")
NAMES = frozenset({*_KINDS, "products"})


def candidates(
    parameters: Mapping[str, Any], message: str, earlier: str, clock: Clock, lacking: Collection[str] = ()
) -> dict[str, tuple[Any, ...]]:
    """The only values that closed kinds of arguments may take.

    Args:
        parameters: the tool's JSON schema of parameters.
        message: what was said now.
        earlier: what was said before and may still hold.
        clock: reads times.
        lacking: kinds of names that the shop has none of ("store"); only a word for the kind brings them up.
    """
    properties = parameters["properties"]
    said = f"{message} \n {earlier}"
    found: dict[str, tuple[Any, ...]] = {}
    taken: tuple[str, ...] = ()
    for name in properties:
        if name in said_times.NAMES:
            times = said_times.said(name, message, clock) or said_times.said(name, earlier, clock)
            if times:
                found[name] = times
                taken += times
    if "order_id" in properties:
        found["order_id"] = spans.order_numbers(said)
        taken += found["order_id"]
    if "email" in properties:
        found["email"] = spans.emails(said)
    if "postcode" in properties:
        found["postcode"] = tuple(code for code in spans.postcodes(said) if code not in found.get("order_id", ()))
    for name, schema in properties.items():
        values = _closed(name, schema, parameters, message, earlier, clock, lacking, taken)
        if values is not None:
            found[name] = values
    return found


def _closed(
    name: str,
    schema: Mapping[str, Any],
    parameters: Mapping[str, Any],
    message: str,
    earlier: str,
    clock: Clock,
    lacking: Collection[str],
    taken: tuple[str, ...],
) -> tuple[Any, ...] | None:
    """The values that an argument may take; None where any words of the message may be its value."""
    said = f"{message} \n {earlier}"
    if (name in lacking or name not in ("store", "category")) and not cues.meant(name, said):
        return ()
    if name == "metric" and name in parameters["required"]:
        meant = cues.metrics(message) or cues.metrics(earlier) or ("revenue",)
        return tuple(value for value in schema["enum"] if value in meant)
    if name == "group_by":
        meant = cues.groups(said_times.without(said, clock))
        return tuple(value for value in schema["enum"] if value in meant)
    if "enum" in schema and not cues.known(name):
        named = _named_choices(schema["enum"], message)
        return named if named or name not in parameters["required"] else None
    if schema["type"] in ("integer", "number"):
        return _figures(name, schema["type"], message, earlier, taken)
    return None


def _named_choices(values: Sequence[str], message: str) -> tuple[str, ...]:
    """The choices of which a word was said, whatever its ending."""
    heard = re.findall(r"[^\W_]+", message.lower())
    stems = {value: [word[:_STEM] for word in re.findall(r"[^\W_]+", value.lower())] for value in values}
    return tuple(value for value in values if any(word.startswith(stem) for stem in stems[value] for word in heard))


def _figures(name: str, kind: str, message: str, earlier: str, taken: tuple[str, ...]) -> tuple[int | float, ...]:
    values = spans.numbers(message, taken) + spans.numbers(earlier, taken)
    most = _MOST.get(name, float("inf"))
    return tuple(dict.fromkeys(v for v in values if v <= most and (kind == "number" or float(v).is_integer())))


def places(said: str, properties: Mapping[str, Any], resolver: Resolver) -> dict[str, tuple[str, ...]]:
    """The countries and stores of the shop that stand in a text, as typed; none may be given where none stands there.

    A capitalised word behind "in" or "from" that is none of them may still be meant as one: then any words may be
    copied, and the answer says that the shop does not know the place.
    """
    found = {}
    text = said_times.without(said, resolver.clock)
    words = [match.group() for match in re.finditer(r"[\w'’.&-]+", text)]
    runs = [" ".join(words[i : i + n]) for n in range(_LONGEST_PLACE, 0, -1) for i in range(len(words) - n + 1)]
    for kind in ("country", "store"):
        if kind in properties:
            known = [
                run for run in runs if run.lower() not in GENERIC and len(run) > 1 and _knows_one(resolver, kind, run)
            ]
            whole = tuple(run for run in known if not any(run != other and run in other for other in known))
            if whole or not _UNKNOWN_PLACE.search(text):
                found[kind] = whole
    return found


def mend(
    call: ToolCall,
    parameters: Mapping[str, Any],
    message: str,
    resolver: Resolver,
    before: references.Context,
    *,
    adding: bool = True,
) -> ToolCall:
    """The call with pointers replaced by what they mean, and names whole and of their kind.

    Args:
        call: as it was written or read.
        parameters: JSON schema of the tool's parameters.
        message: what was said.
        resolver: knows the shop's names.
        before: what the last turns showed.
        adding: also add times, counts, limits and codes that were said plainly: a language model leaves some out.
    """
    properties = parameters["properties"]
    named = resolver.name_places(message)
    arguments = widened(call.arguments, properties, message, named)
    arguments = known_ones(arguments, properties, message, named, lambda kind, said: _knows(resolver, kind, said))
    if adding:
        said_times.add(arguments, properties, message, resolver.clock)
    said_times.make_whole(arguments, message, resolver.clock)
    taken_back.drop(arguments, parameters["required"], message)
    _follow_pointers(arguments, before, resolver.clock)
    for name in _KINDS:
        if name not in parameters["required"] and set(str(arguments.get(name, "")).lower().split()) <= GENERIC:
            arguments.pop(name, None)
        elif isinstance(arguments.get(name), str) and name in properties:
            _move(name, arguments, properties, resolver)
    _complete(arguments, properties, message, resolver)
    _add_country(arguments, properties, message)
    said_plainly.complete(
        arguments, parameters, message, named, lambda name: said_times.said(name, message, resolver.clock)
    )
    said_plainly.from_before(arguments, parameters["required"], message, before)
    phrase_ends.make_whole(arguments, message, [message[start:end] for start, end, kind in named if kind == "category"])
    order_wishes.put_right(arguments, message, exchange="new_items" in properties)
    _drop_senseless(arguments, message)
    _money_apart(arguments, properties, message)
    counted = cues.counted(message)
    if counted in properties.get("metric", {}).get("enum", ()):
        arguments["metric"] = counted
    _name_report(call.name, arguments, properties, message)
    price_words.add_supposed(arguments, properties, without_names(message, named), before.supposed)
    _plain_codes(arguments, parameters, message)
    add_details(arguments, properties, message)
    if adding:
        _add_plain(arguments, properties, message, resolver.clock)
    return ToolCall(call.name, {name: arguments[name] for name in properties if name in arguments})


def _follow_pointers(arguments: dict[str, Any], before: references.Context, clock: Clock) -> None:
    """Replaces "it", "the cheaper one", "the month before" and "the week after" by what they point to."""
    said = arguments.get("period")
    if isinstance(said, str):
        arguments["period"] = references.period(said, before, clock)
        if clock.period(arguments["period"]) is None and not said_times.TIMELY.search(said):
            arguments.pop("period")  # not a time that we fail to read, but no time at all
    if isinstance(arguments.get("compare_to"), str) and isinstance(said, str):
        arguments["compare_to"] = told_times.compared(arguments["compare_to"], said, clock.period)
    for name in ("horizon", "date"):
        if isinstance(arguments.get(name), str):
            arguments[name] = references.ahead(arguments[name], before, clock)
    if isinstance(arguments.get("product"), str):
        arguments["product"] = references.product(arguments["product"], before)
    if isinstance(arguments.get("products"), list):
        arguments["products"] = [references.product(str(each), before) for each in arguments["products"]]


def _plain_codes(arguments: dict[str, Any], parameters: Mapping[str, Any], message: str) -> None:
    """Takes the words around an order number off ("order 2001"); adds one that is due and stands there once."""
    if "order_id" not in parameters["properties"]:
        return
    given = arguments.get("order_id")
    codes = spans.order_numbers(given) if isinstance(given, str) else ()
    if not given and "order_id" in parameters["required"]:
        codes = spans.order_numbers(message)
    if len(codes) == 1:
        arguments["order_id"] = codes[0]


def _add_plain(arguments: dict[str, Any], properties: Mapping[str, Any], message: str, clock: Clock) -> None:
    """Adds what was said once and can be nothing else: an e-mail address, a count, a price limit, a metric."""
    for name, read in (("email", spans.emails), ("order_id", spans.order_numbers), ("postcode", spans.postcodes)):
        if name in properties and name not in arguments and len(read(message)) == 1:
            arguments[name] = read(message)[0]
    rest = said_times.without(message, clock)
    for said in (*map(str, arguments.values()), *spans.order_numbers(message)):
        rest = rest.replace(said, " ")
    for name in ("quantity", "limit", "top"):
        figures = _figures(name, "integer", rest, "", ())
        if name in properties and len(figures) == 1 and not {"quantity", "limit", "top", "budget"} & arguments.keys():
            arguments[name] = figures[0]
    limit = _UP_TO.search(message)
    if limit and "max_price" in properties and not {"max_price", "min_price"} & arguments.keys():
        arguments["max_price"] = next(map(float, spans.numbers(limit.group())), None)
    if isinstance(arguments.get("query"), str):
        arguments["query"] = _UP_TO.sub("", arguments["query"]).strip(" ,-") or arguments["query"]
    if "metric" in properties and "metric" not in arguments:
        meant = [name for name in cues.metrics(message) if name in properties["metric"]["enum"]]
        arguments |= {"metric": meant[0]} if len(meant) == 1 else {}


def _drop_senseless(arguments: dict[str, Any], message: str) -> None:
    """Drops choices that say nothing beside the others."""
    if arguments.get("compare_to") == arguments.get("period"):
        arguments.pop("compare_to", None)
    if arguments.get("group_by") in arguments or f"{arguments.get('group_by')}s" == arguments.get("metric"):
        arguments.pop("group_by")  # one product split by product, customers counted by customer
    if "order" in arguments and not {"group_by", "top"} & arguments.keys() and "product" not in cues.groups(message):
        arguments.pop("order")  # the worst of what?


def _money_apart(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """An amount of money is no length of a list and no number of pieces; where there is a budget, it is that."""
    amounts = spans.money(message)
    for name in ("limit", "top", "quantity"):
        if arguments.get(name) in amounts:
            arguments.pop(name)
            if "budget" in properties:
                arguments.setdefault("budget", amounts[0])


def _name_report(call_name: str, arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """Sets the split that the words ask for: new beside returning customers, months of first orders, baskets."""
    kind = report_words.meant_report(message)
    if call_name == "review_insights" and report_words.asks_for_problem_costs(message):
        arguments["group_by"] = "product"
    if kind not in properties.get("group_by", {}).get("enum", ()):
        return
    arguments["group_by"] = kind
    for name in _KINDS:
        if str(arguments.get(name, "")).lower() not in message.lower():
            arguments.pop(name, None)  # a new report: what the one before was about does not hold
    arguments.pop("order", None)  # "most often together" is no ranking of one thing
    arguments["metric"] = "orders" if kind == "basket" else report_words.measured(message)
    if "period" not in arguments and not _COMPARED.search(message):
        arguments |= {"period": arguments.pop("compare_to")} if "compare_to" in arguments else {}


def _complete(arguments: dict[str, Any], properties: Mapping[str, Any], message: str, resolver: Resolver) -> None:
    """Adds a product, category, store or country that stands in the message by its whole name and was left out."""
    if any(name in arguments for name in (*_KINDS, "products", "group_by")):
        return
    for kind, name in resolver.named_in(message).items():
        if kind in properties:
            arguments[kind] = name
            return


def _add_country(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """Adds the one country that was said, though the shop may have no orders from there: then the answer says so."""
    named = country_names.named_in(message) if "country" in properties and "country" not in arguments else ()
    if len(named) != 1:
        return
    if arguments.get("product") == named[0]:
        arguments.pop("product")
    if not any(named[0] in str(value) for value in arguments.values()):
        arguments["country"] = named[0]


def _move(name: str, arguments: dict[str, Any], properties: Mapping[str, Any], resolver: Resolver) -> None:
    """Moves a name that the shop knows only as another kind of thing."""
    said = arguments[name]
    whole = {"category": resolver.categories, "store": [store.name for store in resolver.stores]}
    for other, known in whole.items():
        if other != name and other in properties and other not in arguments and said.lower() in map(str.lower, known):
            arguments[other] = arguments.pop(name)
            return
    if _knows(resolver, name, said):
        return
    for other in ("country", "store", "category", "customer", "product"):
        if other != name and other in properties and other not in arguments and _knows(resolver, other, said):
            arguments[other] = arguments.pop(name)
            return


def _knows_one(resolver: Resolver, kind: str, said: str) -> bool:
    try:
        getattr(resolver, kind)(said)
    except (NotFound, Unclear, AnalyticsError):
        return False
    return True


def _knows(resolver: Resolver, kind: str, said: str) -> bool:
    try:
        getattr(resolver, kind)(said)
    except Unclear:
        return True
    except (NotFound, AnalyticsError):
        return False
    return True
