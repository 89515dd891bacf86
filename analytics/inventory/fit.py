"""How well the shop's stock methods do: the rule replayed over past weeks, orders within a budget by several methods.

Knows the fitted forecast and the history. What it finds is kept as the model "inventory" and shown with the answers.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from analytics.errors import AnalyticsError, MissingData, NotEnoughHistory
from analytics.forecasting import FittedForecast
from analytics.history import History
from analytics.inventory.advice import StockSettings
from analytics.inventory.budget import plan_budget
from analytics.inventory.candidates import Candidate
from analytics.inventory.genetic import GeneticSettings
from analytics.inventory.genetic_budget import cost_on, draw_demand, genetic_plan
from analytics.inventory.ordering import candidates_of
from analytics.inventory.past import past_of
from analytics.inventory.position import stock_positions
from analytics.inventory.replay import LEARNT_WEEKS, Outcome, Replay, replay
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

COLUMNS: Final = ("sold_at", "product_id", "store_id", "quantity")
WEEKS: Final = 26  # that are replayed
_FEWEST_WEEKS: Final = 4
_COMPARED: Final = 60  # products of the budget that the methods are compared on
RULE, FIXED, SHOP = "reorder point and EOQ (s, S)", "four weeks when two are left", "what the shop did"
EXACT, GENETIC = "mixed-integer programme", "genetic algorithm"


@dataclass(frozen=True)
class FittedStock:
    """What the stock methods came to on the shop's own past.

    Attributes:
        replay: the last weeks per product.
        scorecards: "replay" and, where there is something to order, "orders".
    """

    replay: Replay
    scorecards: dict[str, Scorecard]

    @property
    def scorecard(self) -> Scorecard:
        """That of the replay."""
        return self.scorecards["replay"]


def fit_inventory(warehouse: Warehouse, as_of: date, forecast: FittedForecast) -> FittedStock:
    """Replays the last weeks of every product with stock, and compares the ways to spend a budget.

    Raises:
        MissingData: the shop records no stock.
        NotEnoughHistory: fewer than 17 weeks of sales.
    """
    settings = StockSettings()
    positions = stock_positions(warehouse)
    positions = [each for each in positions if forecast.knows("product", each.product_id)]
    if not positions:
        raise MissingData("This shop has no stock levels of products that sold, so no order can be judged.")
    history = History.of(warehouse, as_of, COLUMNS)
    known = ((as_of - history.lines["day"].min().date()).days + 1) // 7
    weeks = min(WEEKS, known - LEARNT_WEEKS)
    if weeks < _FEWEST_WEEKS:
        raise NotEnoughHistory(
            f"A replay of the reorder rule needs {LEARNT_WEEKS + _FEWEST_WEEKS} weeks of sales; this shop has {known}."
        )
    past = past_of(history, tuple(each.product_id for each in positions), 7 * (weeks + LEARNT_WEEKS), weeks)
    played = replay(past, positions, settings, weeks)
    cards = {"replay": _replay_card(played, as_of)}
    compared = list(candidates_of(forecast, positions, settings).values())
    if compared:
        cards["orders"] = _order_card(sorted(compared, key=lambda c: -c.demand * c.margin)[:_COMPARED], as_of)
    return FittedStock(played, cards)


def _replay_card(played: Replay, as_of: date) -> Scorecard:
    """Money, service and stock of each way of ordering; over the products on which all of it is known."""
    ways = {RULE: played.rule, FIXED: played.fixed}
    if not np.isnan(played.shop.on_hand + played.shop.lost).all():
        ways[SHOP] = played.shop
    judged = ~np.isnan(sum((each.on_hand + each.lost for each in ways.values()), np.zeros(len(played.keys))))
    days = f"{played.first} to {played.last}"
    return Scorecard(
        "stock kept by the reorder rule",
        "cost",
        True,
        {name: _money(played, each, judged) for name, each in ways.items()},
        RULE,
        f"{played.days // 7} weeks replayed, {days}; the rule knew the {LEARNT_WEEKS} weeks before each Monday",
        as_of,
        int(judged.sum()),
    )


def _money(played: Replay, outcome: Outcome, judged: np.ndarray) -> dict[str, float]:
    held = outcome.holding(played.holding_cost, played.days)[judged].sum()
    asked = max(float(played.asked[judged].sum()), 1e-9)
    found = {
        "cost": float(played.cost(outcome)[judged].sum()),
        "holding": float(held),
        "units lost": float(outcome.lost[judged].sum()),
        "fill rate": float(100 * (1 - outcome.lost[judged].sum() / asked)),
        "units on hand": float(outcome.on_hand[judged].sum()),
    }
    orders = float(outcome.orders[judged].sum())
    return found if np.isnan(orders) else found | {"orders": orders}


def _order_card(candidates: list[Candidate], as_of: date) -> Scorecard:
    """The ways to spend half of what all orders would cost, judged on demand drawn afresh."""
    budget = plan_budget(candidates, None).cost / 2
    judged = draw_demand(candidates, 4000, np.random.default_rng(99))
    exact = plan_budget(candidates, budget)
    scores = {
        EXACT: {"cost": cost_on(candidates, exact.quantities, judged)},
        "no order": {"cost": cost_on(candidates, {}, judged)},
    }
    try:
        found = genetic_plan(candidates, budget, settings=GeneticSettings(20, 15))
        scores[GENETIC] = {"cost": cost_on(candidates, found, judged)}
    except AnalyticsError:
        pass  # pymoo is an extra; without it the exact plan stands alone
    split = (
        f"{len(candidates)} products with half the money that they ask for; the genetic algorithm learnt on demand "
        "drawn for it, all were judged on 4,000 other draws"
    )
    return Scorecard(
        "margin missed and holding of an order within a budget", "cost", True, scores, EXACT, split, as_of,
        len(candidates),
    )  # fmt: skip
