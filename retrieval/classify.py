"""Which category a product belongs to, from its title and what else is known of it. Knows no index and no shop.

Two views are learnt, because one that is fitted on full descriptions judges bare names badly and the other way round:

- *name only*: what a person types;
- *everything*: name, facts (brand and attributes) and description, each as a vector of its own. A description often
  praises rather than says what a thing is; joined into one text it hides the name, as a vector of its own it does not.

In each, three methods compete in a cross-validation in which near-duplicate titles stay together, and the best serves:
character n-grams (multinomial logistic regression), embeddings (the same, on vectors), and the mean of both. The
confidence is calibrated on the held-out folds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from retrieval.category_features import Features, features_of, name_features
from retrieval.embedder import Embedder, Vectors
from retrieval.errors import BadCatalog, NotEnoughData
from retrieval.linear import Labels, Linear, Probabilities, fit_linear, scores_of, sharpened, temperature_of
from retrieval.near_duplicates import title_groups

Embed = Callable[[Sequence[str]], Vectors]

GRAM_STRENGTH, VECTOR_STRENGTH = 20.0, 10.0  # inverse regularisation of the two regressions
FEWEST_PER_CATEGORY = 5
MOST_PRODUCTS = 6000  # a larger catalog is sampled evenly per category: more hardly changes the result
FOLDS = 5
METHODS: Final = ("character n-grams", "embeddings", "both")
NAME_ONLY: Final = ", name only"  # put behind a method's name in the scores


@dataclass(frozen=True)
class Guess:
    """A category and how surely, 0 to 1: of guesses that are 0.8 sure some 8 in 10 are right."""

    category: str
    confidence: float


@dataclass(frozen=True)
class ClassifierScore:
    """Cross-validated accuracy of every method.

    Attributes:
        scores: method -> {"accuracy", "top-3 accuracy", "macro F1", "calibration error"}, 0 to 1; where products have
            more than a name, also "method, name only".
        serves: the method that answers.
        rows: products judged, each by a classifier that had seen neither it nor a near duplicate.
        left_out: categories with too few products to learn.
    """

    scores: dict[str, dict[str, float]]
    serves: str
    rows: int
    left_out: tuple[str, ...] = ()
    ability: str = "category of a product"
    measure: str = "accuracy"
    lower_is_better: bool = False
    split: str = f"{FOLDS}-fold cross-validation over the shop's products, near duplicates kept together"
    as_of: date | None = None

    def sentence(self) -> str:
        """The serving method's score in words."""
        return f"{self.serves}: {self.measure} {self.scores[self.serves][self.measure]:.3g} in a {self.split}"


@dataclass(frozen=True)
class View:
    """What answers for one way of knowing a product.

    Attributes:
        method: one of `METHODS`.
        temperature: of its calibration.
    """

    grams: Linear
    vectors: Linear
    method: str
    temperature: float

    def probabilities(self, features: Features) -> Probabilities:
        """Calibrated, shape (n, categories)."""
        return sharpened(_blend(self.grams, self.vectors, features)[self.method], self.temperature)


