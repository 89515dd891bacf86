"""The table that answers churn questions: every customer's chance to stay away, what is at stake, and why.

Needs no learning library. Knows no currency: amounts in reasons are written by the function handed in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.churn.keeping import what_would_keep
from analytics.churn.kept import KeptModel
from analytics.churn.reasons import reasons_for
from analytics.customer_features import SUBJECTS
from analytics.scorecard import Scorecard

STILL_ACTIVE_DAYS = 180
STILL_ACTIVE_GAPS = 2.0
PLAINLY_LEFT = 0.9  # a chance of no order from which a customer counts as gone


@dataclass(frozen=True)
class AtRisk:
    """Customers worth keeping, the most at stake first.

    Attributes:
        rows: as `FittedChurn.customers`, at most as many as asked.
        alarming: how many regulars are quiet for longer than usual and riskier than the average regular.
        average: the average regular's probability (0-1).
        active: how many customers still count as active.
        gone: how many do not, and are therefore not listed.
    """

    rows: pd.DataFrame
    alarming: int
    average: float
    active: int
    gone: int


@dataclass(frozen=True)
class Drivers:
    """What drives one customer's risk.

    Attributes:
        by_subject: what each subject adds, in the unit of the method (log-odds, or a forest's chance).
        method: how it was found, in words.
        exact: with the base it adds up to what the model says.
    """

    by_subject: pd.Series
    method: str
    exact: bool


@dataclass(frozen=True)
class FittedChurn:
    """Risks as of the last fit.

    Attributes:
        customers: indexed by customer_id: the features, probability (0-1), yearly_value (money over the last 365 days,
            net), value_at_risk (probability x yearly value) and reduced_share (of spending at reduced prices; NaN where
            unknown).
        contributions: same index, one column per subject: calibrated log-odds that it adds.
        days: a customer has left who places no order in this many days.
        told_by: how the contributions were found, in words.
        kept: the serving model where its contributions here are not exact; None where they are.
    """

    customers: pd.DataFrame
    contributions: pd.DataFrame
    days: int
    as_of: date
    scorecard: Scorecard | None
    told_by: str = ""
    kept: KeptModel | None = None

    def still_active(self) -> pd.Series:
        """Who has not plainly left: silent for at most 180 days or twice their usual gap, and not surely gone."""
        known = self.customers
        by_rhythm = known["known_rhythm"] & (known["recency"] <= STILL_ACTIVE_GAPS * known["usual_gap"])
        return ((known["recency"] <= STILL_ACTIVE_DAYS) | by_rhythm) & (known["probability"] < PLAINLY_LEFT)

    def at_risk(self, limit: int, among: pd.Index | None = None) -> AtRisk:
        """Whom the shop is about to lose: regulars (two order days or more) who have not plainly left.

        Those who are quiet for longer than usual and riskier than the average regular come first, by probability x
        yearly value; if they are fewer than `limit`, the others follow by the same product (column alarming tells them
        apart).
        """
        known, active = self.customers, self.still_active()
        if among is not None:
            inside = known.index.isin(among)
            known, active = known[inside], active[inside]
        regular = known[active & (known["order_days"] >= 2)]
        average = float(regular["probability"].mean()) if len(regular) else 0.0
        alarming = (regular["silence_ratio"] > 1) & (regular["probability"] >= average)
        ranked = regular.assign(alarming=alarming)
        ranked = ranked.sort_values(["alarming", "value_at_risk"], ascending=False, kind="stable")
        return AtRisk(ranked.head(limit), int(alarming.sum()), average, int(active.sum()), int((~active).sum()))

    def drivers(self, customer_id: str) -> Drivers:
        """What drives one customer's risk, by the strongest method that the serving model allows.

        Exact values where the model has them; LIME otherwise; those of the table where the model cannot be read.
        """
        stored = self.contributions.loc[[customer_id]].iloc[0]
        if self.kept is None:
            return Drivers(stored, self.told_by, self.told_by.startswith("exact"))
        try:
            found = self.kept.explained(self.customers.loc[[customer_id]])
        except Exception as broken:  # what a model of another version raises cannot be listed
            again = f"the model itself cannot be read ({type(broken).__name__}): run `retail-assistant fit`"
            return Drivers(stored, f"{self.told_by}; {again}", False)
        by_column = pd.Series(found.contributions[0], index=list(SUBJECTS))
        return Drivers(by_column.groupby(pd.Series(SUBJECTS)).sum(), found.method, found.exact)

    def how_explained(self) -> str:
        """How reasons are found, in words; "" where an earlier version fitted this."""
        if self.kept is None:
            return self.told_by
        return f"{self.kept.method}, for one customer; in lists {self.told_by}"

    def explain(
        self,
        customer_id: str,
        money: Callable[[float], str] = "{:,.2f}".format,
        *,
        worrying: bool | None = None,
        drivers: Drivers | None = None,
    ) -> tuple[str, ...]:
        """Up to three reasons for this customer's risk in words with figures, the weightiest first.

        Args:
            customer_id: a customer of `customers`.
            money: how an amount is written.
            worrying: give what raises the risk (True) or lowers it (False); None: whichever the customer is known for,
                above or below the shop's average.
            drivers: as `drivers` found them; None: those of the table.
        """
        row = self.customers.loc[[customer_id]].iloc[0]
        if worrying is None:
            worrying = bool(row["probability"] >= self.customers["probability"].mean())
        by_subject = drivers.by_subject if drivers else self.contributions.loc[[customer_id]].iloc[0]
        return reasons_for(row, by_subject, self.typical(), worrying, money)

    def keep(self, customer_id: str) -> tuple[str, ...]:
        """What fits this customer's reasons and may keep them, at most three; that it works is not claimed."""
        row = self.customers.loc[[customer_id]].iloc[0]
        reduced = row.get("reduced_share")
        usual = float(self.customers["reduced_share"].mean()) if "reduced_share" in self.customers else 0.0
        return what_would_keep(row, self.customers, None if pd.isna(reduced) else float(reduced), usual)

    def typical(self) -> pd.Series:
        """The shop's median customer, which reasons compare with."""
        return self.customers[["value", "order_days", "products", "tenure", "usual_gap"]].median()
