"""What a product with few sales or none borrows from similar ones: those of its category nearest to it in price.

A young product's level is its own mean drawn towards theirs, the more the less it has sold and the more alike they
are (a Gamma prior on a Poisson rate: Gelman et al., "Bayesian Data Analysis", 2013, ch. 2.6). Knows weekly rates,
categories and prices; no text and no method.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from analytics.forecasting.panel import Floats, Integers
from analytics.forecasting.prediction import Prediction

SIMILAR: Final = 10
GROWN_WEEKS: Final = 26  # that a product has sold before others borrow from it
PRIOR_WEEKS: Final = (0.25, 4.0)  # bounds of how many of its own weeks the others count for


def similar_rows(kinds: Integers, logs: Floats, able: np.ndarray, row: int) -> Integers:
    """The able rows of the same category nearest in price, at most SIMILAR; [rows].

    Args:
        kinds: code of each product's category, [products].
        logs: logarithm of each product's price, NaN where unknown, [products].
        able: products to borrow from, bool [products].
        row: the product.
    """
    alike = np.flatnonzero(able & (kinds == kinds[row]) & (np.arange(len(kinds)) != row))
    apart = np.nan_to_num(np.abs(logs[alike] - logs[row]), nan=np.inf)
    return alike[np.argsort(apart, kind="stable")[:SIMILAR]]


def young_level(rates: Floats, first: np.ndarray, kinds: Integers, logs: Floats, young: np.ndarray) -> Floats:
    """Weekly rate of the young products, NaN for those that have none similar; [products, NaN where not young].

    Args:
        rates: weekly rates without season, [products, weeks].
        first: first week with a sale, [products].
        kinds: code of each product's category, [products].
        logs: logarithm of each product's price, NaN for those that do not borrow, [products].
        young: products that have sold for a few weeks only, bool [products].
    """
    found = np.full(len(rates), np.nan)
    recent = rates[:, -GROWN_WEEKS:]
    able = (first <= rates.shape[1] - GROWN_WEEKS) & (recent.sum(1) > 0)
    for row in np.flatnonzero(young & ~np.isnan(logs)):
        alike = similar_rows(kinds, logs, able, int(row))
        if len(alike) < 2:
            continue
        theirs = recent[alike].mean(1)
        prior = float(np.clip(theirs.mean() / max(float(theirs.var()), 1e-9), *PRIOR_WEEKS))
        age = int(np.clip(rates.shape[1] - first[row], 0, rates.shape[1]))
        own = float(rates[row, rates.shape[1] - age :].sum()) if age else 0.0
        found[row] = (own + prior * theirs.mean()) / (age + prior)
    return found


def borrowed(key: str, alike: Sequence[Prediction], note: str) -> Prediction:
    """The prediction of a product that never sold: the mean of similar ones', as uncertain as they differ.

    The range is a Gamma distribution's of the same mean and variance (between the products and within each).
    """
    from scipy.stats import gamma

    values = np.array([each.value for each in alike])
    mean = float(values.mean())
    variance = float(values.var(ddof=1) if len(values) > 1 else mean**2) + float(np.mean([e.sd**2 for e in alike]))
    first = alike[0]
    bounds = [0.0] * 4
    if mean > 0 and variance > 0:
        bounds = [float(b) for b in gamma.ppf((0.025, 0.1, 0.9, 0.975), mean**2 / variance, scale=variance / mean)]
    return Prediction(
        level=first.level,
        key=key,
        metric=first.metric,
        start=first.start,
        end=first.end,
        value=mean,
        lower80=bounds[1],
        upper80=bounds[2],
        lower95=bounds[0],
        upper95=bounds[3],
        daily=tuple(float(d) for d in np.mean([each.daily for each in alike], axis=0)),
        method="the mean of similar products' forecasts",
        score=None,
        notes=(note,),
    )
