"""Learns who stops ordering from the shop's own past, by time: past cutoffs teach, a later one judges.

Knows candidates and features; which customers to list, and in which words, is `fitted`'s and `reasons`' business.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.churn.calibration import Calibrated, calibrated, churn_scores
from analytics.churn.candidates import BLENDS, candidates
from analytics.churn.fitted import FittedChurn
from analytics.churn.kept import KeptModel
from analytics.customer_features import SUBJECTS, customer_features, no_order_within
from analytics.errors import NotEnoughHistory
from analytics.history import History
from analytics.price_sensitivity import reduced_share
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ChurnSettings:
    """How churn is defined and learnt.

    Attributes:
        days: a customer has left who places no order in this many days.
        cutoffs: how many past days are used as training cutoffs.
        step_days: days between two training cutoffs.
        minimum_history_days: days of sales that must lie before a cutoff.
        minimum_customers: customers that must be known at a cutoff.
        maximum_rows: training rows; a larger shop is sampled.
    """

    days: int = 90
    cutoffs: int = 5
    step_days: int = 30
    minimum_history_days: int = 60
    minimum_customers: int = 60
    maximum_rows: int = 60_000

    def __post_init__(self) -> None:
        for name in ("days", "cutoffs", "step_days", "minimum_customers", "maximum_rows"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1; got {getattr(self, name)}.")
        if self.minimum_history_days < 0:
            raise ValueError(f"minimum_history_days must not be negative; got {self.minimum_history_days}.")


class ChurnModel:
    """P(no order in the next 90 days) per customer."""

    def __init__(self, settings: ChurnSettings | None = None) -> None:
        self.settings = settings or ChurnSettings()

    def backtest(self, history: History, cutoff: date | None = None) -> Scorecard:
        """Judges every method on the customers known at a cutoff whose following days no method saw.

        Args:
            history: the shop.
            cutoff: where time is split; default: as late as the history allows.

        Raises:
            NotEnoughHistory: the history is too short or holds too few customers.
        """
        days = self.settings.days
        cutoff = cutoff or history.as_of - timedelta(days=days)
        judged, truth, risks = self.judged(history, cutoff, days)
        scores = {name: churn_scores(truth, risk) for name, risk in risks.items()}
        return Scorecard(
            ability=f"which customers place no order in the next {days} days",
            measure="AUC",
            lower_is_better=False,
            scores=scores,
            serves=max(scores, key=lambda name: scores[name]["AUC"]),
            split=f"learnt from outcomes up to {cutoff:%Y-%m-%d}, judged on the {days} days after it",
            as_of=history.as_of,
            rows=len(judged),
        )

    def judged(self, history: History, cutoff: date, days: int) -> tuple[pd.DataFrame, Array, dict[str, Array]]:
        """What every method said of the customers known at a cutoff, and what they did in the `days` after it.

        Returns:
            The customers' features at the cutoff; 1.0 for each who placed no order in those days; each method's
            calibrated chance of no order in `settings.days`.

        Raises:
            NotEnoughHistory: the history is too short or holds too few customers.
        """
        judged = customer_features(history.until(cutoff))
        truth = no_order_within(history, judged.index, cutoff, days).to_numpy()
        models = self._fitted(history, cutoff)
        return judged, truth, {name: model.risk(judged) for name, model in models.items()}

    def fit(self, history: History) -> FittedChurn:
        """Backtests, refits the best method on the latest outcomes, and works out every customer's risk and reasons.

        Raises:
            NotEnoughHistory: the history is too short or holds too few customers.
        """
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1):  # small matrices: waiting for more threads costs more than they bring
            return self._fit(history)

    def _fit(self, history: History) -> FittedChurn:
        scorecard = self.backtest(history)
        model = self._fitted(history, history.as_of, [scorecard.serves])[scorecard.serves]
        now = customer_features(history)
        exact = model.candidate.exactly(now)
        kept = KeptModel.of(model, now) if exact is None else None
        contributions = model.slope * model.candidate.contributions(now)
        by_subject = contributions.T.groupby(pd.Series(SUBJECTS)).sum().T
        now["probability"] = model.risk(now)
        now["yearly_value"] = _last_year(history).reindex(now.index).fillna(0.0)
        now["value_at_risk"] = now["probability"] * now["yearly_value"].clip(lower=0)
        now["reduced_share"] = reduced_share(history).reindex(now.index)
        told_by = exact.method if exact else "occlusion: each column put to its median in turn"
        by_subject, days = by_subject.astype("float32"), self.settings.days
        return FittedChurn(now, by_subject, days, history.as_of, scorecard, told_by, kept)

    def _fitted(self, history: History, known_until: date, names: Sequence[str] | None = None) -> dict[str, Calibrated]:
        """The methods, having learnt from outcomes known at `known_until`."""
        features, labels = self._training(history, known_until)
        return calibrated(candidates(self.settings.days), BLENDS, features, labels, names)

    def _training(self, history: History, known_until: date) -> tuple[pd.DataFrame, Array]:
        """Features at past cutoffs and what followed, all of it known at `known_until`."""
        settings = self.settings
        known = history.until(known_until)
        earliest = known.lines["day"].min() + pd.Timedelta(days=settings.minimum_history_days)
        frames, labels = [], []
        for number in range(settings.cutoffs):
            cutoff = known_until - timedelta(days=settings.days + number * settings.step_days)
            if pd.Timestamp(cutoff) < earliest:
                break
            frame = customer_features(known.until(cutoff))
            if len(frame) < settings.minimum_customers:
                break
            frames.append(frame)
            labels.append(no_order_within(known, frame.index, cutoff, settings.days).to_numpy())
        self._check(frames, labels, known_until)
        rows, truth = pd.concat(frames), np.concatenate(labels)
        if len(rows) > settings.maximum_rows:
            kept = np.random.default_rng(7).choice(len(rows), settings.maximum_rows, replace=False)
            rows, truth = rows.iloc[kept], truth[kept]
        return rows, truth

    def _check(self, frames: list[pd.DataFrame], labels: list[Array], known_until: date) -> None:
        settings = self.settings
        if not frames:
            raise NotEnoughHistory(
                f"Churn needs at least {settings.minimum_history_days + 2 * settings.days} days of sales to known "
                f"customers and {settings.minimum_customers} such customers; up to {known_until} there are fewer. "
                "Import a longer history, with customer ids."
            )
        share = float(np.concatenate(labels).mean())
        if not 0.005 < share < 0.995:
            raise NotEnoughHistory(
                f"Churn can't be learnt: {share:.1%} of the customers stayed away for {settings.days} days, so there "
                "is hardly anyone of one kind to learn from. Import a longer history."
            )


def fit_churn(warehouse: Warehouse, as_of: date) -> FittedChurn:
    """Fits churn for a shop.

    Raises:
        NotEnoughHistory: the history is too short or holds too few known customers.
    """
    return ChurnModel().fit(History.of(warehouse, as_of))


def _last_year(history: History) -> pd.Series:
    """Net value per customer over the last 365 days."""
    lines = history.lines
    recent = lines[(lines["day"] > pd.Timestamp(history.as_of) - pd.Timedelta(days=365)) & lines["customer_id"].notna()]
    return recent.groupby("customer_id", observed=True)["value"].sum()
