"""Nearest neighbour and savings on a line of stops."""

import numpy as np
import pytest

from analytics.supply.construction import Ground, nearest_neighbour, savings


def line(at, *, capacity=99, opens=None, closes=None, service=0):
    """Stops on a line, the depot at 0; driving a unit takes a unit of time."""
    places = np.array([0, *at], dtype=np.int64)
    way = abs(places[:, None] - places[None, :])
    size = len(places)
    return Ground(
        distance=way,
        duration=way,
        load=np.array([0, *[1] * len(at)], dtype=np.int64),
        capacity=capacity,
        opens=np.array([0, *(opens or [0] * len(at))], dtype=np.int64),
        closes=np.array([1000, *(closes or [1000] * len(at))], dtype=np.int64),
        service=np.full(size, service, dtype=np.int64),
        timed=opens is not None or closes is not None,
    )


def test_savings_join_what_lies_the_same_way():
    ground = line([3, 4, -3, -4], capacity=2)
    assert sorted(map(sorted, savings(ground))) == [[1, 2], [3, 4]]
    assert ground.length(savings(ground)) == 16


def test_nearest_neighbour_goes_to_and_fro():
    # 2, then -1 is 3 away and 6 is 4 away: back over the depot first
    ground = line([2, -1, 6])
    assert nearest_neighbour(ground) == [[2, 1, 3]]
    assert ground.length([[2, 1, 3]]) == 1 + 3 + 4 + 6


def test_a_window_bars_a_join():
    # the stop at 4 closes before a van that serves the one at 3 first can be there; the other way round 3 is late
    both = line([3, 4], closes=[3, 4], service=1)
    assert sorted(map(sorted, savings(both))) == [[1], [2]]
    assert both.ends([1, 2]) == float("inf")
    later = line([3, 4], closes=[3, 5], service=1)
    assert savings(later) == [[1, 2]]
    assert later.ends([1, 2]) == 3 + 1 + 1 + 1 + 4


def test_waiting_for_a_window_counts():
    assert line([3], opens=[10]).ends([1]) == 13


@pytest.mark.parametrize("build", [nearest_neighbour, savings])
def test_what_cannot_be_served_is_left_out(build):
    assert build(line([3, 4], closes=[1, 100])) == [[2]]


@pytest.mark.parametrize("build", [nearest_neighbour, savings])
def test_nothing_to_serve(build):
    assert build(line([])) == []
