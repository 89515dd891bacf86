"""What a shop may order now: each product with its demand until the delivery after next. Knows forecasts and stock."""

import math
from collections.abc import Sequence
from datetime import timedelta

from analytics.forecasting import FittedForecast
from analytics.inventory.advice import StockSettings
from analytics.inventory.candidates import Candidate
from analytics.inventory.formulas import demand_quantile, lead_time_demand
from analytics.inventory.position import Position

REVIEW_DAYS = 28  # until the shop orders again


def candidates_of(
    fitted: FittedForecast, positions: Sequence[Position], settings: StockSettings
) -> dict[str, Candidate]:
    """Product -> what ordering it may bring; products that need nothing or lack price or cost are left out."""
    found = ((each.product_id, _candidate(fitted, each, settings)) for each in positions)
    return {key: candidate for key, candidate in found if candidate is not None}


def _candidate(fitted: FittedForecast, position: Position, settings: StockSettings) -> Candidate | None:
    days = max(1, math.ceil(position.lead_time_days)) + REVIEW_DAYS
    if not position.cost or not position.price or not fitted.knows("product", position.product_id):
        return None
    end = fitted.as_of + timedelta(days=days)
    ahead = fitted.predict("product", position.product_id, fitted.as_of + timedelta(days=1), end)
    demand, sd = lead_time_demand(ahead.value, ahead.sd, ahead.value / days, position.lead_time_sd_days)
    most = math.ceil(demand_quantile(demand, sd, settings.service_level) - position.available)
    if most <= 0:
        return None
    holding = settings.holding_rate * position.cost * days / 365
    return Candidate(
        position.product_id, position.available, demand, max(sd, 1e-6), most, position.minimum_order, position.price,
        position.cost, holding, position.pack,
    )  # fmt: skip
