"""New, returning and retained customers, counted by hand on nine orders."""

from datetime import date

import pytest

from analytics.cohorts import cohorts, customer_split
from analytics.report_records import SalesRequest
from analytics.warehouse import Warehouse, rebuild

# order, customer, country, kind, day, product, quantity, price
LINES = [
    ("1", "c1", "France", "sale", "2011-01-10", "A", 2, 5.0),
    ("2", "c1", "France", "sale", "2011-01-20", "A", 1, 5.0),
    ("3", "c2", "Spain", "sale", "2011-01-25", "B", 1, 10.0),
    ("4", "c1", "France", "sale", "2011-02-05", "A", 4, 5.0),
    ("5", "c3", "Spain", "sale", "2011-02-07", "A", 1, 5.0),
    ("6", None, "Spain", "sale", "2011-02-08", "B", 3, 10.0),
    ("7", "c9", "Spain", "return", "2011-02-09", "B", -1, 10.0),  # bought before the history began
    ("8", "c2", "Spain", "sale", "2011-03-02", "B", 2, 10.0),
    ("9", "c3", "Spain", "sale", "2011-03-15", "A", 2, 5.0),
]
FEBRUARY = {"start": date(2011, 2, 1), "end": date(2011, 2, 28)}


def write(path, lines) -> Warehouse:
    with rebuild(path) as connection:
        for order, customer, country, kind, day, product, quantity, price in lines:
            connection.execute(
                "insert into orders (order_id, customer_id, country, kind, ordered_at) values (?, ?, ?, ?, ?)",
                [order, customer, country, kind, day],
            )
            connection.execute(
                "insert into order_lines (order_id, line_number, product_id, quantity, unit_price, sold_at) "
                "values (?, 1, ?, ?, ?, ?)",
                [order, product, quantity, price, day],
            )
        for product in {line[5] for line in lines}:
            connection.execute("insert into products (product_id, merchandise) values (?, true)", [product])
    return Warehouse(path)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Warehouse:
    return write(tmp_path_factory.mktemp("shop") / "warehouse.duckdb", LINES)


def figures(found, metric):
    return {group.kind: group.figures[metric] for group in found.groups}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("customers", {"new": 1, "returning": 1, "unknown": 0}),  # c3; c1; order 6 has no customer
        ("revenue", {"new": 5.0, "returning": 10.0, "unknown": 30.0}),  # c1's 20 less c9's return of 10
        ("orders", {"new": 1, "returning": 1, "unknown": 1}),
        ("units", {"new": 1, "returning": 3, "unknown": 3}),
        ("average_order_value", {"new": 5.0, "returning": 10.0, "unknown": 30.0}),
        ("return_rate", {"new": 0.0, "returning": 50.0, "unknown": 0.0}),
    ],
)
def test_new_and_returning_in_a_period(warehouse, metric, expected):
    found = customer_split(warehouse, SalesRequest(metric, **FEBRUARY))
    assert figures(found, metric) == pytest.approx(expected)
    assert not found.monthly


def test_over_the_whole_history_each_month_is_taken_on_its_own(warehouse):
    found = customer_split(warehouse, SalesRequest("revenue"))
    assert found.monthly
    assert figures(found, "revenue") == {"new": 30.0, "returning": 40.0, "unknown": 30.0}  # 15+10+5 | 20-10+20+10
    assert figures(found, "customers") == {"new": 3, "returning": 3, "unknown": 0}
    assert [(each.month, each.new, each.returning) for each in found.months] == [
        (date(2011, 1, 1), 25.0, 0.0),
        (date(2011, 2, 1), 5.0, 10.0),
        (date(2011, 3, 1), 0.0, 30.0),
    ]


def test_the_split_is_compared(warehouse):
    march = {"start": date(2011, 3, 1), "end": date(2011, 3, 31)}
    found = customer_split(warehouse, SalesRequest("revenue", **march, before=(FEBRUARY["start"], FEBRUARY["end"])))
    assert {group.kind: (group.figures["revenue"], group.before) for group in found.groups} == {
        "returning": (30.0, 10.0)
    }


def test_new_is_new_to_the_shop_not_to_the_product(warehouse):
    found = customer_split(warehouse, SalesRequest("customers", product_id="B", start=date(2011, 3, 1)))
    assert figures(found, "customers") == {"returning": 1}


def test_cohorts_are_followed(warehouse):
    found = cohorts(warehouse, SalesRequest("customers"))
    assert [(row.month, row.customers, row.values) for row in found.rows] == [
        (date(2011, 1, 1), 2, (2.0, 1.0, 1.0)),  # c1 came back in February, c2 in March
        (date(2011, 2, 1), 1, (1.0, 1.0)),  # c3
    ]
    assert not found.last_is_whole
    assert found.retained(1) == (1, 2)  # March is not over: February's customers can't be judged yet
    assert found.retained(2) is None


def test_cohorts_of_money_and_of_a_country(warehouse):
    money = cohorts(warehouse, SalesRequest("revenue"))
    assert [row.values for row in money.rows] == [(25.0, 20.0, 20.0), (5.0, 10.0)]
    spain = cohorts(warehouse, SalesRequest("customers", country="Spain", start=date(2011, 2, 1)))
    assert [(row.month, row.values) for row in spain.rows] == [(date(2011, 2, 1), (1.0, 1.0))]
    assert money.retained(1) is None


def test_a_rate_is_not_defined_without_sales(warehouse):
    rates = cohorts(warehouse, SalesRequest("return_rate", customer_id="c2"))
    assert [row.values for row in rates.rows] == [(0.0, None, 0.0)]


def test_one_customer_and_nobody_known(tmp_path):
    one = write(tmp_path / "one.duckdb", LINES[:1])
    assert figures(customer_split(one, SalesRequest("customers")), "customers") == {"new": 1}
    assert [row.values for row in cohorts(one, SalesRequest("customers")).rows] == [(1.0,)]
    nobody = write(tmp_path / "nobody.duckdb", [LINES[5]])
    assert figures(customer_split(nobody, SalesRequest("revenue")), "revenue") == {"unknown": 30.0}
    assert cohorts(nobody, SalesRequest("customers")).rows == ()
