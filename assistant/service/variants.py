"""What a person wants instead ("the blue one", "a bigger size", "a new one", "the oak tray") -> a product of the shop.

Said of an item, a few words mean another variant of it; only then are they looked up in the whole catalog.
"""

import re
from typing import TYPE_CHECKING

import pandas as pd

from assistant.errors import Unclear
from assistant.service.items import words_of
from assistant.service.orders import OrderLine
from assistant.service.variant_groups import group_of
from assistant.shop_things import Product
from assistant.wording import listed

if TYPE_CHECKING:
    from assistant.shop import Shop

_REPLACEMENT = re.compile(
    r"^(?:(?:for )?(?:a |an |the |exactly the )?(?:new|another|fresh|same|identical|working|whole|intact|good|"
    r"proper|replacement)(?: (?:one|ones|pair|item|thing|product|copy|again))?|one (?:that works|without \w+)|"
    r"(?:a )?replacement|like for like|the same again|same)$"
)
_NOISE = frozenset(
    ["a", "an", "the", "one", "ones", "in", "with", "please", "some", "my", "version", "instead", "of", "it"]
)
_SHARED = 0.5  # share of the old title's words that another variant has too
_SHOWN = 5


def new_product(shop: "Shop", old: OrderLine, said: str) -> Product:
    """The product that was meant as the replacement of a line.

    Raises:
        NotFound: nothing in the shop fits.
        Unclear: several products fit.
    """
    text = " ".join(said.lower().strip(" .,!?").split())
    if _REPLACEMENT.match(text):
        return Product(old.product_id, old.title, old.category, None, None)
    coded: Product | None = shop.resolve.product_by_id(said.strip())
    if coded is not None:
        return coded
    wanted = [word for word in words_of(text) if word not in _NOISE]
    found = _of_its_group(shop, old, wanted) or _variants(shop, old, wanted)
    if len(found) == 1:
        variant: Product | None = shop.resolve.product_by_id(found[0][0])
        if variant is not None:
            return variant
    if len(found) > 1:
        titles = tuple(title for _, title in found)
        more = f" ({len(titles)} in all, the first {_SHOWN} here)" if len(titles) > _SHOWN else ""
        raise Unclear(f"Which one would you like instead: {listed(titles[:_SHOWN], 'or')}{more}?", titles)
    named: Product = shop.resolve.product(said)
    return named


def _of_its_group(shop: "Shop", old: OrderLine, wanted: list[str]) -> list[tuple[str, str]]:
    """Id and title of the other variants that have every word wanted and else most in common with the old one."""
    group = group_of(shop, old.product_id)
    if group is None or not wanted:
        return []
    held = next(each.options for each in group.variants if each.product_id == old.product_id)
    fitting = {
        each: sum(held.get(name) == value for name, value in each.options.items())
        for each in group.variants
        if each.product_id != old.product_id and set(wanted) <= set(words_of(each.title))
    }
    return [(each.product_id, each.title) for each, shared in fitting.items() if shared == max(fitting.values())]


def _variants(shop: "Shop", old: OrderLine, wanted: list[str]) -> list[tuple[str, str]]:
    """Id and title of products like the old one that have every word wanted, in their title or attributes."""
    base = set(words_of(old.title))
    if not wanted or set(wanted) <= base:
        return []
    products = shop.warehouse.table("products")
    rows = shop.warehouse.frame(products.filter(products.merchandise).select("product_id", "title", "attributes"))
    found = []
    for product_id, title, attributes in zip(rows["product_id"], rows["title"], rows["attributes"], strict=True):
        words = set(words_of(str(title)))
        every = words | (set(words_of(str(attributes))) if pd.notna(attributes) else set())
        alike = len(words & base) >= _SHARED * len(base) and product_id != old.product_id
        if alike and all(word in every for word in wanted):
            found.append((str(product_id), str(title)))
    return found
