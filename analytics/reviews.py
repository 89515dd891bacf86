"""What customers say: how content each review is from its words alone, what about, how that moves, and quotes.

The rating never feeds a prediction: it only teaches (a review of four or five stars is content, of one or two is not)
and judges on later reviews. Knows no wording of answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.aspects import aspects_of, sentences, word_balance
from analytics.errors import MissingData
from analytics.history import History
from analytics.review_language import ENGLISH, UNKNOWN, language_of
from analytics.scorecard import Scorecard
from analytics.sentiment import BASELINE, FULL_BLEND, WORDS_BLEND, Baseline, Blend, Embed, Texts, score, texts_of
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]
WORDS = "word list"
EMPTY = "empty"


@dataclass(frozen=True)
class ReviewSettings:
    """When a shop's reviews are enough to learn from.

    Attributes:
        fewest: rated reviews needed to learn.
        fewest_of_kind: of them at least so many content and so many not.
        test_share: last part of the reviews, on which the methods are judged.
        fewest_of_language: rated reviews of a language other than English from which it is learnt, too.
        most_embedded: reviews up to which sentence embeddings are tried, as they take some 5 ms each.
        good_enough: AUC of the words from which embeddings are not tried.
    """

    fewest: int = 200
    fewest_of_kind: int = 25
    test_share: float = 0.25
    fewest_of_language: int = 100
    most_embedded: int = 30_000
    good_enough: float = 0.985

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
        unread: product_id, category, reviewed_on and why ("empty" or a language) of the reviews that were not judged;
            None: nobody looked.
    """

    reviews: pd.DataFrame
    statements: pd.DataFrame
    method: str
    as_of: date
    scorecard: Scorecard | None
    unread: pd.DataFrame | None = None


class ReviewModel:
    """Sentiment of a shop's reviews."""

    def __init__(self, settings: ReviewSettings | None = None, embed: Embed | None = None) -> None:
        """Takes the settings, and what turns texts into vectors; without it words alone are read."""
        self.settings = settings or ReviewSettings()
        self.embed = embed and _once(embed)

    def backtest(self, reviews: pd.DataFrame, as_of: date) -> Scorecard | None:
        """Judges every method on the latest rated reviews; None where they are too few.

        Args:
            reviews: title, body, text (both), rating, reviewed_on.
            as_of: the last day known.
        """
        rated = _rated(reviews)
        cut = int(len(rated) * (1 - self.settings.test_share))
        learn, judge = rated.iloc[:cut], rated.iloc[cut:]
        if not self._enough(learn) or judge["content"].nunique() < 2:
            return None
        truth, teach = judge["content"].to_numpy(float), learn["content"].to_numpy(float)
        scores = {WORDS: score(truth, _by_words(judge["text"]))}
        for name, make in ((BASELINE, Baseline), (WORDS_BLEND, Blend)):
            scores[name] = score(truth, make().fit(_texts(learn), teach).content(_texts(judge)))
        if self._embeds(len(reviews), scores[WORDS_BLEND]["AUC"]):
            blend = Blend().fit(_texts(learn, self.embed), teach)
            scores[FULL_BLEND] = score(truth, blend.content(_texts(judge, self.embed)))
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
            MissingData: the shop has no reviews that can be read.
        """
        every = _reviews(history)
        reviews, unread = self._readable(every)
        scorecard = self.backtest(reviews, history.as_of)
        rated, serves = _rated(reviews), scorecard.serves if scorecard else WORDS
        statements = _statements(reviews)
        if serves == WORDS:
            reviews["content"] = _by_words(reviews["text"])
            statements["content"] = _by_words(statements["sentence"])
        else:
            embed, content = self.embed if serves == FULL_BLEND else None, rated["content"].to_numpy(float)
            model = Baseline() if serves == BASELINE else Blend()
            model.fit(_texts(rated, embed), content)
            reviews["content"] = model.content(_texts(reviews, embed))
            statements["content"] = Sentences().fit(rated["text"], content).content(statements["sentence"])
        kept = reviews.drop(columns=["title", "body"])
        return FittedReviews(kept, statements, serves, history.as_of, scorecard, unread)

    def _embeds(self, count: int, auc_of_words: float) -> bool:
        settings = self.settings
        return self.embed is not None and count <= settings.most_embedded and auc_of_words < settings.good_enough

    def _readable(self, reviews: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The reviews that can be judged, and those that cannot: empty ones and those in a language nobody taught.

        Raises:
            MissingData: none can be judged.
        """
        why = np.where(reviews["text"] == "", EMPTY, reviews["text"].map(language_of))
        taught = reviews["rating"].notna() & (reviews["rating"] != 3)
        counts = pd.Series(why)[taught.to_numpy()].value_counts()
        known = {ENGLISH, UNKNOWN, *counts.index[counts >= self.settings.fewest_of_language]} - {EMPTY}
        reads = np.isin(why, sorted(known))
        unread = reviews[["product_id", "category", "reviewed_on"]].assign(why=why)[~reads]
        if not reads.any():
            said = ", ".join(f"{count} {name}" for name, count in unread["why"].value_counts().items())
            raise MissingData(
                f"None of this shop's reviews can be read ({said}): import them with their text (columns `title` and "
                f"`text`); another language is learnt from {self.settings.fewest_of_language} rated reviews on."
            )
        return reviews[reads].reset_index(drop=True), unread.reset_index(drop=True)

    def _enough(self, rated: pd.DataFrame) -> bool:
        kinds = rated["content"].value_counts()
        return len(rated) >= self.settings.fewest and len(kinds) == 2 and kinds.min() >= self.settings.fewest_of_kind


