"""The cart of a conversation: it changes at once and can be undone. Totals are computed here, never by a model."""

from typing import TYPE_CHECKING

from assistant.errors import BadCall, NotFound, Refused, Unclear
from assistant.messages import Fact, ProductCard, Table, ToolResult
from assistant.records import CartLine
from assistant.service.items import best_titles
from assistant.service.orders import amount, total
from assistant.service.stock import units_on_hand
from assistant.toolbox import Context, Tool, tool
from assistant.wording import listed, money, number, plural

if TYPE_CHECKING:
    from assistant.shop import Shop

MAX_QUANTITY = 10_000


@tool(roles={"customer"})
def add_to_cart(context: Context, product: str, quantity: int = 1) -> ToolResult:
    """Put a product into the customer's cart.

    Args:
        product: the product, by name or id, as the customer said it.
        quantity: how many; one if not said.
    """
    if not 1 <= quantity <= MAX_QUANTITY:
        raise BadCall(f"A quantity is a number from 1 to {MAX_QUANTITY:,}; you said {quantity:,}.")
    shop, session = context.shop, context.session
    found = shop.resolve.product(product)
    if found.price is None:
        raise Refused(f"{found.title} has no price at the moment, so I can't put it into your cart.")
    held = sum(line.quantity for line in shop.records.cart(session) if line.product_id == found.product_id)
    instead = context.correcting and held > 0
    _check_stock(shop, found.product_id, found.title, 0 if instead else held, quantity)
    if instead:
        shop.records.remove_from_cart(session, found.product_id)
    line = shop.records.add_to_cart(session, CartLine(found.product_id, found.title, found.price, quantity))
    cart = _priced(context)
    if instead:
        return _shown(context, cart, f"Your cart now has {number(quantity)} × {line.title}.")
    more = f" (now {number(line.quantity)} of it)" if line.quantity != quantity else ""
    return _shown(context, cart, f"I've put {number(quantity)} × {line.title} into your cart{more}.")


@tool(roles={"customer"})
def remove_from_cart(context: Context, product: str) -> ToolResult:
    """Take a product out of the customer's cart.

    Args:
        product: the product, by name or id, as the customer said it.
    """
    records, session = context.shop.records, context.session
    line = _held(records.cart(session), product)
    records.remove_from_cart(session, line.product_id)
    return _shown(context, _priced(context), f"I've taken {number(line.quantity)} × {line.title} out of your cart.")


@tool(roles={"customer"})
def view_cart(context: Context) -> ToolResult:
    """Show what is in the customer's cart and what it costs in all."""
    cart = _priced(context)
    if not cart:
        return ToolResult(headline="Your cart is empty.", facts=(Fact("items in the cart", 0, "units", "0"),))
    return _shown(context, cart, "")


TOOLS: tuple[Tool, ...] = (add_to_cart, remove_from_cart, view_cart)


def _held(cart: tuple[CartLine, ...], said: str) -> CartLine:
    """The line of the cart that was meant."""
    by_id = [line for line in cart if line.product_id.lower() == said.strip().lower()]
    found = by_id or [cart[place] for place in best_titles([line.title for line in cart], said)]
    titles = tuple(line.title for line in found or cart)
    if not found:
        holds = f"it holds {listed(titles)}" if titles else "it is empty"
        raise NotFound(f"I can't find “{said.strip()[:60]}” in your cart; {holds}.")
    if len(found) > 1:
        raise Unclear(f"Which one do you mean: {listed(titles, 'or')}?", titles)
    return found[0]


def _check_stock(shop: "Shop", product_id: str, title: str, held: int, quantity: int) -> None:
    units = units_on_hand(shop, product_id)
    if units is None or held + quantity <= units:
        return
    if units <= 0:
        raise Refused(f"{title} is out of stock at the moment, so I haven't put it into your cart.")
    holds = f" and your cart already holds {number(held)}" if held else ""
    raise Refused(f"Only {number(units, 1)} of {title} left in stock{holds}, so I can't add {number(quantity)}.")


def _priced(context: Context) -> tuple[CartLine, ...]:
    """The cart at today's prices; a product that the shop no longer has keeps the price it was put in at."""
    lines = []
    for line in context.shop.records.cart(context.session):
        product = context.shop.resolve.product_by_id(line.product_id)
        now = line.unit_price if product is None or product.price is None else product.price
        lines.append(CartLine(line.product_id, line.title, now, line.quantity))
    return tuple(lines)


def _shown(context: Context, cart: tuple[CartLine, ...], done: str) -> ToolResult:
    currency = context.shop.currency
    amounts = [amount(line.quantity, line.unit_price or 0.0) for line in cart]
    whole, units = total(amounts), sum(line.quantity for line in cart)
    if cart:
        contents = f"Your cart holds {plural(units, 'item')} for {money(whole, currency)} in all"
        named = listed([f"{number(line.quantity)} × {line.title}" for line in cart[:5]])
        more = f" and {len(cart) - 5} more" if len(cart) > 5 else ""
        contents += "." if done else f": {named}{more}."
    else:
        contents = "Your cart is now empty."
    rows = tuple((line.title, line.quantity, line.unit_price, value) for line, value in zip(cart, amounts, strict=True))
    return ToolResult(
        headline=f"{done} {contents}".strip(),
        facts=(
            Fact("cart total", whole, currency, money(whole, currency)),
            Fact("items in the cart", units, "units", number(units)),
            *(
                Fact(f"{line.title} in the cart", value, currency, money(value, currency))
                for line, value in zip(cart, amounts, strict=True)
            ),
        ),
        table=Table(("Item", "Quantity", "Unit price", "Total"), rows) if cart else None,
        products=tuple(ProductCard(line.product_id, line.title, line.unit_price) for line in cart),
        notes=("Postage is not included.",) if cart else (),
    )
