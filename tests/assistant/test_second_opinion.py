"""Two opinions weighed by hand."""

import math

import pytest

from assistant import second_opinion
from assistant.second_opinion import agreed


@pytest.fixture(autouse=True)
def halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "MODEL_WEIGHT", 0.5)


def test_the_greater_product_of_both_wins() -> None:
    close = [("sales_report", 0.5), ("sales_trends", 0.3), ("none", 0.2)]
    # .5 * .2 = .10, .3 * .6 = .18, .2 * .2 = .04
    assert agreed(close, [math.log(0.2), math.log(0.6), math.log(0.2)])[0][0] == "sales_trends"
    # .5 * .4 = .20, .3 * .4 = .12
    assert agreed(close, [math.log(0.4), math.log(0.4), math.log(0.2)])[0][0] == "sales_report"


def test_likelihoods_count_relative_to_each_other() -> None:
    close = [("a", 0.6), ("b", 0.4)]
    one, other = agreed(close, [-50.0, -52.0]), agreed(close, [-0.1, -2.1])
    assert one[0][0] == other[0][0] == "a"
    assert sum(chance for _, chance in one) == pytest.approx(1.0)


def test_a_tool_that_the_router_bars_stays_behind() -> None:
    assert agreed([("a", 0.999999), ("b", 0.0)], [math.log(0.1), math.log(0.9)])[0][0] == "a"
