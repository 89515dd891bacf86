"""The mixed-integer programme behind transfers: a fixed-charge transportation problem. Knows lanes and costs, no plan.

Columns: units of each lane; units of each piece of each shortage, whose worth falls from piece to piece; whether a
trip is made; whether a lane moves its least number, where one is asked. Solved by HiGHS (Huangfu and Hall 2018)
through scipy.
"""

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from analytics.supply.transfers import Lane, StoreStock, TransferSettings

_PIECES = 4
_NODES = 2_000  # of the branch-and-bound tree: a limit that, unlike the clock, gives the same plan each time
_NEARER = 1e-6  # money per unit and of the trip's cost: among plans of equal worth, the nearer giver


def solve(lanes: "list[Lane]", trips: dict[frozenset[str], float], settings: "TransferSettings") -> list[int]:
    """Units to move along each lane.

    Args:
        lanes: who could give to whom, one or more.
        trips: money for a trip between two stores, per pair.
        settings: cost per unit, least number.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    programme = _Programme()
    move = [
        programme.column(settings.cost_per_unit + _NEARER * (1 + trips[_pair(giver, taker)]), _most(giver, taker))
        for giver, taker in lanes
    ]
    _keep_own_need(programme, lanes, move)
    _fill(programme, lanes, move, 10 * (sum(trips.values()) + settings.cost_per_unit + 1))
    _charge_trips(programme, lanes, move, trips)
    if settings.least_units > 1:
        _move_least(programme, lanes, move, settings.least_units)
    found = milp(
        programme.cost,
        integrality=np.array(programme.whole, dtype=int),
        bounds=Bounds(0, np.array(programme.upper)),
        constraints=LinearConstraint(programme.matrix(), ub=np.array(programme.limit)),
        options={"mip_rel_gap": 1e-6, "node_limit": _NODES},
    )
    return [round(found.x[column]) for column in move] if found.x is not None else [0] * len(lanes)


class _Programme:
    """Collects the columns and rows."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.whole: list[bool] = []
        self.limit: list[float] = []
        self._entries: list[tuple[int, int, float]] = []

    def column(self, cost: float, most: float, *, whole: bool = True) -> int:
        """Adds a variable between 0 and `most`; returns its place."""
        self.cost.append(cost)
        self.upper.append(float(most))
        self.whole.append(whole)
        return len(self.cost) - 1

    def at_most(self, entries: list[tuple[int, float]], limit: float) -> None:
        """Adds a row: the weighted sum of these columns is at most `limit`."""
        self._entries += [(len(self.limit), column, weight) for column, weight in entries]
        self.limit.append(limit)

    def matrix(self) -> Any:
        """The rows as a sparse matrix."""
        from scipy.sparse import csr_array

        rows, columns, weights = zip(*self._entries, strict=True)
        return csr_array((weights, (rows, columns)), shape=(len(self.limit), len(self.cost)))


def _keep_own_need(programme: _Programme, lanes: "list[Lane]", move: list[int]) -> None:
    given: dict[StoreStock, list[int]] = defaultdict(list)
    for (giver, _), column in zip(lanes, move, strict=True):
        given[giver].append(column)
    for giver, columns in given.items():
        programme.at_most([(column, 1.0) for column in columns], math.floor(giver.spare))


def _fill(programme: _Programme, lanes: "list[Lane]", move: list[int], unknown: float) -> None:
    """What fills the pieces of a shortage must have come in."""
    taken: dict[StoreStock, list[int]] = defaultdict(list)
    for (_, taker), column in zip(lanes, move, strict=True):
        taken[taker].append(column)
    for taker, columns in taken.items():
        pieces = [(programme.column(-worth, size, whole=False), 1.0) for size, worth in _pieces(taker, unknown)]
        programme.at_most(pieces + [(column, -1.0) for column in columns], 0.0)


def _pieces(taker: "StoreStock", unknown: float) -> list[tuple[int, float]]:
    """(Units, money per unit) of each piece of a shortage; `unknown` outweighs any trip."""
    short = math.ceil(taker.short)
    if taker.value is None:
        return [(short, unknown)]
    edges = sorted({round(short * part / _PIECES) for part in range(_PIECES + 1)})
    saved = [taker.sales_saved(edge) for edge in edges]
    return [
        (until - since, taker.value * (more - less) / (until - since))
        for since, until, less, more in zip(edges, edges[1:], saved, saved[1:], strict=False)
    ]


def _charge_trips(
    programme: _Programme, lanes: "list[Lane]", move: list[int], trips: dict[frozenset[str], float]
) -> None:
    """A lane may be used only where its trip is paid for, once for all products and both directions."""
    made = {pair: programme.column(cost, 1) for pair, cost in sorted(trips.items(), key=lambda each: sorted(each[0]))}
    for (giver, taker), column in zip(lanes, move, strict=True):
        programme.at_most([(column, 1.0), (made[_pair(giver, taker)], -_most(giver, taker))], 0.0)


def _move_least(programme: _Programme, lanes: "list[Lane]", move: list[int], least: int) -> None:
    """A lane moves nothing, or at least the least number."""
    for (giver, taker), column in zip(lanes, move, strict=True):
        used = programme.column(0.0, 1)
        programme.at_most([(used, float(least)), (column, -1.0)], 0.0)
        programme.at_most([(column, 1.0), (used, -_most(giver, taker))], 0.0)


def _pair(giver: "StoreStock", taker: "StoreStock") -> frozenset[str]:
    return frozenset((giver.store_id, taker.store_id))


def _most(giver: "StoreStock", taker: "StoreStock") -> float:
    return float(min(math.floor(giver.spare), math.ceil(taker.short)))
