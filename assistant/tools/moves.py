"""The tool that moves stock between stores, and says where safety stock is best held. Knows no solver."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from analytics.forecasting import FittedForecast
from analytics.inventory import Position, stock_positions
from analytics.inventory.formulas import demand_quantile, lead_time_demand
from analytics.supply import Addresses, Place, StoreStock, Transfer, TransferPlan, TransferSettings
from analytics.supply import plan_transfers as transfers_of
from analytics.supply.pooling import Pooled, Pooling, PoolingSettings, compare_pooling
from analytics.supply.transfers import trips_cost
from assistant.messages import Fact, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.stock_reading import fitted_forecast, score_words, stale_note, store_names
from assistant.wording import listed, money, number, plural

_KEEP_DAYS = 14  # a store keeps what it may sell until its delivery and so many days more
_KEEP_LEVEL, _NEED_LEVEL = 0.95, 0.90  # the giver keeps more than the taker is promised
_LISTED = 3


@dataclass(frozen=True)
class _Balance:
    """A store's stock of a product beside its need, and the spread of its sales in a day."""

    stock: StoreStock
    lead_days: int
    daily_sd: float
    cost: float | None


@tool(roles={"manager"})
def plan_transfers(context: Context, product: str | None = None) -> ToolResult:
    """Which stock to move from one store to another: from where it is too much to where it runs out.

    Args:
        product: only this product, as it was called.
    """
    shop = context.shop
    shop.warehouse.require("stores", "stores")
    shop.warehouse.require("inventory", "stock levels")
    names = store_names(context)
    if len(names) < 2:
        only = next(iter(names.values()), "one store")
        return ToolResult(f"This shop has one store only, {only}: there is no other one to move stock to or from.")
    found = shop.resolve.product(product) if product else None
    fitted = fitted_forecast(context)
    positions = stock_positions(shop.warehouse, product=found.product_id if found else None, by_store=True)
    selling = _selling_stores(context)
    balances = [each for p in positions if (each := _balance(fitted, p, selling)) is not None]
    stock, places, settings = [each.stock for each in balances], _places(context), shop.settings.transfers
    plan, anyway = transfers_of(stock, places, settings), None
    if not plan.transfers and plan.not_worth:  # nothing pays its trip: what a van could take that goes there anyway
        plan = transfers_of(stock, places, replace(settings, cost_per_km=0.0))
        anyway = trips_cost(plan.transfers, places, settings)
    about = f" of {found.title}" if found else ""
    pooling = None if found else _pooling(balances, names, selling)
    return _answer(context, plan, anyway, {p.product_id: p.title for p in positions}, about, pooling, fitted)


def _selling_stores(context: Context) -> set[str]:
    """Stores that ever sold anything; the others only hold stock."""
    orders = context.shop.warehouse.table("orders")
    return set(context.shop.warehouse.frame(orders.filter(orders.store_id.notnull())[["store_id"]].distinct()).store_id)


def _balance(fitted: FittedForecast, position: Position, selling: set[str]) -> _Balance | None:
    """A store's spare and missing units of a product; None where nothing is known of its sales there."""
    store, product = position.store_id, position.product_id
    if store is None or position.on_hand is None:
        return None
    lead = max(1, math.ceil(position.lead_time_days))
    if store not in selling:  # a warehouse: all that it holds is for the stores
        stock = StoreStock(product, store, max(0.0, position.on_hand), 0.0, position.on_hand)
        return _Balance(stock, lead, 0.0, position.cost)
    if not fitted.knows("store", store):
        return None
    if not fitted.knows("product", product):
        return _Balance(StoreStock(product, store, 0.0, 0.0, position.on_hand), lead, 0.0, position.cost)

    def demand(days: int) -> tuple[float, float]:
        end = fitted.as_of + timedelta(days=days)
        ahead = fitted.predict(
            "product", product, fitted.as_of + timedelta(days=1), end, store=store, shelf=store is not None
        )
        return lead_time_demand(ahead.value, ahead.sd, ahead.value / days, position.lead_time_sd_days)

    due, spread = demand(lead)
    short = demand_quantile(due, spread, _NEED_LEVEL) - position.available
    spare = 0.0 if short > 0 else position.on_hand - demand_quantile(*demand(lead + _KEEP_DAYS), _KEEP_LEVEL)
    stock = StoreStock(product, store, max(0.0, spare), max(0.0, short), position.available, due / lead, due, spread,
                       _worth_of_a_sale(position))  # fmt: skip
    return _Balance(stock, lead, spread / math.sqrt(lead), position.cost)


