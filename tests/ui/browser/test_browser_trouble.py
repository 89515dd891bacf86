"""The customer's chat when things go wrong, in a real browser: nothing breaks, and nothing is done twice."""

import re
import shutil

import pytest
from chatting import ask, ask_for_mugs, settled
from playwright.sync_api import expect
from served_page import EVIL_WORD, PASSWORD, served, striped_picture

from assistant import talk
from ui import texts


@pytest.fixture
def slow(shop_page):
    """Answers that take their time."""
    shop_page.model.pause = 1.5
    yield
    shop_page.model.pause = 0.0


def test_a_reload_keeps_the_conversation_and_the_cart_and_a_new_one_forgets_them(open_page):
    page = open_page()
    ask_for_mugs(page)
    page.locator("button[data-action=add]:not([disabled])").first.click()
    expect(page.locator(".ra-units")).to_have_text("1")
    page.reload()
    expect(page.locator(".ra-card").first).to_be_visible()
    expect(page.locator(".ra-units")).to_have_text("1")
    ask(page, "is the cheapest one in stock?")
    settled(page, 2)
    page.get_by_role("button", name=texts.NEW_CONVERSATION).first.click()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    expect(page.locator(".ra-turn")).to_have_count(0)
    page.reload()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    expect(page.locator(".ra-turn")).to_have_count(0)


def test_a_restart_of_the_server_keeps_the_conversation(open_page, shop_folder, tmp_path):
    folder = shutil.copytree(shop_folder, tmp_path / "again")
    with served(folder) as first:
        page = open_page(url=first.url)
        ask_for_mugs(page)
        names = page.locator(".ra-name").all_inner_texts()
        port = int(first.url.rsplit(":", 1)[1])
    with served(folder, port=port):
        page.reload()
        expect(page.locator(".ra-card").first).to_be_visible()
        assert page.locator(".ra-name").all_inner_texts() == names


def test_a_connection_cut_in_the_middle_loses_nothing(open_page, slow):
    page = open_page()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    ask(page, "show me mugs under 30 pounds")
    expect(page.locator(".ra-dots")).to_be_visible()
    page.context.set_offline(True)
    expect(page.locator(".ra-offline")).to_be_visible()
    page.context.set_offline(False)
    settled(page, 1)
    expect(page.locator(".ra-card").first).to_be_visible()
    expect(page.get_by_text(texts.OFFLINE)).to_be_hidden()
    ask(page, "thank you")
    settled(page, 2)


def test_a_reload_in_the_middle_goes_on_with_the_answer(open_page, slow):
    page = open_page()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    ask(page, "show me mugs under 30 pounds")
    expect(page.locator(".ra-dots")).to_be_visible()
    page.reload()
    settled(page, 1)


def test_two_tabs_are_one_conversation(open_page, slow):
    page = open_page()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    other = open_page(like=page)
    expect(other.get_by_text(texts.WELCOME)).to_be_visible()
    ask(page, "show me mugs under 30 pounds")
    expect(page.locator(".ra-dots")).to_be_visible()
    ask(other, "show me tea")
    expect(other.get_by_text(texts.BUSY)).to_be_visible()
    settled(page, 1)
    ask(other, "thank you")
    settled(other, 2)


def test_somebody_elses_browser_sees_nothing_of_it(open_page):
    ask_for_mugs(open_page())
    stranger = open_page()
    expect(stranger.get_by_text(texts.WELCOME)).to_be_visible()
    expect(stranger.locator(".ra-turn")).to_have_count(0)


def test_a_script_in_a_title_is_only_text(open_page):
    page = open_page()
    ask(page, f"show me the {EVIL_WORD} mug")
    settled(page)
    card = page.locator(".ra-card").filter(has_text=EVIL_WORD)
    expect(card.get_by_text("<script>").first).to_be_visible()
    card.get_by_role("button", name=re.compile("to cart$")).click()
    expect(page.locator("#ra-cart").get_by_text("<script>")).to_be_visible()
    card.get_by_role("button", name=re.compile("^More like")).click()
    settled(page, 2)
    page.reload()
    expect(page.locator("#ra-cart").get_by_text("<script>")).to_be_visible()
    assert page.evaluate("() => 'broken' in window") is False


