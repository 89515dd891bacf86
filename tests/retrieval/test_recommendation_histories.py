import numpy as np
import pandas as pd

from retrieval.recommendation.histories import histories_from, histories_of


def small():
    return histories_from([[[1, 2], [3]], [], [[0]]], 4)


def test_rows_baskets_and_lengths():
    found = small()
    assert found.starts.tolist() == [0, 3, 3, 4]
    assert found.rows.tolist() == [0, 0, 0, 2]
    assert found.baskets.tolist() == [0, 0, 1, 0]
    assert found.lengths.tolist() == [2, 0, 1]
    assert found.matrix().toarray().tolist() == [[0, 1, 1, 1], [0, 0, 0, 0], [1, 0, 0, 0]]


def test_before_the_last_basket_and_the_last_one():
    assert small().before_last().items.tolist() == [1, 2]
    assert small().before_last(2).items.tolist() == []
    last = small().last()
    assert last.items.tolist() == [3, 0]
    assert last.baskets.tolist() == [0, 0]


def test_chosen_customers_in_their_order():
    found = small().of_rows([2, 0, 2])
    assert found.customers == ("2", "0", "2")
    assert found.items.tolist() == [0, 1, 2, 3, 0]
    assert found.starts.tolist() == [0, 1, 4, 5]


def test_from_sales_lines_in_order_of_time():
    rows = [
        ("b", "ann", "tea", "2024-01-02 09:00"),
        ("a", "ann", "milk", "2024-01-02 17:00"),
        ("c", "bob", "tea", "2024-01-01"),
        ("d", None, "tea", "2024-01-01"),
        ("e", "bob", "unknown", "2024-01-03"),
        ("b", "ann", "milk", "2024-01-02 09:00"),
    ]
    frame = pd.DataFrame(rows, columns=["order_id", "customer_id", "product_id", "sold_at"])
    found = histories_of(frame.assign(sold_at=pd.to_datetime(frame["sold_at"], format="mixed")), {"milk": 0, "tea": 1})
    assert found.customers == ("ann", "bob")
    # ann's order b (9:00) holds milk and tea, order a (17:00) milk
    assert found.items.tolist() == [0, 1, 0, 1]
    assert found.baskets.tolist() == [0, 0, 1, 0]
    assert found.days[0] == np.datetime64("2024-01-02", "D").astype(int)
