"""Trends: a planted change is found, chance alone is not, a season is not mistaken for a trend."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.errors import NotEnoughHistory
from analytics.trend_test import TrendSettings, dispersion_of, false_discovery
from analytics.trends import find_trends
from analytics.warehouse import Warehouse, rebuild

NOW = (date(2011, 12, 3), date(2011, 12, 30))
BEFORE = (date(2011, 11, 5), date(2011, 12, 2))


def shop(path, orders: list[tuple[str, date, float]]) -> Warehouse:
    """A warehouse of one-line orders (product, day, value)."""
    frame = pd.DataFrame(orders, columns=["product_id", "day", "value"])
    frame["order_id"] = [f"o{i}" for i in range(len(frame))]
    frame["sold_at"] = [datetime.combine(day, datetime.min.time()) for day in frame["day"]]
    with rebuild(path) as connection:
        connection.register("frame", frame)
        connection.execute(
            "insert into orders by name select order_id, sold_at as ordered_at, 'France' as country, "
            "case when value < 0 then 'return' else 'sale' end as kind from frame"
        )
        connection.execute(
            "insert into order_lines by name select order_id, 1 as line_number, product_id, sign(value) as quantity, "
            "abs(value) as unit_price, sold_at from frame"
        )
        connection.execute(
            "insert into products by name select distinct product_id, 'Title ' || product_id as title, "
            "true as merchandise from frame"
        )
    return Warehouse(path)


def poisson_shop(seed: int, products: int, weeks: int, rate, end: date = NOW[1]) -> list[tuple[str, date, float]]:
    """Orders with `rate(product, weeks back)` expected per week."""
    random = np.random.default_rng(seed)
    orders = []
    for product in range(products):
        for back in range(weeks):
            for _ in range(random.poisson(rate(product, back))):
                orders.append((f"P{product:03d}", end - timedelta(days=7 * back + int(random.integers(7))), 10.0))
    return orders


def test_chance_alone_is_no_trend(tmp_path):
    found = find_trends(shop(tmp_path / "w.duckdb", poisson_shop(1, 150, 26, lambda p, back: 6)), NOW, BEFORE)
    assert found.tested == 150
    assert len(found.rising) + len(found.falling) <= 1
    assert found.unusual == ()


def test_planted_changes_are_found_with_their_reasons(tmp_path):
    def rate(product, back):
        if product == 0:
            return 18 if back < 4 else 6
        if product == 1:
            return 1 if back < 4 else 8
        if product == 2:
            return 0 if back < 4 else 9
        if product == 3:
            return 5 if back < 4 else 0
        return 6

    orders = poisson_shop(2, 60, 26, rate)
    orders += [("P004", NOW[1], 5_000.0)]
    orders += [("P005", NOW[1], -10.0)] * 15
    found = find_trends(shop(tmp_path / "w.duckdb", orders), NOW, BEFORE)
    # Some 5 % of what is listed may be chance: one product beside the planted ones.
    assert found.rising[0].key == "P000"
    assert found.falling[0].key == "P001"
    assert len(found.rising) + len(found.falling) <= 3
    kinds = {each.key: each.kind for each in found.unusual}
    assert kinds == {"P002": "stopped", "P003": "new", "P004": "one_off", "P005": "returns"}
    rising = found.rising[0]
    assert rising.label == "Title P000"
    assert f"{rising.orders} orders after {rising.orders_before}" in rising.reason
    assert rising.q_value < 0.05


def test_a_rise_of_the_whole_shop_is_no_trend_of_each_product(tmp_path):
    orders = poisson_shop(3, 60, 26, lambda p, back: 12 if back < 4 else 6)
    found = find_trends(shop(tmp_path / "w.duckdb", orders), NOW, BEFORE)
    assert found.value > 1.8 * found.before
    assert len(found.rising) <= 1


def test_a_season_known_from_last_year_is_no_trend(tmp_path):
    def rate(product, back):
        in_season = back % 52 < 4
        return 30 if product == 0 and in_season else 6

    seasonal = find_trends(shop(tmp_path / "a.duckdb", poisson_shop(4, 60, 61, rate)), NOW, BEFORE)
    assert seasonal.last_year_period == (date(2010, 12, 4), date(2010, 12, 31))
    assert "P000" not in [each.key for each in seasonal.rising]
    short = find_trends(shop(tmp_path / "b.duckdb", poisson_shop(4, 60, 26, rate)), NOW, BEFORE)
    assert short.last_year is None
    assert "P000" in [each.key for each in short.rising]


def test_same_data_same_trends(tmp_path):
    warehouse = shop(tmp_path / "w.duckdb", poisson_shop(5, 40, 26, lambda p, back: 20 if p < 3 and back < 4 else 6))
    assert find_trends(warehouse, NOW, BEFORE) == find_trends(warehouse, NOW, BEFORE)


def test_a_period_without_one_before_is_refused(tmp_path):
    warehouse = shop(tmp_path / "w.duckdb", [("A", NOW[0], 1.0), ("A", NOW[1], 1.0)])
    with pytest.raises(NotEnoughHistory, match="begins on 3 December 2011"):
        find_trends(warehouse, NOW, BEFORE)


def test_false_discovery_rate_by_hand():
    # Benjamini-Hochberg: 0.01*4/1, 0.02*4/2, 0.03*4/3, 0.5*4/4; each at most the next one.
    q_values = false_discovery(pd.Series([0.02, 0.5, np.nan, 0.01, 0.03]))
    assert q_values.tolist()[:2] == pytest.approx([0.04, 0.5])
    assert np.isnan(q_values[2])
    assert q_values.tolist()[3:] == pytest.approx([0.04, 0.04])


def test_dispersion_by_hand():
    # Two groups, totals 20 and 20: the chi-square of 15 against 5 is (15 - 10)^2 / (20 * 0.5 * 0.5) = 5.
    weekly = pd.DataFrame([[15, 5], [5, 15]], index=["a", "b"])
    # One informative pair beside ten of the typical group, which is 1 for want of groups with five pairs.
    assert dispersion_of(weekly).tolist() == pytest.approx([(5 + 10) / 11] * 2)


@pytest.mark.parametrize("wrong", [{"false_discovery_rate": 0.0}, {"fewest_orders": 1}, {"season_prior": 0.0}])
def test_settings_are_checked(wrong):
    with pytest.raises(ValueError, match="Expected"):
        TrendSettings(**wrong)
