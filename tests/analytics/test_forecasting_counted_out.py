"""Days without stock from counts, by hand: a day without stock is not a day without demand."""

from datetime import date, timedelta

import pandas as pd
import pytest

from analytics.forecasting import Forecaster, ForecastSettings
from analytics.forecasting.counted_out import counted_out
from analytics.forecasting.series import availability, daily_panels
from analytics.history import History

AS_OF = date(2026, 6, 28)  # a Sunday


class Counted(History):
    """A history with stock counts and nothing else."""

    def __init__(self, sold, counts, outs=None):
        super().__init__(sold, AS_OF)
        self.tables = {"stock_counts": counts, "stock_outs": outs if outs is not None else pd.DataFrame()}

    def table(self, name):
        return self.tables.get(name, pd.DataFrame())


def lines(days, store="S1", product="A", units=2):
    frame = pd.DataFrame({"sold_at": pd.to_datetime(days)})
    return frame.assign(product_id=product, store_id=store, quantity=units, unit_price=1.0, value=float(units),
                        country="UK", category="Home")  # fmt: skip


def counts(*rows, store="S1"):
    frame = pd.DataFrame(rows, columns=["counted_on", "on_hand"])
    return frame.assign(store_id=store, product_id="A")


def spans(*rows, sold=("2026-06-01",), **more):
    found = counted_out(Counted(lines(list(sold)), counts(*rows, **more)))
    return [(f"{s.starts_on:%d}", f"{s.ends_on:%d}") for s in found.itertuples()]


def test_between_two_counts_of_nothing_the_shelf_was_empty_but_for_days_with_a_sale():
    assert spans(("2026-06-07", 0), ("2026-06-14", 0)) == [("08", "14")]
    assert spans(("2026-06-07", 0), ("2026-06-14", 0), sold=["2026-06-10"]) == [("08", "09"), ("11", "14")]


def test_after_one_count_of_nothing_half_the_time_or_until_the_next_sale():
    assert spans(("2026-06-07", 0), ("2026-06-14", 5)) == [("08", "10")]  # 7 days: 3
    assert spans(("2026-06-07", 0), ("2026-06-14", 5), sold=["2026-06-09"]) == [("08", "08")]
    assert spans(("2026-06-07", 3), ("2026-06-14", 5)) == []


def test_the_last_count_and_a_long_gap_say_nothing():
    assert spans(("2026-06-07", 0)) == []
    assert spans(("2026-04-07", 0), ("2026-06-14", 0)) == []


def test_a_shop_that_counts_nothing_has_no_spans():
    history = Counted(lines(["2026-06-01"]), pd.DataFrame())
    assert counted_out(history).empty
    assert availability(history, daily_panels(history, "product")["units"]) is None


def test_recorded_stock_outs_come_before_counts():
    outs = pd.DataFrame({"store_id": ["S1"], "product_id": ["A"], "starts_on": [date(2026, 6, 20)],
                         "ends_on": [date(2026, 6, 21)]})  # fmt: skip
    sold = lines(["2026-06-01", "2026-06-28"])
    history = Counted(sold, counts(("2026-06-07", 0), ("2026-06-14", 0)), outs)
    available = availability(history, daily_panels(history, "product")["units"])
    assert available[0].tolist() == [1.0] * 19 + [0.0] * 2 + [1.0] * 7


@pytest.mark.parametrize("counted", [True, False])
def test_a_forecast_does_not_take_empty_shelves_for_no_demand(counted):
    """Two a day for 30 weeks, but nothing in the last three, when Sunday after Sunday counts nothing."""
    last = AS_OF - timedelta(weeks=3)
    sold = [last - timedelta(days=d) for d in range(27 * 7)]
    others = [AS_OF - timedelta(days=d) for d in range(30 * 7)]
    everything = pd.concat([lines(sold), lines(others, product="B")], ignore_index=True)
    sundays = [(last + timedelta(weeks=w), 0) for w in range(4)]
    history = Counted(everything, counts(*sundays) if counted else pd.DataFrame())
    fitted = Forecaster(ForecastSettings(small_level_origins=4)).fit(history)
    found = fitted.predict("product", "A", AS_OF + timedelta(days=1), AS_OF + timedelta(days=28))
    said = "It was out of stock on about 21 days of the last 91; they are not taken for days without demand."
    if counted:
        assert found.value == pytest.approx(56, rel=0.02)
        assert said in found.notes
    else:
        assert found.value < 50
        assert said not in found.notes
