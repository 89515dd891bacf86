"""The tools that move goods: between stores, and by van to the towns that ordered. Knows no solver."""

import math
from collections import defaultdict
from datetime import date, timedelta

import pandas as pd

from analytics.errors import MissingData
from analytics.forecasting import FittedForecast
from analytics.inventory import Position, stock_positions
from analytics.inventory.formulas import demand_quantile, lead_time_demand
from analytics.supply import Place, Route, StoreStock, Transfer
from analytics.supply import plan_routes as routes_of
from analytics.supply import plan_transfers as transfers_of
from assistant.errors import BadCall, NotFound
from assistant.messages import Chart, Fact, Series, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.stock_reading import fitted_forecast, score_words, stale_note, store_names
from assistant.wording import day, listed, number, plural

_KEEP_DAYS = 14  # a store keeps what it may sell until its delivery and so many days more
_KEEP_LEVEL, _NEED_LEVEL = 0.95, 0.90  # the giver keeps more than the taker is promised
_LISTED = 3


@tool(roles={"manager"})
def plan_transfers(context: Context, product: str | None = None) -> ToolResult:
    """Which stock to move from one store to another: from where it is too much to where it runs out.

    Args:
        product: only this product, as it was called.
    """
    shop = context.shop
    shop.warehouse.require("stores", "stores")
    shop.warehouse.require("inventory", "stock levels")
    found = shop.resolve.product(product) if product else None
    fitted = fitted_forecast(context)
    positions = stock_positions(shop.warehouse, product=found.product_id if found else None, by_store=True)
    stock = [each for p in positions if (each := _balance(fitted, p)) is not None]
    moves = transfers_of(stock, _places(context))
    about = f" of {found.title}" if found else ""
    short = sum(math.ceil(each.short) for each in stock)
    if not moves:
        why = "no store is short" if short == 0 else "no store has units to spare for those that are short"
        return ToolResult(f"There is nothing{about} to move between the stores: {why}.", method=_method())
    return _transfers_answer(context, moves, {p.product_id: p.title for p in positions}, about, short, fitted)


def _method() -> str:
    return (
        f"A store should cover what may sell until its delivery in {100 * _NEED_LEVEL:g} of 100 cases; it can spare "
        f"what it need not keep for {_KEEP_DAYS} days beyond. Moved over the shortest total way (linear programme)."
    )


def _balance(fitted: FittedForecast, position: Position) -> StoreStock | None:
    """A store's spare and missing units of a product; None where nothing is known of its sales there."""
    store, product = position.store_id, position.product_id
    if store is None or position.on_hand is None or not fitted.knows("store", store):
        return None
    if not fitted.knows("product", product):
        return StoreStock(product, store, 0.0, 0.0)
    lead = max(1, math.ceil(position.lead_time_days))

    def needed(days: int, level: float) -> float:
        end = fitted.as_of + timedelta(days=days)
        ahead = fitted.predict("product", product, fitted.as_of + timedelta(days=1), end, store=store)
        demand, sd = lead_time_demand(ahead.value, ahead.sd, ahead.value / days, position.lead_time_sd_days)
        return demand_quantile(demand, sd, level)

    short = needed(lead, _NEED_LEVEL) - position.available
    if short > 0:
        return StoreStock(product, store, 0.0, short)
    return StoreStock(product, store, max(0.0, position.on_hand - needed(lead + _KEEP_DAYS, _KEEP_LEVEL)), 0.0)


def _places(context: Context) -> dict[str, Place]:
    """The stores whose coordinates are known, the first one first."""
    stores = context.shop.warehouse.frame(context.shop.warehouse.table("stores")).sort_values("store_id")
    known = stores.dropna(subset=["latitude", "longitude"])
    return {
        str(row["store_id"]): Place(str(row["name"]), float(row["latitude"]), float(row["longitude"]))
        for row in known.to_dict("records")
    }


def _transfers_answer(
    context: Context, moves: list[Transfer], titles: dict[str, str], about: str, short: int, fitted: FittedForecast
) -> ToolResult:
    names = store_names(context)
    units = sum(move.units for move in moves)

    def place(store_id: str) -> str:
        return names.get(store_id, store_id)

    first = [f"{move.units} {titles[move.product_id]} from {place(move.from_store)} to {place(move.to_store)}"
             for move in moves[:_LISTED]]  # fmt: skip
    most = "first of all " if len(moves) > _LISTED else ""
    return ToolResult(
        headline=f"Move {plural(units, 'unit')}{about} between the stores: {most}{listed(first)}.",
        facts=(
            Fact("units to move", units, "units", number(units)),
            Fact("transfers", len(moves), "transfers", number(len(moves))),
            Fact("units short before", short, "units", number(short)),
            *(Fact(text, move.units, "units", number(move.units)) for text, move in zip(first, moves, strict=False)),
        ),
        table=Table(
            ("product", "title", "from", "to", "units", "road km"),
            tuple(
                (m.product_id, titles[m.product_id], place(m.from_store), place(m.to_store), m.units,
                 None if m.km is None else round(m.km, 1))
                for m in moves
            ),
        ),
        method=_method(),
        score=score_words(fitted.scorecard),
        notes=(f"This covers {number(units)} of the {number(short)} units that stores are short of.",
               *stale_note(fitted, context.shop.as_of)),
        follow_ups=("Which products are running low?",),
    )  # fmt: skip


