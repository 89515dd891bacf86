"""The tools about what the shop sells: find, look at, compare, recommend, stock, policies, category.

Knows the catalog and the fitted recommendations through the shop; the wording of searches is in `catalog_answers`.
"""

from dataclasses import replace
from typing import Literal

from assistant.errors import BadCall, NotFound
from assistant.messages import Fact, Table, ToolResult
from assistant.service.hand_over import summary_of
from assistant.service.variant_groups import overview
from assistant.toolbox import Context, Tool, tool
from assistant.tools import product_facts
from assistant.tools.catalog_answers import LISTED, named, search_answer
from assistant.tools.suggestions import (
    alike_in_text,
    because,
    for_customer,
    hits_of,
    popular_answer,
    recommender_of,
    sellable,
    suggested,
)
from assistant.wording import listed, number, percent, plural
from retrieval.policies import PolicyAnswer
from retrieval.understanding import understand

_TITLES_NAMED = 6  # a longer list of pages is counted instead
_UNSURE = 0.4  # a category less likely than this is offered as a guess only


@tool(roles={"customer", "manager"})
def search_products(
    context: Context,
    query: str = "",
    category: str | None = None,
    min_price: float | None = None,
    max_price: float | None = None,
    in_stock: bool | None = None,
    sort: Literal["relevance", "price_low", "price_high", "popular", "newest", "rating"] | None = None,
) -> ToolResult:
    """Find products in the shop by what they are, with limits on category, price and stock.

    Args:
        query: what is looked for, in the words that were said; without it the whole range is meant.
        category: a category of the shop.
        min_price: lowest price.
        max_price: highest price.
        in_stock: true if only products in stock are wanted.
        sort: how to order the products.
    """
    if min_price is not None and max_price is not None and min_price > max_price:
        raise BadCall(f"The lowest price ({number(min_price, 2)}) is above the highest ({number(max_price, 2)}).")
    catalog, said = context.shop.catalog, " ".join(query.split())
    notes: list[str] = []
    wish = said
    if category is not None:
        try:
            category = context.shop.resolve.category(category)
        except NotFound:
            notes.append(f"There is no category “{category}” here, so I looked for the word instead.")
            wish, category = f"{said} {category}", None
    if in_stock is not None and not catalog.keeps_stock():
        notes.append(product_facts.NO_STOCK)
        in_stock = None
    read = understand(wish)
    order = sort or read.sort or "relevance"
    lacking = _lacking(context, order)
    if lacking:
        notes.append(lacking)
        order, wish = "relevance", read.text
    found = catalog.search(wish, category, min_price, max_price, in_stock, order, LISTED)
    return search_answer(found, said[:80], context.shop.currency, tuple(notes))


@tool(roles={"customer", "manager"})
def product_details(context: Context, product: str) -> ToolResult:
    """Price, description, attributes, stock and rating of one product.

    Args:
        product: the product's name or code as it was said.
    """
    variants = overview(context.shop, product)
    if variants is not None:
        return variants
    chosen = context.shop.resolve.product(product)
    facts = product_facts.of(context.shop, chosen)
    return ToolResult(
        headline=product_facts.sentence(facts),
        facts=facts.facts(),
        products=(facts.card(),),
        quotes=((chosen.title, facts.description),) if facts.description else (),
        follow_ups=(f"What goes well with {chosen.title}?", f"Show me something similar to {chosen.title}"),
    )


@tool(roles={"customer", "manager"})
def compare_products(context: Context, products: list[str]) -> ToolResult:
    """Compare two or more products side by side: price, stock, rating, attributes.

    Args:
        products: the products' names or codes as they were said.
    """
    chosen = {each.product_id: each for each in (context.shop.resolve.product(said) for said in products)}
    if len(chosen) < 2:
        raise BadCall("To compare I need two different products; please name both.")
    sides = [product_facts.of(context.shop, each) for each in chosen.values()]
    return ToolResult(
        headline=product_facts.comparison(sides),
        facts=tuple(fact for side in sides for fact in side.facts()) + product_facts.difference(sides),
        table=product_facts.side_by_side(sides),
        products=tuple(side.card() for side in sides),
        follow_ups=tuple(f"Add {side.product.title} to my cart" for side in sides[:2]),
    )


