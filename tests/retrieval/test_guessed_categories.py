import pandas as pd
import pytest

from retrieval.classify import Guess
from retrieval.guessed_categories import FILE, guess_categories, keep_guesses, read_guesses


class Scripted:
    """Answers by the title's first word, as sure as the second says."""

    def predict_products(self, products, embed, limit=3):
        split = [title.split() for title in products["title"]]
        return [(Guess(words[0], float(words[1])),) for words in split]


@pytest.fixture
def products():
    rows = [("a", "Garden 0.9", None), ("b", "Garden 0.59", ""), ("c", "Toys 0.6", "Kitchen"), ("d", "Toys 0.6", None)]
    return pd.DataFrame([*rows, ("e", "", None)], columns=["product_id", "title", "category"])


def test_sure_guesses_fill_gaps_and_are_marked(products):
    filled, guessed = guess_categories(products, Scripted(), None)
    assert filled["category"].fillna("").tolist() == ["Garden", "", "Kitchen", "Toys", ""]
    assert guessed == {"a": Guess("Garden", 0.9), "d": Guess("Toys", 0.6)}
    assert products["category"].isna().sum() == 3  # what was handed in stays


def test_nothing_lacking(products):
    whole = products.iloc[2:3]
    filled, guessed = guess_categories(whole, Scripted(), None)
    assert guessed == {}
    assert filled["category"].tolist() == ["Kitchen"]


def test_guesses_are_kept_and_replaced(tmp_path):
    keep_guesses(tmp_path / "index", {"a": Guess("Garden", 0.9)})
    keep_guesses(tmp_path / "index", {"b": Guess("Toys", 0.7)})
    assert read_guesses(tmp_path / "index") == {"b": Guess("Toys", 0.7)}
    (tmp_path / "index" / FILE).write_text("[broken")
    assert read_guesses(tmp_path / "index") == {}