@tool(roles={"manager"})
def plan_deliveries(context: Context, date: str | None = None, vehicles: int | None = None) -> ToolResult:
    """Rounds for the delivery vans: which towns each van visits and in which order, for the orders of a day.

    Args:
        date: the day as it was said; none for the orders that are open today.
        vehicles: how many vans there are; none for one.
    """
    vans = 1 if vehicles is None else vehicles
    if vans < 1:
        raise BadCall(f"plan_deliveries: vehicles must be 1 or more; got {vans}.")
    places = _places(context)
    if not places:
        raise MissingData(
            "Rounds need coordinates, and this shop has none: import its stores with latitude and longitude "
            "(table `stores`) with `retail-assistant ingest csv FILE --mapping map.toml`."
        )
    wanted = _day(context, date)
    orders = _orders_to_deliver(context, wanted)
    if orders.empty:
        return ToolResult(f"There are no orders to deliver {_when(context, wanted)}, so no round is needed.")
    towns = _towns(context, places)
    by_town = orders[orders["city"].isin(list(towns))].groupby("city").size()
    elsewhere = len(orders) - int(by_town.sum())
    if by_town.empty:
        raise MissingData(
            f"None of the {plural(len(orders), 'order')} {_when(context, wanted)} goes to a town whose coordinates "
            "are known: customers have postcodes only, and no store lies in their towns."
        )
    depot = next(iter(places.values()))
    stops = [(Place(str(town), towns[str(town)].latitude, towns[str(town)].longitude), float(count))
             for town, count in by_town.items()]  # fmt: skip
    rounds = routes_of(depot, stops, vans)
    return _rounds_answer(depot, rounds, _when(context, wanted), vans, elsewhere, stops)


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
    """Customers' towns of a past day's orders, or of those that are placed and not yet dispatched."""
    warehouse = context.shop.warehouse
    orders, customers = warehouse.table("orders"), warehouse.table("customers")
    orders = orders.filter((orders.kind == "sale") & orders.customer_id.notnull() & orders.store_id.isnull())
    if wanted >= context.shop.as_of:
        orders = orders.filter(orders.status.isin(["placed"]) & orders.dispatched_at.isnull())
        orders = orders.filter(orders.ordered_at.date() <= context.shop.as_of)
    else:
        orders = orders.filter((orders.ordered_at.date() == wanted) & (orders.status.fill_null("") != "cancelled"))
    return warehouse.frame(orders.join(customers, "customer_id").select("order_id", "city", "postcode"))


def _towns(context: Context, places: dict[str, Place]) -> dict[str, Place]:
    """Town -> the coordinates of the store in it."""
    stores = context.shop.warehouse.frame(context.shop.warehouse.table("stores"))
    found: dict[str, Place] = {}
    for row in stores.sort_values("store_id").to_dict("records"):
        if str(row["store_id"]) in places and isinstance(row["city"], str):
            found.setdefault(row["city"], places[str(row["store_id"])])
    return found


def _rounds_answer(
    depot: Place, rounds: list[Route], when: str, vans: int, elsewhere: int, stops: list[tuple[Place, float]]
) -> ToolResult:
    km, parcels = sum(each.km for each in rounds), sum(each.load for each in rounds)
    loads: dict[str, float] = defaultdict(float, {place.name: load for place, load in stops})
    ways = [f"van {i}: {listed(each.stops)} ({number(each.km)} km)" for i, each in enumerate(rounds, 1)]
    where = {place.name: place for place, _ in stops}
    lines = []
    for i, each in enumerate(rounds, 1):
        way = [depot, *(where[name] for name in each.stops), depot]
        lines.append(Series(f"van {i}", tuple(p.longitude for p in way), tuple(p.latitude for p in way)))
    spare = f" {plural(vans - len(rounds), 'van')} can stay: there are no more towns." if len(rounds) < vans else ""
    left = f"{plural(elsewhere, 'order')} could not be planned: their towns have no coordinates." if elsewhere else ""
    return ToolResult(
        headline=f"For the {plural(parcels, 'order')} {when}: {'; '.join(ways)}, each from {depot.name} and back.",
        facts=(
            Fact("orders planned", parcels, "orders", number(parcels)),
            Fact("orders without coordinates", elsewhere, "orders", number(elsewhere)),
            Fact("vans used", len(rounds), "vans", number(len(rounds))),
            Fact("road distance", round(km, 1), "km", number(km)),
            *(Fact(f"distance of van {i}", round(r.km, 1), "km", number(r.km)) for i, r in enumerate(rounds, 1)),
        ),
        table=Table(
            ("van", "stop", "town", "orders"),
            tuple((i, n, town, loads[town]) for i, r in enumerate(rounds, 1) for n, town in enumerate(r.stops, 1)),
        ),
        chart=Chart("line", f"Rounds for the orders {when}", "longitude", "latitude", tuple(lines)),
        method="Savings (Clarke and Wright 1964), each round improved by 2-opt.",
        notes=tuple(
            note
            for note in (
                "Customers have postcodes, not coordinates: one stop per town is planned, at the store in it.",
                "Road distances are the straight line times 1.3.",
                left,
                spare.strip(),
            )
            if note
        ),
    )
