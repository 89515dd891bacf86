"""Products and the cart as HTML. Knows the records of the assistant, not where they come from."""

from collections.abc import Mapping, Sequence

from assistant.messages import Cell, ProductCard, ToolResult
from assistant.wording import money
from ui import texts
from ui.escaping import button, escaped
from ui.icons import icon
from ui.pictures import photograph, picture

_CARDS_SHOWN = 12


def product_cards(
    products: Sequence[ProductCard], currency: str, *, may_buy: bool, pictured: Mapping[str, str] | None = None
) -> str:
    """Cards side by side, the first dozen of them, saying how many there are.

    Args:
        products: what to show.
        currency: of the prices.
        may_buy: show the buttons "add to cart" and "more like this".
        pictured: product id -> address of its picture; the others get a drawing.
    """
    if not products:
        return ""
    at = pictured or {}
    cards = "".join(_card(each, currency, may_buy, at.get(each.product_id)) for each in products[:_CARDS_SHOWN])
    more = texts.PRODUCTS_MORE.format(shown=_CARDS_SHOWN, total=len(products))
    under = f'<p class="ra-small">{escaped(more)}</p>' if len(products) > _CARDS_SHOWN else ""
    return f'<ul class="ra-cards">{cards}</ul>{under}'


def cart_html(cart: ToolResult | None, currency: str) -> str:
    """The cart with its total, or that it is empty; a cart that cannot be read says why.

    On a narrow page it is a drawer, which the button before it opens.
    """
    units = 0 if cart is None else sum(_units(row[1]) for row in cart.table.rows) if cart.table else 0
    close = (
        f'<button type="button" class="ra-button ra-icon ra-narrow" data-drawer="close" '
        f'aria-label="{escaped(texts.CART_CLOSE)}">{icon("cross")}</button>'
    )
    head = f'<div class="ra-side-head"><h2 class="ra-side-title">{escaped(texts.CART)}</h2>{close}</div>'
    inside = head + _cart_inside(cart, currency)
    return f'{_opener(units)}<section class="ra-cart" id="ra-cart" aria-label="{texts.CART}">{inside}</section>'


def _opener(units: int) -> str:
    return (
        f'<button type="button" class="ra-button ra-narrow ra-cart-open" data-drawer="open" aria-controls="ra-cart" '
        f'aria-label="{escaped(texts.CART_OPEN)} ({units})">{icon("cart")}<span>{units}</span></button>'
    )


def _cart_inside(cart: ToolResult | None, currency: str) -> str:
    if cart is None or (cart.status == "ok" and cart.table is None):
        return f'<p class="ra-empty">{escaped(texts.CART_EMPTY)}</p>'
    if cart.table is None:
        return f'<p class="ra-failed">{escaped(cart.headline)}</p>'
    lines = "".join(
        _cart_line(card, str(row[0]), _units(row[1]), _price(row[3], currency))
        for card, row in zip(cart.products, cart.table.rows, strict=True)
    )
    total = next((fact.text for fact in cart.facts if fact.name == "cart total"), "")
    foot = f'<p class="ra-total"><span>{texts.TOTAL}</span><strong>{escaped(total)}</strong></p>'
    notes = "".join(f'<p class="ra-small">{escaped(note)}</p>' for note in cart.notes)
    return f"<ul>{lines}</ul>{foot}{notes}"


def _units(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float) else 0


def _card(card: ProductCard, currency: str, may_buy: bool, picture_at: str | None) -> str:
    price = texts.NO_PRICE if card.price is None else money(card.price, currency)
    parts = [
        photograph(picture_at) if picture_at else picture(card.title, card.category),
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


def _cart_line(card: ProductCard, title: str, quantity: int, price: str) -> str:
    fewer = button("−", "fewer", card.product_id, kind="icon", says=texts.CART_ONE_LESS.format(title=title))
    more = button("+", "add", card.product_id, kind="icon", says=texts.CART_ONE_MORE.format(title=title))
    remove = button("×", "remove", card.product_id, kind="icon", says=texts.REMOVE.format(title=title))
    return (
        f'<li><span class="ra-cart-title">{escaped(title)}</span><span class="ra-figure">{escaped(price)}</span>'
        f'<span class="ra-steps">{fewer}<span class="ra-units">{quantity}</span>{more}{remove}</span></li>'
    )


def _price(value: object, currency: str) -> str:
    return money(value, currency) if isinstance(value, int | float) else texts.NO_PRICE
