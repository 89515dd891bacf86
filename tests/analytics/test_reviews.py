from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sales_lines import AS_OF, Shelf, lines, sale

from analytics.aspects import aspects_of, sentences, word_balance
from analytics.errors import MissingData
from analytics.reviews import LEARNT, WORDS, ReviewModel, ReviewSettings, by_aspect, by_quarter, quotes

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
    assert fitted.scorecard.serves == fitted.method == LEARNT
    assert fitted.scorecard.scores[LEARNT]["AUC"] > 0.99 > fitted.scorecard.scores[WORDS]["AUC"]


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
