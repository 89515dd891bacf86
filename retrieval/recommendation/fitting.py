"""Learns a shop's recommendations from its sales lines: the backtest first, then what serves. Knows no question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.errors import NotEnoughData
from retrieval.purchases import Neighbours, basket_matrix, neighbours, sales_only
from retrieval.recommendation.backtest import Backtest, Split, compare, judge, split, weigh
from retrieval.recommendation.candidates import BLEND, for_new_products, heavy, light, method_named
from retrieval.recommendation.histories import histories_of
from retrieval.recommendation.method import Ground
from retrieval.recommendation.neighbours import ItemNeighbours
from retrieval.recommendation.recommender import Recommender
from retrieval.recommendation.settings import RecommendSettings
from retrieval.recommendation.texts import TextTaste

Vectors = Mapping[str, npt.NDArray[np.float32]]
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Sales:
    """A shop's sales, one row per order and product, with the products that may be recommended."""

    sold: pd.DataFrame
    position: dict[str, int]
    texts: npt.NDArray[np.float32] | None

    def up_to(self, day: date) -> pd.DataFrame:
        """Those of that day and before."""
        return self.sold[self.sold["sold_at"] < pd.Timestamp(day) + pd.Timedelta(days=1)]

    def ground(self, day: date, settings: RecommendSettings) -> Ground:
        """What was known at the end of that day."""
        sold = self.up_to(day)
        recent = sold[sold["sold_at"] >= pd.Timestamp(day) + pd.Timedelta(days=1 - settings.popular_days)]
        counted = recent["product_id"].map(self.position).to_numpy(dtype=np.int64)
        popularity = np.bincount(counted, minlength=len(self.position)).astype(float)
        return Ground(histories_of(sold, self.position), popularity, self.texts)

    def split(self, day: date, settings: RecommendSettings, new: bool = False) -> Split | None:
        """Learnt up to `holdout_days` before that day, judged on what was bought after.

        Args:
            day: the last one judged.
            settings: see `RecommendSettings`.
            new: judged on products without a sale before.
        """
        cutoff = day - timedelta(days=settings.holdout_days)
        before = self.up_to(cutoff)
        late = self.up_to(day)
        late = late[late["sold_at"] >= pd.Timestamp(cutoff) + pd.Timedelta(days=1)]
        if new:
            late = late[~late["product_id"].isin(set(before["product_id"]))]
        return split(self.ground(cutoff, settings), histories_of(late, self.position)) if len(before) else None


def fit_recommender(
    lines: pd.DataFrame, as_of: date, vectors: Vectors | None = None, settings: RecommendSettings | None = None
) -> Recommender:
    """Learns from the sales lines up to `as_of` and chooses the method by a backtest.

    Args:
        lines: order_id, customer_id, product_id, sold_at, quantity.
        as_of: the last day that counts.
        vectors: product id -> text vector of length 1, for "similar" and new products; only these products are
            recommended. None: all products sold, alike by purchases only.
        settings: see `RecommendSettings`.

    Raises:
        NotEnoughData: no sale at all.
    """
    settings = settings or RecommendSettings()
    sales = read_sales(lines, as_of, vectors)
    card = backtest(sales, as_of, settings)
    new = backtest_new(sales, as_of, settings)
    return _served(sales, as_of, settings, card, new)


def learn(lines: pd.DataFrame, as_of: date, vectors: Vectors | None, settings: RecommendSettings) -> Recommender:
    """The fit itself, without a backtest: item neighbours serve."""
    return _served(read_sales(lines, as_of, vectors), as_of, settings, None, None)


