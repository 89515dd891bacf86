"""The kind that is asked for comes first, and a wish that cannot be met is told."""

import pandas as pd
import pytest

from retrieval.catalog import Catalog
from retrieval.kinds import head_of

RANGE = pd.DataFrame(
    [
        ("M1", "Camping Mug", "Mugs and tableware", "Blue enamel for the tent."),
        ("M2", "Speckled Mug", "Mugs and tableware", "Stoneware, dishwasher safe."),
        ("T1", "Brown Betty", "Mugs and tableware", "A teapot of red clay that fills four mugs."),
        ("E1", "Striped Egg Cups", "Mugs and tableware", "Two of them, in red and white."),
        (
            "W1",
            "Cotton Throw",
            "Cushions and throws",
            "Waffle cotton that washes well and dries fast, long enough for the arm of any sofa.",
        ),
        ("L1", "Glass Lunchbox", "Kitchen storage", "With a divider, no plastic."),
        ("B1", "Straw Stars Box of 12", "Christmas decorations", "To hang in the tree."),
        ("F1", "Fir Wreath", "Christmas decorations", "With cones."),
        ("C1", "Square Cake Tin", "Baking", "For a cake of 20 cm."),
        ("A1", "Tin Angel Tree Topper", "Christmas decorations", "20 cm tall."),
        ("D1", "Decaffeinated Coffee", "Tea and coffee", "Ground."),
        ("K1", "House Blend Coffee", "Tea and coffee", "Ground, for the cafetiere."),
        ("G1", "Oat Biscuits", "Biscuits and cakes", "Oats and wheat, contains gluten."),
        ("G2", "Brownies", "Biscuits and cakes", "Gluten free."),
    ],
    columns=["product_id", "title", "category", "description"],
).assign(price=10.0)


@pytest.fixture(scope="module")
def shop(minilm, tmp_path_factory):
    built = Catalog(tmp_path_factory.mktemp("kinds"), minilm)
    built.update(RANGE)
    return built


def ids(hits):
    return [hit.product_id for hit in hits]


@pytest.mark.parametrize(
    ("said", "head"),
    [
        ("red mugs", "mugs"),
        ("a blanket for a baby", "blanket"),
        ("candles that smell of lavender", "candles"),
        ("a set of 4 tumblers", "tumblers"),
        ("I'm looking for a nice teapot", "teapot"),
        ("we'd like to buy some bin bags, please", "bags"),
        ("rug 120 x 180 cm", "rug"),
        ("something to wake me up", None),
        ("", None),
    ],
)
def test_the_head_noun(said, head):
    assert head_of(said) == head


def test_a_colour_that_no_mug_has_is_dropped_and_mugs_are_shown(shop):
    found = shop.search("any red mugs?")
    assert (found.facets.count, found.dropped, found.carried) == (0, ("colour",), True)
    assert set(ids(found.alternatives)) == {"M1", "M2"}
    assert "T1" not in ids((*found.alternatives, *found.hits)[:2])


def test_what_only_a_description_mentions_is_not_carried(shop):
    found = shop.search("sofa")
    assert (found.facets.count, found.carried) == (0, False)


def test_a_category_names_a_kind_where_no_title_does(shop):
    assert {"B1", "F1", "A1"} <= set(ids(shop.search("christmas decorations").hits))
    assert shop.search("christmas decorations").facets.count == 3


def test_a_compound_is_no_kind_of_its_last_part(shop):
    assert ids(shop.search("lunch box").hits)[0] == "L1"
    assert "B1" not in ids(shop.search("lunch box").hits)


def test_the_word_before_tells_the_sort(shop):
    assert ids(shop.search("cake tin").hits)[0] == "C1"
    assert shop.search("cake tin").facets.count == 1


def test_decaf_is_short_for_it(shop):
    assert ids(shop.search("decaf coffee").hits)[0] == "D1"
    assert shop.search("decaf coffee").facets.count == 1


def test_what_somebody_may_not_eat_is_never_given_up(shop):
    found = shop.search("gluten free biscuits")
    assert (found.facets.count, found.dropped) == (0, ())
    assert "G1" not in ids((*found.hits, *found.alternatives))


def test_words_of_the_language_in_the_plural_are_not_mended(shop):
    assert shop.search("nappies").mended == ()
