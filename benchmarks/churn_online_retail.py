"""Online Retail, split by time: who places no order in the 90 days after 2011-09-09. Called by `benchmarks.churn`.

Every method learns from outcomes known on the day of the split; the shop is imported as any shop is.
"""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from analytics.churn import ChurnModel
from analytics.churn.calibration import auc_gain, churn_scores
from analytics.history import History
from analytics.imports.online_retail import ingest_online_retail
from analytics.warehouse import Warehouse

SPLIT, DAYS = date(2011, 9, 9), 90
RIVALS = ("recency rule", "random forest")


def measure(folder: Path) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """AUC and calibration of every method; how far the best lies above the rivals, with a 95 % interval."""
    history = read(folder)
    split = SPLIT if SPLIT + timedelta(days=DAYS) <= history.as_of else history.as_of - timedelta(days=DAYS)
    judged, truth, risks = ChurnModel().judged(history, split, DAYS)
    scores = {name: churn_scores(truth, risk) for name, risk in risks.items()}
    best = max(scores, key=lambda name: scores[name]["AUC"])
    gains = {rival: [round(each, 4) for each in auc_gain(truth, risks[best], risks[rival])] for rival in RIVALS}
    return scores, {
        "protocol": f"{len(judged):,} customers known on {split}, {100 * truth.mean():.1f} % of whom placed no order "
        f"in the {DAYS} days after; no figure is published",
        "best": best,
        "AUC above (with 95 % interval)": gains,
    }


def read(folder: Path) -> History:
    """Imports the file into a shop for the time of the measurement."""
    file = next(iter(sorted(folder.glob("*.parquet"))), folder / "online_retail.parquet")
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "warehouse.duckdb"
        ingest_online_retail(file, path)
        warehouse = Warehouse(path)
        lines = History.of(warehouse, date.max).lines
        return History(lines, lines["day"].max().date())
