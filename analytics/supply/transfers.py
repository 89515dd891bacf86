"""Which units to move from one store to another: a mixed-integer programme over all products at once (HiGHS).

A unit moved is worth the sale that it is expected to save; a trip between two stores, and each unit handled, cost
money. A giver never goes below its own need, and where a least number of units per product is asked, fewer are not
moved. Knows stocks, needs and places; not how a need was forecast, nor how the programme is solved
(`transfer_programme`).
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.supply.places import Place


@dataclass(frozen=True)
class TransferSettings:
    """What moving goods costs.

    Attributes:
        cost_per_km: money per kilometre of a trip, there and back.
        cost_per_unit: money for picking, packing and shelving a unit.
        least_units: fewer of a product than this are not moved on a trip.

    Raises:
        ValueError: a cost is negative, or the least number below 1.
    """

    cost_per_km: float = 0.5
    cost_per_unit: float = 0.1
    least_units: int = 1

    def __post_init__(self) -> None:
        if min(self.cost_per_km, self.cost_per_unit) < 0:
            raise ValueError(f"Costs must be 0 or more, got {self.cost_per_km:g} a km, {self.cost_per_unit:g} a unit.")
        if self.least_units < 1:
            raise ValueError(f"least_units must be 1 or more, got {self.least_units}.")


@dataclass(frozen=True)
class StoreStock:
    """A product in a store.

    Attributes:
        spare: units that the store can give without risk to its own service.
        short: units that it lacks until its next delivery.
        on_hand: units in the store.
        daily: expected sales, units a day.
        demand, demand_sd: expected sales until its next delivery, units.
        value: money that a saved sale of one unit earns; None where unknown, then every shortage is worth a trip.
    """

    product_id: str
    store_id: str
    spare: float
    short: float
    on_hand: float = 0.0
    daily: float = 0.0
    demand: float = 0.0
    demand_sd: float = 0.0
    value: float | None = None

    @property
    def cover(self) -> float:
        """Days until the stock on hand is sold; infinite where nothing sells."""
        return self.on_hand / self.daily if self.daily > 0 else math.inf

    def sales_saved(self, units: float) -> float:
        """Expected sales until the next delivery that `units` more save; all of them where no spread is known."""
        if self.demand_sd <= 0:
            return min(units, self.short)
        return _expected_sales(self.on_hand + units, self.demand, self.demand_sd) - _expected_sales(
            self.on_hand, self.demand, self.demand_sd
        )


Lane = tuple[StoreStock, StoreStock]  # who gives and who takes


@dataclass(frozen=True)
class Transfer:
    """Units of a product to move from one store to another.

    Attributes:
        km: one way; None where a store has no coordinates.
        cover_from, cover_to: days of cover of the two stores before the move.
        saved: sales that these units are expected to save, in units.
        worth: money that these earn; None where unknown.
    """

    product_id: str
    from_store: str
    to_store: str
    units: int
    km: float | None
    cover_from: float = math.inf
    cover_to: float = math.inf
    saved: float = 0.0
    worth: float | None = None


@dataclass(frozen=True)
class TransferPlan:
    """What to move, what it earns and costs, and what stays short.

    Attributes:
        worth: money that the saved sales earn; None where no product's value is known.
        trips_cost, handling_cost: money.
        no_spare: units short that no other store has to spare.
        not_worth: units short that could be filled, but for less than moving them costs, or below the least number.
    """

    transfers: tuple[Transfer, ...]
    worth: float | None
    trips_cost: float
    handling_cost: float
    no_spare: int
    not_worth: int


def plan_transfers(
    stock: Sequence[StoreStock], places: dict[str, Place], settings: TransferSettings | None = None
) -> TransferPlan:
    """The moves that earn most after their cost.

    Args:
        stock: every product's spare and missing units per store.
        places: coordinates by store; a trip to or from a store without any counts as long as the longest known one.
        settings: costs and least quantities.
    """
    chosen = settings or TransferSettings()
    lanes = _lanes(stock)
    short = sum(math.ceil(each.short) for each in stock if each.short > 0)
    if not lanes:
        return TransferPlan((), None, 0.0, 0.0, short, 0)
    from analytics.supply.transfer_programme import solve

    trips = _trip_costs({frozenset((giver.store_id, taker.store_id)) for giver, taker in lanes}, places, chosen)
    moved = {lane: units for lane, units in zip(lanes, solve(lanes, trips, chosen), strict=True) if units > 0}
    transfers = _transfers(moved, places)
    used = {frozenset((each.from_store, each.to_store)) for each in transfers}
    fillable, units = _fillable(stock), sum(moved.values())
    known = [each.worth for each in transfers if each.worth is not None]
    return TransferPlan(
        transfers=transfers,
        worth=sum(known) if known else None,
        trips_cost=sum(trips[pair] for pair in used),
        handling_cost=chosen.cost_per_unit * units,
        no_spare=short - fillable,
        not_worth=fillable - units,
    )


def trips_cost(transfers: Sequence[Transfer], places: dict[str, Place], settings: TransferSettings) -> float:
    """Money for one trip, there and back, between each two stores that exchange anything."""
    pairs = {frozenset((each.from_store, each.to_store)) for each in transfers}
    return sum(_trip_costs(pairs, places, settings).values())


def _lanes(stock: Sequence[StoreStock]) -> list[Lane]:
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


def _trip_costs(
    pairs: set[frozenset[str]], places: dict[str, Place], settings: TransferSettings
) -> dict[frozenset[str], float]:
    """Pair of stores -> money for a van there and back."""
    km = {pair: _km(places, *sorted(pair)) for pair in pairs}
    longest = max([each for each in km.values() if each is not None], default=1.0)
    return {pair: 2 * settings.cost_per_km * (longest if way is None else way) for pair, way in km.items()}


def _transfers(moved: dict[Lane, int], places: dict[str, Place]) -> tuple[Transfer, ...]:
    """The moves with what they save; a shortage filled by two stores shares what its units save."""
    into: dict[StoreStock, int] = defaultdict(int)
    for (_, taker), units in moved.items():
        into[taker] += units
    made = []
    for (giver, taker), units in moved.items():
        saved = taker.sales_saved(into[taker]) * units / into[taker]
        worth = None if taker.value is None else saved * taker.value
        made.append(
            Transfer(giver.product_id, giver.store_id, taker.store_id, units,
                     _km(places, giver.store_id, taker.store_id), giver.cover, taker.cover, saved, worth)
        )  # fmt: skip
    return tuple(sorted(made, key=lambda t: (-(t.worth or 0), -t.units, t.product_id, t.from_store, t.to_store)))


def _fillable(stock: Sequence[StoreStock]) -> int:
    """Units short that other stores could fill, were moving them free."""
    spare: dict[str, int] = defaultdict(int)
    short: dict[str, int] = defaultdict(int)
    for each in stock:
        spare[each.product_id] += math.floor(max(0.0, each.spare))
        short[each.product_id] += math.ceil(max(0.0, each.short))
    return sum(min(units, spare[product]) for product, units in short.items())


def _km(places: dict[str, Place], one: str, two: str) -> float | None:
    return places[one].km_to(places[two]) if one in places and two in places else None


def _expected_sales(stock: float, mean: float, sd: float) -> float:
    """E[min(demand, stock)] of normal demand: mean - sd x loss((stock - mean) / sd)."""
    z = (stock - mean) / sd
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    above = math.erfc(z / math.sqrt(2)) / 2
    return mean - sd * (density - z * above)
