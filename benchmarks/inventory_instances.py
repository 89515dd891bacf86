"""The published stock problems: which policy each one asks for, our answer and the book's beside it."""

import gzip
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analytics.inventory.distributions import Floats, counts, normal_counts
from analytics.inventory.lot_sizes import (
    lot,
    lot_while_arriving,
    lot_with_backorders,
    lot_with_discounts,
    orders_over_time,
)
from analytics.inventory.newsvendor import newsvendor_counts, newsvendor_lognormal, newsvendor_normal
from analytics.inventory.r_q import optimal_r_q, optimal_r_q_normal
from analytics.inventory.s_s import optimal_s_S_of

# Snyder and Shen (2019), as the data's source asserts them: first figures of the policy, then its cost or profit.
PUBLISHED: dict[str, tuple[float, ...]] = {
    "example_3_1": (304.0467800264368, 68.41052550594827),
    "problem_3_1": (1728.109844993551, 475230.2073732266),
    "example_3_8": (310.8125551589646, 66.92136355097325),
    "problem_3_2b": (83.2354481288980, 1999.148244415212),
    "problem_3_22": (171.2697677155351, 3.736794931975310),
    "example_3_5": (800, 978.60),
    "problem_3_12": (2400, 201251093.75),
    "example_3_9": (210, 0, 150, 0, 1380),
    "problem_3_27": (150, 180, 0, 200, 424),
    "problem_3_29": (1310, 0, 1095, 0, 880, 423),
    "scmo_ww_hw_c": (400, 3000, 0, 0, 0, 4940),
    "example_4_1": (56.60395592743389, 1.997605193176645),
    "example_4_3": (56.60395592743389, 1.997605193176645),
    "example_4_2": (56.60395592743389, 33.002394806823354),
    "problem_4_1": (922.7214038234755, 2718.196781782411),
    "problem_4_3b": (59.08457868537386, 210.4768082523147),
    "example_4_4": (264.7668943741548, 4.466781004149578),
    "problem_4_7b": (5, 1225000),
    "problem_4_8a": (19, 786.0884409351115),
    "problem_4_8b": (295.6266448071368, 29.44254358213529),
    "example_4_7": (4, 10, 8.034111561471644),
    "problem_4_31": (2, 7, 223.5748295669688),
    "example_5_8": (3, 5, 107.9235806331498),
    "problem_5_2": (6, 7, 28.241312842169155),
    "example_5_1": (126.8670642878315, 328.4491413581765),
    "problem_5_1": (-1.985868645048718, 166.9501022040942),
    "problem_5_3": (608.5445118000358, 403.8060023373138),
}


@dataclass(frozen=True)
class Solved:
    """One problem: what was asked, our figures, the published ones (None where the source has none)."""

    name: str
    asked: str
    ours: tuple[float, ...]
    published: tuple[float, ...] | None

    @property
    def agrees(self) -> bool | None:
        """Whether all published figures are ours; None where there are none."""
        if self.published is None:
            return None
        return all(
            math.isclose(a, b, rel_tol=1e-6, abs_tol=2e-4) for a, b in zip(self.ours, self.published, strict=False)
        )


def read_instances(folder: Path) -> dict[str, dict[str, Any]]:
    """Name -> parameters."""
    with gzip.open(folder / "stockpyl_instances.json.gz") as file:
        return {each["name"]: each["data"] for each in json.load(file)["instances"] if isinstance(each["data"], dict)}


def solve(name: str, data: dict[str, Any]) -> Solved | None:
    """Our answer to a problem of one place and product; None for those of networks, disruptions and uncertain yield."""
    keys = set(data)
    if keys & {"_nodes", "disruption_rate", "disruption_prob", "yield_mean", "yield_lo", "individual_fixed_costs"}:
        return None
    if "breakpoints" in keys or "demand_rate" in keys or isinstance(data.get("demand"), list):
        asked, ours = _known_demand(data)
    elif "fixed_cost" in keys and "num_periods" not in keys:
        asked, ours = _repeated(data)
    elif "num_periods" not in keys:
        asked, ours = _once(data)
    else:
        return None
    return Solved(name, asked, ours, PUBLISHED.get(name))


def _known_demand(data: dict[str, Any]) -> tuple[str, tuple[float, ...]]:
    if "breakpoints" in data:
        found = lot_with_discounts(
            data["fixed_cost"], data["holding_cost_rate"], data["demand_rate"], data["breakpoints"], data["unit_costs"]
        )
        return "EOQ, discounts", (found.quantity, found.cost)
    if "num_periods" in data:
        units, cost = orders_over_time(
            data["demand"], data["fixed_cost"], data["holding_cost"], data.get("purchase_cost")
        )
        return "orders over time", (*units, cost)
    order, holding, rate = data["fixed_cost"], data["holding_cost"], data["demand_rate"]
    if "production_rate" in data:
        found = lot_while_arriving(order, holding, rate, data["production_rate"])
    elif "stockout_cost" in data:
        found, _ = lot_with_backorders(order, holding, data["stockout_cost"], rate)
    else:
        found = lot(order, holding, rate)
    return "EOQ", (found.quantity, found.cost)


def _repeated(data: dict[str, Any]) -> tuple[str, tuple[float, ...]]:
    mean, order, holding, short = (data[n] for n in ("demand_mean", "fixed_cost", "holding_cost", "stockout_cost"))
    if "lead_time" in data and "demand_sd" in data:
        return "(R, Q), normal", optimal_r_q_normal(mean, data["demand_sd"], order, holding, short, data["lead_time"])
    if "lead_time" in data:
        return "(R, Q), Poisson", optimal_r_q(mean, order, holding, short, data["lead_time"])
    return "(s, S)", optimal_s_S_of(demand_of(data), order, holding, short)


def demand_of(data: dict[str, Any]) -> Floats:
    """The demand of a period in whole units."""
    if "demand_sd" in data:
        return normal_counts(data["demand_mean"], data["demand_sd"])
    return counts(data["demand_mean"], math.sqrt(data["demand_mean"]))


def _once(data: dict[str, Any]) -> tuple[str, tuple[float, ...]]:
    if "revenue" in data:
        under, over = data["revenue"] - data["purchase_cost"], data["purchase_cost"] - data["salvage_value"]
        bought = newsvendor_normal(data["demand_mean"], data["demand_sd"], under, over)
        return "newsvendor, profit", (bought.units, under * data["demand_mean"] - bought.cost)
    short, holding = data["stockout_cost"], data["holding_cost"]
    if "demand_pmf" in data:
        chances = np.zeros(1 + max(int(units) for units in data["demand_pmf"]))
        for units, chance in data["demand_pmf"].items():
            chances[int(units)] = chance
        bought = newsvendor_counts(chances, short, holding)
    elif "mu" in data:
        bought = newsvendor_lognormal(data["mu"], data["sigma"], short, holding)
    elif "demand_sd" in data:
        periods = data.get("lead_time", 0) + 1
        bought = newsvendor_normal(
            data["demand_mean"] * periods, data["demand_sd"] * math.sqrt(periods), short, holding
        )
    else:
        bought = newsvendor_counts(demand_of(data), short, holding)
    return "newsvendor" if not data.get("lead_time") else "base stock", (bought.units, bought.cost)
