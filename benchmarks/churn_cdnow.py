"""CDNOW: learnt from weeks 1-39, judged on each customer's purchases in weeks 40-78. Called by `benchmarks.churn`.

Nobody's purchases after week 39 are learnt from. "sample only" learns from the judged 2,357 customers, as the published
figures do; the other rows learn from the first 39 weeks of all 23,570 customers, where the master file is there, and
are judged on the same 2,357. Purchases of one customer on one day count once.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.churn import ChurnModel, ChurnSettings
from analytics.customer_features import customer_features
from analytics.customers import BY_FIRST_ORDER, METHODS, came_after, outlook_of, total_factor
from analytics.history import History
from analytics.order_process import Outlook, counts_per_customer
from analytics.pareto_nbd import fit_pareto_nbd
from analytics.purchase_model import fit_purchase_model

Array = npt.NDArray[np.float64]
WEEKS = 39
RANKING = ChurnSettings(days=91, cutoffs=3, minimum_history_days=90, maximum_rows=20_000)
PUBLISHED = {
    "published: Pareto/NBD": {"MAE": 0.7545, "RMSE": 1.603, "AUC": 0.779},
    "published: BG/NBD": {"MAE": 0.7855, "RMSE": 1.608, "AUC": 0.773},
}


def measure(folder: Path) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Errors of expected purchases, of their total, and AUC of who buys at all, on the sample's customers."""
    own = history_of(pd.read_parquet(folder / "cdnow_sample_2357.parquet").rename(columns={"master_id": "customer_id"}))
    master = folder / "cdnow_master.parquet"
    everyone = history_of(pd.read_parquet(master)) if master.exists() else own
    cutoff = own.lines["day"].min().date() + timedelta(days=7 * WEEKS - 1)
    judged = customer_features(own.until(cutoff))
    truth, _ = came_after(own, judged.index, (own.as_of - cutoff).days)
    found = _counted(own, everyone, cutoff, judged, truth)
    found |= _ranked(everyone, cutoff, judged.index, truth)
    return found | PUBLISHED, {
        "protocol": f"{len(judged):,} customers, {int(truth.sum()):,} purchases in weeks 40-78 by "
        f"{int((truth > 0).sum()):,} of them; learnt from {everyone.lines['customer_id'].nunique():,} customers' "
        "first 39 weeks",
        "MAE and total": "the mean keeps the total, the median has the least absolute error: no forecast has both; "
        "told the true total itself, the same model is further off per customer",
    }


def _counted(own: History, everyone: History, cutoff: date, judged: pd.DataFrame, truth: Array) -> dict[str, Any]:
    """Models of buying, by the mean they expect; the best by the median, too."""
    weeks = (own.as_of - cutoff).days / 7
    sample, known = counts_per_customer(judged), customer_features(everyone.until(cutoff))
    alone = replace(sample, first_value=None)
    rows = {
        "BG/NBD, sample only": fit_purchase_model(sample, after_first=False).outlook(sample, weeks),
        "Pareto/NBD, sample only": fit_pareto_nbd(alone).outlook(alone, weeks),
        "Pareto/NBD by first order's value, sample only": fit_pareto_nbd(sample).outlook(sample, weeks),
    }
    found = {name: _scores(outlook.orders, truth) for name, outlook in rows.items()}
    inside = known.index.get_indexer(judged.index)
    counts = counts_per_customer(known)
    for method in METHODS:
        outlook = outlook_of(method, counts, weeks)
        found[method.replace(" + gamma-gamma", "")] = _scores(outlook.orders[inside], truth)
        if method == BY_FIRST_ORDER:
            found |= _pinned(outlook, inside, total_factor(everyone.until(cutoff), method, weeks, least=0.45), truth)
    return found


def _pinned(outlook: Outlook, inside: npt.NDArray[np.intp], factor: float, truth: Array) -> dict[str, Any]:
    """With the total set right by what the first 39 weeks' second half brought; and the median."""
    expected = outlook.orders[inside]
    return {
        "ours: the same, total corrected by halves of weeks 1-39": _scores(expected * factor, truth),
        "ours: the same, median": _scores(outlook.orders_median[inside], truth),
        "no forecast: the same, told the true total": _scores(expected * truth.sum() / expected.sum(), truth),
    }


def _ranked(everyone: History, cutoff: date, judged: pd.Index, truth: Array) -> dict[str, Any]:
    """AUC of every method that competes for churn, learnt from outcomes inside the 39 weeks."""
    from sklearn.metrics import roc_auc_score

    known, _, risks = ChurnModel(RANKING).judged(everyone, cutoff, (everyone.as_of - cutoff).days)
    inside = known.index.get_indexer(judged)
    return {f"churn: {name}": {"AUC": float(roc_auc_score(truth > 0, -risk[inside]))} for name, risk in risks.items()}


def history_of(purchases: pd.DataFrame) -> History:
    """A shop's history from customer_id, date, quantity and spend."""
    customer = purchases["customer_id"].astype(str)
    lines = pd.DataFrame(
        {
            "order_id": customer + purchases["date"].dt.strftime(" %Y-%m-%d"),
            "customer_id": customer,
            "sold_at": purchases["date"],
            "kind": "sale",
            "product_id": "CD",
            "quantity": purchases["quantity"].astype(float).clip(lower=1),
            "value": purchases["spend"].astype(float),
        }
    )
    return History(lines, purchases["date"].max().date())


def _scores(expected: Array, truth: Array) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score

    return {
        "MAE": float(np.abs(expected - truth).mean()),
        "RMSE": float(np.sqrt(((expected - truth) ** 2).mean())),
        "total error %": float(100 * (expected.sum() / truth.sum() - 1)),
        "AUC": float(roc_auc_score(truth > 0, expected)),
    }
