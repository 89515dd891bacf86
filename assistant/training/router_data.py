"""Turns phrasings into what the router learns from: (message, before) pairs with their tool. Knows no model."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.language.router import NONE, context_text
from assistant.training.phrasings import Entities, Phrasing, fill


@dataclass(frozen=True)
class Example:
    """One message in its context, and the tool that is right for each role that may say it."""

    pair: tuple[str, str]
    labels: Mapping[str, str]  # role -> tool or NONE
    key: str  # of the phrasing it was made from


def classes(tool_roles: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """The classes of each role's head: its tools and NONE."""
    return {
        role: (*sorted(name for name, roles in tool_roles.items() if role in roles), NONE)
        for role in ("customer", "manager")
    }


def examples(
    phrasings: Sequence[Phrasing], entities: Entities, tool_roles: Mapping[str, frozenset[str]], chance: random.Random
) -> list[Example]:
    """One example for each turn, slots filled anew at each call.

    What only staff may ask is shown to the customers' head as NONE too: asking does not make it theirs.
    """
    made = []
    for phrasing in phrasings:
        before_text = before_tool = ""
        for turn in fill(phrasing, entities, chance):
            tool = turn.calls[0].name if turn.calls else NONE
            labels = {role: tool for role in phrasing.roles}
            if tool != NONE and "customer" not in tool_roles[tool]:
                labels["customer"] = NONE
            made.append(
                Example(context_text(_noisy(turn.text, chance), before_text, before_tool), labels, phrasing.key)
            )
            before_text, before_tool = turn.text, "" if tool == NONE else tool
    return made


def _noisy(text: str, chance: random.Random) -> str:
    """Now and then the casing and final punctuation of hasty typing."""
    if chance.random() < 0.2:
        text = text.lower()
    if chance.random() < 0.2:
        text = text.rstrip("?.! ")
    return text
