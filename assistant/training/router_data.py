"""Turns phrasings into what the router learns from: messages in their context, with tool and arguments. Knows no model.

The value of an argument is either words of the message, or one of the tool's choices, or what the call before held.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.language.encoder_text import BlankedText, blanked, context_text
from assistant.language.reading import ALIKE, APART, ONE, UNSAID, values_of
from assistant.language.router import NONE
from assistant.messages import ToolCall
from assistant.spans import number_places
from assistant.training.phrasings import Entities, Phrasing, Turn, fill

_HASTY = 0.15  # share of messages with a slip of the fingers
_TOGETHER = 0.12  # share of the single messages that are said in one breath with another one, beside themselves
_SHORT = 90  # characters of a message that is said together with another one
_STOPS = (
    " and ",
    " and ",
    ", and ",
    ". ",
    ". ",
    ", ",
    "; ",
    " - ",
    "\n",
    " also ",
    ". also ",
    ". And ",
    " plus ",
    " n ",
    ". oh and ",
)
_MISSED = 0.15  # share of messages before which an argument was missed: the assistant's own calls are not all right


@dataclass(frozen=True)
class ArgumentTargets:
    """What is to be learnt for the arguments of the tool that is right.

    Attributes:
        open: arguments whose words are looked for; those whose value stands nowhere are left out.
        spans: (argument, begin, end) in the blanked message.
        choices: argument -> the choice made, UNSAID for none.
        kept: argument of the call before -> whether it holds on.
    """

    open: tuple[str, ...] = ()
    spans: tuple[tuple[str, int, int], ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """One message in its context, and what is right for each role that may say it."""

    pair: tuple[str, str]
    labels: Mapping[str, str]  # role -> tool or NONE
    key: str  # of the phrasing it was made from
    arguments: ArgumentTargets = ArgumentTargets()
    wishes: str = ONE  # one of WISHES


def classes(tool_roles: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """The classes of each role's head: its tools and NONE."""
    return {
        role: (*sorted(name for name, roles in tool_roles.items() if role in roles), NONE)
        for role in ("customer", "manager")
    }


def examples(
    phrasings: Sequence[Phrasing],
    entities: Entities,
    tool_roles: Mapping[str, frozenset[str]],
    schemas: Mapping[str, Mapping[str, Any]],
    chance: random.Random,
    *,
    noisy: bool = True,
) -> list[Example]:
    """One example for each turn, slots filled anew at each call.

    What only staff may ask is shown to the customers' head as NONE too: asking does not make it theirs.

    Args:
        phrasings: authored lines.
        entities: names for the slots.
        tool_roles: tool -> roles that are offered it.
        schemas: tool -> JSON schema of its parameters.
        chance: draws the names.
        noisy: put in slips of the fingers, and two messages said in one breath; not where something is measured.
    """
    made = _said_together(phrasings, entities, tool_roles, chance) if noisy else []
    for phrasing in phrasings:
        before_text, before = "", None
        for turn in fill(phrasing, entities, chance):
            tool = turn.calls[0].name if turn.calls else NONE
            labels = {role: tool for role in phrasing.roles}
            if tool != NONE and "customer" not in tool_roles[tool]:
                labels["customer"] = NONE
            text = _hasty(turn.text, chance) if noisy else turn.text
            held = _missed(before, chance) if noisy else before
            targets = argument_targets(turn, held, schemas) if turn.calls else ArgumentTargets()
            wishes = _wishes(turn)
            made.append(Example(context_text(text, before_text, held), labels, phrasing.key, targets, wishes))
            before_text, before = turn.text, turn.calls[-1] if turn.calls else before
    return made


def _wishes(turn: Turn) -> str:
    """Whether a message asks for one thing, for several of one tool, or for things of two tools."""
    if len(turn.calls) < 2:
        return ONE
    return APART if len({call.name for call in turn.calls}) > 1 else ALIKE


def _said_together(
    phrasings: Sequence[Phrasing],
    entities: Entities,
    tool_roles: Mapping[str, frozenset[str]],
    chance: random.Random,
) -> list[Example]:
    """Messages of two wishes for different tools, joined from two short ones that are asked by themselves."""
    short = [
        each for each in phrasings if len(each.turns) == 1 and each.turns[0].calls and len(each.turns[0].text) < _SHORT
    ]
    made = []
    for one in chance.sample(short, round(_TOGETHER * len(short))):
        other = chance.choice(short)
        roles = one.roles & other.roles
        tool = one.turns[0].calls[0].name
        if not roles or tool == other.turns[0].calls[0].name:
            continue
        first, second = (fill(each, entities, chance)[0].text for each in (one, other))
        text = _joined(first, second, chance)
        labels = {role: tool for role in roles}
        if "customer" in roles and "customer" not in tool_roles[tool]:
            labels["customer"] = NONE
        made.append(Example(context_text(text), labels, one.key, wishes=APART))
    return made