def _worth_of_a_sale(position: Position) -> float | None:
    """What a saved sale earns: the margin; the price where the cost is not known."""
    if position.price is None:
        return None
    return max(0.0, position.price - (position.cost or 0.0))


def _places(context: Context) -> dict[str, Place]:
    """The stores whose coordinates are known, or their postcode's or town's."""
    addresses = Addresses.of(context.shop.warehouse)
    stores = context.shop.warehouse.frame(context.shop.warehouse.table("stores"))
    places = {}
    for row in stores.astype(object).where(stores.notna(), None).to_dict("records"):
        name = str(row["name"])
        if row["latitude"] is not None and row["longitude"] is not None:
            places[str(row["store_id"])] = Place(name, float(row["latitude"]), float(row["longitude"]))
        elif (near := addresses.locate(name, row["postcode"], row["city"])) is not None:
            places[str(row["store_id"])] = near[0]
    return places


def _pooling(balances: Sequence[_Balance], names: dict[str, str], selling: set[str]) -> tuple[str, Pooling] | None:
    """The centre's name and the comparison; None where no product needs any in two stores."""
    spreads: dict[str, dict[str, float]] = defaultdict(dict)
    for each in balances:
        if each.daily_sd > 0:
            spreads[each.stock.product_id][each.stock.store_id] = each.daily_sd
    first = {each.stock.product_id: each for each in reversed(balances)}
    products = [
        Pooled(product, first[product].lead_days, by_store, first[product].cost)
        for product, by_store in spreads.items()
        if len(by_store) > 1
    ]
    if not products:
        return None
    holds_only = sorted(set(names) - selling)
    centre = names[holds_only[0]] if holds_only else names[min(names)]
    found = compare_pooling(products, PoolingSettings())
    return (centre, found) if found.separate_units >= 1 else None


def _answer(
    context: Context, plan: TransferPlan, anyway: float | None, titles: dict[str, str], about: str,
    pooling: tuple[str, Pooling] | None, fitted: FittedForecast,
) -> ToolResult:  # fmt: skip
    """The answer; `anyway` is what the trips of a plan would cost that does not earn them."""
    names, currency = store_names(context), context.shop.currency
    pooled = _pooling_facts(*pooling, currency) if pooling else ()
    told = (_pooling_words(*pooling, currency),) if pooling else ()
    shared = {
        "method": _method(context.shop.settings.transfers, currency),
        "score": score_words(fitted.scorecard),
        "follow_ups": ("Which products are running low?",),
    }
    stale = stale_note(fitted, context.shop.as_of)
    left = _left_words(plan)
    if not plan.transfers:
        why = left or "no store is short"
        headline = f"There is nothing{about} to move between the stores: {why}."
        return ToolResult(headline, facts=pooled, notes=(*told, *stale), **shared)  # type: ignore[arg-type]
    units = sum(each.units for each in plan.transfers)
    first = [_words(each, titles, names) for each in plan.transfers[:_LISTED]]
    most = "first of all " if len(plan.transfers) > _LISTED else ""
    short = units + plan.no_spare + plan.not_worth
    cover = f"This covers {number(units)} of the {number(short)} units that stores are short of"
    headline = f"Move {plural(units, 'unit')}{about} between the stores: {most}{listed(first)}."
    if anyway is not None:
        headline = (
            f"No trip between the stores pays for itself: {plural(units, 'unit')}{about} could be moved, expected to "
            f"save sales worth {money(plan.worth or 0.0, currency)}, and the trips would cost "
            f"{money(anyway, currency)}. If a van goes there anyway, it should take {most}{listed(first)}."
        )
    return ToolResult(
        headline=headline,
        facts=(*_facts(plan, units, short, first, currency, anyway), *pooled),
        table=_table(plan, titles, names),
        notes=(f"{cover}; {left}." if left else f"{cover}.", *told, *stale),
        **shared,  # type: ignore[arg-type]
    )


