"""What is known of one product - price, texts, stock, rating - and how it is told. Knows no search."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.messages import Cell, Fact, ProductCard, Table, ToolResult
from assistant.shop_things import Product, Store
from assistant.wording import listed, money, number, plural
from retrieval.guessed_categories import read_guesses
from retrieval.products import read_attributes

if TYPE_CHECKING:
    from assistant.shop import Shop

NO_STOCK = "This shop keeps no stock levels, so I can't say what is in stock."


@dataclass(frozen=True)
class ProductFacts:
    """One product with all that the shop knows about it.

    Attributes:
        units: on hand in all stores; None: not counted.
        rating: mean of the reviews' stars, 1 to 5; reviews: their number.
    """

    product: Product
    currency: str
    description: str
    brand: str
    attributes: dict[str, str]
    units: float | None
    rating: float | None
    reviews: int

    def facts(self) -> tuple[Fact, ...]:
        """Every figure."""
        title, found = self.product.title, []
        if self.product.price is not None:
            found.append(Fact(f"price of {title}", self.product.price, self.currency, self.price_text()))
        if self.units is not None:
            found.append(Fact(f"units of {title} in stock", self.units, "units", plural(self.units, "unit")))
        if self.rating is not None:
            found.append(Fact(f"rating of {title}", self.rating, "stars", f"{self.rating:.1f} of 5 stars"))
            found.append(Fact(f"reviews of {title}", self.reviews, "reviews", plural(self.reviews, "review")))
        named = (("category", self.product.category), ("brand", self.brand), *self.attributes.items())
        found.extend(Fact(f"{name} of {title}", value, "", value) for name, value in named if value)
        return tuple(found)

    def card(self) -> ProductCard:
        """As it is shown."""
        each = self.product
        stocked = None if self.units is None else self.units > 0
        return ProductCard(
            each.product_id, each.title, each.price, each.category, stocked, None, self.description or None
        )

    def price_text(self) -> str:
        """The price in words."""
        price = self.product.price
        return "no price on record" if price is None else money(price, self.currency)


def of(shop: "Shop", product: Product) -> ProductFacts:
    """Reads what the shop knows about a product."""
    products = shop.warehouse.table("products")
    rows = shop.warehouse.frame(products.filter(products.product_id == product.product_id))
    row = {} if rows.empty else {name: value for name, value in rows.iloc[0].items() if isinstance(value, str)}
    reviews = shop.warehouse.table("reviews")
    stars = reviews.filter(reviews.product_id == product.product_id).rating
    return ProductFacts(
        product=product,
        currency=shop.currency,
        description=row.get("description", ""),
        brand=row.get("brand", ""),
        attributes=read_attributes(row.get("attributes")) | _guessed_category(shop, product),
        units=sum(by_store.values()) if (by_store := units_by_store(shop, product.product_id)) else None,
        rating=shop.warehouse.scalar(stars.mean()),
        reviews=int(shop.warehouse.scalar(stars.count()) or 0),
    )


def _guessed_category(shop: "Shop", product: Product) -> dict[str, str]:
    """What the shop did not say itself, marked as such."""
    guess = None if product.category else read_guesses(shop.catalog.folder).get(product.product_id)
    return {"category (guessed from its text)": guess.category} if guess else {}


def sentence(facts: ProductFacts) -> str:
    """The product in one sentence or two."""
    said = [f"{facts.product.title} costs {facts.price_text()}" if facts.product.price is not None else ""]
    if facts.product.price is None:
        said = [f"{facts.product.title} has no price on record"]
    if facts.units is not None:
        said.append(f"{plural(facts.units, 'unit')} in stock" if facts.units > 0 else "is out of stock")
    if facts.rating is not None:
        said.append(f"{facts.rating:.1f} of 5 stars from {plural(facts.reviews, 'review')}")
    return listed(said) + "."


def comparison(sides: Sequence[ProductFacts]) -> str:
    """Prices side by side, and which is cheapest."""
    told = listed(
        [f"{side.product.title} costs {side.price_text()}" for side in sides if side.product.price is not None]
    )
    priced = sorted(
        (side for side in sides if side.product.price is not None), key=lambda side: side.product.price or 0.0
    )
    if not priced:
        return f"Neither {listed([side.product.title for side in sides], 'nor')} has a price on record."
    saving = (priced[-1].product.price or 0.0) - (priced[0].product.price or 0.0)
    if len(priced) < 2:
        return f"{told}; the others have no price on record."
    if saving == 0:
        return f"{told}: the price is the same."
    return f"{told}: {priced[0].product.title} is cheaper by {money(saving, sides[0].currency)}."


def difference(sides: Sequence[ProductFacts]) -> tuple[Fact, ...]:
    """The gap between dearest and cheapest as a fact."""
    prices = [side.product.price for side in sides if side.product.price is not None]
    if len(prices) < 2:
        return ()
    gap = round(max(prices) - min(prices), 2)
    return (Fact("price difference", gap, sides[0].currency, money(gap, sides[0].currency)),)


def side_by_side(sides: Sequence[ProductFacts]) -> Table:
    """One row per property, one column per product; properties that nobody has are left out."""
    names = list(dict.fromkeys(name for side in sides for name in side.attributes))
    rows: list[tuple[str, tuple[Cell, ...]]] = [
        ("price", tuple(side.product.price for side in sides)),
        ("category", tuple(side.product.category for side in sides)),
        ("brand", tuple(side.brand or None for side in sides)),
        ("in stock", tuple(side.units for side in sides)),
        ("rating", tuple(None if side.rating is None else round(side.rating, 1) for side in sides)),
        ("reviews", tuple(side.reviews or None for side in sides)),
        *((name, tuple(side.attributes.get(name) for side in sides)) for name in names),
    ]
    kept = tuple((name, *cells) for name, cells in rows if any(cell is not None for cell in cells))
    return Table(("", *(side.product.title for side in sides)), kept)


def units_by_store(shop: "Shop", product_id: str) -> dict[str, float]:
    """Store's name -> units on hand; empty where the shop does not count the product."""
    inventory, stores = shop.warehouse.table("inventory"), shop.warehouse.table("stores")
    held = shop.warehouse.frame(inventory.filter(inventory.product_id == product_id).select("store_id", "on_hand"))
    names = shop.warehouse.frame(stores.select("store_id", "name")).set_index("store_id")["name"].to_dict()
    units = held.groupby("store_id", dropna=False)["on_hand"].sum()
    return {str(names.get(store, store)): float(count) for store, count in units.to_dict().items()}


