"""What every method that judges churn can do. Knows tables of numbers and labels, no shop and no dates.

Each learns from one row per customer and whether they then left, gives a chance per customer, and says how much each
column adds to it (log-odds against a typical customer).
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.explanation import Explained, approximated, stacked

Array = npt.NDArray[np.float64]
SEED = 7


def log_odds(chance: Array) -> Array:
    """ln(p / (1 - p)), kept finite."""
    clipped = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(clipped / (1 - clipped)))


def chance_of(odds: Array) -> Array:
    """The inverse of `log_odds`."""
    return np.asarray(1 / (1 + np.exp(-odds)))


def signed_log(values: Array) -> Array:
    """ln(1 + |x|) with the sign of x: tames money and counts that span decades."""
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


class Candidate:
    """A method: `fit`, then `risk` and `contributions`."""

    name: str = ""
    reads_outcomes: bool = True  # False: fitted without the labels, so that no fold needs to be held out

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = list(columns)

    def fit(self, features: pd.DataFrame, left: Array) -> "Candidate":
        """Learns from one row per customer (and cutoff); `left` is 1.0 or 0.0."""
        raise NotImplementedError

    def risk(self, features: pd.DataFrame) -> Array:
        """The chance, before calibration, that each customer leaves."""
        raise NotImplementedError

    def exactly(self, features: pd.DataFrame) -> Explained | None:
        """Exact SHAP values in log-odds, where they are found fast enough for every customer of a shop."""
        return None

    def contributions(self, features: pd.DataFrame) -> pd.DataFrame:
        """Log-odds that each column adds: exact, or else by occlusion, putting the median in its place."""
        exact = self.exactly(features)
        if exact is not None:
            return pd.DataFrame(exact.contributions, index=features.index, columns=self.columns)
        whole = log_odds(self.risk(features))
        typical = features[self.columns].median()
        return pd.DataFrame(
            {name: whole - log_odds(self.risk(features.assign(**{name: typical[name]}))) for name in self.columns},
            index=features.index,
        )

    def explained(self, features: pd.DataFrame, background: Array) -> Explained:
        """What each column adds for a few customers: exact, or else by LIME (about a quarter of a second each).

        Args:
            features: of those customers.
            background: the columns of customers who show what is usual, shape (any, columns).
        """
        exact = self.exactly(features)
        if exact is not None:
            return exact
        alone = [features.iloc[[place]] for place in range(len(features))]
        return stacked([approximated(self._around(row), self.values(row), background, self.columns) for row in alone])

    def _around(self, row: pd.DataFrame) -> Callable[[Array], Array]:
        """The chances of customers who differ from one in `columns` only."""
        others = [name for name in row.columns if name not in self.columns]

        def chances(drawn: Array) -> Array:
            same = row[others].iloc[np.zeros(len(drawn), dtype=int)].reset_index(drop=True)
            return self.risk(same.join(pd.DataFrame(drawn, columns=self.columns)))

        return chances

    def values(self, features: pd.DataFrame) -> Array:
        """The columns as numbers, shape (customers, columns)."""
        return features[self.columns].to_numpy(float)


class Standardised(Candidate):
    """Shared by methods that need columns of like size: logged, then centred and scaled as in training."""

    def learn_scale(self, features: pd.DataFrame) -> Array:
        """Remembers mean and spread; returns the training matrix."""
        values = signed_log(self.values(features))
        self.centre, self.spread = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-9)
        return self.scaled(features)

    def scaled(self, features: pd.DataFrame) -> Array:
        """Logged, centred, scaled; held within five spreads, for nothing was learnt beyond."""
        scaled = (signed_log(self.values(features)) - self.centre) / self.spread
        return np.asarray(np.clip(scaled, -5.0, 5.0))
