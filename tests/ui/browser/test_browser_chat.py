"""The customer's chat in a real browser."""

import pytest
from accessibility import grave_findings
from conftest import PHONE
from playwright.sync_api import expect

from ui import texts


def ask(page, message):
    page.get_by_label(texts.MESSAGE_LABEL).fill(message)
    page.get_by_label(texts.MESSAGE_LABEL).press("Enter")


def test_a_question_is_answered_with_products(open_page, shop_page, picture):
    page = open_page()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    ask(page, "show me mugs under 30 pounds")
    expect(page.locator(".ra-card").first).to_be_visible()
    picture(page, "page.png")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_grave(open_page, size, dark):
    page = open_page(size=size, dark=dark)
    ask(page, "show me mugs under 30 pounds")
    expect(page.locator(".ra-card").first).to_be_visible()
    assert grave_findings(page) == []
