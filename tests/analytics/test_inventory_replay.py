"""The replay of past weeks, worked out by hand, and what an old history or odd sales lead to."""

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from analytics.history import History
from analytics.inventory import Position, StockSettings
from analytics.inventory.past import past_of
from analytics.inventory.replay import replay
from analytics.warehouse import Warehouse

TODAY = date(2026, 6, 30)


class Tables:
    """A history with tables beside its sales."""

    def __init__(self, **tables):
        self.tables = tables

    def table(self, name):
        return name

    def frame(self, name):
        return self.tables.get(name, pd.DataFrame())


def history(units, **tables):
    """Units of product A a day, the last today."""
    days = [pd.Timestamp(TODAY) - pd.Timedelta(days=back) for back in reversed(range(len(units)))]
    lines = pd.DataFrame({"sold_at": days, "product_id": "A", "store_id": None, "quantity": units})
    return History(lines, TODAY, Tables(**tables))


def position(**change):
    usual = {
        "product_id": "A", "title": "A", "category": None, "store_id": None, "on_hand": 100.0, "on_order": 0.0,
        "lead_time_days": 7.0, "lead_time_sd_days": 0.0, "minimum_order": 1.0, "order_cost": None, "price": 5.0,
        "cost": 2.0, "supplier": None,
    }  # fmt: skip
    return Position(**(usual | change))


def test_steady_demand_is_served_from_what_four_weeks_need():
    past = past_of(history([2.0] * 19 * 7), ("A",), 19 * 7, 6)
    played = replay(past, [position()], StockSettings(), 6)
    assert (played.first, played.last, played.days) == (TODAY - timedelta(days=41), TODAY, 42)
    assert played.asked.tolist() == [84]
    assert played.rule.lost.tolist() == [0]
    # opens with the reorder point, 95 % of Poisson(2 x (7 + 1) = 16) = 23, and half of 4 weeks of 2 a day: 23 + 28;
    # sells 28 until 23 are left and orders 56, on the shelf after 7 days, when 9 are left
    closes = [*range(49, 21, -2), *range(21, 7, -2)] + [9 + 56 - 2 * n for n in range(1, 22)]
    assert played.rule.on_hand[0] == pytest.approx(np.mean(closes))
    assert played.cost(played.rule)[0] == pytest.approx(np.mean(closes) * 0.4 * 42 / 365)
    assert np.isnan(played.shop.lost).all()  # the shop records neither stock-outs nor counts
    assert np.isnan(played.shop.on_hand).all()


def test_what_the_shop_did_comes_from_its_counts_and_stock_outs():
    units = [2.0] * 18 * 7 + [0.0] * 7
    outs = pd.DataFrame({"store_id": [None], "product_id": ["A"], "starts_on": [TODAY - timedelta(days=6)],
                         "ends_on": [None]})  # fmt: skip
    days = [TODAY - timedelta(days=7 * n) for n in (3, 2, 1, 0)]
    counts = pd.DataFrame({"store_id": "S", "product_id": "A", "counted_on": days, "on_hand": [30.0, 20.0, 10.0, 0.0]})
    past = past_of(history(units, stock_outs=outs, stock_counts=counts), ("A",), 19 * 7, 4)
    assert past.missed[0, -7:] == pytest.approx([2.0] * 7)  # a day without stock is not a day without demand
    assert past.missed[0, :-7].sum() == 0
    played = replay(past, [position()], StockSettings(), 4)
    assert played.shop.lost[0] == pytest.approx(14)
    assert played.shop.on_hand[0] == 15
    assert played.cost(played.shop)[0] == pytest.approx(15 * 0.4 * 28 / 365 + 14 * 3)


def test_returns_zeros_and_repeated_days_do_no_harm():
    odd = history([0.0] * 17 * 7 + [-5.0] * 7)
    odd.lines = pd.concat([odd.lines, odd.lines])
    past = past_of(odd, ("A", "B"), 18 * 7, 5)
    played = replay(past, [position(), position(product_id="B")], StockSettings(), 5)
    assert played.asked.tolist() == [0, 0]
    assert played.rule.orders.tolist() == [0, 0]
    assert played.cost(played.rule) == pytest.approx([0, 0])


def test_a_history_that_is_too_short_is_said():
    past = past_of(history([2.0]), ("A",), 7 * 10, 4)
    with pytest.raises(ValueError, match="Expected 17 weeks of history, got 10"):
        replay(past, [position()], StockSettings(), 4)


def test_a_history_of_an_earlier_version_has_the_new_columns_empty(tmp_path):
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table stores (store_id varchar, name varchar)")
        connection.execute("insert into stores values ('S1', 'Leeds')")
    warehouse = Warehouse(path)
    assert warehouse.frame(warehouse.table("stores"))["picks_online"].isna().all()
    assert warehouse.frame(warehouse.table("stock_counts")).empty
