"""Words the markdown plan: which surplus products to reduce, to what price, week by week.

The plan is computed in `analytics.pricing.markdown`; reactions to price come from the fitted prices.
"""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from analytics.price_advice import AdviceSettings, charm_prices
from analytics.prices import FittedPrices
from analytics.pricing.markdown import MarkdownPlan, Surplus, plan_markdown
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context
from assistant.tools.customer_words import currency
from assistant.wording import money, number, percent, plural

_WEEKS, _DEEPEST, _PLANNED = 8, 0.4, 5
_LEFT, _LEFT_COSTLESS = 0.5, 0.25  # what a unit left is worth: part of its cost, else of its price
_MARGIN = AdviceSettings().minimum_margin


def markdown_plan(context: Context, limit: int | None) -> ToolResult | None:
    """Reduced prices for products with more stock than eight weeks sell; None where the shop keeps no stock levels."""
    if not context.shop.warehouse.has("inventory"):
        return None
    fitted: FittedPrices = context.shop.models.load("prices")
    surplus = _surplus(context, fitted)
    if surplus.empty:
        return ToolResult(headline=f"No product holds more stock than {_WEEKS} weeks of its sales: nothing to clear.")
    plans = [(row, _planned(row)) for row in surplus.head(max(limit or _PLANNED, 1)).to_dict("records")]
    plans = [(row, plan) for row, plan in plans if plan.prices[0] < row["price"] or plan.prices[-1] < row["price"]]
    if not plans:
        return ToolResult(
            headline=(
                f"{plural(len(surplus), 'product')} hold more stock than {_WEEKS} weeks of sales, but no lower price "
                f"above cost plus {percent(100 * _MARGIN, 0)} margin would bring more money than today's."
            )
        )
    return _answer(context, plans, len(surplus))


def _surplus(context: Context, fitted: FittedPrices) -> pd.DataFrame:
    """Products with stock beyond eight weeks of sales, the most money in that surplus first."""
    stock = context.shop.warehouse.frame(context.shop.warehouse.table("inventory"))
    goods = context.shop.warehouse.frame(context.shop.warehouse.table("products")).set_index("product_id")["title"]
    rows = fitted.products.assign(stock=stock.groupby("product_id")["on_hand"].sum(), title=goods)
    rows["elasticity"] = rows["elasticity"].fillna(rows["category_mean"])
    rows = rows[(rows["stock"] >= 1) & (rows["weekly_units"] > 0) & (rows["elasticity"] < 0) & (rows["price"] > 0)]
    rows["beyond"] = (rows["stock"] - _WEEKS * rows["weekly_units"]).clip(lower=0) * rows["price"]
    return rows[rows["beyond"] > 0].sort_values("beyond", ascending=False)


def _planned(row: dict[Hashable, Any]) -> MarkdownPlan:
    price = float(row["price"])
    floor = 0.0 if pd.isna(row["cost"]) else float(row["cost"]) / (1 - _MARGIN)
    prices = charm_prices(max(floor, price * (1 - _DEEPEST), 0.01), price)
    left_over = _LEFT_COSTLESS * price if pd.isna(row["cost"]) else _LEFT * float(row["cost"])
    salvage = min(left_over, 0.99 * min(prices, default=price))
    surplus = Surplus(int(row["stock"]), _WEEKS, price, float(row["weekly_units"]), float(row["elasticity"]), salvage)
    return plan_markdown(surplus, prices[:: max(len(prices) // 12, 1)])


def _answer(context: Context, plans: list[tuple[dict[Hashable, Any], MarkdownPlan]], found: int) -> ToolResult:
    unit, write = context.shop.currency, currency(context)
    gain = sum(plan.money - plan.money_unchanged for _, plan in plans)
    row, plan = max(plans, key=lambda each: each[1].money - each[1].money_unchanged)
    more, first = plan.money - plan.money_unchanged, write(plan.prices[0])
    weeks = tuple(range(1, _WEEKS + 1))
    return ToolResult(
        headline=(
            f"Reduce {row['title']} from {write(float(row['price']))} to {first}: over {_WEEKS} weeks its stock should "
            f"bring {write(more)} more, with {number(plan.left, 0)} units left instead of "
            f"{number(plan.left_unchanged, 0)}."
        ),
        facts=(
            Fact("reduced price", plan.prices[0], unit, first),
            Fact("last price of the plan", plan.prices[-1], unit, write(plan.prices[-1])),
            Fact("extra takings of the first product", more, unit, money(more, unit)),
            Fact("extra takings of all planned products", gain, unit, money(gain, unit)),
            Fact("products with surplus stock", found, "products", number(found)),
        ),
        table=Table(
            ("product", "stock", f"price now ({unit})", *(f"week {week} ({unit})" for week in weeks), "left",
             f"extra takings ({unit})"),
            tuple(
                (str(r["title"]), int(r["stock"]), round(float(r["price"]), 2), *(round(x, 2) for x in p.prices),
                 round(p.left), round(p.money - p.money_unchanged, 2))
                for r, p in plans
            ),
        ),
        chart=Chart(
            "line", f"Prices of {row['title']} while it is cleared", "week", f"price ({unit})",
            (Series("price", weeks, tuple(round(x, 2) for x in plan.prices)),),
        ),
        method=f"falling prices by dynamic programming over {_WEEKS} weeks with each product's own reaction to price",
        notes=(
            f"Surplus means more than {_WEEKS} weeks of sales at today's pace; a unit left after that counts as worth "
            "half its cost (a quarter of its price where the cost is unknown).",
            f"Prices stay above cost plus {percent(100 * _MARGIN, 0)} margin and within {percent(100 * _DEEPEST, 0)} "
            "of today's; where a product's own price never moved, its category's reaction is taken.",
        ),
        follow_ups=(f"What should {row['title']} cost?", "What should we reorder?"),
    )  # fmt: skip
