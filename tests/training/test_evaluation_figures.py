"""Shares with intervals and percentiles, against published and hand-computed values."""

import pytest

from assistant.training.evaluation_figures import Share, latency, percentile


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I, method 3
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilsons_interval(right: int, asked: int, low: float, high: float) -> None:
    assert Share(right, asked).interval == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_tells_nothing() -> None:
    assert (Share(0, 0).rate, Share(0, 0).interval, str(Share(0, 0))) == (0.0, (0.0, 1.0), "nothing to judge")


@pytest.mark.parametrize(("right", "asked"), [(3, 2), (-1, 2)])
def test_impossible_shares_are_refused(right: int, asked: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        Share(right, asked)


def test_percentiles_by_the_nearest_rank() -> None:
    values = [15.0, 20.0, 35.0, 40.0, 50.0]
    assert [percentile(values, share) for share in (0.05, 0.3, 0.4, 0.5, 1.0)] == [15.0, 20.0, 20.0, 35.0, 50.0]
    assert percentile([], 0.5) == 0.0
    assert latency([0.2, 0.1]) == {"median": 0.1, "p95": 0.2, "p99": 0.2, "longest": 0.2}
