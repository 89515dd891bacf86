"""Products and the cart as HTML. Knows the records of the assistant, not where they come from."""

from collections.abc import Sequence

from assistant.messages import ProductCard, ToolResult
from assistant.wording import money
from ui import texts
from ui.escaping import button, escaped
from ui.pictures import picture
from ui.tables import cell_text

_CARDS_SHOWN = 12


def product_cards(products: Sequence[ProductCard], currency: str, *, may_buy: bool) -> str:
    """Cards side by side, the first dozen of them, saying how many there are.

    Args:
        products: what to show.
        currency: of the prices.
        may_buy: show the buttons "add to cart" and "more like this".
    """
    if not products:
        return ""
    cards = "".join(_card(each, currency, may_buy) for each in products[:_CARDS_SHOWN])
    more = texts.PRODUCTS_MORE.format(shown=_CARDS_SHOWN, total=len(products))
    under = f'<p class="ra-small">{escaped(more)}</p>' if len(products) > _CARDS_SHOWN else ""
    return f'<ul class="ra-cards">{cards}</ul>{under}'


def cart_html(cart: ToolResult | None, currency: str) -> str:
    """The cart with its total, or that it is empty; a cart that cannot be read says why."""
    head = f'<h2 class="ra-side-title">{escaped(texts.CART)}</h2>'
    if cart is None or (cart.status == "ok" and cart.table is None):
        return f'<section class="ra-cart">{head}<p class="ra-empty">{escaped(texts.CART_EMPTY)}</p></section>'
    if cart.table is None:
        return f'<section class="ra-cart">{head}<p class="ra-failed">{escaped(cart.headline)}</p></section>'
    lines = "".join(
        _cart_line(card, str(row[0]), cell_text(row[1]), _price(row[3], currency))
        for card, row in zip(cart.products, cart.table.rows, strict=True)
    )
    total = next((fact.text for fact in cart.facts if fact.name == "cart total"), "")
    foot = f'<p class="ra-total"><span>{texts.TOTAL}</span><strong>{escaped(total)}</strong></p>'
    notes = "".join(f'<p class="ra-small">{escaped(note)}</p>' for note in cart.notes)
    return f'<section class="ra-cart">{head}<ul>{lines}</ul>{foot}{notes}</section>'


def _card(card: ProductCard, currency: str, may_buy: bool) -> str:
    price = texts.NO_PRICE if card.price is None else money(card.price, currency)
    parts = [
        picture(card.title, card.category),
        f'<h3 class="ra-name">{escaped(card.title)}</h3>',
        f'<p class="ra-price">{escaped(price)}{_stock(card.in_stock)}</p>',
        f'<p class="ra-category">{escaped(card.category)}</p>' if card.category else "",
        f'<p class="ra-reason">{escaped(card.reason)}</p>' if card.reason else "",
        _card_buttons(card) if may_buy else "",
    ]
    return f'<li class="ra-card">{"".join(parts)}</li>'


def _stock(in_stock: bool | None) -> str:
    if in_stock is None:
        return ""
    kind, text = ("in", texts.IN_STOCK) if in_stock else ("out", texts.OUT_OF_STOCK)
    return f' <span class="ra-stock ra-{kind}">{escaped(text)}</span>'


def _card_buttons(card: ProductCard) -> str:
    off = card.price is None or card.in_stock is False
    add = button(texts.ADD, "add", card.product_id, kind="main", says=texts.ADD_LABEL.format(title=card.title), off=off)
    question = texts.MORE_LIKE_QUESTION.format(title=card.title)
    more = button(texts.MORE_LIKE, "ask", question, says=texts.MORE_LIKE_LABEL.format(title=card.title))
    return f'<div class="ra-card-buttons">{add}{more}</div>'


def _cart_line(card: ProductCard, title: str, quantity: str, price: str) -> str:
    remove = button("×", "remove", card.product_id, kind="icon", says=texts.REMOVE.format(title=title))
    return (
        f'<li><span class="ra-cart-title">{escaped(quantity)} × {escaped(title)}</span>'
        f'<span class="ra-figure">{escaped(price)}</span>{remove}</li>'
    )


def _price(value: object, currency: str) -> str:
    return money(value, currency) if isinstance(value, int | float) else texts.NO_PRICE