@dataclass
class CategoryClassifier:
    """Fitted classifier of one shop. `everything` is None where its products have nothing but names."""

    categories: tuple[str, ...]
    name_only: View
    everything: View | None
    scorecard: ClassifierScore
    embedder: str  # identity of the model whose vectors it was fitted on

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Reads a kept one.

        Raises:
            ValueError: it was kept by an earlier version, which judged otherwise.
        """
        if "name_only" not in state:
            raise ValueError("the categories were learnt by an earlier version")
        self.__dict__.update(state)

    def predict(self, text: str, embed: Embed, limit: int = 3) -> tuple[Guess, ...]:
        """The likeliest categories of a product that is known by a name or a phrase, best first."""
        return self._guesses(self.name_only.probabilities(name_features([text], embed)), limit)[0]

    def predict_products(self, products: pd.DataFrame, embed: Embed, limit: int = 3) -> list[tuple[Guess, ...]]:
        """The likeliest categories of each product, from all that is known of it.

        Args:
            products: title; brand, attributes and description where known.
            embed: the embedder that it was fitted with.
            limit: guesses for each.
        """
        if products.empty:
            return []
        features = features_of(products, embed)
        bare = self.name_only.probabilities(features.names())
        if self.everything is None:
            return self._guesses(bare, limit)
        full = self.everything.probabilities(features)
        return self._guesses(np.where(features.described[:, None], full, bare), limit)

    def _guesses(self, probabilities: Probabilities, limit: int) -> list[tuple[Guess, ...]]:
        best = np.argsort(-probabilities, axis=1, kind="stable")[:, :limit]
        return [
            tuple(Guess(self.categories[place], float(row[place])) for place in places)
            for row, places in zip(probabilities, best, strict=True)
        ]


def fit_classifier(
    products: pd.DataFrame, embedder: Embedder, as_of: date | None = None, seed: int = 0
) -> CategoryClassifier:
    """Learns the shop's categories.

    Args:
        products: title and category; brand, attributes and description where the shop has them.
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
    categories, labels = np.unique(known["category"].astype(str).to_numpy(), return_inverse=True)
    features, folds = features_of(known, embedder.encode), _folds(known["title"].astype(str), labels, seed)
    named = name_features([str(name) for name in categories], embedder.encode)
    bare, scores = _fit_view(features.names(), labels, folds, named)
    full = None
    if features.described.any():
        full, fuller = _fit_view(features, labels, folds, None)
        scores = fuller | {f"{method}{NAME_ONLY}": figures for method, figures in scores.items()}
    serves = (full or bare).method
    return CategoryClassifier(
        categories=tuple(str(name) for name in categories),
        name_only=bare,
        everything=full,
        scorecard=ClassifierScore(scores, serves, len(labels), left_out, as_of=as_of),
        embedder=embedder.identity,
    )


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


def _folds(titles: "pd.Series[str]", labels: Labels, seed: int) -> list[tuple[Labels, Labels]]:
    """Rows to learn from and rows to judge; groups of near-duplicate titles stay whole."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(labels, labels, title_groups(titles.tolist())))


def _fit_view(
    features: Features, labels: Labels, folds: list[tuple[Labels, Labels]], named: Features | None
) -> tuple[View, dict[str, dict[str, float]]]:
    """The view that serves, and its methods' scores. `named`: the categories' own names, one more row for each."""
    classes = int(labels.max()) + 1
    found = {method: np.zeros((len(labels), classes)) for method in METHODS}
    for learn, judge in folds:
        grams, vectors, seen = _learn(features.rows(learn), labels[learn], named)
        for method, answer in _blend(grams, vectors, features.rows(judge)).items():
            found[method][np.ix_(judge, seen)] = answer
    calibrated = {method: _calibrated(answer, labels, folds) for method, answer in found.items()}
    scores = {method: scores_of(answer, labels) for method, answer in calibrated.items()}
    best = max(METHODS, key=lambda method: scores[method]["accuracy"])
    grams, vectors, _ = _learn(features, labels, named)
    return View(grams, vectors, best, temperature_of(found[best], labels)), scores


def _learn(features: Features, labels: Labels, named: Features | None) -> tuple[Linear, Linear, Labels]:
    """The two regressions, and which labels they tell apart."""
    if named is not None:
        features, labels = features.followed_by(named), np.append(labels, np.arange(named.size))
    seen, dense = np.unique(labels, return_inverse=True)
    return (
        fit_linear(features.grams, dense, GRAM_STRENGTH),
        fit_linear(features.vectors, dense, VECTOR_STRENGTH),
        seen,
    )


def _blend(grams: Linear, vectors: Linear, features: Features) -> dict[str, Probabilities]:
    by_grams, by_vectors = grams.probabilities(features.grams), vectors.probabilities(features.vectors)
    return dict(zip(METHODS, (by_grams, by_vectors, (by_grams + by_vectors) / 2), strict=True))


def _calibrated(answer: Probabilities, labels: Labels, folds: list[tuple[Labels, Labels]]) -> Probabilities:
    """Each fold's answers under the temperature that fits the other folds' answers."""
    done = np.zeros_like(answer)
    for others, judge in folds:
        done[judge] = sharpened(answer[judge], temperature_of(answer[others], labels[others]))
    return done