def stock_answer(shop: "Shop", product: Product, store: Store | None) -> ToolResult:
    """Whether a product is in stock, in one store or in all."""
    if not shop.warehouse.has("inventory"):
        return ToolResult(
            NO_STOCK, notes=("Import stock levels with `retail-assistant ingest csv` (table `inventory`).",)
        )
    held = units_by_store(shop, product.product_id)
    if not held:
        return ToolResult(f"The shop does not count the stock of {product.title}.")
    facts = tuple(
        Fact(f"units of {product.title} in {name}", units, "units", plural(units, "unit"))
        for name, units in held.items()
    )
    total = sum(held.values())
    table = Table(("store", "in stock"), tuple(_most_first(held)))
    card = ProductCard(product.product_id, product.title, product.price, product.category, total > 0)
    all_units = Fact(f"units of {product.title} in all stores", total, "units", plural(total, "unit"))
    if store is not None:
        headline = _in_one_store(product.title, store.name, held)
    elif total <= 0:
        headline = f"{product.title} is out of stock everywhere at the moment."
    else:
        where = [f"{number(units)} in {name}" for name, units in _most_first(held) if units > 0]
        headline = f"{product.title} is in stock: {plural(total, 'unit')}, {listed(where[:6])}."
    return ToolResult(headline, facts=(*facts, all_units), table=table, products=(card,))


def _most_first(held: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(held.items(), key=lambda item: (-item[1], item[0]))


def _in_one_store(title: str, store: str, held: dict[str, float]) -> str:
    units = held.get(store)
    if units is None:
        return f"{store} does not carry {title}."
    if units > 0:
        return f"{title} is in stock in {store}: {plural(units, 'unit')}."
    others = [name for name, count in _most_first(held) if count > 0]
    elsewhere = f"; you find it in {listed(others[:4])}" if others else " and in all other stores"
    return f"{title} is out of stock in {store}{elsewhere}."
