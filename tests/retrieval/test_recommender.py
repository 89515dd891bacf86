import io
from datetime import date

import joblib
import numpy as np
import pandas as pd
import pytest

from retrieval.errors import BadCatalog, NotEnoughData
from retrieval.purchases import basket_matrix, log_likelihood_ratio, neighbours, sales_only
from retrieval.recommendation import RecommendSettings, fit_recommender, learn
from retrieval.recommendation.counting import Repeats
from retrieval.recommendation.method import Ground

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
    fitted.method, fitted.methods["repeats"] = "repeats", Repeats().fit(Ground(fitted.histories, fitted.popularity))
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
    assert card.rows == 60
    assert card.scores["repeats"]["NDCG@10"] == 1.0
    assert card.scores[card.serves]["NDCG@10"] == 1.0
    assert card.scores["popularity"]["NDCG@10"] < 0.5
    assert "02 June 2024" in card.split
    assert f"{card.serves}: NDCG@10 1" in card.sentence()
    assert {"TIFU-kNN", "iALS", "transitions", "item neighbours", "SASRec", "CFGAN"} <= set(card.scores)


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


def test_a_purchase_of_today_counts_at_once():
    rows = [(f"o{n}", f"c{n}", each, "2024-06-01", 1) for n in range(30) for each in ("tea", "milk")]
    rows += [(f"s{n}", f"d{n}", each, "2024-06-01", 1) for n in range(60) for each in ("soap", "towel")]
    fitted = learn(lines(rows), AS_OF, None, RecommendSettings())
    today = lines([("new", "stranger", "tea", "2024-06-30", 1), ("other", "c1", "soap", "2024-06-30", 1)])
    assert not fitted.knows("stranger")
    assert fitted.knows("stranger", today)
    first = fitted.discover("stranger", 1, lines=today)[0]
    assert (first.product_id, first.kind, first.because) == ("milk", "because_you_bought", "tea")
    assert fitted.discover("stranger", 1) == ()


def with_texts():
    vectors = {
        "tea": [1, 0, 0],
        "milk": [0, 1, 0],
        "soap": [0, 0, 1],
        "green tea": [0.8, 0.6, 0],
        "brush": [0, 0.6, 0.8],
    }
    return {name: np.array(vector, np.float32) for name, vector in vectors.items()}


def test_a_product_without_sales_is_found_by_its_text():
    rows = [(f"o{n}", f"c{n}", each, "2024-01-01", 1) for n in range(9) for each in ("tea", "milk", "soap")]
    rows += [("t", "teetotal", "tea", "2024-06-01", 1)]
    fitted = learn(lines(rows), AS_OF, with_texts(), RecommendSettings())
    new = fitted.new_products("teetotal", 3)
    # cosines with tea: green tea 0.8, brush 0; tea, milk and soap are half a year old
    assert [(each.product_id, each.kind, each.because) for each in new] == [("green tea", "new_like", "tea")]
    assert fitted.new_products("teetotal", 3, allowed=lambda each: each == "brush") == ()
    assert fitted.similar("green tea", 1)[0].product_id == "tea"


def test_of_a_kind_at_most_two():
    vectors = {f"mug {n}": np.array([1, n / 100], np.float32) for n in range(5)} | {"hat": np.array([0, 1], np.float32)}
    vectors = {name: vector / np.linalg.norm(vector) for name, vector in vectors.items()}
    rows = [(f"o{n}", f"c{n}", f"mug {n % 5}", "2024-06-01", 1) for n in range(20)]
    rows += [("h", "c99", "hat", "2024-06-01", 1)]
    fitted = learn(lines(rows), AS_OF, vectors, RecommendSettings())
    assert [each.product_id for each in fitted.popular(4)] == ["mug 0", "mug 1", "hat"]


def test_what_is_too_costly_is_left_out_and_said():
    card = fit_recommender(weekly_buyers(), AS_OF, None, RecommendSettings(effort=0)).backtest
    assert set(card.left_out) == {"SASRec", "CFGAN"}
    assert "multiply-adds" in card.left_out["SASRec"]
    assert not set(card.left_out) & set(card.scores)


def new_arrivals():
    """80 customers of tea or soap; in June each buys what came new for their taste."""
    rows = [(f"o{c}-{d}", f"c{c}", ("tea", "soap")[c % 2], f"2024-0{d}-01", 1) for c in range(80) for d in range(1, 6)]
    rows += [(f"n{c}", f"c{c}", ("green tea", "brush")[c % 2], "2024-06-20", 1) for c in range(80)]
    return lines(rows)


def test_backtest_of_new_products_ranks_them_by_text():
    card = fit_recommender(new_arrivals(), AS_OF, with_texts(), RecommendSettings(effort=0)).new_backtest
    # milk, green tea and brush have no sale before June; tea is nearest to green tea (0.8), soap to brush (0.8)
    assert card.split.startswith("3 products without a sale")
    assert card.scores["texts as they are"]["NDCG@10"] == 1.0
    assert card.rows == 80


def test_no_sales_and_missing_columns_are_named():
    with pytest.raises(NotEnoughData):
        learn(tea_and_soap().iloc[:0], AS_OF, None, RecommendSettings())
    with pytest.raises(BadCatalog, match="quantity"):
        sales_only(tea_and_soap().drop(columns="quantity"))
    with pytest.raises(ValueError, match="content share"):
        RecommendSettings(content_share=2.0)
