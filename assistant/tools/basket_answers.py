"""What is bought together, as an answer: words, facts, table and chart. Knows how pairs are said, not how found."""

from collections.abc import Callable

from analytics.baskets import Baskets, Pair
from assistant.messages import Chart, Fact, ProductCard, Series, Table, ToolResult
from assistant.shop_things import Product
from assistant.tools.sales_answers import Said, scope_of
from assistant.tools.sales_words import when
from assistant.wording import number, percent, plural, span

_LONGEST = 40  # characters of a title beneath a bar
_METHOD = (
    "Orders that hold both products. Support: their share of all orders; confidence: their share of the orders with "
    "one of the two; lift: how many times as many as chance would give. Pairs that chance explains "
    "(log-likelihood ratio, 0.1 % level) are left out."
)


def baskets_answer(found: Baskets, said: Said, product: Callable[[str], Product | None]) -> ToolResult:
    """The pairs as a tool result; `product` looks a product up by its id."""
    if not found.pairs:
        return ToolResult(headline=_nothing(found, said), method=_METHOD, notes=_notes(found, said))
    return ToolResult(
        headline=_headline(found, said),
        facts=_facts(found),
        table=_table(found.pairs),
        chart=Chart(
            "bar",
            f"Bought together most often{scope_of(found.request, said)}",
            "Products",
            "orders with both",
            (
                Series(
                    said.period.label, tuple(map(_label, found.pairs)), tuple(float(p.together) for p in found.pairs)
                ),
            ),
        ),
        products=_cards(found.pairs, product),
        method=_METHOD,
        notes=_notes(found, said),
        follow_ups=(f"What goes well with {found.pairs[0].first_title}?",),
    )


def _nothing(found: Baskets, said: Said) -> str:
    where = f"{scope_of(found.request, said)} {when(said.period)}"
    if not found.orders:
        return f"There were no orders{where}, so nothing was bought together."
    return (
        f"No two products were bought together more often than chance explains{where}: of "
        f"{plural(found.orders, 'order')}, {number(found.with_several)} held more than one product, and a pair counts "
        f"from {plural(found.fewest, 'order')} on."
    )


def _headline(found: Baskets, said: Said) -> str:
    best, request = found.pairs[0], found.request
    if request.product_id is not None:
        other = best.second_title if best.first == request.product_id else best.first_title
        share = best.confidence if best.first == request.product_id else best.confidence_back
        return (
            f"{said.product} is bought together with {other} most often {when(said.period)}: in "
            f"{plural(best.together, 'order')}, {percent(100 * share)} of those with {said.product}, and "
            f"{number(best.lift, 1)} times as often as chance would give."
        )
    return (
        f"The two products bought together most often{scope_of(request, said)} {when(said.period)} are "
        f"{best.first_title} and {best.second_title}: in {number(best.together)} of {plural(found.orders, 'order')} "
        f"({percent(100 * best.support)}), {number(best.lift, 1)} times as often as chance would give."
    )


def _facts(found: Baskets) -> tuple[Fact, ...]:
    facts = [
        Fact("orders", found.orders, "orders", number(found.orders)),
        Fact("orders with more than one product", found.with_several, "orders", number(found.with_several)),
        Fact("pairs", found.n_pairs, "", number(found.n_pairs)),
    ]
    for pair in found.pairs:
        name = f"{pair.first_title} and {pair.second_title}"
        facts.append(Fact(f"orders with {name}", pair.together, "orders", number(pair.together)))
        facts.append(Fact(f"lift of {name}", round(pair.lift, 2), "times", number(pair.lift, 1)))
    return tuple(facts)


def _table(pairs: tuple[Pair, ...]) -> Table:
    return Table(
        (
            "Product",
            "Bought with",
            "Orders with both",
            "Support (%)",
            "Of orders with the first (%)",
            "Of orders with the second (%)",
            "Lift",
        ),
        tuple(
            (
                pair.first_title,
                pair.second_title,
                pair.together,
                round(100 * pair.support, 2),
                round(100 * pair.confidence, 1),
                round(100 * pair.confidence_back, 1),
                round(pair.lift, 2),
            )
            for pair in pairs
        ),
    )


def _label(pair: Pair) -> str:
    return f"{pair.first_title[:_LONGEST]} + {pair.second_title[:_LONGEST]}"


def _cards(pairs: tuple[Pair, ...], product: Callable[[str], Product | None]) -> tuple[ProductCard, ...]:
    ids = dict.fromkeys(each for pair in pairs for each in (pair.first, pair.second))
    known = [product(each) for each in ids]
    return tuple(ProductCard(each.product_id, each.title, each.price, each.category) for each in known if each)


def _notes(found: Baskets, said: Said) -> tuple[str, ...]:
    notes = [f"Orders from {span(found.start, found.end)}."] if found.orders else []
    if found.n_pairs > len(found.pairs):
        notes.append(f"The {len(found.pairs)} most frequent of {number(found.n_pairs)} pairs.")
    if found.left_out:
        notes.append(
            f"The latest {number(found.orders)} orders were read, {number(found.left_out)} older ones were not."
        )
    if said.earlier is not None:
        notes.append(
            f"What is bought together is not compared with another period: ask for {said.earlier.label} alone."
        )
    return tuple(notes)
