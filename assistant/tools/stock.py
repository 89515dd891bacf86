"""The manager's tools about what will sell and what to order. Knows the forecast and the stock, not the methods."""

from dataclasses import replace
from typing import Literal

from analytics.errors import MissingData
from analytics.forecasting import FittedForecast
from analytics.inventory import ReorderAdvice, StockSettings, advise, stock_positions
from assistant.errors import BadCall
from assistant.messages import ToolResult
from assistant.toolbox import Context, Tool, tool
from assistant.tools.deliveries import plan_deliveries
from assistant.tools.forecast_answers import Subject, forecast_answer
from assistant.tools.forecast_what_if import with_price_change
from assistant.tools.low_stock import list_low_stock
from assistant.tools.moves import plan_transfers
from assistant.tools.order_plan import optimize_inventory
from assistant.tools.reorder_answers import order_table, picking_note, reorder_answer
from assistant.tools.scores import model_scorecard
from assistant.tools.stock_reading import fitted_forecast, past_words, settings_for, stale_note, store_names


@tool(roles={"manager"})
def forecast_sales(
    context: Context,
    product: str | None = None,
    category: str | None = None,
    store: str | None = None,
    country: str | None = None,
    horizon: str | None = None,
    metric: Literal["units", "revenue"] | None = None,
    price_change: float | None = None,
    promotion: bool | None = None,
) -> ToolResult:
    """What will sell: expected units or revenue of a product, category, store, country or the whole shop, with a range.

    Args:
        product: only this product, as it was called.
        category: only this category.
        store: only this store.
        country: only customers of this country.
        horizon: the time ahead as it was said; none for the next 4 weeks.
        metric: "revenue" for money, "units" for pieces; none for units of a product, else revenue.
        price_change: what if the price moved by so many percent, below 0 for a cut; only where a change is supposed.
        promotion: true where a promotion is supposed.
    """
    shop = context.shop
    fitted = fitted_forecast(context)
    subject = _subject(context, product, category, store, country)
    chosen = shop.resolve.horizon(horizon, default="next 4 weeks")
    measured = metric or ("units" if subject.level == "product" else "revenue")
    answer = forecast_answer(fitted, subject, chosen, measured, shop.currency)
    if price_change is not None or promotion:
        found = fitted.predict(subject.level, subject.key, chosen.start, chosen.end, measured, subject.store_id)
        answer = with_price_change(context, answer, subject, found, price_change, promoted=bool(promotion))
    return replace(answer, notes=(*answer.notes, *stale_note(fitted, shop.as_of)))


@tool(roles={"manager"})
def recommend_reorder(
    context: Context, product: str, store: str | None = None, service_level: float | None = None
) -> ToolResult:
    """When to order a product again and how many: reorder point, order quantity and date, with reasons.

    Args:
        product: the product, as it was called.
        store: only this store's stock and sales.
        service_level: how surely stock should last until the delivery, in percent.
    """
    shop = context.shop
    settings = settings_for(service_level)
    found = shop.resolve.product(product)
    place = shop.resolve.store(store) if store else None
    fitted = fitted_forecast(context)
    positions = stock_positions(shop.warehouse, product=found.product_id, store=place.store_id if place else None)
    if not positions:
        raise MissingData(f"{found.title} is not merchandise that the shop orders, so there is nothing to advise.")
    position = replace(positions[0], store_id=place.store_id if place else None)
    advice = advise(fitted, position, settings)
    name, card = place.name if place else None, fitted.scorecard
    answer = reorder_answer(advice, shop.as_of, settings.service_level, shop.currency, name, card)
    lines, split = _order_lines(context, fitted, advice, settings)
    table = order_table(lines, store_names(context), shop.currency)
    notes = (*answer.notes, *picking_note(fitted, position, name), *split, *past_words(context, {found.product_id}))
    return replace(answer, table=table, notes=(*notes, *stale_note(fitted, shop.as_of)))


def _order_lines(
    context: Context, fitted: FittedForecast, advice: ReorderAdvice, settings: StockSettings
) -> tuple[list[ReorderAdvice], tuple[str, ...]]:
    """The advice as orders: store by store where the shop has several shelves and was asked as a whole."""
    product = advice.position.product_id
    if advice.position.store_id is not None or advice.position.on_hand is None:
        return [advice], ()
    held = stock_positions(context.shop.warehouse, product=product, by_store=True)
    places = [p for p in held if p.store_id is not None and fitted.knows("store", p.store_id)]
    if len(places) < 2:
        return [advice], ()
    said = "The table orders store by store: each keeps a safety stock of its own, so the sum may exceed the shop's."
    return [advise(fitted, place, settings) for place in places], (said,)


def _subject(
    context: Context, product: str | None, category: str | None, store: str | None, country: str | None
) -> Subject:
    """What is to be forecast.

    Raises:
        BadCall: a combination that is not forecast.
    """
    resolve = context.shop.resolve
    said = [name for name, value in (("category", category), ("store", store), ("country", country)) if value]
    if product and said in ([], ["store"]):
        found, place = resolve.product(product), resolve.store(store) if store else None
        return Subject("product", found.product_id, found.title, place.store_id if place else None,
                       place.name if place else None)  # fmt: skip
    if product or len(said) > 1:
        raise BadCall(
            "forecast_sales: forecasts are per product (in the whole shop or one store), category, store, country or "
            "whole shop; please ask for one of these."
        )
    if category:
        name = resolve.category(category)
        return Subject("category", name, name)
    if store:
        place = resolve.store(store)
        return Subject("store", place.store_id, place.name)
    if country:
        name = resolve.country(country)
        return Subject("country", name, name)
    return Subject("total", "shop", "the whole shop")


TOOLS: tuple[Tool, ...] = (
    forecast_sales,
    recommend_reorder,
    list_low_stock,
    optimize_inventory,
    plan_transfers,
    plan_deliveries,
    model_scorecard,
)
