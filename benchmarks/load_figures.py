"""What a crowd of customers and managers lived through, as figures and as a table. Knows no connection."""

from dataclasses import dataclass, field
from typing import Any

SHARES = (("median", 0.5), ("p95", 0.95), ("p99", 0.99), ("longest", 1.0))


@dataclass(frozen=True)
class Turn:
    """One answered question, in seconds from when it was sent.

    Attributes:
        waited: until it left the line; 0 where it never waited.
        places: in line, as they were told.
        chart: the answer holds one.
    """

    role: str
    question: str
    waited: float
    first: float
    total: float
    places: tuple[int, ...]
    chart: bool


@dataclass
class Heard:
    """What all of them lived through."""

    turns: list[Turn] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds since the start, MB
    cpu_seconds: float = 0.0  # of the server


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank); 0 for none."""
    ranked = sorted(values)
    return ranked[max(0, -int(-share * len(ranked) // 1) - 1)] if ranked else 0.0


def figures(heard: Heard, alone: Heard, minutes: float) -> dict[str, Any]:
    """The figures of a run.

    Args:
        heard: in the crowd.
        alone: by the managers before the others came.
        minutes: that the crowd lasted.
    """
    errors = [*alone.errors, *heard.errors]
    found: dict[str, Any] = {"minutes": minutes, "errors": len(errors), "examples_of_errors": errors[:5]}
    for role in ("customer", "manager"):
        turns = [turn for turn in heard.turns if turn.role == role]
        found[role] = {
            "turns": len(turns),
            "first_word": {name: round(percentile([t.first for t in turns], share), 2) for name, share in SHARES},
            "whole_answer": {name: round(percentile([t.total for t in turns], share), 2) for name, share in SHARES},
            "in_line": {name: round(percentile([t.waited for t in turns], share), 2) for name, share in SHARES},
            "turns_that_waited": sum(bool(t.places) for t in turns),
            "last_place_seen": max((place for t in turns for place in t.places), default=0),
            "places_that_grew": sum(b > a for t in turns for a, b in zip(t.places, t.places[1:], strict=False)),
        }
    found["managers_charts"] = _charts(heard, alone)
    found["memory_mb"] = _memory(heard.memory)
    found["server_cpu_seconds"] = {
        "whole": round(heard.cpu_seconds, 1),
        "a_turn": round(heard.cpu_seconds / max(1, len(heard.turns)), 2),
    }
    return found


def _charts(heard: Heard, alone: Heard) -> dict[str, Any]:
    """The managers' charts: waits in line, and by how much the same question takes longer in the crowd (median)."""
    charts = [turn for turn in heard.turns if turn.role == "manager" and turn.chart]
    longer = []
    for question in sorted({turn.question for turn in charts}):
        before = [turn.total for turn in alone.turns if turn.question == question]
        if before:
            now = [turn.total for turn in charts if turn.question == question]
            longer.append(percentile(now, 0.5) - percentile(before, 0.5))
    return {
        "answered": len(charts),
        "longest_in_line": round(max((turn.waited for turn in charts), default=0.0), 2),
        "longest_answer": round(max((turn.total for turn in charts), default=0.0), 2),
        "questions_compared": len(longer),
        "longer_than_alone": round(max(longer, default=0.0), 2),
    }


def _memory(noted: list[tuple[float, float]]) -> dict[str, float]:
    """Start, end and most; and the growth over the second half, where everything has been loaded, in MB a minute."""
    if not noted:
        return {}
    second = noted[len(noted) // 2 :]
    minutes = max((second[-1][0] - second[0][0]) / 60, 1e-9)
    quarter = max(1, len(second) // 4)
    before, after = (sum(mb for _, mb in part) / len(part) for part in (second[:quarter], second[-quarter:]))
    return {
        "start": round(noted[0][1]),
        "end": round(noted[-1][1]),
        "most": round(max(mb for _, mb in noted)),
        "growth_in_second_half_per_minute": round((after - before) / minutes, 1),
    }


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [f"errors: {found['errors']}", *[f"  {each}" for each in found["examples_of_errors"]]]
    lines.append(f"{'':38}{'median':>9}{'p95':>9}{'p99':>9}{'longest':>9}")
    for role in ("customer", "manager"):
        of = found[role]
        for what, name in (("first_word", "first word"), ("whole_answer", "whole answer"), ("in_line", "in line")):
            row = "".join(f"{of[what][share]:9.2f}" for share, _ in SHARES)
            lines.append(f"{role + 's, ' + str(of['turns']) + ' turns: ' + name + ', s':38}{row}")
        seen = f"{of['turns_that_waited']} saw a place in line, the last one {of['last_place_seen']}"
        lines.append(f"  {seen}; a place that grew: {of['places_that_grew']} times")
    charts = found["managers_charts"]
    lines.append(
        f"managers' charts: {charts['answered']}, the longest wait in line {charts['longest_in_line']:.2f} s, "
        f"the longest answer {charts['longest_answer']:.2f} s"
    )
    lines.append(
        f"  the same question against the managers alone: at most {charts['longer_than_alone']:+.2f} s in the median "
        f"({charts['questions_compared']} questions asked in both)"
    )
    cpu = found["server_cpu_seconds"]
    lines.append(f"processor time of the server: {cpu['whole']:.1f} s, {cpu['a_turn']:.2f} s a turn")
    memory = found["memory_mb"]
    lines.append(
        f"memory, MB: {memory['start']} at the start, {memory['end']} at the end, {memory['most']} at most; "
        f"{memory['growth_in_second_half_per_minute']:+.1f} a minute over the second half"
    )
    return "\n".join(lines)
