import io

import joblib
import numpy as np
import pandas as pd
import pytest

from retrieval.classify import Linear, fit_classifier, gram_matrix
from retrieval.errors import BadCatalog, NotEnoughData

KINDS = {
    "Kitchen": ["teapot", "mug", "saucepan", "ladle", "bread bin", "whisk"],
    "Garden": ["trowel", "watering can", "flower pot", "rake", "hose", "seed tray"],
    "Toys": ["puzzle", "teddy bear", "toy train", "doll", "kite", "yo-yo"],
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
    assert card.scores[card.serves]["accuracy"] > 1 / 3


def test_top_three_with_confidence(products, hashed):
    guesses = fit_classifier(products, hashed).predict("a green teapot", hashed.encode)
    assert guesses[0].category == "Kitchen"
    assert sum(guess.confidence for guess in guesses) == pytest.approx(1)
    assert guesses[0].confidence > guesses[1].confidence


def test_two_categories(products, hashed):
    fitted = fit_classifier(products[products["category"] != "Toys"], hashed)
    assert fitted.predict("blue rake", hashed.encode)[0].category == "Garden"


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
    assert joblib.load(kept).predict("kite", hashed.encode) == fitted.predict("kite", hashed.encode)


def test_too_little_to_learn_from(products, hashed):
    with pytest.raises(NotEnoughData, match="two categories"):
        fit_classifier(products.assign(category=None), hashed)
    with pytest.raises(BadCatalog, match="category"):
        fit_classifier(products[["title"]], hashed)
