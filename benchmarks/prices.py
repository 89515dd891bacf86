"""Elasticities, advised prices and offers against the demo shop's hidden truth.

    python -m benchmarks.prices [--shop DIR] [--seed N ...] [--json FILE] [--quick]

Takes a demo shop's folder (--shop: warehouse.duckdb and truth/), or builds the history of each seed in a temporary
folder. No model sees the truth. Printed for each shop:

- the error of the elasticities by every method, in percent of the true one;
- the profit that advised prices earn, as a share of that of who knows the true elasticities, under the same rules;
- the extra profit of offers chosen under a budget, as a share of the best that who knows the truth could choose.
"""

import argparse
import json
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.demo import DEMO_AS_OF, build_demo
from analytics.demo.catalog import make_catalog
from analytics.demo.prices import CHANNEL_LIFT, make_prices
from analytics.demo.settings import TEXTS, DemoSettings
from analytics.demo.stock import demand_rates
from analytics.demo.texts import product_texts
from analytics.elasticity import naive_elasticities, own_elasticities, shrink
from analytics.history import History
from analytics.offer_choice import choose_offers, possible_offers
from analytics.price_advice import AdviceSettings, advise
from analytics.price_panel import price_panel
from analytics.prices import FittedPrices, PriceModel, _cells
from analytics.pricing.covariates import price_covariates
from analytics.pricing.demand import DemandSettings, fit_demand
from analytics.pricing.dml import dml_elasticities
from analytics.promotions import FittedPromotions, fit_from
from analytics.warehouse import Warehouse

BUDGETS = (100.0, 300.0, 1000.0)
_LIFT_MIDDLE = 1.05  # a promotion's effect is its channel's times a draw from 0.6 to 1.5


@dataclass(frozen=True)
class Truth:
    """What the demo shop was made from: elasticity and units a day per product, log effect per channel, settings."""

    elasticity: pd.Series
    units: pd.Series
    channels: dict[str, tuple[float, float]]
    settings: DemoSettings | None = None

    @classmethod
    def read(cls, folder: Path) -> "Truth":
        """The truth's folder of a demo shop."""
        elasticity = pd.read_parquet(folder / "truth_products.parquet").set_index("product_id")["elasticity"]
        rates = pd.read_parquet(folder / "truth_rates.parquet").groupby("product_id")["last_28_days_rate"].sum()
        lifts = {name: (float(np.log1p(mean * _LIFT_MIDDLE)), 0.0) for name, mean in CHANNEL_LIFT.items()}
        kept = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["settings"]
        settings = DemoSettings(**kept | {"as_of": date.fromisoformat(kept["as_of"])})
        return cls(elasticity, rates, lifts, settings)


