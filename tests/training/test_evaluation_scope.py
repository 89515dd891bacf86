"""Recall, false alarms, thresholds and the area under the curve, worked out by hand; CLINC150's file as it is read."""

from pathlib import Path

import pandas as pd
import pytest

from assistant.errors import WrongUse
from assistant.training.evaluation_scope import (
    CLINC_FILE,
    ScoredMessage,
    read_clinc,
    roc_area,
    scope_scores,
    threshold_at,
)


def message(score: float, best: str, *, outside: bool, role: str = "customer") -> ScoredMessage:
    return ScoredMessage("x", role, outside, score, best)  # type: ignore[arg-type]


def test_the_threshold_leaves_the_allowed_share_above_it() -> None:
    scores = [place / 100 for place in range(100)]
    assert threshold_at(scores, 0.03) == 0.96  # 0.97, 0.98 and 0.99 lie above
    assert threshold_at([0.2, 0.4], 0.03) == 0.4
    assert threshold_at([], 0.03) == 1.0


def test_the_area_is_the_chance_of_the_right_order() -> None:
    assert roc_area([0.9, 0.4], [0.1, 0.4]) == pytest.approx((1 + 1 + 1 + 0.5) / 4)
    assert roc_area([0.9], [0.1]) == 1.0
    assert roc_area([], [0.1]) == 0.0


def test_recall_and_false_alarms_at_the_operating_point_and_at_3_percent() -> None:
    outside = [
        message(0.9, "none", outside=True),
        message(0.6, "none", outside=True),
        message(0.3, "search_products", outside=True),
        message(0.8, "none", outside=True, role="manager"),
    ]
    inside = [message(0.7, "none", outside=False), *(message(0.1, "my_orders", outside=False) for _ in range(9))]
    figures = scope_scores(outside, inside)
    assert (figures["recall"]["right"], figures["recall"]["asked"]) == (3, 4)
    assert figures["false alarms"]["rate"] == 0.1
    assert figures["threshold at 3 % false alarms"] == 0.7
    assert figures["recall at 3 % false alarms"]["right"] == 2
    assert figures["as manager"]["recall"]["asked"] == 1
    assert figures["taken for"] == [["customer", "search_products", 1]]


def test_clincs_test_queries_without_what_a_shop_serves(tmp_path: Path) -> None:
    rows = [
        ("oos_test", "who won", "oos"), ("oos_train", "not for testing", "oos"),
        ("test", "where is my parcel", "order_status"),
        ("test", "pay my bill", "pay_bill"), ("train", "book a flight", "book_flight"),
    ]  # fmt: skip
    pd.DataFrame(rows, columns=["split", "text", "intent"]).to_parquet(tmp_path / CLINC_FILE)
    assert read_clinc(tmp_path) == (["who won"], ["pay my bill"])


def test_a_folder_without_clinc_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="--clinc"):
        read_clinc(tmp_path)
    pd.DataFrame({"text": ["a"]}).to_parquet(tmp_path / CLINC_FILE)
    with pytest.raises(WrongUse, match="columns text, intent and split"):
        read_clinc(tmp_path)


@pytest.mark.bench_data
def test_the_published_counts_of_clinc(bench_data: Path) -> None:
    outside, foreign = read_clinc(bench_data / "intents")
    assert (len(outside), len(foreign)) == (1_000, 4_500 - 4 * 30)
