"""Demand and shelves day by day: what could be sold, what was there, what was sold. Knows no customer.

Sold = min(demand, on hand at opening). Demand is Poisson with the hidden rate; deliveries come before opening.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.catalog import Catalog
from analytics.demo.prices import PricePlan
from analytics.demo.seasons import channel_factors, festive, season_factors
from analytics.demo.settings import ONLINE, PICKING_STORE, STORES, DemoSettings

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
_AHEAD = 28  # days of demand that the buyer looks at
_SUNDAY = 6


@dataclass(frozen=True)
class Sales:
    """What the shelves let through.

    Attributes:
        rate: hidden expected demand, availability left out, (products, channels, days).
        sold: units sold, (products, channels, days).
        out: nothing on the shelf at opening, (products, stores, days).
        on_hand: units at the end of the last day, (products, stores).
        on_order: units ordered and not yet there, (products, stores).
        counted: units at the close of every Sunday, (products, stores, weeks).
        lost: units asked for and not sold over the whole history.
    """

    rate: Floats
    sold: Ints
    out: npt.NDArray[np.bool_]
    on_hand: Ints
    on_order: Ints
    counted: Ints
    lost: int


def demand_rates(catalog: Catalog, plan: PricePlan, settings: DemoSettings) -> Floats:
    """Base x season x trend x (price / base price)^elasticity x promotion effect, (products, channels, days)."""
    factors = season_factors(settings)
    season = np.stack([factors[text.season] for text in catalog.texts]) * festive(settings, catalog.homeware)
    years = (np.arange(settings.days) - settings.days / 2) / 365
    trend = np.exp((np.log1p(settings.growth) + catalog.drift[:, None]) * years)
    price = (plan.paid / catalog.prices[:, None]) ** catalog.elasticity[:, None]
    daily = season * trend * price * plan.effect
    daily[np.arange(settings.days) < catalog.launch[:, None]] = 0.0
    rates: Floats = (catalog.base[:, :, None] * channel_factors(settings) * daily[:, None, :]).astype(np.float32)
    return rates


def sell(catalog: Catalog, plan: PricePlan, settings: DemoSettings) -> Sales:
    """Runs every shelf through the history under a reorder point, order quantity (R, Q) policy."""
    random = settings.stream(4)
    rate = demand_rates(catalog, plan, settings)
    demand = random.poisson(rate).astype(np.int64)
    point, quantity = _policy(catalog, rate, settings, random)
    lead = _lead_times(catalog, settings, random)
    products, stores, days = len(catalog.texts), len(STORES), settings.days
    incoming = np.zeros((products, stores, days + int(lead.max()) + 2), dtype=np.int64)
    on_hand = point[:, :, 0] + np.ceil(quantity[:, :, 0] * random.uniform(0.3, 1.0, (products, stores))).astype(
        np.int64
    )
    sold, out = np.zeros_like(demand), np.zeros((products, stores, days), dtype=bool)
    rows, columns = np.arange(products)[:, None], np.arange(stores)[None, :]
    due = np.zeros((products, stores), dtype=np.int64)
    counted = []
    for day in range(days):
        on_hand += incoming[:, :, day]
        due -= incoming[:, :, day]
        out[:, :, day] = on_hand == 0
        walked = np.minimum(demand[:, :ONLINE, day], on_hand)
        on_hand -= walked
        posted = np.minimum(demand[:, ONLINE, day], on_hand[:, PICKING_STORE])
        on_hand[:, PICKING_STORE] -= posted
        sold[:, :ONLINE, day], sold[:, ONLINE, day] = walked, posted
        ordered = np.where(on_hand + due <= point[:, :, day], quantity[:, :, day], 0)
        incoming[rows, columns, day + 1 + lead[:, :, day]] += ordered
        due += ordered
        if settings.day(day).weekday() == _SUNDAY:
            counted.append(on_hand.copy())
    out &= np.arange(days) >= catalog.launch[:, None, None]
    return Sales(rate, sold, out, on_hand, due, np.stack(counted, axis=2), int((demand - sold).sum()))


def _policy(catalog: Catalog, rate: Floats, settings: DemoSettings, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Reorder points and order quantities, (products, stores, days), of a buyer who errs and is of varying care."""
    ahead = rate[:, :ONLINE].astype(float)
    ahead[:, PICKING_STORE] += rate[:, ONLINE]
    total = np.concatenate([np.zeros((*ahead.shape[:2], 1)), ahead.cumsum(axis=2)], axis=2)
    days = np.arange(settings.days)
    until = np.minimum(days + _AHEAD, settings.days)
    expected = (total[:, :, until] - total[:, :, days]) / (until - days)
    expected *= random.lognormal(-0.05, 0.22, (*ahead.shape[:2], 1))
    moved = catalog.suppliers["lead_time_days"].to_numpy()[catalog.supplier][:, None, None] + 1
    care = np.clip(random.normal(1.1, 0.7, (*ahead.shape[:2], 1)), -0.3, 2.5)
    point = np.maximum(np.floor(expected * moved + care * np.sqrt(expected * moved)), 1)
    cover = random.choice([14, 21, 28, 35], (*ahead.shape[:2], 1))
    least = catalog.suppliers["minimum_order_quantity"].to_numpy()[catalog.supplier][:, None, None]
    return point.astype(np.int64), np.maximum(np.ceil(expected * cover), least).astype(np.int64)


