"""Words of wishes about an order, and words that only ask for a rule."""

import pytest

from assistant.service_words import wish


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
