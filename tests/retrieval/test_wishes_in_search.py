"""Budgets, colours, materials and what is not wanted, through the whole search of the small shelf."""

import pandas as pd
import pytest
from conftest import HashedWords, shelf, stock

from retrieval.catalog import Catalog
from retrieval.errors import IndexMissing


def ids(hits):
    return [hit.product_id for hit in hits]


def test_a_budget_in_the_words_is_a_filter(catalog):
    found = catalog.search("teapot under £20")
    assert found.filters.max_price == 20
    assert (ids(found.hits)[0], found.facets.count) == ("T1", 1)


def test_the_dearest_of_the_shop(catalog):
    found = catalog.search("what is the most expensive thing you sell")
    assert (found.browsing, found.sort, ids(found.hits)[0], found.facets.count) == (True, "price_high", "T3", 10)


def test_the_cheapest_of_a_kind(catalog):
    assert ids(catalog.search("cheapest teapot").hits)[0] == "T1"


def test_a_colour_narrows_the_matches(catalog):
    found = catalog.search("blue teapot")
    assert (ids(found.hits)[0], found.facets.count, found.dropped) == ("T2", 1, ())


def test_a_colour_that_no_teapot_has_is_the_wish_that_is_dropped(catalog):
    found = catalog.search("purple teapot")
    assert (found.facets.count, found.dropped, found.carried) == (0, ("colour",), True)
    assert set(ids(found.alternatives)) >= {"T1", "T2", "T3"}


def test_two_wishes_that_cannot_be_had_together(catalog):
    found = catalog.search("blue teapot", max_price=20)
    assert found.facets.count == 0
    assert found.dropped == ("colour",)  # the easier one to give up: a red one costs 12.50
    assert ids(found.alternatives)[0] == "T1"


def test_what_is_not_wanted_is_left_out(catalog):
    assert "T2" in ids(catalog.search("teapot").hits)
    assert "T2" not in ids(catalog.search("teapot not glass").hits)
    assert "T2" not in ids(catalog.search("teapot without glass").hits)


def test_a_slip_of_the_fingers_is_told(catalog):
    found = catalog.search("porcelian teapot")
    assert found.mended == (("porcelian", "porcelain"),)
    assert (found.traits, ids(found.hits)[0], found.facets.count) == ((("material", "porcelain"),), "T3", 1)


def test_american_words_find_british_ones(catalog):
    assert ids(catalog.search("flashlight lantern").hits)[0] in {"G1", "L1"}
    assert ids(catalog.search("cup").hits)[0] == "M1"


@pytest.mark.parametrize("query", ["chainsaw", "purple chainsaw", "laptop under £500"])
def test_what_the_shop_does_not_carry_is_no_empty_filter(catalog, query):
    found = catalog.search(query)
    assert (found.facets.count, found.carried, found.dropped) == (0, False, ())


def test_filters_that_exclude_everything(catalog):
    found = catalog.search("teapot", min_price=1000, in_stock=True)
    assert (found.facets.count, found.dropped, found.carried) == (0, ("price",), True)


def test_a_product_deleted_while_it_is_shown(tmp_path, hashed):
    catalog = Catalog(tmp_path, hashed)
    catalog.update(shelf(), stock())
    assert catalog.product("T1") is not None
    Catalog(tmp_path, hashed).update(shelf().iloc[1:], stock())  # another process takes it out
    fresh = Catalog(tmp_path, hashed)
    assert fresh.product("T1") is None
    assert "T1" not in ids(fresh.search("red enamel teapot").hits)
    assert "T1" not in ids(catalog.search("red enamel teapot").hits)  # nor does who opened the index before show it


class Longer(HashedWords):
    def encode(self, texts):
        import numpy as np

        vectors = super().encode(texts)
        return np.concatenate([vectors, vectors], axis=1) / np.sqrt(np.float32(2))


def test_an_embedder_of_another_dimension_is_told_and_built_again(tmp_path):
    Catalog(tmp_path, HashedWords()).update(shelf(), stock())
    other = Catalog(tmp_path, Longer("longer vectors"))
    with pytest.raises(IndexMissing, match="longer vectors"):
        other.search("teapot")
    assert other.update(shelf(), stock()).embedded == 10
    assert ids(other.search("red enamel teapot").hits)[0] == "T1"


FOOD = pd.DataFrame(
    [
        ("F1", "Gluten Free White Flour 1 kg", "Rice and potato."),
        ("F2", "Plain Flour 1.5 kg", "Soft wheat for cakes."),
        ("F3", "Rye Flour 1 kg", "Stoneground."),
        ("C1", "Dark Chocolate Bar", "Plain and bitter."),
        ("C2", "Chocolate Bar with Hazelnuts", "Roasted whole."),
        ("C3", "Praline Chocolates", "From Bruges."),
    ],
    columns=["product_id", "title", "description"],
)


@pytest.fixture(scope="module")
def larder(minilm, tmp_path_factory):
    built = Catalog(tmp_path_factory.mktemp("larder"), minilm)
    built.update(FOOD)
    return built


def test_free_of_something_is_only_what_is_declared_so(larder):
    found = larder.search("gluten free flour")
    assert (ids(found.hits)[0], found.facets.count) == ("F1", 1)
    assert {"F2", "F3"}.isdisjoint(ids(found.hits))


@pytest.mark.parametrize("query", ["nut free chocolate", "chocolate without nuts", "chocolate, no nuts"])
def test_where_nothing_is_declared_what_mentions_it_is_left_out(larder, query):
    found = larder.search(query)
    assert ids(found.hits)[0] == "C1"
    assert {"C2", "C3"}.isdisjoint(ids(found.hits))


def test_an_open_wish_gets_ideas_and_no_denial(catalog):
    found = catalog.search("something for my mum's birthday under £20")
    assert found.understood.open
    assert found.hits
    assert all(hit.price <= 20 for hit in found.hits)


def test_words_of_the_language_are_not_mended(catalog):
    assert catalog.search("block").mended == ()  # one slip from "clock", yet a word
    assert catalog.search("clokc").mended == (("clokc", "clock"),)
