"""Drops optional arguments that nobody said from a call that a large model wrote. Knows arguments by kind, no tool.

A large model writes freely: it may add a limit, a date or a name that stands in no message.
"""

import re
from collections.abc import Mapping
from typing import Any

from assistant import cues, spans
from assistant.arguments import NAMES
from assistant.messages import ToolCall

_CODES = {"order_id": spans.order_numbers, "email": spans.emails, "postcode": spans.postcodes}
_POINTERS = frozenset(
    "it its them that this those these one ones first second third last same cheaper cheapest".split()
)
_TOO_SHORT = 3  # letters of a word that says nothing
_HALF = 0.5  # share of a free text's words that must have been said


def supported(call: ToolCall, parameters: Mapping[str, Any], said: str) -> ToolCall:
    """The call without optional arguments that nothing said supports.

    Args:
        call: as the model wrote it.
        parameters: JSON schema of the tool's parameters.
        said: the message and what was said shortly before.
    """
    properties, required = parameters["properties"], parameters["required"]
    kept = {
        name: value
        for name, value in call.arguments.items()
        if name in required or name not in properties or _stands(name, value, properties[name], said)
    }
    return ToolCall(call.name, kept)


def _stands(name: str, value: Any, schema: Mapping[str, Any], said: str) -> bool:
    if name in _CODES:
        return str(value).lstrip("#").lower() in {code.lstrip("#").lower() for code in _CODES[name](said)}
    if schema["type"] in ("integer", "number"):
        return value in spans.numbers(said)
    if "enum" in schema or schema["type"] == "boolean":
        return cues.meant(name, said)
    words = _words(" ".join(map(str, value)) if isinstance(value, list) else str(value))
    heard = _words(said)
    if not words or words & _POINTERS:
        return True
    return bool(words & heard) if name in NAMES else len(words & heard) >= _HALF * len(words)


def _words(text: str) -> set[str]:
    """Words that say something: of three letters or more, or with a digit; without a plural's s."""
    found = re.findall(r"[^\W_]+", text.lower())
    return {word.rstrip("s") or word for word in found if len(word) >= _TOO_SHORT or any(c.isdigit() for c in word)}
