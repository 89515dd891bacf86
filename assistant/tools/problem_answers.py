"""Which product problems cost most, as an answer. Knows how costs are said, not how they are weighed."""

from typing import Any

import pandas as pd

from analytics.problem_costs import AFTER_DAYS, FEWEST_COMPLAINTS, LostOrders, problem_costs
from analytics.reviews import quotes
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context
from assistant.wording import listed, money, number

_LISTED = 10
_METHOD = (
    "Value returned in the last 365 days beyond the shop's own return rate, and orders that discontent reviewers leave "
    "out, shared out among what a product's reviews complain about."
)


def costs_answer(
    context: Context, reviews: pd.DataFrame, statements: pd.DataFrame, about: str, unread: tuple[str, ...]
) -> ToolResult:
    """The dearest problems as a tool result."""
    shop = context.shop
    table = shop.warehouse.table("reviews")
    customers = shop.warehouse.frame(table.select("review_id", "customer_id")).set_index("review_id")["customer_id"]
    found = problem_costs(reviews, statements, customers, shop.history.lines, shop.as_of)
    rows = found.rows.head(_LISTED)
    if rows.empty:
        return ToolResult(
            headline=f"No product of {about} has {FEWEST_COMPLAINTS} complaints in its reviews of the last year.",
            notes=unread,
            method=_METHOD,
        )
    records = [_record(context, row) for row in rows.to_dict("records")]
    currency = shop.currency
    costly = [each for each in records if each[5] > 0]
    said = [f"{aspect} of {title} ({money(cost, currency)})" for title, aspect, _, _, _, cost in costly[:3]]
    return ToolResult(
        headline=f"The product problems of {about} that cost most in the last year are {listed(said)}."
        if said
        else f"No product of {about} with complaints was returned more than usual in the last year; most complaints "
        f"are about {records[0][1]} of {records[0][0]}.",
        facts=tuple(Fact(f"cost of {a} of {t}", c, currency, money(c, currency)) for t, a, _, _, _, c in records),
        table=Table(
            ("Product", "Problem", "Complaints", f"Returned beyond the usual ({currency})", f"Lost orders ({currency})",
             f"Cost ({currency})"),
            tuple(records),
        ),
        chart=Chart("bar", f"What the problems of {about} cost", "Problem", currency,
                    (Series("cost", tuple(f"{a}: {t}" for t, a, *_ in records), tuple(r[5] for r in records)),)),
        quotes=_evidence(statements, rows),
        method=_METHOD,
        notes=(_lost(found.lost, currency), *unread),
    )  # fmt: skip


def _record(context: Context, row: Any) -> tuple[str, str, int, float, float, float]:
    """Product, problem, complaints, and the three amounts of a row."""
    returned, lost, cost = (round(float(row[name]), 2) for name in ("returned", "lost", "cost"))
    return _title(context, str(row["product_id"])), str(row["aspect"]), int(row["complaints"]), returned, lost, cost


def _title(context: Context, product_id: str) -> str:
    product = context.shop.resolve.product_by_id(product_id)
    return product.title if product else product_id


def _evidence(statements: pd.DataFrame, rows: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    found = []
    for row in rows.head(3).to_dict("records"):
        of_product = statements[statements["product_id"] == row["product_id"]]
        for quote in quotes(of_product, str(row["aspect"]), good=False, most=1).to_dict("records"):
            found.append((f"review {quote['review_id']} about {row['aspect']}", str(quote["sentence"])))
    return tuple(found)


def _lost(lost: LostOrders, currency: str) -> str:
    if lost.per_review is None or lost.low is None or lost.high is None:
        return "Too few reviewers are known as customers to tell whether discontent ones order less."
    span = f"95 % range {money(lost.low, currency)} to {money(lost.high, currency)}"
    said = f"A discontent reviewer spent {money(lost.per_review, currency)} less in {number(AFTER_DAYS)} days ({span})"
    return f"{said}." if lost.counts else f"{said}: chance explains that, so lost orders are not counted."
