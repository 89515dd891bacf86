import pytest
from sales_lines import Shelf, lines, sale, shop_with_leavers

from analytics.churn import ChurnModel
from analytics.customers import CustomerModel
from analytics.errors import NotEnoughHistory

ONE = lines(*(sale("only", day) for day in range(1, 500, 10)))


@pytest.mark.parametrize("model", [ChurnModel, CustomerModel])
@pytest.mark.parametrize("rows", [ONE.iloc[:0], ONE, ONE.assign(customer_id=None)], ids=["empty", "one", "unknown"])
def test_what_cannot_be_learnt_is_told_with_the_remedy(model, rows):
    with pytest.raises(NotEnoughHistory, match="Import a longer history"):
        model().fit(Shelf(rows))


def test_negative_prices_leave_the_rest_computed():
    rows = shop_with_leavers(120)
    rows.loc[rows.index % 9 == 0, ["unit_price", "value"]] *= -1
    known = CustomerModel().fit(Shelf(rows)).customers
    figures = ["expected_orders", "expected_value", "expected_value_low", "expected_value_high", "order_value"]
    assert known[figures].notna().all().all()
    assert (known[figures] >= 0).all().all()
    assert known["reduced_share"].dropna().between(0, 1).all()
