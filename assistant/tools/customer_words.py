"""Names of customers and segments as managers say and read them. Knows the fitted tables, computes nothing."""

import re
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from analytics.customers import FittedCustomers
from analytics.segments import Segmentation
from assistant.errors import NotFound
from assistant.messages import ToolResult
from assistant.shop_things import Customer
from assistant.toolbox import Context
from assistant.wording import listed, money, number, percent

# What people call a group -> a word in the names that `analytics.segments` gives.
_SAID = {
    "best": "Best", "vip": "Best", "top": "Best", "biggest": "Best", "champion": "Best", "most valuable": "Best",
    "loyal": "Loyal", "regular": "regulars", "frequent": "Loyal", "rising": "Rising", "promising": "Rising",
    "new": "Newcomers", "first-time": "Newcomers", "first time": "Newcomers", "recent": "Newcomers",
    "slipping": "Slipping", "at risk": "Slipping", "fading": "Slipping", "lapsing": "Slipping", "quiet": "Slipping",
    "lost": "gone", "gone": "gone", "lapsed": "gone", "inactive": "gone", "dormant": "gone", "former": "gone",
    "occasional": "Occasional", "casual": "Occasional", "rare": "Occasional",
}  # fmt: skip
_FILLER = re.compile(r"\b(our|the|customers?|shoppers?|buyers?|clients?|people|those|in|from)\b", re.IGNORECASE)
_EVERYONE = re.compile(r"\b(all|every|everyone|everybody|whole|any)\b", re.IGNORECASE)


def labels(context: Context, customer_ids: Sequence[str]) -> dict[str, str]:
    """How an answer names each customer: name and id, or the id."""
    table = context.shop.warehouse.table("customers")
    rows = context.shop.warehouse.frame(
        table.filter(table.customer_id.isin(list(customer_ids))).select("customer_id", "name")
    )
    known = {row.customer_id: row.name for row in rows.itertuples(index=False)}
    return {each: _label(each, known.get(each)) for each in customer_ids}


def currency(context: Context) -> Callable[[float], str]:
    """Writes an amount in the shop's currency."""
    return partial(money, currency=context.shop.currency)


def members(context: Context, said: str | None) -> tuple[str | None, pd.Index | None]:
    """Which customers a manager means by a group: a segment's name, a country, or everyone.

    Returns:
        How to call them, and their ids; (None, None) for everyone.

    Raises:
        NotFound: no segment or country is called so.
    """
    if said is None or _EVERYONE.search(said):
        return None, None
    fitted: FittedCustomers = context.shop.models.load("customers")
    of_customer = fitted.segments.of_customer
    names = sorted(of_customer.unique())
    found = _matching(said, names)
    bare = _FILLER.sub(" ", said).strip() or said
    if found:
        return listed(found), of_customer.index[of_customer.isin(found)]
    try:
        country = context.shop.resolve.country(bare)
    except NotFound:
        raise NotFound(
            f"No group of customers is called {said!r}. This shop's groups are {listed(names)}; a country works too."
        ) from None
    orders = context.shop.warehouse.table("orders")
    chosen = orders.filter((orders.country == country) & orders.customer_id.notnull())
    rows = context.shop.warehouse.frame(chosen.select("customer_id").distinct())
    return f"the customers in {country}", pd.Index(rows["customer_id"])


def _matching(said: str, names: Sequence[str]) -> list[str]:
    from rapidfuzz import fuzz

    wanted = said.lower().strip()
    exact = [name for name in names if name.lower() == wanted]
    if exact:
        return exact
    for phrase, word in _SAID.items():
        if re.search(rf"\b{re.escape(phrase)}", wanted):
            found = [name for name in names if word.lower() in name.lower()]
            if found:
                return found
    return [name for name in names if fuzz.token_set_ratio(wanted, name.lower()) >= 80]


def _label(customer_id: str, name: object) -> str:
    return Customer(customer_id, str(name) if isinstance(name, str) and name else None).label


def group_notes(segments: Segmentation) -> tuple[str, ...]:
    """How well the groups tell later spending apart, and the largest moves between them in 90 days."""
    told = segments.scorecard.scores[segments.scorecard.serves].get("later value explained", 0.0)
    found = []
    if told > 0:
        found.append(
            f"Made 90 days ago, such groups would have told {percent(100 * told, 0)} of the differences in what "
            "customers spent since."
        )
    moves = segments.moves
    counted = [(str(a), str(b), int(moves.loc[a].loc[b])) for a in moves.index for b in moves.columns]
    moved = sorted((move for move in counted if move[0] != move[1] and move[2] > 0), key=lambda move: -move[2])
    if moved:
        said = listed([f"{number(n)} from {a} to {b}" for a, b, n in moved[:3]])
        stayed, total = sum(n for a, b, n in counted if a == b), sum(n for _, _, n in counted)
        found.append(
            f"In the last 90 days {number(stayed)} of {number(total)} customers stayed in their group; "
            f"most moved: {said}."
        )
    return tuple(found)


def without_orders(who: Customer) -> ToolResult:
    """The answer about somebody who never bought."""
    return ToolResult(headline=f"{start(who.label)} has no purchase on record, so there is nothing to tell from it.")


def start(label: str) -> str:
    """The label at the start of a sentence."""
    return label[0].upper() + label[1:]
