"""Unusual days: planted ones are found; weekdays, seasons, growth and chance are not taken for them."""

from datetime import date

import numpy as np
import pandas as pd

from analytics.unusual_days import history_needed, unusual_days

START = pd.Timestamp("2025-01-06")  # a Monday


def daily(weeks=60, seed=2, level=40.0):
    """Poisson orders: busy Saturdays, closed Sundays, a yearly season and growth."""
    days = pd.date_range(START, periods=7 * weeks, freq="D")
    week = np.array([1.0, 1.0, 1.0, 1.1, 1.3, 1.6, 0.0])[days.dayofweek]
    season = 1 + 0.3 * np.sin(2 * np.pi * days.dayofyear / 365) + 0.003 * np.arange(len(days)) / 7
    return pd.Series(np.random.default_rng(seed).poisson(level * week * season), index=days)


def span(orders):
    return orders.index[0].date(), orders.index[-1].date()


def test_planted_days_are_found_with_what_was_usual():
    orders = daily()
    orders.iloc[301], orders.iloc[310] = 140, 3
    found = unusual_days(orders, *span(orders))
    planted = {orders.index[301].date(), orders.index[310].date()}
    assert {each.day for each in found} == planted
    much = next(each for each in found if each.orders == 140)
    assert 25 < much.expected < 60
    assert much.z > 5
    assert next(each for each in found if each.orders == 3).z < -4


def test_chance_weekdays_season_and_growth_are_nothing_unusual():
    # of 20 shops without any planted day, hardly one may list any
    listed = [len(unusual_days(daily(seed=seed), *span(daily(seed=seed)))) for seed in range(20)]
    assert sum(count > 0 for count in listed) <= 2


def test_a_closed_weekday_is_usual_and_selling_on_it_is_not():
    orders = daily()
    sunday = orders.index[300] + pd.Timedelta(days=(6 - orders.index[300].dayofweek) % 7)
    assert all(each.day.weekday() != 6 for each in unusual_days(orders, *span(orders)))
    orders[sunday] = 30
    assert unusual_days(orders, *span(orders))[0].day == sunday.date()


def test_only_the_period_is_judged():
    orders = daily()
    orders.iloc[301] = 140
    assert unusual_days(orders, date(2025, 1, 6), date(2025, 6, 30)) == ()


def test_a_holiday_is_known_from_last_year():
    orders = daily()
    orders["2025-01-15"] = orders["2026-01-15"] = 1
    (found,) = [each for each in unusual_days(orders, date(2026, 1, 1), date(2026, 1, 31)) if each.orders == 1]
    assert found.as_last_year
    assert history_needed(date(2026, 1, 1)) < date(2025, 1, 1)


def test_too_short_a_history_says_nothing():
    orders = daily(weeks=7)
    orders.iloc[20] = 900
    assert unusual_days(orders, *span(orders)) == ()
    assert unusual_days(orders * 0, *span(orders)) == ()


def test_a_shop_that_never_sold_has_no_unusual_day():
    orders = daily() * 0
    assert unusual_days(orders, *span(orders)) == ()
