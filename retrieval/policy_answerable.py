"""Whether the best passage really answers a question: learned on questions that pages answer and others that none does.

A question may be near to a page and yet ask for what it does not say ("is there a bus to the Whitby shop?"). Beside how
well the best sentence fits, what kind of question it is tells: a logistic regression on both. Knows no page's text.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from retrieval.embedder import Vectors
from retrieval.fusion import Numbers
from retrieval.policy_scores import Places, Scored

SHIPPED = Path(__file__).with_name("policy_answerable.json")
HANDED_OFF = 0.96  # share of the unanswerable questions, each left out of its fit, that must stay below `least`
_FOLDS, _SEED = 10, 7
_KIND = 2.0  # length of the question's vector beside features of deviation 1
_STRENGTH = 1.0  # inverse of the penalty; both chosen by cross-validation on the development questions


@dataclass(frozen=True)
class Answerable:
    """A fitted judge.

    Attributes:
        embedder: identity of the embedder whose vectors it was fitted on; it is of no use with another.
        centre, spread: of the k features; weights: of the features and then the question's vector, shape (k + d,).
        least: the probability from which a question counts as answered.
    """

    embedder: str
    centre: Numbers
    spread: Numbers
    weights: Numbers
    intercept: float
    least: float

    @classmethod
    def shipped(cls, embedder: str) -> "Answerable | None":
        """The judge that comes with the project; None where it was fitted on another embedder's vectors."""
        judge = _read()
        return judge if judge is not None and judge.embedder == embedder else None

    @classmethod
    def fit(cls, embedder: str, features: Numbers, said: Vectors, answered: Sequence[bool]) -> "Answerable":
        """Learns from n questions.

        Args:
            embedder: identity of the embedder.
            features: of each question's best sentence, shape (n, k), as `features_of` gives them.
            said: the questions' vectors, shape (n, d).
            answered: whether a page answers each.
        """
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_predict

        centre, spread = features.mean(axis=0), features.std(axis=0)
        rows = np.hstack([(features - centre) / spread, _KIND * said])
        labels = np.array(answered)
        model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=2000)
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        apart = cross_val_predict(model, rows, labels, cv=folds, method="predict_proba")[:, 1]
        model.fit(rows, labels)
        least = float(np.quantile(apart[~labels], HANDED_OFF))
        return cls(embedder, centre, spread, model.coef_[0], float(model.intercept_[0]), least)

    def probability(self, found: Scored, page_of: Places) -> float:
        """The probability that the best sentence answers the question."""
        features = (features_of(found, page_of) - self.centre) / self.spread
        row = np.concatenate([features, _KIND * found.said])
        return float(1 / (1 + np.exp(-(row @ self.weights + self.intercept))))

    def save(self, file: Path) -> None:
        """Writes the judge as JSON."""
        numbers = {name: np.round(getattr(self, name), 4).tolist() for name in ("centre", "spread", "weights")}
        rest = {"embedder": self.embedder, "intercept": round(self.intercept, 4), "least": round(self.least, 4)}
        file.write_text(json.dumps(rest | numbers) + "\n", encoding="utf-8")


def features_of(found: Scored, page_of: Places) -> Numbers:
    """Cosines of the best sentence and its section, words covered, and how far the best other page is; shape (4,)."""
    best = int(np.argmax(found.scores))
    elsewhere = found.scores[page_of != page_of[best]]
    margin = found.scores[best] - elsewhere.max() if len(elsewhere) else found.scores[best]
    return np.array([found.near[best], found.wide[best], found.covered[best], margin], dtype=float)


@cache
def _read() -> Answerable | None:
    if not SHIPPED.exists():
        return None
    held = json.loads(SHIPPED.read_text(encoding="utf-8"))
    arrays = {name: np.array(held[name]) for name in ("centre", "spread", "weights")}
    return Answerable(embedder=held["embedder"], intercept=held["intercept"], least=held["least"], **arrays)
