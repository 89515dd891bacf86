"""How what the catalog found is told: headlines, cards, facts. Knows search results, not how they are found."""

from collections.abc import Sequence

from assistant.messages import Fact, ProductCard, Table, ToolResult
from assistant.wording import listed, money, number, plural
from retrieval.products import Filters
from retrieval.results import Hit, SearchResult, Sort
from retrieval.shop_words import AVOIDED

LISTED = 8
LONGEST_SAID = 80  # characters of the wish that are repeated
_BEST = {
    "price_low": "the cheapest is",
    "price_high": "the dearest is",
    "popular": "the most popular is",
    "newest": "the newest is",
    "rating": "the best rated is",
}


def card(hit: Hit, reason: str | None = None) -> ProductCard:
    """A hit as it is shown."""
    return ProductCard(
        product_id=hit.product_id,
        title=hit.title,
        price=hit.price,
        category=hit.category,
        in_stock=hit.in_stock,
        reason=reason,
        description=hit.description or None,
    )


def named(hit: Hit, currency: str) -> str:
    """A product with its price: "RED TEAPOT at £5.95"."""
    return hit.title if hit.price is None else f"{hit.title} at {money(hit.price, currency)}"


def price_fact(hit: Hit, currency: str) -> Fact | None:
    """The price of a product; None where the shop gives none."""
    if hit.price is None:
        return None
    return Fact(f"price of {hit.title}", hit.price, currency, money(hit.price, currency))


def price_facts(hits: Sequence[Hit], currency: str) -> tuple[Fact, ...]:
    """The prices of those products that have one."""
    return tuple(fact for fact in (price_fact(hit, currency) for hit in hits) if fact is not None)


def product_table(hits: Sequence[Hit]) -> Table | None:
    """Products as rows."""
    if not hits:
        return None
    stocked = any(hit.in_stock is not None for hit in hits)
    columns = ("product", "code", "price") + (("in stock",) if stocked else ())
    rows = tuple((hit.title, hit.product_id, hit.price) + ((_yes_no(hit.in_stock),) if stocked else ()) for hit in hits)
    return Table(columns, rows)


def filter_words(filters: Filters, currency: str) -> str:
    """The filters after a noun: " in Kitchen between £5.00 and £10.00, in stock"."""
    words = f" in {filters.category}" if filters.category else ""
    low, high = filters.min_price, filters.max_price
    if low is not None and high is not None:
        words += f" between {money(low, currency)} and {money(high, currency)}"
    elif high is not None:
        words += f" up to {money(high, currency)}"
    elif low is not None:
        words += f" from {money(low, currency)}"
    return words + {True: " in stock", False: " out of stock", None: ""}[filters.in_stock]


def search_answer(found: SearchResult, said: str, currency: str, notes: tuple[str, ...]) -> ToolResult:
    """The whole answer to a search."""
    hits, sort = found.hits, found.sort
    if found.understood is not None and found.understood.meaning:
        said = found.understood.meaning[:LONGEST_SAID]
    open_wish = found.understood is not None and found.understood.open
    shown = hits if found.facets.count or open_wish else (*found.alternatives, *hits)[:LISTED]
    return ToolResult(
        headline=_search_headline(found, said, sort, currency),
        facts=_search_facts(found, said, currency) + price_facts(shown, currency),
        table=product_table(shown),
        products=tuple(card(hit, _reason(hit, found)) for hit in shown),
        notes=notes + _search_notes(found, shown, currency),
        follow_ups=_follow_ups(found, currency),
    )


def _search_headline(found: SearchResult, said: str, sort: Sort, currency: str) -> str:
    where, count = filter_words(found.filters, currency), found.facets.count
    if found.browsing:
        return _browse_headline(found, where, sort, currency)
    if count:
        best = f"{_BEST.get(sort, 'the best match is')} {named(found.hits[0], currency)}" if found.hits else ""
        where += _range(found, currency)
        if count == 1 and found.facets.complete:
            return f"I found one product for “{said}”{where}: {named(found.hits[0], currency)}."
        many = number(count) if found.facets.complete else f"at least {number(count)}"
        return f"I found {many} products for “{said}”{where}; {best}."
    if found.understood is not None and found.understood.open and found.hits:
        ideas = listed([named(hit, currency) for hit in found.hits[:3]], "and")
        return f"For “{said}” I have ideas{where}, none of them made for just that: {ideas}."
    if found.dropped and found.alternatives:
        first = [named(hit, currency) for hit in found.alternatives[:3]]
        there = f"there {'is' if len(first) == 1 else 'are'} {listed(first, 'and')}"
        return f"I found nothing for “{said}”{where}, but without {_given_up(found)} {there}."
    near = (*found.hits, *found.alternatives)
    if near:
        names = listed([named(hit, currency) for hit in near[:3]])
        nearest = "the nearest is" if len(near) == 1 else "the nearest are"
        if not found.carried:
            return f"It seems that we don't carry “{said}”{where}; {nearest} {names}."
        return f"I found nothing that is exactly “{said}”{where}; {nearest} {names}."
    return f"I found nothing like “{said}” in our range, so it seems that we don't carry it."


