"""What a message says outright is added to a call that lacks it, and nothing else is. Worked out by hand."""

from typing import Any

import pytest

from assistant.messages import ProductCard
from assistant.references import Context
from assistant.said_plainly import complete, from_before
from assistant.tools import standard_tools

TOOLS = {tool.name: tool.parameters for tool in standard_tools()}


def completed(
    tool: str, message: str, *, times: tuple[str, ...] = (), names: dict[str, str] | None = None, **given: Any
):
    """The arguments after completion; `names` are whole names that stand in the message."""
    places = [(message.index(name), message.index(name) + len(name), kind) for name, kind in (names or {}).items()]
    complete(given, TOOLS[tool], message, places, lambda argument: times if argument == "period" else ())
    return given


def test_a_store_beside_a_product_is_added() -> None:
    got = completed(
        "check_stock",
        "any Rye Flour 1 kg left at Larder & Loom York",
        names={"Rye Flour 1 kg": "product", "Larder & Loom York": "store"},
        product="Rye Flour 1 kg",
    )
    assert got == {"product": "Rye Flour 1 kg", "store": "Larder & Loom York"}


def test_all_products_that_are_named_are_compared() -> None:
    names = {"Rye Flour 1 kg": "product", "Plain Coir Doormat": "product"}
    said = "rank em for me Rye Flour 1 kg Plain Coir Doormat"
    got = completed("compare_products", said, names=names, products=["Coir Doormat"])
    assert got == {"products": ["Rye Flour 1 kg", "Plain Coir Doormat"]}
    got = completed("compare_products", said + " and the first", names=names, products=["the first"])
    assert got["products"] == ["Rye Flour 1 kg", "Plain Coir Doormat", "the first"]


@pytest.mark.parametrize("read", ["Plain Coir Doormat please", "plain coir doormat PLEASE", "coir doormat"])
def test_a_span_around_a_named_product_is_that_product(read: str) -> None:
    names = {"Rye Flour 1 kg": "product", "Plain Coir Doormat": "product"}
    said = "compare Rye Flour 1 kg and Plain Coir Doormat please"
    got = completed("compare_products", said, names=names, products=["Rye Flour 1 kg", read])
    assert got == {"products": ["Rye Flour 1 kg", "Plain Coir Doormat"]}


def test_a_name_of_one_word_is_not_enough() -> None:
    assert completed("check_stock", "York mug?", names={"York": "store"}, product="York mug") == {"product": "York mug"}


def test_the_only_time_is_added_and_one_of_two_is_not() -> None:
    assert completed("sales_report", "sales for May", times=("May",), metric="revenue")["period"] == "May"
    assert "period" not in completed("sales_report", "May or June", times=("May", "June"), metric="revenue")


@pytest.mark.parametrize(
    ("message", "given", "meant"),
    [
        ("drinks over 100", {"max_price": 100}, {"min_price": 100}),
        ("max 22", {"min_price": 22}, {"max_price": 22}),
        ("drinks under £30", {"max_price": 30}, {"max_price": 30}),
        ("nothing over 30 please", {"max_price": 30}, {"max_price": 30}),
        ("between 10 and 20", {"min_price": 10, "max_price": 20}, {"min_price": 10, "max_price": 20}),
    ],
)
def test_a_price_stands_on_the_side_that_was_said(message: str, given: dict[str, Any], meant: dict[str, Any]) -> None:
    assert completed("search_products", message, **given) == meant


def test_an_order_number_is_no_postcode() -> None:
    got = completed(
        "verify_identity", "order O-104233, lucy@example.org", email="lucy@example.org", postcode="O-104233"
    )
    assert got == {"email": "lucy@example.org", "order_id": "O-104233"}
    proof = completed("verify_identity", "try 571035, my postcode's YO1 7HH", postcode="YO1 7HH")
    assert proof == {"order_id": "571035", "postcode": "YO1 7HH"}


