"""What to order: policies, the shop's stock, reorder advice from forecasts, orders within a budget.

formulas        EOQ, newsvendor, lead-time demand, quantiles, base stock
distributions   demand as chances of 0, 1, 2, ... units
newsvendor, lot_sizes, r_q, s_s   the optimal policies of the textbooks
targets         the reorder point for a cycle service level, a fill rate or the least cost
classes         A, B, C by revenue and X, Y, Z by steadiness
position        stock on hand and on order, lead times, minimum orders
advice          when to order, how many, why
candidates, budget   which products, when money or shelf space is short
genetic, genetic_budget, s_s_sample   the genetic algorithm that the exact methods are compared with
shelves         runs shelves day by day under a policy
past, replay    what the shop's own last weeks would have cost under the rule
ordering, fit   what may be ordered now; the scorecards of the stock methods
"""

from analytics.inventory.advice import ReorderAdvice, StockSettings, advise
from analytics.inventory.budget import BudgetPlan, plan_budget
from analytics.inventory.candidates import Candidate
from analytics.inventory.fit import FittedStock, fit_inventory
from analytics.inventory.ordering import candidates_of
from analytics.inventory.position import Position, stock_positions
from analytics.inventory.replay import Replay

__all__ = [
    "BudgetPlan",
    "Candidate",
    "FittedStock",
    "Position",
    "ReorderAdvice",
    "Replay",
    "StockSettings",
    "advise",
    "candidates_of",
    "fit_inventory",
    "plan_budget",
    "stock_positions",
]