_WITHOUT = {"price": "the price limit", "category": "the category", "in_stock": "asking for stock"}


def _given_up(found: SearchResult) -> str:
    """The wishes that had to go, in words: "the price limit and the colour red"."""
    words = []
    for name in found.dropped:
        said = [each for kind, each in found.traits if kind == name]
        if name == "material" and said == [each for kind, each in found.traits if kind == "colour"]:
            continue  # copper is both
        if name == "without":
            words += [f"leaving out {each}" for each in said]
        else:
            words += [_WITHOUT[name]] if name in _WITHOUT else [f"the {name} {each}" for each in said]
    return listed(words, "and")


def _range(found: SearchResult, currency: str) -> str:
    """Their prices as a clause; nothing where the cheapest or dearest is named anyway, or they have none."""
    low, high = found.facets.lowest_price, found.facets.highest_price
    if low is None or high is None or found.sort.startswith("price") or not found.facets.complete:
        return ""
    return f", from {money(low, currency)} to {money(high, currency)}" if high > low else ""


def _browse_headline(found: SearchResult, where: str, sort: Sort, currency: str) -> str:
    if not found.hits:
        return f"There is no product{where or ' in this shop'}."
    best = _BEST.get(sort, _BEST["popular"])
    many = plural(found.facets.count, "product")
    return f"There are {many}{where}{_range(found, currency)}; {best} {named(found.hits[0], currency)}."


def _search_facts(found: SearchResult, said: str, currency: str) -> tuple[Fact, ...]:
    facets, filters = found.facets, found.filters
    about = f"for “{said}”" if said else "in this list"
    facts = [Fact(f"products found {about}", facets.count, "products", plural(facets.count, "product"))]
    if facets.lowest_price is not None and facets.highest_price is not None:
        facts.append(Fact(f"lowest price {about}", facets.lowest_price, currency, money(facets.lowest_price, currency)))
        facts.append(
            Fact(f"highest price {about}", facets.highest_price, currency, money(facets.highest_price, currency))
        )
    if facets.cheapest is not None and facets.dearest is not None:
        facts.append(Fact(f"cheapest {about}", facets.cheapest.title, "", named(facets.cheapest, currency)))
        facts.append(Fact(f"dearest {about}", facets.dearest.title, "", named(facets.dearest, currency)))
    if facets.in_stock is not None:
        facts.append(Fact(f"in stock {about}", facets.in_stock, "products", plural(facets.in_stock, "product")))
    for name, limit in (("lowest price asked for", filters.min_price), ("highest price asked for", filters.max_price)):
        if limit is not None:
            facts.append(Fact(name, limit, currency, money(limit, currency)))
    return tuple(facts)


def _search_notes(found: SearchResult, shown: Sequence[Hit], currency: str) -> tuple[str, ...]:
    notes = []
    if found.facets.count > len(shown):
        at_least = "" if found.facets.complete else "at least "
        notes.append(f"Shown are {number(len(shown))} of {at_least}{number(found.facets.count)}.")
    left_out = [f"“{said}”" for kind, said in found.traits if kind == "without"]
    if left_out and found.facets.count:
        food = any(said in AVOIDED for kind, said in found.traits if kind == "without")
        label = "; for an allergy please check the label" if food else ""
        notes.append(f"Left out is whatever mentions {listed(left_out)}{label}.")
    if found.mended and shown:
        read = listed([f"“{said}” as “{known}”" for said, known in found.mended[:3]])
        notes.append(f"I read {read}.")
    if found.facets.count and found.alternatives:
        notes.append(f"Outside your limits there is a closer match: {named(found.alternatives[0], currency)}.")
    unknown = [word for word in found.not_found if len(word) <= 30]
    open_wish = found.understood is not None and found.understood.open
    if unknown and not found.facets.count and found.hits and not open_wish:
        words = listed([f"“{word}”" for word in unknown[:3]])
        notes.append(f"No product's text holds {words}.")
    return tuple(notes)


def _follow_ups(found: SearchResult, currency: str) -> tuple[str, ...]:
    ups = []
    if found.facets.count and found.hits:
        ups.append(f"Tell me more about {found.hits[0].title}")
    if found.facets.count > 1 and found.facets.lowest_price != found.facets.highest_price:
        ups.append("Which one is the cheapest?")
    if len(found.hits) > 1 and found.facets.count > 1:
        ups.append(f"Compare {found.hits[0].title} and {found.hits[1].title}")
    return tuple(ups)


def _reason(hit: Hit, found: SearchResult) -> str:
    if found.browsing:
        return "popular here"
    if hit in found.alternatives:
        return "a closer match outside your limits"
    if hit.matched:
        return f"has {listed([f'“{word}”' for word in hit.matched[:4]])}"
    return "near in meaning"


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else ("yes" if value else "no")
