"""Writes the figures of an evaluation as a page of text, and keeps the main ones as a scorecard. Measures nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from analytics.scorecard import Scorecard

Measured = Mapping[str, Any]
_TITLES = {
    "calls": "Calls: the tool and its arguments, each message after the right ones before it",
    "turns": "Whole turns: one message, asked, called, run and answered",
    "conversations": "Whole conversations, each turn after the assistant's own earlier ones",
    "refusals": "What must be refused",
    "scope": "Out of scope: held-out messages of this project",
    "clinc": "Out of scope: CLINC150's out-of-scope test queries, false alarms on the shop's held-out messages",
    "plugins": "Tools added without training: ten sample tools with five examples each",
}
_CONFUSIONS = 12


@dataclass(frozen=True)
class LanguageScores:
    """What `model_scorecard` and `status` show of a whole evaluation."""

    scorecard: Scorecard


def page(measured: Measured) -> str:
    """The figures of every measured part as text."""
    lines = [f"{measured['model']} on {measured['shop']}, {measured['split']} phrasings"]
    for part, title in _TITLES.items():
        if part in measured:
            lines += ["", title, *_part(measured[part])]
    return "\n".join(lines)


def _part(figures: Measured) -> Iterator[str]:
    for name, value in figures.items():
        if _is_share(value):
            yield f"  {name}: {_share(value)}"
        elif isinstance(value, (int, float, str)):
            yield f"  {name}: {value:,}" if isinstance(value, int) else f"  {name}: {value}"
        elif name.startswith("seconds"):
            yield f"  {name}: " + ", ".join(f"{what} {seconds:.2f}" for what, seconds in value.items())
        elif name == "by argument":
            yield from _arguments(value)
        elif name.startswith("by "):
            yield from _groups(name, value)
        elif name == "confused":
            yield from (f"  confused: {wanted} -> {got}: {count}" for wanted, got, count in value[:_CONFUSIONS])
        elif name == "taken for":
            yield from (f"  as {role} taken for {tool}: {count}" for role, tool, count in value[:_CONFUSIONS])
        elif isinstance(value, Mapping):
            yield f"  {name}:"
            yield from (f"  {line}" for line in _part(value) if "confused" not in line)


def _groups(name: str, groups: Measured) -> Iterator[str]:
    """A table of groups: shares as they are, counts as rates of those asked."""
    if all(_is_share(value) for value in groups.values()):
        yield f"  {name}:"
        yield from (f"    {group}: {_share(value)}" for group, value in groups.items())
        return
    columns = list(dict.fromkeys(what for counted in groups.values() for what in counted if what != "asked"))
    yield f"  {name:26}" + "".join(f"{column:>9}" for column in columns) + f"{'asked':>9}"
    for group, counted in groups.items():
        rates = "".join(f"{counted.get(column, 0) / counted['asked']:9.2f}" for column in columns)
        yield f"    {group:24}{rates}{counted['asked']:9}"


def _arguments(arguments: Measured) -> Iterator[str]:
    yield f"  {'by argument (right tool)':26}{'precision':>10}{'recall':>9}{'wanted':>9}{'given':>9}"
    for name, counted in arguments.items():
        rates = "".join(
            f"{'-' if counted[what] is None else format(counted[what], '.2f'):>{width}}"
            for what, width in (("precision", 10), ("recall", 9))
        )
        yield f"    {name:24}{rates}{counted['wanted']:9}{counted['given']:9}"


def _is_share(value: object) -> bool:
    return isinstance(value, Mapping) and {"right", "asked", "rate", "low", "high"} <= value.keys()


def _share(value: Measured) -> str:
    if not value["asked"]:
        return "nothing to judge"
    return (
        f"{value['rate']:.1%} of {value['asked']} (95 % interval {value['low']:.1%} to {value['high']:.1%}"
        f"{', all of them' if value['right'] == value['asked'] else ''})"
    )


def scores(measured: Measured, as_of: date) -> LanguageScores | None:
    """The scorecard of a whole evaluation; None where the calls were not measured."""
    calls = measured.get("calls")
    if not calls or not calls["messages"]:
        return None
    measure = "right tool and arguments"
    figures = {
        measure: calls["right tool and arguments (content words)"]["rate"],
        "right tool": calls["right tool"]["rate"],
    }
    for part, name in (("turns", "whole turn"), ("conversations", "whole conversation")):
        if part in measured:
            figures[name] = measured[part][name]["rate"]
    return LanguageScores(
        Scorecard(
            ability="which tool a message calls, with which arguments",
            measure=measure,
            lower_is_better=False,
            scores={measured["model"]: figures},
            serves=measured["model"],
            split=f"{measured['split']} phrasings that training never saw",
            as_of=as_of,
            rows=calls["messages"],
        )
    )
