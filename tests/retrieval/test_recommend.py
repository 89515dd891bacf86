import io
from datetime import date

import joblib
import numpy as np
import pandas as pd
import pytest

from retrieval.errors import BadCatalog, NotEnoughData
from retrieval.purchases import basket_matrix, log_likelihood_ratio, neighbours, sales_only
from retrieval.recommend import RecommendSettings, fit_recommender, learn
from retrieval.recommend_backtest import list_scores

AS_OF = date(2024, 6, 30)


def lines(rows):
    frame = pd.DataFrame(rows, columns=["order_id", "customer_id", "product_id", "sold_at", "quantity"])
    return frame.assign(sold_at=pd.to_datetime(frame["sold_at"]))


def tea_and_soap():
    """100 orders: 20 hold tea and milk, 5 tea alone, 5 milk alone, 70 soap and a varying towel."""
    rows = []
    for number in range(100):
        if number < 20:
            items = ["tea", "milk"]
        elif number < 25:
            items = ["tea", "soap"]
        elif number < 30:
            items = ["milk", "soap"]
        else:
            items = ["soap", f"towel {number % 7}"]
        rows += [(f"o{number}", f"c{number % 40}", item, "2024-06-01", 1) for item in items]
    return lines(rows)


def test_dunning_ratio_by_hand():
    # 20 of 100 rows hold both, 25 each one: cells 20, 5, 5, 70, expected 6.25, 18.75, 18.75, 56.25
    cells, expected = np.array([20, 5, 5, 70]), np.array([6.25, 18.75, 18.75, 56.25])
    by_hand = 2 * (cells * np.log(cells / expected)).sum()
    found = log_likelihood_ratio(*(np.array([float(each)]) for each in (20, 25, 25)), 100.0)
    assert found[0] == pytest.approx(by_hand)


def test_bought_together_beyond_chance():
    fitted = learn(tea_and_soap(), AS_OF, None, RecommendSettings())
    best = fitted.goes_with("tea", 1)[0]
    assert (best.product_id, best.together) == ("milk", 20)
    assert best.lift == pytest.approx(20 * 100 / (25 * 25))
    assert best.score == pytest.approx(20 / (25 + 5))
    # tea and soap met five times, far less often than by chance
    assert {each.product_id for each in fitted.goes_with("tea", 9)} == {"milk"}


def test_out_of_stock_is_not_suggested():
    fitted = learn(tea_and_soap(), AS_OF, None, RecommendSettings())
    assert fitted.goes_with("tea", 1, allowed=lambda each: each != "milk") == ()


def test_returns_and_double_lines_do_not_count():
    rows = [
        ("o1", "c1", "tea", "2024-06-01", 1),
        ("o1", "c1", "tea", "2024-06-01", 2),
        ("o2", "c1", "tea", "2024-06-02", -1),
    ]
    assert len(sales_only(lines(rows))) == 1


def test_one_product_orders_and_huge_ones_are_no_baskets(monkeypatch):
    monkeypatch.setattr("retrieval.purchases.LARGEST_BASKET", 2)
    rows = [("o1", "c", "a", "2024-06-01", 1)]
    rows += [("o2", "c", each, "2024-06-01", 1) for each in "ab"]
    rows += [("o3", "c", each, "2024-06-01", 1) for each in "abc"]
    assert basket_matrix(sales_only(lines(rows)), {"a": 0, "b": 1, "c": 2}).toarray().tolist() == [[1, 1, 0]]


def test_few_orders_are_chance():
    rows = [(f"o{n}", "c", each, "2024-06-01", 1) for n in range(2) for each in ("a", "b")]
    rows += [(f"x{n}", "c", each, "2024-06-01", 1) for n in range(50) for each in ("y", "z")]
    frame = sales_only(lines(rows))
    position = {each: place for place, each in enumerate("abyz")}
    assert neighbours(basket_matrix(frame, position), 3).places[0].tolist() == [-1, -1, -1]


def test_for_a_customer_and_why():
    fitted = learn(tea_and_soap(), AS_OF, None, RecommendSettings())
    fitted.method = "repeats"
    first = fitted.for_customer("c30", 1)[0]
    # c30 bought soap in orders 30 and 70
    assert (first.product_id, first.kind, first.together) == ("soap", "bought_before", 2)


