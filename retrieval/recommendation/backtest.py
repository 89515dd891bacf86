"""Backtest of recommendations by time: what customers bought in the last days, unseen by the fit. Knows no method.

Three stretches: everything up to two holdouts before the end is learnt to choose the blend's weights on the holdout
after it; then everything up to one holdout before the end is learnt again, and the methods are judged on the last
one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from retrieval.recommendation.blend import Blend, candidates, choose_weights, joined
from retrieval.recommendation.histories import Histories
from retrieval.recommendation.measures import judged
from retrieval.recommendation.method import Ground, Method

FEWEST_CUSTOMERS = 20
MOST_CUSTOMERS = 2000  # judged, evenly picked: more would only sharpen the third decimal
AT_ONCE = 500


@dataclass(frozen=True)
class Backtest:
    """How well the methods did on days that the fit had not seen; shaped like the scorecards of other abilities.

    Attributes:
        ability: what is recommended, in plain words.
        measure: the score that chooses.
        lower_is_better: its direction.
        scores: method -> score name -> value, 0 to 1.
        serves: the method that answers.
        split: how time was split, with its dates.
        as_of: last day of the history.
        rows: customers judged.
        left_out: method -> why it was not judged.
        weights: of the methods in the blend.
    """

    ability: str
    measure: str
    lower_is_better: bool
    scores: dict[str, dict[str, float]]
    serves: str
    split: str
    as_of: date
    rows: int
    left_out: dict[str, str] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)

    def sentence(self) -> str:
        """The serving method's score in words."""
        return (
            f"{self.serves}: {self.measure} {self.scores[self.serves][self.measure]:.3g} in a backtest ({self.split})"
        )


@dataclass(frozen=True)
class Split:
    """Learnt before, judged after: the ground, and the judged customers' histories on both sides, row by row."""

    ground: Ground
    asked: Histories
    bought: Histories


def split(before: Ground, after: Histories) -> Split | None:
    """The customers who bought on both sides, at most `MOST_CUSTOMERS`; None for fewer than `FEWEST_CUSTOMERS`."""
    known = [customer for customer in after.customers if customer in before.histories.row_of]
    if len(known) < FEWEST_CUSTOMERS:
        return None
    picked = np.unique(np.linspace(0, len(known) - 1, MOST_CUSTOMERS).round().astype(int))
    chosen = [known[place] for place in picked]
    asked = before.histories.of_rows([before.histories.row_of[each] for each in chosen])
    return Split(before, asked, after.of_rows([after.row_of[each] for each in chosen]))


def judge(method: Method, part: Split, length: int, admitted: npt.NDArray[np.bool_] | None = None) -> dict[str, float]:
    """A fitted method's mean scores.

    Args:
        method: already fitted on the split's ground.
        part: whom to ask and what they bought.
        length: of the lists.
        admitted: which products may be listed, shape (products,); None: all.
    """
    found = []
    for rows in _groups(part):
        scores = method.scores(part.asked.of_rows(rows))
        if admitted is not None:
            scores = np.where(admitted, scores, np.float32(-1.0))
        found.append(judged(scores, part.bought.of_rows(rows), length))
    recall, ndcg, hit = np.concatenate(found).mean(axis=0)
    return {f"recall@{length}": float(recall), f"NDCG@{length}": float(ndcg), f"hit rate@{length}": float(hit)}


def weigh(methods: Sequence[Method], part: Split, length: int) -> tuple[float, ...]:
    """Weights that would have been best in that split; the methods are already fitted on its ground."""
    parts = [
        candidates([method.scores(part.asked.of_rows(rows)) for method in methods], part.bought.of_rows(rows))
        for rows in _groups(part)
    ]
    return choose_weights(joined(parts), length)


def compare(
    methods: Sequence[Method],
    weights: Sequence[float],
    others: Sequence[Callable[[], Method]],
    part: Split,
    length: int,
) -> dict[str, dict[str, float]]:
    """Scores of the light methods, of their blend and of the others; all are fitted here on the split's ground."""
    scores = {method.name: judge(method.fit(part.ground), part, length) for method in methods}
    if sum(weight > 0 for weight in weights) > 1:
        blend = Blend(methods, weights)
        scores[blend.name] = judge(blend, part, length)
    for make in others:
        method = make().fit(part.ground)
        scores[method.name] = judge(method, part, length)
    return scores


def _groups(part: Split) -> list[npt.NDArray[np.int64]]:
    rows = np.arange(len(part.asked.customers))
    return [rows[start : start + AT_ONCE] for start in range(0, len(rows), AT_ONCE)]
