"""What the reorder rule would have cost over the last weeks, beside what the shop did. Knows past demand and costs.

The rule sees on each Monday what was known then: the 13 weeks before stand for the forecast, as today's forecast has
seen the weeks that are replayed. Lead times are drawn around the supplier's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from analytics.inventory.advice import LONGEST_COVER_DAYS, STOCK_REVIEW_DAYS, WEEKS_WITHOUT_COST, StockSettings
from analytics.inventory.distributions import Floats, quantiles
from analytics.inventory.past import Past
from analytics.inventory.position import Position
from analytics.inventory.shelves import Ints, OrderRule, ShelfRun, run_shelves

LEARNT_WEEKS: Final = 13
_FIXED_POINT_DAYS, _FIXED_COVER_DAYS = 14, 28  # the simple rule beside it: order four weeks when two are left


@dataclass(frozen=True)
class Outcome:
    """What a way of ordering came to, per product, [products].

    Attributes:
        on_hand: mean units on the shelf; NaN where it is not known.
        lost: units asked for that were not there; NaN where it is not known.
        orders: that left; NaN where it is not known.
    """

    on_hand: Floats
    lost: Floats
    orders: Floats

    def holding(self, yearly: Floats, days: int) -> Floats:
        """Money for what was held, [products].

        Args:
            yearly: for holding a unit for a year, [products].
            days: that were replayed.
        """
        return np.asarray(self.on_hand * yearly * days / 365)


@dataclass(frozen=True)
class Replay:
    """The last weeks under the rule, under a simple rule and as they were.

    Attributes:
        keys: products.
        first, last: days that were replayed.
        asked: units asked for, [products].
        rule, fixed, shop: outcomes; the simple rule orders four weeks of sales when two weeks' are left.
        holding_cost: money for holding a unit for a year, [products]; margin: lost with a unit; 0 where unknown.
        service_level: of the rule.
    """

    keys: tuple[str, ...]
    first: date
    last: date
    asked: Floats
    rule: Outcome
    fixed: Outcome
    shop: Outcome
    holding_cost: Floats
    margin: Floats
    service_level: float

    @property
    def days(self) -> int:
        """Days that were replayed."""
        return (self.last - self.first).days + 1

    def cost(self, outcome: Outcome) -> Floats:
        """Holding and margin of missed sales, [products]."""
        return outcome.holding(self.holding_cost, self.days) + outcome.lost * self.margin


def replay(past: Past, positions: Sequence[Position], settings: StockSettings, weeks: int, seed: int = 7) -> Replay:
    """Replays the last weeks.

    Args:
        past: of the products of `positions`, in their order; `weeks` and LEARNT_WEEKS long at least.
        positions: lead times, costs and minima.
        settings: the service level asked for and the holding rate.
        weeks: to replay.
        seed: of the lead times.
    """
    days = 7 * weeks
    if past.sold.shape[1] < days + 7 * LEARNT_WEEKS:
        raise ValueError(f"Expected {weeks + LEARNT_WEEKS} weeks of history, got {past.sold.shape[1] // 7}.")
    lead, spread, minimum, pack = (
        np.array([getattr(each, name) for each in positions], dtype=float)
        for name in ("lead_time_days", "lead_time_sd_days", "minimum_order", "pack")
    )
    asked = past.asked[:, -days:]
    leads = np.rint(lead[:, None] + spread[:, None] * np.random.default_rng(seed).standard_normal(asked.shape))
    drawn: Ints = np.maximum(leads, 1).astype(np.int64)
    mean, variance = _learnt(past.asked, weeks)
    rule = OrderRule(
        _days(_points(mean, variance, lead, spread, settings)), _days(_quantities(mean, positions, settings)),
        minimum, pack,
    )  # fmt: skip
    fixed = OrderRule(_days(mean * _FIXED_POINT_DAYS), _days(mean * _FIXED_COVER_DAYS), minimum, pack)
    runs = [run_shelves(asked, drawn, each, _opening(past, each)) for each in (rule, fixed)]
    last = past.first + timedelta(days=past.sold.shape[1] - 1)
    return Replay(
        past.keys,
        last - timedelta(days=days - 1),
        last,
        asked.sum(axis=1),
        _outcome(runs[0]),
        _outcome(runs[1]),
        Outcome(
            past.counted,
            past.missed[:, -days:].sum(axis=1) if past.outs_known else np.full(len(past.keys), np.nan),
            np.full(len(past.keys), np.nan),
        ),
        np.array([settings.holding_rate * (each.cost or 0.0) for each in positions]),
        np.array([max(0.0, (each.price or 0.0) - each.cost) if each.cost else 0.0 for each in positions]),
        settings.service_level,
    )


def _learnt(asked: Floats, weeks: int) -> tuple[Floats, Floats]:
    """Demand per day and variance of demand per week as known on each Monday, [products, weeks]."""
    span = 7 * LEARNT_WEEKS
    means, variances = [], []
    for week in range(weeks):
        end = asked.shape[1] - 7 * (weeks - week)
        before = asked[:, end - span : end].reshape(len(asked), LEARNT_WEEKS, 7).sum(axis=2)
        means.append(before.mean(axis=1) / 7)
        variances.append(before.var(axis=1, ddof=1))
    return np.stack(means, axis=1), np.stack(variances, axis=1)


def _points(mean: Floats, variance: Floats, lead: Floats, spread: Floats, settings: StockSettings) -> Floats:
    """Reorder points for the lead time and the day until stock is looked at again, [products, weeks]."""
    covered = lead[:, None] + STOCK_REVIEW_DAYS
    during = mean * covered
    noise = np.maximum(variance * covered / 7, during) + (mean * spread[:, None]) ** 2
    noise += during**2 / LEARNT_WEEKS * variance / np.maximum(49 * mean**2, 1e-9)  # the mean itself is uncertain
    return quantiles(during, np.sqrt(noise), settings.service_level)


def _quantities(mean: Floats, positions: Sequence[Position], settings: StockSettings) -> Floats:
    """Order quantities before minimum and packs, [products, weeks]; 0 where nothing sold."""
    cost = np.array([np.nan if each.order_cost is None or not each.cost else each.order_cost for each in positions])
    holding = np.array([settings.holding_rate * (each.cost or np.nan) for each in positions])
    economic = np.sqrt(2 * cost[:, None] * 365 * mean / holding[:, None])
    known = np.minimum(economic, LONGEST_COVER_DAYS * mean)
    wanted = np.where(np.isnan(known), 7 * WEEKS_WITHOUT_COST * mean, known)
    return np.asarray(np.where(mean > 0, np.maximum(np.ceil(wanted), 1.0), 0.0))


def _opening(past: Past, rule: OrderRule) -> Floats:
    """Stock at the start: as counted, else the reorder point and half an order."""
    usual = np.ceil(rule.point[:, 0] + rule.quantity[:, 0] / 2)
    return np.asarray(np.where(np.isnan(past.opening), usual, past.opening))


def _days(weekly: Floats) -> Floats:
    return np.repeat(weekly, 7, axis=1)


def _outcome(run: ShelfRun) -> Outcome:
    return Outcome(run.on_hand.mean(axis=1), run.short.sum(axis=1), (run.ordered > 0).sum(axis=1).astype(float))
