"""The words of "what if we cut the price by 10 %": how much a price is to move, and whether a promotion is meant.

Knows words only. A percentage counts as a price change where the words around it say so; a target ("a 95 % sure
range") or a move of something else ("sales fell by 10 %") is none.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

_SHARE: Final = (
    r"(?<!\bto )(\d{1,3}(?:[.,]\d+)?)\s*(?:%|per ?cent\b|pct\b)"
    r"(?! (?:sure|certain|confiden\w*|range|interval|service|likely|chance|band))"
)
_HALF: Final = re.compile(
    r"\b(?:half(?:ve)?|halv\w+) (?:the |its |our |their )?prices?\b|\bhalf[- ]price\b", re.IGNORECASE
)
_DOWN: Final = (
    r"cut\w*|lower\w*|reduc\w*|drop\w*|slash\w*|decreas\w*|discount\w*|markdown|(?:down|off)(?= (?:by )?\d)|cheaper"
    r"|fall\w*|knock\w*|shav\w*|promotion (?:of|at|with)"
)
_UP: Final = r"rais\w*|increas\w*|ris(?:e|es|ing)|up(?= (?:by )?\d)|hik(?:e|es|ed|ing)|dearer|more expensive"
_NOT_PRICE: Final = r"(?:(?!\b(?:sales|demand|revenue|units|orders|stock|costs?)\b)[^%.?!]){0,60}?"
_OTHER: Final = r"(?<!sales )(?<!demand )(?<!revenue )(?<!units )(?<!orders )(?<!they )"  # what moved was no price
_BEFORE_DOWN: Final = re.compile(rf"{_OTHER}\b(?:{_DOWN})\b{_NOT_PRICE}{_SHARE}", re.IGNORECASE)
_BEFORE_UP: Final = re.compile(rf"{_OTHER}\b(?:{_UP})\b{_NOT_PRICE}{_SHARE}", re.IGNORECASE)
_AFTER_DOWN: Final = re.compile(
    rf"{_SHARE}[\s-]*(?:price[\s-]*)?(?:off|cheaper|discount|lower|markdown|promotion|cut|reduction"
    r"|less(?! (?:sales|demand|revenue|units|orders|stock|than)\b))\b",
    re.IGNORECASE,
)
_AFTER_UP: Final = re.compile(
    rf"{_SHARE}[\s-]*(?:price[\s-]*)?(?:dearer|more expensive|higher price|rise|increase|hike)\b",
    re.IGNORECASE,
)
_PRICE: Final = re.compile(
    r"\b(?:pric\w*|discount\w*|cheaper|dearer|expensive|markdown|mark\w* (?:\w+ )?down|off|promotion)\b"
    r"|(?:%|per ?cent|pct) less\b",
    re.IGNORECASE,
)
_PERCENT: Final = re.compile(r"%|\bper ?cent\b|\bpct\b|\bhal(?:f|v)", re.IGNORECASE)
_PROMOTION: Final = re.compile(r"\b(?:promo\w*|campaigns?|offers?|sale)\b", re.IGNORECASE)
_RUN: Final = re.compile(
    r"(?<!not )(?<!n't )(?<!never )"
    r"\b(?:run|ran|running|launch\w*|start\w*|hold|held|do|did|have|had|put|repeat\w*|with|under|during)\b"
    r"(?: (?!no[nt]?\b)\w+){0,3} (?:promotions?|promos?|campaigns?|special offers?)\b",
    re.IGNORECASE,
)


def price_change(said: str) -> float | None:
    """The change in percent that a price is supposed to take, below 0 for a cut; None where none is said."""
    if not _PRICE.search(said):
        return None
    if _HALF.search(said):
        return -50.0
    for pattern, sign in ((_AFTER_DOWN, -1.0), (_AFTER_UP, 1.0)):
        found = pattern.search(said)
        if found:
            return sign * _figure(found[1])
    down, up = _BEFORE_DOWN.search(said), _BEFORE_UP.search(said)
    if down and (not up or down.start() < up.start()):
        return -_figure(down[1])
    return _figure(up[1]) if up else None


def supposes_promotion(said: str) -> bool:
    """Whether a promotion is supposed, as in "what if we run the promotion"."""
    return _RUN.search(said) is not None


def add_supposed(
    arguments: dict[str, Any], properties: Mapping[str, Any], said: str, held: Mapping[str, Any] | None = None
) -> None:
    """Sets the price change and the promotion that the message supposes, in place, where the tool takes them.

    Args:
        arguments: of the call.
        properties: JSON schema of the tool's arguments.
        said: the message.
        held: what the call before supposed: it may hold on without being said again.
    """
    if not {"price_change", "promotion"} <= properties.keys():
        return
    change = price_change(said)
    if change is not None:
        arguments["price_change"] = change
    elif not _PERCENT.search(said) and arguments.get("price_change") != (held or {}).get("price_change"):
        arguments.pop("price_change", None)
    if supposes_promotion(said):
        arguments["promotion"] = True
    elif not _PROMOTION.search(said) and not (held or {}).get("promotion"):
        arguments.pop("promotion", None)


def _figure(text: str) -> float:
    return float(text.replace(",", "."))
