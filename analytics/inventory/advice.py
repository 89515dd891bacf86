"""Reorder advice from a forecast: when to order and how many. Knows forecasts and stock, not how either came about.

Policy (s, S): when stock on hand and on order falls to s, order up to S = s + the order quantity (EOQ, no less than
the supplier's minimum, in whole packs). s is the demand that may come with the asked probability in the lead time and
the day until stock is looked at again (Silver, Pyke and Thomas 2017: the protection interval L + R of periodic review).
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.forecasting import FittedForecast, Prediction
from analytics.inventory.distributions import counts
from analytics.inventory.formulas import chance_of_more, demand_quantile, economic_order_quantity, lead_time_demand
from analytics.inventory.position import Position
from analytics.inventory.targets import Aim, AimKind, reorder_point

LOOK_AHEAD_DAYS = 182
STOCK_REVIEW_DAYS = 1  # stock is looked at at each close: an order left out today can leave tomorrow at the earliest
WEEKS_WITHOUT_COST = 4  # the order quantity covers so many weeks where ordering or unit cost is unknown
LONGEST_COVER_DAYS = 91  # an order covers no more than this


@dataclass(frozen=True)
class StockSettings:
    """How careful the shop wants to be.

    Attributes:
        service_level: probability that stock lasts until the delivery; with the aim "fill" the share of units served.
        holding_rate: yearly cost of holding a unit, as a share of its purchase cost.
        aim: "cycle" or "fill" for the service level, "cost" for the least cost of holding and of sales missed.
    """

    service_level: float = 0.95
    holding_rate: float = 0.20
    aim: AimKind = "cycle"

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a rate is out of its bounds.
        """
        if not 0.5 <= self.service_level <= 0.999:
            raise ValueError(f"A service level lies between 50 and 99.9 percent, got {100 * self.service_level:g}.")
        if not 0 < self.holding_rate <= 2:
            raise ValueError(f"A holding rate lies above 0 and at most 2, got {self.holding_rate}.")
        Aim(self.aim)


@dataclass(frozen=True)
class Levels:
    """The policy of one product as of a day.

    Attributes:
        demand: expected demand over the lead time; demand_sd: its standard deviation, the lead time's own included.
        protected: expected demand until a delivery that is ordered one review later; what `point` has to cover.
        point: reorder point s; quantity: S - s, in whole packs.
        economic: the economic order quantity; None where a cost is unknown.
        daily: expected demand of the coming days, [days].
        prediction: the forecast over the lead time.
        assumptions: one sentence each.
    """

    demand: float
    demand_sd: float
    protected: float
    point: float
    quantity: float
    economic: float | None
    daily: np.ndarray
    prediction: Prediction
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class ReorderAdvice:
    """What to order of one product.

    Attributes:
        position: what there is.
        demand: expected demand over the lead time; demand_sd: its standard deviation, the lead time's own included.
        protected: expected demand until a delivery that is ordered one review later.
        reorder_point: s; safety_stock: its part above `protected`.
        order_up_to: S.
        economic: the economic order quantity; None where a cost is unknown.
        order_on: the day on which to order at the latest; None: not within the look-ahead, or no stock is recorded.
        quantity: units to order then; 0 where nothing is to be ordered.
        arrives_on: day on which an order of that day is expected; None without one.
        runs_out_on: first day on which the stock on hand is expected to be used up; None: not within the look-ahead.
        risk: probability that stock runs out before a delivery that is ordered today.
        prediction: the forecast over the lead time.
        assumptions: one sentence each.
    """

    position: Position
    demand: float
    demand_sd: float
    protected: float
    reorder_point: float
    safety_stock: float
    order_up_to: float
    economic: float | None
    order_on: date | None
    quantity: float
    arrives_on: date | None
    runs_out_on: date | None
    risk: float
    prediction: Prediction
    assumptions: tuple[str, ...]


def levels(forecast: FittedForecast, position: Position, settings: StockSettings, today: date | None = None) -> Levels:
    """Reorder point and order quantity of the product.

    Args:
        forecast: of the shop.
        position: lead time, costs and minimum of the product.
        settings: what is asked for.
        today: the day at whose close is ordered; None: the forecast's last known day.

    Raises:
        MissingData: it never sold, so that nothing can be expected.
    """
    day = today or forecast.as_of
    lead = max(1, math.ceil(position.lead_time_days))
    ahead, demand, sd = _until(forecast, position, day, lead)
    _, protected, protected_sd = _until(forecast, position, day, lead + STOCK_REVIEW_DAYS)
    after, store = day + timedelta(days=1), position.store_id
    last = min(forecast.last_day, day + timedelta(days=LOOK_AHEAD_DAYS))
    path = forecast.predict("product", position.product_id, after, last, store=store, shelf=store is not None)
    daily = np.asarray(path.daily)
    economic, quantity, assumptions = order_quantity(position, daily, settings)
    point, how = _point(position, protected, protected_sd, max(quantity, 1.0), daily, settings)
    return Levels(demand, sd, protected, point, quantity, economic, daily, ahead, (*assumptions, *how))