def test_pictures_are_searched_and_what_is_none_is_told(open_page, shop_page, tmp_path):
    products = sorted(shop_page.shop.picture_files)
    picture, none, large = tmp_path / "mine.png", tmp_path / "none.jpg", tmp_path / "large.jpg"
    striped_picture(5).save(picture)
    none.write_text("not a picture")
    large.write_bytes(b"\xff\xd8" + bytes(50_000_000))
    page = open_page()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    upload = page.locator("input[type=file]").first
    upload.set_input_files(picture)
    settled(page, 1)
    first = shop_page.shop.resolve.product_by_id(products[5]).title
    expect(page.locator(".ra-card").first.locator(".ra-name")).to_have_text(first)
    expect(page.locator(".ra-sent")).to_be_visible()
    upload.set_input_files(none)
    settled(page, 2)
    expect(page.get_by_text("cannot be read as one")).to_be_visible()
    upload.set_input_files(large)
    expect(page.get_by_text(texts.PICTURE_TOO_LARGE)).to_be_visible()
    ask(page, "thank you")
    settled(page, 3)


def test_a_dead_model_server_is_told_and_a_person_can_be_asked_for(open_page, shop_folder, tmp_path):
    folder = shutil.copytree(shop_folder, tmp_path / "dead")
    with (folder / "shop.toml").open("a") as settings:
        settings.write('\n[language]\nkind = "openai"\nmodel = "away"\nbase_url = "http://127.0.0.1:9/v1"\n')
        settings.write("timeout_seconds = 1\n")
    with served(folder, scripted=False) as running:
        page = open_page(url=running.url)
        ask(page, "show me mugs")
        expect(page.get_by_text(talk.AWAY)).to_be_visible()
        assert "127.0.0.1" not in page.locator("#ra-chat").inner_text()
        page.get_by_role("button", name=texts.HAND_OFF_BUTTON).click()
        expect(page.get_by_text(texts.HANDED_OFF)).to_be_visible()


def test_the_manager_desk_needs_a_login(open_page, locked_page):
    page = open_page("/manager", url=locked_page.url)
    expect(page.get_by_text(texts.LOCKED)).to_be_visible()
    assert page.get_by_label(texts.QUESTION_LABEL).count() == 0
    page.locator(".ra-closed a").click()
    page.get_by_label(texts.SIGN_IN_NAME).fill("manager")
    page.get_by_label(texts.SIGN_IN_PASSWORD).fill("wrong")
    page.get_by_role("button", name=texts.SIGN_IN_ENTER).click()
    expect(page.get_by_text(texts.SIGN_IN_WRONG)).to_be_visible()
    page.get_by_label(texts.SIGN_IN_NAME).fill("manager")
    page.get_by_label(texts.SIGN_IN_PASSWORD).fill(PASSWORD)
    page.get_by_role("button", name=texts.SIGN_IN_ENTER).click()
    expect(page.get_by_label(texts.QUESTION_LABEL)).to_be_visible()
    page.get_by_role("link", name=texts.PAGE_CHAT).click()
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    expect(page.get_by_role("link", name=texts.PAGE_DESK)).to_be_visible()


def test_a_customer_is_not_shown_the_way_to_the_desk(open_page, locked_page):
    page = open_page(url=locked_page.url)
    expect(page.get_by_text(texts.WELCOME)).to_be_visible()
    expect(page.get_by_role("link", name=texts.SIGN_IN_LINK)).to_be_visible()
    expect(page.get_by_role("link", name=texts.PAGE_DESK)).to_have_count(0)
