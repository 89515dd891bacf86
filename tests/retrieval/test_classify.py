import io

import joblib
import numpy as np
import pandas as pd
import pytest

from retrieval.character_grams import gram_matrix
from retrieval.classify import NAME_ONLY, CategoryClassifier, fit_classifier
from retrieval.errors import BadCatalog, NotEnoughData
from retrieval.linear import Linear

KINDS = {
    "Kitchen": ["cook's teapot", "cook's mug", "cook's saucepan", "cook's ladle", "cook's bread bin", "cook's whisk"],
    "Garden": ["garden trowel", "garden can", "garden pot", "garden rake", "garden hose", "garden tray"],
    "Toys": ["child's puzzle", "child's bear", "child's train", "child's doll", "child's kite", "child's yo-yo"],
}


WORDS = {
    "Kitchen": ["zig", "plonk", "mufti", "ergot", "whey", "quoin"],
    "Garden": ["bantam", "ludo", "skive", "jorum", "fipple", "axil"],
    "Toys": ["cresset", "dhow", "vetch", "nougat", "oxter", "hymn"],
}


@pytest.fixture
def products():
    rows = [
        (f"{colour} {thing}", kind) for kind, things in KINDS.items() for thing in things for colour in ("red", "blue")
    ]
    return pd.DataFrame(rows, columns=["title", "category"])


def test_all_methods_are_scored_and_the_best_serves(products, hashed):
    fitted = fit_classifier(products, hashed)
    card = fitted.scorecard
    assert set(card.scores) == {"character n-grams", "embeddings", "both"}
    assert card.scores[card.serves]["accuracy"] == max(s["accuracy"] for s in card.scores.values())
    assert card.rows == 36
    assert card.scores[card.serves]["accuracy"] > 0.8  # "garden" is in five of the six that were seen


def test_top_three_with_confidence(products, hashed):
    guesses = fit_classifier(products, hashed).predict("a green teapot for the cook", hashed.encode)
    assert guesses[0].category == "Kitchen"
    assert sum(guess.confidence for guess in guesses) == pytest.approx(1)
    assert guesses[0].confidence > guesses[1].confidence


def test_a_colour_that_was_seen_does_not_help_the_split(hashed):
    """36 products, 18 things in two colours: no word tells the category, so only a leak could score."""
    rows = [(f"{colour} {word}", kind) for kind, words in WORDS.items() for word in words for colour in ("red", "blue")]
    card = fit_classifier(pd.DataFrame(rows, columns=["title", "category"]), hashed).scorecard
    assert card.scores[card.serves]["accuracy"] <= 0.5


def test_facts_are_a_view_of_their_own(products, hashed):
    """Names that say nothing and a brand that says all: only the view with everything can know."""
    brands = {"Kitchen": "Hob", "Garden": "Spade", "Toys": "Top"}
    blank = products.assign(
        title=[f"{word} {word}" for words in WORDS.values() for word in words for _ in range(2)],
        brand=products["category"].map(brands),
    )
    fitted = fit_classifier(blank, hashed)
    scores = fitted.scorecard.scores
    assert scores[fitted.scorecard.serves]["accuracy"] == 1
    assert scores[f"embeddings{NAME_ONLY}"]["accuracy"] <= 0.6
    new = pd.DataFrame({"title": ["quux", "garden"], "brand": ["Spade", None]})
    guesses = fitted.predict_products(new, hashed.encode)
    assert [guess[0].category for guess in guesses] == [
        "Garden",
        "Garden",
    ]  # by its brand; by its name, which it shares
    assert fitted.predict_products(new.iloc[:0], hashed.encode) == []


def test_two_categories(products, hashed):
    fitted = fit_classifier(products[products["category"] != "Toys"], hashed)
    assert fitted.predict("blue garden rake", hashed.encode)[0].category == "Garden"


def test_small_categories_are_left_out_and_named(products, hashed):
    more = pd.concat([products, pd.DataFrame({"title": ["odd"], "category": ["Oddments"]})])
    assert fit_classifier(more, hashed).scorecard.left_out == ("Oddments",)


def test_probabilities_by_hand():
    linear = Linear(np.array([[np.log(3), 0.0]], np.float32), np.zeros(2, np.float32))
    np.testing.assert_allclose(linear.probabilities(np.array([[1.0]])), [[0.75, 0.25]], rtol=1e-6)


def test_gram_rows_have_length_one():
    matrix = gram_matrix(["red teapot", "x"])
    np.testing.assert_allclose(np.linalg.norm(matrix.toarray(), axis=1), [1, 1])


def test_kept_and_loaded_answers_the_same(products, hashed):
    fitted, kept = fit_classifier(products, hashed), io.BytesIO()
    joblib.dump(fitted, kept)
    kept.seek(0)
    assert joblib.load(kept).predict("child's kite", hashed.encode) == fitted.predict("child's kite", hashed.encode)


def test_one_kept_by_an_earlier_version_is_not_read():
    with pytest.raises(ValueError, match="earlier version"):
        CategoryClassifier.__new__(CategoryClassifier).__setstate__({"categories": ("Toys",), "grams": None})


def test_too_little_to_learn_from(products, hashed):
    with pytest.raises(NotEnoughData, match="two categories"):
        fit_classifier(products.assign(category=None), hashed)
    with pytest.raises(BadCatalog, match="category"):
        fit_classifier(products[["title"]], hashed)
