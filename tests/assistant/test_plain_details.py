"""Payment methods and names as people write them."""

import pytest

from assistant.plain_details import add_details, full_name, payment


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ("return the mug and put the money on my gift card", "gift card"),
        ("refund it to PayPal please", "PayPal"),
        ("pay with the card ending in 4242", "card ending in 4242"),
        ("refund to my Visa card", "Visa card"),
        ("back to the original payment method", "original payment method"),
        ("use credit_card_9513926 for the difference", "credit_card_9513926"),
        ("I want to return the gift card holder", None),
        ("return the gift card", None),  # a thing that was bought
        ("to my gift card or to my paypal?", None),  # two
        ("exchange the mug for the red one", None),
    ],
)
def test_payment(said, method):
    assert payment(said) == method


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("My name is Yusuf Rossi and my zip is 19122", "Yusuf Rossi"),
        ("Hi, I'm Mei Kovacs-Patel, 32254", "Mei Kovacs-Patel"),
        ("I am looking for a lamp", None),
        ("I'm Ann", None),
    ],
)
def test_name(said, name):
    assert full_name(said) == name


def test_only_what_a_tool_takes_and_lacks_is_added():
    arguments = {"payment": "visa"}
    add_details(arguments, {"payment": {}, "order_id": {}}, "refund to my paypal, my name is Ann Lee")
    assert arguments == {"payment": "visa"}
    add_details(arguments, {"name": {}, "postcode": {}}, "my name is Ann Lee")
    assert arguments["name"] == "Ann Lee"
