import gc
import threading
import time
from contextlib import closing

import pytest
import served_shop
from scripted_page import ScriptedConversation, answer, begin, record

from assistant import talk
from assistant.door_settings import LimitSettings
from assistant.errors import NotFound
from assistant.messages import ToolResult, Write
from ui import texts
from ui.line import Turnstile
from ui.turns import GrowingTurn
from ui.visitor import NO, YES, Visitor
from ui.visitors import Visitors


def visitor_of(visitors, customer=None):
    visitor = visitors.find(visitors.open("customer", customer))
    assert visitor is not None
    return visitor


def test_a_turn_grows_and_ends_with_the_whole_answer(visitors):
    visitor = visitor_of(visitors)
    turns = list(visitor.ask("hi"))
    assert [turn.step for turn in turns[:2]] == [texts.THINKING, "looking at search products"]
    said = [turn.said for turn in turns if turn.said]
    assert said[0] == "One."
    assert said[-1] == "One. Two."
    assert all(later.startswith(earlier) for earlier, later in zip(said, said[1:], strict=False))
    assert [turn.done for turn in turns] == [False] * (len(turns) - 1) + [True]
    assert visitor.shown == [turns[-1]]


def test_each_visitor_has_a_conversation_of_their_own(visitors):
    one, other = visitor_of(visitors, "A"), visitor_of(visitors, "B")
    list(one.ask("mine"))
    assert one.conversation.heard == ["mine"]
    assert other.conversation.heard == []
    assert other.shown == []
    assert (one.conversation.session.customer_id, other.conversation.session.customer_id) == ("A", "B")


def test_a_failure_is_told_a_bug_is_logged_and_the_next_question_is_answered(visitors, caplog):
    visitor = visitor_of(visitors)
    assert list(visitor.ask("lost"))[-1].said == "The records are away."
    assert not caplog.records
    last = list(visitor.ask("bug"))[-1]
    assert (last.failed, last.said) == (True, texts.BROKEN)
    assert "ZeroDivisionError" in caplog.text
    assert list(visitor.ask("hi"))[-1].said == "One. Two."


def test_a_second_message_is_turned_away_while_the_first_is_answered(shop):
    begun, go_on = threading.Event(), threading.Event()

    class Waiting(ScriptedConversation):
        def stream(self, message, watch=lambda step: None):
            begun.set()
            assert go_on.wait(5)
            yield from super().stream(message, watch)

    visitor = Visitor(Waiting(shop, "customer"))
    first = visitor.ask("first")
    next(first)
    assert begun.wait(5)
    assert [turn.said for turn in visitor.ask("second")] == [texts.BUSY]
    go_on.set()
    assert list(first)[-1].said == "One. Two."
    assert visitor.conversation.heard == ["first"]


def test_who_waits_in_line_sees_the_place_and_who_leaves_is_not_answered(shop, monkeypatch):
    monkeypatch.setattr("ui.line._LOOKS_AROUND", 0.01)
    monkeypatch.setattr("ui.visitor._BACK_WITHIN", 0.02)
    visitors = Visitors(shop, begin, turnstile=Turnstile(LimitSettings(customers_at_once=1)))
    visitor = visitor_of(visitors)
    line = visitors.turnstile.line
    with line.turn("customer", "somebody else"):
        asked = visitor.ask("hi", "203.0.113.9")
        waiting = next(asked)
        assert (waiting.place, waiting.done) == (1, False)
        assert "number 1 in line" in waiting.step
        asked.close()
        until = time.monotonic() + 10
        while line.waiting("customer") and time.monotonic() < until:
            time.sleep(0.01)
        assert line.waiting("customer") == 0
    assert visitor.conversation.heard == []
    assert visitor.shown == []
    assert list(visitor.ask("hi"))[-1].said == "One. Two."


def test_programs_keep_the_last_turn_only_and_count_all(shop):
    visitor = visitor_of(Visitors(shop, begin, keeps=1))
    for message in ("one", "two", "three"):
        list(visitor.ask(message))
    assert (visitor.turns, [shown.question for shown in visitor.shown]) == (3, ["three"])


def test_a_message_too_many_is_turned_away_with_the_time_to_wait_and_recorded(shop):
    visitors = Visitors(shop, begin, turnstile=Turnstile(LimitSettings(per_minute=1)))
    visitor = visitor_of(visitors)
    last = [list(visitor.ask("hi"))[-1] for _ in range(21)][-1]
    assert (last.failed, last.trouble) == (True, "too_fast")
    assert f"wait {last.wait} seconds" in last.said
    assert visitor.conversation.heard == ["hi"] * 20
    assert shop.audited == [("guard", {"flags": ["too_fast"]}, "refused")]


def test_the_cart_takes_exactly_the_product_and_the_audit_trail_has_it(visitors, shop):
    visitor = visitor_of(visitors)
    visitor.add_to_cart("M1")
    assert shop.toolbox.calls[-1].arguments == {"product": "M1", "quantity": 1}
    visitor.remove_from_cart("M1")
    assert shop.toolbox.held == []
    assert [entry[0] for entry in shop.audited] == ["add_to_cart", "remove_from_cart"]


