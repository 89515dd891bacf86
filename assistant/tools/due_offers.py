"""Words the offers that are due: who fell silent, who runs out, who came first, and what goes with a fresh order.

Which are due and what they may give is computed in `analytics.offer_triggers`.
"""

from collections import Counter

import pandas as pd

from analytics.offer_triggers import DueOffer, Triggers, fit_triggers
from assistant.messages import Fact, Table, ToolResult
from assistant.toolbox import Context
from assistant.tools.customer_words import labels
from assistant.wording import listed, number, plural

_DAYS, _SHOWN = 7, 20


def due_offers(context: Context, limit: int | None) -> ToolResult:
    """The offers that became due in the last days, the most at stake first."""
    history = context.shop.history
    triggers = fit_triggers(history, pairs=False)
    found = [*triggers.on_day(context.shop.as_of, _DAYS), *_of_orders(context, triggers)]
    if not found:
        return ToolResult(headline=f"No offer became due in the last {_DAYS} days.")
    found.sort(key=lambda each: -each.worth)
    chosen = found[: max(limit or _SHOWN, 1)]
    counts = Counter(each.kind for each in found)
    told = listed([plural(count, f"{kind} offer") for kind, count in counts.most_common()])
    names = labels(context, [each.customer_id for each in chosen])
    titles = _titles(context, {product for each in chosen for product in each.products})
    return ToolResult(
        headline=f"In the last {_DAYS} days, {told} became due.",
        facts=(
            Fact("offers due", len(found), "offers", number(len(found))),
            *(Fact(f"{kind} offers due", count, "offers", number(count)) for kind, count in counts.items()),
        ),
        table=Table(
            ("offer", "customer", "products", "discount (%)", "since", "usual gap (days)"),
            tuple(_row(each, names, titles) for each in chosen),
        ),
        method="rules on each customer's own rhythm; code sets the discount, never below cost plus 5 % margin",
        notes=(
            f"A win-back is due after {number(triggers.rules.quiet, 1)} usual gaps of silence, a replenishment after "
            f"{plural(int(triggers.rules.due), 'usual gap')} without the product, a welcome after the first order.",
            "A discount of 0 is a reminder without one: the cost is unknown, or any discount would break the margin.",
            *((f"Shown: the first {len(chosen)} of {number(len(found))}.",) if len(chosen) < len(found) else ()),
        ),
        follow_ups=("Plan a win-back offer", "Which customers are we about to lose?"),
    )


def _of_orders(context: Context, triggers: Triggers) -> list[DueOffer]:
    """What first orders of the last days call for; bundles belong to the moment of the order."""
    lines = context.shop.history.lines
    orders = lines[(lines["kind"] == "sale") & lines["customer_id"].notna()]
    first = orders.groupby("customer_id", observed=True)["day"].agg(["min", "nunique"])
    fresh = first[
        (first["min"] > pd.Timestamp(context.shop.as_of) - pd.Timedelta(days=_DAYS)) & (first["nunique"] == 1)
    ]
    return [
        DueOffer("welcome", str(who), (), triggers.overall, when.date(), None, 0.0)
        for who, when in fresh["min"].items()
    ]


def _titles(context: Context, products: set[str]) -> dict[str, str]:
    table = context.shop.warehouse.table("products")
    rows = context.shop.warehouse.frame(table.filter(table.product_id.isin(sorted(products))))
    return dict(zip(rows["product_id"], rows["title"], strict=True))


def _row(each: DueOffer, names: dict[str, str], titles: dict[str, str]) -> tuple[str | int | None, ...]:
    about = ", ".join(titles.get(product, product) for product in each.products) or "anything"
    gap = None if each.usual_gap is None else round(each.usual_gap)
    return (each.kind, names[each.customer_id], about, round(100 * each.discount), each.since.isoformat(), gap)
