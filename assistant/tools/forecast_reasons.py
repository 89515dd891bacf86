"""Why a forecast is what it is, in words: its parts as one sentence and as facts. Knows no method."""

import math
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from analytics.forecasting import Kind
from assistant.messages import Fact
from assistant.wording import listed

Write = Callable[[float], str]
_SMALL = 0.02  # parts below this share of the whole are told together
_NAMES: dict[Kind, str] = {
    "level": "usual level",
    "recent": "recent sales against the usual level",
    "trend": "trend",
    "steadiness": "how steadily it sells",
    "age": "time on sale",
    "season": "time of year",
    "closed": "closed days",
}
_SAME_WORDS: dict[Kind, Kind] = {"steadiness": "recent", "age": "recent"}


def whole_parts(values: Mapping[str, float], step: float) -> dict[str, float]:
    """Parts rounded to multiples of `step` that still add up to their rounded sum (largest remainders)."""
    scaled = {kind: value / step for kind, value in values.items()}
    floors = {kind: math.floor(value) for kind, value in scaled.items()}
    short = round(sum(scaled.values())) - sum(floors.values())
    raised = sorted(scaled, key=lambda kind: floors[kind] - scaled[kind])[:short]
    return {kind: (floors[kind] + (kind in raised)) * step for kind in values}


def rounding_step(total: float) -> float:
    """What an expectation is rounded to: 1 below 1,000, else its third digit."""
    return 1.0 if abs(total) < 1000 else 10.0 ** (math.ceil(math.log10(abs(total))) - 3)


def reason_facts(parts: Mapping[Kind, float], unit: str, write: Write) -> tuple[Fact, ...]:
    """Each part that moves the whole as a fact, exact to two decimals."""
    return tuple(
        Fact(f"part of it: {_NAMES[kind]}", round(value, 2), unit, write(value))
        for kind, value in parts.items()
        if kind == "level" or abs(value) >= 0.005
    )


def reason_sentence(parts: Mapping[Kind, float], start: date, end: date, write: Write) -> str | None:
    """How the parts make the whole; None where nothing but the usual level does, or nothing is expected."""
    total = sum(parts.values())
    if total < 0.5:
        return None
    told = whole_parts(_told(parts, total), rounding_step(total))
    level, rest = told.pop("level"), {kind: value for kind, value in told.items() if value}
    if not rest:
        return None
    ranked = sorted(rest, key=lambda kind: -abs(rest[kind]))
    causes = [_cause(kind, rest[kind], start, end) for kind in ranked]
    said = listed([f"{cause} {_moves(cause, rest[kind], write)}" for cause, kind in zip(causes, ranked, strict=True)])
    return f"Why about {write(level + sum(rest.values()))}: the usual level is {write(level)}, {said}."


def _told(parts: Mapping[Kind, float], total: float) -> dict[str, float]:
    """Parts by the words they share; small ones together."""
    merged: dict[str, float] = {}
    for kind, value in parts.items():
        word = _SAME_WORDS.get(kind, kind)
        merged[word] = merged.get(word, 0.0) + value
    small = [kind for kind, value in merged.items() if kind != "level" and abs(value) < _SMALL * total]
    others = sum(merged.pop(kind) for kind in small)
    return merged | ({"others": others} if small else {})


def _cause(kind: str, value: float, start: date, end: date) -> str:
    if kind == "season":
        return _time_of_year(value, start, end)
    return {
        "recent": "recent sales above that" if value > 0 else "recent sales below that",
        "trend": "the trend",
        "closed": "days on which the shop is closed",
    }.get(kind, "smaller effects")


def _time_of_year(value: float, start: date, end: date) -> str:
    """The season by its name where most of the days are the weeks before Christmas."""
    days = [start + timedelta(days=d) for d in range((end - start).days + 1)]
    before = sum((11, 15) <= (d.month, d.day) <= (12, 24) for d in days)
    return "the weeks before Christmas" if value > 0 and 2 * before > len(days) else "the time of year"


def _moves(cause: str, value: float, write: Write) -> str:
    one = cause in ("the time of year", "the trend")
    verb = ("adds" if one else "add") if value > 0 else ("takes off" if one else "take off")
    return f"{verb} {write(abs(value))}"
