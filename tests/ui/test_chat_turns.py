from scripted_page import EVIL, answer, record

from assistant.messages import Fact, Table, ToolResult
from ui import texts
from ui.chat_turns import Around, turn_html
from ui.order_cards import order_cards
from ui.turns import Shown


def shown(*calls, number=1, **more):
    return Shown("hello", "Fine.", answer=answer(*calls, said="Fine.", **more), number=number)


def html_of(turn, *, newest=True, **around):
    return turn_html(turn, Around("GBP", **around), newest=newest)


def test_while_nothing_is_said_the_step_is_shown():
    assert "looking at sales report" in html_of(Shown("q", step="looking at sales report"))


def test_yes_and_no_carry_the_key_of_the_change_and_stand_only_while_it_waits():
    result = ToolResult("Shall I?", "needs_confirmation", facts=(Fact("refund", 4.0, "GBP", "£4.00"),))
    turn = shown(record("start_return", result))
    asked = html_of(turn, proposal="k1")
    assert 'data-action="yes" data-value="k1"' in asked
    assert 'data-action="no" data-value="k1"' in asked
    assert "£4.00" in asked
    for without in (html_of(turn), html_of(turn, proposal="k1", newest=False)):
        assert texts.YES not in without
    assert texts.YES not in html_of(shown(record("start_return", ToolResult("Done."))), proposal="k1")


def test_thumbs_show_what_was_given_and_a_bad_one_asks_why_once():
    turn = shown(number=3)
    assert 'data-value="3:up"' in html_of(turn)
    down = html_of(turn, ratings={3: "down"})
    assert 'data-value="3:down" aria-pressed="true"' in down
    assert 'data-value="3:down:"' in down
    assert 'data-value="3:down:"' not in html_of(turn, ratings={3: "down"}, comments={3: "dear"})


def test_a_turn_that_broke_off_offers_a_person_but_one_that_was_turned_away_does_not():
    assert 'data-action="hand_off"' in html_of(Shown("q", "Broken.", failed=True, number=2))
    assert 'data-action="hand_off"' not in html_of(Shown("q", "Wait.", failed=True))


def test_a_sent_picture_is_shown_with_words_for_those_who_do_not_see_it():
    html = html_of(Shown(EVIL, "s", picture='data:image/jpeg;base64,"><script>', number=1))
    assert texts.PICTURE_ALT in html
    assert "<script" not in html


def test_orders_are_cards_with_a_button_each():
    rows = (("1001", "2024-06-25", 3, 31.95, EVIL), ("1002", "soon", 1, 6.5, "dispatched"))
    table = Table(("Order", "Date", "Items", "Total", "Status"), rows)
    html = order_cards(record("my_orders", ToolResult("h", table=table)), "GBP")
    assert html.count("<li") == 2
    for part in ("25 June 2024 · 3 items · £31.95", "soon · 1 item · £6.50", "What is in order 1001?"):
        assert part in html
    assert "<script" not in html


def test_one_order_shows_its_dates_and_lines():
    facts = (Fact("order", "1001", "", "1001"), Fact("ordered on", "2024-06-25", "date", "25 June 2024"))
    table = Table(("#", "Item", "Quantity", "Unit price", "Total"), ((1, "Blue Mug", 2, 4.0, 8.0),))
    html = order_cards(record("order_status", ToolResult("h", facts=facts, table=table)), "GBP")
    for part in ("Order 1001", "25 June 2024", "Blue Mug", "I want to return something from order 1001"):
        assert part in html
    assert order_cards(record("order_status", ToolResult("h")), "GBP") == ""
