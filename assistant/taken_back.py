"""What a message takes back of the call before: "all stores after all", "scrap the country", "drop the comparison".

Knows arguments by name and the words for them.
"""

import re
from collections.abc import Collection
from typing import Any, Final

_WORDS: Final = {
    "store": r"stores?|shops?|branch(?:es)?",
    "category": r"categor(?:y|ies)|departments?|sections?",
    "country": r"countr(?:y|ies)",
    "product": r"products?|items?",
    "customer": r"customers?|clients?",
    "compare_to": r"comparisons?|other years?",
    "promotion": r"promos?|promotions?|campaigns?",
    "in_stock": r"stock (?:limit|filter)",
}
_AWAY: Final = (
    r"(?:all|every|any|no|without|drop|scrap|forget|remove|lose|skip|ditch|minus|whole|take out|leave out|take away)"
    r" (?:of )?(?:the |my |our |this |that |a )?"
)
_READ: Final = {
    name: re.compile(rf"\b(?:{_AWAY}(?:{words})\b(?! of)|(?:{words}) (?:out|off|away)\b)", re.IGNORECASE)
    for name, words in _WORDS.items()
}
_EVERYWHERE: Final = re.compile(r"(?<!not )\beverywhere\b", re.IGNORECASE)


def drop(arguments: dict[str, Any], required: Collection[str], message: str) -> None:
    """Drops, in place, what is taken back; what is named in the message itself stays.

    Args:
        arguments: as read, with what held on from the call before.
        required: the arguments that the tool cannot do without.
        message: what was said.
    """
    for name, words in _READ.items():
        value = arguments.get(name)
        if value is None or name in required or str(value).lower() in message.lower():
            continue
        if words.search(message) or (name in ("store", "country") and _EVERYWHERE.search(message)):
            arguments.pop(name)
