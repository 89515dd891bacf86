"""What each customer is worth: so far, and over the next 12 months with an interval; and which group they belong to.

Models of how orders go on compete by time; the best serves. Knows no single profile's wording.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.customer_features import customer_features, orders_of
from analytics.errors import NotEnoughHistory
from analytics.history import History
from analytics.order_process import Outlook, PurchaseCounts, counts_per_customer
from analytics.pareto_nbd import fit_pareto_nbd
from analytics.price_sensitivity import reduced_share
from analytics.purchase_model import fit_purchase_model
from analytics.scorecard import Scorecard
from analytics.segments import Segmentation, fit_segments
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]
LEAVING = "MBG/NBD + gamma-gamma"
ANY_TIME = "Pareto/NBD + gamma-gamma"
BY_FIRST_ORDER = "Pareto/NBD by first order's value + gamma-gamma"
STAYING = "NBD + gamma-gamma (nobody leaves)"
PACE = "same pace as so far"
METHODS = (LEAVING, ANY_TIME, BY_FIRST_ORDER, STAYING, PACE)
_AS_GOOD = 1.01  # so close, the first of METHODS serves: what 90 days can't tell apart, 12 months do
_MOST_PINNED = 1.5  # a growth beyond this in one half of the history is news, not a habit


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
            reduced_share (of spending at reduced prices, 0-1; NaN where unknown),
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
        orders, value = came_after(history, known.index, days)
        scores = {name: outlook_scores(outlook_of(name, counts, days / 7), orders, value) for name in METHODS}
        best = min(each["RMSE orders"] for each in scores.values())
        return Scorecard(
            ability="orders and value per customer",
            measure="RMSE orders",
            lower_is_better=True,
            scores=scores,
            serves=next(name for name in METHODS if scores[name]["RMSE orders"] <= best * _AS_GOOD),
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
        outlook = outlook_of(scorecard.serves, counts_per_customer(now), self.settings.horizon_weeks)
        factor = total_factor(history, scorecard.serves, self.settings.horizon_weeks)
        for kind in ("orders", "value"):
            now[f"expected_{kind}"] = getattr(outlook, kind) * factor
            now[f"expected_{kind}_low"] = getattr(outlook, f"{kind}_low")
            now[f"expected_{kind}_high"] = getattr(outlook, f"{kind}_high") * max(factor, 1.0)
        now["reduced_share"] = reduced_share(history).reindex(now.index)
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


def outlook_of(method: str, counts: PurchaseCounts, weeks: float) -> Outlook:
    """What one of `METHODS`, fitted to the customers, expects of them over the next `weeks`.

    Raises:
        NotEnoughHistory: too few customers, or none ever came back.
    """
    if method == PACE:
        return _same_pace(counts, weeks)
    if method == ANY_TIME:
        return fit_pareto_nbd(replace(counts, first_value=None)).outlook(counts, weeks)
    if method == BY_FIRST_ORDER:
        return fit_pareto_nbd(counts).outlook(counts, weeks)
    return fit_purchase_model(counts, leaving=method == LEAVING).outlook(counts, weeks)


def total_factor(history: History, method: str, weeks: float, least: float = 1.0) -> float:
    """What the second half of the history brought, over what the method learnt on the first half had expected of it.

    Corrects the sum over all customers, which models of buying tend to miss in one direction. 1.0 where half the
    history is too short for the horizon (half a year's season would pass for a year's growth) or has too few customers.

    Args:
        history: the shop.
        method: one of `METHODS`.
        weeks: the horizon that is to be corrected.
        least: the share of the horizon that half the history must span.
    """
    first = history.lines["day"].min()
    half = (pd.Timestamp(history.as_of) - first).days // 2 + 1
    if half / 7 < weeks * least:
        return 1.0
    known = customer_features(history.until(history.as_of - timedelta(days=half)))
    orders, _ = came_after(history, known.index, half)
    try:
        expected = float(outlook_of(method, counts_per_customer(known), half / 7).orders.sum())
    except NotEnoughHistory:
        return 1.0
    return float(np.clip(orders.sum() / max(expected, 1e-9), 1 / _MOST_PINNED, _MOST_PINNED))


def came_after(history: History, customers: pd.Index, days: int) -> tuple[Array, Array]:
    """Order days and money of each customer in the last `days` of the history."""
    later = orders_of(history)
    cutoff = pd.Timestamp(history.as_of) - pd.Timedelta(days=days)
    came = later[later["day"] > cutoff].groupby("customer_id", observed=True)
    orders = came["day"].nunique().reindex(customers).fillna(0)
    value = came["value"].sum().reindex(customers).fillna(0.0)
    return np.asarray(orders, dtype=np.float64), np.asarray(value, dtype=np.float64)


def _same_pace(counts: PurchaseCounts, weeks: float) -> Outlook:
    """Order days per week so far, at least four weeks; intervals of a Poisson count."""
    orders = (counts.repeats + 1) / np.maximum(counts.age, 4.0) * weeks
    drawn = np.random.default_rng(7).poisson(orders, (500, len(orders)))
    low, middle, high = np.quantile(drawn, (0.1, 0.5, 0.9), axis=0)
    worth = counts.mean_value
    return Outlook(orders, middle, low, high, orders * worth, low * worth, high * worth)


def outlook_scores(outlook: Outlook, orders: Array, value: Array) -> dict[str, float]:
    """Errors of the mean number of orders and of value per customer, of the total, and how often intervals held."""
    inside = (orders >= outlook.orders_low) & (orders <= outlook.orders_high)
    return {
        "RMSE orders": float(np.sqrt(np.mean((outlook.orders - orders) ** 2))),
        "MAE orders": float(np.mean(np.abs(outlook.orders - orders))),
        "MAE value": float(np.mean(np.abs(outlook.value - value))),
        "total orders error %": float(100 * (outlook.orders.sum() / max(orders.sum(), 1e-9) - 1)),
        "inside 80 % interval %": float(100 * inside.mean()),
    }
