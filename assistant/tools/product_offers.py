"""Words the plan of a product offer: which category, which discount, what it should bring.

What earlier promotions did and which discounts are allowed is computed in `analytics.promotions`.
"""

import pandas as pd

from analytics.offer_choice import choose_offers
from analytics.promotions import MINIMUM_MARGIN, FittedPromotions
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context
from assistant.tools.customer_words import currency
from assistant.wording import money, percent, plural

_DAYS = 14


def product_plan(context: Context, promotions: FittedPromotions, budget: float | None, limit: int | None) -> ToolResult:
    """Which category to discount, by how much, within a budget; says so where that can't be known."""
    if promotions.unknown:
        return ToolResult(
            headline=f"{promotions.unknown} Try a discount in one store or one half of the days first, and compare.",
            follow_ups=("Plan a win-back offer", "Which products are slow?"),
        )
    offers = promotions.offers(_DAYS)
    if offers.empty:
        return ToolResult(
            headline=(
                "No product offer can be shown to stay above cost: product costs are missing, or every discount falls "
                f"below cost plus {percent(100 * MINIMUM_MARGIN, 0)} margin. Import costs "
                "(table `products`, column `cost`)."
            )
        )
    best = offers.drop_duplicates("category")
    write = currency(context)
    paying = best[best["extra_profit"] > 0]
    if paying.empty:
        top = best.iloc[0]
        return ToolResult(
            headline=(
                f"No discount is expected to pay: the mildest loss is {percent(100 * top['discount'], 0)} off "
                f"{top['category']} for {_DAYS} days, about {write(top['extra_profit'])} of profit."
            ),
            facts=(
                Fact("extra profit", float(top["extra_profit"]), context.shop.currency, write(top["extra_profit"])),
                Fact("discount", 100 * float(top["discount"]), "percent", percent(100 * top["discount"], 0)),
            ),
            table=_offer_table(best, context.shop.currency),
            score=promotions.scorecard.sentence() if promotions.scorecard else None,
            notes=_lift_notes(promotions),
        )
    chosen = choose_offers(offers, budget, max(limit or (5 if budget is None else len(offers)), 1))
    if chosen.empty:
        return ToolResult(headline=f"No offer that pays fits a budget of {write(budget or 0.0)}.")
    return _product_answer(context, promotions, chosen, len(best), budget)


def _product_answer(
    context: Context, promotions: FittedPromotions, chosen: pd.DataFrame, tried: int, budget: float | None
) -> ToolResult:
    unit, write, top = context.shop.currency, currency(context), chosen.iloc[0]
    off = percent(100 * top["discount"], 0)
    risk = ("The likely range includes a loss: try it small first.",) if top["low"] < 0 else ()
    names = tuple(f"{percent(100 * d, 0)} off {c}" for d, c in zip(chosen["discount"], chosen["category"], strict=True))
    by = f" ({top['channel']})" if top["channel"] else ""
    headline = (
        f"The offer that should pay best is {off} off {top['category']}{by} for {_DAYS} days: about "
        f"{write(top['extra_profit'])} of extra profit, likely between {write(top['low'])} and {write(top['high'])}."
    )
    if budget is not None:
        headline += (
            f" Within {write(budget)} of discount, {plural(len(chosen), 'offer')} should bring "
            f"{write(float(chosen['extra_profit'].sum()))} in all."
        )
    return ToolResult(
        headline=headline,
        facts=(
            Fact("discount", 100 * float(top["discount"]), "percent", off),
            Fact("expected extra profit", float(top["extra_profit"]), unit, write(top["extra_profit"])),
            Fact("extra profit, low end", float(top["low"]), unit, write(top["low"])),
            Fact("extra profit, high end", float(top["high"]), unit, write(top["high"])),
            Fact("length of the offer", _DAYS, "days", plural(_DAYS, "day")),
            Fact("discount given away", float(top["given_away"]), unit, write(top["given_away"])),
            *_sums(chosen, unit, budget),
        ),
        table=_offer_table(chosen, unit),
        chart=Chart(
            "bar",
            f"Expected extra profit over {_DAYS} days",
            "offer",
            unit,
            (
                Series(
                    "extra profit",
                    names,
                    tuple(round(float(v), 2) for v in chosen["extra_profit"]),
                    tuple(round(float(v), 2) for v in chosen["low"]),
                    tuple(round(float(v), 2) for v in chosen["high"]),
                ),
            ),
        ),
        method=f"earlier promotions against the weeks before and products without one ({promotions.serves})",
        score=promotions.scorecard.sentence() if promotions.scorecard else None,
        notes=(
            *_lift_notes(promotions),
            *risk,
            f"Shown: {len(chosen)} of {tried} categories, each with its best discount.",
        ),
        follow_ups=("Plan a win-back offer", "Which products are overstocked?"),
    )


def _sums(chosen: pd.DataFrame, unit: str, budget: float | None) -> tuple[Fact, ...]:
    """What all chosen offers bring and cost, and the budget that they keep."""
    if budget is None:
        return ()
    profit, given = float(chosen["extra_profit"].sum()), float(chosen["given_away"].sum())
    return (
        Fact("budget", budget, unit, money(budget, unit)),
        Fact("offers", len(chosen), "offers", plural(len(chosen), "offer")),
        Fact("expected extra profit of all offers", profit, unit, money(profit, unit)),
        Fact("discount given away by all offers", given, unit, money(given, unit)),
    )


def _offer_table(offers: pd.DataFrame, unit: str) -> Table:
    return Table(
        (
            "category",
            "channel",
            "discount (%)",
            "products",
            "left out",
            "extra units",
            f"extra profit ({unit})",
            f"low ({unit})",
            f"high ({unit})",
            f"discount given ({unit})",
        ),
        tuple(
            (
                r["category"],
                r["channel"] or "any",
                round(100 * r["discount"]),
                int(r["products"]),
                int(r["excluded"]),
                round(float(r["extra_units"]), 1),
                round(float(r["extra_profit"]), 2),
                round(float(r["low"]), 2),
                round(float(r["high"]), 2),
                round(float(r["given_away"]), 2),
            )
            for r in offers.to_dict("records")
        ),
    )


def _lift_notes(promotions: FittedPromotions) -> tuple[str, ...]:
    middle, low, high = promotions.lift(0.2)
    return (
        f"At 20 % off, {len(promotions.past)} earlier promotions sold about {middle:.2f} times as many units "
        f"(likely between {low:.2f} and {high:.2f}).",
        "Products whose price would fall below cost plus "
        f"{percent(100 * MINIMUM_MARGIN, 0)} margin, or whose cost is unknown, are left out; purchases merely brought "
        "forward are not deducted.",
    )
