"""Backtest of recommendations by time: what customers bought in the last days, unseen by the fit. Knows no method."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from retrieval.errors import NotEnoughData
from retrieval.purchases import Numbers, sales_only

if TYPE_CHECKING:
    from retrieval.recommend import Recommender, RecommendSettings

FEWEST_CUSTOMERS = 20
MOST_CUSTOMERS = 2000  # judged, evenly picked: more would only sharpen the third decimal


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
    """

    ability: str
    measure: str
    lower_is_better: bool
    scores: dict[str, dict[str, float]]
    serves: str
    split: str
    as_of: date
    rows: int

    def sentence(self) -> str:
        """The serving method's score in words."""
        return (
            f"{self.serves}: {self.measure} {self.scores[self.serves][self.measure]:.3g} in a backtest ({self.split})"
        )


def backtest(
    lines: pd.DataFrame,
    as_of: date,
    learn: Callable[[pd.DataFrame, date], "Recommender"],
    methods: Sequence[str],
    settings: "RecommendSettings",
) -> Backtest | None:
    """Learns up to `holdout_days` before the end, recommends to those who bought after, and scores the lists.

    Returns:
        None where fewer than `FEWEST_CUSTOMERS` known customers bought on both sides of the split.
    """
    cutoff = as_of - timedelta(days=settings.holdout_days)
    sold = sales_only(lines)
    after = pd.Timestamp(cutoff) + pd.Timedelta(days=1)
    late = sold[(sold["sold_at"] >= after) & (sold["sold_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1))]
    try:
        fitted = learn(lines, cutoff)
    except NotEnoughData:
        return None
    position = {product: place for place, product in enumerate(fitted.products)}
    late = late[late["customer_id"].isin(fitted.bought.customers) & late["product_id"].isin(position.keys())]
    wanted = {
        str(customer): sorted({position[each] for each in ids})
        for customer, ids in late.groupby("customer_id", observed=True)["product_id"]
    }
    if len(wanted) < FEWEST_CUSTOMERS:
        return None
    picked = np.unique(np.linspace(0, len(wanted) - 1, MOST_CUSTOMERS).round().astype(int))
    wanted = {customer: wanted[customer] for customer in np.array(sorted(wanted))[picked]}
    scores = {method: _judge(fitted, method, wanted, settings.list_length) for method in methods}
    serves = max(scores, key=lambda method: scores[method][_named("NDCG", settings)])
    return Backtest(
        ability="what a customer buys next",
        measure=_named("NDCG", settings),
        lower_is_better=False,
        scores=scores,
        serves=serves,
        split=f"learnt up to {cutoff:%d %B %Y}, judged on the {settings.holdout_days} days after",
        as_of=as_of,
        rows=len(wanted),
    )


def _named(measure: str, settings: "RecommendSettings") -> str:
    return f"{measure}@{settings.list_length}"


def _judge(fitted: "Recommender", method: str, wanted: dict[str, list[int]], length: int) -> dict[str, float]:
    rows = []
    for customer, items in wanted.items():
        scores = fitted.scores(customer, method)
        best = np.argsort(-scores, kind="stable")[:length]
        rows.append(list_scores(np.isin(best, items), len(items)))
    recall, ndcg, hit = np.mean(rows, axis=0)
    return {f"recall@{length}": float(recall), f"NDCG@{length}": float(ndcg), f"hit rate@{length}": float(hit)}


def list_scores(hits: "np.ndarray[tuple[int], np.dtype[np.bool_]]", wanted: int) -> tuple[float, float, float]:
    """Recall, NDCG (binary gains) and hit of one list.

    Args:
        hits: whether each recommended product was bought, best first.
        wanted: number of different products that were bought.
    """
    discounts: Numbers = 1 / np.log2(np.arange(2, len(hits) + 2))
    ideal = float(discounts[: min(wanted, len(hits))].sum())
    return float(hits.sum()) / wanted, float((hits * discounts).sum()) / ideal, float(hits.any())
