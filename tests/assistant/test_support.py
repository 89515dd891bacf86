"""What a large model added without anybody saying it is dropped."""

import pytest

from assistant.messages import ToolCall
from assistant.support import supported

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
SEARCH = {
    "properties": {
        "query": TEXT,
        "category": TEXT,
        "max_price": NUMBER,
        "in_stock": {"type": "boolean"},
        "sort": {"type": "string", "enum": ["price_low", "popular"]},
        "order_id": TEXT,
        "reason": TEXT,
        "product": TEXT,
    },
    "required": ["query"],
}


@pytest.mark.parametrize(
    ("said", "name", "value", "stays"),
    [
        ("a red mug under 12", "max_price", 12, True),
        ("a red mug under 12", "max_price", 100, False),
        ("a mug from kitchenware", "category", "Kitchenware", True),
        ("a red mug", "category", "Kitchenware", False),
        ("cheapest mug", "sort", "price_low", True),
        ("a mug with a handle", "sort", "price_low", False),
        ("a mug in stock", "in_stock", True, True),
        ("a mug with a handle", "in_stock", True, False),
        ("about order 2001", "order_id", "#2001", True),
        ("about my order", "order_id", "2001", False),
        ("it broke when I unpacked it", "reason", "broke when unpacked", True),
        ("send it back", "reason", "wrong size and colour", False),
        ("tell me about it", "product", "it", True),
    ],
)
def test_an_optional_argument_needs_words_that_mean_it(said: str, name: str, value: object, stays: bool) -> None:
    call = supported(ToolCall("search_products", {"query": "mug", name: value}), SEARCH, said)
    assert (name in call.arguments) == stays
    assert call.arguments["query"] == "mug"


def test_a_required_argument_is_left_as_the_model_put_it() -> None:
    call = ToolCall("search_products", {"query": "earthenware beakers"})
    assert supported(call, SEARCH, "mugs?") == call