def read_sales(lines: pd.DataFrame, as_of: date, vectors: Vectors | None) -> Sales:
    """The sales up to that day and the products' positions.

    Raises:
        NotEnoughData: no sale at all.
    """
    sold = sales_only(lines)
    sold = sold[sold["sold_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    if vectors is not None:
        sold = sold[sold["product_id"].isin(vectors.keys())]
    if sold.empty:
        raise NotEnoughData("Expected sales to learn recommendations from, but there are none up to this day.")
    products = sorted(set(sold["product_id"]) | set(vectors or ()))
    texts = None if vectors is None else np.stack([vectors[each] for each in products]).astype(np.float32)
    return Sales(sold, {product: place for place, product in enumerate(products)}, texts)


def backtest(sales: Sales, as_of: date, settings: RecommendSettings) -> Backtest | None:
    """All methods on the last days; None where too few customers bought on both sides."""
    last = sales.split(as_of, settings)
    if last is None:
        return None
    cutoff = as_of - timedelta(days=settings.holdout_days)
    methods, length = light(settings), settings.list_length
    weights: tuple[float, ...] = (0.0,) * len(methods)
    earlier = sales.split(cutoff, settings)
    if earlier is not None:
        weights = weigh([method.fit(earlier.ground) for method in methods], earlier, length)
    others, left_out = heavy(settings, last.ground)
    scores = compare(methods, weights, others, last, length)
    measure = f"NDCG@{length}"
    return Backtest(
        ability="what a customer buys next",
        measure=measure,
        lower_is_better=False,
        scores=scores,
        serves=max(scores, key=lambda name: scores[name][measure]),
        split=f"learnt up to {cutoff:%d %B %Y}, judged on the {settings.holdout_days} days after",
        as_of=as_of,
        rows=len(last.asked.customers),
        left_out=left_out,
        weights={method.name: weight for method, weight in zip(methods, weights, strict=True) if weight > 0},
    )


def backtest_new(sales: Sales, as_of: date, settings: RecommendSettings) -> Backtest | None:
    """Text methods on products that had no sale before the last days, ranked among each other."""
    part = sales.split(as_of, settings, new=True) if sales.texts is not None else None
    if part is None:
        return None
    cutoff = as_of - timedelta(days=settings.holdout_days)
    cold = np.ones(len(sales.position), bool)
    cold[sales.up_to(cutoff)["product_id"].map(sales.position).to_numpy(dtype=np.int64)] = False
    length = settings.list_length
    scores = {method.name: judge(method.fit(part.ground), part, length, admitted=cold) for method in for_new_products()}
    measure = f"NDCG@{length}"
    return Backtest(
        ability="which new products a customer buys",
        measure=measure,
        lower_is_better=False,
        scores=scores,
        serves=max(scores, key=lambda name: scores[name][measure]),
        split=f"{int(cold.sum())} products without a sale up to {cutoff:%d %B %Y}, judged on the days after",
        as_of=as_of,
        rows=len(part.asked.customers),
    )


def _served(
    sales: Sales, as_of: date, settings: RecommendSettings, card: Backtest | None, new: Backtest | None
) -> Recommender:
    ground = sales.ground(as_of, settings)
    serves = card.serves if card else ItemNeighbours.name
    names = set(card.weights if card and serves == BLEND else {serves}) - {ItemNeighbours.name}
    near = ItemNeighbours(settings.neighbours, settings.half_life_days)
    near.fit(ground)
    taste = None
    if sales.texts is not None:
        taste = TextTaste(trained=new is not None and new.serves == TextTaste().name)
        taste.fit(ground)
    return Recommender(
        products=tuple(sales.position),
        popularity=ground.popularity,
        first_sold=_first_sold(sales),
        histories=ground.histories,
        together=neighbours(basket_matrix(sales.sold, sales.position), settings.neighbours),
        akin=near.table,
        alike=near.table if sales.texts is None else _alike(sales.texts, near.table, settings),
        methods={near.name: near} | {name: method_named(name, settings).fit(ground) for name in sorted(names)},
        as_of=as_of,
        taste=taste,
        settings=settings,
        method=serves,
        backtest=card,
        new_backtest=new,
    )


def _first_sold(sales: Sales) -> npt.NDArray[np.int64]:
    found = np.full(len(sales.position), NEVER, np.int64)
    places = sales.sold["product_id"].map(sales.position).to_numpy(dtype=np.int64)
    np.minimum.at(found, places, sales.sold["sold_at"].to_numpy().astype("datetime64[D]").astype(np.int64))
    return found


def _alike(texts: npt.NDArray[np.float32], akin: Neighbours, settings: RecommendSettings) -> Neighbours:
    """Text and purchases mixed: content_share * cosine + the rest * purchase strength; shape (n, k)."""
    size, count = len(texts), min(settings.neighbours, max(len(texts) - 1, 1))
    places, strengths = np.full((size, count), -1, np.int32), np.zeros((size, count), np.float32)
    together, lifts = np.zeros((size, count), np.int32), np.zeros((size, count), np.float32)
    for start in range(0, size, 512):
        block = settings.content_share * (texts[start : start + 512] @ texts.T)
        for row, mixed in enumerate(block, start=start):
            near = akin.places[row] >= 0
            mixed[akin.places[row][near]] += (1 - settings.content_share) * akin.strengths[row][near]
            mixed[row] = -np.inf
            best = np.argsort(-mixed, kind="stable")[:count]
            best = best[mixed[best] > 0]
            places[row, : len(best)], strengths[row, : len(best)] = best, mixed[best]
    return Neighbours(places, strengths, together, lifts)
