"""The manager's tools about customers: who leaves, who is who, which groups, whom to offer what, what they say.

Reads fitted tables and the history; nothing is learnt here.
"""

import pandas as pd

from analytics.churn import AtRisk, FittedChurn
from analytics.churn.fitted import PLAINLY_LEFT, STILL_ACTIVE_DAYS
from analytics.customers import FittedCustomers
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context, Tool, tool
from assistant.tools.contract_answers import contract_risk, contract_risks, fitted_contracts
from assistant.tools.customer_words import currency, group_notes, labels, members, start, without_orders
from assistant.tools.offers import plan_promotion
from assistant.tools.profile import customer_profile
from assistant.tools.reviews import review_insights
from assistant.wording import day, listed, money, number, percent, plural

_LISTED = 10
UNPROVEN = (
    "What may keep them follows from the reasons; whether it works only a test with a random half left out shows."
)


@tool(roles={"manager"})
def list_churn_risks(context: Context, limit: int | None = None, segment: str | None = None) -> ToolResult:
    """List the customers whom the shop is about to lose and who are worth keeping, with reasons.

    Args:
        limit: how many customers to list.
        segment: a group of customers or a country, as the person said it.
    """
    contracts = fitted_contracts(context)
    if contracts is not None and segment is None:
        return contract_risks(context, contracts, limit)
    fitted: FittedChurn = context.shop.models.load("churn")
    group, among = members(context, segment)
    risks = fitted.at_risk(max(limit or _LISTED, 1), among)
    whose = f" among {group}" if group else ""
    if risks.rows.empty:
        return ToolResult(
            headline=f"No regular customer{whose} is still active, so there is nobody to lose.", notes=(_rule(fitted),)
        )
    write = currency(context)
    named = labels(context, list(risks.rows.index))
    reasons = {each: "; ".join(fitted.explain(each, write, worrying=True)) for each in named}
    keeping = {each: fitted.keep(each)[0] for each in named}
    spent, at_stake = float(risks.rows["yearly_value"].sum()), float(risks.rows["value_at_risk"].sum())
    first = str(risks.rows.index[0])
    return ToolResult(
        headline=(
            f"The {plural(len(named), 'customer')}{whose} you are most about to lose, the most at stake first: "
            f"{listed(_short(named))}. Their spending in the last 12 months was {write(spent)}; {named[first]} leads: "
            f"{reasons[first]}."
        ),
        facts=_risk_facts(risks, spent, at_stake, context.shop.currency),
        table=_risk_table(risks.rows, named, reasons, keeping, context.shop.currency),
        method=f"chance of no order in the next {fitted.days} days: {fitted.scorecard.serves}"
        if fitted.scorecard
        else None,
        score=fitted.scorecard.sentence() if fitted.scorecard else None,
        notes=(_rule(fitted), *_beyond(risks), UNPROVEN),
        reasons=tuple(f"{start(named[each])}: {reasons[each]}." for each in named),
        follow_ups=(f"Why might we lose {named[first]}?", "Plan a win-back offer", "Show our customer groups"),
    )


@tool(roles={"manager"})
def churn_risk(context: Context, customer: str) -> ToolResult:
    """Say how likely one customer is to stop ordering, and why.

    Args:
        customer: the customer's name or number.
    """
    who = context.shop.resolve.customer(customer)
    contracts = fitted_contracts(context)
    if contracts is not None and who.customer_id in contracts.customers.index:
        return contract_risk(context, contracts, who)
    fitted: FittedChurn = context.shop.models.load("churn")
    if who.customer_id not in fitted.customers.index:
        return without_orders(who)
    row = fitted.customers.loc[[who.customer_id]].iloc[0]
    chance, average = 100 * float(row["probability"]), 100 * float(fitted.customers["probability"].mean())
    write = currency(context)
    drivers = fitted.drivers(who.customer_id)
    reasons = fitted.explain(who.customer_id, write, drivers=drivers)
    keeping = "; ".join(fitted.keep(who.customer_id))
    gone = not bool(fitted.still_active()[who.customer_id])
    side = "above" if chance >= average else "below"
    return ToolResult(
        headline=(
            f"{start(who.label)} places no order in the next {fitted.days} days with a chance of about "
            f"{percent(chance, 0)}, {side} the average of {percent(average, 0)}: {'; '.join(reasons)}."
        ),
        facts=(
            Fact(f"chance of no order in the next {fitted.days} days", chance, "percent", percent(chance, 0)),
            Fact("average chance of all customers", average, "percent", percent(average, 0)),
            Fact("days since the last order", int(row["recency"]), "days", plural(int(row["recency"]), "day")),
            Fact("last order", row["last_day"].date().isoformat(), "date", day(row["last_day"].date())),
            Fact(
                "spent in the last 12 months",
                float(row["yearly_value"]),
                context.shop.currency,
                write(row["yearly_value"]),
            ),
            Fact("value at risk", float(row["value_at_risk"]), context.shop.currency, write(row["value_at_risk"])),
            Fact("what may keep them", keeping, "", keeping),
        ),
        table=Table(("reason",), tuple((reason,) for reason in reasons)),
        method=fitted.scorecard.serves if fitted.scorecard else None,
        score=fitted.scorecard.sentence() if fitted.scorecard else None,
        notes=(
            *(
                ("Counts as gone rather than going: silent for too long, or all but sure to stay away.",)
                if gone
                else ()
            ),
            f"What may keep them: {keeping}.",
            UNPROVEN,
            *((f"Reasons found by {drivers.method}.",) if drivers.method else ()),
            "Value at risk is the chance times what the customer spent in the last 12 months.",
        ),
        reasons=(f"{start(who.label)}: {'; '.join(reasons)}.", f"What may keep them: {keeping}."),
        follow_ups=(f"Show the profile of {who.label}", "Plan a win-back offer"),
    )


