"""A product that came without a category gets one in the index at `fit`, and its details say that it was guessed."""

from types import SimpleNamespace

import pandas as pd

from analytics.model_store import ModelStore
from assistant.building import _with_guessed_categories
from assistant.shop_things import Product
from assistant.tools.product_facts import _guessed_category
from retrieval.classify import Guess


class Sure:
    """A fitted classifier that always says Kitchen."""

    def predict_products(self, products, embed, limit=3):
        return [(Guess("Kitchen", 0.93),)] * len(products)


def shop_in(folder, fitted):
    models = ModelStore(folder)
    if fitted:
        models.save("classify", Sure())
    embedder = SimpleNamespace(encode=None)
    return SimpleNamespace(models=models, embedder=embedder, catalog=SimpleNamespace(folder=folder / "index"))


PRODUCTS = pd.DataFrame(
    [("a", "Teapot", None), ("b", "Rake", "Garden")], columns=["product_id", "title", "category"], dtype=object
)


def product(product_id, category):
    return Product(product_id, "", category, 1.0, None)


def test_filled_and_marked(tmp_path):
    shop = shop_in(tmp_path, fitted=True)
    assert _with_guessed_categories(shop, PRODUCTS)["category"].tolist() == ["Kitchen", "Garden"]
    assert _guessed_category(shop, product("a", None)) == {"category (guessed from its text)": "Kitchen"}
    assert _guessed_category(shop, product("b", "Garden")) == {}


def test_without_a_classifier_nothing_is_guessed_any_more(tmp_path):
    _with_guessed_categories(shop_in(tmp_path, fitted=True), PRODUCTS)
    (tmp_path / "classify.joblib").unlink()
    shop = shop_in(tmp_path, fitted=False)
    assert _with_guessed_categories(shop, PRODUCTS)["category"].fillna("").tolist() == ["", "Garden"]
    assert _guessed_category(shop, product("a", None)) == {}
