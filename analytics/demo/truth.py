"""Writes down what the demo shop's data was made from, so that models can be tested against it. Draws nothing."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.demo.catalog import Catalog
from analytics.demo.people import KINDS, NEVER, People
from analytics.demo.prices import PricePlan
from analytics.demo.settings import DEMO_CURRENCY, DEMO_NAME, ONLINE, PICKING_STORE, STORES, DemoSettings
from analytics.demo.stock import Sales

_LAW: Final = (
    "demand ~ Poisson(base x season x trend x (price paid / base price)^elasticity x promotion effect); "
    "sold = min(demand, on hand at opening)"
)
CHANNEL_NAMES: Final = (*(store.store_id for store in STORES), "online")


def write_truth(
    folder: Path,
    catalog: Catalog,
    plan: PricePlan,
    sales: Sales,
    people: People,
    churn: npt.NDArray[np.int64],
    settings: DemoSettings,
) -> None:
    """Writes truth.json, truth_products, truth_rates, truth_demand and truth_customers (parquet) into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _products(catalog).to_parquet(folder / "truth_products.parquet", index=False)
    _rates(catalog, sales).to_parquet(folder / "truth_rates.parquet", index=False)
    _demand(catalog, sales, settings).to_parquet(folder / "truth_demand.parquet", index=False)
    _customers(people, churn, settings).to_parquet(folder / "truth_customers.parquet", index=False)
    ids = plan.promotions["promotion_id"].unique()
    told = {
        "shop": DEMO_NAME,
        "currency": DEMO_CURRENCY,
        "settings": {name: str(value) if name == "as_of" else value for name, value in asdict(settings).items()},
        "demand_law": _LAW,
        "online_orders_are_picked_in": STORES[PICKING_STORE].store_id,
        "units_lost_to_empty_shelves": sales.lost,
        "mean_elasticity": float(catalog.elasticity.mean()),
        "promotion_effects": dict(zip(ids, (round(float(each), 4) for each in plan.lift), strict=True)),
    }
    (folder / "truth.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _products(catalog: Catalog) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "product_id": catalog.products["product_id"],
            "elasticity": catalog.elasticity,
            "quality": catalog.quality,
            "base_price": catalog.prices,
            "yearly_drift": catalog.drift,
            "first_day": catalog.launch,
            "homeware": catalog.homeware,
        }
    )


def _rates(catalog: Catalog, sales: Sales) -> pd.DataFrame:
    """Per product and channel: base units a day, and the expected units a day of the last 28 days."""
    row, channel = (each.ravel() for each in np.indices(catalog.base.shape))
    return pd.DataFrame(
        {
            "product_id": catalog.products["product_id"].to_numpy()[row],
            "channel": np.array(CHANNEL_NAMES)[channel],
            "base_daily_rate": catalog.base.ravel(),
            "last_28_days_rate": sales.rate[:, :, -28:].mean(axis=2).ravel().astype(float),
        }
    )


def _demand(catalog: Catalog, sales: Sales, settings: DemoSettings) -> pd.DataFrame:
    """Expected demand (availability left out) per product and whole week from the first Monday on, tills and online."""
    first = (7 - settings.start.weekday()) % 7
    weeks = (settings.days - first) // 7
    kept = sales.rate[:, :, first : first + 7 * weeks].astype(float)
    weekly = kept.reshape(len(catalog.texts), -1, weeks, 7).sum(axis=3)
    row, week = (each.ravel() for each in np.indices((len(catalog.texts), weeks)))
    return pd.DataFrame(
        {
            "product_id": catalog.products["product_id"].to_numpy()[row],
            "week": (pd.Timestamp(settings.day(first)) + pd.to_timedelta(np.arange(weeks) * 7, unit="D"))[week],
            "stores": weekly[:, :ONLINE].sum(axis=1).ravel(),
            "online": weekly[:, ONLINE].ravel(),
        }
    )


def _customers(people: People, churn: npt.NDArray[np.int64], settings: DemoSettings) -> pd.DataFrame:
    """Churn day (null: still a customer), why, and the hidden rates of each customer."""
    left = churn < settings.days
    start = pd.Timestamp(settings.start)
    days = start + pd.to_timedelta(np.where(left, churn, 0), unit="D")
    why = np.where(churn < np.minimum(people.churn, NEVER), "late parcel", "hazard")
    return pd.DataFrame(
        {
            "customer_id": people.table["customer_id"],
            "kind": np.array([each.name for each in KINDS])[people.kind],
            "yearly_hazard": people.hazard,
            "price_sensitivity": people.price_sensitivity,
            "relative_visits_a_day": people.rate,
            "churned_on": pd.Series(days).where(left),
            "churn_cause": np.where(left, why, np.array(None, dtype=object)),
        }
    )
