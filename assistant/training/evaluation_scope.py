"""Measures whether the assistant knows what is not its business: held-out phrasings, and the public set CLINC150.

A message is out of scope where the router's best class is "none"; P(none) is the score whose threshold is moved for the
figure at a fixed false-alarm rate. CLINC150 (Larson et al., EMNLP 2019) is read from a folder and is evaluation only.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import WrongUse
from assistant.language.router import NONE
from assistant.messages import Role
from assistant.shop import Shop
from assistant.training.evaluation_figures import Share

CLINC_FILE = "clinc150_full.parquet"
FALSE_ALARMS = 0.03
# In-scope intents of CLINC150 that a shop's assistant serves too; talk such as greetings calls no tool in either.
SHOP_INTENTS = frozenset({"order", "order_status", "shopping_list", "shopping_list_update"})
ROLES: tuple[Role, ...] = ("customer", "manager")


@dataclass(frozen=True)
class ScoredMessage:
    """A message, whether it should call no tool, and how probable "none" is."""

    text: str
    role: Role
    outside: bool
    none: float
    best: str

    @property
    def declined(self) -> bool:
        """Whether no tool is called at the operating point."""
        return self.best == NONE


def score_messages(
    shop: Shop, messages: Iterable[tuple[str, Role, bool]], report: Callable[[str], None] = lambda line: None
) -> list[ScoredMessage]:
    """P(none) of each message, said at the start of a conversation; (text, role, whether it is out of scope)."""
    offered = {role: shop.toolbox.permitted(role) for role in ROLES}
    scored = []
    for place, (text, role, outside) in enumerate(messages, 1):
        examples = {name: tool.examples for name, tool in offered[role].items() if tool.examples}
        ranking = shop.router.rank(text, role, list(offered[role]), examples=examples)
        scored.append(ScoredMessage(text, role, outside, dict(ranking.scores).get(NONE, 0.0), ranking.best))
        if place % 500 == 0:
            report(f"scope: {place} messages")
    return scored


def scope_scores(outside: Sequence[ScoredMessage], inside: Sequence[ScoredMessage]) -> dict[str, Any]:
    """Recall of what is outside and false alarms on what is inside, in all and by role.

    The threshold for a fixed false-alarm rate is read off `inside` itself, as the published protocol does.
    """
    figures: dict[str, Any] = _rates(outside, inside)
    for role in ROLES:
        mine = [[each for each in group if each.role == role] for group in (outside, inside)]
        figures[f"as {role}"] = _rates(*mine)
    missed = Counter((each.role, each.best) for each in outside if not each.declined)
    figures["taken for"] = [[*pair, count] for pair, count in missed.most_common(12)]
    figures["missed"] = [[each.role, each.text, each.best] for each in outside if not each.declined][:60]
    figures["wrongly declined"] = [[each.role, each.text] for each in inside if each.declined][:60]
    return figures


def _rates(outside: Sequence[ScoredMessage], inside: Sequence[ScoredMessage]) -> dict[str, Any]:
    threshold = threshold_at([each.none for each in inside], FALSE_ALARMS)
    return {
        "recall": Share.of([each.declined for each in outside]).as_json(),
        "false alarms": Share.of([each.declined for each in inside]).as_json(),
        "recall at 3 % false alarms": Share.of([each.none > threshold for each in outside]).as_json(),
        "threshold at 3 % false alarms": round(threshold, 4),
        "area under the ROC curve": round(roc_area([e.none for e in outside], [e.none for e in inside]), 4),
    }


def threshold_at(inside: Sequence[float], false_alarms: float) -> float:
    """The smallest score that at most this share of the shop's own messages lie above; 1 where there are none."""
    ordered = sorted(inside, reverse=True)
    allowed = math.floor(false_alarms * len(ordered))
    return ordered[allowed] if allowed < len(ordered) else 1.0


def roc_area(outside: Sequence[float], inside: Sequence[float]) -> float:
    """The chance that a message from outside scores above one from inside, ties half (Mann-Whitney)."""
    import numpy as np

    if not outside or not inside:
        return 0.0
    ordered = np.sort(np.asarray(inside))
    scores = np.asarray(outside)
    below, upto = np.searchsorted(ordered, scores, "left"), np.searchsorted(ordered, scores, "right")
    return float((below + upto).mean() / (2 * len(ordered)))


def read_clinc(folder: Path) -> tuple[list[str], list[str]]:
    """The out-of-scope test queries, and the in-scope ones that no shop's assistant serves.

    Raises:
        WrongUse: the file is not there, or is not of its form.
    """
    import pandas as pd

    file = folder / CLINC_FILE
    if not file.is_file():
        raise WrongUse(f"Expected {CLINC_FILE} in {folder}, but it is not there; --clinc names its folder.")
    frame = pd.read_parquet(file)
    missing = {"text", "intent", "split"} - set(frame.columns)
    if missing:
        raise WrongUse(f"Expected the columns text, intent and split in {file}; there are {', '.join(frame.columns)}.")
    test = frame[frame["split"].isin(("test", "oos_test"))]
    outside = test["intent"] == "oos"
    foreign = ~outside & ~test["intent"].isin(SHOP_INTENTS)
    return [str(text) for text in test.loc[outside, "text"]], [str(text) for text in test.loc[foreign, "text"]]


def measure_clinc(
    shop: Shop, folder: Path, inside: Sequence[ScoredMessage], report: Callable[[str], None]
) -> dict[str, Any]:
    """CLINC150's out-of-scope test queries against the shop's own held-out phrasings, for both roles."""
    queries, foreign = read_clinc(folder)
    outside = score_messages(shop, [(text, role, True) for role in ROLES for text in queries], report)
    figures = scope_scores(outside, inside)
    step = max(1, len(foreign) // 1_000)
    others = score_messages(shop, [(text, role, True) for role in ROLES for text in foreign[::step]], report)
    figures["in-scope intents of CLINC150 that are no shop's business, declined"] = Share.of(
        [each.declined for each in others]
    ).as_json()
    figures["left apart"] = sorted(SHOP_INTENTS)
    return {"queries": len(queries), **figures}
