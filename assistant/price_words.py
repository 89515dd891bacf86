"""What a message supposes: a change of the price (its figure: see `price_moves`), none any more, or a promotion.

Knows words only.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from assistant.price_moves import TARGET, price_move

_PERCENT: Final = re.compile(rf"(?:%|\bper ?cent\b|\bpct\b)(?!\s*-?{TARGET})|\bhal(?:f|v)", re.IGNORECASE)
_PROMOTION: Final = re.compile(r"\b(?:promo\w*|campaigns?|offers?|sale|actions?)\b", re.IGNORECASE)
# The price as it is: said where a change was supposed before.
_CHANGE: Final = r"(?:discounts?|mark[- ]?downs?|cuts?|change|increase|reduction|sale)"
_UNCHANGED: Final = re.compile(
    rf"\b(?:no|without|forget|scrap)(?: (?:the|any|a|more|all))? (?:price|{_CHANGE})|\bdrop the {_CHANGE}"
    rf"|\b(?:full|normal|usual|unchanged|present|current|today'?s|list|regular|original|old) prices?\b(?! {_CHANGE})"
    r"|\bprices? back\b|\b(?:stay|leave|left) (?:\w+ )?as (?:it|they)\b|(?:\bnot|n't) (?:touch|change|moved?)\b"
    r"|\bneither\b|^\W*base(?: case)?\W*$|\bbaseline\b|\bpromo\w* (?:instead|only|not price)\b"
    r"|\b(?:just|only) (?:a |the )?promo",
    re.IGNORECASE,
)
_RUN: Final = re.compile(
    r"(?<!not )(?<!n't )(?<!never )"
    r"\b(?:run|ran|running|launch\w*|start\w*|hold|held|do|did|have|had|put|repeat\w*|with|under|during)\b"
    r"(?: (?!no[nt]?\b)\w+){0,3} (?:promotions?|promos?|campaigns?|special offers?)\b",
    re.IGNORECASE,
)


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
    before = (held or {}).get("price_change")
    change = price_move(said, before)
    if change:
        arguments["price_change"] = change
    elif (
        change == 0 or _UNCHANGED.search(said) or not (_PERCENT.search(said) or arguments.get("price_change") == before)
    ):
        arguments.pop("price_change", None)
    if supposes_promotion(said):
        arguments["promotion"] = True
    elif not _PROMOTION.search(said) and not (held or {}).get("promotion"):
        arguments.pop("promotion", None)
