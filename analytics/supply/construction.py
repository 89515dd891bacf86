"""Two ways to build rounds quickly: nearest neighbour and savings. Knows matrices and limits, neither vans nor clocks.

Nearest neighbour is the simplest rule there is; savings are Clarke and Wright's (Operations Research 12(4), 1964), in
the parallel version. Savings start the search of `search`; the benchmark measures both beside it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_PARTNERS = 100  # savings are looked at between each stop and so many that are nearest to it


@dataclass(frozen=True)
class Ground:
    """What rounds must keep to. Place 0 is the depot, the others are stops.

    Attributes:
        distance, duration: from each place to each, (places, places).
        load: of each stop, 0 at the depot, (places,).
        capacity: the most that one round carries.
        opens, closes: when service may begin at each place, (places,); the depot's say when rounds may leave and must
            be back.
        service: time spent at each place, (places,).
        timed: whether any window binds; without, rounds may be turned round.
    """

    distance: Ints
    duration: Ints
    load: Ints
    capacity: float
    opens: Ints
    closes: Ints
    service: Ints
    timed: bool

    def keeps(self, route: Sequence[int]) -> bool:
        """Whether a van can drive this round: the load fits and every window is met."""
        if self.load[list(route)].sum() > self.capacity:
            return False
        return not self.timed or self.ends(route) <= self.closes[0]

    def ends(self, route: Sequence[int]) -> float:
        """When a round that leaves as early as it may is back at the depot; infinite where it misses a window."""
        clock, here = int(self.opens[0]), 0
        for stop in route:
            clock = max(clock + int(self.duration[here, stop]), int(self.opens[stop]))
            if clock > self.closes[stop]:
                return math.inf
            clock += int(self.service[stop])
            here = stop
        return clock + int(self.duration[here, 0])

    def length(self, routes: Sequence[Sequence[int]]) -> int:
        """Distance of all rounds, there and back."""
        ways = [[0, *route, 0] for route in routes]
        return sum(int(self.distance[way[:-1], way[1:]].sum()) for way in ways)


def nearest_neighbour(ground: Ground) -> list[list[int]]:
    """Each round goes on to the nearest stop that it can still serve; when there is none, the next round begins.

    A stop that no round can serve is left out.
    """
    left = set(range(1, len(ground.load)))
    routes: list[list[int]] = []
    while left:
        route: list[int] = []
        while (following := _next(ground, route, left)) is not None:
            route.append(following)
            left.discard(following)
        if not route:
            break
        routes.append(route)
    return routes


def _next(ground: Ground, route: list[int], left: set[int]) -> int | None:
    here = route[-1] if route else 0
    order = np.array(sorted(left), dtype=np.int64)
    for stop in order[np.argsort(ground.distance[here, order], kind="stable")]:
        if ground.keeps([*route, int(stop)]):
            return int(stop)
    return None


def savings(ground: Ground) -> list[list[int]]:
    """Begins with a round per stop and joins two rounds wherever that saves most, as long as they keep the limits.

    A stop that no round can serve is left out.
    """
    routes = {stop: [stop] for stop in range(1, len(ground.load)) if ground.keeps([stop])}
    of = {stop: stop for stop in routes}
    for one, two in _by_saving(ground):
        if one not in of or two not in of or of[one] == of[two]:
            continue
        joined = _joined(ground, routes[of[one]], routes[of[two]], one, two)
        if joined is None:
            continue
        kept, gone = of[one], of[two]
        for stop in routes.pop(gone):
            of[stop] = kept
        routes[kept] = joined
    return list(routes.values())


def _by_saving(ground: Ground) -> list[tuple[int, int]]:
    """Pairs of near stops, the largest saving first."""
    way, stops = ground.distance, len(ground.load) - 1
    saved = way[1:, :1] + way[:1, 1:] - way[1:, 1:]
    np.fill_diagonal(saved, 0)
    near = np.argsort(way[1:, 1:], axis=1, kind="stable")[:, : min(_PARTNERS, stops)]
    rows = np.repeat(np.arange(stops), near.shape[1])
    columns = near.ravel()
    worth = saved[rows, columns]
    order = np.argsort(-worth, kind="stable")
    order = order[worth[order] > 0]
    return list(zip((rows[order] + 1).tolist(), (columns[order] + 1).tolist(), strict=True))


def _joined(ground: Ground, first: list[int], second: list[int], one: int, two: int) -> list[int] | None:
    """One round out of two that drives from stop `one` straight to stop `two`, if that may be."""
    if ground.load[first].sum() + ground.load[second].sum() > ground.capacity:
        return None
    if not ground.timed:
        first = first if first[-1] == one else first[::-1]
        second = second if second[0] == two else second[::-1]
    if first[-1] != one or second[0] != two:
        return None
    return first + second if ground.keeps(first + second) else None
