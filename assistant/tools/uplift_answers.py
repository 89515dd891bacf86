"""Whom an offer should reach by what earlier offers changed: for shops that held some customers out of them.

What offers change is learnt in `analytics.uplift.past_offers`, whom a budget reaches in `analytics.offer_targets`.
"""

import pandas as pd

from analytics.ab_test import plan_test
from analytics.offer_targets import Targets, arms, choose_targets
from analytics.offers import best_discount, margin_share
from analytics.promotions import FittedPromotions
from analytics.uplift.past_offers import DAYS, FittedUplift
from assistant.messages import Fact, Table, ToolResult
from assistant.toolbox import Context
from assistant.tools.customer_words import currency, labels
from assistant.wording import listed, money, number, percent, plural

NAME = "uplift"
LISTED = 20
GROUPS = {True: "gets it", False: "held out"}


def fitted_uplift(context: Context) -> FittedUplift | None:
    """What the shop's offers changed; None where none was ever held back from anybody."""
    if NAME not in context.shop.models.names():
        return None
    found: FittedUplift = context.shop.models.load(NAME)
    return found


def uplift_plan(
    context: Context,
    fitted: FittedUplift,
    eligible: pd.DataFrame,
    promotions: FittedPromotions,
    purpose: str,
    budget: float | None,
    limit: int | None,
) -> ToolResult | None:
    """The plan by uplift; None where costs are unknown, as no profit can be told then."""
    margin = margin_share(promotions.products)
    discount = fitted.discount if fitted.discount > 0 else best_discount(margin)
    if margin is None or margin <= discount:
        return None
    chosen = choose_targets(eligible, fitted, margin, discount, budget=budget, most=limit)
    write, off = currency(context), percent(100 * discount, 0)
    if chosen.customers.empty:
        return ToolResult(
            headline=(
                f"To {purpose}, no offer of {off} should pay: it adds {_points(fitted.effect)} to the chance to order "
                f"within {DAYS} days, which does not bring back the discount on orders that would come anyway"
                + (f", or none fits {write(budget)}." if budget is not None else ".")
            ),
            facts=_facts(fitted, chosen, context.shop.currency),
            method=_method(fitted), score=fitted.scorecard.sentence(), notes=_notes(fitted, chosen, write(0.0)),
        )  # fmt: skip
    return ToolResult(
        headline=(
            f"To {purpose}, offer {off} off the next order to {plural(len(chosen.customers), 'customer')}: by what "
            f"{plural(fitted.offers, 'earlier offer')} changed, about {write(chosen.profit)} of extra profit, likely "
            f"between {write(chosen.low)} and {write(chosen.high)}, for {write(chosen.cost)} of discount."
        ),
        facts=_facts(fitted, chosen, context.shop.currency),
        table=_table(context, chosen, fitted),
        method=_method(fitted),
        score=fitted.scorecard.sentence(),
        notes=_notes(fitted, chosen, write(chosen.everyone)),
        follow_ups=("Which customers are we about to lose?", "How good are our offers?"),
    )


def _table(context: Context, chosen: Targets, fitted: FittedUplift) -> Table:
    unit, rows = context.shop.currency, chosen.customers.head(LISTED)
    named = labels(context, list(rows.index))
    group = arms(chosen.customers.index, f"{context.shop.as_of}")
    return Table(
        ("customer", "chance without (%)", "added by the offer (points)", "low", "high", f"typical order ({unit})",
         f"extra profit ({unit})", "test group"),
        tuple(
            (
                named[str(each)], round(100 * float(row["base"]), 1),
                *(round(100 * float(row[name]), 1) for name in ("uplift", "low", "high")),
                round(float(row["order_value"]), 2), round(float(row["extra_profit"]), 2), GROUPS[group[str(each)]],
            )
            for each, row in rows.iterrows()
        ),
    )  # fmt: skip


def _facts(fitted: FittedUplift, chosen: Targets, unit: str) -> tuple[Fact, ...]:
    return (
        Fact("customers reached", len(chosen.customers), "customers", number(len(chosen.customers))),
        Fact("expected extra profit", chosen.profit, unit, money(chosen.profit, unit)),
        Fact("extra profit, low end", chosen.low, unit, money(chosen.low, unit)),
        Fact("extra profit, high end", chosen.high, unit, money(chosen.high, unit)),
        Fact("expected cost of the discount", chosen.cost, unit, money(chosen.cost, unit)),
        Fact("average effect of earlier offers", 100 * fitted.effect, "percentage points", _points(fitted.effect)),
        Fact("customers who got earlier offers", fitted.treated, "customers", number(fitted.treated)),
        Fact("customers held out of them", fitted.held_out, "customers", number(fitted.held_out)),
    )


def _method(fitted: FittedUplift) -> str:
    return f"uplift from offers with customers held out: {fitted.scorecard.serves}"


def _notes(fitted: FittedUplift, chosen: Targets, everyone: str) -> tuple[str, ...]:
    low, high = fitted.effect - 1.96 * fitted.error, fitted.effect + 1.96 * fitted.error
    notes = [
        f"Earlier offers added {_points(fitted.effect)} to the chance to order within {DAYS} days (95 % interval "
        f"{_points(low)} to {_points(high)}): {number(fitted.treated)} customers got them, {number(fitted.held_out)} "
        "were held out.",
        fitted.verdict,
    ]
    if not fitted.surely:
        notes.append("So everyone is taken to react alike, by the average effect; who orders most decides the rest.")
    if fitted.uneven:
        notes.append(
            f"Caution: those held out differed before the offer in {listed(list(fitted.uneven))}, so chance may not "
            "have drawn them, and the effect may be that difference."
        )
    base = float(chosen.customers["base"].mean()) if len(chosen.customers) else 0.0
    if 0 < base < base + abs(fitted.effect) < 1 and abs(fitted.effect) > 1e-4:
        each = plan_test(base, base + abs(fitted.effect)).each
        notes.append(f"Go on testing: to see such an effect again takes {number(each)} customers in each half.")
    if len(chosen.customers):
        notes.append(f"Given to everyone who fits, it would bring {everyone}.")
    return tuple(notes)


def _points(share: float) -> str:
    return f"{100 * share:+.1f} points"
