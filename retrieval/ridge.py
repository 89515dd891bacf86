"""A ridge classifier that judges each row as if it had not seen it. Knows features and labels only.

Regression on one column per class, solved through the rows' inner products, so that features may be far longer than
rows are many. The left-out answers are exact, without refitting: Golub, Heath and Wahba, Technometrics 1979.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from retrieval.linear import Labels, Probabilities, scores_of, softmax, temperature_of

Array = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.float64]
STRENGTHS: Final = (0.01, 0.03, 0.1, 0.3, 1.0)  # of the regularisation, in units of the rows' mean squared length
_STEEPNESS: Final = 10.0  # brings scores of about 0 to 1 to where a temperature can calibrate them


@dataclass(frozen=True)
class Ridge:
    """Fitted classifier.

    Attributes:
        centre: shape (d,); weights: shape (d, classes); shares: of the classes, shape (classes,).
        temperature: of its calibration.
        left_out: accuracy, top-3 accuracy, macro F1 and calibration error of rows judged without themselves.
    """

    centre: Array
    weights: Array
    shares: Array
    temperature: float
    left_out: dict[str, float]

    def scores(self, features: Array) -> Array:
        """About 1 for the row's class and 0 for others, shape (n, classes)."""
        return np.asarray((features - self.centre) @ self.weights + self.shares, dtype=np.float32)

    def probabilities(self, features: Array) -> Probabilities:
        """Calibrated, shape (n, classes)."""
        return softmax(_STEEPNESS * self.scores(features).astype(np.float64) / self.temperature)


def fit_ridge(features: Array, labels: Labels) -> Ridge:
    """Learns with the strength under which most rows are judged rightly without themselves.

    Args:
        features: shape (n, d).
        labels: 0 to classes - 1, shape (n,).
    """
    centre = features.mean(axis=0)
    rows = features - centre
    kernel = (rows @ rows.T).astype(np.float64)
    wanted = np.eye(int(labels.max()) + 1)[labels]
    size = float(np.trace(kernel)) / len(rows) or 1.0
    spectrum = np.linalg.eigh(kernel)
    tried = [solved(*spectrum, wanted, strength * size) for strength in STRENGTHS]
    duals, judged = max(tried, key=lambda each: float((each[1].argmax(axis=1) == labels).mean()))
    temperature = temperature_of(softmax(_STEEPNESS * judged), labels)
    scores = scores_of(softmax(_STEEPNESS * judged / temperature), labels)
    shares = wanted.mean(axis=0).astype(np.float32)
    return Ridge(centre, rows.T @ duals.astype(np.float32), shares, temperature, scores)


def solved(values: Numbers, vectors: Numbers, wanted: Numbers, penalty: float) -> tuple[Numbers, Numbers]:
    """The duals of a regression with a free intercept, and what it answers for each row when that row is left out.

    Args:
        values: eigenvalues of the centred rows' inner products, shape (n,).
        vectors: eigenvectors, shape (n, n).
        wanted: shape (n, classes).
        penalty: of the squared weights.
    """
    inverse = 1 / (np.maximum(values, 0) + penalty)
    duals = (vectors * inverse) @ (vectors.T @ (wanted - wanted.mean(axis=0)))
    # the intercept's direction carries no penalty: its share of the diagonal is taken out
    own = vectors**2 @ inverse - 1 / (len(wanted) * penalty)
    return duals, wanted - duals / np.maximum(own, 1e-12)[:, None]
