"""Recommendations from purchases and texts: similar, bought together, for a customer. Knows no stock and no wording.

For a customer, several methods compete in a backtest by time (`recommend_backtest`), and the best one serves:

- popularity: what most orders of the last weeks hold;
- repeats: what the customer buys again and again, then popularity (Hu et al., "Modeling Personalized Item Frequency
  Information for Next-basket Recommendation", SIGIR 2020, show how strong this is);
- item neighbours: what customers with the same products bought (Sarwar et al., WWW 2001), recent purchases weigh more;
- neighbours and repeats: the sum of both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.errors import NotEnoughData
from retrieval.purchases import (
    Bought,
    Neighbours,
    Numbers,
    basket_matrix,
    bought_by_customers,
    incidence,
    neighbours,
    sales_only,
)
from retrieval.recommend_backtest import Backtest

Kind = Literal["bought_together", "similar", "because_you_bought", "bought_before", "popular"]
Allowed = Callable[[str], bool]
POPULAR_SHARE, RELATED_SHARE = 0.3, 0.1  # beside the customer's own purchases (chosen on Online Retail's backtest)
METHODS = ("popularity", "repeats", "item neighbours", "neighbours and repeats")


@dataclass(frozen=True)
class RecommendSettings:
    """How recommendations are learnt.

    Attributes:
        neighbours: kept per product.
        popular_days: what popularity looks back on.
        half_life_days: after which a purchase weighs half.
        content_share: of text against purchases in "similar", 0 to 1.
        holdout_days: the backtest's last days.
        list_length: k of the backtest's scores.
    """

    neighbours: int = 50
    popular_days: int = 56
    half_life_days: float = 240.0
    content_share: float = 0.8
    holdout_days: int = 28
    list_length: int = 10

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a number out of its bounds.
        """
        counts = (self.neighbours, self.popular_days, self.half_life_days, self.holdout_days, self.list_length)
        if min(counts) <= 0 or not 0 <= self.content_share <= 1:
            raise ValueError(f"Expected positive numbers and a content share from 0 to 1; got {self}.")


@dataclass(frozen=True)
class Suggestion:
    """A recommended product and why.

    Attributes:
        score: ranks within one list.
        because: the product id that led to it, where one did.
        together: orders (bought together) or customers (neighbours) that hold both; orders of the customer's own
            (bought before); orders lately (popular).
        lift: times more often than by chance; 0 where it does not apply.
    """

    product_id: str
    score: float
    kind: Kind
    because: str | None = None
    together: int = 0
    lift: float = 0.0


