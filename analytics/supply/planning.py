"""Plans the rounds of a day: puts aside what no van can serve, has the others searched, reads the clock of each stop.

Knows PyVRP's way to write a problem; the search itself is `search`.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analytics.supply.places import Place
from analytics.supply.rounds import (
    DAY,
    Delivery,
    Round,
    RoundPlan,
    RoundSettings,
    Unserved,
    Visit,
    clock,
    span,
)

if TYPE_CHECKING:
    from pyvrp import ProblemData, Route, Solution

_METRES, _SECONDS = 1000, 60  # PyVRP counts in whole numbers
_UNBOUND = 2**40


def plan_rounds(depot: Place, deliveries: Sequence[Delivery], settings: RoundSettings | None = None) -> RoundPlan:
    """Rounds that serve as many parcels as can be served, over the shortest way, and why the rest cannot.

    Args:
        depot: where every round begins and ends.
        deliveries: what is to be brought where, and when.
        settings: the vans.

    Returns:
        A plan that is the same each time for the same deliveries in the same order. A van that is not needed has no
        round.
    """
    chosen = settings or RoundSettings()
    possible, unserved = [], []
    for delivery in deliveries:
        why = _impossible(depot, delivery, chosen)
        if why is None:
            possible.append(delivery)
        else:
            unserved.append(Unserved(delivery, why))
    if not possible:
        return RoundPlan(depot, (), tuple(unserved), chosen)
    solution = _search(depot, possible, chosen)
    rounds = [_round(depot, possible, route) for route in solution.routes() if route.num_clients()]
    left = set(range(len(possible))) - {step.idx for route in solution.routes() for step in route if step.is_client()}
    unserved += [Unserved(possible[i], _no_room(possible, rounds, possible[i], chosen)) for i in sorted(left)]
    return RoundPlan(depot, tuple(sorted(rounds, key=lambda each: each.leaves)), tuple(unserved), chosen)


def _impossible(depot: Place, delivery: Delivery, settings: RoundSettings) -> str | None:
    """Why not even a van of its own could serve this delivery; None where one could."""
    if delivery.place is None:
        return "the coordinates of its address are not known"
    if settings.capacity is not None and delivery.load > settings.capacity:
        return f"its {delivery.load} parcels are more than the {settings.capacity} that a van carries"
    if delivery.closes < delivery.opens:
        return f"its time window ends ({clock(delivery.closes)}) before it begins ({clock(delivery.opens)})"
    way = _minutes(depot.km_to(delivery.place), settings)
    there, stay = 2 * way + settings.minutes_per_stop, settings.back_by - settings.leaves_at
    if there > stay:
        return f"{span(there)} there and back are more than the working day of {span(stay)}"
    first = settings.leaves_at + way
    if first > delivery.closes:
        return (
            f"its time window ends at {clock(delivery.closes)}, and a van that leaves at {clock(settings.leaves_at)} "
            f"is there at {clock(first)} at the earliest"
        )
    last = settings.back_by - way - settings.minutes_per_stop
    if delivery.opens > last:
        return (
            f"its time window begins at {clock(delivery.opens)}, and a van must have come by {clock(last)} to be back "
            f"by {clock(settings.back_by)}"
        )
    return None


def _no_room(possible: list[Delivery], rounds: list[Round], left: Delivery, settings: RoundSettings) -> str:
    """Why a delivery that a van of its own could serve is in no round."""
    vans = "the van" if settings.vans == 1 else f"all {settings.vans} vans"
    if settings.capacity is not None:
        total, room = sum(each.load for each in possible), settings.vans * settings.capacity
        if total > room:
            return f"{vans} {'carries' if settings.vans == 1 else 'together carry'} {room} parcels, and {total} are due"
        free = max([settings.capacity - each.load for each in rounds], default=settings.capacity)
        if len(rounds) == settings.vans and left.load > free:
            return f"no van has room left for its {left.load} parcels"
    return f"{vans} cannot fit it into the day between {clock(settings.leaves_at)} and {clock(settings.back_by)}"


def _search(depot: Place, deliveries: list[Delivery], settings: RoundSettings) -> "Solution":
    from pyvrp.stop import MaxIterations, MultipleCriteria, NoImprovement

    from analytics.supply.search import best_rounds

    stop = MultipleCriteria([NoImprovement(settings.patience), MaxIterations(settings.most_steps)])
    problem = _problem(depot, deliveries, settings)
    dear = max(client.prize for client in problem.clients())
    return best_rounds(problem, stop, settings.seed, most_penalty=4.0 * dear)


def _problem(depot: Place, deliveries: list[Delivery], settings: RoundSettings) -> "ProblemData":
    """The day in PyVRP's terms: metres and seconds; a delivery may be left out, at a price above any detour."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    places = [depot, *(each.place for each in deliveries if each.place is not None)]
    km = np.array([[one.km_to(other) for other in places] for one in places])
    metres = np.round(km * _METRES).astype(np.int64)
    seconds = np.round(km / settings.kmh * 3600).astype(np.int64)
    dear = 4 * int((metres + seconds).max()) + 1  # more than any detour costs
    unbound = settings.capacity is None
    begin, end = settings.leaves_at * _SECONDS, settings.back_by * _SECONDS
    clients = [
        Client(
            location=row,
            delivery=[each.load],
            service_duration=settings.minutes_per_stop * _SECONDS,
            tw_early=min(max(each.opens, 0), DAY) * _SECONDS,
            tw_late=min(each.closes, DAY) * _SECONDS,
            prize=dear * each.load,
            required=False,
        )
        for row, each in enumerate(deliveries, 1)
    ]
    return ProblemData(
        locations=[Location(place.longitude, place.latitude, name=place.name) for place in places],
        clients=clients,
        depots=[Depot(location=0)],
        vehicle_types=[
            VehicleType(
                num_available=settings.vans,
                capacity=[_UNBOUND if unbound else int(settings.capacity or 0)],
                tw_early=begin,
                tw_late=end,
                unit_distance_cost=1,
                unit_duration_cost=1,  # a second costs what a metre costs: the shortest way, then the least waiting
            )
        ],
        distance_matrices=[metres],
        duration_matrices=[seconds],
    )


def _round(depot: Place, deliveries: list[Delivery], route: "Route") -> Round:
    """A route's stops with their times; the van leaves as early as it can without waiting longer for it."""
    visits: list[Visit] = []
    here = depot
    for step in route.schedule():
        if not step.is_client():
            continue
        delivery = deliveries[step.idx]
        place = delivery.place or depot
        begun, waited = step.start_time / _SECONDS, round(step.wait_duration / _SECONDS)
        visits.append(Visit(delivery, round(begun), waited, round(step.end_time / _SECONDS), here.km_to(place)))
        here = place
    leaves, back = round(route.start_time() / _SECONDS), round(route.end_time() / _SECONDS)
    km = sum(visit.km for visit in visits) + here.km_to(depot)
    return Round(tuple(visits), leaves, back, km, round(route.travel_duration() / _SECONDS))


def _minutes(km: float, settings: RoundSettings) -> float:
    return 60 * km / settings.kmh