def test_codes_without_the_words_around_them() -> None:
    got = completed("verify_identity", "mail=a@b.org order=#W9348897", email="mail=a@b.org", order_id="#W9348897")
    assert got["email"] == "a@b.org"
    assert completed("verify_identity", "Order number 2012, zip 32190", order_id="2012")["postcode"] == "32190"


def test_now_is_no_period() -> None:
    assert "period" not in completed("sales_report", "now orders by hour", times=("now",), metric="orders")


def test_pieces_are_counted_where_one_number_was_said() -> None:
    assert completed("add_to_cart", "Honey Soap, pair of them", product="Honey Soap")["quantity"] == 2
    assert "quantity" not in completed("add_to_cart", "Rye Flour 1 kg please", product="Rye Flour 1 kg")
    assert completed("plan_deliveries", "round for Tuesday, four vans", date="Tuesday")["vehicles"] == 4


@pytest.mark.parametrize(
    ("message", "split"), [("sales by wekday", "weekday"), ("units per week", "week"), ("takings by stor", "store")]
)
def test_a_split_that_is_asked_for_outright(message: str, split: str) -> None:
    assert completed("sales_report", message, metric="revenue")["group_by"] == split


def test_a_split_is_not_read_into_other_words() -> None:
    assert "group_by" not in completed("sales_report", "sales by Christmas", metric="revenue")
    assert completed("sales_report", "sales by week", metric="revenue", group_by="store")["group_by"] == "store"


def test_aov_is_no_count_of_orders() -> None:
    assert completed("sales_report", "aov april", metric="orders")["metric"] == "average_order_value"


def test_only_what_is_there_now() -> None:
    assert completed("search_products", "only ones you have right now", query="duvet")["in_stock"] is True


def test_what_a_tool_needs_comes_from_what_was_spoken_of() -> None:
    given = {"store": "York"}
    from_before(given, ["product"], "", Context(spoken_of={"product": "Honey Soap", "order_id": "1"}))
    assert given == {"product": "Honey Soap", "store": "York"}
    from_before(given, ["product"], "", Context(spoken_of={"product": "Rye Flour"}))
    assert given["product"] == "Honey Soap"


def test_a_pointer_within_the_message_fills_the_product() -> None:
    cards = (ProductCard("P1", "Oak Tray", 8.0), ProductCard("P2", "Ash Tray", 6.0))
    given: dict[str, Any] = {"quantity": 4}
    from_before(given, ["product"], "4x the cheaper one please", Context(shown=cards))
    assert given["product"] == "P2"
    from_before(unknown := {}, ["product"], "first of all, thanks", Context())
    assert unknown == {}


def test_a_report_without_a_word_for_its_metric_is_about_revenue() -> None:
    given: dict[str, Any] = {"period": "q3"}
    from_before(given, ["metric"], "ok sales q3", Context())
    assert given["metric"] == "revenue"


@pytest.mark.parametrize(
    "message",
    ["check me against the billing details, 60614 with 536365x", "order 536365x; my postcode is 60614"],
)
def test_a_postcode_read_as_the_order_goes_to_its_place(message: str) -> None:
    assert completed("verify_identity", message, order_id="60614") == {"order_id": "536365x", "postcode": "60614"}


def test_what_an_order_ships_to_is_a_postcode() -> None:
    got = completed(
        "verify_identity", "it's mei@example.com and it ships to 32190", email="mei@example.com", order_id="32190"
    )
    assert got == {"email": "mei@example.com", "postcode": "32190"}
    assert completed("verify_identity", "my order is 32190", order_id="32190") == {"order_id": "32190"}


def test_a_tool_that_compares_all_of_a_kind_is_split_by_the_kind_that_was_named() -> None:
    got = completed("sales_trends", "is Kitchen linen going up or down?", names={"Kitchen linen": "category"})
    assert got == {"group_by": "category"}


def test_a_split_that_was_read_as_a_time_is_a_split() -> None:
    got = completed("sales_report", "week days?", metric="revenue", period="week days")
    assert got == {"metric": "revenue", "group_by": "weekday"}
    assert completed("sales_report", "in May", metric="revenue", period="May")["period"] == "May"
