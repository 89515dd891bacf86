"""Multinomial logistic regression as plain arrays, its calibration and its scores. Knows features and labels only.

Fitting uses scikit-learn; what is fitted answers with numpy alone.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]
Labels = npt.NDArray[np.intp]
Probabilities = npt.NDArray[np.float64]
MOST_STEPS: Final = 300
BINS: Final = 10


@dataclass(frozen=True)
class Linear:
    """A multinomial logistic regression: weights of shape (features, classes), one bias per class."""

    weights: Weights
    bias: Weights

    def probabilities(self, features: Any) -> Probabilities:
        """Shape (n, classes)."""
        return softmax(np.asarray(features @ self.weights, dtype=np.float64) + self.bias)


def fit_linear(features: Any, labels: Labels, strength: float) -> Linear:
    """Learns it; `strength` is the inverse of the regularisation. Labels are 0 to classes - 1, each at least once."""
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, max_iter=MOST_STEPS).fit(features, labels)
    weights, bias = fitted.coef_, fitted.intercept_
    if len(bias) == 1:  # two classes: scikit-learn keeps only the second one's odds
        weights, bias = np.vstack([0 * weights, weights]), np.append(0 * bias, bias)
    return Linear(weights.T.astype(np.float32), bias.astype(np.float32))


def softmax(odds: Probabilities) -> Probabilities:
    """Rows that sum to 1."""
    odds = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def sharpened(probabilities: Probabilities, temperature: float) -> Probabilities:
    """Probabilities with their logarithms divided by the temperature: above 1 flatter, below 1 more decided."""
    return softmax(np.log(np.maximum(probabilities, 1e-12)) / temperature)


def temperature_of(probabilities: Probabilities, labels: Labels) -> float:
    """The temperature under which the labels are likeliest (Guo et al., ICML 2017, section 4.2).

    Args:
        probabilities: of rows that the model had not seen, shape (n, classes).
        labels: shape (n,).
    """
    from scipy.optimize import minimize_scalar

    def surprise(logarithm: float) -> float:
        chosen = sharpened(probabilities, float(np.exp(logarithm)))[np.arange(len(labels)), labels]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-2.5, 2.5), method="bounded").x))


def scores_of(probabilities: Probabilities, labels: Labels) -> dict[str, float]:
    """Accuracy, top-3 accuracy and macro F1 (over the classes that occur), and the calibration error, 0 to 1."""
    from sklearn.metrics import f1_score

    order = np.argsort(-probabilities, axis=1, kind="stable")
    return {
        "accuracy": float((order[:, 0] == labels).mean()),
        "top-3 accuracy": float((order[:, :3] == labels[:, None]).any(axis=1).mean()),
        "macro F1": float(f1_score(labels, order[:, 0], labels=np.unique(labels), average="macro", zero_division=0)),
        "calibration error": calibration_error(probabilities, labels),
    }


def calibration_error(probabilities: Probabilities, labels: Labels) -> float:
    """How far confidence lies from the share that is right, mean over `BINS` bins of confidence, weighted by size."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    held = [bins == each for each in np.unique(bins)]
    return float(sum(abs(confidence[part].mean() - right[part].mean()) * part.mean() for part in held))
