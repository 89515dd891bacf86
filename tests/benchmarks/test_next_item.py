import pandas as pd
import pytest

from benchmarks.next_item import measure, read


def test_the_last_item_is_the_test_and_seen_ones_are_left_out(tmp_path):
    # 30 users go round 12 products in order, each starting elsewhere: what comes next is certain
    rows = [(user, pos, 100 + (user + pos) % 12) for user in range(30) for pos in range(6)]
    frame = pd.DataFrame(rows, columns=["user_id", "pos", "item_id"]).sample(frac=1, random_state=0)
    frame.to_parquet(tmp_path / "round.parquet")
    histories = read(tmp_path / "round.parquet")
    assert histories.items[:6].tolist() == [0, 1, 2, 3, 4, 5]
    figures, rest = measure(histories, trained=False, checkpoint=None)
    assert (rest["users"], rest["products"]) == (30, 12)
    # the follower is first in all lists; three seen products never compete
    assert figures["transitions"] == {"HR@10": 1.0, "NDCG@10": 1.0}
    assert figures["ours"]["NDCG@10"] == pytest.approx(1.0)
    assert figures["popularity"]["NDCG@10"] < 0.9
