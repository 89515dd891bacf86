"""Products that come in several colours, sizes and so on, as one product with its variants. Knows no order."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from assistant.messages import Fact, Table, ToolResult
from assistant.wording import listed, money, number, plural
from retrieval.products import read_attributes

if TYPE_CHECKING:
    from assistant.shop import Shop

_EVERYTHING = frozenset(
    f"{every}{kind}"
    for every in ("", "all ", "all the ", "every ", "your ", "all your ")
    for kind in ("products", "product types", "types of products", "kinds of products", "kinds", "product")
) | {"everything", "all"}
_NAMED = 12


@dataclass(frozen=True, eq=False)
class Variant:
    """One of the forms that a product comes in.

    Attributes:
        options: what sets it apart ("colour": "blue").
        available: None: the shop does not say, its stock levels do.
    """

    product_id: str
    title: str
    price: float | None
    options: dict[str, str]
    available: bool | None


@dataclass(frozen=True)
class Group:
    """A product with its variants, cheapest first."""

    group_id: str
    name: str
    variants: tuple[Variant, ...]


def groups(shop: "Shop") -> tuple[Group, ...]:
    """Every product that has variants, by name; empty for a shop without."""
    variants, products = shop.warehouse.table("variants"), shop.warehouse.table("products")
    known = products.select("product_id", "title", "price", "attributes")
    rows = shop.warehouse.frame(variants.inner_join(known, "product_id"))
    rows = rows.sort_values(["name", "variant_of", "price", "product_id"])
    return tuple(
        Group(str(group_id), str(each["name"].iloc[0]), tuple(_variant(row) for row in each.to_dict("records")))
        for (_, group_id), each in rows.groupby(["name", "variant_of"], sort=True)
    )


def group_of(shop: "Shop", product_id: str) -> Group | None:
    """The product that this is a variant of."""
    return next((each for each in groups(shop) if any(v.product_id == product_id for v in each.variants)), None)


def overview(shop: "Shop", said: str) -> ToolResult | None:
    """What the shop has of a product with variants, or which such products there are; None where neither was asked."""
    text = " ".join(said.lower().strip(" ?.!#").split())
    if not shop.warehouse.has("variants"):
        return None
    found = groups(shop)
    if text in _EVERYTHING:
        return _all_kinds(found)
    for each in found:
        if text in (each.group_id.lower(), each.name.lower(), f"{each.name.lower()}s", f"the {each.name.lower()}"):
            return _shown(each, shop.currency)
    return None


def _variant(row: dict[Any, Any]) -> Variant:
    price, available, attributes = row["price"], row["available"], row["attributes"]
    return Variant(
        product_id=str(row["product_id"]),
        title=str(row["title"]),
        price=float(price) if pd.notna(price) else None,
        options=read_attributes(attributes if isinstance(attributes, str) else None),
        available=bool(available) if pd.notna(available) else None,
    )


def _all_kinds(found: tuple[Group, ...]) -> ToolResult:
    names = [each.name for each in found]
    shown = f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more" if len(names) > _NAMED else listed(names)
    return ToolResult(
        headline=f"The shop has {plural(len(found), 'kind')} of products: {shown}.",
        facts=(Fact("kinds of products", len(found), "kinds", number(len(found))),),
        table=Table(
            ("Product", "Number", "Variants"),
            tuple((each.name, each.group_id, len(each.variants)) for each in found),
        ),
    )


def _shown(group: Group, currency: str) -> ToolResult:
    open_ = [each for each in group.variants if each.available is not False]
    prices = [each.price for each in open_ if each.price is not None]
    names = list(dict.fromkeys(name for each in group.variants for name in each.options))
    span = f", from {money(min(prices), currency)} to {money(max(prices), currency)}" if prices else ""
    rows = tuple(
        (
            each.product_id,
            *(each.options.get(name) for name in names),
            each.price,
            {True: "yes", False: "no", None: None}[each.available],
        )
        for each in group.variants
    )
    count = f"{len(open_)} of {plural(len(group.variants), 'variant')} available"
    return ToolResult(
        headline=f"{group.name}: {count}{span}.",
        facts=(
            Fact(f"variants of {group.name}", len(group.variants), "variants", number(len(group.variants))),
            Fact(f"available variants of {group.name}", len(open_), "variants", number(len(open_))),
            *(
                Fact(f"price of {each.title}", each.price, currency, money(each.price, currency))
                for each in group.variants
                if each.price is not None
            ),
        ),
        table=Table(("Number", *names, "Price", "Available"), rows),
    )
