"""How goods move and where they wait: delivery rounds, transfers between stores, safety stock in two echelons.

places              coordinates and the road between them
addresses           where an address lies, by its postcode or its town
rounds              deliveries, vans and the plan of a day, as records
planning            the plan: what no van can serve is put aside with its reason, the rest is searched
search              PyVRP's search
construction        nearest neighbour and savings, the simple rules that the search is measured against
transfers           what to move between stores, with its worth and cost
transfer_programme  the mixed-integer programme behind it
placement           safety stock in a tree of places (guaranteed-service model)
"""

from analytics.supply.addresses import Addresses
from analytics.supply.placement import Placement, Stage, StagePlan, place_safety_stock
from analytics.supply.places import Place
from analytics.supply.planning import plan_rounds
from analytics.supply.rounds import Delivery, Round, RoundPlan, RoundSettings, Unserved, Visit, clock, minutes_of, span
from analytics.supply.transfers import StoreStock, Transfer, TransferPlan, TransferSettings, plan_transfers

__all__ = [
    "Addresses",
    "Delivery",
    "Place",
    "Placement",
    "Round",
    "RoundPlan",
    "RoundSettings",
    "Stage",
    "StagePlan",
    "StoreStock",
    "Transfer",
    "TransferPlan",
    "TransferSettings",
    "Unserved",
    "Visit",
    "clock",
    "minutes_of",
    "place_safety_stock",
    "plan_rounds",
    "plan_transfers",
    "span",
]
