"""Makes words whole that were copied only in part: an item "the", a wish that ends in "in a". Knows arguments by name.

The encoder tags words one by one, so a value may begin right and stop within its phrase.
"""

import re
from collections.abc import Collection
from typing import Any, Final

_TEXTS: Final = ("product", "query", "reason", "goal", "segment")
_LISTS: Final = ("items", "new_items", "products")
_DETERMINERS: Final = frozenset("the a an my our this that these those some his her your their its there".split())
_POINTERS: Final = frozenset("this that these those".split())  # they may mean a thing alone
_LEADS_ON: Final = _DETERMINERS | frozenset("for in with of and or to on at from under over below above up by".split())
_NEXT_WORD: Final = re.compile(r"\s+(?P<word>[^\W\d_][\w'’-]*)")
_CLAUSE: Final = re.compile(r"[^,.;:!?()\n]*")
_LONGEST_REST: Final = 3  # words that a wish may lack
_OTHER_PART: Final = re.compile(
    r"\d|[£$€%]|\b(?:under|over|below|above|less|more|max\w*|stock|cheap\w*|pounds?|quid|euros?|dollars?|bucks|one"
    r"|two|three|four|five|six|seven|eight|nine|ten|tenner|fiver|twenty|thirty|forty|fifty|sixty|hundred|reviews?"
    r"|rat(?:ed|ings?)|please|pls|plz|thanks?|now|today|first|order|basket|cart)\b",
    re.IGNORECASE,
)


def make_whole(arguments: dict[str, Any], message: str, categories: Collection[str] = ()) -> None:
    """Puts values right, in place; one that says nothing and cannot be made whole is dropped.

    Args:
        arguments: copied from the message.
        message: what was said.
        categories: names of departments that stand in the message: a wish does not run into them.
    """
    for name in (*_TEXTS, *_LISTS):
        value = arguments.get(name)
        if isinstance(value, str):
            arguments[name] = _named(value, message)
        elif isinstance(value, list):
            arguments[name] = [named for each in value if (named := _named(str(each), message))]
        if name in arguments and not arguments[name]:
            arguments.pop(name)
    if isinstance(arguments.get("query"), str):
        arguments["query"] = _whole_wish(arguments["query"], message, categories)


def _named(value: str, message: str) -> str:
    """The value with the word that it points at, where it is but "the" or "my"; "" where none follows."""
    words = value.lower().split()
    if value not in message or not words or not set(words) <= _DETERMINERS or words[-1] in _POINTERS:
        return value
    places = list(re.finditer(rf"(?<!\w){re.escape(value)}(?!\w)", message))
    following = _NEXT_WORD.match(message, places[0].end()) if len(places) == 1 else None
    return f"{value}{following.group()}" if following and following["word"].lower() not in _LEADS_ON else ""


def _whole_wish(query: str, message: str, categories: Collection[str]) -> str:
    """A wish to the end of its phrase where it stops within, or without the words that lead on to something else."""
    if query not in message or not query.strip() or query.lower().split()[-1] not in _LEADS_ON:
        return query
    clause = _CLAUSE.match(message, message.index(query) + len(query))
    rest = clause.group().rstrip() if clause else ""
    into_other = _OTHER_PART.search(rest) or any(name.lower() in rest.lower() for name in categories)
    if 0 < len(rest.split()) <= _LONGEST_REST and rest[:1].isspace() and not into_other:
        return f"{query}{rest}"
    words = query.split()
    if not rest and words[-1].lower() not in _DETERMINERS:  # "that never falls over"
        return query
    while len(words) > 1 and words[-1].lower() in _LEADS_ON:
        words.pop()
    return query[: query.rindex(words[-1]) + len(words[-1])]
