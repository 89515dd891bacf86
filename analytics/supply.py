"""Moves stock: between the shop's stores, and by van to where it is wanted. Knows numbers and places, not forecasts.

Transfers are a transportation problem, solved exactly per product set (HiGHS). Routes are Clarke and Wright's savings
(Operations Research 12(4), 1964), each improved by 2-opt.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ROAD_FACTOR = 1.3  # roads are longer than the straight line
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class Place:
    """A place with coordinates in degrees."""

    name: str
    latitude: float
    longitude: float

    def km_to(self, other: "Place") -> float:
        """Road distance, estimated from the great circle."""
        one, two = math.radians(self.latitude), math.radians(other.latitude)
        half = math.radians(other.longitude - self.longitude) / 2
        chord = math.sin((two - one) / 2) ** 2 + math.cos(one) * math.cos(two) * math.sin(half) ** 2
        return ROAD_FACTOR * 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, chord)))


@dataclass(frozen=True)
class StoreStock:
    """A product in a store.

    Attributes:
        spare: units that the store can give without risk to its own service.
        short: units that it lacks until its next delivery.
    """

    product_id: str
    store_id: str
    spare: float
    short: float


@dataclass(frozen=True)
class Transfer:
    """Units of a product to move from one store to another."""

    product_id: str
    from_store: str
    to_store: str
    units: int
    km: float | None


@dataclass(frozen=True)
class Route:
    """One van's round: the names of its stops in order, the load it carries and the road distance there and back."""

    stops: tuple[str, ...]
    load: float
    km: float


def plan_transfers(stock: Sequence[StoreStock], places: dict[str, Place]) -> list[Transfer]:
    """Fills as many shortages as there is spare stock for, over the shortest total way.

    Args:
        stock: every product's spare and missing units per store.
        places: coordinates by store; where a store has none, all ways count the same.
    """
    lanes = _lanes(stock)
    if not lanes:
        return []
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    km = [_km(places, giver.store_id, taker.store_id) for giver, taker in lanes]
    longest = max([k for k in km if k is not None], default=1.0)
    cost = [(longest if k is None else k) - 10 * (longest + 1) for k in km]  # a filled shortage outweighs any way
    givers = {key: row for row, key in enumerate(dict.fromkeys((g.product_id, g.store_id) for g, _ in lanes))}
    takers = {key: row for row, key in enumerate(dict.fromkeys((t.product_id, t.store_id) for _, t in lanes))}
    rows, limit = [], [0.0] * (len(givers) + len(takers))
    for giver, taker in lanes:
        out = givers[giver.product_id, giver.store_id]
        into = len(givers) + takers[taker.product_id, taker.store_id]
        rows += [out, into]
        limit[out], limit[into] = math.floor(giver.spare), math.ceil(taker.short)
    columns = [lane for lane in range(len(lanes)) for _ in range(2)]
    matrix = coo_array(([1.0] * len(rows), (rows, columns)), shape=(len(limit), len(lanes)))
    found = linprog(cost, A_ub=matrix.tocsr(), b_ub=limit, method="highs-ds")  # a vertex, hence whole units
    moved = [
        Transfer(giver.product_id, giver.store_id, taker.store_id, round(units), way)
        for (giver, taker), units, way in zip(lanes, found.x, km, strict=True)
        if round(units) > 0
    ]
    return sorted(moved, key=lambda t: (-t.units, t.product_id, t.from_store, t.to_store))


def _lanes(stock: Sequence[StoreStock]) -> list[tuple[StoreStock, StoreStock]]:
    """Every pair of a store with spare units and one that lacks them, per product."""
    by_product: dict[str, list[StoreStock]] = {}
    for each in stock:
        by_product.setdefault(each.product_id, []).append(each)
    return [
        (giver, taker)
        for group in by_product.values()
        for giver in group
        for taker in group
        if giver.store_id != taker.store_id and giver.spare >= 1 and taker.short > 0
    ]


def _km(places: dict[str, Place], one: str, two: str) -> float | None:
    return places[one].km_to(places[two]) if one in places and two in places else None


def plan_routes(depot: Place, stops: Sequence[tuple[Place, float]], vehicles: int) -> list[Route]:
    """Rounds from the depot that serve every stop with at most `vehicles` vans.

    Args:
        depot: where every round begins and ends.
        stops: places with their loads.
        vehicles: at least 1. With more than one, no van carries more than its fair share plus the largest single load.
    """
    if vehicles < 1:
        raise ValueError(f"At least one vehicle is needed, got {vehicles}.")
    if not stops:
        return []
    total, largest = sum(load for _, load in stops), max(load for _, load in stops)
    capacity = math.inf if vehicles == 1 else total / vehicles + largest
    places = [place for place, _ in stops]
    rounds = _savings(depot, places, [load for _, load in stops], vehicles, capacity)
    improved = [_two_opt(depot, [places[i] for i in each]) for each in rounds]
    loads = [sum(stops[i][1] for i in each) for each in rounds]
    return [
        Route(tuple(p.name for p in order), load, _length(depot, order))
        for order, load in zip(improved, loads, strict=True)
    ]


def _savings(depot: Place, places: list[Place], loads: list[float], vehicles: int, capacity: float) -> list[list[int]]:
    """Joins rounds end to end by what that saves; beyond that, the cheapest joins until the vans suffice."""
    rounds = [[i] for i in range(len(places))]
    while len(rounds) > 1:
        best: tuple[float, int, int, list[int]] | None = None
        for a in range(len(rounds)):
            for b in range(a + 1, len(rounds)):
                fits = sum(loads[i] for i in rounds[a] + rounds[b]) <= capacity
                if not fits and len(rounds) <= vehicles:
                    continue
                for left in (rounds[a], rounds[a][::-1]):
                    for right in (rounds[b], rounds[b][::-1]):
                        end, begin = places[left[-1]], places[right[0]]
                        saved = end.km_to(depot) + depot.km_to(begin) - end.km_to(begin)
                        saved -= 0.0 if fits else 1e6
                        if best is None or saved > best[0]:
                            best = (saved, a, b, left + right)
        if best is None or (len(rounds) <= vehicles and best[0] <= 0):
            break
        _, a, b, joined = best
        rounds = [each for i, each in enumerate(rounds) if i not in (a, b)] + [joined]
    return rounds


def _two_opt(depot: Place, order: list[Place]) -> list[Place]:
    """Turns parts of a round as long as that makes it shorter."""
    best, length = order, _length(depot, order)
    improved = True
    while improved:
        improved = False
        for i in range(len(best) - 1):
            for j in range(i + 1, len(best)):
                turned = best[:i] + best[i : j + 1][::-1] + best[j + 1 :]
                shorter = _length(depot, turned)
                if shorter < length - 1e-9:
                    best, length, improved = turned, shorter, True
    return best


def _length(depot: Place, order: list[Place]) -> float:
    way = [depot, *order, depot]
    return sum(a.km_to(b) for a, b in zip(way, way[1:], strict=False))
