"""Keeps the model that serves, packed, so that one customer's reasons can be found when they are asked for.

Unpacked only then, so that tables are read without a learning library. Holds figures of customers, never who they are.
"""

import pickle
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analytics.churn.calibration import Calibrated
from analytics.churn.candidate import SEED, Array
from analytics.explanation import Explained

_BACKGROUND = 500  # customers who show what is usual


@dataclass(frozen=True)
class KeptModel:
    """A model and what is usual, as bytes.

    Attributes:
        packed: the pickled model and background.
        method: how it is explained, in words.
    """

    packed: bytes
    method: str

    @classmethod
    def of(cls, model: Calibrated, features: pd.DataFrame) -> "KeptModel":
        """Packs a model with the figures of at most 500 customers, drawn by chance and without their numbers."""
        drawn = np.random.default_rng(SEED).permutation(len(features))[:_BACKGROUND]
        background = model.candidate.values(features.iloc[np.sort(drawn)])
        method = model.explained(features.iloc[:1], background).method
        return cls(pickle.dumps((model, background), protocol=5), method)

    def explained(self, features: pd.DataFrame) -> Explained:
        """What each column adds to the chances of a few customers.

        Args:
            features: theirs, as the model learnt from.

        Raises:
            Exception: whatever a model of an incompatible version raises when it is unpacked.
        """
        from threadpoolctl import threadpool_limits

        model, background = self._unpacked
        with threadpool_limits(1):  # small matrices: waiting for more threads costs more than they bring
            return model.explained(features, background)

    @cached_property
    def _unpacked(self) -> tuple[Calibrated, Array]:
        model, background = pickle.loads(self.packed)
        return model, background
