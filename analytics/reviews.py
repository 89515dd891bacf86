"""What customers say: how content each review is from its words alone, what about, how that moves, and quotes.

The rating never feeds a prediction: it only teaches (a review of four or five stars is content, of one or two is not)
and judges on later reviews. Knows no wording of answers.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.aspects import aspects_of, sentences, word_balance
from analytics.errors import MissingData
from analytics.history import History
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]
WORDS, LEARNT = "word list", "TF-IDF + logistic regression"


@dataclass(frozen=True)
class ReviewSettings:
    """When a shop's reviews are enough to learn from.

    Attributes:
        fewest: rated reviews needed to learn.
        fewest_of_kind: of them at least so many content and so many not.
        test_share: last part of the reviews, on which the methods are judged.
    """

    fewest: int = 200
    fewest_of_kind: int = 25
    test_share: float = 0.25

    def __post_init__(self) -> None:
        if self.fewest < 20 or self.fewest_of_kind < 5 or not 0 < self.test_share < 0.9:
            raise ValueError(f"Expected fewest >= 20, fewest_of_kind >= 5 and 0 < test_share < 0.9; got {self}.")


@dataclass(frozen=True)
class FittedReviews:
    """Every review and every sentence about something, scored.

    Attributes:
        reviews: review_id, product_id, category, reviewed_on, rating (NaN unknown), text, content (chance 0-1 that the
            reviewer is content, from the words).
        statements: review_id, product_id, category, reviewed_on, aspect, sentence, content.
    """

    reviews: pd.DataFrame
    statements: pd.DataFrame
    method: str
    as_of: date
    scorecard: Scorecard | None


class ReviewModel:
    """Sentiment of a shop's reviews."""

    def __init__(self, settings: ReviewSettings | None = None) -> None:
        self.settings = settings or ReviewSettings()

    def backtest(self, reviews: pd.DataFrame, as_of: date) -> Scorecard | None:
        """Judges the word list and the learnt model on the latest rated reviews; None where they are too few.

        Args:
            reviews: text, rating, reviewed_on.
            as_of: the last day known.
        """
        rated = _rated(reviews)
        cut = int(len(rated) * (1 - self.settings.test_share))
        learn, judge = rated.iloc[:cut], rated.iloc[cut:]
        if not self._enough(learn) or judge["content"].nunique() < 2:
            return None
        truth = judge["content"].to_numpy(float)
        scores = {
            WORDS: _score(truth, _by_words(judge["text"])),
            LEARNT: _score(truth, Learnt().fit(learn["text"], learn["content"].to_numpy(float)).content(judge["text"])),
        }
        dated = judge["reviewed_on"].notna().all()
        since = f"judged on those since {judge['reviewed_on'].iloc[0]:%Y-%m-%d}" if dated else "judged on the last ones"
        return Scorecard(
            ability="whether a reviewer is content, from the words",
            measure="AUC",
            lower_is_better=False,
            scores=scores,
            serves=max(scores, key=lambda name: scores[name]["AUC"]),
            split=f"learnt from the earlier reviews, {since}",
            as_of=as_of,
            rows=len(judge),
        )

    def fit(self, history: History) -> FittedReviews:
        """Scores every review and every sentence that speaks of an aspect.

        Raises:
            MissingData: the shop has no reviews.
        """
        reviews = _reviews(history)
        scorecard = self.backtest(reviews, history.as_of)
        rated = _rated(reviews)
        model: Learnt | None = None
        if scorecard and scorecard.serves == LEARNT:
            model = Learnt().fit(rated["text"], rated["content"].to_numpy(float))
        reviews["content"] = model.content(reviews["text"]) if model else _by_words(reviews["text"])
        statements = _statements(reviews)
        said = statements["sentence"]
        statements["content"] = model.content(said) if model and len(said) else _by_words(said)
        return FittedReviews(reviews, statements, LEARNT if model else WORDS, history.as_of, scorecard)

    def _enough(self, rated: pd.DataFrame) -> bool:
        kinds = rated["content"].value_counts()
        return len(rated) >= self.settings.fewest and len(kinds) == 2 and kinds.min() >= self.settings.fewest_of_kind