def _joined(first: str, second: str, chance: random.Random) -> str:
    """Two messages in one, by a full stop, a comma or an "and"; a question keeps its mark."""
    stop = chance.choice(_STOPS)
    ends = stop.startswith(".")
    if not ends and second[1:2].islower():
        second = second[0].lower() + second[1:]
    if ends and first.rstrip().endswith(("?", "!")):
        return first.rstrip() + stop[1:] + second
    return first.rstrip(" .;,-!?") + stop + second


def _missed(before: ToolCall | None, chance: random.Random) -> ToolCall | None:
    """The call before, now and then without one of its arguments."""
    if before is None or not before.arguments or chance.random() >= _MISSED:
        return before
    missing = chance.choice(list(before.arguments))
    return ToolCall(before.name, {name: value for name, value in before.arguments.items() if name != missing})


def argument_targets(turn: Turn, before: ToolCall | None, schemas: Mapping[str, Mapping[str, Any]]) -> ArgumentTargets:
    """Where the arguments of a turn's first call come from, and of further calls of the same tool.

    Args:
        turn: the message with its call.
        before: the last call of the conversation.
        schemas: tool -> JSON schema of its parameters.
    """
    tool, text = turn.calls[0].name, blanked(turn.text)
    alike = [call for call in turn.calls if call.name == tool]
    held = before.arguments if before is not None else {}
    opened: list[str] = []
    spans: list[tuple[str, int, int]] = []
    choices: dict[str, str] = {}
    kept: dict[str, bool] = {}
    for name, schema in schemas[tool]["properties"].items():
        value = alike[0].arguments.get(name)
        if values_of(schema) is not None:
            choices[name] = UNSAID if value is None else str(value).lower() if value is True else str(value)
            continue
        places = _each(name, alike, schema, text, spans)
        if places:
            spans += [(name, *place) for place in places]
        elif name in held:
            kept[name] = value is not None and value == held[name]
        if places or value is None or kept.get(name):
            opened.append(name)
    return ArgumentTargets(tuple(opened), tuple(spans), choices, kept)


def _each(
    name: str,
    calls: Sequence[ToolCall],
    schema: Mapping[str, Any],
    text: BlankedText,
    taken: Sequence[tuple[str, int, int]],
) -> list[tuple[int, int]]:
    """Where the values that the calls give an argument stand; nothing where one of them does not."""
    found: list[tuple[int, int]] = []
    for value in dict.fromkeys(_hashable(call.arguments.get(name)) for call in calls):
        listed = list(value) if isinstance(value, tuple) else value
        places = _places(listed, schema, text, [*taken, *_named(found)])
        if not places:
            return []
        found += places
    return found


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _places(
    value: Any, schema: Mapping[str, Any], text: BlankedText, taken: Sequence[tuple[str, int, int]]
) -> list[tuple[int, int]]:
    """Where the words of a value stand in the blanked message; nothing where one of them does not."""
    if value is None:
        return []
    found: list[tuple[int, int]] = []
    for each in value if isinstance(value, list) else [value]:
        if schema["type"] in ("integer", "number"):
            typed = [(start, end) for start, end, figure in number_places(text.typed) if figure == each]
        else:
            wanted = re.escape(" ".join(str(each).split())).replace(r"\ ", r"\s+")
            typed = [match.span() for match in re.finditer(rf"(?<!\w){wanted}(?!\w)", text.typed, re.IGNORECASE)]
        free = [place for place in map(text.blanked_place, typed) if not _overlaps(place, [*taken, *_named(found)])]
        if not free:
            return []
        found.append(free[0])
    return sorted(found)


def _named(places: Sequence[tuple[int, int]]) -> list[tuple[str, int, int]]:
    return [("", *place) for place in places]


def _overlaps(place: tuple[int, int], taken: Sequence[tuple[str, int, int]]) -> bool:
    return any(place[0] < end and start < place[1] for _, start, end in taken)


def _hasty(text: str, chance: random.Random) -> str:
    """The text with now and then two letters of a plain word swapped, or without its final punctuation."""
    if chance.random() < _HASTY:
        words = [match for match in re.finditer(r"\b[a-z]{4,}\b", text)]
        if words:
            place = chance.choice(words).start() + chance.randint(1, 2)
            text = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text.rstrip("?.! ") if chance.random() < _HASTY else text
