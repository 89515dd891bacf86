import pandas as pd
import pytest

from benchmarks.next_basket import measure, read


def test_shoppers_who_buy_the_same_again(tmp_path):
    past = [(user, number, [user % 20, 20 + number]) for user in range(40) for number in range(4)]
    pd.DataFrame(past, columns=["user_id", "basket_no", "items"]).to_parquet(tmp_path / "tafeng_history.parquet")
    later = pd.DataFrame({"user_id": range(40), "items": [[user % 20, 30] for user in range(40)]})
    later.iloc[::-1].to_parquet(tmp_path / "tafeng_future.parquet")
    history, future = read(tmp_path)
    assert future.items[:4].tolist() == [0, 30, 1, 30]
    figures, rest = measure(history, future)
    # one of the two products is the shopper's own and comes first, the other nobody bought before:
    # recall 1/2, NDCG 1 / (1 + 1/log2(3))
    assert figures["repeats, fading never"]["recall@10"] == 0.5
    assert figures["repeats, fading never"]["NDCG@10"] == pytest.approx(1 / (1 + 0.6309298), abs=1e-6)
    assert figures["ours"]["recall@10"] == 0.5
    assert rest["shoppers"] == 40
