"""The tool that plans the delivery vans' rounds for the orders of a day. Knows no solver."""

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd

from analytics.errors import MissingData
from analytics.supply import (
    Addresses,
    Delivery,
    Place,
    Round,
    RoundPlan,
    Unserved,
    clock,
    minutes_of,
    plan_rounds,
    span,
)
from assistant.errors import BadCall, NotFound
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.wording import day, listed, number, plural

_TOLD = 3  # reasons and towns that a sentence names
_METHOD = (
    "Iterated local search (PyVRP) with a fixed seed and number of steps, started from savings (Clarke and Wright "
    "1964): as many orders as can be brought, over the shortest way."
)
_COLUMNS = ("van", "stop", "arrives", "leaves", "orders", "town", "postcode", "number of orders", "km", "note")


@tool(roles={"manager"})
def plan_deliveries(
    context: Context, date: str | None = None, vehicles: int | None = None, capacity: int | None = None
) -> ToolResult:
    """Rounds for the delivery vans: which towns each van visits and in which order, for the orders of a day.

    Args:
        date: the day as it was said; none for the orders that are open today.
        vehicles: how many vans there are; none for one.
        capacity: how many orders fit into one van; none for the shop's own setting.
    """
    try:
        settings = context.shop.settings.deliveries.rounds(1 if vehicles is None else vehicles, capacity)
    except ValueError as wrong:
        raise BadCall(f"plan_deliveries: {str(wrong).replace('vans must', 'vehicles must')}") from None
    addresses = Addresses.of(context.shop.warehouse)
    depot = _depot(context)
    wanted = _day(context, date)
    orders = _orders_to_deliver(context, wanted)
    if orders.empty:
        return ToolResult(f"There are no orders to deliver {_when(context, wanted)}, so no round is needed.")
    deliveries, unread, towns = _deliveries(orders, addresses)
    plan = plan_rounds(depot, deliveries, settings)
    return _answer(plan, unread, towns, orders, _when(context, wanted))


def _depot(context: Context) -> Place:
    """Where vans start: the store that online orders are taken from, else the first whose coordinates are known.

    Raises:
        MissingData: none is.
    """
    stores = context.shop.warehouse.frame(context.shop.warehouse.table("stores")).sort_values("store_id")
    stores = stores.dropna(subset=["latitude", "longitude"])
    picking = stores[stores["picks_online"].eq(True)]
    for row in (picking if len(picking) else stores).to_dict("records"):
        return Place(str(row["name"]), float(row["latitude"]), float(row["longitude"]))
    raise MissingData(
        "Rounds need coordinates, and this shop has none: import its stores with latitude and longitude "
        "(table `stores`) with `retail-assistant ingest csv FILE --mapping map.toml`."
    )


def _day(context: Context, said: str | None) -> date:
    """The day that was said, past or to come; today where none was.

    Raises:
        BadCall: it is not one day.
    """
    if said is None:
        return context.shop.as_of
    try:
        chosen = context.shop.resolve.horizon(said)
    except (NotFound, BadCall):
        chosen = None
    found = chosen if chosen is not None else context.shop.resolve.period(said)
    if found.start != found.end:
        raise BadCall(f"plan_deliveries: rounds are planned for one day, but {said!r} names {found.label}.")
    return found.start


def _when(context: Context, wanted: date) -> str:
    open_now = wanted >= context.shop.as_of
    return f"that are open on {day(wanted)}" if open_now else f"of {day(wanted)}"


def _orders_to_deliver(context: Context, wanted: date) -> pd.DataFrame:
    """A past day's orders, or those that are placed and not yet dispatched, with address and time window."""
    warehouse = context.shop.warehouse
    orders, customers = warehouse.table("orders"), warehouse.table("customers")
    orders = orders.filter((orders.kind == "sale") & orders.customer_id.notnull() & orders.store_id.isnull())
    if wanted >= context.shop.as_of:
        orders = orders.filter(orders.status.isin(["placed"]) & orders.dispatched_at.isnull())
        orders = orders.filter(orders.ordered_at.date() <= context.shop.as_of)
    else:
        orders = orders.filter((orders.ordered_at.date() == wanted) & (orders.status.fill_null("") != "cancelled"))
    live = orders.select("order_id", "customer_id", "address")
    people = customers.select("customer_id", "city", "postcode")
    found = warehouse.frame(live.join(people, "customer_id"))
    windows = warehouse.frame(warehouse.table("delivery_windows"))
    found = found.merge(windows, on="order_id", how="left").sort_values("order_id", ignore_index=True)
    return found.astype(object).where(found.notna(), None)