def _method(settings: TransferSettings, currency: str) -> str:
    least = f", at least {settings.least_units} of a product at a time" if settings.least_units > 1 else ""
    return (
        f"A store should cover what may sell until its delivery in {100 * _NEED_LEVEL:g} of 100 cases; it can spare "
        f"what it need not keep for {_KEEP_DAYS} days beyond. A mixed-integer programme (HiGHS) moves what earns most: "
        f"the margin of the sales expected to be saved less {money(settings.cost_per_km, currency)} a km of each trip, "
        f"there and back, and {money(settings.cost_per_unit, currency)} a unit{least} (`[transfers]` in shop.toml)."
    )


def _left_words(plan: TransferPlan) -> str:
    parts = []
    if plan.no_spare:
        parts.append(f"for {plural(plan.no_spare, 'unit')} that stores are short of no store has units to spare")
    if plan.not_worth:
        parts.append(f"moving {plural(plan.not_worth, 'unit')} that stores are short of would cost more than it saves")
    return "; ".join(parts)


def _words(move: Transfer, titles: dict[str, str], names: dict[str, str]) -> str:
    """A move as people say it: "12 Red Lamp from York (50 days of cover) to Leeds (3 days)"."""
    giver, taker = (names.get(store, store) for store in (move.from_store, move.to_store))
    return (
        f"{move.units} {titles[move.product_id]} from {giver} ({_days(move.cover_from)} of cover) to {taker} "
        f"({_days(move.cover_to)})"
    )


def _days(cover: float) -> str:
    return "years" if cover > 730 else plural(round(cover), "day")


def _facts(
    plan: TransferPlan, units: int, short: int, first: list[str], currency: str, anyway: float | None
) -> tuple[Fact, ...]:
    cost = plan.handling_cost + (plan.trips_cost if anyway is None else anyway)
    worth = () if plan.worth is None else (
        Fact("expected to be earned by sales saved", round(plan.worth, 2), currency, money(plan.worth, currency)),
        Fact("cost of moving", round(cost, 2), currency, money(cost, currency)),
    )  # fmt: skip
    return (
        Fact("units to move", units, "units", number(units)),
        Fact("transfers", len(plan.transfers), "transfers", number(len(plan.transfers))),
        Fact("units short before", short, "units", number(short)),
        *worth,
        *(Fact(text, m.units, "units", number(m.units)) for text, m in zip(first, plan.transfers, strict=False)),
    )


def _table(plan: TransferPlan, titles: dict[str, str], names: dict[str, str]) -> Table:
    return Table(
        ("product", "title", "from", "to", "units", "road km", "days of cover there", "days of cover here",
         "sales saved", "worth"),
        tuple(
            (m.product_id, titles[m.product_id], names.get(m.from_store, m.from_store),
             names.get(m.to_store, m.to_store), m.units, None if m.km is None else round(m.km, 1),
             None if math.isinf(m.cover_from) else round(m.cover_from),
             None if math.isinf(m.cover_to) else round(m.cover_to), round(m.saved, 1),
             None if m.worth is None else round(m.worth, 2))
            for m in plan.transfers
        ),
    )  # fmt: skip


def _pooling_words(centre: str, found: Pooling, currency: str) -> str:
    tied = ""
    if found.separate_money is not None and found.pooled_money is not None:
        tied = f", {money(found.separate_money - found.pooled_money, currency)} less money tied up"
    total = len(found.central) + len(found.local) + len(found.mixed)
    if found.pooled_units >= found.separate_units:
        return (
            f"Safety stock is best held in the stores: with a day from {centre} to a store, holding it centrally would "
            f"need {number(found.pooled_units)} units, no fewer than the {number(found.separate_units)} of stores that "
            "are each supplied on their own."
        )
    return (
        f"Safety stock of {plural(total, 'product')}: the stores supplied each on its own need "
        f"{number(found.separate_units)} units; supplied through {centre} within a day they need "
        f"{number(found.pooled_units)}, {number(found.central_units)} of them in {centre}{tied}. It is best held in "
        f"the centre for {plural(len(found.central), 'product')} and in the stores for {number(len(found.local))} "
        "(guaranteed-service model, 95 of 100 cases covered; the trips to the stores are not counted)."
    )


def _pooling_facts(centre: str, found: Pooling, currency: str) -> tuple[Fact, ...]:
    figures = (
        ("safety stock with every store supplied on its own", found.separate_units),
        (f"safety stock supplied through {centre}", found.pooled_units),
        (f"of it in {centre}", found.central_units),
    )
    return tuple(Fact(name, round(units), "units", number(units)) for name, units in figures)
