"""Whether a number puts right what was put into the cart, and which model "that" asks about."""

from typing import Any

import pytest

from assistant.corrections import corrects
from assistant.messages import ToolCall
from assistant.scores_of import about_the_last


def add(product: str = "P1", **more: Any) -> ToolCall:
    return ToolCall("add_to_cart", {"product": product, **more})


@pytest.mark.parametrize(
    ("message", "right"),
    [
        ("actually make it two", True),
        ("sorry, only one", True),
        ("not two, three", True),
        ("two more please", False),
        ("and another two", False),
        ("two", False),
    ],
)
def test_a_number_instead_of_the_one_before(message: str, right: bool) -> None:
    assert corrects(add(quantity=2), add(), message) is right


def test_another_product_or_no_number_puts_nothing_right() -> None:
    assert not corrects(add("P2", quantity=2), add(), "actually make it two")
    assert not corrects(add(), add(), "actually that one")
    assert not corrects(add(quantity=2), None, "make it two")


def test_that_is_the_model_behind_the_last_answer() -> None:
    scores, forecast = ToolCall("model_scorecard", {}), ToolCall("forecast_sales", {"product": "P1"})
    assert about_the_last(scores, forecast, "how sure are you about that").arguments == {"model": "forecast"}
    assert about_the_last(scores, forecast, "how good are all your models").arguments == {}
    assert about_the_last(scores, ToolCall("sales_report", {}), "how sure is that").arguments == {}
    named = ToolCall("model_scorecard", {"model": "churn"})
    assert about_the_last(named, forecast, "is that so for churn") is named
