"""Reads a short message that can only be another wish of a search: "something blue then", "whisk", "spatula".

The encoder copies the wish of most searches; of one or two bare words it may find none. Knows words of shopping and
asks whether a word stands in a product's title; knows no product.
"""

import re
from collections.abc import Callable
from typing import Final

from assistant.messages import ToolCall
from retrieval.shop_words import COLOURS, MATERIALS

SEARCH: Final = "search_products"
_LONGEST: Final = 4  # words of a message that is read here
_ASKING: Final = frozenset(
    "a about again also and any anything are but can else find for get give got have i im in instead is it just lets "
    "like look looking make me more need now of ok okay one ones only or other others please pls plz prefer rather "
    "show some something sth than that the them then these this those to try u want was we what whats with would you "
    "do does how".split()
)
_QUALITIES: Final = frozenset(COLOURS) | frozenset(MATERIALS)


def moved(call: ToolCall, before: ToolCall | None, message: str, in_titles: Callable[[str], bool]) -> ToolCall:
    """A search that would only repeat the one before, with what the message names put in; else the call as it is.

    Args:
        call: as it was read.
        before: the last call of the conversation.
        message: what was said.
        in_titles: whether a word stands in the title of a product.
    """
    if before is None or call.name != SEARCH or before.name != SEARCH:
        return call
    if any(call.arguments.get(name) != before.arguments.get(name) for name in ("query", "category", "max_price")):
        return call
    words, query = _content(message), str(call.arguments.get("query", ""))
    if not words or not all(word in _QUALITIES or in_titles(word) for word in words):
        return call
    if all(word in _QUALITIES for word in words):
        kind = [word for word in query.split() if word.lower() not in _QUALITIES]
        return ToolCall(SEARCH, call.arguments | {"query": " ".join([*words, *kind])})
    held = {name: value for name, value in call.arguments.items() if name != "category"}
    return ToolCall(SEARCH, held | {"query": " ".join(words)})


def bare_wish(message: str, in_titles: Callable[[str], bool]) -> str | None:
    """The wish of a message that is one or two words from titles, and no quality alone; None for any other."""
    words = _content(message)
    named = 1 <= len(words) <= 2 and all(in_titles(word) or word in _QUALITIES for word in words)
    return " ".join(words) if named and not all(word in _QUALITIES for word in words) else None


def _content(message: str) -> list[str]:
    """The words of a short message that name something; none of a longer one."""
    words = re.findall(r"[^\W\d_]+", message.lower().replace("'", "").replace("’", ""))
    return [word for word in words if word not in _ASKING] if len(words) <= _LONGEST else []
