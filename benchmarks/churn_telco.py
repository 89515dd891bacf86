"""IBM's Telco table: every learner in repeated stratified five-fold cross-validation. Called by `benchmarks.churn`."""

from pathlib import Path
from typing import Any

import pandas as pd

from analytics.churn.labelled import judged_labelled, labels_of
from benchmarks.reading import read_only

REPEATS = 3
PUBLISHED = {"published: logistic, boosting (commonly)": {"AUC": 0.845}}


def measure(folder: Path) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """Figures of each learner, and of the share that always guesses the majority."""
    table = read_only(folder, "telco_churn.parquet")
    column = next(name for name in table.columns if str(name).lower() in ("churn", "churned"))
    left = labels_of(table[column])
    customer = next((name for name in table.columns if str(name).lower() in ("customerid", "customer_id")), None)
    features = table.drop(columns=[name for name in (column, customer) if name is not None])
    scores = judged_labelled(_numbers(features), left, REPEATS)
    share = float(left.mean())
    scores["always the average"] = {"AUC": 0.5, "Brier": share * (1 - share)}
    best = max(scores, key=lambda name: scores[name]["AUC"])
    return scores | PUBLISHED, {
        "protocol": f"{len(table):,} customers, {100 * share:.1f} % left; {REPEATS} x stratified 5-fold",
        "best": best,
        "AUC of the best": round(scores[best]["AUC"], 4),
    }


def _numbers(features: pd.DataFrame) -> pd.DataFrame:
    """Text columns of numbers, as exports write them, become numbers."""
    turned = {
        name: pd.to_numeric(features[name], errors="coerce")
        for name in features.select_dtypes(include=["object", "string"]).columns
        if pd.to_numeric(features[name], errors="coerce").notna().mean() > 0.9
    }
    return features.assign(**turned)
