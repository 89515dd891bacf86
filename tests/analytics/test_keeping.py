import pandas as pd
import pytest
from sales_lines import Shelf, lines, sale

from analytics.churn.keeping import what_would_keep
from analytics.price_sensitivity import reduced_share

KNOWN = pd.DataFrame({"order_days": [1] * 12 + [2] * 12, "probability": [0.8] * 12 + [0.5] * 12})


def customer(**given):
    row = {"order_days": 6, "return_share": 0.0, "known_rhythm": True, "recency": 50, "usual_gap": 20.0,
           "products_per_order": 3.0, "products": 18}  # fmt: skip
    return pd.Series(row | given)


def test_who_is_overdue_is_reminded_by_the_days():
    assert what_would_keep(customer(), KNOWN) == (
        "a reminder of the favourites now: by the usual gap the next order was due 30 days ago",
    )


def test_who_bought_once_needs_a_second_order_and_the_shops_own_figures_say_why():
    said = what_would_keep(customer(order_days=1, known_rhythm=False), KNOWN)[0]
    assert "after two order days customers stay away with a chance of 50 %, after one 80 %" in said


def test_returns_come_before_a_discount_and_a_discount_only_where_it_is_liked():
    said = what_would_keep(customer(return_share=0.25), KNOWN, reduced=0.6, usual=0.2)
    assert said[0].startswith("a word about what was sent back (25 % of the value)")
    assert said[1] == "a discount: 60 % of the spending went to reduced prices, 20 % in the shop"
    assert not any("discount" in each for each in what_would_keep(customer(), KNOWN, reduced=0.25, usual=0.2))


def test_nothing_is_made_up_where_nothing_stands_out():
    assert what_would_keep(customer(recency=3), KNOWN) == ("nothing stands out: a friendly reminder is all that fits",)


def test_reduced_share_counts_what_cost_less_than_the_usual_price():
    full = [sale(f"other{n}", n + 1, 10.0, product="A") for n in range(9)]
    bargains = [sale("X", n + 20, 8.0, product="A") for n in range(3)]
    dear = [sale("X", n + 40, 10.0, product="A") for n in range(2)]
    shares = reduced_share(Shelf(lines(*full, *bargains, *dear)))
    assert shares["X"] == pytest.approx(24 / 44)
    assert "other1" not in shares.index  # one line is no habit


def test_without_prices_no_share_is_made_up():
    assert reduced_share(Shelf(lines(sale("X", 3)).drop(columns="unit_price"))).empty
