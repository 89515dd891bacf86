"""Words, facts and tables of reorder advice. Knows how advice is said, not how it is computed."""

from datetime import date

from analytics.forecasting import FittedForecast
from analytics.forecasting.series import ONLINE
from analytics.inventory import Position, ReorderAdvice
from analytics.scorecard import Scorecard
from assistant.messages import Cell, Fact, ProductCard, Table, ToolResult
from assistant.tools.stock_reading import score_words
from assistant.wording import day, money, number, percent, plural


def reorder_answer(
    advice: ReorderAdvice, today: date, service_level: float, currency: str, place: str | None, card: Scorecard | None
) -> ToolResult:
    """When to order a product and how many, with the reasons."""
    position = advice.position
    at = f" for {place}" if place else ""
    missing = (
        ()
        if position.on_hand is not None
        else (
            "The shop records no stock of this product: import stock levels with `retail-assistant ingest csv` (table "
            "`inventory`) to hear when to order and how many.",
        )
    )
    return ToolResult(
        headline=_headline(advice, today, service_level, at),
        facts=_facts(advice, service_level, currency),
        products=(ProductCard(position.product_id, position.title, position.price, position.category),),
        method="Order up to the reorder point plus the order quantity (s, S). The reorder point is what may sell in "
        f"{percent(100 * service_level, 0)} of cases until a delivery that is ordered a day later, as stock is looked "
        "at once a day, from the forecast's range and the lead time's.",
        score=score_words(card),
        notes=(*missing, *advice.assumptions, *advice.prediction.notes),
        follow_ups=(f"How many {position.title} will we sell in the next 4 weeks?", "Which products are running low?"),
    )


def _headline(advice: ReorderAdvice, today: date, service_level: float, at: str) -> str:
    position, title = advice.position, advice.position.title
    lead = plural(position.lead_time_days, "day")
    point, demand = number(advice.reorder_point), number(advice.demand)
    if position.on_hand is None:
        kind = "an assumed" if position.lead_time_assumed else "a"
        return (
            f"I can't say when to order {title}{at}, as the shop records no stock of it. With {kind} lead time of "
            f"{lead}, reorder when {point} or fewer are left."
        )
    there = f"{number(position.on_hand)} on hand and {number(position.on_order)} on order"
    if advice.order_on is None:
        return f"There is no need to order {title}{at} in the next 26 weeks: there are {there}."
    if advice.order_on <= today:
        return (
            f"Order {number(advice.quantity)} of {title}{at} today ({day(today)}): there are {there}, and about "
            f"{demand} should sell in the {lead} until a delivery, so the reorder point is {point}."
        )
    return (
        f"Order {number(advice.quantity)} of {title}{at} by {day(advice.order_on)}: there are {there}, and stock "
        f"should then have fallen to the reorder point of {point}."
    )


def _facts(advice: ReorderAdvice, service_level: float, currency: str) -> tuple[Fact, ...]:
    position = advice.position

    def units(name: str, value: float) -> Fact:
        return Fact(name, round(value, 2), "units", number(value))

    facts = [
        units("expected demand until a delivery", advice.demand),
        units("expected demand until a delivery ordered a day later", advice.protected),
        units("reorder point", advice.reorder_point),
        units("safety stock", advice.safety_stock),
        units("order-up-to level", advice.order_up_to),
        Fact("lead time", position.lead_time_days, "days", plural(position.lead_time_days, "day")),
        Fact("service level", 100 * service_level, "percent", percent(100 * service_level, 0)),
    ]
    if position.on_hand is not None:
        facts += [
            units("on hand", position.on_hand),
            units("on order", position.on_order),
            units("order quantity", advice.quantity),
            Fact("risk of running out before a delivery ordered today", round(100 * advice.risk, 1), "percent",
                 percent(100 * advice.risk, 0)),
        ]  # fmt: skip
    if advice.order_on is not None:
        facts.append(Fact("order by", advice.order_on.isoformat(), "date", day(advice.order_on)))
    if advice.arrives_on is not None:
        facts.append(Fact("delivery expected", advice.arrives_on.isoformat(), "date", day(advice.arrives_on)))
    if advice.runs_out_on is not None:
        facts.append(Fact("stock on hand used up on", advice.runs_out_on.isoformat(), "date", day(advice.runs_out_on)))
    if advice.economic is not None:
        facts.append(units("economic order quantity", advice.economic))
    if position.cost and advice.quantity:
        cost = position.cost * advice.quantity
        facts.append(Fact("cost of the order", round(cost, 2), currency, money(cost, currency)))
    if position.supplier:
        facts.append(Fact("supplier", position.supplier, "", position.supplier))
    return tuple(facts)


def order_table(lines: list[ReorderAdvice], names: dict[str, str], currency: str) -> Table | None:
    """The advice as an order list with dates; None where the shop records no stock."""
    rows = [_order_row(each, names) for each in lines if each.position.on_hand is not None]
    columns = ("store", "product", "title", "supplier", "on hand", "on order", "reorder point", "order", "order by",
               "delivery expected", f"unit cost ({currency})", f"cost ({currency})")  # fmt: skip
    return Table(columns, tuple(rows)) if rows else None


def _order_row(advice: ReorderAdvice, names: dict[str, str]) -> tuple[Cell, ...]:
    p = advice.position
    ordered, arrives = (each.isoformat() if each else None for each in (advice.order_on, advice.arrives_on))
    return (
        names.get(p.store_id, p.store_id) if p.store_id else None, p.product_id, p.title, p.supplier, p.on_hand,
        p.on_order, advice.reorder_point, advice.quantity, ordered, arrives,
        None if p.cost is None else round(p.cost, 2),
        None if p.cost is None else round(p.cost * advice.quantity, 2),
    )  # fmt: skip


def picking_note(fitted: FittedForecast, position: Position, place: str | None) -> tuple[str, ...]:
    """Says whose shelves the orders without a store leave, where a store was asked about and there are such orders."""
    if position.store_id is None or ONLINE not in fitted.shares.columns:
        return ()
    if position.store_id in fitted.picking:
        return (f"{place} picks the orders that name no store: they are part of the expected demand.",)
    if fitted.picking:
        return ()
    return (
        "The history does not say which store picks the orders that name none, so each store is taken to pick its "
        "share: set `picks_online` of the stores to change that.",
    )
