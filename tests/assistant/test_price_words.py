"""Supposed price changes and promotions, read from the words of a message."""

import pytest

from assistant.price_moves import price_move
from assistant.price_words import add_supposed, supposes_promotion

TAKES = {"price_change": {}, "promotion": {}}


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("What if we cut the price of the red lamp by 10 %?", -10),
        ("how many red lamps would we sell next month at 20% off", -20),
        ("forecast for the mug if it were 5 percent cheaper", -5),
        ("sales next week if prices go up by 7.5 %", 7.5),
        ("what happens to next month's sales if I raise the price 12 per cent", 12),
        ("with a 15% discount, how many will sell?", -15),
        ("how much would we sell at half price", -50),
        ("mark it down by 30 % and tell me what sells at that price", -30),
        ("a 10 % price increase: what sells next month?", 10),
    ],
)
def test_a_price_change_is_read_with_its_sign(said, change):
    assert price_move(said) == change


@pytest.mark.parametrize(
    "said",
    [
        "how many red lamps will sell next month",
        "with a 95 % range, what will the lamp sell at the lower price",
        "sales dropped by 10 % lately, what comes next at this price?",
        "If nothing changes, prices the same, no promotions, how will it do over the next half year",
        "At today's price, what would it sell next month?",
        "reduce stock by 10 %",
    ],
)
def test_other_percentages_are_none(said):
    assert price_move(said) is None


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("what if we took a tenth off", -10),
        ("cut the lamp by a quarter", -25),
        ("knock 3 off a hundred", -3),
        ("lamp -20, 8 weeks", -20),
        ("minus 15", -15),
        ("plus five percent", 5),
        ("promo + 10% off the lamp", -10),
        ("reduce 15 percent", -15),
        ("20 % down on price", -20),
        ("the lamp 14 percnt dearer", 14),
        ("wat if its 10% chepaer", -10),
        ("at twice the price", 100),
        ("at 80 % of today's price", -20),
        ("take 30% from the price", -30),
        ("cut Rapeseed Honey 454 g by 13 percent", -13),
        ("not 10 % off but 15 % off", -15),
    ],
)
def test_words_signs_and_fractions_say_the_direction(said, change):
    assert price_move(said) == change


@pytest.mark.parametrize(
    ("said", "before", "change"),
    [
        ("15 then", -10, -15),
        ("make it 20", 10, 20),
        ("3 isn't enough. 13", 3, 13),
        ("how about twelve?", -10, -12),
        ("or by 8 per cent?", -5, -8),
        ("and 5 % dearer", -10, 5),
    ],
)
def test_a_new_figure_goes_on_with_the_direction_before(said, before, change):
    assert price_move(said, before) == change


@pytest.mark.parametrize(
    "said",
    [
        "I want to be 90 % sure",
        "sales have dropped by 10% lately",
        "will we sell 10 % more than last year?",
        "is demand going to be 10 % higher?",
        "10 % of sales",
        "over the next 10",
        "until 20 September",
        "until the 20",
        "only 6 weeks",
        "the top 5",
        "2 of them",
        "this one",
        "£5 off",
    ],
)
def test_other_figures_in_a_follow_up_are_none(said):
    assert price_move(said, -10) is None


@pytest.mark.parametrize(
    "said",
    ["without the cut", "no discount", "at full price", "if I don't touch it", "baseline", "promo instead", "dp 0"],
)
def test_a_change_before_is_taken_back(said):
    arguments = {"store": "York", "price_change": -10.0}
    add_supposed(arguments, TAKES, said, {"price_change": -10.0})
    assert arguments == {"store": "York"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("what will the mug sell next month if we run the promotion?", True),
        ("forecast the lamp with a spring promotion", True),
        ("Once the promotion is over, how will it sell in the weeks after?", False),
        ("what sells if we do not run a promotion", False),
        ("forecast without a promotion", False),
    ],
)
def test_a_supposed_promotion_is_heard(said, meant):
    assert supposes_promotion(said) is meant


