"""Measures tools that were added without training: found, called rightly, and what they take from the built-in ones.

Ten sample tools join the shop's toolbox for the length of a block, each with a docstring and five examples, as a plugin
module would bring them. Knows no model.
"""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.conversation import Conversation
from assistant.language.router import NONE
from assistant.messages import Role, ToolCall
from assistant.safety import Limits
from assistant.shop import Shop
from assistant.toolbox import Tool, Toolbox
from assistant.training.evaluation_figures import Share
from assistant.training.evaluation_matching import alike_arguments, as_text
from assistant.training.evaluation_scope import score_messages
from assistant.training.phrasings import Entities, Phrasing, fill

PHRASINGS = Path(__file__).parent / "sample_tools" / "phrasings.jsonl"


@dataclass(frozen=True)
class PluginPhrasing:
    """A message for an added tool that is none of its examples."""

    role: Role
    text: str
    call: ToolCall


def read_plugin_phrasings(file: Path = PHRASINGS) -> list[PluginPhrasing]:
    """The messages, one a line: {"tool", "role", "text", "arguments"}."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [PluginPhrasing(each["role"], each["text"], ToolCall(each["tool"], each["arguments"])) for each in lines]


@contextmanager
def added(shop: Shop, tools: Sequence[Tool]) -> Iterator[None]:
    """Lets the shop have these tools too for the length of the block."""
    before = shop.toolbox
    shop.__dict__["toolbox"] = Toolbox.of([*before.tools.values(), *tools])
    try:
        yield
    finally:
        shop.__dict__["toolbox"] = before


def measure_plugins(
    shop: Shop, phrasings: Sequence[Phrasing], entities: Entities, report: Callable[[str], None], most: int = 500
) -> dict[str, Any]:
    """Plans the messages for the added tools, and ranks at most so many of the built-in ones' before and after."""
    from assistant.training.sample_tools import TOOLS

    own = _own_messages(phrasings, entities, most)
    report(f"plugins: {len(own)} messages for the built-in tools, without and with {len(TOOLS)} added tools")
    asked = [(text, role, False) for text, role, _ in own]
    before = [each.best for each in score_messages(shop, asked, report)]
    with added(shop, TOOLS):
        after = [each.best for each in score_messages(shop, asked, report)]
        planned = [(phrasing, _planned(shop, phrasing)) for phrasing in read_plugin_phrasings()]
    return {**_found(shop, planned), **_stolen(own, before, after, {tool.name for tool in TOOLS})}


def _own_messages(phrasings: Sequence[Phrasing], entities: Entities, most: int) -> list[tuple[str, Role, str]]:
    chance, own = random.Random(3), []
    for phrasing in phrasings[:most]:
        role: Role = "manager" if "manager" in phrasing.roles else "customer"
        turn = fill(phrasing, entities, chance)[0]
        own.append((turn.text, role, turn.calls[0].name if turn.calls else NONE))
    return own


def _planned(shop: Shop, phrasing: PluginPhrasing) -> ToolCall:
    session = shop.records.open_session(phrasing.role)
    calls = Conversation(shop, session, Limits(rate=None)).plan(phrasing.text)
    return calls[0] if calls else ToolCall(NONE)


def _found(shop: Shop, planned: Sequence[tuple[PluginPhrasing, ToolCall]]) -> dict[str, Any]:
    by_tool: dict[str, Counter[str]] = defaultdict(Counter)
    wrong = []
    for phrasing, got in planned:
        found = got.name == phrasing.call.name
        called = found and alike_arguments(phrasing.call, got, shop.resolve.clock)
        by_tool[phrasing.call.name].update(asked=1, found=int(found), called=int(called))
        if not called:
            wrong.append({"text": phrasing.text, "wanted": as_text(phrasing.call), "got": as_text(got)})
    whole = sum(by_tool.values(), Counter())
    return {
        "messages": whole["asked"],
        "added tool found": Share(whole["found"], whole["asked"]).as_json(),
        "added tool found and called rightly": Share(whole["called"], whole["asked"]).as_json(),
        "by tool": {name: dict(counted) for name, counted in sorted(by_tool.items())},
        "wrong": wrong,
    }


def _stolen(
    own: Sequence[tuple[str, Role, str]], before: Sequence[str], after: Sequence[str], names: set[str]
) -> dict[str, Any]:
    taken = [best in names for best in after]
    return {
        "built-in tools' messages taken by an added tool": Share.of(taken).as_json(),
        "right tool without added tools": Share.of([b == o[2] for b, o in zip(before, own, strict=True)]).as_json(),
        "right tool with added tools": Share.of([a == o[2] for a, o in zip(after, own, strict=True)]).as_json(),
        "taken": [
            {"text": text, "wanted": wanted, "by": best}
            for (text, _, wanted), best, stolen in zip(own, after, taken, strict=True)
            if stolen
        ],
    }