def test_discovering_leaves_out_what_was_bought_and_names_the_reason():
    rows = [(f"o{n}", f"c{n}", each, "2024-06-01", 1) for n in range(30) for each in ("tea", "milk")]
    rows += [(f"s{n}", f"d{n}", each, "2024-06-01", 1) for n in range(60) for each in ("soap", "towel")]
    rows += [("new", "guest", "tea", "2024-06-02", 1)]
    fitted = learn(lines(rows), AS_OF, None, RecommendSettings())
    found = fitted.discover("guest", 3)
    assert [(each.product_id, each.kind, each.because, each.together) for each in found] == [
        ("milk", "because_you_bought", "tea", 30)
    ]


def test_unknown_customers_get_what_is_popular():
    fitted = learn(tea_and_soap(), AS_OF, None, RecommendSettings())
    assert not fitted.knows("nobody")
    first = fitted.for_customer("nobody", 1)[0]
    assert (first.product_id, first.kind, first.together) == ("soap", "popular", 80)
    assert fitted.for_customer(None, 1) == (first,)


def test_texts_and_purchases_mix_in_similar():
    vectors = {"tea": [1, 0], "milk": [0, 1], "soap": [0.6, 0.8], "coffee": [0.8, 0.6]}
    vectors = {name: np.array(vector, np.float32) for name, vector in vectors.items()}
    fitted = learn(tea_and_soap(), AS_OF, vectors, RecommendSettings(content_share=1.0))
    assert [each.product_id for each in fitted.similar("tea", 2)] == ["coffee", "soap"]
    assert fitted.similar("tea", 1)[0].score == pytest.approx(0.8)
    assert fitted.similar("towel 1", 2) == ()


def weekly_buyers():
    """60 customers, each with a product of their own every week; everybody once bought the popular one."""
    days = pd.date_range("2024-01-01", AS_OF, freq="7D")
    rows = [(f"{c}-{d:%j}", f"c{c}", f"own {c % 30}", d, 1) for c in range(60) for d in days]
    rows += [(f"p{c}", f"c{c}", "popular", "2024-05-20", 1) for c in range(60)]
    return lines(rows)


def test_backtest_by_time_chooses_repeats_where_people_repeat():
    card = fit_recommender(weekly_buyers(), AS_OF).backtest
    assert card.serves == "repeats"
    assert card.rows == 60
    assert card.scores["repeats"]["NDCG@10"] == 1.0
    assert card.scores["popularity"]["NDCG@10"] < 0.5
    assert "02 June 2024" in card.split
    assert "repeats: NDCG@10 1" in card.sentence()


def test_the_backtest_does_not_see_the_last_days():
    frame = weekly_buyers()
    late = frame["sold_at"] > pd.Timestamp("2024-06-02")
    changed = frame.assign(product_id=frame["product_id"].where(~late, "popular"))
    card = fit_recommender(changed, AS_OF).backtest
    assert card.scores["repeats"]["NDCG@10"] < 1.0


def test_same_data_same_answer_also_after_keeping():
    fitted = fit_recommender(weekly_buyers(), AS_OF)
    kept = io.BytesIO()
    joblib.dump(fitted, kept)
    kept.seek(0)
    assert joblib.load(kept).for_customer("c7", 3) == fit_recommender(weekly_buyers(), AS_OF).for_customer("c7", 3)


def test_list_scores_by_hand():
    # wanted 3, found on ranks 1 and 3 of 4: recall 2/3, DCG 1 + 1/2, ideal 1 + 1/log2(3) + 1/2
    recall, ndcg, hit = list_scores(np.array([True, False, True, False]), 3)
    assert recall == pytest.approx(2 / 3)
    assert ndcg == pytest.approx(1.5 / (1.5 + 1 / np.log2(3)))
    assert hit == 1.0


def test_no_sales_and_missing_columns_are_named():
    with pytest.raises(NotEnoughData):
        learn(tea_and_soap().iloc[:0], AS_OF, None, RecommendSettings())
    with pytest.raises(BadCatalog, match="quantity"):
        sales_only(tea_and_soap().drop(columns="quantity"))
    with pytest.raises(ValueError, match="content share"):
        RecommendSettings(content_share=2.0)
