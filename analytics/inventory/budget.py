"""Which products to order when money or shelf space is short: the plan of highest expected profit, and its bound.

Expected profit is concave in the units (newsvendor), so orders cut into pieces of falling return make a mixed-integer
programme: a piece needs the ones before it, the first piece is the supplier's minimum. Pieces by falling return per use
of the limits are a plan; where the linear relaxation does not prove it best, HiGHS searches on. Knows candidates, not
where they come from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.inventory.candidates import Candidate, profits
from analytics.inventory.distributions import Floats

SECONDS = 10.0
GAP = 1e-4  # of the profit, at which the search for a better plan ends


@dataclass(frozen=True)
class BudgetPlan:
    """What to order.

    Attributes:
        quantities: product -> units, 0 left out.
        cost: what the order costs; profit: what it is expected to add.
        bound: no order within the limits can be expected to add more.
        room: shelf space that it takes.
        exact: whether the plan is proven to be within `GAP` of the best one.
    """

    quantities: dict[str, float]
    cost: float
    profit: float
    bound: float
    room: float = 0.0
    exact: bool = True


@dataclass(frozen=True)
class Pieces:
    """All candidates' orders as pieces; arrays [pieces].

    Attributes:
        row: candidate; first: whether it is the candidate's first piece.
        units, cost, room, profit: what the piece adds.
    """

    row: np.ndarray
    first: np.ndarray
    units: Floats
    cost: Floats
    room: Floats
    profit: Floats

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "Pieces":
        """Cuts every order."""
        parts: list[tuple[int, bool, float, float]] = []
        for place, candidate in enumerate(candidates):
            quantities, gained = profits(candidate)
            steps = zip(np.diff(quantities), np.diff(gained), strict=True)
            parts += [(place, number == 0, float(u), float(g)) for number, (u, g) in enumerate(steps)]
        row = np.array([part[0] for part in parts], dtype=int)
        units = np.array([part[2] for part in parts])
        cost = np.array([candidates[r].cost for r in row]) * units
        room = np.array([candidates[r].room for r in row]) * units
        first = np.array([part[1] for part in parts], dtype=bool)
        return cls(row, first, units, cost, room, np.array([part[3] for part in parts]))


def plan_budget(candidates: Sequence[Candidate], budget: float | None, space: float | None = None) -> BudgetPlan:
    """Orders within the limits with the highest expected profit.

    Args:
        candidates: what may be ordered.
        budget: money; None: no limit.
        space: room on the shelves, in the candidates' unit; None: no limit.
    """
    if any(limit is not None and limit < 0 for limit in (budget, space)):
        raise ValueError(f"A budget and a space are at least 0, got {budget} and {space}.")
    pieces = Pieces.of(candidates)
    if not len(pieces.row):
        return BudgetPlan({}, 0.0, 0.0, 0.0)
    limits = [(used, limit) for used, limit in ((pieces.cost, budget), (pieces.room, space)) if limit is not None]
    if all(used.sum() <= limit for used, limit in limits):
        return _plan(candidates, pieces, np.ones(len(pieces.row)), float(pieces.profit.sum()), exact=True)
    return _solved(candidates, pieces, [(used, float(limit)) for used, limit in limits])


def _solved(candidates: Sequence[Candidate], pieces: Pieces, limits: list[tuple[Floats, float]]) -> BudgetPlan:
    """The greedy plan where the linear relaxation proves it, else the better of it and the integer programme's."""
    bound, weights = _relaxed(pieces, limits)
    taken = _greedy(pieces, limits, weights)
    best = float(pieces.profit @ taken)
    if bound - best > GAP * bound:
        from scipy.optimize import Bounds, LinearConstraint, milp

        chain = _chain(pieces)
        found = milp(
            -pieces.profit,
            integrality=np.ones(len(pieces.row)),
            bounds=Bounds(0, 1),
            constraints=[LinearConstraint(used[None, :], ub=limit) for used, limit in limits]
            + ([LinearConstraint(chain, ub=0)] if chain is not None else []),
            options={"time_limit": SECONDS, "mip_rel_gap": GAP, "presolve": False},  # presolve prints to stdout
        )
        if found.x is not None and pieces.profit @ np.round(found.x) > best:
            taken = np.round(found.x)
            best = float(pieces.profit @ taken)
        if found.mip_dual_bound is not None:
            bound = min(bound, -float(found.mip_dual_bound))
    return _plan(candidates, pieces, taken, bound, exact=bound - best <= 2 * GAP * max(bound, 1e-9))