@dataclass
class Recommender:
    """Fitted recommendations: plain arrays, small to keep, quick to answer."""

    products: tuple[str, ...]
    popularity: Numbers  # orders of the last weeks, shape (n,)
    bought: Bought
    together: Neighbours  # by basket
    akin: Neighbours  # by customer
    alike: Neighbours  # by text and customers
    as_of: date
    settings: RecommendSettings = field(default_factory=RecommendSettings)
    method: str = "neighbours and repeats"
    backtest: Backtest | None = None

    def __post_init__(self) -> None:
        """Indexes the product ids."""
        self._position = {product: place for place, product in enumerate(self.products)}

    @property
    def scorecard(self) -> Backtest | None:
        """The backtest, under the name that every fitted ability has."""
        return self.backtest

    def similar(self, product_id: str, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What may stand in for a product: near in text, and liked by the same customers."""
        return self._near(self.alike, product_id, "similar", limit, allowed)

    def goes_with(self, product_id: str, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What is bought in one order with a product more often than by chance."""
        return self._near(self.together, product_id, "bought_together", limit, allowed)

    def popular(self, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What most orders of the last weeks hold."""
        chosen = self._top(self.popularity, limit, allowed)
        return tuple(self._popular(place) for place in chosen)

    def knows(self, customer_id: str | None) -> bool:
        """Whether there is a purchase of that customer to go by."""
        return customer_id is not None and customer_id in self.bought.customers

    def for_customer(
        self, customer_id: str | None, limit: int = 8, allowed: Allowed | None = None
    ) -> tuple[Suggestion, ...]:
        """What that customer may buy next, by the method that won the backtest; popular products without a history."""
        if customer_id is None or customer_id not in self.bought.customers or self.method == "popularity":
            return self.popular(limit, allowed)
        scores = self.scores(customer_id, self.method)
        return tuple(self._why(customer_id, place, scores[place]) for place in self._top(scores, limit, allowed))

    def discover(self, customer_id: str, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What customers with the same purchases bought and this one has not yet; empty without a history."""
        if customer_id not in self.bought.customers:
            return ()
        scores = self.scores(customer_id, "item neighbours")
        scores[self.bought.of(customer_id)[0]] = 0.0
        found = (self._why(customer_id, place, scores[place]) for place in self._top(scores, limit, allowed))
        return tuple(each for each in found if each.kind == "because_you_bought")

    def scores(self, customer_id: str, method: str) -> Numbers:
        """Every product's score for that customer by one of `METHODS`, shape (n,)."""
        prior = self.popularity / (self.popularity.max(initial=0.0) or 1.0)
        if method == "popularity":
            return prior
        items, orders, last = self.bought.of(customer_id)
        weight = self._weights(orders, last)
        repeats, related = np.zeros(len(prior)), np.zeros(len(prior))
        repeats[items] = weight / (weight.max(initial=0.0) or 1.0)
        if method == "repeats":
            return repeats + POPULAR_SHARE * prior
        near = self.akin.places[items]
        np.add.at(related, near[near >= 0], (weight[:, None] * self.akin.strengths[items])[near >= 0])
        related /= related.max(initial=0.0) or 1.0
        if method == "neighbours and repeats":
            return repeats + RELATED_SHARE * related + POPULAR_SHARE * prior
        return related + 1e-3 * prior

    def _weights(self, orders: Numbers, last: Numbers) -> Numbers:
        age = (np.datetime64(self.as_of, "D").astype(np.int64) - last).clip(min=0)
        return np.asarray(orders * 0.5 ** (age / self.settings.half_life_days))

    def _near(
        self, table: Neighbours, product_id: str, kind: Kind, limit: int, allowed: Allowed | None
    ) -> tuple[Suggestion, ...]:
        place = self._position.get(product_id)
        found: list[Suggestion] = []
        for rank in range(0 if place is None else table.places.shape[1]):
            other = int(table.places[place, rank])
            if other < 0 or len(found) == limit:
                break
            if allowed is None or allowed(self.products[other]):
                strength, lift = float(table.strengths[place, rank]), float(table.lifts[place, rank])
                count = int(table.together[place, rank])
                found.append(Suggestion(self.products[other], strength, kind, product_id, count, lift))
        return tuple(found)

    def _top(self, scores: Numbers, limit: int, allowed: Allowed | None) -> list[int]:
        found: list[int] = []
        for place in np.argsort(-scores, kind="stable"):
            if len(found) == limit or scores[place] <= 0:
                break
            if allowed is None or allowed(self.products[place]):
                found.append(int(place))
        return found

    def _popular(self, place: int) -> Suggestion:
        count = float(self.popularity[place])
        return Suggestion(self.products[place], count, "popular", together=int(count))

    def _why(self, customer_id: str, place: int, score: float) -> Suggestion:
        """The strongest reason for a product in that customer's list."""
        items, orders, last = self.bought.of(customer_id)
        own = np.flatnonzero(items == place)
        if own.size:
            return Suggestion(self.products[place], score, "bought_before", together=int(orders[own[0]]))
        hits = self.akin.places[items] == place
        if not hits.any():
            return self._popular(place)
        pull = (self._weights(orders, last)[:, None] * self.akin.strengths[items] * hits).max(axis=1)
        best = int(items[int(pull.argmax())])
        rank = int(np.flatnonzero(self.akin.places[best] == place)[0])
        together, lift = int(self.akin.together[best, rank]), float(self.akin.lifts[best, rank])
        return Suggestion(self.products[place], score, "because_you_bought", self.products[best], together, lift)


def fit_recommender(
    lines: pd.DataFrame,
    as_of: date,
    vectors: Mapping[str, npt.NDArray[np.float32]] | None = None,
    settings: RecommendSettings | None = None,
) -> Recommender:
    """Learns from the sales lines up to `as_of` and chooses the method by a backtest.

    Args:
        lines: order_id, customer_id, product_id, sold_at, quantity.
        as_of: the last day that counts.
        vectors: product id -> text vector of length 1, for "similar"; only these products are recommended. None: all
            products sold, alike by purchases only.
        settings: see `RecommendSettings`.

    Raises:
        NotEnoughData: no sale at all.
    """
    from retrieval.recommend_backtest import backtest

    settings = settings or RecommendSettings()
    fitted = learn(lines, as_of, vectors, settings)
    fitted.backtest = backtest(lines, as_of, lambda early, day: learn(early, day, None, settings), METHODS, settings)
    if fitted.backtest is not None:
        fitted.method = fitted.backtest.serves
    return fitted


def learn(
    lines: pd.DataFrame,
    as_of: date,
    vectors: Mapping[str, npt.NDArray[np.float32]] | None,
    settings: RecommendSettings,
) -> Recommender:
    """The fit itself, without a backtest."""
    sold = sales_only(lines)
    sold = sold[sold["sold_at"] < pd.Timestamp(as_of) + pd.Timedelta(days=1)]
    if vectors is not None:
        sold = sold[sold["product_id"].isin(vectors.keys())]
    if sold.empty:
        raise NotEnoughData("Expected sales to learn recommendations from, but there are none up to this day.")
    products = tuple(sorted(set(sold["product_id"]) | set(vectors or ())))
    position = {product: place for place, product in enumerate(products)}
    bought = bought_by_customers(sold, position)
    rows = np.repeat(np.arange(len(bought.customers)), np.diff(bought.starts))
    buyers = incidence(rows, bought.items.astype(np.int64), (len(bought.customers), len(products)))
    akin = neighbours(buyers, settings.neighbours)
    return Recommender(
        products=products,
        popularity=_recent_orders(sold, position, as_of, settings.popular_days),
        bought=bought,
        together=neighbours(basket_matrix(sold, position), settings.neighbours),
        akin=akin,
        alike=akin if vectors is None else _alike(products, vectors, akin, settings),
        as_of=as_of,
        settings=settings,
    )


def _recent_orders(sold: pd.DataFrame, position: Mapping[str, int], as_of: date, days: int) -> Numbers:
    recent = sold[sold["sold_at"] >= pd.Timestamp(as_of) + pd.Timedelta(days=1 - days)]
    counted = recent["product_id"].map(position).to_numpy(dtype=np.int64)
    return np.bincount(counted, minlength=len(position)).astype(float)


def _alike(
    products: tuple[str, ...],
    vectors: Mapping[str, npt.NDArray[np.float32]],
    akin: Neighbours,
    settings: RecommendSettings,
) -> Neighbours:
    """Text and purchases mixed: content_share * cosine + the rest * purchase strength; shape (n, k)."""
    matrix = np.stack([vectors[product] for product in products]).astype(np.float32)
    size, count = len(products), min(settings.neighbours, max(len(products) - 1, 1))
    places, strengths = np.full((size, count), -1, np.int32), np.zeros((size, count), np.float32)
    together, lifts = np.zeros((size, count), np.int32), np.zeros((size, count), np.float32)
    for start in range(0, size, 512):
        block = settings.content_share * (matrix[start : start + 512] @ matrix.T)
        for row, mixed in enumerate(block, start=start):
            near = akin.places[row] >= 0
            mixed[akin.places[row][near]] += (1 - settings.content_share) * akin.strengths[row][near]
            mixed[row] = -np.inf
            best = np.argsort(-mixed, kind="stable")[:count]
            best = best[mixed[best] > 0]
            places[row, : len(best)], strengths[row, : len(best)] = best, mixed[best]
    return Neighbours(places, strengths, together, lifts)
