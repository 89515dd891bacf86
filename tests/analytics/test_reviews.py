from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import AS_OF, Shelf, lines, sale

from analytics.aspects import aspects_of, sentences, word_balance
from analytics.errors import MissingData
from analytics.reviews import WORDS, ReviewModel, ReviewSettings, by_aspect, by_quarter, quotes
from analytics.sentiment import BASELINE

GOOD = (
    "Keeps its heat all day.",
    "My mother keeps asking for another.",
    "The zip glides.",
    "Colour as in the picture.",
)
BAD = ("The lid would not close.", "Went straight in the bin.", "The zip jams.", "Arrived in pieces.")


def reviews(count, bad_share=0.3, seed=2):
    random = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        bad = random.random() < bad_share
        said = " ".join(random.choice(BAD if bad else GOOD, 2))
        rating = int(random.choice([1, 2] if bad else [4, 5]))
        rows.append((f"R{number}", f"P{number % 3}", AS_OF - timedelta(days=count - number), rating, None, said))
    return pd.DataFrame(rows, columns=["review_id", "product_id", "reviewed_on", "rating", "title", "text"])


PRODUCTS = pd.DataFrame({"product_id": ["P0", "P1", "P2"], "category": ["flasks", "bags", "bags"]})


def fit(frame):
    return ReviewModel().fit(Shelf(lines(sale("x", 1)), reviews=frame, products=PRODUCTS))


@pytest.fixture(scope="module")
def fitted():
    return fit(reviews(400))


def test_learnt_words_beat_a_word_list_that_knows_none_of_them(fitted):
    assert fitted.scorecard.serves == fitted.method != WORDS
    assert fitted.scorecard.scores[BASELINE]["AUC"] > 0.99 > fitted.scorecard.scores[WORDS]["AUC"]


def test_the_rating_is_no_feature():
    """Turning the stars of the newest reviews round changes what is scored right, not what the words are taken for."""
    frame = reviews(400)
    extra = frame.head(1).assign(review_id="new", text=BAD[0], rating=np.nan)
    scored = fit(pd.concat([frame, extra])).reviews.set_index("review_id")["content"]
    again = fit(pd.concat([frame, extra.assign(rating=3)])).reviews.set_index("review_id")["content"]
    assert scored["new"] == again["new"] < 0.5


def test_few_reviews_are_judged_by_the_word_list():
    few = fit(reviews(30).assign(text="Lovely and sturdy, not bad at all."))
    assert few.method == WORDS
    assert few.scorecard is None
    assert (few.reviews["content"] > 0.5).all()


@pytest.mark.parametrize(
    ("text", "balance"),
    [
        ("lovely and sturdy", 2),
        ("not good", -1),
        ("never broke", 0),
        ("", 0),
        ("terrible, awful", -2),
        ("isn’t bad", 1),
    ],
)
def test_word_balance(text, balance):
    assert word_balance(text) == balance


def test_sentences_turn_at_but():
    assert sentences("Lovely colour, but it arrived late. Fine!") == ["Lovely colour", "it arrived late.", "Fine!"]


def test_aspects_are_told_by_their_words():
    assert aspects_of("The courier left it in the rain") == ("delivery",)
    assert set(aspects_of("Too small, and expensive for that")) == {"size and fit", "price"}
    assert aspects_of("My aunt agrees") == ()


def test_aspects_and_quarters_count(fitted):
    aspects = by_aspect(fitted.statements)
    assert (aspects["good"] + aspects["bad"] == aspects["statements"]).all()
    assert aspects.loc["delivery", "share_bad"] == 100.0  # only "Arrived in pieces." speaks of it
    assert aspects.loc["look", "share_bad"] == 0.0
    assert by_quarter(fitted.reviews)["reviews"].sum() == 400


def test_quotes_are_verbatim(fitted):
    said = quotes(fitted.statements, "delivery", good=False)["sentence"].tolist()
    assert said == ["Arrived in pieces."]


def test_reviews_after_the_as_of_date_are_not_read():
    frame = reviews(30)
    frame.loc[0, "reviewed_on"] = AS_OF + timedelta(days=3)
    assert "R0" not in set(fit(frame).reviews["review_id"])


@pytest.mark.parametrize("frame", [reviews(0), reviews(5).assign(text=None)])
def test_missing_reviews_are_told(frame):
    with pytest.raises(MissingData, match="import them"):
        fit(frame)


def test_settings_are_checked():
    with pytest.raises(ValueError, match="fewest"):
        ReviewSettings(fewest=3)


def test_empty_and_foreign_reviews_are_told_and_the_rest_is_judged():
    frame = reviews(60)
    frame.loc[:2, "text"] = None
    frame.loc[3:7, "text"] = "Der Deckel ist leider nicht sehr gut und auch nicht schön."
    found = fit(frame)
    assert found.unread["why"].value_counts().to_dict() == {"German": 5, "empty": 3}
    assert len(found.reviews) == 52
    with pytest.raises(MissingData, match="5 German"):
        fit(frame.loc[3:7])


def test_another_language_is_learnt_where_enough_reviews_teach_it():
    german = reviews(150)
    german["text"] = ["Der Deckel ist nicht gut und sehr dünn" if r < 3 else "Das ist sehr schön und auch gut" for r in
                      german["rating"]]  # fmt: skip
    found = fit(pd.concat([reviews(300), german.assign(review_id="G" + german["review_id"])]))
    assert found.unread.empty
    read = found.reviews[found.reviews["review_id"].str.startswith("G")]
    assert ((read["content"] >= 0.5) == (read["rating"] > 3)).all()


def test_embeddings_are_tried_where_words_leave_errors_and_each_text_is_embedded_once():
    frame, seen = reviews(400), []
    random = np.random.default_rng(1)
    frame["text"] = random.choice(["one plain word", "two plain words"], 400) + [f" x{i}" for i in range(400)]
    truth = dict(zip(frame["text"], frame["rating"] >= 4, strict=True))

    def embed(texts):
        seen.extend(texts)
        return np.array([[1.0 if truth[text] else -1.0] for text in texts], dtype=np.float32)

    found = ReviewModel(embed=embed).fit(Shelf(lines(sale("x", 1)), reviews=frame, products=PRODUCTS))
    assert "embeddings" in found.method
    assert len(seen) == len(set(seen)) == 400
