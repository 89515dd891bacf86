"""What the search tool says about wishes that lie in the words: orders, budgets, colours, what is left out."""

import pytest
from test_tools_catalog import ask, ids, make_shop


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return make_shop(tmp_path_factory.mktemp("wording"))


def test_the_dearest_thing_of_the_shop(shop):
    found = ask(shop, "search_products", query="what is the most expensive thing you sell")
    assert found.headline == "There are 10 products; the dearest is Porcelain teapot at £40.00."


def test_how_many_and_from_what_to_what(shop):
    found = ask(shop, "search_products", query="how many teapots do you have")
    assert found.headline.startswith("I found 3 products for “teapots”, from £12.50 to £40.00; the best match is ")


def test_a_budget_in_the_words_is_said_as_a_limit(shop):
    found = ask(shop, "search_products", query="teapot under £20")
    assert found.headline == "I found one product for “teapot” up to £20.00: Red enamel teapot at £12.50."


def test_the_colour_that_had_to_go_is_named(shop):
    found = ask(shop, "search_products", query="purple teapot")
    assert "I found nothing for “purple teapot”, but without the colour purple there are " in found.headline
    assert set(ids(found)) >= {"T1", "T2", "T3"}
    assert len(ids(found)) == len(set(ids(found)))


def test_what_is_left_out_is_said_and_food_warns(shop):
    glass = ask(shop, "search_products", query="teapot without glass")
    assert "Left out is whatever mentions “glass”." in glass.notes
    assert "T2" not in ids(glass)
    nuts = ask(shop, "search_products", query="teapot without nuts")
    assert "Left out is whatever mentions “nuts”; for an allergy please check the label." in nuts.notes


def test_mended_spelling_is_said(shop):
    assert "I read “teapott” as “teapot”." in ask(shop, "search_products", query="teapott").notes


def test_an_order_in_the_words_that_the_shop_has_no_data_for(shop):
    found = ask(shop, "search_products", query="newest teapot")
    assert any("does not record when" in note for note in found.notes)
    assert "the best match is" in found.headline


def test_the_whole_range_without_any_word(shop):
    assert ask(shop, "search_products").headline.startswith("There are 10 products, from £4.00 to £40.00; the ")
    assert ask(shop, "search_products", sort="price_high").headline.endswith(
        "the dearest is Porcelain teapot at £40.00."
    )
