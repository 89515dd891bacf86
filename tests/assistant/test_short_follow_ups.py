"""Messages that only change the call before them."""

from datetime import date
from typing import Any

import pytest

from assistant import said_times
from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.short_follow_ups import changed
from assistant.tools import standard_tools

CLOCK = Clock(date(2026, 6, 30), date(2024, 7, 1))
TOOLS = {tool.name: tool.parameters["properties"] for tool in standard_tools()}
NAMES = {"Whitby": "store", "Garden": "category", "Oak Tray": "product", "France": "country"}


def after(text: str, name: str, **before: Any) -> dict[str, Any] | None:
    places = [(text.find(name), text.find(name) + len(name), kind) for name, kind in NAMES.items() if name in text]
    call = changed(
        text,
        ToolCall(name, before),
        TOOLS[name],
        places,
        lambda argument: said_times.said(argument, text, CLOCK),
        lambda argument, said: said_times.reads(argument, said, CLOCK),
    )
    return None if call is None else call.arguments


REPORT: dict[str, Any] = {"metric": "revenue", "period": "last month", "category": "Garden"}


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("and in Whitby?", {"store": "Whitby"}),
        ("same for France please", {"country": "France"}),
        ("what about last year", {"period": "last year"}),
        ("the same but in March 2025", {"period": "March 2025"}),
        ("units, by store", {"metric": "units", "group_by": "store"}),
        ("top 5", {"top": 5, "order": "highest"}),
        ("Now the same for Whitby", {"store": "Whitby"}),
    ],
)
def test_what_is_named_changes_and_the_rest_holds(text: str, new: dict[str, Any]) -> None:
    assert after(text, "sales_report", **REPORT) == REPORT | new


def test_a_product_takes_the_place_of_the_department_and_the_other_way_round() -> None:
    assert after("and Oak Tray?", "sales_report", **REPORT) == {
        "metric": "revenue",
        "period": "last month",
        "product": "Oak Tray",
    }
    assert after("and Garden", "forecast_sales", product="Oak Tray") == {"category": "Garden"}


def test_a_split_goes_when_one_of_its_parts_is_named() -> None:
    split = {"metric": "orders", "group_by": "store", "order": "lowest"}
    assert after("only Whitby", "sales_report", **split) == {"metric": "orders", "store": "Whitby"}


@pytest.mark.parametrize(
    "text",
    [
        "and why?",
        "what will we sell in Whitby",
        "how many have we got of Oak Tray",
        "thanks",
        "no",
        "Oak Tray and Whitby go well with France",
        "last week was awful, was it not",
    ],
)
def test_any_other_word_is_left_to_the_router(text: str) -> None:
    assert after(text, "sales_report", **REPORT) is None


def test_the_past_is_no_horizon() -> None:
    assert after("and last Christmas?", "forecast_sales", product="Oak Tray") is None


def test_a_wish_of_search_moves_with_its_department() -> None:
    found = after("and in Garden?", "search_products", query="Bath", category="Bath", max_price=20)
    assert found == {"query": "Garden", "category": "Garden", "max_price": 20}


def test_how_many_pieces_does_not_hold_for_another_product() -> None:
    assert after("and Oak Tray", "add_to_cart", product="Mug", quantity=3) == {"product": "Oak Tray"}


def test_nothing_was_asked_before() -> None:
    assert changed("and in Whitby", None, {}, (), lambda name: (), lambda name, said: False) is None


def test_a_service_level_changes_alone() -> None:
    before = {"product": "Oak Tray", "store": "Whitby", "service_level": 95}
    assert after("at 97%?", "recommend_reorder", **before) == before | {"service_level": 97.0}
    assert after("make it 98 percent", "recommend_reorder", **before) == before | {"service_level": 98.0}


@pytest.mark.parametrize("text", ["make it £75", "make it 75", "75 pounds", "75€", "£ 75", "60.000", "60,000", "-60"])
def test_an_amount_is_no_service_level_where_a_budget_is_meant(text: str) -> None:
    call = after(text, "optimize_inventory", budget=5000)
    assert call is None or "service_level" not in call


@pytest.mark.parametrize("text", ["£75", "75 pounds", "60.000", "-60"])
def test_an_amount_is_no_service_level_after_one_either(text: str) -> None:
    call = after(text, "optimize_inventory", budget=5000, service_level=95)
    assert call is None or call["service_level"] == 95


def test_a_service_level_beside_a_budget_is_said_or_was_said_before() -> None:
    before = {"budget": 5000, "service_level": 95}
    assert after("make it 97.5", "optimize_inventory", **before) == before | {"service_level": 97.5}
    assert after("at 97%", "optimize_inventory", budget=5000) == {"budget": 5000, "service_level": 97.0}
    assert after("service level of 90", "optimize_inventory", budget=5000) == {"budget": 5000, "service_level": 90.0}
