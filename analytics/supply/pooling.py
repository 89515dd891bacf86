"""Safety stock in the warehouse or in the stores: the placement of every product over two echelons, summed up.

For each product the guaranteed-service model is solved for a tree of one centre, which the supplier serves, and the
stores, which the centre serves; beside it stands what the stores hold if the supplier serves each of them. Knows
spreads, lead times and costs; not where they come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.supply.placement import Stage, place_safety_stock

CENTRE = " centre"  # no store is called so


@dataclass(frozen=True)
class Pooled:
    """A product that could be held centrally.

    Attributes:
        lead_days: whole days that the supplier takes.
        daily_sd: store -> standard deviation of its sales in a day, units.
        unit_cost: money that a unit of stock ties up; None where unknown, then units are compared.
    """

    product_id: str
    lead_days: int
    daily_sd: dict[str, float]
    unit_cost: float | None = None


@dataclass(frozen=True)
class PoolingSettings:
    """How the second echelon would work.

    Attributes:
        transfer_days: whole days from the centre to a store.
        service_factor: standard deviations that safety stock covers.
        dearer_in_store: holding a unit in a store costs so many times what it costs in the centre (shelf space).
    """

    transfer_days: int = 1
    service_factor: float = 1.645
    dearer_in_store: float = 1.0

    def __post_init__(self) -> None:
        if self.transfer_days < 0 or self.service_factor < 0 or self.dearer_in_store <= 0:
            raise ValueError(f"Expected days and factors of 0 or more, and a store cost above 0, got {self}.")


@dataclass(frozen=True)
class Pooling:
    """Safety stock of all products together.

    Attributes:
        separate_units, separate_money: if the supplier serves every store; money None where a cost is unknown.
        pooled_units, pooled_money: at the best placement with a centre.
        central_units: the part of `pooled_units` that lies in the centre.
        central, local, mixed: products whose safety stock is best held in the centre (which then promises at once), in
            the stores alone, or between the two.
    """

    separate_units: float
    pooled_units: float
    central_units: float
    separate_money: float | None
    pooled_money: float | None
    central: tuple[str, ...]
    local: tuple[str, ...]
    mixed: tuple[str, ...]


def compare_pooling(products: Sequence[Pooled], settings: PoolingSettings | None = None) -> Pooling:
    """The best placement of each product's safety stock, summed.

    Args:
        products: those sold in two stores or more.
        settings: of the second echelon.
    """
    chosen = settings or PoolingSettings()
    separate = pooled = centre = 0.0
    apart_money = together_money = 0.0
    kinds: dict[str, list[str]] = {"central": [], "local": [], "mixed": []}
    for each in products:
        before = sum(chosen.service_factor * sd * each.lead_days**0.5 for sd in each.daily_sd.values())
        held, after, promises = _placed(each, chosen)
        separate, pooled, centre = separate + before, pooled + after, centre + held
        apart_money += before * (each.unit_cost or 0.0)
        together_money += after * (each.unit_cost or 0.0)
        kind = "central" if promises == 0 else "local" if promises == each.lead_days else "mixed"
        kinds[kind].append(each.product_id)
    known = all(each.unit_cost is not None for each in products)
    return Pooling(
        separate, pooled, centre, apart_money if known else None, together_money if known else None,
        tuple(kinds["central"]), tuple(kinds["local"]), tuple(kinds["mixed"]),
    )  # fmt: skip


def _placed(product: Pooled, settings: PoolingSettings) -> tuple[float, float, int]:
    """Units in the centre, units in all, and the days within which the centre serves."""
    stages = [Stage(CENTRE, 0, 1.0, supply_time=product.lead_days, service_factor=settings.service_factor)]
    stages += [
        Stage(store, settings.transfer_days, settings.dearer_in_store, (CENTRE,), 0, sd, 0, settings.service_factor)
        for store, sd in product.daily_sd.items()
    ]
    found = place_safety_stock(stages)
    middle = found.of(CENTRE)
    return middle.safety_stock, sum(each.safety_stock for each in found.stages), middle.promises
