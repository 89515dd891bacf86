import re

from assistant.messages import ProductCard, ToolResult
from ui.cards import cart_html, product_cards
from ui.pictures import picture

EVIL = '"><script>alert(1)</script>'


def test_a_card_shows_price_stock_and_reason_and_its_buttons_name_the_product():
    shown = product_cards([ProductCard("M1", "Mug", 12.5, "Mugs", True, "a favourite")], "GBP", may_buy=True)
    for part in ("Mug", "£12.50", "In stock", "a favourite", 'data-action="add" data-value="M1"'):
        assert part in shown
    assert 'data-action="ask" data-value="Show me something similar to Mug"' in shown
    assert " disabled" not in shown


def test_what_is_out_of_stock_or_has_no_price_cannot_be_added():
    for card in (ProductCard("A", "A", 2.0, None, False), ProductCard("B", "B", None)):
        assert re.search(r'data-action="add"[^>]* disabled>', product_cards([card], "GBP", may_buy=True))


def test_a_shop_without_stock_levels_says_nothing_about_stock():
    assert "stock" not in product_cards([ProductCard("A", "A", 2.0)], "GBP", may_buy=False)


def test_everything_of_a_card_is_escaped():
    shown = product_cards([ProductCard(EVIL, EVIL, 1.0, EVIL, True, EVIL)], "GBP", may_buy=True)
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown


def test_more_than_a_dozen_cards_say_so():
    shown = product_cards([ProductCard(str(n), f"T{n}", 1.0) for n in range(15)], "GBP", may_buy=False)
    assert shown.count('class="ra-card"') == 12
    assert "First 12 of 15 products" in shown
    assert product_cards([], "GBP", may_buy=True) == ""


def test_the_cart_shows_lines_total_and_how_to_remove_them(shop):
    shop.toolbox.held = ["M1", "M2"]
    shown = cart_html(shop.toolbox._cart(""), "GBP")
    assert shown.count("<li>") == 2
    assert ">Thing M1<" in shown
    assert shown.count('ra-units">1<') == 2
    assert "£5.00" in shown
    assert 'data-action="remove" data-value="M2" aria-label="Remove Thing M2"' in shown


def test_an_empty_cart_and_a_cart_that_cannot_be_read():
    assert "Your cart is empty." in cart_html(None, "GBP")
    assert "Your cart is empty." in cart_html(ToolResult("Your cart is empty."), "GBP")
    assert "The records are away" in cart_html(ToolResult("The records are away", "error"), "GBP")


def test_a_picture_is_drawn_from_the_last_word_that_has_a_drawing():
    assert picture("Oatmeal Tea Towels", None) != picture("Breakfast Tea", None)
    assert "<path" in picture("Anything", "Jams, honey and chutney")
    assert ">QU<" in picture("Quux umbra", None)
    assert "<b>" not in picture("<b>", None)
    hue = re.compile(r"--hue:\d+")
    assert hue.findall(picture("a", "Baking")) == hue.findall(picture("b", "Baking"))
