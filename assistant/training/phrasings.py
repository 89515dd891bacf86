"""Reads the authored phrasings and fills their slots. Knows the file format, no model.

One JSON object a line in `phrasings/<tool>.jsonl`: {"voice", "text", "arguments"}; `none.jsonl` holds messages that
call no tool, with a role; `conversations_<role>.jsonl` hold
{"role", "turns": [{"text", "calls": [{"name", "arguments"}]}]}.
Slots such as {product} are filled from a shop's own names, the same slot alike within one line. Splits are by line, so
a phrasing is never in two of them, however it is filled.
"""

import hashlib
import json
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import analytics.demo
from assistant.messages import ToolCall

FOLDER = Path(__file__).parent / "phrasings"
ENTITIES_FILE = Path(__file__).parent / "entities.toml"
DEMO_TEXTS = Path(analytics.demo.__file__).parent / "texts"
_COMPOSED, _PAIRED = 700, 60  # names made of parts: of products; of stores and of categories
_TWO_THINGS = 0.2  # share of composed names that hold two things
Split = Literal["train", "validation", "test"]
SLOTS = frozenset(
    "product category store customer customer_name country order_id email postcode address brand month year "
    "number".split()
)
_NUMBER = re.compile(r"\{number\d?\}")  # an argument that is a number, as the tools take it
_SLOT = re.compile(r"\{([a-z_]+?)(\d?)\}")

Entities = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Turn:
    """One message and the calls it should lead to; none for talk."""

    text: str
    calls: tuple[ToolCall, ...]


@dataclass(frozen=True)
class Phrasing:
    """One authored line, slots unfilled.

    Attributes:
        key: stable id made from the text; splits rest on it.
        roles: who may say it.
        turns: one, or several for a conversation.
        kind: for talk: small_talk, out_of_scope, not_permitted, attack, unclear; "" else.
    """

    key: str
    roles: frozenset[str]
    turns: tuple[Turn, ...]
    voice: str
    kind: str = ""

    @property
    def split(self) -> Split:
        """80 % train, 10 % validation, 10 % test, by the text's hash."""
        place = int(self.key, 16) % 10
        return "test" if place == 0 else "validation" if place == 1 else "train"


def read_phrasings(tool_roles: Mapping[str, frozenset[str]], folder: Path = FOLDER) -> list[Phrasing]:
    """Every authored line.

    Args:
        tool_roles: tool name -> roles that are offered it.
        folder: where the files lie.

    Raises:
        ValueError: a line is not of the format, or names an unknown tool; says which file and line.
    """
    found: list[Phrasing] = []
    for file in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            try:
                found.append(_read(json.loads(line), file.stem, tool_roles))
            except (ValueError, KeyError, TypeError) as wrong:
                raise ValueError(f"{file.name} line {number}: {wrong!r}") from wrong
    return found


def _read(line: dict[str, Any], tool: str, tool_roles: Mapping[str, frozenset[str]]) -> Phrasing:
    if "turns" in line:
        turns = tuple(
            Turn(
                turn["text"], tuple(ToolCall(call["name"], call.get("arguments", {})) for call in turn.get("calls", ()))
            )
            for turn in line["turns"]
        )
        roles = frozenset({line["role"]})
    elif tool == "none":
        turns, roles = (Turn(line["text"], ()),), frozenset({line["role"]})
    else:
        turns = (Turn(line["text"], (ToolCall(tool, line["arguments"]),)),)
        roles = frozenset({line["role"]}) if "role" in line else tool_roles[tool]
    unknown = {match[1] for turn in turns for match in _SLOT.finditer(turn.text)} - SLOTS
    if unknown:
        raise ValueError(f"unknown slots {sorted(unknown)}; known are {sorted(SLOTS)}")
    for turn in turns:
        for call in turn.calls:
            if call.name not in tool_roles:
                raise ValueError(f"unknown tool {call.name}")
    key = hashlib.sha256("\n".join(turn.text.lower() for turn in turns).encode()).hexdigest()[:12]
    return Phrasing(key, roles, turns, line.get("voice", ""), line.get("kind", ""))


def read_entities(file: Path = ENTITIES_FILE) -> dict[str, list[str]]:
    """The project's own names for the slots, always the same ones.

    To those that are written out come product names composed of parts, the demo shop's titles, and names of stores and
    categories made of two.
    """
    named = tomllib.loads(file.read_text(encoding="utf-8"))
    parts = named.pop("composed", None)
    if parts:
        chance = random.Random(0)
        titles = [
            json.loads(line)["title"] for text in sorted(DEMO_TEXTS.glob("products_*.jsonl")) for line in text.open()
        ]
        named["product"] += [*(_composed(parts, chance) for _ in range(_COMPOSED)), *titles]
        named["store"] += [f"{chance.choice(named['brand'])} {chance.choice(named['city'])}" for _ in range(_PAIRED)]
        named["category"] += [
            f"{chance.choice(named['category'])} {chance.choice(('and', '&'))} {chance.choice(named['category'])}"
            for _ in range(_PAIRED)
        ]
    return {name: list(dict.fromkeys(values)) for name, values in named.items()}


def _composed(parts: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    """A product's name in one of the writings that shops use: capitals, title case, lower case."""
    quality, material, thing, behind = (
        chance.choice(parts[kind]) for kind in ("quality", "material", "thing", "behind")
    )
    if chance.random() < _TWO_THINGS:
        thing = f"{thing} {chance.choice(('and', 'with', 'in', '&'))} {chance.choice(parts['thing'])}"
    name = " ".join(f"{quality} {material} {thing} {behind}".split())
    return chance.choice((name, name, name.title(), name.upper()))


def fill(phrasing: Phrasing, entities: Entities, chance: random.Random) -> tuple[Turn, ...]:
    """The turns with each slot filled, the same slot alike throughout.

    Raises:
        KeyError: a slot has no names.
        IndexError: more slots of a kind than names.
    """
    chosen: dict[str, str] = {}

    def value(match: re.Match[str]) -> str:
        slot = match[0]
        if slot not in chosen:
            taken = {said for other, said in chosen.items() if other.strip("{}0123456789") == match[1]}
            names = [name for name in entities[match[1]] if name not in taken]
            chosen[slot] = chance.choice(names)
        return chosen[slot]

    def put(something: Any) -> Any:
        if isinstance(something, str):
            filled = _SLOT.sub(value, something)
            return int(filled) if _NUMBER.fullmatch(something) else filled
        if isinstance(something, list):
            return [put(each) for each in something]
        return something

    filled = []
    for turn in phrasing.turns:
        text = _SLOT.sub(value, turn.text)
        calls = tuple(ToolCall(c.name, {name: put(given) for name, given in c.arguments.items()}) for c in turn.calls)
        filled.append(Turn(text, calls))
    return tuple(filled)


def spoken(phrasings: Sequence[Phrasing], split: Split) -> Iterator[Phrasing]:
    """The phrasings of one split."""
    return (each for each in phrasings if each.split == split)
