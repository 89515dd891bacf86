"""The manager's tool that portrays one customer: the sales as they are, expectations from the fitted table.

Counts and sums here follow the shop's definitions; nothing is learnt.
"""

from typing import Any

import pandas as pd

from analytics.customers import FittedCustomers
from analytics.errors import NotFitted
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.customer_words import currency, start, without_orders
from assistant.wording import day, number, percent, plural


@tool(roles={"manager"})
def customer_profile(context: Context, customer: str) -> ToolResult:
    """Portray one customer: orders, value, favourites, rhythm, returns, group and what to expect over 12 months.

    Args:
        customer: the customer's name or number.
    """
    who = context.shop.resolve.customer(customer)
    lines = _lines_of(context, who.customer_id)
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0)]
    if sold.empty:
        return without_orders(who)
    write = currency(context)
    revenue, orders = float(lines["value"].sum()), int(sold["order_id"].nunique())
    first, last = sold["sold_at"].min().date(), sold["sold_at"].max().date()
    favourites = _favourites(sold)
    outlook, notes = _outlook(context, who.customer_id)
    facts = [
        Fact("revenue", revenue, context.shop.currency, write(revenue)),
        Fact("orders", orders, "orders", plural(orders, "order")),
        Fact("average order value", revenue / orders, context.shop.currency, write(revenue / orders)),
        Fact("first order", first.isoformat(), "date", day(first)),
        Fact("last order", last.isoformat(), "date", day(last)),
        Fact("days since the last order", (context.shop.as_of - last).days, "days",
             plural((context.shop.as_of - last).days, "day")),
        Fact("favourite product", str(favourites["title"].iloc[0]), "", str(favourites["title"].iloc[0])),
        *_return_facts(lines, sold),
        *outlook,
    ]  # fmt: skip
    monthly = lines.groupby(lines["sold_at"].dt.strftime("%Y-%m"))["value"].sum()
    words = {fact.name: fact.text for fact in outlook}
    group = f", in the group {words['group']}" if "group" in words else ""
    spent_when = f"on {day(first)}" if first == last else f"between {day(first)} and {day(last)}"
    ahead = f"; {words['expected value']}" if "expected value" in words else ""
    return ToolResult(
        headline=(
            f"{start(who.label)} placed {plural(orders, 'order')} worth {write(revenue)} {spent_when}{group}{ahead}. "
            f"The favourite is {favourites['title'].iloc[0]}."
        ),
        facts=tuple(facts),
        table=Table(
            ("favourite", "category", "orders", "units", f"value ({context.shop.currency})"),
            tuple(
                (row["title"], row["category"], int(row["orders"]), float(row["units"]), round(float(row["value"]), 2))
                for row in favourites.to_dict("records")
            ),
        ),
        chart=Chart(
            "bar",
            f"Revenue from {who.label} by month",
            "month",
            context.shop.currency,
            (Series("revenue", tuple(monthly.index), tuple(round(float(v), 2) for v in monthly)),),
        ),
        method="recency, frequency and value from the sales; expectations from an order-rate model",
        score=_score(context),
        notes=tuple(notes),
        follow_ups=(f"How likely are we to lose {who.label}?", f"What did {who.label} buy last month?"),
    )


def _lines_of(context: Context, customer_id: str) -> pd.DataFrame:
    sales = context.shop.warehouse.table("sales")
    chosen = sales.filter(sales.customer_id == customer_id)
    columns = ("order_id", "sold_at", "kind", "product_id", "title", "category", "quantity", "value")
    lines: pd.DataFrame = context.shop.warehouse.frame(chosen.select(*columns))
    return lines


def _favourites(sold: pd.DataFrame) -> pd.DataFrame:
    """The five products bought in most orders, then by value."""
    grouped = sold.groupby("product_id").agg(
        title=("title", "first"),
        category=("category", "first"),
        orders=("order_id", "nunique"),
        units=("quantity", "sum"),
        value=("value", "sum"),
    )
    grouped["title"] = grouped["title"].str.strip().fillna(pd.Series(grouped.index, index=grouped.index))
    grouped["category"] = grouped["category"].astype(object).where(grouped["category"].notna(), None)
    return grouped.sort_values(["orders", "value"], ascending=False, kind="stable").head(5)


def _return_facts(lines: pd.DataFrame, sold: pd.DataFrame) -> tuple[Fact, ...]:
    rate = 100 * -float(lines.loc[lines["kind"] == "return", "value"].sum()) / float(sold["value"].sum())
    return (Fact("return rate", rate, "percent", percent(rate)),)


def _outlook(context: Context, customer_id: str) -> tuple[list[Fact], list[str]]:
    """What the fitted tables add: group, rank, rhythm and the next 12 months."""
    try:
        fitted: FittedCustomers = context.shop.models.load("customers")
    except NotFitted as missing:
        return [], [f"Group and expected value are missing. {missing}"]
    if customer_id not in fitted.customers.index:
        return [], [
            "This customer first ordered after the last `retail-assistant fit`: group and expectations are missing."
        ]
    row: Any = fitted.customers.loc[[customer_id]].iloc[0]
    unit, write = context.shop.currency, currency(context)
    orders, value = float(row["expected_orders"]), float(row["expected_value"])
    said_orders = (
        f"about {number(orders)} order days, likely between {number(row['expected_orders_low'])} and "
        f"{number(row['expected_orders_high'])}, expected over the next 12 months"
    )
    said_value = (
        f"about {write(value)}, likely between {write(row['expected_value_low'])} and "
        f"{write(row['expected_value_high'])}, is expected over the next 12 months"
    )
    facts = [
        Fact("group", str(row["segment"]), "", str(row["segment"])),
        Fact(
            "rank by revenue",
            int(row["value_rank"]),
            "",
            f"{number(row['value_rank'])} of {number(len(fitted.customers))}",
        ),
        Fact("expected orders", orders, "order days", said_orders),
        Fact("expected value", value, unit, said_value),
    ]
    if row["known_rhythm"]:
        gap = round(float(row["usual_gap"]))
        facts.append(Fact("usual gap between orders", gap, "days", plural(gap, "day")))
    facts.extend(_price_facts(row, fitted.customers))
    return facts, [f"Likely means an 80 % interval; expectations are as of {day(fitted.as_of)}."]


def _price_facts(row: Any, known: pd.DataFrame) -> list[Fact]:
    """How much goes to reduced prices, against the shop's customers; nothing where too few lines show a habit."""
    share = row.get("reduced_share")
    if share is None or pd.isna(share):
        return []
    usual = 100 * float(known["reduced_share"].mean())
    said = f"{percent(100 * share, 0)} of the spending at reduced prices, {percent(usual, 0)} on average in the shop"
    return [Fact("price sensitivity", 100 * float(share), "percent", said)]


def _score(context: Context) -> str | None:
    try:
        card = context.shop.models.load("customers").scorecard
    except NotFitted:
        return None
    return card.sentence() if card else None
