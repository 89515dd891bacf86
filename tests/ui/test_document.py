"""The document that the browser gets first, languages, and the cookie of a conversation."""

import json
import re
import string

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.testclient import TestClient

from ui import languages, texts, texts_zh
from ui.browser_visit import COOKIE, visit_routes
from ui.document import Document, rewritten, translations

CONFIG = {
    "components": [
        {"props": {"label": texts.SEND, "value": "</script>"}},
        {"props": {"placeholder": texts.MESSAGE_HINT, "value": "Blue Mug"}},
    ]
}
PAGE = (
    '<!doctype html><html lang="en"><head><meta property="og:title" content="Gradio" />'
    f"<script>window.gradio_config = {json.dumps(CONFIG).replace('<', chr(92) + 'u003c')};</script>"
    "</head><body><gradio-app></gradio-app></body></html>"
)


@pytest.fixture
def browser():
    from starlette.routing import Route

    app = Starlette(routes=[Route("/", lambda request: HTMLResponse(PAGE)), *visit_routes()])
    app.add_middleware(Document, shop_name="Corner & Co")
    return TestClient(app, base_url="http://127.0.0.1:7860")


def test_the_document_is_the_shops_own_and_shows_something_before_the_scripts_are_there(browser):
    page = browser.get("/").text
    assert "<title>Corner &amp; Co assistant</title>" in page
    assert texts.LOADING in page
    assert "Gradio" not in page


def test_a_browser_gets_its_secret_once_and_no_script_reads_it(browser):
    first = browser.get("/")
    assert re.search(rf"{COOKIE}=\S{{20,}};.*HttpOnly; SameSite=Lax$", first.headers["set-cookie"])
    assert first.headers["cache-control"] == "no-store"
    assert "set-cookie" not in browser.get("/").headers


def test_a_new_secret_is_taken_from_the_page_itself_only(browser):
    browser.get("/")
    before = browser.cookies[COOKIE]
    assert browser.post("/visit", headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.cookies[COOKIE] == before
    assert browser.post("/visit", headers={"Origin": "http://127.0.0.1:7860"}).status_code == 204
    assert browser.cookies[COOKIE] != before


def test_through_https_the_secret_is_for_https_only(browser):
    assert "; Secure" in browser.get("/", headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]


def test_a_chinese_reader_gets_chinese_labels_and_the_data_as_it_is(browser):
    page = browser.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}).text
    config = json.loads(re.search(r"gradio_config = (\{.*?\});</script>", page, re.DOTALL)[1])
    assert config["components"][0]["props"] == {"label": texts_zh.SEND, "value": "</script>"}
    assert config["components"][1]["props"] == {"placeholder": texts_zh.MESSAGE_HINT, "value": "Blue Mug"}
    assert '<html lang="zh" data-spoken="zh">' in page


@pytest.mark.parametrize(
    ("headers", "setting", "expected"),
    [
        ({}, "auto", "en"),
        ({"accept-language": "de-DE,zh;q=0.5"}, "auto", "zh"),
        ({"accept-language": "fr"}, "auto", "en"),
        ({"accept-language": "zh"}, "en", "en"),
        ({}, "zh", "zh"),
        ({"cookie": f"{languages.COOKIE}=en"}, "zh", "en"),
        ({"cookie": f"{languages.COOKIE}=<script>"}, "auto", "en"),
    ],
)
def test_the_readers_choice_goes_before_the_shops_setting_and_that_before_the_browser(headers, setting, expected):
    assert languages.language_of(headers, setting) == expected


def test_texts_are_those_of_the_language_that_is_spoken():
    assert texts.SEND == "Send"
    with languages.speaking("zh"):
        assert texts.SEND == texts_zh.SEND != "Send"
    assert texts.SEND == "Send"


def names_of(module):
    """All but the manager's example questions, which are asked as they stand, in English."""
    return {name for name in vars(module) if name.isupper() and name not in ("DESK_EXAMPLES", "DESK_MORE_EXAMPLES")}


def gaps(said):
    return {name for _, name, _, _ in string.Formatter().parse(said) if name}


def test_every_text_is_there_in_both_languages_with_the_same_gaps():
    assert names_of(texts) == names_of(texts_zh)
    for name in names_of(texts):
        english, chinese = getattr(texts, name), getattr(texts_zh, name)
        assert type(english) is type(chinese)
        if isinstance(english, str):
            assert gaps(english) == gaps(chinese), name
        else:
            assert len(english) == len(chinese), name
        if isinstance(english, dict):
            assert english.keys() == chinese.keys(), name


def test_no_two_chinese_texts_stand_for_one_english_label():
    known = translations()
    with languages.speaking("zh"):
        for name in names_of(texts_zh):
            said = getattr(texts_zh, name)
            if isinstance(said, str) and "{" not in said:
                assert said in known.values()


def test_the_documents_form_is_kept():
    assert rewritten(PAGE, "Shop", "en", {}).count("<gradio-app>") == 1
