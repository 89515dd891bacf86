"""The times that stand in a message, and the mending of a time that was read only in part. Knows arguments by name."""

import re
from collections.abc import Mapping
from typing import Any, Final

from assistant import spans
from assistant.calendar_words import MONTH
from assistant.cues import GENERIC
from assistant.periods import Clock
from assistant.told_times import points_ahead, points_within

_PAST, _AHEAD = ("period", "compare_to"), ("horizon", "date")
NAMES: Final = (*_PAST, *_AHEAD)  # the arguments that are times
_NO_TIME: Final = frozenset({"before", "so far", "then", "since", "after", "year-on-year", "year on year"})  # alone
_EMPTY: Final = GENERIC | frozenset(
    "ah also be but could fine good hmm if instead interest interested interesting just kindly like may maybe might "
    "mind nice oh ok okay only perhaps pls prefer rather really right say should sorry suppose sure thanks thank then "
    "think useful want wanted well yes".split()
)  # say nothing beside a time: "february if you please"
TIMELY: Final = re.compile(
    r"\d|\b(?:since|before|after|until|till|last|next|past|this|ago|recent\w*|lately|then|now|week\w*"
    r"|\w*day(?:s|time)?|month\w*|year\w*|yr"
    r"|quarter\w*|season\w*|spring|summer|autumn|winter|holiday\w*|christmas|easter|term|morning|night"
    r"|" + MONTH + r")\b",
    re.IGNORECASE,
)


def without(text: str, clock: Clock) -> str:
    """A text without its times: what names of products, places and people are copied from."""
    for each in (*spans.times(text, clock.period), *spans.times(text, clock.horizon)):
        text = re.sub(rf"(?<!\w){re.escape(each)}(?!\w)", " | ", text)
    return text


def said(name: str, text: str, clock: Clock) -> tuple[str, ...]:
    """The times in a text that an argument can take, as typed."""
    if not text:
        return ()
    if name in _AHEAD:
        return spans.times(text, lambda words: clock.horizon(words) or (words if points_ahead(words) else None))
    if name == "compare_to":
        base = clock.period("last month")
        return spans.times(text, lambda words: clock.earlier(base, words) if base else None)
    return spans.times(text, lambda words: clock.period(words) or (words if reads(name, words, clock) else None))


def reads(name: str, words: str, clock: Clock) -> bool:
    """Whether the words as a whole are a time that the argument can take."""
    if name in _AHEAD:
        return clock.horizon(words) is not None or points_ahead(words)
    padded = words.lower().startswith("last year ") and _only_names(words[len("last year ") :])
    return clock.period(words) is not None or (clock.relative(words) and not padded)


def add(arguments: dict[str, Any], properties: Mapping[str, Any], message: str, clock: Clock) -> None:
    """Adds the one time that was said, where the call has none."""
    for name in ("period", "horizon", "date"):
        if name in properties and name not in arguments and "compare_to" not in arguments:
            times = said(name, message, clock)
            if len(times) == 1:
                arguments[name] = times[0]


def make_whole(arguments: dict[str, Any], message: str, clock: Clock) -> None:
    """Puts a time that was read in part or with other words right.

    A piece that says nothing alone ("lst 6" of "lst 6 weks"), or the begin of a longer time ("Q1" of "Q1 to Q3"), is
    replaced by the time that stands there; words that are no time ("Whitby nxt 10 dys") are taken off.
    """
    given = [value for name, value in arguments.items() if name in NAMES and isinstance(value, str)]
    for name in NAMES:
        value = arguments.get(name)
        if not isinstance(value, str):
            continue
        around = [each for each in said(name, message, clock) if value in each or _only_words(value, each)]
        if reads(name, value, clock) or points_within(value):
            if len(given) == 1 and len(around) == 1 and around[0].lower().startswith(f"{value.lower()} "):
                arguments[name] = around[0]
            continue
        within = [each for each in said(name, value, clock) if _only_names(value.replace(each, " ", 1))]
        arguments[name] = around[0] if around else within[0] if len(within) == 1 else value
        if value.lower() in _NO_TIME:
            arguments.pop(name)


def _only_words(value: str, time: str) -> bool:
    """Whether there are but words without a name around the time in a value: "rev November"."""
    before, found, after = value.partition(time)
    return bool(found) and set(f"{before} {after}".lower().split()) <= GENERIC


def _only_names(rest: str) -> bool:
    """Whether only names and words that say nothing stand there: no word that could belong to the time."""
    words = re.findall(r"[^\W_]\S*", rest.replace(",", " "))
    return not TIMELY.search(rest) and all(word[0].isupper() or word.lower().strip(".?!") in _EMPTY for word in words)
