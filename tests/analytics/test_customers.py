import numpy as np
import pandas as pd
import pytest
from sales_lines import Shelf, lines, sale, shop_with_leavers

from analytics.customers import (
    ANY_TIME,
    BY_FIRST_ORDER,
    LEAVING,
    PACE,
    STAYING,
    CustomerModel,
    CustomerSettings,
    total_factor,
)  # fmt: skip
from analytics.errors import NotEnoughHistory
from analytics.purchase_model import PurchaseCounts, PurchaseModel


@pytest.fixture(scope="module")
def fitted():
    return CustomerModel().fit(Shelf(shop_with_leavers()))


def test_the_model_in_which_customers_leave_wins_where_they_do(fitted):
    scores = fitted.scorecard.scores
    assert fitted.scorecard.serves in (LEAVING, ANY_TIME, BY_FIRST_ORDER)
    assert scores[LEAVING]["MAE orders"] < scores[STAYING]["MAE orders"] < scores[PACE]["MAE orders"]
    assert abs(scores[LEAVING]["total orders error %"]) < 20
    assert scores[LEAVING]["inside 80 % interval %"] > 75


def test_expectations_lie_inside_their_intervals_and_the_quiet_expect_less(fitted):
    known = fitted.customers
    assert (known["expected_orders_low"] <= known["expected_orders_high"]).all()
    assert known["expected_value"].min() >= 0
    quiet = known.loc[known["silence_ratio"] > 6, "expected_orders"].mean()
    fresh = known.loc[known["silence_ratio"] < 1, "expected_orders"].mean()
    assert quiet < 0.3 * fresh


def test_value_rank_one_is_the_biggest_spender(fitted):
    assert fitted.customers["value"].idxmax() == fitted.customers["value_rank"].idxmin()
    assert fitted.customers["value_rank"].min() == 1


def test_expected_value_is_orders_times_what_an_order_is_worth():
    """With a known mean value (large p and q) value per order is v x ... = the posterior mean of gamma-gamma."""
    model = PurchaseModel(r=1.0, alpha=10.0, a=1e-9, b=1.0, p=6.0, q=4.0, v=15.0)
    counts = PurchaseCounts(*(np.array([each]) for each in (9.0, 50.0, 52.0, 40.0)))
    outlook = model.outlook(counts, 52.0, draws=40_000)
    orders = (1.0 + 9.0) / (10.0 + 52.0) * 52.0
    worth = 6.0 * (15.0 + 10 * 40.0) / (6.0 * 10 + 4.0 - 1)  # p (v + n m) / (p n + q - 1)
    assert outlook.orders[0] == pytest.approx(orders, rel=0.02)
    assert outlook.value[0] == pytest.approx(orders * worth, rel=0.03)


def test_the_same_shop_gives_the_same_expectations(fitted):
    again = CustomerModel().fit(Shelf(shop_with_leavers()))
    assert again.customers["expected_value"].equals(fitted.customers["expected_value"])
    assert again.segments.of_customer.equals(fitted.segments.of_customer)


def test_no_repeat_customers_are_told():
    rows = [sale(f"C{number}", 100 + number) for number in range(60)]
    with pytest.raises(NotEnoughHistory, match="0 of whom came back"):
        CustomerModel().fit(Shelf(lines(*rows)))


def test_no_early_customers_are_told():
    with pytest.raises(NotEnoughHistory):
        CustomerModel().fit(Shelf(lines(sale("new", 3))))


def test_settings_are_checked():
    with pytest.raises(ValueError, match="horizon_weeks"):
        CustomerSettings(horizon_weeks=0)


def test_the_total_is_corrected_by_what_the_second_half_of_the_history_brought():
    quiet, busy = ([row for row in shop_with_leavers().to_dict("records") if row["sold_at"] <= until] for until in
                   (pd.Timestamp("2024-04-05"), pd.Timestamp("2025-01-01")))  # fmt: skip
    doubled = [*busy, *({**row, "order_id": row["order_id"] + "b", "sold_at": row["sold_at"] + pd.Timedelta(days=1)}
                        for row in busy if row["sold_at"] > pd.Timestamp("2024-04-05"))]  # fmt: skip
    plain = total_factor(Shelf(pd.DataFrame(busy)), LEAVING, 26.0)
    assert total_factor(Shelf(pd.DataFrame(doubled)), LEAVING, 26.0) > 1.3 * plain
    assert total_factor(Shelf(pd.DataFrame(quiet)), LEAVING, 200.0) == 1.0  # half the history is too short to say
