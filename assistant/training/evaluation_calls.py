"""Measures the calls that held-out messages lead to: tool, arguments, voices, confusions and seconds.

Each turn of a conversation is judged after what should have gone before it, so that one mistake counts once. Runs no
tool. Knows the conversation's own planning, so that what is measured is what answers.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.conversation import Conversation
from assistant.language.router import NONE
from assistant.messages import Role, ToolCall
from assistant.safety import Limits
from assistant.shop import Shop
from assistant.training.evaluation_figures import Share, latency
from assistant.training.evaluation_matching import alike_arguments, as_text, count_arguments, same_arguments
from assistant.training.phrasings import Entities, Phrasing, fill

_EVERY = 50  # phrasings between two lines of progress


@dataclass(frozen=True)
class JudgedCall:
    """One message, the calls it should lead to and those it led to.

    Attributes:
        tool: whether the tools are right, all of them and no other.
        same: tools and arguments, word by word.
        alike: tools and arguments, free text by its content words.
    """

    text: str
    role: Role
    voice: str
    follow_up: bool
    wanted: tuple[ToolCall, ...]
    got: tuple[ToolCall, ...]
    tool: bool
    same: bool
    alike: bool
    seconds: float


@dataclass
class CallScores:
    """All judged messages of a run, and the counts of each argument where the tool was right."""

    judged: list[JudgedCall] = field(default_factory=list)
    arguments: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def as_json(self) -> dict[str, Any]:
        """The figures, with every wrong call."""
        confused = Counter((_names(each.wanted), _names(each.got)) for each in self.judged if not each.tool)
        return {
            "messages": len(self.judged),
            **_shares(self.judged),
            "first messages": _shares([each for each in self.judged if not each.follow_up]),
            "follow-ups": _shares([each for each in self.judged if each.follow_up]),
            "seconds to the call": latency([each.seconds for each in self.judged]),
            "by tool": _grouped(self.judged, lambda each: each.wanted[0].name if each.wanted else NONE),
            "by voice": _grouped(self.judged, lambda each: each.voice or "none given"),
            "by role": _grouped(self.judged, lambda each: each.role),
            "by argument": {name: _precision(counted) for name, counted in sorted(self.arguments.items())},
            "confused": [[*pair, count] for pair, count in confused.most_common(20)],
            "wrong": [_wrong(each) for each in self.judged if not each.same],
        }


def measure_calls(
    shop: Shop, phrasings: Sequence[Phrasing], entities: Entities, report: Callable[[str], None]
) -> CallScores:
    """Plans every turn of the phrasings and judges the first call of each."""
    scores, chance, clock = CallScores(), random.Random(2), shop.resolve.clock
    for place, phrasing in enumerate(phrasings, 1):
        role: Role = "manager" if "manager" in phrasing.roles else "customer"
        conversation = Conversation(shop, shop.records.open_session(role), Limits(rate=None))
        for number, turn in enumerate(fill(phrasing, entities, chance)):
            started = time.monotonic()
            calls = conversation.plan(turn.text)
            seconds = time.monotonic() - started
            pairs = paired(turn.calls, calls)
            same, alike = (
                pairs is not None and all(judge(*pair, clock) for pair in pairs)
                for judge in (same_arguments, alike_arguments)
            )
            scores.judged.append(
                JudgedCall(
                    turn.text, role, phrasing.voice, number > 0, turn.calls, tuple(calls),
                    pairs is not None, same, alike, seconds,
                )
            )  # fmt: skip
            for pair in pairs or ():
                for name, counted in count_arguments(*pair, clock).items():
                    scores.arguments[name].update(counted)
            conversation.memory.remember(turn.text, list(turn.calls))
        if place % _EVERY == 0:
            report(f"calls: {place} of {len(phrasings)}")
    return scores


def paired(wanted: Sequence[ToolCall], got: Sequence[ToolCall]) -> list[tuple[ToolCall, ToolCall]] | None:
    """Each wanted call with the one that was made; None where the tools are not the same ones."""
    if sorted(call.name for call in wanted) != sorted(call.name for call in got):
        return None
    by_name = sorted(wanted, key=lambda call: call.name), sorted(got, key=lambda call: call.name)
    return list(zip(*by_name, strict=True))


def _names(calls: Sequence[ToolCall]) -> str:
    return " + ".join(call.name for call in calls) or NONE


def _shares(judged: Sequence[JudgedCall]) -> dict[str, Any]:
    return {
        "right tool": Share.of([each.tool for each in judged]).as_json(),
        "right tool and arguments (strict)": Share.of([each.same for each in judged]).as_json(),
        "right tool and arguments (content words)": Share.of([each.alike for each in judged]).as_json(),
    }


def _grouped(judged: Sequence[JudgedCall], key: Callable[[JudgedCall], str]) -> dict[str, dict[str, int]]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for each in judged:
        groups[key(each)].update(asked=1, tool=int(each.tool), strict=int(each.same), content=int(each.alike))
    return {name: dict(counted) for name, counted in sorted(groups.items())}


def _precision(counted: Counter[str]) -> dict[str, Any]:
    wanted, given, right = counted["wanted"], counted["given"], counted["right"]
    return {
        "wanted": wanted,
        "given": given,
        "right": right,
        "precision": round(right / given, 4) if given else None,
        "recall": round(right / wanted, 4) if wanted else None,
    }


def _wrong(each: JudgedCall) -> dict[str, Any]:
    return {
        "text": each.text,
        "wanted": [as_text(call) for call in each.wanted],
        "got": [as_text(call) for call in each.got],
        "tool": each.tool,
        "content": each.alike,
        "voice": each.voice,
    }
