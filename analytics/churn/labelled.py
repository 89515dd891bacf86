"""Churn where it is known who left: a table of customers with a column that says so, as shops with contracts keep.

The learners compete in repeated stratified cross-validation, for such a table has no time. Knows no
shop and no warehouse.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from analytics.churn.calibration import Calibrated, calibrated, churn_scores
from analytics.churn.candidate import SEED, Array, Candidate, log_odds
from analytics.churn.learners import LEARNERS
from analytics.errors import NotEnoughHistory

MOST_LEVELS: Final = 30  # a text column with more values names customers rather than describes them
FEWEST_OF_A_KIND: Final = 30
LABELLED_BLENDS: Final[dict[str, tuple[str, ...]]] = {
    "blend of all models": ("logistic regression", "random forest", "LightGBM", "neural network"),
    "logistic regression + LightGBM + neural network": ("logistic regression", "LightGBM", "neural network"),
}
_SAID = {"yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0, "left": 1.0, "stayed": 0.0,
         "churned": 1.0, "active": 0.0, "1.0": 1.0, "0.0": 0.0}  # fmt: skip


@dataclass(frozen=True)
class Encoding:
    """How a table becomes numbers: remembered, so that a later table becomes the same columns.

    Attributes:
        medians: numeric column -> what stands for a missing value.
        levels: text column -> its values, each a 0/1 column.
    """

    medians: Mapping[str, float]
    levels: Mapping[str, tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns that say something."""
        return (*self.medians, *self.levels)

    @classmethod
    def of(cls, table: pd.DataFrame) -> "Encoding":
        """Learns the columns; text with more than 30 values is left out, as are columns that never change."""
        medians, levels = {}, {}
        for name in table.columns:
            column = table[name]
            if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
                if column.nunique() > 1:
                    medians[str(name)] = float(column.astype(float).median())
                continue
            found = tuple(sorted(column.dropna().astype(str).unique()))
            if 1 < len(found) <= MOST_LEVELS:
                levels[str(name)] = found[1:] if len(found) == 2 else found
        return cls(medians, levels)

    def apply(self, table: pd.DataFrame) -> pd.DataFrame:
        """The table as numbers; an unknown or missing text is 0 in each column of its levels."""
        columns = {name: table[name].astype(float).fillna(middle) for name, middle in self.medians.items()}
        for name, levels in self.levels.items():
            said = table[name].astype(str)
            columns |= {f"{name} = {level}": (said == level).astype(float) for level in levels}
        return pd.DataFrame(columns, index=table.index)


@dataclass(frozen=True)
class LabelledChurn:
    """A fitted model of who leaves.

    Attributes:
        encoding: how tables become numbers.
        model: the serving method, calibrated.
        serves: its name.
        scores: method -> AUC, Brier, calibration error, mean bias; each over all folds and repeats.
        average: share of customers who left, 0-1.
    """

    encoding: Encoding
    model: Calibrated
    serves: str
    scores: dict[str, dict[str, float]]
    average: float

    def risk(self, table: pd.DataFrame) -> pd.Series:
        """The chance (0-1) that each customer of a table of the same form leaves."""
        return pd.Series(self.model.risk(self.encoding.apply(table)), index=table.index)

    def reasons(self, table: pd.DataFrame, most: int = 3) -> list[tuple[str, ...]]:
        """What raises each customer's chance most: "Contract = Month-to-month", "tenure 2".

        SHAP values are summed over the levels of a text column, and the customer's own value is named.
        """
        pushed = self.model.candidate.contributions(self.encoding.apply(table))
        per_column = pushed.T.groupby([str(name).split(" = ")[0] for name in pushed.columns]).sum().T
        found = []
        for customer, row in per_column.iterrows():
            risen = row[row > 0].sort_values(ascending=False).index[:most]
            own = table.loc[[customer]].iloc[0]
            found.append(tuple(_said(str(name), own[name], name in self.encoding.levels) for name in risen))
        return found


def fit_labelled_churn(table: pd.DataFrame, left: Array) -> LabelledChurn:
    """Judges the learners on folds they did not see, refits the best on everything.

    Args:
        table: one row per customer, its index the customer; numbers and text. No column may tell the outcome.
        left: 1.0 for those who left, else 0.0.

    Raises:
        NotEnoughHistory: too few customers left or stayed.
    """
    _check(left)
    scores = judged_labelled(table, left, repeats=1)
    serves = max(scores, key=lambda name: scores[name]["AUC"])
    encoding = Encoding.of(table)
    encoded = encoding.apply(table)
    model = calibrated(learners(list(encoded.columns)), LABELLED_BLENDS, encoded, left, [serves])[serves]
    return LabelledChurn(encoding, model, serves, scores, float(left.mean()))


def judged_labelled(table: pd.DataFrame, left: Array, repeats: int, folds: int = 5) -> dict[str, dict[str, float]]:
    """Scores of every learner and blend in repeated stratified cross-validation, mean over all folds.

    Columns are learnt within each training fold; a blend is the mean of its parts' log-odds.

    Returns:
        method -> AUC, "AUC spread" (standard deviation over folds), Brier, calibration error, mean bias.
    """
    from sklearn.model_selection import RepeatedStratifiedKFold

    splits = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=SEED)
    found: dict[str, list[dict[str, float]]] = {}
    for learn, hold in splits.split(table, left):
        encoding = Encoding.of(table.iloc[learn])
        known, asked = encoding.apply(table.iloc[learn]), encoding.apply(table.iloc[hold])
        odds = {
            name: log_odds(make().fit(known, left[learn]).risk(asked))
            for name, make in learners(list(known.columns)).items()
        }
        odds |= {name: np.mean([odds[part] for part in parts], axis=0) for name, parts in LABELLED_BLENDS.items()}
        for name, each in odds.items():
            found.setdefault(name, []).append(churn_scores(left[hold], 1 / (1 + np.exp(-each))))
    return {name: _over_folds(rows) for name, rows in found.items()}


def _over_folds(rows: list[dict[str, float]]) -> dict[str, float]:
    means = {measure: float(np.mean([row[measure] for row in rows])) for measure in rows[0]}
    return {"AUC": means.pop("AUC"), "AUC spread": float(np.std([row["AUC"] for row in rows])), **means}


def learners(columns: list[str]) -> dict[str, Callable[[], Candidate]]:
    """The learners, by name, not yet fitted."""
    return {kind.name: partial(kind, columns) for kind in LEARNERS}


def labels_of(column: pd.Series) -> Array:
    """1.0 for those who left: from yes/no, true/false, 1/0, left/stayed, churned/active.

    Raises:
        ValueError: another word, or nothing, stands there.
    """
    said = column.astype(str).str.strip().str.lower()
    labels = said.map(_SAID)
    if labels.isna().any():
        wrong = ", ".join(sorted(set(said[labels.isna()]))[:3])
        raise ValueError(
            f"A churn column needs yes or no (or true/false, 1/0, left/stayed) for each customer; got {wrong}."
        )
    return np.asarray(labels, dtype=np.float64)


def _check(left: Array) -> None:
    gone = int(left.sum())
    if min(gone, len(left) - gone) < FEWEST_OF_A_KIND:
        raise NotEnoughHistory(
            f"Learning who leaves needs at least {FEWEST_OF_A_KIND} customers who left and as many who stayed; there "
            f"are {gone} and {len(left) - gone}. Import a longer list."
        )


def _said(name: str, value: object, text: bool) -> str:
    if text:
        return f"{name}: {value}"
    return f"{name} {value:,.6g}" if isinstance(value, (int, float, np.number)) else f"{name} {value}"
