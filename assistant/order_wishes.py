"""Puts right what was read in a wish about an order: which product goes back and which comes, reason and address whole.

Knows arguments by name and the words around them, no shop.
"""

import re
from typing import Any, Final

from assistant import spans

_DETERMINER: Final = r"(?:\s+(?:the|my|our|a|an|this|these|those|that|both|one|some))*\s*$"
_GOES_BACK: Final = re.compile(
    r"\b(?:instead of|in place of|rather than|in lieu of|not|swap(?:ping)?(?: out)?|exchang(?:e|ing)|replac(?:e|ing)"
    r"|trad(?:e|ing)(?: in)?|send(?:ing)? back|return(?:ing)?)" + _DETERMINER,
    re.IGNORECASE,
)
_COMES: Final = re.compile(
    r"\b(?:replaced (?:with|by)|with|prefer|want|need|into|(?:give|get|send|post) me)" + _DETERMINER, re.IGNORECASE
)
_FOR: Final = re.compile(r"\b(?P<returned>in return )?for" + _DETERMINER, re.IGNORECASE)
_WAS_SENT: Final = re.compile(r"\b(?:sent|came|supplied|delivered|received|arrived|got)\b", re.IGNORECASE)
_TO: Final = re.compile(r"\bto" + _DETERMINER, re.IGNORECASE)
_ALSO: Final = re.compile(r"\s*(?:,|and|&|\+|,\s*and|as well as)" + _DETERMINER, re.IGNORECASE)
_CLAUSE_END: Final = re.compile(r"\s*(?:[,.;:!?)(\n–]|--|$|\s-\s)")
_NEXT_WISH: Final = frozenset(
    "about and so to in on of from at with as order can could please pls plz refund cancel cancell cansel return swap "
    "exchange btw i i'd i'll want which but".split()
)
_LONGEST_REST: Final = 6  # words that a cut-off reason may lack
_HOUSE: Final = re.compile(
    r"(?<!\S)(?:p\.? ?o\.?|(?:flat|apt\.?|unit) (?:\d\w{0,3}|[a-z]),?|\d{1,4}[a-z]?,?)\s+$", re.IGNORECASE
)


def put_right(arguments: dict[str, Any], message: str, *, exchange: bool) -> None:
    """Puts the arguments right, in place.

    Args:
        arguments: copied from the message.
        message: what was said.
        exchange: the tool takes products that go back and products that come.
    """
    if exchange:
        _sides(arguments, message)
    if isinstance(arguments.get("reason"), str) and len(arguments) > 1:
        arguments["reason"] = _whole_reason(arguments["reason"], message)
    address = arguments.get("address")
    if isinstance(address, str) and address in message:
        start = message.index(address)
        house = _HOUSE.search(message[:start])
        whole = re.match(r"(?:\d|flat|unit|apt)", address, re.IGNORECASE)
        if house and not whole and house.group().strip(" ,") not in spans.order_numbers(message):
            arguments["address"] = message[house.start() : start + len(address)]


def _sides(arguments: dict[str, Any], message: str) -> None:
    """Sorts the products into those that go back and those that come, by the words before each."""
    values = [str(value) for name in ("items", "new_items") for value in arguments.get(name) or ()]
    if len(values) < 2 or len(set(values)) < len(values) or any(value not in message for value in values):
        return
    side, end = "", 0
    sides: dict[str, str] = {}
    for value in sorted(values, key=message.index):
        start = message.index(value)
        before = message[end:start]
        side = side if side and _ALSO.fullmatch(before) else _side(before, message, side)
        sides[value], end = side, start + len(value)
    told = [value for value in values if sides[value]]
    if len(values) == 2 and len(told) == 1:  # of two, the other is the other
        other = next(value for value in values if not sides[value])
        sides[other] = "items" if sides[told[0]] == "new_items" else "new_items"
    if all(sides.values()) and set(sides.values()) == {"items", "new_items"}:
        for name in ("items", "new_items"):
            arguments[name] = [value for value in values if sides[value] == name]


def _side(before: str, message: str, earlier: str) -> str:
    """Where a product belongs by the words before it and where the one before belongs; "" where they do not say."""
    if _WAS_SENT.search(before):
        return ""
    traded = _FOR.search(before)
    if traded:  # "swap A for B", but "give me B for A"
        return "items" if traded["returned"] else "new_items" if earlier == "items" else ""
    if _GOES_BACK.search(before):
        return "items"
    if _TO.search(before):
        return "items" if re.search(r"\bprefer", message, re.IGNORECASE) else "new_items"
    return "new_items" if _COMES.search(before) else ""


def _whole_reason(reason: str, message: str) -> str:
    """A reason to the end of its clause, where it was cut off within."""
    start = message.find(reason)
    if start < 0:
        return reason
    end = start + len(reason)
    stop = _CLAUSE_END.search(message, end)
    rest = message[end : stop.start() if stop else len(message)]
    words = rest.lower().split()
    codes = spans.order_numbers(rest)
    cut_off = 0 < len(words) <= _LONGEST_REST and words[0] not in _NEXT_WISH and not codes
    within = rest[:1].isspace() or rest[:1] in "'’"
    return f"{reason}{rest}" if cut_off and within else reason