def main() -> None:
    """Reads the arguments, measures each shop, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shop", type=Path, help="an existing demo shop; none: one is built")
    parser.add_argument("--seed", type=int, nargs="*", default=[7], help="demo shops to build")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="leave out double machine learning")
    given = parser.parse_args()
    figures: dict[str, Any] = {}
    if given.shop:
        figures[str(given.shop.name)] = measured(given.shop, given.shop / "truth", quick=given.quick)
    else:
        for seed in given.seed:
            with tempfile.TemporaryDirectory() as folder:
                shop = Path(folder)
                build_demo(shop / "warehouse.duckdb", shop / "policies", shop / "truth", seed=seed, progress=False)
                figures[f"seed {seed}"] = measured(shop, shop / "truth", quick=given.quick)
    for name, each in figures.items():
        show(name, each)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def measured(shop: Path, truth_folder: Path, *, quick: bool = False) -> dict[str, Any]:
    """All figures of one demo shop."""
    truth, history = Truth.read(truth_folder), History.of(Warehouse(shop / "warehouse.duckdb"), DEMO_AS_OF)
    began = time.process_time()
    prices = PriceModel().fit(history)
    took = {"prices": time.process_time() - began}
    began = time.process_time()
    promotions = fit_from(history)
    took["promotions"] = time.process_time() - began
    return {
        "elasticities": elasticity_errors(history, prices, truth, quick=quick),
        "prices": profit_reached(prices, truth),
        "offers": offers_reached(promotions, truth),
        "cpu_seconds_of_fit": took,
    }


def elasticity_errors(
    history: History, prices: FittedPrices, truth: Truth, *, quick: bool
) -> dict[str, dict[str, float]]:
    """Method -> median and mean error in percent, correlation with the truth, and products judged."""
    stores = max(history.lines["store_id"].nunique(), 1)
    panel = price_panel(history.lines, history.table("stock_outs"), stores, history.table("price_changes"))
    own, naive = shrink(own_elasticities(panel)), naive_elasticities(panel)
    methods = {
        "demand of all products at once (served)": prices.products["elasticity"].dropna(),
        "own regression, drawn towards its category": own["shrunk"],
        "own regression alone": own["elasticity"],
        "one elasticity for the shop": pd.Series(own["shrunk"].mean(), index=own.index),
        "naive OLS of log units on log price": naive,
    }
    told = told_the_season(history, truth)
    if told is not None:
        methods["no forecast: the served regression, told each product's true season"] = told
    if not quick:
        crossed = dml_elasticities(panel)
        methods["double machine learning, drawn towards its category"] = crossed["shrunk"]
        methods["double machine learning alone"] = crossed["elasticity"]
        linear = econml_elasticities(panel.units, panel.price, panel.promotion, panel.categories)
        if linear is not None:
            methods["EconML LinearDML, log-log, by category"] = pd.Series(linear, index=panel.products).dropna()
    return {name: _errors(found, truth.elasticity) for name, found in methods.items()}


def told_the_season(history: History, truth: Truth) -> pd.Series | None:
    """Elasticities by the served regression, were each product's season known: what the data can tell at best.

    The simulation is repeated from its settings up to the point where demand is drawn. None where they are not kept.
    """
    if truth.settings is None:
        return None
    catalog = make_catalog(product_texts(TEXTS), truth.settings)
    plan = make_prices(catalog, truth.settings)
    moved = (plan.paid / catalog.prices[:, None]) ** catalog.elasticity[:, None] * plan.effect
    season = demand_rates(catalog, plan, truth.settings).sum(axis=1) / moved
    cells = _cells(history)
    rows = pd.Index(catalog.products["product_id"]).get_indexer(cells.products)
    first = (cells.starts[0] - pd.Timestamp(truth.settings.start)).days
    known = season[rows][:, first : first + len(cells.starts)]
    told = replace(cells, exposure=cells.exposure * known / known.mean(axis=1, keepdims=True))
    effects = fit_demand(told, price_covariates(history, cells), DemandSettings(rounds=3))
    return pd.Series(effects.elasticity, index=cells.products)[effects.learns]


def _errors(found: pd.Series, truth: pd.Series) -> dict[str, float]:
    true = truth.reindex(found.index)
    share = ((found - true) / true).abs() * 100
    return {
        "median error %": float(share.median()), "mean error %": float(share.mean()),
        "correlation": float(np.corrcoef(found, true)[0, 1]) if found.std() > 1e-9 else 0.0,
        "bias": float((found - true).mean()), "products": float(len(found)),
    }  # fmt: skip


def econml_elasticities(
    units: "np.ndarray[Any, Any]", price: "np.ndarray[Any, Any]", promotion: "np.ndarray[Any, Any]",
    categories: "np.ndarray[Any, Any]",
) -> "np.ndarray[Any, Any] | None":  # fmt: skip
    """EconML's LinearDML on log(units + 1), within products, effect by category; None where it is not installed."""
    try:
        from econml.dml import LinearDML
    except ImportError:
        return None
    from lightgbm import LGBMRegressor

    row, week = np.nonzero(~np.isnan(price))
    kinds = pd.factorize(pd.Series(categories, dtype=object))[0]
    frame = pd.DataFrame({"row": row, "y": np.log1p(units[row, week]), "d": np.log(price[row, week])})
    within = frame - frame.groupby("row").transform("mean").assign(row=0.0)
    dummies = np.eye(kinds.max() + 1)[kinds[row]]
    controls = np.column_stack([kinds[row], week, week % 52, promotion[row, week]])
    trees = {"n_estimators": 80, "num_leaves": 31, "min_child_samples": 60, "n_jobs": 1, "verbose": -1}
    model = LinearDML(
        model_y=LGBMRegressor(**trees), model_t=LGBMRegressor(**trees), cv=3, random_state=7, fit_cate_intercept=False
    )
    model.fit(within["y"].to_numpy(), within["d"].to_numpy(), X=dummies, W=controls)
    effect = np.asarray(model.const_marginal_effect(np.eye(kinds.max() + 1))).ravel()
    return np.asarray(effect[kinds])


