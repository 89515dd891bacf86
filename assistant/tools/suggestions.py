"""Suggested products with their reasons, as tools answer with them. Knows the fitted recommender, not how it learnt."""

from collections.abc import Callable, Sequence

from analytics.errors import NotFitted
from assistant.messages import Fact, ToolResult
from assistant.shop_things import Product
from assistant.toolbox import Context
from assistant.tools.catalog_answers import LISTED, card, named, price_facts, product_table
from assistant.wording import plural
from retrieval.recommendation import Recommender, Suggestion
from retrieval.results import Hit

Reasoned = Sequence[tuple[Hit, str]]
Found = list[tuple[Hit, Suggestion]]


def recommender_of(context: Context) -> Recommender | None:
    """The shop's fitted recommendations; None before the first fit."""
    try:
        fitted: Recommender = context.shop.models.load("recommend")
    except NotFitted:
        return None
    return fitted


def sellable(context: Context, category: str | None = None) -> Callable[[str], bool]:
    """Which products may be suggested: in the catalog, not out of stock, and of that category."""
    products = context.shop.catalog.products
    admitted = products["in_stock"] != 0
    if category is not None:
        admitted &= products["category"].str.casefold() == category.casefold()
    allowed = set(products.loc[admitted, "product_id"])
    return allowed.__contains__


def hits_of(context: Context, suggestions: Sequence[Suggestion]) -> Found:
    """The suggested products as the catalog has them; those it no longer has are left out."""
    hits = ((context.shop.catalog.product(each.product_id), each) for each in suggestions)
    return [(hit, each) for hit, each in hits if hit is not None]


def alike_in_text(context: Context, product: Product) -> Found:
    """The nearest texts, for a shop or a product without sales."""
    try:
        near = context.shop.catalog.similar(product.product_id, LISTED)
    except KeyError:
        return []
    kept = (hit for hit in near if hit.in_stock is not False)
    return [(hit, Suggestion(hit.product_id, hit.score, "similar", product.product_id)) for hit in kept]


def suggested(
    context: Context,
    headline: str,
    reasoned: Reasoned,
    method: str,
    facts: tuple[Fact, ...] = (),
    score: str | None = None,
) -> ToolResult:
    """The answer with its products, each with its reason."""
    hits = [hit for hit, _ in reasoned]
    return ToolResult(
        headline=headline,
        facts=facts + price_facts(hits, context.shop.currency),
        table=product_table(hits),
        products=tuple(card(hit, reason) for hit, reason in reasoned),
        method=method,
        score=score,
        follow_ups=(f"Tell me more about {hits[0].title}",) if hits else (),
    )


def because(context: Context, why: Suggestion) -> str:
    """A suggestion's reason in words."""
    if why.kind == "bought_before":
        return f"you bought it in {plural(why.together, 'order')} before"
    if why.because is not None and why.kind in ("because_you_bought", "new_like"):
        source = context.shop.catalog.product(why.because)
        title = source.title if source else why.because
        return f"new, and like {title}, which you bought" if why.kind == "new_like" else f"because you bought {title}"
    if why.kind == "customers_like_you":
        return "customers with purchases like yours buy it"
    return f"popular: in {plural(why.together, 'order')} lately"


def for_customer(
    context: Context, recommender: Recommender, customer: str, allowed: Callable[[str], bool]
) -> Sequence[Suggestion]:
    """A new product where one is near, what is new to them, then what they may want next; purchases of today count."""
    lines, found = context.shop.history.lines, list[Suggestion]()

    def other(product_id: str) -> bool:
        return allowed(product_id) and all(each.product_id != product_id for each in found)

    found += recommender.new_products(customer, 1, other, lines)
    found += recommender.discover(customer, LISTED // 2, other, lines)
    found += recommender.for_customer(customer, LISTED - len(found), other, lines)
    return sorted(found, key=lambda each: each.kind == "new_like")


def popular_answer(
    context: Context, recommender: Recommender, category: str | None, allowed: Callable[[str], bool]
) -> ToolResult:
    """Popular products, and that they are just that."""
    found = hits_of(context, recommender.popular(LISTED, allowed))
    where = f" in {category}" if category else ""
    if not found:
        return ToolResult(f"Nothing has sold lately{where}, so I have nothing to recommend.")
    known = context.session.customer_id is not None
    reason = "you have bought nothing from us yet" if known else "I don't know yet what you have bought"
    best, why = found[0]
    headline = f"Since {reason}, here is what is popular{where}: first of all {named(best, context.shop.currency)}."
    orders = Fact(f"orders with {best.title} lately", why.together, "orders", plural(why.together, "order"))
    reasoned = [(hit, because(context, each)) for hit, each in found]
    return suggested(context, headline, reasoned, "orders of the last weeks", (orders,))