@tool(roles={"customer", "manager"})
def similar_products(context: Context, product: str) -> ToolResult:
    """Products like a given one, as alternatives to it.

    Args:
        product: the product's name or code as it was said.
    """
    chosen = context.shop.resolve.product(product)
    recommender, method = recommender_of(context), "nearest texts and shared customers"
    found = (
        []
        if recommender is None
        else hits_of(context, recommender.similar(chosen.product_id, LISTED, sellable(context)))
    )
    if not found:
        found, method = alike_in_text(context, chosen), "nearest texts"
    if not found:
        return ToolResult(f"I found nothing that is like {chosen.title}.")
    reasoned = [(hit, f"like {chosen.title}") for hit, _ in found]
    first = listed([named(hit, context.shop.currency) for hit, _ in found[:3]])
    return suggested(context, f"Most like {chosen.title}: {first}.", reasoned, method)


@tool(roles={"customer", "manager"})
def goes_well_with(context: Context, product: str) -> ToolResult:
    """What other customers buy together with a product.

    Args:
        product: the product's name or code as it was said.
    """
    chosen = context.shop.resolve.product(product)
    recommender = recommender_of(context)
    if recommender is None:
        return ToolResult(
            "What is bought together has not been learnt for this shop yet: run `retail-assistant fit`.", "error"
        )
    found = hits_of(context, recommender.goes_with(chosen.product_id, LISTED, sellable(context)))
    if not found:
        return ToolResult(
            f"No product is bought with {chosen.title} more often than by chance, as far as the sales show.",
            follow_ups=(f"Show me something similar to {chosen.title}",),
        )
    reasoned = [(hit, f"in one order with it {plural(why.together, 'time')}") for hit, why in found]
    facts = [
        Fact(f"orders with {chosen.title} and {hit.title}", why.together, "orders", plural(why.together, "order"))
        for hit, why in found
    ]
    best, why = found[0]
    headline = (
        f"With {chosen.title} people most often buy {named(best, context.shop.currency)}: "
        f"{plural(why.together, 'order')} held both, {number(why.lift, 1)} times as many as chance would give."
    )
    facts.append(
        Fact(f"times more often than by chance with {best.title}", round(why.lift, 1), "", number(why.lift, 1))
    )
    return suggested(context, headline, reasoned, "orders that hold both, significant at 0.1 %", tuple(facts))


@tool(roles={"customer"})
def recommend_for_me(context: Context, category: str | None = None) -> ToolResult:
    """Recommend products to this customer from what they bought before; popular ones if nothing is known.

    Args:
        category: a category of the shop to choose from.
    """
    recommender = recommender_of(context)
    if recommender is None:
        return ToolResult(
            "Recommendations have not been learnt for this shop yet: run `retail-assistant fit`.", "error"
        )
    wanted = None if category is None else context.shop.resolve.category(category)
    allowed = sellable(context, wanted)
    customer = context.session.customer_id
    if customer is None or not recommender.knows(customer, context.shop.history.lines):
        return popular_answer(context, recommender, wanted, allowed)
    found = hits_of(context, for_customer(context, recommender, customer, allowed))
    if not found:
        return ToolResult("I found nothing to recommend" + (f" in {wanted}." if wanted else "."))
    reasoned = [(hit, because(context, why)) for hit, why in found]
    hit, reason = reasoned[0]
    score = recommender.backtest.sentence() if recommender.backtest else None
    fresh = sum(why.kind != "bought_before" for _, why in found)
    notes = (f"{fresh} of {len(found)} are new to you, the others you may want again.",) if fresh else ()
    counts = (Fact("recommended products", len(found), "products", plural(len(found), "product")),)
    headline = f"For you I would pick {named(hit, context.shop.currency)}, {reason}."
    result = suggested(context, headline, reasoned, "your purchases and those of customers like you", (), score)
    whys = tuple(f"{hit.title}: {reason}." for hit, reason in reasoned)
    return replace(result, notes=notes, facts=result.facts + counts, reasons=whys)


@tool(roles={"customer", "manager"})
def check_stock(context: Context, product: str, store: str | None = None) -> ToolResult:
    """Whether a product is in stock, and where.

    Args:
        product: the product's name or code as it was said.
        store: a store of the shop.
    """
    chosen = context.shop.resolve.product(product)
    place = None if store is None else context.shop.resolve.store(store)
    return product_facts.stock_answer(context.shop, chosen, place)