def _deliveries(
    orders: pd.DataFrame, addresses: Addresses
) -> tuple[list[Delivery], list[Unserved], dict[str, dict[str, Any]]]:
    """One delivery per customer, address and window; those whose window cannot be read; and each one's address."""
    deliveries, unread, where = [], [], {}
    groups: dict[tuple[Hashable, ...], list[dict[Hashable, Any]]] = {}
    for row in orders.to_dict("records"):
        groups.setdefault((row["customer_id"], row["address"], row["opens"], row["closes"]), []).append(row)
    for rows in groups.values():
        row, name = rows[0], listed([str(each["order_id"]) for each in rows])
        code, town = _address(row)
        found = addresses.locate(name, code, town)
        where[name] = {"town": town, "postcode": code, "by": found[1] if found else None}
        place = found[0] if found else None
        try:
            opens = minutes_of(row["opens"]) if row["opens"] else 0
            closes = minutes_of(row["closes"]) if row["closes"] else 24 * 60
        except ValueError as wrong:
            unread.append(Unserved(Delivery(name, place, len(rows)), f"its time window cannot be read: {wrong}"))
            continue
        deliveries.append(Delivery(name, place, len(rows), opens, closes))
    return deliveries, unread, where


def _address(row: dict[Hashable, Any]) -> tuple[str | None, str | None]:
    """Postcode and town: of the order's own address ("8 York Road, Leeds, LS8 1PG"), else of the customer's."""
    parts = [part.strip() for part in str(row["address"] or "").split(",")]
    if len(parts) >= 3 and any(sign.isdigit() for sign in parts[-1]):
        return parts[-1], parts[-2]
    return row["postcode"], row["city"]


def _answer(
    plan: RoundPlan, unread: list[Unserved], where: dict[str, dict[str, Any]], orders: pd.DataFrame, when: str
) -> ToolResult:
    left = (*plan.unserved, *unread)
    missing = sum(each.delivery.load for each in left)
    ways = [f"van {i}: {_way(each, where)}" for i, each in enumerate(plan.rounds, 1)]
    planned = f"For the {plural(len(orders), 'order')} {when}: "
    cannot = f"{plural(missing, 'order')} cannot be brought: {_reasons(left, where)}." if left else ""
    if plan.rounds:
        first = f"{planned}{'; '.join(ways)}, each from {plan.depot.name} and back."
    else:
        first = f"{planned}no round can be planned."
    return ToolResult(
        headline=f"{first} {cannot}".strip(),
        facts=_facts(plan, missing),
        table=Table(_COLUMNS, tuple(_rows(plan, left, where))),
        chart=_map(plan, where, when) if plan.rounds else None,
        method=_METHOD,
        notes=_notes(plan, where),
        follow_ups=("Plan it with one more van", "Which stock should be moved between the stores?"),
    )


def _way(each: Round, where: dict[str, dict[str, Any]]) -> str:
    towns = list(dict.fromkeys(str(where[visit.delivery.name]["town"]) for visit in each.visits))
    shown = towns if len(towns) <= _TOLD + 1 else [*towns[:_TOLD], f"{len(towns) - _TOLD} more towns"]
    return (
        f"{listed(shown)} ({plural(each.load, 'order')}, {number(each.km)} km, {clock(each.leaves)} to "
        f"{clock(each.back)})"
    )


def _reasons(left: tuple[Unserved, ...], where: dict[str, dict[str, Any]]) -> str:
    """What cannot be brought, by reason: "234780 (London) and 234785 (Leeds): the coordinates ... are not known"."""
    by_reason: dict[str, list[str]] = {}
    for each in left:
        by_reason.setdefault(each.reason, []).append(f"{each.delivery.name} ({where[each.delivery.name]['town']})")
    told = []
    for reason, names in list(by_reason.items())[:_TOLD]:
        shown = names if len(names) <= _TOLD else [*names[:_TOLD], f"{len(names) - _TOLD} more"]
        told.append(f"{listed(shown)}: {reason}")
    more = f"; {len(by_reason) - _TOLD} more reasons stand in the table" if len(by_reason) > _TOLD else ""
    return "; ".join(told) + more


