"""Every metric, grouping and filter on Online Retail beside a plain pandas computation that shares no code."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.baskets import bought_together
from analytics.cohorts import cohorts, customer_split
from analytics.imports import ingest_online_retail
from analytics.report_records import SalesRequest
from analytics.reports import sales_report
from analytics.warehouse import Warehouse

pytestmark = pytest.mark.bench_data
METRICS = ("revenue", "units", "orders", "customers", "average_order_value", "return_rate")
QUARTER = {"start": date(2011, 4, 1), "end": date(2011, 6, 30)}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory) -> Warehouse:
    folder = Path(os.environ.get("RETAIL_BENCH_DATA", Path(__file__).parents[3] / "shared" / "data")) / "online_retail"
    if not (folder / "online_retail.parquet").exists():
        pytest.skip("the evaluation data is absent: set RETAIL_BENCH_DATA")
    path = tmp_path_factory.mktemp("online") / "warehouse.duckdb"
    ingest_online_retail(folder / "online_retail.parquet", path)
    return Warehouse(path)


@pytest.fixture(scope="module")
def lines(warehouse) -> pd.DataFrame:
    """The merchandise lines of the base tables, joined in pandas and not by the view."""
    frames = {name: warehouse.frame(warehouse.table(name)) for name in ("order_lines", "orders", "products")}
    joined = frames["order_lines"].merge(frames["orders"], on="order_id").merge(
        frames["products"][["product_id", "merchandise"]], on="product_id"
    )  # fmt: skip
    joined = joined[joined["merchandise"] & (joined["unit_price"] > 0)].copy()
    joined["value"] = joined["quantity"] * joined["unit_price"]
    joined["sold"] = (joined["kind"] == "sale") & (joined["quantity"] > 0)
    at = joined["sold_at"]
    joined["day"], joined["month"] = at.dt.normalize(), at.dt.to_period("M").dt.start_time
    joined["week"] = joined["day"] - pd.to_timedelta(at.dt.dayofweek, unit="D")
    joined["quarter"] = at.dt.to_period("Q").dt.start_time
    joined["weekday"], joined["hour"] = at.dt.dayofweek.astype(str), at.dt.hour.astype(str)
    return joined


def plain(part: pd.DataFrame, metric: str) -> float:
    sold = part[part["sold"]]
    back = -part.loc[part["quantity"] < 0, "value"].sum()
    gross = part.loc[part["quantity"] > 0, "value"].sum()
    return {
        "revenue": lambda: part["value"].sum(),
        "units": lambda: part["quantity"].sum(),
        "orders": lambda: sold["order_id"].nunique(),
        "customers": lambda: sold["customer_id"].nunique(),
        "average_order_value": lambda: part["value"].sum() / (sold["order_id"].nunique() or np.nan),
        "return_rate": lambda: 100 * back / gross if gross else np.nan,
    }[metric]()


def within(lines: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    return lines[(lines["day"] >= pd.Timestamp(start)) & (lines["day"] <= pd.Timestamp(end))]


COLUMN = {"product": "product_id", "customer": "customer_id"}


@pytest.mark.parametrize("by", ["product", "country", "customer", "day", "week", "month", "quarter", "weekday", "hour"])
def test_every_grouping_of_every_metric(warehouse, lines, by):
    part = within(lines, **QUARTER)
    keys = part[COLUMN.get(by, by)]
    names = list(dict.fromkeys(keys.dropna()))[:8]
    for metric in METRICS:
        report = sales_report(warehouse, SalesRequest(metric, group_by=by, **QUARTER))
        rows = {row.key: row.value for row in report.rows}
        for name in names:
            key = str(pd.Timestamp(name).date()) if by in ("day", "week", "month", "quarter") else str(name)
            expected = plain(part[keys == name], metric)
            found = rows.get(key)
            assert (found is None and np.isnan(expected)) or found == pytest.approx(expected, abs=1e-6), (metric, name)


@pytest.mark.parametrize(
    "chosen",
    [
        {"product_id": "22423"},
        {"country": "France"},
        {"customer_id": "12748"},
        {"country": "Germany", "product_id": "22423"},
    ],
)
def test_every_filter_of_every_metric_and_its_comparison(warehouse, lines, chosen):
    kept = lines[np.logical_and.reduce([lines[name] == value for name, value in chosen.items()])]
    earlier = (date(2011, 1, 1), date(2011, 3, 31))
    for metric in METRICS:
        report = sales_report(warehouse, SalesRequest(metric, **QUARTER, **chosen, before=earlier))
        assert report.total == pytest.approx(plain(within(kept, **QUARTER), metric), abs=1e-6)
        assert report.before == pytest.approx(plain(within(kept, *earlier), metric), abs=1e-6)


def test_new_and_returning_customers(warehouse, lines):
    first = lines[lines["sold"]].groupby("customer_id")["day"].min()
    part = within(lines, **QUARTER)
    known = part[part["customer_id"].notna()]
    is_new = known["customer_id"].map(first) >= pd.Timestamp(QUARTER["start"])
    groups = {
        group.kind: group.figures for group in customer_split(warehouse, SalesRequest("revenue", **QUARTER)).groups
    }
    for metric in METRICS:
        assert groups["new"][metric] == pytest.approx(plain(known[is_new], metric))
        assert groups["returning"][metric] == pytest.approx(plain(known[~is_new], metric))
        assert groups["unknown"][metric] == pytest.approx(plain(part[part["customer_id"].isna()], metric))


def test_retention_by_month_of_first_order(warehouse, lines):
    sold = lines[lines["sold"] & lines["customer_id"].notna()]
    cohort = sold["customer_id"].map(sold.groupby("customer_id")["month"].min())
    table = sold.groupby([cohort, sold["month"]])["customer_id"].nunique().unstack(fill_value=0)
    found = cohorts(warehouse, SalesRequest("customers"))
    assert len(found.rows) == 13
    for row in found.rows:
        expected = table.loc[pd.Timestamp(row.month)]
        assert list(row.values) == expected[expected.index >= pd.Timestamp(row.month)].tolist()


def test_what_is_bought_together(warehouse, lines):
    part = within(lines, **QUARTER)
    held = part[part["sold"]].groupby("order_id")["product_id"].agg(set)
    found = bought_together(warehouse, SalesRequest("orders", **QUARTER, top=20))
    assert found.orders == len(held)
    for pair in found.pairs:
        assert pair.together == sum({pair.first, pair.second} <= each for each in held)
        assert pair.of_first == sum(pair.first in each for each in held)
    counts = [pair.together for pair in found.pairs]
    assert counts == sorted(counts, reverse=True)
