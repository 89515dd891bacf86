"""The search for short rounds: PyVRP's iterated local search, started from savings. Knows its data, no shop.

PyVRP: Wouda, Lan and Kool (INFORMS Journal on Computing 36(4), 2024). The iteration is a local search with perturbation
under late acceptance (Burke and Bykov 2017).
"""

from typing import TYPE_CHECKING

import numpy as np

from analytics.supply.construction import Ground, savings

if TYPE_CHECKING:
    from pyvrp import ProblemData, Solution
    from pyvrp.stop import StoppingCriterion

# Of late acceptance; PyVRP's own 300 suits longer searches than these, which start from a good solution. Mean gap after
# 10 computing seconds on four X instances of 320 to 400 stops: 1.52 % as PyVRP does it, 1.92 % from savings, and from
# savings with a history of 100 1.20 %, of 30 1.39 %, with 30 neighbours 1.44 %, with at most 12 perturbations 1.58 %.
_HISTORY = 100
_NEVER = 2**40  # beyond any clock, far below where sums of times overflow


def ground_of(data: "ProblemData") -> Ground:
    """The limits of a problem with one depot, one kind of load and one kind of van.

    Raises:
        ValueError: it has more than these.
    """
    if data.num_depots != 1 or data.num_vehicle_types != 1 or data.num_load_dimensions > 1 or data.num_shipments:
        raise ValueError(
            "Expected a problem with one depot, one kind of van and one kind of load, got "
            f"{data.num_depots} depots, {data.num_vehicle_types} kinds of van, {data.num_load_dimensions} of load."
        )
    clients, depot, van = data.clients(), data.depot(0), data.vehicle_type(0)
    opens = [max(depot.tw_early, van.tw_early), *(each.tw_early for each in clients)]
    closes = [min(depot.tw_late, van.tw_late, _NEVER), *(min(each.tw_late, _NEVER) for each in clients)]
    loads = [0, *(each.delivery[0] if each.delivery else 0 for each in clients)]
    place = [depot.location, *(each.location for each in clients)]
    return Ground(
        distance=data.distance_matrix(0)[np.ix_(place, place)],
        duration=data.duration_matrix(0)[np.ix_(place, place)],
        load=np.array(loads, dtype=np.int64),
        capacity=float(van.capacity[0]) if van.capacity else float("inf"),
        opens=np.array(opens, dtype=np.int64),
        closes=np.array(closes, dtype=np.int64),
        service=np.array([0, *(each.service_duration for each in clients)], dtype=np.int64),
        timed=bool(data.has_time_windows()) or van.tw_late < _NEVER,
    )


def best_rounds(
    data: "ProblemData", stop: "StoppingCriterion", seed: int = 1, *, most_penalty: float | None = None
) -> "Solution":
    """The best solution found until `stop`; the same data, seed and number of steps give the same one.

    Args:
        data: a problem with one depot and one kind of van.
        stop: PyVRP's stopping rule; one that counts steps makes the answer repeatable.
        seed: of the random numbers.
        most_penalty: the most that a parcel or a second too much may cost during the search. It must be well above what
            leaving a stop out costs, where stops may be left out; None: PyVRP's own.
    """
    from pyvrp import IteratedLocalSearchParams, PenaltyParams, SolveParams, solve

    penalty = PenaltyParams()
    if most_penalty is not None:
        penalty = PenaltyParams(solutions_between_updates=100, max_penalty=most_penalty)
    params = SolveParams(ils=IteratedLocalSearchParams(history_length=_HISTORY), penalty=penalty)
    return solve(data, stop, seed=seed, collect_stats=False, params=params, initial_solution=_start(data)).best


def _start(data: "ProblemData") -> "Solution | None":
    """Savings as a first solution, which keeps every limit; where there are too few vans, the fullest rounds.

    None where some stop must be served and is not: PyVRP then begins on its own.
    """
    from pyvrp import Solution

    ground = ground_of(data)
    routes = sorted(savings(ground), key=lambda route: -int(ground.load[route].sum()))[: data.num_vehicles]
    start = Solution(data, [[stop - 1 for stop in route] for route in routes])
    return start if start.is_complete() else None