def test_the_one_who_was_quiet_longest_leaves_when_the_house_is_full(shop):
    visitors = Visitors(shop, begin, capacity=2)
    first, second = visitors.open("customer"), visitors.open("customer")
    visitors.find(first)
    third = visitors.open("customer")
    assert visitors.find(second) is None
    assert visitors.find(first) is not visitors.find(third)
    assert visitors.find("") is None


def test_who_was_quiet_for_long_leaves_the_memory_and_is_back_from_the_records(tmp_path):
    with closing(served_shop.make_shop(tmp_path)) as shop:
        now = [0.0]
        visitors = Visitors(shop, quiet=60.0, clock=lambda: now[0])
        key = visitors.open("customer")
        visitor = visitors.find(key)
        *_, last = visitor.ask("what do you sell?")
        proposed = Write("address", {"to": "1 Mill Lane"}, "k" * 32)
        visitor.conversation.session.pending = proposed
        shop.records.save_session(visitor.conversation.session)
        now[0] = 61.0
        assert visitors.find(key) is None
        again = visitors.back(key)
        assert again is not visitor
        assert [each.said for each in again.shown] == [last.said]
        assert again.conversation.session.pending == proposed
        assert again.conversation.session.session_id == visitor.conversation.session.session_id
        assert visitors.back(key) is again


def test_a_conversation_that_a_login_began_is_back_for_that_login_only(tmp_path):
    with closing(served_shop.make_shop(tmp_path)) as shop:
        key, visitor = Visitors(shop).admit("", "manager", "anna")
        list(visitor.ask("hello"))
        unsaid = Visitors(shop).open("customer", "C1")
        after = Visitors(shop)  # the server began anew
        assert after.back(key, "ben") is None
        assert after.back(key) is None
        assert after.back("another key", "anna") is None
        found = after.back(key, "anna")
        assert (found.turns, found.conversation.session.role) == (1, "manager")
        known = after.back(unsaid)  # opened by the shop's own server; nothing has been said yet
        assert (known.turns, known.conversation.session.customer_id) == (0, "C1")


def test_a_turn_that_is_over_is_not_kept_as_it_grew(visitors):
    visitor = visitor_of(visitors)
    list(visitor.ask("hi"))
    assert not visitor.answering
    assert list(visitor.follow()) == []
    assert [each for each in gc.get_objects() if type(each) is GrowingTurn] == []


def test_an_unknown_customer_is_an_error_for_people(visitors):
    with pytest.raises(NotFound, match="no customer"):
        visitors.open("customer", "nobody")


def test_a_yes_is_for_exactly_the_change_that_was_proposed_and_only_once(visitors, shop):
    shop.script["return it"] = answer(record("start_return", ToolResult("?", "needs_confirmation")), said="Shall I?")
    visitor = visitor_of(visitors)
    list(visitor.ask("return it"))
    key = visitor.proposal()
    stale = list(visitor.reply("another change", agree=True))
    assert [(turn.said, turn.turned_away) for turn in stale] == [(texts.ANSWERED_ALREADY, True)]
    assert list(visitor.reply(key, agree=True))[-1].question == texts.YES
    assert list(visitor.reply(key, agree=True))[-1].turned_away
    assert visitor.conversation.heard == ["return it", YES]
    assert len(visitor.shown) == 2


def test_the_words_of_the_buttons_are_a_yes_and_a_no_to_the_conversation():
    assert talk.is_yes(YES)
    assert talk.is_no(NO)
    assert not talk.is_yes(NO)


def test_who_comes_later_sees_the_answer_grow_from_where_it_is(shop):
    begun, go_on = threading.Event(), threading.Event()

    class Waiting(ScriptedConversation):
        def stream(self, message, watch=lambda step: None):
            yield "One."
            begun.set()
            assert go_on.wait(5)
            yield from super().stream(message, watch)

    visitor = Visitor(Waiting(shop, "customer"))
    first = visitor.ask("hi")
    next(first)
    assert begun.wait(5)
    late = visitor.follow()
    assert next(late).said == "One."
    go_on.set()
    assert list(late)[-1] == list(first)[-1] == visitor.shown[-1]
    assert list(visitor.follow()) == []


def test_what_people_think_goes_to_the_records_and_only_of_turns_there_were(visitors, shop):
    visitor = visitor_of(visitors)
    list(visitor.ask("hi"))
    assert visitor.rate(1, "down", "too dear")
    assert not visitor.rate(2, "up")
    assert not visitor.rate(1, "sideways")
    assert shop.audited == [("feedback", {"turn": 1, "rating": "down", "comment": "too dear"}, "ok")]
    assert (visitor.ratings, visitor.comments) == ({1: "down"}, {1: "too dear"})


def test_a_browser_comes_back_to_its_conversation_and_each_owner_has_their_own(visitors):
    assert visitors.resume("secret", "customer", anew=False) is None
    mine = visitors.resume("secret", "customer")
    assert visitors.resume("secret", "customer", anew=False) is mine
    assert visitors.resume("secret", "customer", "ann", "A") is not mine
    assert visitors.resume("other", "customer", anew=False) is None
    assert visitors.find("secret") is None  # the secret itself opens nothing elsewhere
