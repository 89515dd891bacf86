"""The manager's tools about prices: what a product should cost, and how prices stand against competitors'.

Reads the fitted elasticities and the competitors' prices; nothing is learnt here.
"""

from typing import Literal

import pandas as pd

from analytics.competitors import PriceGaps, price_gaps
from analytics.price_advice import AdviceSettings, Goal, PriceAdvice, advise
from analytics.prices import FittedPrices
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.shop_things import Product
from assistant.toolbox import Context, Tool, tool
from assistant.tools.cross_answers import cross_facts, cross_notes
from assistant.tools.customer_words import currency
from assistant.wording import day, listed, number, percent, plural

_RULES = AdviceSettings()
_SHOWN = 20


@tool(roles={"manager"})
def recommend_price(context: Context, product: str, goal: Literal["profit", "revenue"] | None = None) -> ToolResult:
    """Advise the price of a product that brings the most profit or revenue, with the curve behind it.

    Args:
        product: the product, as the person said it.
        goal: what the price shall maximise.
    """
    found = context.shop.resolve.product(product)
    fitted: FittedPrices = context.shop.models.load("prices")
    if found.product_id not in fitted.products.index:
        return ToolResult(headline=f"{found.title} has not been sold for a whole week yet, so no price can be advised.")
    row = fitted.products.loc[[found.product_id]].iloc[0]
    if pd.isna(row["elasticity"]):
        return _unknown(context, found, row, fitted)
    aim: Goal = goal or ("profit" if pd.notna(row["cost"]) else "revenue")
    costless = aim == "profit" and pd.isna(row["cost"])
    advice = advise(row, "revenue" if costless else aim, _RULES)
    if advice is None:
        return ToolResult(
            headline=f"{found.title} has not sold lately, so what another price would bring can't be told."
        )
    category = str(row.get("category") or "") or None
    notes = (*_notes(fitted, row, advice, costless, goal), *cross_notes(fitted, category))
    return ToolResult(
        headline=_headline(context, found, advice, costless),
        facts=(*_facts(context, row, advice), *cross_facts(fitted, category)),
        table=Table(
            (
                f"price ({context.shop.currency})",
                "units a week",
                f"{advice.goal} a week ({context.shop.currency})",
                "low",
                "high",
            ),
            tuple(
                (
                    round(float(r["price"]), 2),
                    round(float(r["units"]), 1),
                    *(round(float(v), 2) for v in (r["expected"], r["low"], r["high"])),
                )
                for r in advice.curve.to_dict("records")
            ),
        ),
        chart=_curve(context, found, advice),
        method="elasticity from this product's own price changes (Poisson regression with season, promotions, stock "
        "and trend), drawn towards what its category, price level and repeat purchases suggest",
        score=fitted.scorecard.sentence() if fitted.scorecard else None,
        notes=notes,
        follow_ups=(
            f"How does the price of {found.title} compare with competitors?",
            f"Forecast sales of {found.title}",
        ),
    )


@tool(roles={"manager"})
def compare_prices(context: Context, product: str | None = None, category: str | None = None) -> ToolResult:
    """Compare our prices with competitors' latest prices.

    Args:
        product: a product, as the person said it.
        category: a category, as the person said it.
    """
    context.shop.warehouse.require("competitor_prices", "competitors' prices")
    about, chosen = "our products", None
    if product:
        found = context.shop.resolve.product(product)
        about, chosen = found.title, [found.product_id]
    elif category:
        about = context.shop.resolve.category(category)
    gaps = price_gaps(context.shop.history, products=chosen, category=about if category and not product else None)
    if gaps.rows.empty:
        return ToolResult(headline=f"No competitor's price is known for {about}.")
    return _compared(context, gaps, about, None if product else about if category else None, single=bool(product))


