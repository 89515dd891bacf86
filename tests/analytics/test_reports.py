"""Every figure by hand on a week of sales, and the published figures of the Online Retail file."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from analytics.imports import ingest_online_retail
from analytics.report_records import SalesRequest
from analytics.reports import sales_report, unsold_products
from analytics.warehouse import Warehouse, rebuild

# order, customer, country, store, kind, time, [(product, quantity, price)]
ORDERS = [
    ("1", "c1", "France", "s1", "sale", "2011-01-03 09:00", [("A", 2, 5.0), ("B", 1, 10.0), ("POST", 1, 4.0)]),
    ("2", "c1", "France", "s1", "sale", "2011-01-03 14:00", [("A", 1, 5.0)]),
    ("3", None, "France", None, "sale", "2011-01-05 09:30", [("B", 3, 10.0)]),
    ("4", "c2", "Spain", "s2", "sale", "2011-02-01 09:00", [("A", 4, 5.0), ("C", 1, 0.0)]),
    ("5", "c1", "France", "s1", "return", "2011-02-02 10:00", [("B", -1, 10.0)]),
    ("6", "c3", "Spain", "s2", "sale", "2011-02-02 11:00", [("POST", 1, 4.0)]),
]
PRODUCTS = [
    ("A", "Lamp", "Light", True),
    ("B", "Rug", None, True),
    ("C", "Cup", None, True),
    ("POST", "Post", None, False),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Warehouse:
    path = tmp_path_factory.mktemp("shop") / "warehouse.duckdb"
    with rebuild(path) as connection:
        for order, customer, country, store, kind, at, lines in ORDERS:
            connection.execute(
                "insert into orders (order_id, customer_id, country, store_id, kind, ordered_at) "
                "values (?, ?, ?, ?, ?, ?)",
                [order, customer, country, store, kind, at],
            )
            for number, (product, quantity, price) in enumerate(lines):
                connection.execute(
                    "insert into order_lines (order_id, line_number, product_id, quantity, unit_price, sold_at) "
                    "values (?, ?, ?, ?, ?, ?)",
                    [order, number, product, quantity, price, at],
                )
        for product in PRODUCTS:
            connection.execute(
                "insert into products (product_id, title, category, merchandise) values (?, ?, ?, ?)", list(product)
            )
        connection.execute("insert into stores (store_id, name) values ('s1', 'Main Street')")
    return Warehouse(path)


def figure(warehouse, metric, **chosen):
    return sales_report(warehouse, SalesRequest(metric, **chosen))


JANUARY = {"start": date(2011, 1, 1), "end": date(2011, 1, 31)}
FEBRUARY = {"start": date(2011, 2, 1), "end": date(2011, 2, 28)}


@pytest.mark.parametrize(
    ("metric", "whole", "january", "february"),
    [
        ("revenue", 65.0, 55.0, 10.0),  # 20 + 5 + 30 | 20 - 10
        ("units", 10.0, 7.0, 3.0),
        ("orders", 4.0, 3.0, 1.0),  # neither the return nor the order of postage alone
        ("customers", 2.0, 1.0, 1.0),  # order 3 has no customer
        ("average_order_value", 65 / 4, 55 / 3, 10.0),
        ("return_rate", 100 * 10 / 75, 0.0, 50.0),
    ],
)
def test_metrics(warehouse, metric, whole, january, february):
    assert figure(warehouse, metric).total == pytest.approx(whole)
    assert figure(warehouse, metric, **JANUARY).total == pytest.approx(january)
    assert figure(warehouse, metric, **FEBRUARY).total == pytest.approx(february)


def test_days_are_both_included(warehouse):
    assert figure(warehouse, "revenue", start=date(2011, 1, 3), end=date(2011, 1, 3)).total == 25.0
    assert figure(warehouse, "revenue", start=date(2011, 1, 4), end=date(2011, 1, 5)).total == 30.0


def test_filters(warehouse):
    assert figure(warehouse, "revenue", product_id="A").total == 35.0
    assert figure(warehouse, "revenue", category="Light").total == 35.0
    assert figure(warehouse, "units", country="Spain").total == 4.0
    assert figure(warehouse, "revenue", store_id="s1", customer_id="c1").total == 15.0


def test_nothing_sold_is_zero_or_undefined(warehouse):
    report = figure(warehouse, "revenue", start=date(2011, 1, 10), end=date(2011, 1, 12))
    assert (report.total, report.lines) == (0.0, 0)
    rate = figure(warehouse, "return_rate", start=date(2011, 1, 10), end=date(2011, 1, 12))
    assert rate.total is None


def test_top_and_bottom(warehouse):
    best = figure(warehouse, "revenue", group_by="product", top=1)
    assert [(row.key, row.label, row.value) for row in best.rows] == [("A", "Lamp", 35.0)]
    assert best.n_groups == 2
    worst = figure(warehouse, "revenue", group_by="product", top=1, order="lowest")
    assert [(row.key, row.value) for row in worst.rows] == [("B", 30.0)]


def test_groups_without_a_name_are_in_no_row(warehouse):
    by_customer = figure(warehouse, "revenue", group_by="customer")
    assert [(row.key, row.value) for row in by_customer.rows] == [("c2", 20.0), ("c1", 15.0)]
    assert by_customer.unassigned == 30.0
    by_store = figure(warehouse, "revenue", group_by="store")
    assert [(row.key, row.label) for row in by_store.rows] == [("s2", "s2"), ("s1", "Main Street")]


def test_course_of_time_has_no_holes(warehouse):
    days = figure(warehouse, "revenue", group_by="day", start=date(2011, 1, 3), end=date(2011, 1, 6))
    assert [(row.key, row.value) for row in days.rows] == [
        ("2011-01-03", 25.0),
        ("2011-01-04", 0.0),
        ("2011-01-05", 30.0),
        ("2011-01-06", 0.0),
    ]
    weeks = figure(warehouse, "orders", group_by="week", start=date(2011, 1, 3), end=date(2011, 1, 16))
    assert [(row.key, row.value) for row in weeks.rows] == [("2011-01-03", 3.0), ("2011-01-10", 0.0)]
    rates = figure(warehouse, "return_rate", group_by="month")
    assert [(row.key, row.value) for row in rates.rows] == [("2011-01-01", 0.0), ("2011-02-01", 50.0)]


def test_weekdays_and_hours(warehouse):
    weekdays = figure(warehouse, "revenue", group_by="weekday")
    assert [(row.key, row.value) for row in weekdays.rows] == [("0", 25.0), ("1", 20.0), ("2", 20.0)]  # 30 - 10
    hours = figure(warehouse, "orders", group_by="hour", top=1)
    assert [(row.key, row.value) for row in hours.rows] == [("9", 3.0)]


def test_comparison(warehouse):
    before = (JANUARY["start"], JANUARY["end"])
    report = figure(warehouse, "revenue", **FEBRUARY, before=before, group_by="product")
    assert (report.before, report.change.difference) == (55.0, -45.0)
    assert report.change.percent == pytest.approx(-100 * 45 / 55)
    assert [(row.key, row.value, row.before) for row in report.rows] == [("A", 20.0, 15.0), ("B", -10.0, 40.0)]


def test_the_period_is_cut_to_the_history(warehouse):
    report = figure(warehouse, "revenue", start=date(2010, 1, 1), end=date(2012, 1, 1))
    assert (report.start, report.end) == (date(2011, 1, 3), date(2011, 2, 2))


def test_unsold_products_are_those_sold_before_only(warehouse):
    assert unsold_products(warehouse, SalesRequest("revenue"), date(2011, 2, 1), date(2011, 2, 1)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": "profit"},
        {"metric": "revenue", "group_by": "colour"},
        {"metric": "revenue", "start": date(2011, 2, 1), "end": date(2011, 1, 1)},
        {"metric": "revenue", "top": 0},
    ],
)
def test_impossible_requests_are_refused(wrong):
    with pytest.raises(ValueError, match="Expected"):
        SalesRequest(**wrong)


def bench_folder() -> Path:
    folder = Path(os.environ.get("RETAIL_BENCH_DATA", Path(__file__).parents[3] / "shared" / "data")) / "online_retail"
    if not (folder / "known_figures.json").exists():
        pytest.skip("the evaluation data is absent: set RETAIL_BENCH_DATA")
    return folder


def month(year: int, number: int, last: int, months: int = 1) -> dict[str, date]:
    return {"start": date(year, number, 1), "end": date(year, number + months - 1, last)}


KNOWN = {
    "What was our revenue over the whole history?": ("revenue", {}, 2),
    "What was our revenue in February 2011?": ("revenue", month(2011, 2, 28), 2),
    "How many orders did we take in June 2011?": ("orders", month(2011, 6, 30), 0),
    "How many units did we sell to the Netherlands in total?": ("units", {"country": "Netherlands"}, 0),
    "How many different customers bought in the first quarter of 2011?": ("customers", month(2011, 1, 31, 3), 0),
    "What was the average order value in September 2011?": ("average_order_value", month(2011, 9, 30), 4),
    "What share of sales value was returned in April 2011?": ("return_rate", month(2011, 4, 30), 2),
    "Revenue of stock code 22720 in 2011": ("revenue", {**month(2011, 1, 31, 12), "product_id": "22720"}, 2),
    "What was last month's revenue? (as of 2011-12-09)": ("revenue", month(2011, 11, 30), 2),
    "Revenue of the last 4 weeks (as of 2011-12-09)": (
        "revenue", {"start": date(2011, 11, 12), "end": date(2011, 12, 9)}, 2,
    ),
}  # fmt: skip


@pytest.mark.bench_data
def test_known_figures_come_out_exactly(tmp_path):
    folder = bench_folder()
    account = ingest_online_retail(folder / "online_retail.parquet", tmp_path / "warehouse.duckdb")
    real = Warehouse(tmp_path / "warehouse.duckdb")
    asked = json.loads((folder / "known_figures.json").read_text())
    assert (len(asked), account.rows_read) == (11, 541_909)
    for each in asked:
        if each["unit"] == "rows":
            assert account.rejected_by("exact duplicate") == each["value"]
            continue
        metric, chosen, decimals = KNOWN[each["question"]]
        total = figure(real, metric, **chosen).total
        expected = 100 * each["value"] if each["unit"] == "share" else each["value"]
        assert round(total, decimals) == pytest.approx(expected, abs=1e-9), each["question"]
