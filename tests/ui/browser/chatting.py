"""What a customer does on the page, in the words of the tests."""

from typing import Any

from playwright.sync_api import expect

from ui import texts


def ask(page: Any, message: str) -> None:
    box = page.get_by_label(texts.MESSAGE_LABEL, exact=True)
    box.fill(message)
    box.press("Enter")


def settled(page: Any, turns: int | None = None) -> None:
    """The newest turn is whole: it can be rated."""
    if turns is not None:
        expect(page.locator(".ra-turn")).to_have_count(turns)
    expect(page.locator(".ra-turn").last.get_by_label(texts.RATE_UP, exact=True)).to_be_visible()


def ask_for_mugs(page: Any) -> None:
    ask(page, "show me mugs under 30 pounds")
    expect(page.locator(".ra-card").first).to_be_visible()
    settled(page)


def try_as(page: Any, customer: str) -> None:
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    page.get_by_label(texts.CUSTOMER_ID).fill(customer)
    page.get_by_role("button", name=texts.SIGN_IN_BUTTON, exact=True).click()
    expect(page.get_by_text(texts.TRY_OUT.format(customer=customer))).to_be_visible()