class Sentences:
    """Words and word pairs weighed by logistic regression, for single sentences: both kinds of reviewer count alike."""

    def fit(self, texts: pd.Series, content: Array) -> "Sentences":
        """Learns from texts and whether their writers were content (1.0 or 0.0)."""
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self.vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, strip_accents="unicode")
        weights = LogisticRegression(C=4.0, max_iter=300, class_weight="balanced", solver="liblinear", random_state=7)
        self.model = weights.fit(self.vectors.fit_transform(texts), content)
        return self

    def content(self, texts: pd.Series) -> Array:
        """The chance that each writer is content."""
        if not len(texts):
            return np.zeros(0)
        return np.asarray(self.model.predict_proba(self.vectors.transform(texts))[:, 1])


def fit_reviews(warehouse: Warehouse, as_of: date, embed: Embed | None = None) -> FittedReviews:
    """Fits sentiment for a shop; `embed` turns texts into vectors, where the shop has a model for it.

    Raises:
        MissingData: the shop has no reviews that can be read.
    """
    warehouse.require("reviews", "customer reviews")
    return ReviewModel(embed=embed).fit(History.of(warehouse, as_of))


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
    frame = pd.DataFrame({"review_id": reviews["review_id"], "product_id": reviews["product_id"]})
    frame["category"] = reviews["product_id"].map(category)
    frame["reviewed_on"] = pd.to_datetime(reviews["reviewed_on"])
    frame["rating"] = pd.to_numeric(reviews["rating"], errors="coerce").astype(float)
    said = texts_of(reviews["title"], reviews["text"])
    frame["title"], frame["body"], frame["text"] = said.titles, said.texts, said.whole
    frame = frame[~(frame["reviewed_on"] > pd.Timestamp(history.as_of))]
    if not (frame["text"] != "").any():
        raise MissingData("This shop's reviews hold no text, so there is nothing to read: import them with their text.")
    return frame.sort_values("reviewed_on", kind="stable", ignore_index=True)


def _once(embed: Embed) -> Embed:
    """The same, but no text is turned into a vector twice: backtest and fit read the same reviews."""
    known: dict[str, npt.NDArray[np.float32]] = {}

    def each(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known.update(zip(missing, embed(missing), strict=True))
        return np.stack([known[text] for text in texts])

    return each


def _texts(reviews: pd.DataFrame, embed: Embed | None = None) -> Texts:
    return texts_of(reviews["title"], reviews["body"], embed)


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