@tool(roles={"customer", "manager"})
def shop_policy(context: Context, question: str) -> ToolResult:
    """What the shop's policy pages say, for example about returns, delivery, payment, warranty or privacy.

    Args:
        question: the question in the words that were said.
    """
    answer = context.shop.policies.ask(question)
    if not answer.answered:
        return _unanswered(context, answer, context.shop.policies.titles())
    first = answer.passages[0]
    quotes = [(_source(first.title, first.heading), first.text)]
    said = " ".join(answer.sentences)
    headline = f"Our page “{first.title}” says: {said}"
    if answer.disagreeing is None:
        return ToolResult(headline=headline, quotes=tuple(quotes))
    other, passed_on = answer.disagreeing, _passed_on(context, question)
    quotes.append((_source(other.title, other.heading), other.text))
    return ToolResult(
        f"Our pages disagree: “{first.title}” says: {first.best} But “{other.title}” says: {other.best}{passed_on}",
        quotes=tuple(quotes),
        notes=("Two pages of the shop say different things, so please let the staff confirm which one holds.",),
        handed_off=bool(passed_on),
    )


@tool(roles={"manager"})
def classify_product(context: Context, description: str) -> ToolResult:
    """Suggest the shop's category for a new product from its name or description.

    Args:
        description: the product's name or description as it was said.
    """
    if not context.shop.catalog.categories():
        return ToolResult(
            "This shop's products have no categories, so there is nothing to learn a category from.", "error"
        )
    classifier = context.shop.models.load("classify")
    embedder = context.shop.catalog.embedder
    if classifier.embedder != embedder.identity:
        return ToolResult(
            "The embedding model was changed after the categories were learnt: run `retail-assistant fit`.", "error"
        )
    guesses = classifier.predict(description, embedder.encode)
    best = guesses[0]
    sure = percent(100 * best.confidence, 0)
    headline = f"“{description[:80]}” belongs in {best.category} ({sure} sure)."
    if best.confidence < _UNSURE:
        names = listed([guess.category for guess in guesses], "or")
        headline = (
            f"I am not sure: “{description[:80]}” could belong in {names}; {best.category} is likeliest ({sure})."
        )
    facts = tuple(
        Fact(f"confidence in {each.category}", 100 * each.confidence, "percent", percent(100 * each.confidence, 0))
        for each in guesses
    )
    rows = tuple((each.category, round(100 * each.confidence, 1)) for each in guesses)
    score: str = classifier.scorecard.sentence()
    return ToolResult(
        headline,
        facts=facts,
        table=Table(("category", "confidence %"), rows),
        method=classifier.scorecard.serves,
        score=score,
    )


def _lacking(context: Context, sort: str) -> str | None:
    """Why the products cannot be put in that order; None where they can."""
    column = {"newest": "added_on", "rating": "rating"}.get(sort)
    if column is None or context.shop.catalog.products[column].notna().any():
        return None
    what = "when its products came in" if sort == "newest" else "any ratings"
    return f"This shop does not record {what}, so the products come in order of relevance."


def _unanswered(context: Context, answer: PolicyAnswer, titles: tuple[str, ...]) -> ToolResult:
    """That no page answers for sure, with the nearest sentence where there is one; the question goes to the staff."""
    passed_on = _passed_on(context, answer.question)
    if not titles:
        return ToolResult(
            f"This shop has no policy pages, so I can't answer that.{passed_on}", handed_off=bool(passed_on)
        )
    about = f"pages answers that; they are about {listed(titles)}."
    if answer.sentences:
        first = answer.passages[0]
        about = f"pages clearly answers that. The nearest is on “{first.title}”: {' '.join(answer.sentences)}"
    elif len(titles) > _TITLES_NAMED:
        about = f"{len(titles)} pages answers that."
    return ToolResult(f"None of the shop's {about}{passed_on}", handed_off=bool(passed_on))


def _passed_on(context: Context, question: str) -> str:
    """Puts a customer's question into the queue for a person, and says so; empty for the staff itself."""
    if context.session.role != "customer":
        return ""
    records, session = context.shop.records, context.session
    reason = f"A question that no page answers: {question[:200]}"
    place = records.hand_off(session, reason, summary_of(records, session, reason))
    return f" I've passed your question to a colleague under number {place}."


def _source(title: str, heading: str) -> str:
    return title if title == heading else f"{title} - {heading}"


TOOLS: tuple[Tool, ...] = (
    search_products,
    product_details,
    compare_products,
    similar_products,
    goes_well_with,
    recommend_for_me,
    check_stock,
    shop_policy,
    classify_product,
)
