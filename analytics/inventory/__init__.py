"""What to order: textbook formulas, the shop's stock, reorder advice from forecasts, orders within a budget.

formulas   EOQ, newsvendor, lead-time demand, quantiles, base stock
s_s        the optimal (s, S) policy for Poisson demand
position   stock on hand and on order, lead times, minimum orders
advice     when to order, how many, why
budget     which products, when money is short
"""

from analytics.inventory.advice import ReorderAdvice, StockSettings, advise
from analytics.inventory.budget import BudgetPlan, Candidate, plan_budget
from analytics.inventory.position import Position, stock_positions

__all__ = [
    "BudgetPlan",
    "Candidate",
    "Position",
    "ReorderAdvice",
    "StockSettings",
    "advise",
    "plan_budget",
    "stock_positions",
]
