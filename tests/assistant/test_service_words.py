"""Words of wishes about an order, and words that only ask for a rule."""

import pytest

from assistant.messages import ToolCall
from assistant.service_words import into_cart, other_payment, wish, with_replacement


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("can i cancel my order please", "cancel_order"),
        ("we won't be needing order 234080, please don't send it", "cancel_order"),
        ("so the rug from order 234080 goes back", "start_return"),
        ("I want a refund for my last order", "start_return"),
        ("could we swap the mug of order 234080 for a bowl", "exchange_items"),
        ("the jug in 234080 is broken, send another", "exchange_items"),
        ("order 234080 should be brought to 7 Mill Lane, Leeds", "change_address"),
        ("We've moved: 3 Harbour View, Whitby, YO21 3PU", "change_address"),
        ("any news of order 234080", "order_status"),
    ],
)
def test_a_wish_is_told_by_its_words(said, tool):
    assert wish(said) == tool


@pytest.mark.parametrize(
    "said",
    [
        "how long does it take to cancel an order",
        "what is your policy on returning an order",
        "I don't want to cancel order 234080",
        "do you sell teapots",
        "my husband called",
    ],
)
def test_a_question_of_the_rules_is_none(said):
    assert wish(said) is None


@pytest.mark.parametrize(
    ("said", "goes_in"),
    [
        ("could it go in my basket", True),
        ("I'll have that one in my cart please", True),
        ("what have I put in my cart", False),
        ("I'd like to see what is in my cart", False),
    ],
)
def test_into_the_cart_or_what_is_in_it(said, goes_in):
    assert into_cart(said) == goes_in


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("can I pay for order 234080 with another card", True),
        ("order 234080 should come off a different card", True),
        ("where is order 234080", False),
        ("can I pay with another card", False),
    ],
)
def test_an_order_paid_in_another_way(said, other):
    assert other_payment(said) == other


@pytest.mark.parametrize(
    ("read", "said", "new_items"),
    [
        (["a"], "the jug is damaged, want a replacement", ["replacement"]),
        (["the"], "the same one again please", ["replacement"]),
        (None, "got a broken jug, can you send another one", ["replacement"]),
        (["oak tray"], "swap the jug for another one, the oak tray", ["oak tray"]),
        (["P30"], "swap it for P30", ["P30"]),
        (None, "swap the jug please", None),
    ],
)
def test_the_same_again_is_a_replacement(read, said, new_items):
    arguments = {"order_id": "1003"} | ({"new_items": read} if read else {})
    call = with_replacement(ToolCall("exchange_items", arguments), said)
    assert call.arguments.get("new_items") == new_items
    assert call.arguments["order_id"] == "1003"
