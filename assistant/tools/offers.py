"""The manager's tool that plans an offer: code chooses what is allowed and whom it reaches, the answer only phrases it.

Reads fitted tables; what they hold is computed in `analytics.offers` and `analytics.promotions`.
"""

import re

from analytics.churn import FittedChurn
from analytics.offer_targets import arms
from analytics.offers import Aim, CustomerOffer, eligible_customers, plan_offer
from analytics.promotions import MINIMUM_MARGIN, FittedPromotions
from assistant.messages import Fact, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.customer_words import currency, labels, members
from assistant.tools.due_offers import due_offers
from assistant.tools.markdowns import markdown_plan
from assistant.tools.product_offers import product_plan
from assistant.tools.uplift_answers import GROUPS, fitted_uplift, uplift_plan
from assistant.wording import money, number, percent, plural

_LISTED = 20
_AIMS: tuple[tuple[Aim, str], ...] = (
    (
        "win back",
        r"win|laps|lost|losing|lose|churn|keep|retain|retention|inactive|come back|back|leav|dormant|quiet|re-?act",
    ),
    ("welcome", r"welcome|new |newcomer|second|first|one-time|again|repeat"),
    ("reward", r"loyal|best|thank|vip|reward|top |regular"),
)
_PRODUCTS = r"clear|surplus|overstock|slow|stock|shift|get rid|category|products?\b|discount on|sale\b"
_DUE = r"\b(due|today|trigger\w*|replenish\w*|refill\w*|reminders?|running out|run out)\b"
_CLEAR = r"\b(clear\w*|surplus|overstock\w*|mark ?downs?|get rid)\b"
_PURPOSE: dict[Aim, str] = {
    "win back": "win back customers who are slipping away",
    "welcome": "bring newcomers to a second order",
    "reward": "thank active customers",
}
_WHOM: dict[Aim, str] = {
    "win back": "regulars quiet for longer than usual and riskier than the average regular",
    "welcome": "customers who ordered on one day only, within the last 90 days",
    "reward": "customers with an order in the last 180 days or within twice their usual gap",
}


@tool(roles={"manager"})
def plan_promotion(
    context: Context,
    goal: str | None = None,
    segment: str | None = None,
    budget: float | None = None,
    limit: int | None = None,
) -> ToolResult:
    """Plan an offer: to whom, which discount, what it costs, what it should bring and how to test it.

    Args:
        goal: what the offer is for, as the person said it.
        segment: a group of customers or a country, as the person said it.
        budget: how much the discounts may cost in all.
        limit: how many customers or offers at most.
    """
    if goal and re.search(_DUE, goal, re.IGNORECASE):
        return due_offers(context, limit)
    if goal and re.search(_CLEAR, goal, re.IGNORECASE):
        cleared = markdown_plan(context, limit)
        if cleared is not None:
            return cleared
    promotions: FittedPromotions = context.shop.models.load("promotions")
    aim = _aim(goal, segment)
    if aim is None and segment is None:
        wants_products = bool(goal and re.search(_PRODUCTS, goal, re.IGNORECASE))
        if wants_products or not promotions.unknown:
            return product_plan(context, promotions, budget, limit)
    churn: FittedChurn = context.shop.models.load("churn")
    group, among = members(context, segment)
    chosen = aim or "win back"
    eligible = eligible_customers(churn, chosen, among)
    whom = group or _WHOM[chosen]
    if eligible.empty:
        return ToolResult(
            headline=f"Nobody fits: there is no customer among {group} for such an offer."
            if group
            else f"Nobody fits: no customer is left to {_PURPOSE[chosen]}."
        )
    uplift = fitted_uplift(context)
    if uplift is not None:
        told = uplift_plan(context, uplift, eligible, promotions, _PURPOSE[chosen], budget, limit)
        if told is not None:
            return told
    plan = plan_offer(eligible, promotions.products, budget=budget, most=limit)
    if plan.customers.empty:
        least = float((1 - eligible["probability"]).iloc[0] * eligible["order_value"].iloc[0] * plan.discount)
        return ToolResult(
            headline=(
                f"The budget of {money(budget or 0, context.shop.currency)} reaches nobody: the discount for the first "
                f"customer alone is expected to cost {money(least, context.shop.currency)}."
            )
        )
    return _customer_answer(context, plan, chosen, whom, churn, promotions)


def _aim(goal: str | None, segment: str | None) -> Aim | None:
    for text in (goal, segment):
        if text and not (text is goal and re.search(_PRODUCTS, text, re.IGNORECASE)):
            for aim, pattern in _AIMS:
                if re.search(rf"\b(?:{pattern})", text + " ", re.IGNORECASE):
                    return aim
    return "reward" if segment else None


