"""How content the writer of a review is, from its words alone: the methods that compete. Knows texts, no shop.

Three ways of reading are blended by a logistic regression of their out-of-fold scores (stacking: Wolpert, "Stacked
generalization", Neural Networks 5, 1992): words weighted by how much oftener the content use them (NB-SVM: Wang and
Manning, "Baselines and bigrams", ACL 2012), title and text apart, and sentence embeddings where there are some.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
BASELINE: Final = "TF-IDF + logistic regression"
WORDS_BLEND: Final = "NB-SVM + title and text"
FULL_BLEND: Final = "NB-SVM + title and text + embeddings"
_WORD: Final = r"(?u)[^\W_']+(?:'[^\W_]+)?|[!?]"
_FOLDS: Final = 3
_SEED: Final = 7


@dataclass(frozen=True)
class Texts:
    """Reviews to read.

    Attributes:
        titles, texts: one of each per review; empty where there is none.
        vectors: (n, d) embeddings of title and text; None: not embedded.
    """

    titles: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: npt.NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        if len(self.titles) != len(self.texts) or (self.vectors is not None and len(self.vectors) != len(self.texts)):
            raise ValueError("Expected as many titles and vectors as texts.")

    def __len__(self) -> int:
        return len(self.texts)

    def rows(self, chosen: npt.NDArray[Any]) -> "Texts":
        """The reviews at these places."""
        titles, texts = (tuple(each[place] for place in chosen) for each in (self.titles, self.texts))
        return Texts(titles, texts, None if self.vectors is None else self.vectors[chosen])

    @property
    def whole(self) -> list[str]:
        """Title and text as one."""
        return [whole_text(title, text) for title, text in zip(self.titles, self.texts, strict=True)]


def texts_of(titles: pd.Series, texts: pd.Series, embed: Embed | None = None) -> Texts:
    """The reviews of two columns, missing values as empty, embedded where `embed` is given."""
    said = [tuple(column.fillna("").astype(str).str.strip()) for column in (titles, texts)]
    plain = Texts(said[0], said[1])
    return plain if embed is None else Texts(plain.titles, plain.texts, embed(plain.whole))


def whole_text(title: str, text: str) -> str:
    """A title and its text; the title ends as a sentence."""
    ended = title if not title or title[-1] in ".!?" else f"{title}."
    return f"{ended} {text}".strip()


class Baseline:
    """Words by TF-IDF, weighed by logistic regression: what everybody tries first."""

    def fit(self, texts: Texts, content: Array) -> "Baseline":
        """Learns from texts and whether their writers were content (1.0 or 0.0)."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self.vectors = TfidfVectorizer()
        self.model = LogisticRegression(max_iter=1000).fit(self.vectors.fit_transform(texts.whole), content)
        return self

    def content(self, texts: Texts) -> Array:
        """The chance that each writer is content."""
        return np.asarray(self.model.predict_proba(self.vectors.transform(texts.whole))[:, 1])


class _Part:
    """One reader of the blend: learns as the blend does, and gives log-odds."""

    def fit(self, texts: Texts, content: Array) -> Any:
        raise NotImplementedError

    def score(self, texts: Texts) -> Array:
        raise NotImplementedError


class _WeightedWords(_Part):
    """NB-SVM: one to three words in a row, TF-IDF times the log ratio of their counts among both kinds of reviews."""

    def fit(self, texts: Texts, content: Array) -> "_WeightedWords":
        from sklearn.linear_model import LogisticRegression

        self.vectors = _words_in_a_row(3)
        values = self.vectors.fit_transform(texts.whole)
        good, bad = (1.0 + np.asarray((values[content == kind] > 0).sum(axis=0)).ravel() for kind in (1.0, 0.0))
        self.ratio = np.log(good / good.sum()) - np.log(bad / bad.sum())
        self.model = LogisticRegression(C=1.0, solver="liblinear", random_state=_SEED)
        self.model.fit(values.multiply(self.ratio).tocsr(), content)
        return self

    def score(self, texts: Texts) -> Array:
        values = self.vectors.transform(texts.whole).multiply(self.ratio).tocsr()
        return np.asarray(self.model.decision_function(values))


