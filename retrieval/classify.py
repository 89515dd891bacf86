"""Which category a product belongs to, from its title or text. Knows no index and no shop.

Three methods compete in a stratified cross-validation, and the best one serves:

- character n-grams: hashed n-grams of 2 to 5 letters, multinomial logistic regression;
- embeddings: multinomial logistic regression on the text's vector;
- both: the mean of their probabilities.

Fitting uses scikit-learn; the fitted classifier is plain arrays and answers with numpy alone.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.embedder import Embedder, Vectors
from retrieval.errors import BadCatalog, NotEnoughData
from retrieval.products import LONGEST_DESCRIPTION

Weights = npt.NDArray[np.float32]
Probabilities = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], Vectors]

BUCKETS: Final = 1 << 14
GRAM_STRENGTH, VECTOR_STRENGTH = 20.0, 10.0  # inverse regularisation of the two regressions
FEWEST_PER_CATEGORY = 5
MOST_PRODUCTS = 6000  # a larger catalog is sampled evenly per category: more hardly changes the result
FOLDS = 5
METHODS: Final = ("character n-grams", "embeddings", "both")


@dataclass(frozen=True)
class Guess:
    """A category and how surely, 0 to 1."""

    category: str
    confidence: float


@dataclass(frozen=True)
class ClassifierScore:
    """Cross-validated accuracy of every method.

    Attributes:
        scores: method -> {"accuracy", "top-3 accuracy", "macro F1"}, 0 to 1.
        serves: the method that answers.
        rows: products judged, each by a classifier that had not seen it.
        left_out: categories with too few products to learn.
    """

    scores: dict[str, dict[str, float]]
    serves: str
    rows: int
    left_out: tuple[str, ...] = ()
    ability: str = "category of a product"
    measure: str = "accuracy"
    lower_is_better: bool = False
    split: str = f"{FOLDS}-fold cross-validation over the shop's products"
    as_of: date | None = None

    def sentence(self) -> str:
        """The serving method's score in words."""
        return f"{self.serves}: {self.measure} {self.scores[self.serves][self.measure]:.3g} in a {self.split}"


@dataclass(frozen=True)
class Linear:
    """A multinomial logistic regression: weights of shape (features, classes), one bias per class."""

    weights: Weights
    bias: Weights

    def probabilities(self, features: Any) -> Probabilities:
        """Shape (n, classes)."""
        odds = np.asarray(features @ self.weights, dtype=np.float64) + self.bias
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@dataclass
class CategoryClassifier:
    """Fitted classifier of one shop."""

    categories: tuple[str, ...]
    grams: Linear
    vectors: Linear
    scorecard: ClassifierScore
    embedder: str  # identity of the model whose vectors it was fitted on

    def predict(self, text: str, embed: Embed, limit: int = 3) -> tuple[Guess, ...]:
        """The likeliest categories, best first."""
        method = self.scorecard.serves
        parts = []
        if method != "embeddings":
            parts.append(self.grams.probabilities(gram_matrix([text])))
        if method != "character n-grams":
            parts.append(self.vectors.probabilities(embed([text])))
        mean = np.mean(parts, axis=0)[0]
        best = np.argsort(-mean, kind="stable")[:limit]
        return tuple(Guess(self.categories[place], float(mean[place])) for place in best)


def fit_classifier(
    products: pd.DataFrame, embedder: Embedder, as_of: date | None = None, seed: int = 0
) -> CategoryClassifier:
    """Learns the shop's categories.

    Args:
        products: title and category; description where the shop has one.
        embedder: makes the vectors.
        as_of: the shop's day, kept with the score.
        seed: of the folds.

    Raises:
        BadCatalog: a column is missing.
        NotEnoughData: fewer than two categories with `FEWEST_PER_CATEGORY` products.
    """
    missing = [name for name in ("title", "category") if name not in products.columns]
    if missing:
        raise BadCatalog(f"Expected products with title and category; got no {', '.join(missing)}.")
    known, left_out = _learnable(products, seed)
    texts = [category_text(row) for _, row in known.iterrows()]
    categories, labels = np.unique(known["category"].astype(str).to_numpy(), return_inverse=True)
    grams, vectors = gram_matrix(texts), embedder.encode(texts)
    scores = _cross_validate(grams, vectors, labels, len(categories), seed)
    serves = max(METHODS, key=lambda method: scores[method]["accuracy"])
    return CategoryClassifier(
        categories=tuple(str(name) for name in categories),
        grams=_regression(grams, labels, GRAM_STRENGTH),
        vectors=_regression(vectors, labels, VECTOR_STRENGTH),
        scorecard=ClassifierScore(scores, serves, len(labels), left_out, as_of=as_of),
        embedder=embedder.identity,
    )


