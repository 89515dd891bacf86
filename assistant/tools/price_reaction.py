"""How demand for what is forecast answers to its price, from the fitted prices and promotions. Knows no forecast."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analytics.errors import NotFitted
from analytics.forecasting.what_if import Reaction
from analytics.prices import FittedPrices
from assistant.toolbox import Context
from assistant.tools.forecast_answers import Subject

_FEW = 1e-9


@dataclass(frozen=True)
class Known:
    """What is known of a subject's answer to its price.

    Attributes:
        elasticity, sd: NaN where its prices never moved.
        similar: the elasticity of similar products that stands in then; NaN where there is none either.
        price: today's, of a product; low and high: those charged before; NaN of several products.
        products: how many products it is the mean of.
        unknown: why nothing is known, in one sentence; empty where something is.
    """

    elasticity: float = np.nan
    sd: float = np.nan
    similar: float = np.nan
    price: float = np.nan
    low: float = np.nan
    high: float = np.nan
    products: int = 1
    unknown: str = ""


@dataclass(frozen=True)
class Promotions:
    """What earlier promotions did: logarithm of their effect on units beyond the price, its sd, their usual discount.

    Attributes:
        count: how many there were; 0 where nothing can be said.
    """

    lift: float = 0.0
    lift_sd: float = 0.0
    discount: float = np.nan
    count: int = 0


def known_reaction(context: Context, subject: Subject) -> Known:
    """The elasticity of a product, or the mean of a category's or the shop's, weighted by their sales."""
    try:
        fitted: FittedPrices = context.shop.models.load("prices")
    except NotFitted:
        return Known(unknown="The shop's reaction to prices has not been learnt: run `retail-assistant fit`.")
    table = fitted.products
    if subject.level == "product":
        if subject.key not in table.index:
            return Known(
                unknown=f"{subject.name} has not sold for a whole week yet, so its reaction to price is unknown."
            )
        return _own(table, subject)
    if subject.level == "category":
        table = table[table["category"] == subject.key] if "category" in table else table.iloc[:0]
    return _mean(table, subject.name)


def _own(table: pd.DataFrame, subject: Subject) -> Known:
    columns = ["elasticity", "sd", "category_mean", "price", "low", "high"]
    elasticity, sd, similar, price, low, high = table.loc[[subject.key], columns].to_numpy(float)[0].tolist()
    unknown = ""
    if np.isnan(elasticity):
        unknown = f"The price of {subject.name} has hardly moved so far, so how its sales react to it is not known."
    return Known(elasticity, sd, similar, price, low, high, unknown=unknown)


def _mean(table: pd.DataFrame, name: str) -> Known:
    """The mean by units; errors are taken to go together, as products of one shop share what was learnt of it."""
    moved = table[table["elasticity"].notna() & (table["weekly_units"] > _FEW)]
    if moved.empty:
        return Known(unknown=f"No price in {name} has moved enough so far to know what another price would do.")
    weight = moved["weekly_units"].to_numpy(float) / float(moved["weekly_units"].sum())
    elasticity = float(weight @ moved["elasticity"].to_numpy(float))
    sd = float(weight @ moved["sd"].to_numpy(float))
    return Known(elasticity, sd, products=len(moved))


def known_promotions(context: Context) -> Promotions:
    """The mean effect over channels of earlier promotions, beyond their price; its sd is that of one new promotion."""
    try:
        prices, promotions = (context.shop.models.load(name) for name in ("prices", "promotions"))
    except NotFitted:
        return Promotions()
    channels = prices.effects.channel if getattr(prices, "effects", None) is not None else {}
    past = promotions.past
    if not channels or past.empty:
        return Promotions()
    means, sds = np.array(list(channels.values()), dtype=float).T
    spread = float(np.sqrt((sds**2).mean() + means.var()))
    return Promotions(float(means.mean()), spread, float(past["discount"].median()), len(past))


def reaction_of(known: Known, promotions: Promotions | None) -> Reaction:
    """The reaction to reckon with; that of similar products where the own one is unknown."""
    unknown = np.isnan(known.elasticity)
    elasticity = known.similar if unknown else known.elasticity
    sd = max(abs(known.similar) / 2, 0.5) if unknown else known.sd
    lift = promotions or Promotions()
    return Reaction(elasticity, sd, lift.lift, lift.lift_sd)
