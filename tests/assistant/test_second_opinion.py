"""Two opinions weighed by hand."""

import math

import pytest

from assistant import second_opinion
from assistant.second_opinion import agreed


@pytest.fixture(autouse=True)
def halves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_opinion, "MODEL_WEIGHT", 0.5)


def logs(**chances: float) -> dict[str, float]:
    return {name: math.log(chance) for name, chance in chances.items()}


def test_the_greater_product_of_both_wins() -> None:
    close = [("sales_report", 0.5), ("sales_trends", 0.3), ("none", 0.2)]
    # .5 * .2 = .10, .3 * .6 = .18, .2 * .2 = .04
    assert agreed(close, logs(sales_report=0.2, sales_trends=0.6, none=0.2))[0][0] == "sales_trends"
    # .5 * .4 = .20, .3 * .4 = .12
    assert agreed(close, logs(sales_report=0.4, sales_trends=0.4, none=0.2))[0][0] == "sales_report"


def test_the_chances_are_those_of_the_tools_that_are_close() -> None:
    # sqrt(.6 * .5) : sqrt(.4 * .05) = .5477 : .1414
    (first, chance), (second, other) = agreed([("a", 0.6), ("b", 0.4)], logs(a=0.5, b=0.05, c=0.45))
    assert (first, second) == ("a", "b")
    assert chance == pytest.approx(0.5477 / 0.6891, abs=1e-3)
    assert chance + other == pytest.approx(1.0)


def test_of_a_tool_that_it_did_not_learn_the_router_s_word_counts() -> None:
    close = [("a", 0.6), ("added_by_a_plugin", 0.4)]
    # sqrt(.6 * .1) = .2449, .4
    assert agreed(close, logs(a=0.1))[0][0] == "added_by_a_plugin"
    (first, chance), (second, other) = agreed(close, {})
    assert (first, second) == ("a", "added_by_a_plugin")
    assert (chance, other) == (pytest.approx(0.6), pytest.approx(0.4))


def test_a_tool_that_the_router_bars_stays_behind() -> None:
    assert agreed([("a", 0.999999), ("b", 0.0)], logs(a=0.1, b=0.9))[0][0] == "a"