def _facts(plan: RoundPlan, missing: int) -> tuple[Fact, ...]:
    driving = sum(each.driving for each in plan.rounds)
    return (
        Fact("orders planned", plan.load, "orders", number(plan.load)),
        Fact("orders that cannot be brought", missing, "orders", number(missing)),
        Fact("vans used", len(plan.rounds), "vans", number(len(plan.rounds))),
        Fact("road distance", round(plan.km, 1), "km", number(plan.km)),
        Fact("driving time", driving, "minutes", span(driving)),
        *(Fact(f"distance of van {i}", round(r.km, 1), "km", number(r.km)) for i, r in enumerate(plan.rounds, 1)),
        *(Fact(f"orders in van {i}", r.load, "orders", number(r.load)) for i, r in enumerate(plan.rounds, 1)),
        *(
            Fact(f"driving time of van {i}", r.driving, "minutes", span(r.driving))
            for i, r in enumerate(plan.rounds, 1)
        ),
    )


def _rows(plan: RoundPlan, left: tuple[Unserved, ...], where: dict[str, dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Each stop in order, then what is in no round with its reason."""
    rows: list[tuple[Any, ...]] = []
    for van, each in enumerate(plan.rounds, 1):
        for stop, visit in enumerate(each.visits, 1):
            at = where[visit.delivery.name]
            waited = f"waits {span(visit.waited)} for the time window" if visit.waited else None
            rows.append((van, stop, clock(visit.arrives), clock(visit.leaves), visit.delivery.name, at["town"],
                         at["postcode"], visit.load, round(visit.km, 1), waited))  # fmt: skip
    for one in left:
        at = where[one.delivery.name]
        rows.append((None, None, None, None, one.delivery.name, at["town"], at["postcode"], one.delivery.load, None,
                     f"cannot be brought: {one.reason}"))  # fmt: skip
    return rows


def _map(plan: RoundPlan, where: dict[str, dict[str, Any]], when: str) -> Chart:
    lines = []
    for i, each in enumerate(plan.rounds, 1):
        stops = [visit.delivery.place or plan.depot for visit in each.visits]
        way = [plan.depot, *stops, plan.depot]
        said = [f"{v.delivery.name}, {where[v.delivery.name]['town']}, {clock(v.arrives)}" for v in each.visits]
        labels = (f"{plan.depot.name}, leaves {clock(each.leaves)}", *said, f"back {clock(each.back)}")
        lines.append(Series(f"van {i}", tuple(p.longitude for p in way), tuple(p.latitude for p in way), labels=labels))
    return Chart("routes", f"Rounds for the orders {when}", "longitude", "latitude", tuple(lines))


def _notes(plan: RoundPlan, where: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    settings = plan.settings
    by_town = sum(each["by"] == "town" for each in where.values())
    carried = f"each carrying {plural(settings.capacity, 'order')} at most" if settings.capacity else "of any capacity"
    spare = settings.vans - len(plan.rounds)
    notes = [
        f"Vans, {carried}, leave at {clock(settings.leaves_at)} and are back by {clock(settings.back_by)}; "
        f"{settings.kmh:g} km/h and {plural(settings.minutes_per_stop, 'minute')} a stop are assumed "
        "(`[deliveries]` in shop.toml).",
        "Road distances are the straight line times 1.3; an address counts as the middle of its postcode district.",
    ]
    if by_town:
        notes.append(
            f"For {plural(by_town, 'stop')} the postcode is not known and the store in the same town stands in: "
            "import the table `postcodes` (postcode, latitude, longitude)."
        )
    if any(each["by"] is None for each in where.values()):
        notes.append("Import the table `postcodes` with the coordinates that are missing.")
    if spare and plan.rounds:
        notes.append(f"{plural(spare, 'van')} can stay: fewer do it over the shortest way.")
    return tuple(notes)
