"""What dynamic pricing would earn in this shop: the bandit's simulator on its best-selling products.

The true curve of each product is drawn from its estimate's uncertainty; the rules start from that estimate. Knows the
fitted products' table, no history.
"""

from datetime import date

import numpy as np
import pandas as pd

from analytics.price_advice import charm_prices
from analytics.pricing.bandit import Curve, compare_rules
from analytics.scorecard import Scorecard

_MEASURE = "share of best profit"
_PRODUCTS, _RUNS, _WEEKS = 12, 3, 26


def judged_bandit(products: pd.DataFrame, as_of: date) -> Scorecard | None:
    """Thompson sampling, always the price that looks best, and today's; None where nothing can be priced.

    Args:
        products: price, low, high, weekly_units, elasticity, sd and cost per product.
        as_of: the last day of the history.
    """
    known = products.dropna(subset=["price", "low", "high", "elasticity", "sd"])
    known = known[(known["weekly_units"] > 0) & (known["price"] > known["cost"].fillna(0.0))]
    chosen = known.sort_values("weekly_units", ascending=False).head(_PRODUCTS)
    random = np.random.default_rng(7)
    curves, ladders, beliefs = [], [], []
    for row in chosen.to_dict("records"):
        cost = 0.0 if pd.isna(row["cost"]) else float(row["cost"])
        prices = charm_prices(max(float(row["low"]), cost / 0.95, 0.01), float(row["high"]))
        if len(prices) < 2:
            continue
        true = float(np.clip(random.normal(row["elasticity"], row["sd"]), -8.0, -0.05))
        curves.append(Curve(float(row["price"]), float(row["weekly_units"]), true, cost))
        ladders.append(prices)
        beliefs.append((float(row["elasticity"]), float(row["sd"])))
    if not curves:
        return None
    scores = compare_rules(curves, ladders, beliefs, runs=_RUNS, weeks=_WEEKS)
    return Scorecard(
        ability="dynamic pricing, simulated",
        measure=_MEASURE,
        lower_is_better=False,
        scores=scores,
        serves=max(scores, key=lambda rule: scores[rule][_MEASURE]),
        split=f"{_WEEKS} simulated weeks on the best-selling products; true reactions drawn from their uncertainty",
        as_of=as_of,
        rows=len(curves),
    )
