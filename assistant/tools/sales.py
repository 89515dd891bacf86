"""The manager's tools about the past: what was sold, and what changed. Knows the reports, not how they are computed."""

from collections.abc import Callable
from datetime import date
from typing import Literal, cast

from analytics.baskets import bought_together
from analytics.cohorts import cohorts, customer_split
from analytics.errors import MissingData
from analytics.report_records import COLUMNS, Grouping, SalesRequest
from analytics.reports import sales_report as report_of
from analytics.reports import unsold_products
from analytics.trends import find_trends
from analytics.unusual_days import daily_orders, history_needed, unusual_days
from assistant import periods
from assistant.errors import BadCall
from assistant.messages import ToolResult
from assistant.periods import Period
from assistant.toolbox import Context, Tool, tool
from assistant.tools.basket_answers import baskets_answer
from assistant.tools.buyer_answers import split_answer
from assistant.tools.cohort_answers import cohorts_answer
from assistant.tools.sales_answers import Said, report_answer
from assistant.tools.trend_answers import trends_answer, with_unusual_days

_LISTED = 10


@tool(roles={"manager"})
def sales_report(
    context: Context,
    metric: Literal["revenue", "units", "orders", "customers", "average_order_value", "return_rate"],
    period: str | None = None,
    group_by: Literal[
        "product",
        "category",
        "country",
        "store",
        "customer",
        "day",
        "week",
        "month",
        "quarter",
        "weekday",
        "hour",
        "customer_type",
        "cohort",
        "basket",
    ]
    | None = None,
    product: str | None = None,
    category: str | None = None,
    country: str | None = None,
    store: str | None = None,
    customer: str | None = None,
    compare_to: str | None = None,
    top: int | None = None,
    order: Literal["highest", "lowest"] | None = None,
) -> ToolResult:
    """What was sold in the past: a figure, its ranking or course by group, or its comparison with another period.

    Args:
        metric: the figure; "revenue" for sales in money, "units" for pieces sold.
        period: the time as it was said; none for the whole history.
        group_by: rank or split by this; "customer_type" for new versus returning customers, "cohort" for who comes back
            by month of first order, "basket" for what is bought together.
        product: only this product, as it was called.
        category: only this category.
        country: only customers of this country.
        store: only this store.
        customer: only this customer.
        compare_to: the earlier time to compare with, as it was said.
        top: how many groups to list.
        order: "lowest" when the worst or least are wanted.
    """
    if top is not None and top < 1:
        raise BadCall(f"sales_report: top must be 1 or more; got {top}.")
    shop, resolve = context.shop, context.shop.resolve
    if group_by is None and (top or order):
        group_by = "product"
    _require(context, "category", said=bool(category) or group_by == "category")
    _require(context, "store", said=bool(store) or group_by == "store")
    chosen = resolve.period(period) if period else _whole(context)
    earlier = resolve.earlier(chosen, compare_to) if compare_to else None
    found_product = resolve.product(product) if product else None
    found_customer = resolve.customer(customer) if customer else None
    found_store = resolve.store(store) if store else None
    ranked = group_by in (*COLUMNS, "basket") or bool(top)
    request = SalesRequest(
        metric,
        chosen.start if period else None,
        chosen.end if period else None,
        None if group_by in _BUYING else cast(Grouping | None, group_by),
        product_id=found_product.product_id if found_product else None,
        category=resolve.category(category) if category else None,
        country=resolve.country(country) if country else None,
        store_id=found_store.store_id if found_store else None,
        customer_id=found_customer.customer_id if found_customer else None,
        before=(earlier.start, earlier.end) if earlier else None,
        top=top or (_LISTED if ranked else None),
        order=order,
    )
    said = Said(
        chosen,
        earlier,
        shop.currency,
        shop.warehouse.span(),
        product=found_product.title if found_product else None,
        store=found_store.name if found_store else None,
        customer=found_customer.label if found_customer else None,
    )
    if group_by in _BUYING:
        return _BUYING[group_by](context, request, said)
    report = report_of(shop.warehouse, request)
    unsold = 0
    if group_by == "product" and order == "lowest":
        unsold = unsold_products(shop.warehouse, request, report.start, report.end)
    return report_answer(report, said, unsold, resolve.product_by_id)


def _buyers(context: Context, request: SalesRequest, said: Said) -> ToolResult:
    return split_answer(customer_split(context.shop.warehouse, request), said)


def _cohorts(context: Context, request: SalesRequest, said: Said) -> ToolResult:
    return cohorts_answer(cohorts(context.shop.warehouse, request), said)


def _baskets(context: Context, request: SalesRequest, said: Said) -> ToolResult:
    found = bought_together(context.shop.warehouse, request)
    return baskets_answer(found, said, context.shop.resolve.product_by_id)


_BUYING: dict[str | None, Callable[[Context, SalesRequest, Said], ToolResult]] = {
    "customer_type": _buyers,
    "cohort": _cohorts,
    "basket": _baskets,
}


@tool(roles={"manager"})
def sales_trends(
    context: Context,
    period: str | None = None,
    group_by: Literal["product", "category", "country", "store"] | None = None,
) -> ToolResult:
    """What is rising, falling or unusual in the sales, beyond what chance, season and the shop's own growth explain.

    Args:
        period: the time as it was said; none for the last 4 weeks.
        group_by: what to look at; none for products.
    """
    by = group_by or "product"
    _require(context, "category", said=by == "category")
    _require(context, "store", said=by == "store")
    chosen = _within_history(context, context.shop.resolve.period(period, default="last 4 weeks"))
    earlier = periods.before(chosen)
    found = find_trends(context.shop.warehouse, (chosen.start, chosen.end), (earlier.start, earlier.end), by)
    days = daily_orders(context.shop.warehouse, history_needed(chosen.start), context.shop.as_of)
    stood_out = unusual_days(days, chosen.start, chosen.end)
    return with_unusual_days(trends_answer(found, chosen, earlier, context.shop.currency), stood_out)


def _whole(context: Context) -> Period:
    first, last = context.shop.warehouse.span()
    return Period(first, last, "the whole history")


def _within_history(context: Context, period: Period) -> Period:
    """The period cut at the last day of the sales, so that it is compared with equally many days."""
    last: date = context.shop.warehouse.span()[1]
    if period.end <= last or period.start > last:
        return period
    return Period(period.start, last, f"{period.label} so far")


def _require(context: Context, what: Literal["category", "store"], *, said: bool) -> None:
    """Raises MissingData where the question needs categories or stores and the shop has none."""
    if not said:
        return
    sales = context.shop.warehouse.table("sales")
    if not context.shop.warehouse.scalar(sales[COLUMNS[what]].count()):
        many, column, table = (
            ("categories", "category", "products") if what == "category" else ("stores", "store_id", "orders")
        )
        raise MissingData(
            f"This shop has no {many}: its sales name none. Import them with "
            f"`retail-assistant ingest csv FILE --mapping map.toml` (column `{column}` of `{table}`)."
        )


TOOLS: tuple[Tool, ...] = (sales_report, sales_trends)
