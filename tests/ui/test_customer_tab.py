import html
from types import SimpleNamespace

import pytest
from scripted_page import MUG, answer, record

from assistant.messages import ToolResult
from ui import customer_tab, texts
from ui.access import Access
from ui.customer_tab import CustomerDesk

HERE = SimpleNamespace(headers={"host": "127.0.0.1:7860"}, client=SimpleNamespace(host="127.0.0.1"))
UNCHANGED = customer_tab.gr.skip()


@pytest.fixture
def desk(visitors):
    return CustomerDesk(visitors, Access(loopback=True))


@pytest.fixture
def toasts(monkeypatch):
    said = []
    for kind in ("Info", "Warning"):
        monkeypatch.setattr(customer_tab.gr, kind, lambda text, kind=kind: said.append((kind, text)))
    return said


def press(action, value):
    return SimpleNamespace(action=action, value=value)


def test_an_answer_streams_into_the_newest_turn(desk):
    *growing, last = desk.say("  hi ", "", HERE)
    newest = [view[2] for view in growing]
    assert texts.THINKING in newest[0]
    assert "One." in newest[2]
    assert "Two." not in newest[2]
    assert "One. Two." in newest[-1]
    assert "<details" in newest[-1]
    assert [view[4] for view in growing] == ["", *[UNCHANGED] * (len(growing) - 1)]  # emptied once, then left alone
    assert "Your cart is empty." in last[3]


def test_the_conversation_goes_on_and_earlier_turns_lose_their_buttons(desk, shop):
    shop.script["return it"] = answer(record("start_return", ToolResult("?", "needs_confirmation")), said="Shall I?")
    first = list(desk.say("return it", "", HERE))
    key = first[0][0]
    assert texts.YES in first[-2][2]
    first_view, *_, whole, _ = desk.press(key, HERE, press("ask", texts.YES_MESSAGE))
    assert whole[0] == key
    assert "Shall I?" in first_view[1]
    assert texts.YES not in first_view[1] + whole[2]
    assert texts.YES_MESSAGE in whole[2]


def test_nothing_happens_without_a_message(desk):
    assert list(desk.say("   ", "", HERE)) == [(UNCHANGED,) * 5]


def test_add_and_remove_change_the_cart_and_tell_so_escaped(desk, shop, toasts):
    shop.script["mugs"] = answer(record("search_products", ToolResult("h", products=(MUG,))))
    key = next(iter(desk.say("mugs", "", HERE)))[0]
    (view,) = desk.press(key, HERE, press("add", "M1"))
    assert "Thing M1" in view[3]
    assert view[:3] == (UNCHANGED,) * 3
    (view,) = desk.press(key, HERE, press("remove", "M1"))
    assert "Your cart is empty." in view[3]
    assert [kind for kind, _ in toasts] == ["Info", "Info"]
    assert all("<script" not in text for _, text in toasts)


def test_a_button_of_a_conversation_that_is_gone_says_so(desk, toasts):
    assert list(desk.press("gone", HERE, press("add", "M1"))) == [(UNCHANGED,) * 5]
    assert toasts == [("Warning", texts.EXPIRED)]


def test_an_action_nobody_offered_does_nothing(desk, shop, toasts):
    key = next(iter(desk.say("hi", "", HERE)))[0]
    list(desk.press(key, HERE, press("erase", "M1")))
    assert all(call.name == "view_cart" for call in shop.toolbox.calls)


def test_signing_in_starts_a_new_conversation_as_that_customer(desk, visitors):
    key, earlier, newest, _, _, status = desk.sign_in(" 17850 ", "", HERE)
    assert visitors.find(key).conversation.session.customer_id == "17850"
    assert (earlier, texts.WELCOME in newest) == ("", True)
    assert "17850" in status


@pytest.mark.parametrize(
    ("customer", "headers", "said"),
    [
        ("nobody", HERE.headers, "There is no customer nobody."),
        (" ", HERE.headers, texts.SIGN_IN_EMPTY),
        ("17850", {"host": "shop.example"}, texts.SIGN_IN_REMOTE),
        ("17850", HERE.headers | {"x-forwarded-for": "203.0.113.9"}, texts.SIGN_IN_REMOTE),
    ],
)
def test_signing_in_is_refused_with_a_reason(desk, customer, headers, said):
    *view, status = desk.sign_in(customer, "", SimpleNamespace(headers=headers, client=HERE.client))
    assert view == [UNCHANGED] * 5
    assert said in html.unescape(status)


def test_starting_over_forgets_who_it_was(desk):
    key, earlier, newest, cart, _, status = desk.start_over()
    assert (key, earlier) == ("", "")
    assert texts.WELCOME in newest
    assert texts.CART_EMPTY in cart
    assert texts.SIGNED_OUT in status
