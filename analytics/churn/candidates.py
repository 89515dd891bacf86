"""The methods that compete in a shop without contracts, where leaving shows only as silence.

The recency rule, the models of buying and the learners. Knows the columns of customer features, no shop and no dates.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from analytics.churn.candidate import Array, Candidate
from analytics.churn.learners import LEARNERS
from analytics.customer_features import FEATURES
from analytics.pareto_nbd import fit_pareto_nbd
from analytics.purchase_model import counts_per_customer, fit_purchase_model


class RecencyRule(Candidate):
    """The longer the silence, the likelier the end: what a shop does without a model."""

    name = "recency rule"
    reads_outcomes = False

    def fit(self, features: pd.DataFrame, left: Array) -> "RecencyRule":
        """Remembers the spread of silences."""
        self.known = np.sort(features["recency"].to_numpy(float))
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """The share of silences that were shorter."""
        place = np.searchsorted(self.known, features["recency"].to_numpy(float), side="right")
        return np.asarray(place / (len(self.known) + 1))


class LeavingAfterOrders(Candidate):
    """MBG/NBD: the chance of no order in the next days by the customer's own rate and silence.

    A customer may leave after the first order already, so that who bought once is not taken for active.
    """

    name = "MBG/NBD purchase model"
    reads_outcomes = False

    def __init__(self, days: int) -> None:
        super().__init__(FEATURES)
        self.weeks = days / 7

    def fit(self, features: pd.DataFrame, left: Array) -> "LeavingAfterOrders":
        """Fits the order process; the labels are not needed."""
        self.model = fit_purchase_model(counts_per_customer(features))
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """P(no order)."""
        return self.model.no_order(counts_per_customer(features), self.weeks)


class LeavingAnyTime(LeavingAfterOrders):
    """Pareto/NBD with the first order's value: customers may leave at any time.

    The risk is that of no event where as many are expected as the model expects orders: on time splits inside CDNOW's
    first 39 weeks it ranked customers better than the model's own P(no order); calibration sets the level right.
    """

    name = "Pareto/NBD purchase model"

    def fit(self, features: pd.DataFrame, left: Array) -> "LeavingAnyTime":
        """Fits the order process; the labels are not needed."""
        self.process = fit_pareto_nbd(counts_per_customer(features))
        return self

    def risk(self, features: pd.DataFrame) -> Array:
        """exp(-expected orders)."""
        return np.asarray(np.exp(-self.process.expected_orders(counts_per_customer(features), self.weeks)))


BLENDS: Final[dict[str, tuple[str, ...]]] = {
    "logistic regression + LightGBM": ("logistic regression", "LightGBM"),
    "blend of all models": (
        "Pareto/NBD purchase model", "logistic regression", "random forest", "LightGBM", "neural network",
    ),
}  # fmt: skip


def candidates(days: int) -> dict[str, Callable[[], Candidate]]:
    """Every single method that competes, by name, not yet fitted; `BLENDS` compete with them."""
    return {
        "recency rule": lambda: RecencyRule(FEATURES),
        **{kind.name: partial(kind, days) for kind in (LeavingAfterOrders, LeavingAnyTime)},
        **{kind.name: partial(kind, FEATURES) for kind in LEARNERS},
    }
