"""Measures routing and calling on phrasings that training never saw, filled with the names of a real shop.

An argument is right when it means the same: times by the days they name, text without case, articles and punctuation.
Knows the phrasings and the conversation's own steps, so that what is measured is what answers.
"""

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from assistant.conversation import Conversation
from assistant.language.router import NONE
from assistant.messages import Role, ToolCall
from assistant.periods import Clock
from assistant.records import Records
from assistant.safety import Limits
from assistant.shop import Shop
from assistant.training.phrasings import Split, fill, read_entities, read_phrasings, spoken

_TIMES = ("period", "compare_to", "horizon", "date")


def shop_entities(shop: Shop, most: int = 400) -> dict[str, list[str]]:
    """Names for the slots from the shop itself; those it lacks from the project's own list."""
    entities = {name: list(values) for name, values in read_entities().items()}
    products = shop.catalog.products.sort_values("popularity", ascending=False)
    entities["product"] = [str(title) for title in products["title"].head(most)]
    if shop.resolve.categories:
        entities["category"] = list(shop.resolve.categories)
    if shop.resolve.stores:
        entities["store"] = [store.name for store in shop.resolve.stores]
    if len(shop.resolve.countries) > 2:
        entities["country"] = list(shop.resolve.countries)
    return entities


def evaluate_calls(shop: Shop, split: Split, limit: int | None, report: Callable[[str], None]) -> dict[str, Any]:
    """Right tool, right tool and arguments, seconds; in all and by tool and voice. Leaves the shop's records alone."""
    with _own_records(shop):
        return _measured(shop, split, limit, report)


@contextmanager
def _own_records(shop: Shop) -> Iterator[None]:
    """Lets the shop's conversations go to records in memory for the length of the block."""
    before = shop.__dict__.pop("records", None)
    shop.records = Records("sqlite://")
    try:
        yield
    finally:
        shop.__dict__.pop("records").close()
        if before is not None:
            shop.records = before


def _measured(shop: Shop, split: Split, limit: int | None, report: Callable[[str], None]) -> dict[str, Any]:
    roles = {name: tool.roles for name, tool in shop.toolbox.tools.items()}
    phrasings = [p for p in spoken(read_phrasings(roles), split)]
    random.Random(1).shuffle(phrasings)
    entities, chance = shop_entities(shop), random.Random(2)
    by_tool: dict[str, Counter[str]] = defaultdict(Counter)
    by_voice: dict[str, Counter[str]] = defaultdict(Counter)
    confused: Counter[tuple[str, str]] = Counter()
    seconds: list[float] = []
    wrong: list[dict[str, Any]] = []
    for place, phrasing in enumerate(phrasings[:limit]):
        role: Role = "manager" if "manager" in phrasing.roles else "customer"
        conversation = Conversation(shop, shop.records.open_session(role), Limits(rate=None))
        for turn in fill(phrasing, entities, chance):
            started = time.monotonic()
            calls = conversation.plan(turn.text)
            seconds.append(time.monotonic() - started)
            wanted = turn.calls[0] if turn.calls else ToolCall(NONE)
            got = calls[0] if calls else ToolCall(NONE)
            right_tool = got.name == wanted.name
            right = right_tool and same_arguments(wanted, got, shop.resolve.clock)
            for counter in (by_tool[wanted.name], by_voice[phrasing.voice or "none"]):
                counter.update(asked=1, tool=right_tool, both=right)
            if not right_tool:
                confused[(wanted.name, got.name)] += 1
            if not right:
                wrong.append({"text": turn.text, "wanted": _plain(wanted), "got": _plain(got)})
            conversation.remember(turn.text, [wanted] if turn.calls else [])
        if place % 50 == 49:
            report(f"{place + 1} of {len(phrasings[:limit])}")
    whole = sum(by_tool.values(), Counter())
    ordered = sorted(seconds)
    return {
        "split": split,
        "messages": whole["asked"],
        "right tool": whole["tool"] / max(1, whole["asked"]),
        "right tool and arguments": whole["both"] / max(1, whole["asked"]),
        "seconds to the call: median": ordered[len(ordered) // 2] if ordered else 0.0,
        "seconds to the call: p95": ordered[int(0.95 * len(ordered))] if ordered else 0.0,
        "by tool": {name: dict(counter) for name, counter in sorted(by_tool.items())},
        "by voice": {name: dict(counter) for name, counter in sorted(by_voice.items())},
        "confused": [[*pair, count] for pair, count in confused.most_common(20)],
        "wrong": wrong,
    }


def same_arguments(wanted: ToolCall, got: ToolCall, clock: Clock) -> bool:
    """Whether two calls of one tool mean the same."""
    names = set(wanted.arguments) | set(got.arguments)
    return all(_same(name, wanted.arguments.get(name), got.arguments.get(name), clock) for name in names)


def _same(name: str, wanted: Any, got: Any, clock: Clock) -> bool:
    if name == "order" and wanted in (None, "highest") and got in (None, "highest"):
        return True
    if name == "metric" and wanted is None:
        return got in (None, "units", "revenue")
    if wanted is None or got is None:
        return wanted is got
    if name in _TIMES:
        return _days(str(wanted), name, clock) == _days(str(got), name, clock)
    if isinstance(wanted, list):
        return isinstance(got, list) and sorted(map(_folded, wanted)) == sorted(map(_folded, got))
    try:
        return float(wanted) == float(got)
    except (TypeError, ValueError):
        return _folded(wanted) == _folded(got)


def _days(said: str, name: str, clock: Clock) -> object:
    if name in ("horizon", "date"):
        ahead = clock.horizon(said)
        return (ahead.start, ahead.end) if ahead else _folded(said)
    base = clock.period("last month")
    past = clock.earlier(base, said) if name == "compare_to" and base else clock.period(said)
    return (past.start, past.end) if past else _folded(said)


def _folded(said: Any) -> str:
    words = re.findall(r"[a-z0-9£$€@.]+", str(said).lower())
    return " ".join(
        word.strip(".") for word in words if word not in ("the", "a", "an", "some", "my", "our", "order", "number")
    )


def _plain(call: ToolCall) -> str:
    return f"{call.name} {call.arguments}"


def printed(measured: dict[str, Any]) -> str:
    """The figures as a page of text."""
    lines = [f"{measured['messages']} messages of the {measured['split']} phrasings"]
    lines += [f"{name}: {measured[name]:.3f}" for name in measured if isinstance(measured[name], float)]
    lines.append("by tool: right tool / tool and arguments / messages")
    for name, count in measured["by tool"].items():
        asked = count["asked"]
        lines.append(f"  {name:22} {count['tool'] / asked:6.2f} {count['both'] / asked:6.2f} {asked:5}")
    lines += [f"confused: {wanted} -> {got}: {count}" for wanted, got, count in measured["confused"][:10]]
    return "\n".join(lines)
