"""The manager's tools about the past, on a small shop whose figures are worked out by hand."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from analytics.warehouse import Warehouse, rebuild
from assistant.messages import ToolCall
from assistant.resolve import Resolver
from assistant.toolbox import Context, Toolbox
from assistant.tools.sales import TOOLS
from assistant.tools.sales_words import exact

AS_OF = date(2011, 3, 31)
# order, customer, country, kind, day, product, quantity, price
LINES = [
    ("1", "c1", "France", "sale", "2011-01-10", "P1", 10, 2.0),
    ("2", "c1", "France", "sale", "2011-02-07", "P1", 20, 2.0),
    ("3", "c2", "Netherlands", "sale", "2011-02-08", "P2", 3, 10.0),
    ("4", None, "France", "sale", "2011-02-28", "P3", 1, 5.25),
    ("5", "c1", "France", "return", "2011-03-01", "P1", -4, 2.0),
    ("6", "c2", "Netherlands", "sale", "2011-03-31", "P2", 5, 10.0),
]
TITLES = {"P1": "Red Lamp", "P2": "Blue Rug", "P3": "Green Mug"}


def build(path, lines, *, category=None):
    with rebuild(path) as connection:
        for order, customer, country, kind, day, product, quantity, price in lines:
            connection.execute(
                "insert into orders (order_id, customer_id, country, kind, ordered_at) values (?, ?, ?, ?, ?)",
                [order, customer, country, kind, day],
            )
            connection.execute("insert into order_lines values (?, 1, ?, ?, ?, null, null, ?)",
                               [order, product, quantity, price, day])  # fmt: skip
        for product, title in TITLES.items():
            connection.execute(
                "insert into products (product_id, title, category, price, merchandise) values (?, ?, ?, 2.0, true)",
                [product, title, category],
            )
        connection.execute("insert into customers (customer_id) values ('c1'), ('c2')")
    return Warehouse(path)


def ask_of(warehouse, as_of=AS_OF):
    shop = SimpleNamespace(warehouse=warehouse, currency="GBP", as_of=as_of, resolve=Resolver(warehouse, as_of))
    context = Context(shop, SimpleNamespace(role="manager", customer_id=None))
    box = Toolbox.of(TOOLS)

    def ask(name="sales_report", **arguments):
        return box.run(ToolCall(name, arguments), context)[1]

    return ask


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    return ask_of(build(tmp_path_factory.mktemp("shop") / "warehouse.duckdb", LINES))


def fact(result, name):
    return next(each for each in result.facts if each.name == name)


@pytest.mark.parametrize(
    ("arguments", "headline", "value", "unit"),
    [
        ({"metric": "revenue"}, "Revenue over the whole history was £137.25.", 137.25, "GBP"),
        ({"metric": "revenue", "period": "february 2011"}, "Revenue in February 2011 was £75.25.", 75.25, "GBP"),
        ({"metric": "orders", "period": "February 2011"}, "There were 3 orders in February 2011.", 3, "orders"),
        ({"metric": "orders", "period": "31 March 2011"}, "There was 1 order on 31 March 2011.", 1, "orders"),
        (
            {"metric": "units", "country": "the netherlands"},
            "8 units were sold in the Netherlands over the whole history, returns deducted.",
            8,
            "units",
        ),
        (
            {"metric": "units", "product": "red lamp", "period": "last quarter"},
            None,
            None,
            None,
        ),
        (
            {"metric": "customers", "period": "q1 2011"},
            "2 different customers bought in the first quarter of 2011.",
            2,
            "customers",
        ),
        (
            {"metric": "average_order_value"},
            "The average order value over the whole history was £27.45.",
            27.45,
            "GBP",
        ),
        (
            {"metric": "return_rate"},
            "5.51 % of the sales value was returned over the whole history.",  # 8 of 145.25
            5.51,
            "percent",
        ),
    ],
)
def test_single_figures(ask, arguments, headline, value, unit):
    result = ask(**arguments)
    if headline is None:  # the last full quarter lies before the history
        assert result.status == "error"
        assert "10 January 2011 to 31 March 2011" in result.headline
        return
    assert result.headline == headline
    assert (result.facts[0].value, result.facts[0].unit) == (value, unit)
    assert result.facts[0].text in result.headline
    assert result.method
    assert result.notes


def test_dates_are_noted(ask):
    assert ask(metric="revenue", period="february 2011").notes == ("From 1 to 28 February 2011.",)
    assert (
        "The history begins on 10 January 2011, so 2011 is not complete." in ask(metric="revenue", period="2011").notes
    )


def test_ranking(ask):
    result = ask(metric="revenue", group_by="product", top=2)
    assert result.headline == (
        "The 2 products with the highest revenue over the whole history were Blue Rug (£80.00) and Red Lamp (£52.00); "
        "in all it was £137.25."
    )
    assert result.table.columns == ("Id", "Product", "Revenue (GBP)")
    assert result.table.rows == (("P2", "Blue Rug", 80.0), ("P1", "Red Lamp", 52.0))
    assert result.chart.kind == "bar"
    assert [each.product_id for each in result.products] == ["P2", "P1"]
    assert "The top 2 of 3 products." in result.notes


def test_worst_is_not_best(ask):
    result = ask(metric="revenue", top=1, order="lowest", period="march 2011")
    assert result.headline.startswith("The product with the lowest revenue in March 2011 was Red Lamp (-£8.00)")
    assert any(note.startswith("Another 1 product sold before had no sale") for note in result.notes)


def test_course_of_time(ask):
    result = ask(metric="revenue", group_by="month")
    assert result.headline == (
        "Revenue over the whole history, by month, was highest in February 2011 (£75.25) and lowest in March 2011 "
        "(£42.00); in all it was £137.25."  # January holds 22 of its days: named in the notes, not as the lowest
    )
    assert "January 2011 holds only 22 days here." in result.notes
    assert result.table.rows == (("January 2011", 20.0), ("February 2011", 75.25), ("March 2011", 42.0))
    assert result.chart.kind == "line"
    assert result.chart.series[0].x == ("2011-01-01", "2011-02-01", "2011-03-01")


def test_comparison(ask):
    result = ask(metric="orders", period="february 2011", compare_to="the month before")
    assert result.headline == "There were 3 orders in February 2011. That is 200.0 % more than in January 2011 (1)."
    assert fact(result, "difference").value == 2
    assert fact(result, "change").value == 200.0
    assert any("not complete" in note for note in result.notes)


def test_rates_are_compared_in_points(ask):
    result = ask(metric="return_rate", period="march 2011", compare_to="february 2011")
    assert result.headline.endswith("That is 16.00 percentage points more than in February 2011 (0.00 %).")
    assert fact(result, "difference").unit == "percentage points"


def test_nothing_to_compare_with(ask):
    result = ask(metric="revenue", period="march 2011", compare_to="last year")
    assert "nothing to compare with: no sales are recorded in March 2010" in result.headline
    assert "10 January 2011" in result.headline


def test_groups_compared(ask):
    result = ask(metric="units", group_by="country", period="march 2011", compare_to="february 2011")
    assert result.table.columns == ("Country", "Number of units sold", "Before", "Change in %")
    assert result.table.rows == (("Netherlands", 5, 3, 66.7), ("France", -4, 21, -119.0))
    assert len(result.chart.series) == 2


def test_sales_without_a_customer_are_told(ask):
    result = ask(metric="revenue", group_by="customer")
    assert [row[0] for row in result.table.rows] == ["c2", "c1"]
    assert any("without a customer id (revenue £5.25)" in note for note in result.notes)


def test_no_sales(ask):
    result = ask(metric="revenue", product="green mug", period="january 2011")
    assert (result.status, result.headline) == ("ok", "There were no sales of Green Mug in January 2011.")
    assert result.facts[0].value == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"metric": "revenue", "product": "unicorn saddle"}, "unicorn saddle"),
        ({"metric": "revenue", "group_by": "category"}, "This shop has no categories"),
        ({"metric": "revenue", "store": "London"}, "This shop has no stores"),
        ({"metric": "revenue", "top": 0}, "top must be 1 or more"),
        ({"metric": "profit"}, "metric must be one of"),
        ({"metric": "revenue", "period": "2015"}, "lies outside"),
    ],
)
def test_what_cannot_be_answered_is_said(ask, arguments, said):
    result = ask(**arguments)
    assert result.status == "error"
    assert said in result.headline


def test_categories_where_there_are_some(tmp_path):
    ask = ask_of(build(tmp_path / "warehouse.duckdb", LINES, category="Home"))
    result = ask(metric="units", category="home")
    assert result.headline == "35 units in the category Home were sold over the whole history, returns deducted."
    assert ask(metric="units", group_by="category").table.rows == (("Home", 35),)


def test_trends(tmp_path):
    lines, number = [], 0
    for day in range(56):
        when = str(AS_OF - timedelta(days=day))
        for product, count in (("P1", 3 if day < 28 else 1), ("P2", 2), ("P3", 2)):
            for _ in range(count):
                number += 1
                lines.append((str(number), "c1", "France", "sale", when, product, 1, 10.0))
    result = ask_of(build(tmp_path / "warehouse.duckdb", lines))("sales_trends")
    # 7 orders of £10.00 a day for 28 days, 5 before.
    assert result.headline.startswith(
        "Revenue from 4 to 31 March 2011 was £1,960.00, 40.0 % more than from 4 February to 3 March 2011. "
        "Of 3 products with enough orders to tell, 1 is rising, Red Lamp (84 orders after 28); "
    )
    assert result.table.rows[0][:4] == ("rising", "Red Lamp", 840.0, 280.0)
    assert fact(result, "products rising").value == 1
    assert any("seasons cannot be told" in note for note in result.notes)
    assert ask_of(build(tmp_path / "warehouse.duckdb", []))("sales_trends", group_by="store").status == "error"


def test_trends_need_a_period_before(ask):
    result = ask("sales_trends", period="january 2011")
    assert result.status == "error"
    assert "begins on 10 January 2011" in result.headline


def test_only_managers_ask(ask):
    assert all(each.roles == {"manager"} for each in TOOLS)


def test_a_count_stays_a_count() -> None:
    assert [exact(value, "orders") for value in (58, 58.0, 58.004, None)] == [58, 58, 58, None]
    assert isinstance(exact(58.0, "orders"), int)
