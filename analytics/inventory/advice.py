"""Reorder advice from a forecast: when to order and how many. Knows forecasts and stock, not how either came about.

Policy (s, S): when stock on hand and on order falls to s, the demand that the lead time may bring with the asked
probability, order up to S = s + the order quantity (EOQ, no less than the supplier's minimum).
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analytics.forecasting import FittedForecast, Prediction
from analytics.inventory.formulas import chance_of_more, demand_quantile, economic_order_quantity, lead_time_demand
from analytics.inventory.position import Position

LOOK_AHEAD_DAYS = 182
WEEKS_WITHOUT_COST = 4  # the order quantity covers so many weeks where ordering or unit cost is unknown
LONGEST_COVER_DAYS = 91  # an order covers no more than this


@dataclass(frozen=True)
class StockSettings:
    """How careful the shop wants to be.

    Attributes:
        service_level: probability that stock lasts until the delivery.
        holding_rate: yearly cost of holding a unit, as a share of its purchase cost.
    """

    service_level: float = 0.95
    holding_rate: float = 0.20

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: a rate is out of its bounds.
        """
        if not 0.5 <= self.service_level <= 0.999:
            raise ValueError(f"A service level lies between 50 and 99.9 percent, got {100 * self.service_level:g}.")
        if not 0 < self.holding_rate <= 2:
            raise ValueError(f"A holding rate lies above 0 and at most 2, got {self.holding_rate}.")


@dataclass(frozen=True)
class ReorderAdvice:
    """What to order of one product.

    Attributes:
        position: what there is.
        demand: expected demand over the lead time; demand_sd: its standard deviation, the lead time's own included.
        reorder_point: s; safety_stock: its part above the expected demand.
        order_up_to: S.
        economic: the economic order quantity; None where a cost is unknown.
        order_on: the day on which to order at the latest; None: not within the look-ahead, or no stock is recorded.
        quantity: units to order then; 0 where nothing is to be ordered.
        runs_out_on: first day on which the stock on hand is expected to be used up; None: not within the look-ahead.
        risk: probability that stock runs out before a delivery that is ordered today.
        prediction: the forecast over the lead time.
        assumptions: one sentence each.
    """

    position: Position
    demand: float
    demand_sd: float
    reorder_point: float
    safety_stock: float
    order_up_to: float
    economic: float | None
    order_on: date | None
    quantity: float
    runs_out_on: date | None
    risk: float
    prediction: Prediction
    assumptions: tuple[str, ...]


def advise(forecast: FittedForecast, position: Position, settings: StockSettings) -> ReorderAdvice:
    """When and how much to order of the product.

    Raises:
        MissingData: it never sold, so that nothing can be expected.
    """
    tomorrow = forecast.as_of + timedelta(days=1)
    lead = max(1, math.ceil(position.lead_time_days))
    ahead = forecast.predict(
        "product", position.product_id, tomorrow, forecast.as_of + timedelta(days=lead), store=position.store_id
    )
    path = forecast.predict(
        "product",
        position.product_id,
        tomorrow,
        min(forecast.last_day, forecast.as_of + timedelta(days=LOOK_AHEAD_DAYS)),
        store=position.store_id,
    )
    daily = np.asarray(path.daily)
    demand, sd = lead_time_demand(ahead.value, ahead.sd, ahead.value / lead, position.lead_time_sd_days)
    point = demand_quantile(demand, sd, settings.service_level)
    economic, quantity, assumptions = order_quantity(position, daily, settings)
    order_on, ordered = _order(position, daily, point, quantity, tomorrow)
    running = daily.cumsum()
    used_up = np.flatnonzero(running >= max(position.on_hand or 0.0, 1e-9))
    out = int(used_up[0]) if len(used_up) and position.on_hand is not None else None
    return ReorderAdvice(
        position=position,
        demand=demand,
        demand_sd=sd,
        reorder_point=point,
        safety_stock=max(0.0, point - demand),
        order_up_to=point + quantity,
        economic=economic,
        order_on=order_on,
        quantity=ordered,
        runs_out_on=None if out is None else tomorrow + timedelta(days=out),
        risk=chance_of_more(demand, sd, position.available),
        prediction=ahead,
        assumptions=(*position.assumed, *assumptions),
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
    return economic, math.ceil(max(quantity, position.minimum_order)), tuple(assumed)


def _order(
    position: Position, daily: np.ndarray, point: float, quantity: float, tomorrow: date
) -> tuple[date | None, float]:
    """The day on which the position falls to the reorder point, and how many units lift it to the order-up-to level."""
    if position.on_hand is None or daily.sum() <= 0:
        return None, 0.0
    if position.available <= point:
        lift = math.ceil(max(point + quantity - position.available, position.minimum_order))
        return tomorrow - timedelta(days=1), lift
    falls = np.flatnonzero(daily.cumsum() >= position.available - point)
    if not len(falls):
        return None, 0.0
    return tomorrow + timedelta(days=int(falls[0])), quantity
