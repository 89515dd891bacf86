import html
from types import SimpleNamespace

import pytest
from scripted_page import MUG, answer, asking, record

from assistant.messages import ToolResult
from ui import texts
from ui.access import Access
from ui.browser_visit import COOKIE, TRYING
from ui.customer_desk import CustomerDesk, gr

HERE = asking({"host": "127.0.0.1:7860", "cookie": f"{COOKIE}=abc"})
SKIP = gr.skip()
KEY, EARLIER, NEWEST, CART, BOX, NOTICE = range(6)


@pytest.fixture
def desk(visitors):
    return CustomerDesk(visitors, Access(loopback=True))


def press(action, value):
    return SimpleNamespace(action=action, value=value)


def test_an_answer_streams_into_the_newest_turn(desk):
    *growing, last = desk.say("  hi ", "", HERE)
    newest = [view[NEWEST] for view in growing]
    assert texts.THINKING in newest[0]
    assert "One." in newest[2]
    assert "Two." not in newest[2]
    assert "One. Two." in newest[-1]
    assert "<details" in newest[-1]
    assert [view[BOX] for view in growing] == ["", *[SKIP] * (len(growing) - 1)]  # emptied once, then left alone
    assert texts.CART_EMPTY in last[CART]


def test_the_conversation_goes_on_and_earlier_turns_lose_their_buttons(desk, shop, visitors):
    shop.script["return it"] = answer(record("start_return", ToolResult("?", "needs_confirmation")), said="Shall I?")
    first = list(desk.say("return it", "", HERE))
    assert texts.YES in first[-2][NEWEST]
    key = visitors.resume("abc", "customer").proposal()
    first_view, *_, whole, _ = desk.press("", HERE, press("yes", key))
    assert "Shall I?" in first_view[EARLIER]
    assert 'data-action="yes"' not in first_view[EARLIER] + whole[NEWEST]
    *_, late = desk.press("", HERE, press("yes", key))
    assert texts.ANSWERED_ALREADY in late[NOTICE]


def test_a_browser_without_cookies_gets_a_key_that_lasts_as_long_as_the_page(desk):
    bare = asking({"host": "127.0.0.1:7860"})
    key = next(iter(desk.say("hi", "", bare)))[KEY]
    assert len(key) > 20
    assert "hi" in next(iter(desk.say("more", key, bare)))[EARLIER]
    assert next(iter(desk.say("hi", "", HERE)))[KEY] == ""


def test_coming_back_shows_what_was_said(desk):
    (empty,) = desk.arrive("", HERE)
    assert texts.WELCOME in empty[NEWEST]
    list(desk.say("first", "", HERE))
    list(desk.say("second", "", HERE))
    (view,) = desk.arrive("", HERE)
    assert ("first" in view[EARLIER], "second" in view[NEWEST]) == (True, True)
    (stranger,) = desk.arrive("", asking({"cookie": f"{COOKIE}=other"}))
    assert texts.WELCOME in stranger[NEWEST]


def test_nothing_happens_without_a_message(desk):
    assert list(desk.say("   ", "", HERE)) == [(SKIP,) * 6]


def test_add_and_remove_change_the_cart_and_tell_so_escaped(desk, shop):
    shop.script["mugs"] = answer(record("search_products", ToolResult("h", products=(MUG,))))
    list(desk.say("mugs", "", HERE))
    (view,) = desk.press("", HERE, press("add", "M1"))
    assert "Thing M1" in view[CART]
    assert view[:CART] == (SKIP,) * 3
    assert "&lt;script" in view[NOTICE]
    (view,) = desk.press("", HERE, press("remove", "M1"))
    assert texts.CART_EMPTY in view[CART]


def test_a_button_of_a_conversation_that_is_gone_says_so(desk):
    (view,) = desk.press("", HERE, press("add", "M1"))
    assert texts.EXPIRED in html.unescape(view[NOTICE])


def test_an_action_nobody_offered_does_nothing(desk, shop):
    list(desk.say("hi", "", HERE))
    assert list(desk.press("", HERE, press("erase", "M1"))) == [(SKIP,) * 6]
    assert all(call.name == "view_cart" for call in shop.toolbox.calls)


@pytest.mark.parametrize("value", ["1", "1:up:x:y", "9:up", "x:up", "", "1:"])
def test_a_rating_of_any_form_breaks_nothing(desk, value):
    list(desk.say("hi", "", HERE))
    assert len(list(desk.press("", HERE, press("rate", value)))) == 1


def test_a_picture_that_did_not_arrive_is_told(desk):
    (view,) = desk.see("/nowhere/at-all.jpg", "", HERE)
    assert texts.PICTURE_LOST in view[NOTICE]


@pytest.mark.parametrize(
    ("customer", "headers", "said"),
    [
        ("nobody", HERE.headers, "There is no customer nobody."),
        (" ", HERE.headers, texts.SIGN_IN_EMPTY),
        ("17850", {"host": "shop.example"}, texts.SIGN_IN_REMOTE),
        ("17850", HERE.headers | {"x-forwarded-for": "203.0.113.9"}, texts.SIGN_IN_REMOTE),
    ],
)
def test_trying_as_a_customer_is_refused_with_a_reason(desk, customer, headers, said):
    status = desk.try_as(customer, asking(headers))
    assert said in html.unescape(status)
    assert "data-try" not in status


def test_trying_as_a_customer_is_a_conversation_of_its_own_on_the_shops_machine_only(desk, visitors):
    assert 'data-try="17850"' in desk.try_as(" 17850 ", HERE)
    cookie = f"{COOKIE}=abc; {TRYING}=17850"
    list(desk.say("mine", "", asking(HERE.headers | {"cookie": cookie})))
    known = visitors.resume("abc", "customer", "trying as 17850", anew=False)
    assert known.conversation.session.customer_id == "17850"
    list(desk.say("mine", "", asking({"host": "shop.example", "cookie": cookie})))
    assert visitors.resume("abc", "customer", anew=False).conversation.session.customer_id is None