def test_only_tools_that_take_them_get_these_arguments():
    arguments = {"product": "mug"}
    add_supposed(arguments, {"product": {}}, "cut the price by 10 %")
    assert arguments == {"product": "mug"}
    add_supposed(arguments, TAKES, "run a promotion: cut the price by 10 %")
    assert arguments == {"product": "mug", "price_change": -10, "promotion": True}


def test_what_nobody_said_is_dropped_and_what_may_be_meant_stays():
    arguments = {"price_change": 4.0, "promotion": True}
    add_supposed(arguments, TAKES, "what will the mug sell in the next 4 weeks?")
    assert arguments == {}
    arguments = {"price_change": -20.0, "promotion": True}
    add_supposed(arguments, TAKES, "and with 20 % in the campaign?")  # a large model read it from the context
    assert arguments == {"price_change": -20.0, "promotion": True}


def test_how_sure_to_be_is_no_change():
    arguments = {"price_change": 95.0}
    add_supposed(arguments, TAKES, "with 95 % certainty")
    assert arguments == {}


def test_a_share_less_is_a_cut_of_the_price_unless_something_else_is_less():
    assert price_move("I'm toying with putting the loaf at 18 % less until May") == -18
    assert price_move("And 15 % less price") == -15
    assert price_move("what if we see 15 % less sales") is None


def test_what_was_supposed_before_may_hold_on():
    arguments = {"store": "York", "price_change": -15.0, "promotion": True}
    add_supposed(arguments, TAKES, "For York only", {"price_change": -15.0, "promotion": True})
    assert arguments == {"store": "York", "price_change": -15.0, "promotion": True}
    add_supposed(arguments, TAKES, "For York only", {})
    assert arguments == {"store": "York"}


@pytest.mark.parametrize(
    ("said", "change"),
    [
        ("what if the lamp were 10% cheaper than now", -10),
        ("5% dearer than today", 5),
        ("10% off, less than last year", -10),
        ("what if the price were 10% higher than now", 10),
        ("20% off stock", -20),
        ("20% off orders over 50", -20),
        ("from 10% off to 15% off", -15),
        ("go from 10% off to 15%", -15),
        ("from 10 to 15% off", -15),
        ("raise the discount from 10% to 15%", -15),
        ("raise the price from 5% to 8% more", 8),
        ("from -10% to -15%", -15),
        ("cut the price by half", -50),
        ("halve it", -50),
        ("cut prices in half", -50),
        ("by half", -50),
        ("down a third", -33),
        ("raise the price by half", 50),
    ],
)
def test_what_is_compared_with_moved_to_and_halved(said, change):
    assert price_move(said) == change


@pytest.mark.parametrize(
    "said",
    [
        "10% higher than last year",
        "10 % more than now",
        "10% lower demand",
        "will prices be 10% higher than last year?",
        "cut the price from 10 to 8",
        "cut stock in half",
        "halve the stock",
        "sales fell by half",
        "sales halved lately",
        "demand by half term",
        "what sells in half a year",
        "is revenue down a third?",
    ],
)
def test_what_is_compared_and_halved_may_be_something_else(said):
    assert price_move(said) is None


def test_half_goes_on_with_the_direction_before():
    assert price_move("by half", 10) == 50
    assert price_move("and from 10% to 15%", -10) == -15


@pytest.mark.parametrize(
    "said",
    [
        "and the 70% dark chocolate?",
        "the 100% wool scarf?",
        "and the jam jar set 4?",
        "and the set 4",
        "2 for 1",
        "3 for 2 offer",
        "3 for £10",
        "three for two then",
        "with the 20% VAT on top",
        "VAT at 20%",
        "conversion 3%",
        "3% conversion",
    ],
)
@pytest.mark.parametrize("before", [-10, 10, None])
def test_names_multibuys_and_taxes_move_no_price(said, before):
    assert price_move(said, before) is None


def test_a_short_time_is_no_multibuy():
    assert price_move("15 for 6 weeks", -10) == -15
    assert price_move("5 for 2 weeks", -10) == -5
