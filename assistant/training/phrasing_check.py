"""Checks the authored phrasings: `python -m assistant.training.phrasing_check` prints counts and what is wrong.

A value that a tool gets must have been said, as it was typed; lists of choices take the tools' own values; no sentence
frame (slots and numbers blanked) is worn out. Knows the tools by their schemas, no model.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.messages import ToolCall
from assistant.training.phrasings import Phrasing, read_phrasings

MOST_ALIKE = 3  # phrasings that may share one frame
VOICES = frozenset(
    "terse rambling typos british american nonnative indirect rude elderly young plain polite business".split()
)
_JSON_TYPES: dict[str, tuple[type, ...]] = {"integer": (int,), "number": (int, float), "boolean": (bool,)}
_NUMBER_SLOT = re.compile(r"\{number\d?\}")


def frame(text: str) -> str:
    """The text with numbers blanked and slots reduced to their kind, without case and punctuation."""
    kinds = re.sub(r"\{([a-z_]+?)\d?\}", r"{\1}", text.lower())
    return " ".join(re.findall(r"\{\w+\}|[^\W_]+|#", re.sub(r"\d+(?:[.,]\d+)*", "#", kinds)))


def problems(phrasings: Sequence[Phrasing], parameters: Mapping[str, Any]) -> list[str]:
    """What is wrong, one sentence each.

    Args:
        phrasings: as read.
        parameters: tool name -> the JSON schema of its parameters.
    """
    found: list[str] = []
    for phrasing in phrasings:
        said = ""
        if phrasing.voice and phrasing.voice not in VOICES:
            found.append(f"unknown voice {phrasing.voice!r}: {phrasing.turns[0].text!r}")
        for turn in phrasing.turns:
            said = f"{said}\n{turn.text}"
            for call in turn.calls:
                found += [f"{wrong}: {turn.text!r}" for wrong in _wrong_arguments(call, said, parameters[call.name])]
    frames = Counter(" | ".join(frame(turn.text) for turn in phrasing.turns) for phrasing in phrasings)
    found += [f"{count} phrasings alike: {shape!r}" for shape, count in frames.items() if count > MOST_ALIKE]
    return found


def _wrong_arguments(call: ToolCall, said: str, schema: Mapping[str, Any]) -> Iterator[str]:
    properties = schema["properties"]
    for name, value in call.arguments.items():
        if name not in properties:
            yield f"{call.name} has no argument {name}"
            continue
        kind = properties[name]
        if "enum" in kind:
            if value not in kind["enum"]:
                yield f"{call.name}: {name}={value!r} is not among {', '.join(kind['enum'])}"
        elif kind["type"] in _JSON_TYPES:
            slot = isinstance(value, str) and _NUMBER_SLOT.fullmatch(value) and value in said
            if not slot and type(value) not in _JSON_TYPES[kind["type"]]:
                yield f"{call.name}: {name}={value!r} is not of kind {kind['type']}"
        else:
            values = value if isinstance(value, list) else [value]
            if (kind["type"] == "array") != isinstance(value, list):
                yield f"{call.name}: {name}={value!r} is not of kind {kind['type']}"
            yield from (f"{call.name}: {name}={each!r} was not said" for each in values if str(each) not in said)


def counts(phrasings: Sequence[Phrasing]) -> tuple[Counter[str], Counter[str]]:
    """Messages by the tool they call ("none" for none), and phrasings by voice."""
    tools: Counter[str] = Counter()
    for phrasing in phrasings:
        tools.update(turn.calls[0].name if turn.calls else "none" for turn in phrasing.turns)
    return tools, Counter(phrasing.voice or "no voice" for phrasing in phrasings)


def main() -> int:
    """Prints the counts and the problems; 1 where there are any."""
    from assistant.tools import standard_tools

    tools = standard_tools()
    phrasings = read_phrasings({tool.name: tool.roles for tool in tools})
    by_tool, by_voice = counts(phrasings)
    lines = [f"{len(phrasings)} phrasings, {sum(by_tool.values())} messages", "by tool:"]
    lines += [f"  {name:20} {count:5}" for name, count in sorted(by_tool.items())]
    lines += ["by voice:", *(f"  {name:20} {count:5}" for name, count in by_voice.most_common())]
    wrong = problems(phrasings, {tool.name: tool.parameters for tool in tools})
    sys.stdout.write("\n".join([*lines, f"{len(wrong)} problems", *wrong]) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
