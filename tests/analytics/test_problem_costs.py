"""What complaints cost, worked out by hand on two products."""

from datetime import timedelta

import pandas as pd
import pytest
from sales_lines import AS_OF, lines, sale

from analytics.problem_costs import lost_orders, problem_costs, returned_beyond_usual

REVIEWED = pd.Timestamp(AS_OF - timedelta(days=100))


def test_only_what_is_returned_beyond_the_usual_counts():
    """A: 200 sold, 60 back; B: 200 sold, 0 back. Usual: 60 / 400 = 15 %, of A 30 are explained by it."""
    sold = lines(sale("a", 10, 200.0), sale("a", 9, 60.0, kind="return"), sale("b", 8, 200.0, product="B"))
    assert returned_beyond_usual(sold, pd.Timestamp("2024-01-01")).to_dict() == {"A": pytest.approx(30.0)}


def test_costs_are_shared_out_among_the_complaints():
    sold = lines(sale("a", 10, 200.0), sale("a", 9, 60.0, kind="return"), sale("b", 8, 200.0, product="B"))
    reviews = pd.DataFrame(
        {
            "review_id": list("uvwx"),
            "product_id": ["A", "A", "A", "B"],
            "reviewed_on": REVIEWED,
            "content": [0.1] * 3 + [0.9],
        }
    )  # fmt: skip
    said = pd.DataFrame(
        [("u", "A", "quality", 0.1), ("v", "A", "quality", 0.2), ("w", "A", "delivery", 0.3), ("w", "A", "price", 0.9),
         ("x", "B", "price", 0.2)],
        columns=["review_id", "product_id", "aspect", "content"],
    )  # fmt: skip
    found = problem_costs(reviews, said, pd.Series(dtype=object), sold, AS_OF)
    rows = found.rows[["product_id", "aspect", "complaints", "returned", "lost", "cost"]].values.tolist()
    assert rows == [["A", "quality", 2, pytest.approx(20.0), 0.0, pytest.approx(20.0)],
                    ["A", "delivery", 1, pytest.approx(10.0), 0.0, pytest.approx(10.0)]]  # fmt: skip
    assert found.lost.per_review is None  # nobody known
    assert problem_costs(reviews, said[said["content"] > 0.5], pd.Series(dtype=object), sold, AS_OF).rows.empty


def test_discontent_reviewers_who_stop_buying_are_counted():
    """40 of each kind spend 20 to 29 before; the content spend the same after, the discontent nothing."""
    rows, reviews = [], []
    for number in range(80):
        customer, bad, spent = f"c{number}", number % 2 == 1, 20.0 + number // 2 % 10
        rows.append(sale(customer, 130, spent))
        if not bad:
            rows.append(sale(customer, 70, spent))
        reviews.append((f"r{number}", "A", REVIEWED, 0.1 if bad else 0.9))
    frame = pd.DataFrame(reviews, columns=["review_id", "product_id", "reviewed_on", "content"])
    customers = pd.Series({f"r{number}": f"c{number}" for number in range(80)})
    found = lost_orders(frame, customers, lines(*rows), AS_OF)
    assert found.per_review == pytest.approx(24.5)  # mean of 20 to 29
    assert found.counts
    assert found.low < 24.5 < found.high
    same = lost_orders(frame.assign(content=[0.1, 0.1, 0.9, 0.9] * 20), customers, lines(*rows), AS_OF)
    assert not same.counts