def _relaxed(pieces: Pieces, limits: list[tuple[Floats, float]]) -> tuple[float, list[float]]:
    """The profit that no plan exceeds, and what one more unit of each limit would bring.

    Pieces of falling return per unit need no order among them here: the linear programme takes the better ones first.
    """
    from scipy.optimize import linprog

    solved = linprog(
        -pieces.profit, A_ub=np.array([used for used, _ in limits]), b_ub=[limit for _, limit in limits], bounds=(0, 1)
    )
    if solved.status != 0:
        return float(pieces.profit.sum()), [1.0 / max(limit, 1e-9) for _, limit in limits]
    duals = [-float(each) for each in solved.ineqlin.marginals]
    usable = any(dual > 0 for dual in duals)
    return -float(solved.fun), duals if usable else [1.0 / max(limit, 1e-9) for _, limit in limits]


def _chain(pieces: Pieces) -> Any:
    """Rows "this piece <= the one before", [later pieces, pieces]; None where every order has one piece."""
    from scipy.sparse import csr_array

    later = np.flatnonzero(~pieces.first)
    if not len(later):
        return None
    rows = np.arange(len(later))
    return csr_array(
        (np.concatenate([np.ones(len(later)), -np.ones(len(later))]),
         (np.concatenate([rows, rows]), np.concatenate([later, later - 1]))),
        shape=(len(later), len(pieces.row)),
    )  # fmt: skip


def _greedy(pieces: Pieces, limits: list[tuple[Floats, float]], weights: list[float]) -> Floats:
    """Pieces by falling profit per weighted use of the limits; a candidate whose piece does not fit gets no further."""
    used = sum((weight * use for weight, (use, _) in zip(weights, limits, strict=True)), np.zeros(len(pieces.row)))
    ratio = pieces.profit / np.maximum(used, 1e-12)
    taken, left = np.zeros(len(pieces.row)), [limit for _, limit in limits]
    stopped: set[int] = set()
    for piece in np.lexsort((np.arange(len(ratio)), -_falling(pieces, ratio))):
        row = int(pieces.row[piece])
        fits = all(use[piece] <= room + 1e-9 for (use, _), room in zip(limits, left, strict=True))
        if row in stopped or not fits:
            stopped.add(row)
            continue
        taken[piece] = 1.0
        left = [room - float(use[piece]) for (use, _), room in zip(limits, left, strict=True)]
    return taken


def _falling(pieces: Pieces, ratio: Floats) -> Floats:
    """The ratios, none above that of the candidate's piece before: rounding must not put a later piece first."""
    falling = ratio.copy()
    for piece in np.flatnonzero(~pieces.first):
        falling[piece] = min(falling[piece], falling[piece - 1])
    return falling


def _plan(candidates: Sequence[Candidate], pieces: Pieces, taken: Floats, bound: float, *, exact: bool) -> BudgetPlan:
    units = np.bincount(pieces.row, pieces.units * taken, minlength=len(candidates))
    profit = float(pieces.profit @ taken)
    return BudgetPlan(
        {each.product_id: float(u) for each, u in zip(candidates, units, strict=True) if u > 0},
        math.fsum(pieces.cost * taken),
        profit,
        max(bound, profit),
        math.fsum(pieces.room * taken),
        exact,
    )
