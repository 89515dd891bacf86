"""What each customer is worth: so far, and over the next 12 months with an interval; and which group they belong to.

Three models of how orders go on compete by time; the best serves. Knows no single profile's wording.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customer_features import customer_features, orders_of
from analytics.history import History
from analytics.purchase_model import Outlook, PurchaseCounts, counts_per_customer, fit_purchase_model
from analytics.scorecard import Scorecard
from analytics.segments import Segmentation, fit_segments
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]
LEAVING = "MBG/NBD + gamma-gamma"
STAYING = "NBD + gamma-gamma (nobody leaves)"
PACE = "same pace as so far"


@dataclass(frozen=True)
class CustomerSettings:
    """How far ahead, and how it is judged.

    Attributes:
        horizon_weeks: how far ahead orders and value are expected.
        test_days: the last days of the history, on which the methods are judged.
    """

    horizon_weeks: float = 52.0
    test_days: int = 90

    def __post_init__(self) -> None:
        if self.horizon_weeks <= 0 or self.test_days < 7:
            raise ValueError(f"Expected horizon_weeks > 0 and test_days >= 7; got {self}.")


@dataclass(frozen=True)
class FittedCustomers:
    """Every customer with an order, as of the last fit.

    Attributes:
        customers: indexed by customer_id: the features, segment, value_rank (1 = most net value so far), and
            expected_orders / expected_value over `horizon_weeks`, each with _low and _high (80 % interval).
            Orders are order days; value is money.
        segments: the groups.
    """

    customers: pd.DataFrame
    segments: Segmentation
    horizon_weeks: float
    as_of: date
    scorecard: Scorecard | None


class CustomerModel:
    """Expected orders and value per customer."""

    def __init__(self, settings: CustomerSettings | None = None) -> None:
        self.settings = settings or CustomerSettings()

    def backtest(self, history: History) -> Scorecard:
        """Predicts the last days from what was known before them.

        Raises:
            NotEnoughHistory: too few customers, or too short a history.
        """
        days = self.settings.test_days
        cutoff = history.as_of - timedelta(days=days)
        known = customer_features(history.until(cutoff))
        counts = counts_per_customer(known)
        later = orders_of(history)
        came = later[later["day"] > pd.Timestamp(cutoff)].groupby("customer_id", observed=True)
        orders = np.asarray(came["day"].nunique().reindex(known.index).fillna(0), dtype=np.float64)
        value = np.asarray(came["value"].sum().reindex(known.index).fillna(0), dtype=np.float64)
        scores = {name: _score(_outlook(name, counts, days / 7), orders, value) for name in (LEAVING, STAYING, PACE)}
        return Scorecard(
            ability="orders and value per customer",
            measure="MAE orders",
            lower_is_better=True,
            scores=scores,
            serves=min(scores, key=lambda name: scores[name]["MAE orders"]),
            split=f"learnt up to {cutoff:%Y-%m-%d}, judged on the {days} days after it",
            as_of=history.as_of,
            rows=len(known),
        )

    def fit(self, history: History) -> FittedCustomers:
        """Backtests, refits the best on everything, groups the customers.

        Raises:
            NotEnoughHistory: too few customers, or too short a history.
        """
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # small matrices: waiting for more threads costs more than they bring
            return self._fit(history)

    def _fit(self, history: History) -> FittedCustomers:
        scorecard = self.backtest(history)
        now = customer_features(history)
        outlook = _outlook(scorecard.serves, counts_per_customer(now), self.settings.horizon_weeks)
        for kind in ("orders", "value"):
            now[f"expected_{kind}"] = getattr(outlook, kind)
            now[f"expected_{kind}_low"] = getattr(outlook, f"{kind}_low")
            now[f"expected_{kind}_high"] = getattr(outlook, f"{kind}_high")
        now["value_rank"] = now["value"].rank(ascending=False, method="min").astype(int)
        cutoff = history.as_of - timedelta(days=self.settings.test_days)
        later = orders_of(history)
        since = later[later["day"] > pd.Timestamp(cutoff)].groupby("customer_id", observed=True)["value"].sum()
        segments = fit_segments(now, customer_features(history.until(cutoff)), since, history.as_of)
        now["segment"] = segments.of_customer
        return FittedCustomers(now, segments, self.settings.horizon_weeks, history.as_of, scorecard)


def fit_customers(warehouse: Warehouse, as_of: date) -> FittedCustomers:
    """Fits value and groups for a shop.

    Raises:
        NotEnoughHistory: too few known customers.
    """
    return CustomerModel().fit(History.of(warehouse, as_of))


def _outlook(method: str, counts: PurchaseCounts, weeks: float) -> Outlook:
    if method == PACE:
        return _same_pace(counts, weeks)
    return fit_purchase_model(counts, leaving=method == LEAVING).outlook(counts, weeks)


def _same_pace(counts: PurchaseCounts, weeks: float) -> Outlook:
    """Order days per week so far, at least four weeks; intervals of a Poisson count."""
    orders = (counts.repeats + 1) / np.maximum(counts.age, 4.0) * weeks
    drawn = np.random.default_rng(7).poisson(orders, (500, len(orders)))
    low, high = np.quantile(drawn, (0.1, 0.9), axis=0)
    worth = counts.mean_value
    return Outlook(orders, low, high, orders * worth, low * worth, high * worth)


def _score(outlook: Outlook, orders: Array, value: Array) -> dict[str, float]:
    inside = (orders >= outlook.orders_low) & (orders <= outlook.orders_high)
    return {
        "RMSE orders": float(np.sqrt(np.mean((outlook.orders - orders) ** 2))),
        "MAE orders": float(np.mean(np.abs(outlook.orders - orders))),
        "MAE value": float(np.mean(np.abs(outlook.value - value))),
        "total orders error %": float(100 * (outlook.orders.sum() / max(orders.sum(), 1e-9) - 1)),
        "inside 80 % interval %": float(100 * inside.mean()),
    }