def _headline(context: Context, product: Product, advice: PriceAdvice, costless: bool) -> str:
    write = currency(context)
    lead = "Its cost is missing, so the most profitable price can't be told; for revenue: " if costless else ""
    if advice.price == advice.now:
        why = (
            "no other price within what was charged before is surely better"
            if advice.best != advice.now
            else "it is the best of the prices charged before"
            if len(advice.curve) > 1
            else "no other list price has been charged for long enough to judge"
        )
        return f"{lead}{'keep' if lead else 'Keep'} {product.title} at {write(advice.now)}: {why}."
    gain = advice.outcome - advice.outcome_now
    return (
        f"{lead}{'set' if lead else 'Set'} {product.title} to {write(advice.price)} instead of {write(advice.now)}: "
        f"{advice.goal} should rise by about {write(gain)} a week, likely between {write(advice.gain_low)} and "
        f"{write(advice.gain_high)}."
    )


def _facts(context: Context, row: pd.Series, advice: PriceAdvice) -> tuple[Fact, ...]:
    unit, write = context.shop.currency, currency(context)
    gain, reaction = advice.outcome - advice.outcome_now, float(row["elasticity"])
    return (
        Fact("advised price", advice.price, unit, write(advice.price)),
        Fact("price now", advice.now, unit, write(advice.now)),
        Fact(f"expected gain in {advice.goal} a week", gain, unit, write(gain)),
        Fact("gain, low end", advice.gain_low, unit, write(advice.gain_low)),
        Fact("gain, high end", advice.gain_high, unit, write(advice.gain_high)),
        Fact(f"{advice.goal} a week now", advice.outcome_now, unit, write(advice.outcome_now)),
        Fact("elasticity", reaction, "", f"{reaction:.2f}"),
        Fact("elasticity, low end", reaction - 1.2816 * float(row["sd"]), "", f"{reaction - 1.2816 * row['sd']:.2f}"),
        Fact("elasticity, high end", reaction + 1.2816 * float(row["sd"]), "", f"{reaction + 1.2816 * row['sd']:.2f}"),
        Fact("units a week lately", float(row["weekly_units"]), "units", number(row["weekly_units"], 1)),
    )


def _notes(
    fitted: FittedPrices, row: pd.Series, advice: PriceAdvice, costless: bool, goal: str | None
) -> tuple[str, ...]:
    reaction = float(row["elasticity"])
    moves = f"{'cuts' if reaction < 0 else 'raises'} units by about {abs(reaction) * 1:.1f} %"
    notes = [
        f"An elasticity of {reaction:.2f} means that a 1 % higher price {moves}.",
        f"Only prices between {advice.curve['price'].min():.2f} and {advice.curve['price'].max():.2f} were considered: "
        f"charged before, at most {percent(100 * _RULES.maximum_step, 0)} from now"
        + (f", at least {percent(100 * _RULES.minimum_margin, 0)} margin." if pd.notna(row["cost"]) else "."),
    ]
    if costless or (goal is None and pd.isna(row["cost"])):
        notes.append("The product's cost is missing: import it (table `products`, column `cost`) for the profit.")
    if advice.best != advice.now and advice.price == advice.now:
        notes.append(
            f"{advice.best:.2f} would be best on average, but gains with a chance of only "
            f"{percent(100 * advice.chance, 0)}; a change is advised from {percent(100 * _RULES.certainty, 0)} on."
        )
    if advice.best == advice.curve["price"].max():
        notes.append("It is the highest of these prices: what a still higher one would bring has not been tried.")
    if not fitted.effect_proven:
        notes.append(
            "In this shop's backtest elasticities did not beat taking price for irrelevant: test before you trust."
        )
    return tuple(notes)


def _curve(context: Context, product: Product, advice: PriceAdvice) -> Chart | None:
    curve = advice.curve
    if len(curve) < 2:
        return None

    def column(name: str) -> tuple[float, ...]:
        return tuple(round(float(value), 2) for value in curve[name])

    title = f"Expected {advice.goal} a week from {product.title}"
    series = Series(advice.goal, column("price"), column("expected"), column("low"), column("high"))
    return Chart(
        "line", title, f"price ({context.shop.currency})", f"{advice.goal} a week ({context.shop.currency})", (series,)
    )


