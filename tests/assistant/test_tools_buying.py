"""Who buys, who comes back and what is bought together, as the manager reads it."""

import pytest
from test_tools_sales import ask_of, build

# customers c1 and c2 as in test_tools_sales: c1 orders in January and February, c2 in February and March
LINES = [
    ("1", "c1", "France", "sale", "2011-01-10", "P1", 10, 2.0),
    ("2", "c1", "France", "sale", "2011-02-07", "P1", 20, 2.0),
    ("3", "c2", "Netherlands", "sale", "2011-02-08", "P2", 3, 10.0),
    ("4", None, "France", "sale", "2011-02-28", "P3", 1, 5.25),
    ("6", "c2", "Netherlands", "sale", "2011-03-31", "P2", 5, 10.0),
]


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    return ask_of(build(tmp_path_factory.mktemp("shop") / "warehouse.duckdb", LINES))


def test_new_and_returning_customers(ask):
    result = ask(metric="revenue", group_by="customer_type", period="february 2011", compare_to="the month before")
    assert result.headline == (
        "1 new customer and 1 returning ones bought in February 2011: 50.0 % were new. Revenue was £30.00 with new and "
        "£40.00 with returning customers. Compared with January 2011, revenue: new customers 50.0 % more; returning "
        "customers £40.00 more."
    )
    assert result.table.rows[0] == ("New customers", 30.0, 1, 1, 30.0, 20.0, 50.0)
    assert result.table.rows[2][:3] == ("Sales without a customer id", 5.25, None)
    assert result.chart.kind == "bar"
    assert any("counts as new" in note for note in result.notes)


def test_whole_history_by_month(ask):
    result = ask(metric="customers", group_by="customer_type")
    assert result.headline == (
        "2 customers bought over the whole history for the first time; 2 bought in a later month. "
        "The revenue of first months was £50.00, that of later months £90.00."
    )
    assert [series.y for series in result.chart.series] == [(1.0, 1.0, 0.0), (0.0, 1.0, 1.0)]


def test_retention(ask):
    result = ask(metric="customers", group_by="cohort")
    assert result.headline == (
        "2 customers first ordered over the whole history: 100.0 % of 2 ordered again in the next month."
    )
    assert result.table.columns == ("First order in", "Customers", "1 month later (%)", "2 months later (%)")
    assert result.table.rows == (("January 2011", 1, 100.0, 0.0), ("February 2011", 1, 100.0, None))
    money = ask(metric="revenue", group_by="cohort")
    assert money.table.rows == (("January 2011", 1, 20.0, 40.0, 0.0), ("February 2011", 1, 30.0, 50.0, None))
    assert "£50.00 in the months of their first orders and £90.00 in the months after" in money.headline


def test_baskets(tmp_path):
    lines = [(str(n), "c1", "France", "sale", "2011-02-01", "P3", 1, 1.0) for n in range(20)]
    lines += [(str(100 + n), "c1", "France", "sale", "2011-02-01", p, 1, 1.0) for n in range(6) for p in ("P1", "P2")]
    warehouse = build(tmp_path / "warehouse.duckdb", list({line[0]: line for line in lines}.values()))
    warehouse.close()
    from analytics.warehouse import Warehouse, rebuild

    with rebuild(tmp_path / "warehouse.duckdb") as connection:
        for n in range(6):
            connection.execute(
                "insert into order_lines (order_id, line_number, product_id, quantity, unit_price, sold_at) "
                "values (?, 2, 'P1', 1, 1.0, '2011-02-01')",
                [str(100 + n)],
            )
    ask = ask_of(Warehouse(tmp_path / "warehouse.duckdb"))
    result = ask(metric="orders", group_by="basket")
    assert result.headline == (
        "The two products bought together most often over the whole history are Red Lamp and Blue Rug: in 6 of 26 "
        "orders (23.1 %), 4.3 times as often as chance would give."
    )
    assert result.table.rows == (("Red Lamp", "Blue Rug", 6, 23.08, 100.0, 100.0, 4.33),)
    assert [each.product_id for each in result.products] == ["P1", "P2"]
    one = ask(metric="orders", group_by="basket", product="blue rug")
    assert one.headline.startswith("Blue Rug is bought together with Red Lamp most often")


def test_what_is_not_there_is_said(ask):
    none = ask(metric="orders", group_by="basket", period="march 2011")
    assert none.headline.startswith("No two products were bought together more often than chance explains")
    nobody = ask(metric="customers", group_by="customer_type", period="1 march 2011")
    assert nobody.headline == "No known customer bought anything on 1 March 2011."
    assert ask(metric="customers", group_by="cohort", period="march 2011").headline.startswith("No customer's first")


def test_a_course_is_compared_span_by_span(ask):
    result = ask(metric="revenue", group_by="month", period="february to march 2011", compare_to="january 2011")
    assert result.table.rows == (("February 2011", 75.25, 20.0, 276.2), ("March 2011", 50.0, None, None))
    assert len(result.chart.series) == 2
