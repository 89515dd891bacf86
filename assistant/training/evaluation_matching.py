"""Whether two calls of one tool mean the same: strictly, or with free text compared by its content words.

Times are compared by the days they name, text without case, articles and punctuation. Knows no model.
"""

import re
from collections import Counter
from typing import Any

from assistant.messages import ToolCall
from assistant.periods import Clock

FREE_TEXT = frozenset("query question reason goal description items new_items".split())
ENOUGH_IN_COMMON = 0.75  # token F1 at which two free texts say the same
_TIMES = ("period", "compare_to", "horizon", "date")
_STOP_WORDS = frozenset(
    "a an and any are at be been but by can could do does did for from get give had has have how i i'd i'm if in is "
    "it its just me my of on or our out please really should so some that the their them then there these this those "
    "to too up us very was we were what when which who will with would you your because since as am one ones all "
    "shall may might must also need want like".split()
)


def same_arguments(wanted: ToolCall, got: ToolCall, clock: Clock) -> bool:
    """Whether two calls of one tool mean the same, word by word."""
    return all(strictly(name, *pair, clock) for name, pair in _pairs(wanted, got).items())


def alike_arguments(wanted: ToolCall, got: ToolCall, clock: Clock) -> bool:
    """Whether two calls of one tool mean the same, free text by its content words."""
    return all(alike(name, *pair, clock) for name, pair in _pairs(wanted, got).items())


def count_arguments(wanted: ToolCall, got: ToolCall, clock: Clock) -> dict[str, Counter[str]]:
    """For each argument whether it was `wanted`, `given` and both `right` (free text by its content words)."""
    counted = {}
    for name, (one, other) in _pairs(wanted, got).items():
        right = one is not None and other is not None and alike(name, one, other, clock)
        counted[name] = Counter(wanted=int(one is not None), given=int(other is not None), right=int(right))
    return counted


def _pairs(wanted: ToolCall, got: ToolCall) -> dict[str, tuple[Any, Any]]:
    names = dict.fromkeys((*wanted.arguments, *got.arguments))
    return {name: (wanted.arguments.get(name), got.arguments.get(name)) for name in names}


def alike(name: str, wanted: Any, got: Any, clock: Clock) -> bool:
    """Whether two values of an argument say the same; free text by its content words."""
    if strictly(name, wanted, got, clock):
        return True
    return name in FREE_TEXT and wanted is not None and got is not None and in_common(wanted, got) >= ENOUGH_IN_COMMON


def strictly(name: str, wanted: Any, got: Any, clock: Clock) -> bool:
    """Whether two values of an argument are the same but for case, articles, punctuation and the wording of times."""
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


def in_common(wanted: Any, got: Any) -> float:
    """Token F1 of the content words of two texts (or lists of texts), 0 to 1 (Rajpurkar et al., SQuAD, 2016).

    Texts with different figures have nothing in common: "size 4" is not nearly "size 5".
    """
    one, other = Counter(_content(wanted)), Counter(_content(got))
    if {word for word in one if word.isdigit()} != {word for word in other if word.isdigit()}:
        return 0.0
    shared = sum((one & other).values())
    return 2 * shared / (sum(one.values()) + sum(other.values())) if shared else 0.0


def _content(said: Any) -> list[str]:
    """Words that carry meaning, without plural endings; all of them where there is no other."""
    text = " ".join(map(str, said)) if isinstance(said, (list, tuple)) else str(said)
    words = re.findall(r"[a-z0-9£$€@.'-]+", text.lower().replace("’", "'"))
    words = [word.strip(".'-") for word in words if word.strip(".'-")]
    kept = [word for word in words if word not in _STOP_WORDS] or words
    return [word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in kept]


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


def as_text(call: ToolCall) -> str:
    """A call on one line."""
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"