def _customer_answer(
    context: Context, plan: CustomerOffer, aim: Aim, whom: str, churn: FittedChurn, promotions: FittedPromotions
) -> ToolResult:
    unit, write = context.shop.currency, currency(context)
    reached, off = plural(len(plan.customers), "customer"), percent(100 * plan.discount, 0)
    pays = ""
    if plan.break_even is not None:
        pays = (
            f" It pays if at least {percent(100 * plan.break_even)} of them order within {churn.days} days, against an "
            f"expected {percent(100 * plan.base)} without it."
        )
    named = labels(context, list(plan.customers.index[:_LISTED]))
    group = arms(plan.customers.index, f"{context.shop.as_of} {aim}")
    return ToolResult(
        headline=(
            f"To {_PURPOSE[aim]}, offer {off} off the next order to {reached}; the discount is expected to cost about "
            f"{write(plan.cost)}.{pays}"
        ),
        facts=_customer_facts(plan, unit, churn.days),
        table=Table(
            (
                "customer",
                "chance of no order (%)",
                f"typical order ({unit})",
                f"spent in 12 months ({unit})",
                f"expected discount ({unit})",
                "test group",
            ),
            tuple(
                (
                    named[str(each)],
                    round(100 * float(row["probability"])),
                    round(float(row["order_value"]), 2),
                    round(float(row["yearly_value"]), 2),
                    round(float(row["expected_cost"]), 2),
                    GROUPS[group[str(each)]],
                )
                for each, row in plan.customers.head(_LISTED).iterrows()
            ),
        ),
        method="customers ranked by the churn model; discount from the margin rule; two-proportion test plan",
        score=churn.scorecard.sentence() if churn.scorecard else None,
        notes=(*_margin_notes(plan), *_effect_notes(plan, churn.days), *_counts(plan, whom)),
        follow_ups=("Which customers are we about to lose?", "Show our customer groups"),
    )


def _customer_facts(plan: CustomerOffer, unit: str, days: int) -> tuple[Fact, ...]:
    facts = [
        Fact("customers reached", len(plan.customers), "customers", number(len(plan.customers))),
        Fact("customers who fit", plan.eligible, "customers", number(plan.eligible)),
        Fact("discount", 100 * plan.discount, "percent", percent(100 * plan.discount, 0)),
        Fact("expected cost of the discount", plan.cost, unit, money(plan.cost, unit)),
        Fact(
            f"expected share ordering within {days} days without it",
            100 * plan.base,
            "percent",
            percent(100 * plan.base),
        ),
    ]
    if plan.break_even is not None:
        share = 100 * plan.break_even
        facts.append(Fact("share that must order for it to pay", share, "percent", percent(share)))
    if plan.test:
        facts.append(Fact("customers per test group", plan.test.each, "customers", number(plan.test.each)))
    return tuple(facts)


def _margin_notes(plan: CustomerOffer) -> tuple[str, ...]:
    if plan.margin is None:
        return (
            "Product costs are missing, so whether the offer stays above cost can't be checked; the discount is "
            f"kept to a cautious {percent(100 * plan.discount, 0)}. Import costs (table `products`, column `cost`).",
        )
    left = f"The shop keeps {percent(100 * plan.margin)} of its revenue after cost"
    rule = f"{percent(100 * MINIMUM_MARGIN, 0)} margin"
    if plan.excluded:
        return (f"{left}; exclude {plural(plan.excluded, 'product')} that would fall below cost plus {rule}.",)
    return (f"{left}; no product falls below cost plus {rule} at this discount.",)


def _effect_notes(plan: CustomerOffer, days: int) -> tuple[str, ...]:
    unknown = (
        "How many order only because of an offer can't be learnt from sales alone: no offer was ever given to some and "
        'withheld from others at random, so no extra profit is promised here. The column "test group" draws a random '
        "half: import who got it and who was held out (table `offers_sent`), and the next plan goes by what it changed."
    )
    if plan.test is None:
        return (unknown,)
    test = (
        f"Test it: give it to a random half and wait {days} days. To tell {percent(100 * plan.test.hoped)} from "
        f"{percent(100 * plan.test.base)} ordering takes {number(plan.test.each)} customers in each half "
        "(5 % significance, 80 % power)."
    )
    if 2 * plan.test.each <= len(plan.customers):
        return (unknown, test)
    half = number(len(plan.customers) // 2)
    shows = f"a rise to {percent(100 * plan.shows)} or more" if plan.shows else "no realistic rise"
    return (unknown, f"{test} With {half} in each half the test shows {shows}.")


def _counts(plan: CustomerOffer, whom: str) -> tuple[str, ...]:
    shown = min(len(plan.customers), _LISTED)
    said = f"{plural(plan.eligible, 'customer')} fit ({whom}), {number(len(plan.customers))} are reached"
    return (f"{said}; the table shows the first {number(shown)}." if shown < len(plan.customers) else f"{said}.",)