class Learnt:
    """Words and word pairs weighed by logistic regression; both kinds of reviewer count alike."""

    def fit(self, texts: pd.Series, content: Array) -> "Learnt":
        """Learns from texts and whether their writers were content (1.0 or 0.0)."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self.vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode")
        weights = LogisticRegression(C=4.0, max_iter=300, class_weight="balanced", solver="liblinear", random_state=7)
        self.model = weights.fit(self.vectors.fit_transform(texts), content)
        return self

    def content(self, texts: pd.Series) -> Array:
        """The chance that each writer is content."""
        return np.asarray(self.model.predict_proba(self.vectors.transform(texts))[:, 1])


def fit_reviews(warehouse: Warehouse, as_of: date) -> FittedReviews:
    """Fits sentiment for a shop.

    Raises:
        MissingData: the shop has no reviews.
    """
    warehouse.require("reviews", "customer reviews")
    return ReviewModel().fit(History.of(warehouse, as_of))


def by_aspect(statements: pd.DataFrame) -> pd.DataFrame:
    """Per aspect, the most complained about first: statements, good, bad (counts), share_bad (percent)."""
    if statements.empty or (statements["content"] == 0.5).all():
        return pd.DataFrame(columns=["statements", "good", "bad", "share_bad"])
    judged = statements[statements["content"] != 0.5]  # the word list knows no word of praise or blame in it
    grouped = judged.assign(bad=judged["content"] < 0.5).groupby("aspect")["bad"].agg(["size", "sum"])
    frame = pd.DataFrame({"statements": grouped["size"], "bad": grouped["sum"].astype(int)})
    frame["good"] = frame["statements"] - frame["bad"]
    frame["share_bad"] = 100 * frame["bad"] / frame["statements"]
    return frame.sort_values(["bad", "statements"], ascending=False, kind="stable")


def by_quarter(reviews: pd.DataFrame) -> pd.DataFrame:
    """Per calendar quarter with a review: reviews, share_content (percent) and mean rating."""
    dated = reviews[reviews["reviewed_on"].notna()]
    quarter = dated["reviewed_on"].dt.to_period("Q").astype(str)
    grouped = dated.assign(good=dated["content"] >= 0.5).groupby(quarter)
    return pd.DataFrame(
        {"reviews": grouped.size(), "share_content": 100 * grouped["good"].mean(), "rating": grouped["rating"].mean()}
    )


def quotes(statements: pd.DataFrame, aspect: str, *, good: bool, most: int = 2) -> pd.DataFrame:
    """The clearest sentences about an aspect, short ones first among equals, no text twice."""
    about = statements[(statements["aspect"] == aspect) & ((statements["content"] >= 0.5) == good)]
    about = about[about["sentence"].str.len().between(15, 240)].drop_duplicates("sentence")
    return about.sort_values("content", ascending=not good, kind="stable").head(most)


def _reviews(history: History) -> pd.DataFrame:
    reviews = history.table("reviews")
    if reviews.empty:
        raise MissingData(
            "This shop has no customer reviews: import them with "
            "`retail-assistant ingest csv FILE --mapping map.toml` (table `reviews`)."
        )
    products = history.table("products")
    category = products.set_index("product_id")["category"] if len(products) else pd.Series(dtype=object)
    title = reviews["title"].fillna("").str.strip()
    text = reviews["text"].fillna("").str.strip()
    frame = pd.DataFrame({"review_id": reviews["review_id"], "product_id": reviews["product_id"]})
    frame["category"] = reviews["product_id"].map(category)
    frame["reviewed_on"] = pd.to_datetime(reviews["reviewed_on"])
    frame["rating"] = pd.to_numeric(reviews["rating"], errors="coerce").astype(float)
    frame["text"] = np.where(
        title == "", text, np.where(title.str.contains(r"[.!?]$"), title, title + ".") + " " + text
    )
    frame["text"] = frame["text"].str.strip()
    frame = frame[(frame["text"] != "") & ~(frame["reviewed_on"] > pd.Timestamp(history.as_of))]
    if frame.empty:
        raise MissingData("This shop's reviews hold no text, so there is nothing to read: import them with their text.")
    return frame.sort_values("reviewed_on", kind="stable", ignore_index=True)


def _rated(reviews: pd.DataFrame) -> pd.DataFrame:
    """Reviews whose stars say content (4-5) or not (1-2); three stars teach neither."""
    clear = reviews[reviews["rating"].notna() & (reviews["rating"] != 3)]
    return clear.assign(content=(clear["rating"] >= 4).astype(float))


def _statements(reviews: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (row.Index, aspect, sentence)
        for row in reviews[["text"]].itertuples()
        for sentence in sentences(str(row.text))
        for aspect in aspects_of(sentence)
    ]
    found = pd.DataFrame(rows, columns=["row", "aspect", "sentence"])
    known = reviews[["review_id", "product_id", "category", "reviewed_on"]]
    return found.join(known, on="row").drop(columns="row")


def _by_words(texts: pd.Series) -> Array:
    """The word balance as a chance: one word of praise more than of blame gives 0.73; none at all 0.5."""
    balance = np.array([word_balance(str(text)) for text in texts], dtype=float)
    return np.asarray(1 / (1 + np.exp(-balance)))


def _score(truth: Array, content: Array) -> dict[str, float]:
    from sklearn.metrics import f1_score, roc_auc_score

    said = (content >= 0.5).astype(float)
    return {
        "AUC": float(roc_auc_score(truth, content)),
        "F1 content": float(f1_score(truth, said)),
        "F1 not content": float(f1_score(truth, said, pos_label=0.0)),
    }
