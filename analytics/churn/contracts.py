"""Who ends their contract, in a shop whose customers have one: from the table `contracts`, with reasons.

Chances of today's customers come from models that did not see them (five parts). Knows the table, no wording.
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from analytics.churn.calibration import calibrated
from analytics.churn.candidate import SEED, Array
from analytics.churn.labelled import LABELLED_BLENDS, Encoding, LabelledChurn, fit_labelled_churn, learners
from analytics.errors import NotEnoughHistory
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

_FOLDS: Final = 5


@dataclass(frozen=True)
class FittedContracts:
    """Risks as of the last fit.

    Attributes:
        customers: who has not left, by customer_id: probability (0-1) and reasons (a tuple of texts), the riskiest
            first.
        average: share of all customers who have left, 0-1; known: customers learnt from.
        columns: what was learnt from.
    """

    customers: pd.DataFrame
    average: float
    known: int
    columns: tuple[str, ...]
    as_of: date
    scorecard: Scorecard


def fit_contracts(warehouse: Warehouse, as_of: date) -> FittedContracts:
    """Learns from the shop's table `contracts`.

    Raises:
        NotEnoughHistory: too few left or stayed, or nothing is known of the contracts.
    """
    return contracts_of(warehouse.frame(warehouse.table("contracts")), as_of)


def contracts_of(rows: pd.DataFrame, as_of: date) -> FittedContracts:
    """As `fit_contracts`, from customer_id, has_left and attributes (JSON)."""
    rows = rows[rows["has_left"].notna()].set_index("customer_id")
    left: Array = np.asarray(rows["has_left"].astype(bool), dtype=np.float64)
    table = attributes_of(rows["attributes"])
    if table.empty or not Encoding.of(table).columns:
        raise NotEnoughHistory(
            "Nothing is known of the contracts but who left: map the columns that describe them "
            '(in map.toml, [contracts.columns]: attributes = ["Tenure", "Contract", ...], or "*" for all others).'
        )
    fitted = fit_labelled_churn(table, left)
    stayed = left == 0
    risk = _unseen_risk(table, left, fitted.serves)[stayed]
    still = pd.DataFrame({"probability": risk}, index=rows.index[stayed])
    still["reasons"] = fitted.reasons(table[stayed])
    scorecard = Scorecard(
        "which customers end their contract", "AUC", False, fitted.scores, fitted.serves,
        f"stratified in {_FOLDS} parts, each judged by models that did not see it", as_of, len(table),
    )  # fmt: skip
    still = still.sort_values("probability", ascending=False, kind="stable")
    return FittedContracts(still, fitted.average, len(table), tuple(map(str, table.columns)), as_of, scorecard)


def attributes_of(texts: pd.Series) -> pd.DataFrame:
    """The JSON objects as columns; text that is nearly always a number becomes one."""
    told = [json.loads(text) if isinstance(text, str) and text else {} for text in texts]
    table = pd.DataFrame(told, index=texts.index)
    for name in table.columns:
        given = table[name].notna()
        number = pd.to_numeric(table[name], errors="coerce")
        if given.any() and number[given].notna().mean() > 0.9:
            table[name] = number
    return table


def _unseen_risk(table: pd.DataFrame, left: Array, serves: str) -> Array:
    """Each customer's calibrated chance by models of the other parts."""
    from sklearn.model_selection import StratifiedKFold

    risk = np.zeros(len(left))
    for learn, hold in StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED).split(table, left):
        encoding = Encoding.of(table.iloc[learn])
        known = encoding.apply(table.iloc[learn])
        model = calibrated(learners(list(known.columns)), LABELLED_BLENDS, known, left[learn], [serves])[serves]
        risk[hold] = LabelledChurn(encoding, model, serves, {}, 0.0).risk(table.iloc[hold]).to_numpy()
    return risk