def _until(forecast: FittedForecast, position: Position, day: date, days: int) -> tuple[Prediction, float, float]:
    """Forecast of the `days` after `day`, the demand expected, and its standard deviation with the lead time's own."""
    start, end, store = day + timedelta(days=1), day + timedelta(days=days), position.store_id
    ahead = forecast.predict("product", position.product_id, start, end, store=store, shelf=store is not None)
    sd = max(ahead.upward_sd, math.sqrt(max(0.0, ahead.value)))  # whole units vary like Poisson counts at least
    return ahead, *lead_time_demand(ahead.value, sd, ahead.value / days, position.lead_time_sd_days)


def _point(
    position: Position, demand: float, sd: float, quantity: float, daily: np.ndarray, settings: StockSettings
) -> tuple[float, tuple[str, ...]]:
    """The reorder point for the aim, with the demand of the protection interval, and what was assumed for it."""
    if settings.aim == "cycle" or demand <= 0:
        return demand_quantile(demand, sd, settings.service_level), ()
    if settings.aim == "fill":
        return float(reorder_point(counts(demand, sd), quantity, Aim("fill", settings.service_level))), ()
    if not position.cost or not position.price or position.price <= position.cost:
        said = "The margin is not known, so the least cost cannot be weighed: the service level is kept instead."
        return demand_quantile(demand, sd, settings.service_level), (said,)
    holding, margin = settings.holding_rate * position.cost, position.price - position.cost
    yearly = max(float(daily.mean()), 1e-6) * 365
    point = reorder_point(counts(demand, sd), quantity, Aim("cost"), holding=holding, margin=margin, rate=yearly)
    return float(point), ("A sale that is missed is taken to cost its margin.",)


def advise(forecast: FittedForecast, position: Position, settings: StockSettings) -> ReorderAdvice:
    """When and how much to order of the product.

    Raises:
        MissingData: it never sold, so that nothing can be expected.
    """
    tomorrow = forecast.as_of + timedelta(days=1)
    known = levels(forecast, position, settings)
    order_on, ordered = _order(position, known.daily, known.point, known.quantity, tomorrow)
    used_up = np.flatnonzero(known.daily.cumsum() >= max(position.on_hand or 0.0, 1e-9))
    out = int(used_up[0]) if len(used_up) and position.on_hand is not None else None
    lead = timedelta(days=max(1, math.ceil(position.lead_time_days)))
    return ReorderAdvice(
        position=position,
        demand=known.demand,
        demand_sd=known.demand_sd,
        protected=known.protected,
        reorder_point=known.point,
        safety_stock=max(0.0, known.point - known.protected),
        order_up_to=known.point + known.quantity,
        economic=known.economic,
        order_on=order_on,
        quantity=ordered,
        arrives_on=None if order_on is None else max(order_on, forecast.as_of) + lead,
        runs_out_on=None if out is None else tomorrow + timedelta(days=out),
        risk=chance_of_more(known.demand, known.demand_sd, position.available),
        prediction=known.prediction,
        assumptions=(*position.assumed, *known.assumptions),
    )


def order_quantity(
    position: Position, daily: np.ndarray, settings: StockSettings
) -> tuple[float | None, float, tuple[str, ...]]:
    """Economic order quantity, what to order instead where it is unknown or out of bounds, and what was assumed."""
    cover = float(daily[: 7 * WEEKS_WITHOUT_COST].sum())
    most = float(daily[:LONGEST_COVER_DAYS].sum())
    economic, assumed = None, []
    if position.order_cost is None or not position.cost:
        missing = "The cost of an order" if position.order_cost is None else "The purchase cost"
        assumed.append(f"{missing} is not recorded: an order covers {WEEKS_WITHOUT_COST} weeks.")
        quantity = cover
    else:
        yearly = float(daily.mean()) * 365
        holding = settings.holding_rate * position.cost
        economic = economic_order_quantity(yearly, position.order_cost, holding)
        assumed.append(
            f"Holding a unit for a year is taken to cost {100 * settings.holding_rate:g} % of its purchase cost."
        )
        quantity = min(economic, most)
        if economic > most:
            assumed.append(f"An order covers no more than {LONGEST_COVER_DAYS} days.")
    return economic, position.whole_packs(quantity), tuple(assumed)


def _order(
    position: Position, daily: np.ndarray, point: float, quantity: float, tomorrow: date
) -> tuple[date | None, float]:
    """The day on which the position falls to the reorder point, and how many units lift it to the order-up-to level."""
    if position.on_hand is None or daily.sum() <= 0:
        return None, 0.0
    if position.available <= point:
        return tomorrow - timedelta(days=1), position.whole_packs(point + quantity - position.available)
    falls = np.flatnonzero(daily.cumsum() >= position.available - point)
    if not len(falls):
        return None, 0.0
    return tomorrow + timedelta(days=int(falls[0])), quantity
