"""Which values the arguments may take, and how a written call is mended."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from service_shop import AS_OF, write_warehouse

from analytics.warehouse import Warehouse
from assistant import cues
from assistant.arguments import candidates, mend
from assistant.messages import ToolCall
from assistant.periods import Clock
from assistant.references import Context
from assistant.resolve import Resolver
from assistant.tools.orders import TOOLS as ORDER_TOOLS
from assistant.tools.sales import TOOLS as SALES_TOOLS
from assistant.tools.stock import TOOLS as STOCK_TOOLS

BEFORE = Context()
CLOCK = Clock(date(2011, 12, 9), date(2010, 12, 1))
PARAMETERS: dict[str, Any] = {tool.name: tool.parameters for tool in (*SALES_TOOLS, *ORDER_TOOLS, *STOCK_TOOLS)}


def test_times_and_numbers_are_told_apart() -> None:
    found = candidates(PARAMETERS["sales_report"], "top 5 products in February 2011", "", CLOCK)
    assert found["period"] == ("February 2011",)
    assert found["top"] == (5,)
    assert "country" not in found  # open kinds have no candidates


def test_a_closed_kind_that_nobody_said_has_no_candidate() -> None:
    found = candidates(PARAMETERS["sales_report"], "what sells best", "", CLOCK)
    assert found["top"] == ()
    assert "period" not in found or found["period"] == ()


def test_what_was_said_before_may_still_hold_but_the_message_comes_first() -> None:
    report = PARAMETERS["sales_report"]
    assert candidates(report, "and the top 3?", "top 5 in may 2011", CLOCK)["top"] == (3, 5)
    assert candidates(report, "and by country?", "revenue in may 2011", CLOCK)["period"] == ("may 2011",)
    assert candidates(report, "and june 2011?", "revenue in may 2011", CLOCK)["period"] == ("june 2011",)


def test_order_numbers_emails_and_postcodes() -> None:
    said = "order 10012, ann@example.com or 90210; the flat is YO1 7HH"
    found = candidates(PARAMETERS["verify_identity"], said, "", CLOCK)
    assert "10012" in found["order_id"]
    assert found["email"] == ("ann@example.com",)
    assert found["postcode"] == ("YO1 7HH",)  # five digits that may be the order are no postcode


@pytest.fixture(scope="module")
def resolver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Resolver]:
    path: Path = tmp_path_factory.mktemp("shop") / "warehouse.duckdb"
    write_warehouse(path)
    warehouse = Warehouse(path)
    yield Resolver(warehouse, AS_OF)
    warehouse.close()


def mended(resolver: Resolver, said: str, **arguments: Any) -> dict[str, Any]:
    call = mend(ToolCall("sales_report", arguments), PARAMETERS["sales_report"], said, resolver, BEFORE)
    return call.arguments


def test_a_single_time_that_the_model_left_out_is_added(resolver: Resolver) -> None:
    assert mended(resolver, "sales in june 2024", metric="revenue") == {"metric": "revenue", "period": "june 2024"}
    assert mended(resolver, "sales in june 2024 and in may 2023", metric="revenue") == {"metric": "revenue"}  # which?
    assert mended(resolver, "sales", metric="revenue") == {"metric": "revenue"}


def test_a_name_of_another_kind_is_moved(resolver: Resolver) -> None:
    assert mended(resolver, "kitchen sales", metric="revenue", product="kitchen")["category"] == "kitchen"
    assert mended(resolver, "york sales", metric="revenue", category="York")["store"] == "York"
    assert mended(resolver, "blue mug sales", metric="revenue", product="blue mug")["product"] == "blue mug"


def test_a_name_that_nobody_knows_stays_where_it_was(resolver: Resolver) -> None:
    assert mended(resolver, "carpet sales", metric="revenue", product="carpet")["product"] == "carpet"


def test_a_name_is_never_put_over_another(resolver: Resolver) -> None:
    moved = mended(resolver, "kitchen", metric="revenue", product="kitchen", category="home")
    assert (moved["product"], moved["category"]) == ("kitchen", "home")


def test_a_choice_of_an_added_tool_must_have_been_said() -> None:
    style = {"type": "string", "enum": ["paper", "gift box"]}
    parameters = {"properties": {"style": style}, "required": []}
    clock = Clock(date(2011, 12, 9), date(2010, 12, 1))
    assert candidates(parameters, "what does wrapping cost", "", clock) == {"style": ()}
    assert candidates(parameters, "wrapped in papers please", "", clock) == {"style": ("paper",)}


def test_what_is_counted_is_the_metric() -> None:
    assert cues.counted("how many pieces went to customers in France") == "units"
    assert cues.counted("number of different customers") == "customers"
    assert cues.counted("what did customers spend") is None


def test_a_country_is_kept_apart_from_things_though_the_shop_has_no_orders_from_there(resolver: Resolver) -> None:
    assert mended(resolver, "revenue Turkey 2010", metric="revenue", period="2010")["country"] == "Turkey"
    assert mended(resolver, "and Turkey?", metric="revenue", product="Turkey") == {
        "metric": "revenue",
        "country": "Turkey",
    }
    assert "country" not in mended(resolver, "how is turkey breast selling", metric="revenue", product="turkey breast")


def test_words_and_figures_in_a_name_move_no_price(resolver: Resolver, monkeypatch: pytest.MonkeyPatch) -> None:
    def supposed(said: str, name: str, change: float) -> float | None:
        found = (said.index(name), said.index(name) + len(name), "product")
        monkeypatch.setattr(resolver, "name_places", lambda text: [found])
        call = ToolCall("forecast_sales", {"product": name, "price_change": change})
        before = Context(supposed={"price_change": change})
        return mend(call, PARAMETERS["forecast_sales"], said, resolver, before).arguments.get("price_change")

    assert supposed("and Cut Comb Honey by 7%?", "Cut Comb Honey", 10) == 7
    assert supposed("and Dark Chocolate 70%?", "Dark Chocolate 70%", -10) == -10
    assert supposed("Jam Set 4", "Jam Set 4", -10) == -10
    assert supposed("Dark Chocolate 70% at 15", "Dark Chocolate 70%", -10) == -15
