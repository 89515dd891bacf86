"""Sums as people say them, worked out by hand; what is no sum is told."""

import pytest

from assistant.errors import BadCall
from assistant.sums import is_sum
from assistant.tools.calculation import evaluate


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("12 x 4.50", "54.00"),
        ("3 x15.99", "47.97"),
        ("1,250 - 12,50", "1237.50"),
        ("17.5% of 240", "42.00"),
        ("30% off 85", "59.50"),
        ("take 40 % from 60", "36.00"),
        ("1,250 minus 15 percent", "1062.50"),
        ("50 plus 20% tax", "60.00"),
        ("uplift of 4.5 % on 200", "209.00"),
        ("raise 88 by 5 percent", "92.40"),
        ("what percentage is 45 of 180", "25.00"),
        ("add 3.20, 4.99 and 12", "20.19"),
        ("14.99 and 7.49 make together", "22.48"),
        ("split 86 between 5", "17.20"),
        ("63, shared by nine", "7.00"),
        ("take 17.45 away from 50", "32.55"),
        ("nine less than one hundred and four", "95.00"),
        ("difference between 512 and 378", "134.00"),
        ("half of 37.90", "18.95"),
        ("a third of 90", "30.00"),
        ("1/8 of 260", "32.50"),
        ("twelve and a half percent of four hundred", "50.00"),
        ("ten times three point seven five", "37.50"),
        ("average of 4.2, 3.9 and 4.8", "4.30"),
        ("two at 11.49 and one at 5", "27.98"),
        ("15 bottles at 2.20 each", "33.00"),
        ("18 boxes of 24", "432.00"),
        ("60 quid less 12.99, less 8.50", "38.51"),
        ("((18+7)*4)/10", "10.00"),
    ],
)
def test_a_sum_is_read(said: str, value: str) -> None:
    assert str(evaluate(said)) == value


@pytest.mark.parametrize(
    "said", ["12 and 4", "12 twelves", "subtotal", "5", "", "19.99 + 5, the lot times 3", "2 ** 9"]
)
def test_nothing_is_guessed(said: str) -> None:
    with pytest.raises(BadCall):
        evaluate(said)


@pytest.mark.parametrize(
    "said", ["12 x 17.50 less 15%", "what's 18 + 27?", "17.5% of 240", "(3 + 4) * 2", "how much is 5 times 7"]
)
def test_a_message_that_is_nothing_but_a_sum(said: str) -> None:
    assert is_sum(said)


@pytest.mark.parametrize(
    "said", ["2026", "12 mugs and 4 plates", "order 1001", "10% off candles?", "2 x red mug", "£20 to £30"]
)
def test_a_message_that_is_more_or_less_than_a_sum(said: str) -> None:
    assert not is_sum(said)
