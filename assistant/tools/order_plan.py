"""The tool that spends an order budget. Knows the fitted forecast, stock and costs, not how orders are chosen."""

import math
from datetime import timedelta

from analytics.errors import MissingData
from analytics.forecasting import FittedForecast
from analytics.inventory import (
    BudgetPlan,
    Candidate,
    Position,
    StockSettings,
    candidates_of,
    plan_budget,
    stock_positions,
)
from analytics.inventory.ordering import REVIEW_DAYS
from assistant.errors import BadCall
from assistant.messages import Cell, Fact, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.forecast_answers import amount
from assistant.tools.stock_reading import fitted_forecast, past_words, score_words, settings_for, stale_note
from assistant.wording import listed, money, number, percent, plural


@tool(roles={"manager"})
def optimize_inventory(
    context: Context, budget: float | None = None, category: str | None = None, service_level: float | None = None
) -> ToolResult:
    """What to order across all products, with a budget or without: the order list with the highest expected profit.

    Args:
        budget: money that the order may cost; none for no limit.
        category: only this category.
        service_level: how surely stock should last until the next delivery, in percent.
    """
    if budget is not None and budget <= 0:
        raise BadCall(f"optimize_inventory: the budget must be above 0; got {budget:g}.")
    shop, settings = context.shop, settings_for(service_level)
    shop.warehouse.require("inventory", "stock levels")
    group = shop.resolve.category(category) if category else None
    fitted = fitted_forecast(context)
    positions = stock_positions(shop.warehouse, category=group)
    priced = [p for p in positions if p.cost and p.price]
    if positions and not priced:
        raise MissingData(
            "This shop has no purchase costs, so profit cannot be weighed: import them as `cost` of the products with "
            "`retail-assistant ingest csv FILE --mapping map.toml`."
        )
    candidates = candidates_of(fitted, priced, settings)
    plan = plan_budget(list(candidates.values()), budget)
    past = past_words(context, None if group is None else {p.product_id for p in priced})
    answer_notes = _notes(positions, priced, settings) + past + stale_note(fitted, shop.as_of)
    named = {p.product_id: p for p in priced}
    return _answer(context, plan, candidates, named, budget, group, answer_notes, fitted)


def _notes(positions: list[Position], priced: list[Position], settings: StockSettings) -> tuple[str, ...]:
    notes = [
        f"The order should last until the next delivery, {REVIEW_DAYS} days after this one's.",
        "Stock is counted over all stores; profit is sales price less purchase cost, less holding "
        f"({percent(100 * settings.holding_rate, 0)} of the cost per year).",
        f"No product is ordered beyond what may sell in {percent(100 * settings.service_level, 0)} of cases.",
    ]
    if len(priced) < len(positions):
        notes.append(f"{plural(len(positions) - len(priced), 'product')} without price or cost left out.")
    return tuple(notes)


def _answer(
    context: Context, plan: BudgetPlan, candidates: dict[str, Candidate], named: dict[str, Position],
    budget: float | None, category: str | None, notes: tuple[str, ...], fitted: FittedForecast,
) -> ToolResult:  # fmt: skip
    currency = context.shop.currency
    where = f" in {category}" if category else ""
    method = (
        "Every unit's expected profit (newsvendor), the best units within the budget, the suppliers' minimum orders "
        f"and packs by mixed-integer programming ({'proven best' if plan.exact else 'the best in the time allowed'})."
    )
    if not plan.quantities:
        return ToolResult(_nothing(candidates, budget, where, currency), method=method, notes=notes)
    gains = {key: candidates[key].profit(units) for key, units in plan.quantities.items()}
    ordered = sorted(plan.quantities, key=lambda key: (-gains[key], key))
    today = context.shop.as_of
    rows: list[tuple[Cell, ...]] = [
        (key, named[key].title, named[key].supplier, plan.quantities[key], round(named[key].cost or 0.0, 2),
         round((named[key].cost or 0.0) * plan.quantities[key], 2), round(gains[key], 2), today.isoformat(),
         (today + timedelta(days=math.ceil(named[key].lead_time_days))).isoformat())
        for key in ordered
    ]  # fmt: skip
    first = listed([f"{number(plan.quantities[key])} {named[key].title}" for key in ordered[:3]])
    within = f"With {money(budget, currency)}, order" if budget is not None else "Order"
    products, profit = plural(len(ordered), "product"), amount(plan.profit, "revenue", currency)
    return ToolResult(
        headline=f"{within} {products}{where} for {money(plan.cost, currency)}, first of all {first}. That should add "
        f"about {profit} of profit.",
        facts=(
            Fact("products to order", len(ordered), "products", products),
            Fact("cost of the order", round(plan.cost, 2), currency, money(plan.cost, currency)),
            Fact("expected added profit", round(plan.profit, 2), currency, f"about {profit}"),
            Fact("upper bound of the added profit", round(plan.bound, 2), currency, money(plan.bound, currency)),
            *((Fact("budget", budget, currency, money(budget, currency)),) if budget is not None else ()),
            *(
                Fact(f"order of {named[key].title}", plan.quantities[key], "units", number(plan.quantities[key]))
                for key in ordered[:3]
            ),
        ),
        table=Table(
            ("product", "title", "supplier", "order", f"unit cost ({currency})", f"cost ({currency})",
             f"expected added profit ({currency})", "order on", "delivery expected"), tuple(rows)
        ),
        method=method,
        score=score_words(fitted.scorecard),
        notes=(f"No such order could be expected to add more than {money(plan.bound, currency)}.", *notes),
        follow_ups=("Which products are running low?",),
    )  # fmt: skip


def _nothing(candidates: dict[str, Candidate], budget: float | None, where: str, currency: str) -> str:
    costs = [c.cost * float(c.quantities()[1]) for c in candidates.values()]
    if budget is not None and costs and min(costs) > budget:
        least = money(min(costs), currency)
        return f"{money(budget, currency)} buys no order{where}: the cheapest sensible one costs {least}."
    return f"Nothing needs ordering{where}: what is on hand and on order lasts until the delivery after next."
