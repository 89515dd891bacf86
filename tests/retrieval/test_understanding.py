import pytest

from retrieval.queries import read_query
from retrieval.traits import read_traits
from retrieval.understanding import understand


@pytest.mark.parametrize(
    ("said", "text", "low", "high"),
    [
        ("a teapot under £20", "a teapot", None, 20.0),
        ("mugs between 10 and 20 pounds", "mugs", 10.0, 20.0),
        ("£10-£20 blanket", "blanket", 10.0, 20.0),
        ("around £16 vase", "vase", 12.0, 20.0),
        ("cushions up to 25", "cushions", None, 25.0),
        ("rugs over £100", "rugs", 100.0, None),
        ("a throw for less than a tenner", "a throw", None, 10.0),
        ("vase, budget of 30 pounds", "vase", None, 30.0),
        ("jam for fifteen quid", "jam", 11.25, 18.75),
    ],
)
def test_a_budget_is_taken_out_of_the_text(said, text, low, high):
    found = understand(said)
    assert (found.text, found.min_price, found.max_price) == (text, low, high)


@pytest.mark.parametrize(
    "said", ["under cabinet lighting", "under 30 in shelf", "over 10 ft ladder", "deck over", "2 for 1 mugs"]
)
def test_a_size_or_a_place_is_no_budget(said):
    found = understand(said)
    assert (found.text, found.min_price, found.max_price) == (said, None, None)


@pytest.mark.parametrize(
    ("said", "sort", "text"),
    [
        ("what is the most expensive thing you sell", "price_high", ""),
        ("cheapest rug", "price_low", "rug"),
        ("the best selling candles", "popular", "candles"),
        ("top rated saucepan", "rating", "saucepan"),
        ("newest mugs", "newest", "mugs"),
    ],
)
def test_superlatives_are_orders(said, sort, text):
    assert (understand(said).sort, understand(said).text) == (sort, text)


def test_numbers_and_ranges_that_are_asked_for():
    assert understand("how many teapots do you have").counts
    assert understand("how many teapots do you have").text == "teapots"
    assert understand("what's the price range of your candles").ranges


def test_for_whom_is_embedded_but_not_searched_by_words():
    found = understand("a mug for my mum")
    assert (found.text, found.meaning, found.recipient) == ("a mug", "a mug for my mum", "mum")


def test_a_gift_for_somebody_is_searched_by_who_it_is_for():
    found = understand("birthday present for a gardener")
    assert (found.text, found.meaning) == ("gardening", "birthday present for a gardener")
    assert (found.recipient, found.occasion) == ("gardener", "birthday")
    assert understand("birthday present for my boss").text == "birthday present for my boss"


def test_what_somebody_likes_is_what_is_looked_for():
    found = understand("something for my dad who likes fishing")
    assert (found.text, found.recipient, found.vague) == ("fishing", "dad", True)


def test_a_gift_bag_is_a_bag():
    assert understand("gift bags").text == "gift bags"
    assert not understand("gift bags").vague


def test_cheap_is_an_order_and_cheaper_than_a_budget():
    assert (understand("cheap mugs").sort, understand("cheap mugs").text) == ("price_low", "mugs")
    assert (understand("mugs cheaper than £5").sort, understand("mugs cheaper than £5").max_price) == (None, 5.0)


def test_what_is_left_of_a_limit_is_dropped():
    assert understand("vegan biscuits under a").text == "vegan biscuits"


def test_a_child_of_some_age_is_a_child():
    found = understand("something for a 5 year old")
    assert (found.text, found.recipient, found.open) == ("toys and games", "5 year old", True)


def test_only_a_gift_without_a_thing_is_open():
    assert understand("something for my mum's birthday").open
    assert not understand("a mug for my mum").open
    assert not understand("mug").open


def traits(text):
    found, rest = read_traits(text)
    return [(each.kind, each.said) for each in found], rest


@pytest.mark.parametrize(
    ("said", "found", "rest"),
    [
        ("blue mug not plastic", [("colour", "blue"), ("without", "plastic")], "blue mug"),
        ("chocolate without nuts", [("without", "nuts")], "chocolate"),
        ("gluten free flour", [("without", "gluten")], "gluten free flour"),
        ("red or blue cushion", [("colour", "red or blue")], "red or blue cushion"),
        ("350 ml mug", [("size", "350 ml")], "350 ml mug"),
        ("vegan biscuits", [("diet", "vegan")], "vegan biscuits"),
        ("something in silver", [("colour", "silver")], "something in silver"),
        ("duvet set white", [("colour", "white")], "duvet set white"),
        ("plastic free lunch box", [("without", "plastic")], "plastic free lunch box"),
        ("toys without batteries or plastic", [("without", "batteries"), ("without", "plastic")], "toys"),
    ],
)
def test_traits_wanted_and_not(said, found, rest):
    assert traits(said) == (found, rest)


@pytest.mark.parametrize("said", ["wine glass", "mug, not too expensive", "no-see-um net", "not sure", ""])
def test_what_is_no_trait(said):
    assert traits(said) == ([], said)


def test_plastic_stands_for_its_kinds_and_a_free_one_is_exempt():
    (plastic,), _ = read_traits("bowl not plastic")
    assert {"acryl", "melamin"} <= plastic.stems
    (gluten,), _ = read_traits("gluten free flour")
    assert "glutenfre" in gluten.unless


def test_dairy_free_milk_is_a_milk_all_the_same():
    (dairy,), _ = read_traits("dairy free milk")
    assert "milk" not in dairy.stems
    assert "butter" in dairy.stems


def test_the_thing_without_its_traits():
    assert read_query("a purple teapot").plain == "a teapot"


@pytest.mark.parametrize(
    "said", ["", " ", "🎁🎁", "茶壶", "x" * 10_000, "£", "under £", "£" * 500, "not " * 2000, "0" * 400]
)
def test_strange_words_are_read_without_error(said):
    assert isinstance(read_query(said).text, str)
