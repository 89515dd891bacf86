"""The tool that lists what is running low. Knows the fitted forecast and the stock, not the methods."""

from collections import defaultdict
from dataclasses import dataclass

from analytics.forecasting import FittedForecast
from analytics.inventory import Position, stock_positions
from assistant.errors import BadCall
from assistant.messages import Cell, Fact, ProductCard, Table, ToolResult
from assistant.toolbox import Context, tool
from assistant.tools.stock_reading import fitted_forecast, score_words, stale_note, store_names
from assistant.wording import listed, money, number, plural

_LISTED = 10
_COVER_DAYS = 28


@dataclass(frozen=True)
class _Low:
    """A product that is expected to run out before a delivery ordered today arrives."""

    position: Position
    demand: float  # until the delivery
    cover: float  # days that the stock on hand lasts
    lost: float  # revenue expected to be lost until the delivery


@tool(roles={"manager"})
def list_low_stock(
    context: Context, limit: int | None = None, store: str | None = None, category: str | None = None
) -> ToolResult:
    """Which products are running low: out of stock, or likely to run out before a delivery could arrive.

    Args:
        limit: how many products to list.
        store: only this store.
        category: only this category.
    """
    if limit is not None and limit < 1:
        raise BadCall(f"list_low_stock: limit must be 1 or more; got {limit}.")
    shop = context.shop
    shop.warehouse.require("inventory", "stock levels")
    place = shop.resolve.store(store) if store else None
    group = shop.resolve.category(category) if category else None
    fitted = fitted_forecast(context)
    positions = stock_positions(
        shop.warehouse, category=group, store=place.store_id if place else None, by_store=bool(fitted.keys("store"))
    )
    low = _running_low(fitted, positions)
    return _answer(context, fitted, low, limit or _LISTED, len(positions), place.name if place else None, group)


def _running_low(fitted: FittedForecast, positions: list[Position]) -> list[_Low]:
    """What is expected to sell before a delivery beyond what is there, the dearest loss first."""
    grouped: dict[tuple[str | None, int], list[Position]] = defaultdict(list)
    for each in positions:
        grouped[each.store_id, max(1, round(each.lead_time_days))].append(each)
    found = []
    for (store_id, lead), members in grouped.items():
        keys = [each.product_id for each in members]
        if store_id is not None and not fitted.knows("store", store_id):
            continue  # a place that sells nothing itself
        demands = fitted.sums(keys, lead, store_id, shelf=True)
        daily = fitted.sums(keys, _COVER_DAYS, store_id, shelf=True) / _COVER_DAYS
        for each, demand, rate in zip(members, demands, daily, strict=True):
            on_hand = max(0.0, each.on_hand or 0.0)
            if rate <= 0 or (on_hand >= 1 and each.available >= demand):
                continue
            lost = max(0.0, float(demand) - max(0.0, each.available)) * (each.price or 0.0)
            found.append(_Low(each, float(demand), on_hand / float(rate), lost))
    return sorted(found, key=lambda low: (-low.lost, low.cover, low.position.product_id, low.position.store_id or ""))


def _answer(
    context: Context, fitted: FittedForecast, low: list[_Low], limit: int, looked_at: int, place: str | None,
    category: str | None,
) -> ToolResult:  # fmt: skip
    currency, names = context.shop.currency, store_names(context)
    where = (f" at {place}" if place else "") + (f" in {category}" if category else "")
    method = "A product is low when more should sell until a delivery than is on hand and on order, or none is on hand."
    if not low:
        return ToolResult(
            headline=f"No product{where} is running low: {number(looked_at)} stock levels were checked.", method=method
        )
    shown = low[:limit]
    empty = sum(1 for each in low if (each.position.on_hand or 0) <= 0)
    several = any(each.position.store_id for each in low) and not place
    first = [_named(each, names, several) for each in shown[:3]]
    unit = "stock levels" if several else "products"
    are = "is" if len(low) == 1 else "are"
    head = f"{number(len(low))} of {number(looked_at)} {unit}{where} {are} running low, {number(empty)} out of stock"
    ranked = f"top {len(shown)} of {len(low)}" if len(shown) < len(low) else f"all {len(low)}"
    return ToolResult(
        headline=f"{head}; most urgent: {listed(first)}.",
        facts=(
            Fact("running low", len(low), "products", number(len(low))),
            Fact("checked", looked_at, "products", number(looked_at)),
            Fact("out of stock", empty, "products", number(empty)),
            Fact("listed", len(shown), "products", ranked),
            *(
                Fact(f"revenue at risk: {_named(each, names, several)}", round(each.lost, 2), currency,
                     money(each.lost, currency))
                for each in shown[:3]
            ),
        ),
        table=Table(
            ("product", "title", "store", "on hand", "on order", "days of cover", "lead time (days)",
             "expected to sell by then", f"revenue at risk ({currency})"),
            tuple(_row(each, names) for each in shown),
        ),
        products=tuple(
            ProductCard(p.product_id, p.title, p.price, p.category, (p.on_hand or 0) > 0)
            for p in {each.position.product_id: each.position for each in shown}.values()
        ),
        method=method,
        score=score_words(fitted.scorecard),
        notes=(f"Listed: {ranked}, by the revenue at risk.", *stale_note(fitted, context.shop.as_of)),
        follow_ups=(f"How many {shown[0].position.title} should I order?", "Which stores could send stock to another?"),
    )  # fmt: skip


def _named(each: _Low, names: dict[str, str], several: bool) -> str:
    place = (
        f" ({names.get(each.position.store_id, each.position.store_id)})" if several and each.position.store_id else ""
    )
    return f"{each.position.title}{place} with {plural(max(0.0, each.position.on_hand or 0.0), 'unit')} left"


def _row(each: _Low, names: dict[str, str]) -> tuple[Cell, ...]:
    p = each.position
    return (
        p.product_id, p.title, names.get(p.store_id or "", p.store_id), p.on_hand, p.on_order, round(each.cover, 1),
        p.lead_time_days, round(each.demand, 1), round(each.lost, 2),
    )  # fmt: skip