def _lead_times(catalog: Catalog, settings: DemoSettings, random: np.random.Generator) -> Ints:
    """Days from order to delivery were one placed that day, (products, stores, days); one in 25 goes wrong."""
    mean = catalog.suppliers["lead_time_days"].to_numpy()[catalog.supplier][:, None, None]
    spread = catalog.suppliers["lead_time_sd_days"].to_numpy()[catalog.supplier][:, None, None]
    shape = (len(catalog.texts), len(STORES), settings.days)
    drawn = mean + spread * random.standard_normal(shape, dtype=np.float32)
    drawn = np.where(random.random(shape, dtype=np.float32) < 0.04, drawn * 2.5, drawn)
    return np.maximum(np.rint(drawn), 1).astype(np.int64)


def stock_counts(catalog: Catalog, sales: Sales, settings: DemoSettings) -> pd.DataFrame:
    """The table stock_counts: the shop counts every Sunday what it carries."""
    first = (_SUNDAY - settings.start.weekday()) % 7
    product, store, week = (each.ravel() for each in np.indices(sales.counted.shape))
    carried = first + 7 * week >= catalog.launch[product]
    found = pd.DataFrame(
        {
            "store_id": np.array([each.store_id for each in STORES])[store],
            "product_id": catalog.products["product_id"].to_numpy()[product],
            "counted_on": pd.Timestamp(settings.day(first)) + pd.to_timedelta(7 * week, unit="D"),
            "on_hand": sales.counted.ravel().astype(float),
        }
    )
    return found[carried]


def stock_tables(catalog: Catalog, sales: Sales, settings: DemoSettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables inventory and stock_outs."""
    ids = catalog.products["product_id"].to_numpy()
    stores = np.array([store.store_id for store in STORES])
    row, column = (each.ravel() for each in np.indices(sales.on_hand.shape))
    inventory = pd.DataFrame(
        {
            "store_id": stores[column],
            "product_id": ids[row],
            "on_hand": sales.on_hand.ravel().astype(float),
            "on_order": sales.on_order.ravel().astype(float),
            "lead_time_days": catalog.suppliers["lead_time_days"].to_numpy()[catalog.supplier][row],
            "counted_on": settings.as_of,
        }
    ).sort_values(["store_id", "product_id"], ignore_index=True)
    edge = np.zeros((*sales.on_hand.shape, 1), dtype=np.int8)
    steps = np.diff(np.concatenate([edge, sales.out.astype(np.int8), edge], axis=2), axis=2)
    where, shop, first = np.nonzero(steps == 1)
    last = np.nonzero(steps == -1)[2] - 1
    spans = pd.DataFrame({"store_id": stores[shop], "product_id": ids[where]})
    start = pd.Timestamp(settings.start)
    spans["starts_on"] = start + pd.to_timedelta(first, unit="D")
    spans["ends_on"] = (start + pd.to_timedelta(last, unit="D")).where(last < settings.days - 1)
    return inventory, spans