def category_text(row: Any) -> str:
    """What is classified: title and description."""
    description = row.get("description")
    return f"{row['title']}. {str(description)[:LONGEST_DESCRIPTION]}" if description else str(row["title"])


def gram_matrix(texts: Sequence[str]) -> Any:
    """Hashed character n-grams, each row of length 1: sparse, shape (n, BUCKETS)."""
    from scipy import sparse

    starts, buckets, values = [0], [], []
    for text in texts:
        found, counts = np.unique(np.array(_grams(text), dtype=np.int64), return_counts=True)
        weight = 1 + np.log(counts)
        buckets.append(found)
        values.append(weight / (np.linalg.norm(weight) or 1.0))
        starts.append(starts[-1] + len(found))
    shape = (len(texts), BUCKETS)
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(buckets), np.array(starts)), shape=shape)


def _grams(text: str) -> list[int]:
    found: list[str] = []
    for word in text.lower().split():
        padded = f" {word} "
        for size in range(2, 6):
            found.extend(padded[at : at + size] for at in range(len(padded) - size + 1))
        found.append(f"={word}")
    return [zlib.crc32(gram.encode()) % BUCKETS for gram in found]


def _learnable(products: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The products of categories that can be learnt, and the names of the other categories."""
    labelled = products[products["category"].fillna("").astype(str) != ""]
    sizes = labelled["category"].value_counts()
    enough = sizes[sizes >= FEWEST_PER_CATEGORY].index
    if len(enough) < 2:
        raise NotEnoughData(
            f"Expected at least two categories with {FEWEST_PER_CATEGORY} products each to learn from; "
            f"this shop has {len(enough)}. Import the products with their category."
        )
    known = labelled[labelled["category"].isin(enough)]
    if len(known) > MOST_PRODUCTS:
        share = MOST_PRODUCTS / len(known)
        known = known.groupby("category", observed=True).sample(frac=share, random_state=seed)
    kept = known["category"].value_counts()
    known = known[known["category"].isin(kept[kept >= FEWEST_PER_CATEGORY].index)]
    return known.reset_index(drop=True), tuple(sorted(set(sizes.index) - set(known["category"])))


def _regression(features: Any, labels: npt.NDArray[np.intp], strength: float) -> Linear:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=strength, max_iter=300).fit(features, labels)
    weights, bias = fitted.coef_, fitted.intercept_
    if len(bias) == 1:  # two classes: scikit-learn keeps only the second one's odds
        weights, bias = np.vstack([0 * weights, weights]), np.append(0 * bias, bias)
    return Linear(weights.T.astype(np.float32), bias.astype(np.float32))


def _cross_validate(
    grams: Any, vectors: Vectors, labels: npt.NDArray[np.intp], classes: int, seed: int
) -> dict[str, dict[str, float]]:
    from sklearn.model_selection import StratifiedKFold

    found = {method: np.zeros((len(labels), classes)) for method in METHODS}
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for learn, judge in folds.split(vectors, labels):
        by_grams = _regression(grams[learn], labels[learn], GRAM_STRENGTH).probabilities(grams[judge])
        by_vectors = _regression(vectors[learn], labels[learn], VECTOR_STRENGTH).probabilities(vectors[judge])
        found["character n-grams"][judge] = by_grams
        found["embeddings"][judge] = by_vectors
        found["both"][judge] = (by_grams + by_vectors) / 2
    return {method: _accuracy(probabilities, labels) for method, probabilities in found.items()}


def _accuracy(probabilities: Probabilities, labels: npt.NDArray[np.intp]) -> dict[str, float]:
    from sklearn.metrics import f1_score

    order = np.argsort(-probabilities, axis=1, kind="stable")
    return {
        "accuracy": float((order[:, 0] == labels).mean()),
        "top-3 accuracy": float((order[:, :3] == labels[:, None]).any(axis=1).mean()),
        "macro F1": float(f1_score(labels, order[:, 0], average="macro", zero_division=0)),
    }
