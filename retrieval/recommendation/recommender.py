"""A shop's fitted recommendations: similar, bought together, for a customer, new products, each with its reason.

Knows no stock and no wording: what may be suggested comes as a function, reasons go out as records. A customer's
purchases of today count at once: they are handed in as lines, and the fitted method scores them without learning
again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.purchases import Neighbours, Numbers, sales_only
from retrieval.recommendation.backtest import Backtest
from retrieval.recommendation.blend import Blend
from retrieval.recommendation.candidates import BLEND
from retrieval.recommendation.counting import frequency
from retrieval.recommendation.histories import Histories, Places, histories_of
from retrieval.recommendation.method import Method
from retrieval.recommendation.settings import RecommendSettings
from retrieval.recommendation.texts import TextTaste

Kind = Literal[
    "bought_together", "similar", "because_you_bought", "bought_before", "new_like", "customers_like_you", "popular"
]
Allowed = Callable[[str], bool]
NEAR = 0.4  # cosine from which one product's text is a reason for another


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
    """Fitted recommendations, quick to answer."""

    products: tuple[str, ...]
    popularity: Numbers  # orders of the last weeks, shape (n,)
    first_sold: Places  # day number of the first sale, shape (n,); the greatest integer where there is none
    histories: Histories
    together: Neighbours  # by basket
    akin: Neighbours  # by customer
    alike: Neighbours  # by text and customers
    methods: dict[str, Method]  # fitted
    as_of: date
    taste: TextTaste | None = None  # for products without sales
    settings: RecommendSettings = field(default_factory=RecommendSettings)
    method: str = "item neighbours"
    backtest: Backtest | None = None
    new_backtest: Backtest | None = None

    def __post_init__(self) -> None:
        """Indexes the product ids."""
        self._position = {product: place for place, product in enumerate(self.products)}
        today = int(np.datetime64(self.as_of, "D").astype(np.int64))
        # in a shop's own first weeks nothing that sells is new
        self._oldest_new = max(today, int(self.first_sold.min(initial=today)) + 2 * self.settings.new_days)
        self._oldest_new -= self.settings.new_days

    @property
    def scorecard(self) -> Backtest | None:
        """The backtest, under the name that every fitted ability has."""
        return self.backtest

    @property
    def scorecards(self) -> dict[str, Backtest]:
        """Those of what is bought next and of new products."""
        both = {"next": self.backtest, "new": self.new_backtest}
        return {name: card for name, card in both.items() if card is not None}

    def similar(self, product_id: str, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What may stand in for a product: near in text, and liked by the same customers."""
        return self._near(self.alike, product_id, "similar", limit, allowed)

    def goes_with(self, product_id: str, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What is bought in one order with a product more often than by chance."""
        return self._near(self.together, product_id, "bought_together", limit, allowed)

    def popular(self, limit: int = 8, allowed: Allowed | None = None) -> tuple[Suggestion, ...]:
        """What most orders of the last weeks hold."""
        ranked = (self._popular(place) for place in self._ranked(self.popularity, allowed))
        return tuple(self._varied(ranked, limit))

    def knows(self, customer_id: str | None, lines: pd.DataFrame | None = None) -> bool:
        """Whether there is a purchase of that customer to go by."""
        return bool(len(self.history(customer_id, lines).items))

    def history(self, customer_id: str | None, lines: pd.DataFrame | None = None) -> Histories:
        """One customer's purchases.

        Args:
            customer_id: None or an unknown one has an empty history.
            lines: the sales lines of today (see `retrieval.purchases`); None: those of the day of the fit.
        """
        if customer_id is not None and lines is not None:
            own = sales_only(lines[lines["customer_id"] == customer_id])
            found = histories_of(own, self._position)
        else:
            row = None if customer_id is None else self.histories.row_of.get(customer_id)
            found = self.histories.of_rows([] if row is None else [row])
        return found if found.customers else _nobody(len(self.products))

    def for_customer(
        self,
        customer_id: str | None,
        limit: int = 8,
        allowed: Allowed | None = None,
        lines: pd.DataFrame | None = None,
    ) -> tuple[Suggestion, ...]:
        """What that customer may buy next, by the method that won the backtest; popular products without a history."""
        history = self.history(customer_id, lines)
        if not len(history.items) or self.method == "popularity":
            return self.popular(limit, allowed)
        scores = self.scores(history, self.method)
        reasoned = (self._why(history, place, scores[place]) for place in self._ranked(scores, allowed))
        return tuple(self._varied(reasoned, limit))

    def discover(
        self, customer_id: str, limit: int = 8, allowed: Allowed | None = None, lines: pd.DataFrame | None = None
    ) -> tuple[Suggestion, ...]:
        """What customers with the same purchases bought and this one has not yet; empty without a history."""
        history = self.history(customer_id, lines)
        scores = self.scores(history, "item neighbours").copy()
        scores[history.items] = 0.0
        found = (self._why(history, place, scores[place]) for place in self._ranked(scores, allowed))
        return tuple(self._varied((each for each in found if each.kind == "because_you_bought"), limit))

    def new_products(
        self, customer_id: str, limit: int = 1, allowed: Allowed | None = None, lines: pd.DataFrame | None = None
    ) -> tuple[Suggestion, ...]:
        """New products whose texts are near to what the customer bought; empty without texts or history."""
        history = self.history(customer_id, lines)
        if self.taste is None or not len(history.items):
            return ()
        scores = self.taste.scores(history)[0]
        scores[self.first_sold <= self._oldest_new] = 0.0
        scores[history.items] = 0.0
        found = (self._like(history, place, scores[place]) for place in self._ranked(scores, allowed))
        return tuple(self._varied((each for each in found if each is not None), limit))

    def scores(self, history: Histories, method: str) -> npt.NDArray[np.float32]:
        """Every product's score for that one customer by a fitted method, shape (n,)."""
        if method != BLEND:
            return np.asarray(self.methods[method].scores(history)[0])
        weights = self.backtest.weights if self.backtest else {}
        members = [self.methods[name] for name in weights]
        return np.asarray(Blend(members, list(weights.values())).scores(history)[0])

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

    def _ranked(self, scores: npt.NDArray[np.floating], allowed: Allowed | None) -> Iterator[int]:
        for place in np.argsort(-scores, kind="stable"):
            if scores[place] <= 0:
                return
            if allowed is None or allowed(self.products[place]):
                yield int(place)

    def _varied(self, ranked: Iterator[Suggestion], limit: int) -> Sequence[Suggestion]:
        """The first ones, of a kind at most `of_a_kind`; products bought before are never too many."""
        found: list[Suggestion] = []
        for each in ranked:
            if len(found) == limit:
                break
            place = self._position[each.product_id]
            strong = self.alike.places[place][self.alike.strengths[place] >= self.settings.too_alike]
            kin = {self.products[other] for other in strong if other >= 0}
            if each.kind == "bought_before" or sum(e.product_id in kin for e in found) < self.settings.of_a_kind:
                found.append(each)
        return found

    def _popular(self, place: int) -> Suggestion:
        count = float(self.popularity[place])
        return Suggestion(self.products[place], count, "popular", together=int(count))

    def _why(self, history: Histories, place: int, score: float) -> Suggestion:
        """The strongest reason for a product in that customer's list."""
        product, score = self.products[place], float(score)
        own = int((history.items == place).sum())
        if own:
            return Suggestion(product, score, "bought_before", together=own)
        items = np.unique(history.items)
        hits = self.akin.places[items] == place
        if hits.any():
            weights = np.asarray(frequency(history, self.settings.half_life_days)[0, items].todense()).ravel()
            pull = (weights[:, None] * self.akin.strengths[items] * hits).max(axis=1)
            best = int(items[int(pull.argmax())])
            rank = int(np.flatnonzero(self.akin.places[best] == place)[0])
            together, lift = int(self.akin.together[best, rank]), float(self.akin.lifts[best, rank])
            return Suggestion(product, score, "because_you_bought", self.products[best], together, lift)
        if self.popularity[place] >= np.quantile(self.popularity, 0.9):
            return Suggestion(product, score, "popular", together=int(self.popularity[place]))
        return Suggestion(product, score, "customers_like_you")

    def _like(self, history: Histories, place: int, score: float) -> Suggestion | None:
        """A new product, because of the purchase whose text is nearest; None where none is near."""
        assert self.taste is not None
        items = np.unique(history.items)
        near = self.taste.vectors[items] @ self.taste.vectors[place]
        best = int(near.argmax())
        if near[best] < NEAR:
            return None
        return Suggestion(self.products[place], float(score), "new_like", self.products[int(items[best])])


def _nobody(products: int) -> Histories:
    """One customer without a purchase."""
    none = np.zeros(0, np.int64)
    return Histories(("",), products, np.zeros(2, np.int64), none, none, none)