def _unknown(context: Context, product: Product, row: pd.Series, fitted: FittedPrices) -> ToolResult:
    write, weeks = currency(context), int(row["weeks"])
    steady = float(row["high"]) / max(float(row["low"]), 1e-9) < 1.02
    why = (
        f"its usual price has always been {write(row['price'])}"
        if steady
        else "its price hardly moved, or it sold in too few weeks"
    )
    notes = ["A way to learn it: charge 10 % more in some weeks and the present price in others, and compare."]
    if pd.notna(fitted.typical_elasticity):
        notes.append(f"This shop's products react with an elasticity of {fitted.typical_elasticity:.2f} on average.")
    return ToolResult(
        headline=f"How sales of {product.title} react to its price is unknown, as {why}: no better price can be told.",
        facts=(
            Fact("price now", float(row["price"]), context.shop.currency, write(row["price"])),
            Fact("weeks with sales", weeks, "weeks", plural(weeks, "week")),
        ),
        notes=tuple(notes),
        follow_ups=(f"How does the price of {product.title} compare with competitors?",),
    )


def _rival_notes(context: Context, category: str | None) -> tuple[str, ...]:
    """What competitors' and neighbours' prices do to sales; nothing where prices were not fitted."""
    if "prices" not in context.shop.models.names():
        return ()
    return cross_notes(context.shop.models.load("prices"), category)


def _compared(context: Context, gaps: PriceGaps, about: str, category: str | None, *, single: bool) -> ToolResult:
    rows, unit, write = gaps.rows, context.shop.currency, currency(context)
    if single:
        ours = float(rows["ours"].iloc[0])
        theirs = listed([f"{write(r['theirs'])} at {r['competitor']}" for r in rows.to_dict("records")])
        headline = f"{about} costs {write(ours)} here and {theirs}."
        facts = [Fact("our price", ours, unit, write(ours))]
        facts += [
            Fact(f"price at {r['competitor']}", float(r["theirs"]), unit, write(r["theirs"]))
            for r in rows.to_dict("records")
        ]
    else:
        typical = abs(gaps.typical)
        word = "dearer" if gaps.typical > 0 else "cheaper"
        level = f"typically {percent(typical)} {word}" if typical >= 0.5 else "typically priced the same"
        headline = (
            f"Against {listed(list(gaps.competitors))}, {about} are {level}: "
            f"{number(gaps.dearer)} of {number(gaps.compared)} compared products cost more here than at the cheapest."
        )
        facts = [
            Fact("typical difference", gaps.typical, "percent", percent(typical)),
            Fact("products compared", gaps.compared, "products", number(gaps.compared)),
            Fact("products dearer here than at the cheapest competitor", gaps.dearer, "products", number(gaps.dearer)),
        ]
    shown = rows.head(_SHOWN)
    return ToolResult(
        headline=headline,
        facts=tuple(facts),
        table=Table(
            ("product", "competitor", f"ours ({unit})", f"theirs ({unit})", "difference (%)", "seen on"),
            tuple(
                (
                    r["title"],
                    r["competitor"],
                    float(r["ours"]),
                    float(r["theirs"]),
                    round(float(r["difference"]), 1),
                    r["observed_on"].date().isoformat(),
                )
                for r in shown.to_dict("records")
            ),
        ),
        method="our list price against each competitor's latest known price",
        notes=(
            f"The latest competitor price was seen on {day(rows['observed_on'].max().date())}; dearest here first.",
            *((f"Shown: the first {_SHOWN} of {number(len(rows))} comparisons.",) if len(rows) > _SHOWN else ()),
            *_rival_notes(context, category),
        ),
        follow_ups=(f"What should {shown['title'].iloc[0]} cost?",),
    )


TOOLS: tuple[Tool, ...] = (recommend_price, compare_prices)
