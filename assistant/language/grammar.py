"""The grammar that a tool call must follow, so that a malformed or forbidden call cannot be written.

Lark syntax as llguidance reads it. Text values are spans of what was said; numbers, dates and order numbers are among
the candidates that code found in the message; an argument without any candidate cannot be written at all.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from assistant.language.chat import OfferedTool

CALL_OPEN, CALL_CLOSE = "<tool_call>", "</tool_call>"
_NAMES = frozenset({"product", "products", "category", "store", "country", "customer"})
_MOST_LISTED = 5  # values in a list argument


def copyable_text(text: str) -> str:
    """What may be copied, without the characters that JSON text would have to escape."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text.replace('"', "'").replace("\\", "/")).strip()


def call_grammar(tools: Sequence[OfferedTool], copyable: str, *, free_text: bool = False) -> str:
    """The grammar of one call to any of the tools.

    Args:
        tools: what may be called.
        copyable: the text whose word spans text arguments may take.
        free_text: allow any text instead of a span (a large model that rephrases).
    """
    rules = [f'start: "{CALL_OPEN}" call "{CALL_CLOSE}"', "call: " + " | ".join(f"c{i}" for i in range(len(tools)))]
    for index, tool in enumerate(tools):
        kinds = {"text": copyable, "name": tool.names_from or copyable}
        terminals = {}
        for kind, text in kinds.items():
            terminal = f"{kind.upper()}{index}"
            spans = _any_text(terminal) if free_text else _spans(terminal, copyable_text(text))
            terminals[kind] = terminal if spans else None
            rules += spans
        rules += _tool_rules(f"c{index}", tool, terminals["text"], terminals["name"])
    return "\n".join(rules)


def _any_text(terminal: str) -> list[str]:
    return [terminal + r": /[^\"\\\x00-\x1f]{1,200}/"]


def _spans(terminal: str, text: str) -> list[str]:
    """A terminal for runs of whole words of a text; nothing where the text has no word.

    A run holds a letter or digit, does not begin or end with what separates words, and "|" ends it.
    """
    if not re.search(r"\w", text):
        return []
    part = f"PART_OF_{terminal}"
    return [
        rf"{terminal}: {part} & /[^ |,;:.!?)\]\/-]([^|]*[^ |,;:(\[\/])?/ & /.*[\p{{L}}\p{{N}}].*/",
        f'{part}: %regex {{ "substring_words": {json.dumps(text)} }}',
    ]


def _tool_rules(rule: str, tool: OfferedTool, text: str | None, names: str | None) -> list[str]:
    """`c0`, then for each argument i: `c0f{i}` (nothing written yet) and `c0m{i}` (a comma is due).

    An argument that the tool requires cannot be passed over, unless nothing in the message can be its value.
    """
    parameters = tool.schema["function"]["parameters"]
    values = [
        (name, _value(schema, tool.candidates.get(name), names if name in _NAMES else text))
        for name, schema in parameters["properties"].items()
    ]
    usable = [(name, value) for name, value in values if value is not None]
    opening = _quote('{"name": "' + tool.name + '", "arguments": {')
    lines = [f"{rule}: {opening} {rule}f0 {_quote('}}')}"]
    for i, (name, value) in enumerate(usable):
        first, more = f"{_quote(json.dumps(name) + ': ')} {value}", f"{_quote(', ' + json.dumps(name) + ': ')} {value}"
        optional = name not in parameters["required"]
        lines.append(f"{rule}f{i}: {first} {rule}m{i + 1}" + (f" | {rule}f{i + 1}" if optional else ""))
        lines.append(f"{rule}m{i}: {more} {rule}m{i + 1}" + (f" | {rule}m{i + 1}" if optional else ""))
    lines += [f'{rule}f{len(usable)}: ""', f'{rule}m{len(usable)}: ""']
    return [line for line in lines if not (line.startswith(f"{rule}m0:") and usable)]


def _value(schema: dict[str, Any], candidates: tuple[Any, ...] | None, span: str | None) -> str | None:
    """The rule of one value; None where it cannot be said in this message."""
    if candidates is not None:
        return _choice(candidates) if candidates else None
    if "enum" in schema:
        return _choice(schema["enum"])
    if schema["type"] == "boolean":
        return '"true"'
    if schema["type"] in ("integer", "number"):
        return r"/-?[0-9]{1,9}(\.[0-9]{1,4})?/" if schema["type"] == "number" else r"/-?[0-9]{1,9}/"
    if span is None:
        return None
    if schema["type"] == "array":
        item = rf'"\"" {span} "\""'
        return f'"[" {item} (", " {item}){{0,{_MOST_LISTED - 1}}} "]"'
    return rf'"\"" {span} "\""'


def _choice(values: Sequence[Any]) -> str:
    return "(" + " | ".join(_quote(json.dumps(each, ensure_ascii=False)) for each in values) + ")"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
