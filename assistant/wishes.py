"""Splits a message that holds several wishes. A ranking says what each part is about."""

import re
from collections.abc import Callable

from assistant.language.router import NONE, Ranking

_MOST = 3  # wishes of one message
_SHORTEST = 3  # words of a wish
_LIKELY, _SECOND = 0.6, 0.1  # probability of each part's tool, and of the second tool for the message whole
_BETWEEN = re.compile(
    r"(?<=[.?!;])\s+|,?\s+(?:and|oh and|plus|then)\s+"
    r"(?=(?:also|then|can|could|please|what|how|which|show|tell|is|are|do|who|where|when|give|list|add|find)\b)"
    r"|,?\s+(?=also\b)",
    re.IGNORECASE,
)
_CART = "add_to_cart"
_MORE = frozenset(
    "search_products shop_policy recommend_for_me order_status goes_well_with check_stock similar_products "
    "remove_from_cart".split()
)
_INTO_CART, _THEN = 0.98, 0.8  # probability that the first part is about the cart, and of what the rest asks for
_PAUSE = re.compile(r"(?<=[.?!;,])\s+|,?\s+(?:and|n|nd|an|&|plus|then|also)\s+", re.IGNORECASE)
_LEADING = re.compile(r"^(?:(?:and|n|nd|&|plus|then|also|oh|so)\s+)+", re.IGNORECASE)
_MOST_PAUSES = 6


def split_wishes(text: str, rank: Callable[[str], Ranking]) -> list[str]:
    """The parts of a message that each clearly ask for another tool; else the message whole."""
    return _cart_and_more(text, rank) or _each_clear(text, rank)


def _cart_and_more(text: str, rank: Callable[[str], Ranking]) -> list[str]:
    """What goes into the cart and what is asked beside it ("two of the first, and do you have ribbon?"); or nothing."""
    pauses = list(_PAUSE.finditer(text))
    if not pauses or all(name != _CART for name, _ in rank(text).scores):
        return []  # one wish, or somebody who has no cart
    best: tuple[float, list[str]] = (0.0, [])
    for pause in pauses if len(pauses) <= _MOST_PAUSES else ():
        first, rest = text[: pause.start()].strip(" ,;"), _LEADING.sub("", text[pause.end() :].strip(" ,;"))
        if not first or len(rest.split()) < _SHORTEST:
            continue
        tool, chance = rank(first).scores[0]
        if tool != _CART or chance < _INTO_CART:
            continue
        other, likely = rank(rest).scores[0]
        if other in _MORE and likely >= _THEN and chance * likely > best[0]:
            best = chance * likely, [first, rest]
    return best[1]


def _each_clear(text: str, rank: Callable[[str], Ranking]) -> list[str]:
    parts = [part.strip(" ,;") for part in _BETWEEN.split(text) if part and part.strip(" ,;.?!")]
    if not 2 <= len(parts) <= _MOST or any(len(part.split()) < _SHORTEST for part in parts):
        return [text]
    rankings = [rank(part) for part in parts]
    tools = [ranking.best for ranking in rankings]
    if NONE in tools or len(set(tools)) < len(tools):
        return [text]
    if all(ranking.sure for ranking in rankings):
        return parts
    likely = all(ranking.scores[0][1] >= _LIKELY for ranking in rankings)
    return parts if likely and _wants_both(rank(text), tools) else [text]


def _wants_both(whole: Ranking, tools: list[str]) -> bool:
    """Whether the message as a whole is torn between the tools of its two parts."""
    first = whole.scores[: len(tools)]
    return {name for name, _ in first} == set(tools) and first[-1][1] >= _SECOND