@tool(roles={"manager"})
def segment_customers(context: Context) -> ToolResult:
    """Group the customers by how recently, how often and for how much they buy."""
    fitted: FittedCustomers = context.shop.models.load("customers")
    table, score = fitted.segments.table, fitted.segments.scorecard
    top, write = table.iloc[0], currency(context)
    steady = score.scores[score.serves]["bootstrap ARI"]
    rows = tuple(
        (
            str(name),
            int(row["customers"]),
            round(float(row["share"]), 1),
            round(float(row["revenue_share"]), 1),
            round(float(row["recency"])),
            float(row["order_days"]),
            round(float(row["order_value"]), 2),
        )
        for name, row in table.iterrows()
    )
    return ToolResult(
        headline=(
            f"Your {number(len(fitted.customers))} customers fall into {plural(len(table), 'group')}; {table.index[0]} "
            f"are {percent(top['share'])} of them and bring {percent(top['revenue_share'])} of the revenue."
        ),
        facts=(
            Fact("customers", len(fitted.customers), "customers", number(len(fitted.customers))),
            Fact("groups", len(table), "groups", number(len(table))),
            *(
                fact
                for name, row in table.iterrows()
                for fact in (
                    Fact(f"{name}: customers", int(row["customers"]), "customers", number(row["customers"])),
                    Fact(f"{name}: share of customers", float(row["share"]), "percent", percent(row["share"])),
                    Fact(f"{name}: revenue", float(row["revenue"]), context.shop.currency, write(row["revenue"])),
                    Fact(
                        f"{name}: share of revenue",
                        float(row["revenue_share"]),
                        "percent",
                        percent(row["revenue_share"]),
                    ),
                )
            ),
        ),
        table=Table(
            (
                "group",
                "customers",
                "% of customers",
                "% of revenue",
                "typical days since last order",
                "typical order days",
                f"typical order value ({context.shop.currency})",
            ),
            rows,
        ),
        chart=Chart(
            "bar",
            "Customers and revenue by group",
            "group",
            "percent",
            (
                Series(
                    "% of customers", tuple(map(str, table.index)), tuple(round(float(v), 1) for v in table["share"])
                ),
                Series(
                    "% of revenue",
                    tuple(map(str, table.index)),
                    tuple(round(float(v), 1) for v in table["revenue_share"]),
                ),
            ),
        ),
        method=f"{score.serves} on logged recency, order days and net value",
        score=f"steadiness {steady:.2f} (adjusted Rand index over resampled customers; 1 = the same groups each time)",
        notes=(
            "Typical means the group's median; revenue is net of returns over the whole history.",
            *group_notes(fitted.segments),
        ),
        follow_ups=("Which customers are we about to lose?", f"Plan an offer for {table.index[-1]}"),
    )


def _short(named: dict[str, str]) -> list[str]:
    """The labels, or the bare numbers where nobody has a name."""
    nameless = all(label == f"customer {each}" for each, label in named.items())
    return list(named) if nameless else list(named.values())


def _risk_facts(risks: AtRisk, spent: float, at_stake: float, unit: str) -> tuple[Fact, ...]:
    return (
        Fact("customers listed", len(risks.rows), "customers", number(len(risks.rows))),
        Fact(
            "regulars quiet for longer than usual and riskier than average",
            risks.alarming,
            "customers",
            number(risks.alarming),
        ),
        Fact("average chance of regulars", 100 * risks.average, "percent", percent(100 * risks.average, 0)),
        Fact("spent in the last 12 months by those listed", spent, unit, money(spent, unit)),
        Fact("value at risk of those listed", at_stake, unit, money(at_stake, unit)),
    )


def _risk_table(
    rows: pd.DataFrame, named: dict[str, str], reasons: dict[str, str], keeping: dict[str, str], unit: str
) -> Table:
    return Table(
        (
            "customer",
            "chance of no order (%)",
            f"spent in 12 months ({unit})",
            f"value at risk ({unit})",
            "last order",
            "what may keep them",
            "reasons",
        ),
        tuple(
            (
                named[str(each)],
                round(100 * float(row["probability"])),
                round(float(row["yearly_value"]), 2),
                round(float(row["value_at_risk"]), 2),
                row["last_day"].date().isoformat(),
                keeping[str(each)],
                reasons[str(each)],
            )
            for each, row in rows.iterrows()
        ),
    )


def _rule(fitted: FittedChurn) -> str:
    return (
        "Listed are regulars (orders on at least two days) who have not plainly left - silent for at most "
        f"{STILL_ACTIVE_DAYS} days or twice their usual gap, with a chance below "
        f"{percent(100 * PLAINLY_LEFT, 0)} -, quiet for longer than usual and riskier than the average regular, by "
        f"chance of no order in {fitted.days} days times what they spent in the last 12 months."
    )


def _beyond(risks: AtRisk) -> tuple[str, ...]:
    shown = len(risks.rows)
    counts = f"{number(risks.gone)} customers have plainly left already and are not listed."
    if risks.alarming > shown:
        return (f"Shown: the top {number(shown)} of {number(risks.alarming)} such regulars. {counts}",)
    if risks.alarming < shown:
        return (f"Only the first {number(risks.alarming)} fit this rule; next come others by value at risk. {counts}",)
    return (counts,)


TOOLS: tuple[Tool, ...] = (
    list_churn_risks,
    churn_risk,
    customer_profile,
    segment_customers,
    plan_promotion,
    review_insights,
)