class _TitleAndText(_Part):
    """Logistic regression of words and word pairs, those of the title apart from those of the text."""

    def fit(self, texts: Texts, content: Array) -> "_TitleAndText":
        from sklearn.linear_model import LogisticRegression

        self.titles = _words_in_a_row(2) if any(texts.titles) else None
        self.texts = _words_in_a_row(2)
        if self.titles is not None:
            try:
                self.titles.fit(texts.titles)
            except ValueError:  # no word stands in two titles
                self.titles = None
        self.texts.fit(texts.texts)
        self.model = LogisticRegression(C=4.0, solver="liblinear", random_state=_SEED)
        self.model.fit(self._values(texts), content)
        return self

    def score(self, texts: Texts) -> Array:
        return np.asarray(self.model.decision_function(self._values(texts)))

    def _values(self, texts: Texts) -> Any:
        from scipy import sparse

        parts = [self.texts.transform(texts.texts)]
        if self.titles is not None:
            parts.append(self.titles.transform(texts.titles))
        return sparse.hstack(parts).tocsr()


class _Embedded(_Part):
    """Logistic regression of the sentence embeddings."""

    def fit(self, texts: Texts, content: Array) -> "_Embedded":
        from sklearn.linear_model import LogisticRegression

        self.model = LogisticRegression(C=30.0, max_iter=300, random_state=_SEED).fit(texts.vectors, content)
        return self

    def score(self, texts: Texts) -> Array:
        return np.asarray(self.model.decision_function(texts.vectors), dtype=np.float64)


class Blend:
    """The stacked readers; 0.5 is where both kinds of reviews are told apart best."""

    def fit(self, texts: Texts, content: Array) -> "Blend":
        """Learns from texts and whether their writers were content (1.0 or 0.0); both kinds at least `_FOLDS` times."""
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold

        self.makers: list[type[_Part]] = [
            _WeightedWords,
            _TitleAndText,
            *([_Embedded] if texts.vectors is not None else []),
        ]
        scores = np.zeros((len(texts), len(self.makers)))
        folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
        for learn, hold in folds.split(scores, content):
            parts: list[_Part] = [make().fit(texts.rows(learn), content[learn]) for make in self.makers]
            scores[hold] = np.stack([part.score(texts.rows(hold)) for part in parts], axis=1)
        self.stack = LogisticRegression(C=10.0).fit(scores, content)
        self.line = best_line(self.stack.decision_function(scores), content)
        self.parts: list[_Part] = [make().fit(texts, content) for make in self.makers]
        return self

    def content(self, texts: Texts) -> Array:
        """How likely each writer is content, 0-1, centred so that 0.5 separates best."""
        scores = np.stack([part.score(texts) for part in self.parts], axis=1)
        return np.asarray(1 / (1 + np.exp(-(self.stack.decision_function(scores) - self.line))))


def best_line(scores: Array, content: Array) -> float:
    """The score from which a writer counts as content: the one with the highest mean F1 of both kinds."""
    from sklearn.metrics import f1_score

    lines = np.unique(np.quantile(scores, np.linspace(0.02, 0.98, 97)))
    return float(max(lines, key=lambda line: f1_score(content, scores >= line, average="macro", zero_division=0)))


def score(content: Array, said: Array) -> dict[str, float]:
    """AUC and F1 of a method's scores (0.5 and more: content): of each kind, their mean, and weighted by frequency."""
    from sklearn.metrics import f1_score, roc_auc_score

    yes = (said >= 0.5).astype(float)
    return {
        "AUC": float(roc_auc_score(content, said)),
        "F1 content": float(f1_score(content, yes)),
        "F1 not content": float(f1_score(content, yes, pos_label=0.0)),
        "F1 mean": float(f1_score(content, yes, average="macro")),
        "F1 weighted": float(f1_score(content, yes, average="weighted")),
    }


def _words_in_a_row(most: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(
        ngram_range=(1, most), min_df=2, sublinear_tf=True, strip_accents="unicode", token_pattern=_WORD
    )