def profit_reached(prices: FittedPrices, truth: Truth) -> dict[str, float]:
    """Weekly profit at the advised, at today's and at the best prices, all by the true elasticities."""
    rules, knowing = AdviceSettings(), AdviceSettings(certainty=0.5)
    ours = now = best = changed = 0.0
    for product, row in prices.products.iterrows():
        advice = advise(row, "profit", rules)
        if advice is None:
            continue
        true = row.copy()
        true["elasticity"], true["sd"] = truth.elasticity[product], 1e-9
        perfect = advise(true, "profit", knowing)
        assert perfect is not None  # the same row as `advice`, which is not None
        money = {
            price: row["weekly_units"] * (price / advice.now) ** true["elasticity"] * (price - row["cost"])
            for price in (advice.price, advice.now, perfect.best)
        }
        ours, now, best = ours + money[advice.price], now + money[advice.now], best + money[perfect.best]
        changed += advice.price != advice.now
    return {
        "reached %": 100 * ours / best, "prices left as they are %": 100 * now / best,
        "share of the possible gain %": 100 * (ours - now) / (best - now), "prices changed": changed,
    }  # fmt: skip


def offers_reached(promotions: FittedPromotions, truth: Truth) -> dict[str, dict[str, float]]:
    """Budget -> extra profit by the truth of the offers chosen, of the best, and their ratio."""
    shelf = promotions.products
    true = shelf.assign(elasticity=truth.elasticity, sd=0.0, daily_units=truth.units)
    possible, best = promotions.offers(), possible_offers(true, truth.channels)
    worth = best.set_index(["category", "channel", "discount"])
    told = {}
    for budget in BUDGETS:
        chosen = choose_offers(possible, budget)
        keys = list(zip(chosen["category"], chosen["channel"], chosen["discount"], strict=True))
        ours = worth.reindex(pd.MultiIndex.from_tuples(keys)) if keys else worth.head(0)
        profit, spent = float(ours["extra_profit"].sum()), float(ours["given_away"].sum())
        # Offers that sell better than expected give more discount away: the best choice may spend as much.
        perfect = float(choose_offers(best, 1.001 * max(budget, spent))["extra_profit"].sum())
        told[f"{budget:g}"] = {
            "extra profit": profit,
            "expected by us": float(chosen["extra_profit"].sum()),
            "discount given": spent,
            "best possible": perfect,
            "reached %": 100 * profit / perfect,
        }
    return told


def show(name: str, figures: dict[str, Any]) -> None:
    """The tables of one shop."""
    print(f"\n== {name}\n\nElasticities against the hidden truth")
    print(pd.DataFrame(figures["elasticities"]).T.sort_values("median error %").to_string(float_format="%.2f"))
    print("\nProfit of advised prices against who knows the truth")
    print(pd.Series(figures["prices"]).to_string(float_format="%.2f"))
    print("\nOffers chosen under a budget against the best possible choice")
    print(pd.DataFrame(figures["offers"]).T.to_string(float_format="%.2f"))
    print("\nfit, CPU seconds: " + ", ".join(f"{k} {v:.1f}" for k, v in figures["cpu_seconds_of_fit"].items()))


if __name__ == "__main__":
    main()
