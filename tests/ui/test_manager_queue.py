from datetime import datetime
from types import SimpleNamespace

import gradio as gr
import pytest
from scripted_page import EVIL

from assistant.messages import Answer, Write
from assistant.records import Records
from ui import texts
from ui.access import Access
from ui.manager_gate import Gate
from ui.manager_queue import Queue, moment

HERE = SimpleNamespace(headers={"host": "127.0.0.1:7860"}, client=SimpleNamespace(host="127.0.0.1"))
ELSEWHERE = SimpleNamespace(headers={"host": "shop.example"}, client=SimpleNamespace(host="203.0.113.9"))


@pytest.fixture
def queue(shop, tmp_path):
    shop.records = Records(f"sqlite:///{tmp_path / 'service.sqlite'}", lambda: datetime(2026, 6, 30, 9, 5))
    yield Queue(shop, Gate(Access(loopback=True)))
    shop.records.close()


@pytest.fixture
def waits(queue, shop):
    session = shop.records.open_session("customer", "C1")
    shop.records.record_turn(session, Answer(f"where is it {EVIL}", "customer", "I will ask."))
    shop.records.hand_off(session, f"late parcel {EVIL}", "summary")
    payload = {
        "customer_id": "C1", "subject": "order:7", "sequence": 0, "order_id": "7", "reason": EVIL,
        "lines": [{"title": "Mug", "quantity": 2}],
    }  # fmt: skip
    shop.records.carry_out(Write("return", payload, "k1"), session)
    return queue


def pressed(action, value):
    return SimpleNamespace(action=action, value=value)


def test_who_waits_is_shown_with_what_was_said_and_what_was_confirmed_all_escaped(waits):
    html = waits.show(HERE)
    assert "<script" not in html
    for part in ("Customer C1", "late parcel", "where is it", "I will ask.", "30 June 2026, 09:05 UTC", "2 × Mug"):
        assert part in html
    assert 'data-value="Tell me about customer C1"' in html


def test_a_settled_conversation_leaves_the_queue_with_the_name_of_who_settled_it(waits, shop):
    (waiting,) = shop.records.handed_off()
    html = waits.press(HERE, pressed("settle", str(waiting.hand_off_id)))
    assert shop.records.handed_off() == ()
    assert texts.QUEUE_EMPTY in html
    assert "settled 30 June 2026, 09:05 UTC by manager" in html


def test_a_change_is_ticked_off_once(waits, shop):
    (event,) = shop.records.outbox()
    assert texts.CHANGES_EMPTY in waits.press(HERE, pressed("carried_out", str(event.event_id)))
    assert shop.records.outbox() == ()
    waits.press(HERE, pressed("carried_out", str(event.event_id)))


def test_a_webhook_carries_the_changes_by_itself(waits, shop):
    shop.settings.webhook = SimpleNamespace(url="https://shop.example/hooks")
    html = waits.show(HERE)
    assert "https://shop.example/hooks" in html
    assert "carried_out" not in html


def test_nobody_else_sees_or_settles(waits, shop):
    assert waits.show(ELSEWHERE) == gr.skip()
    for action, value in (("settle", "1"), ("carried_out", "1")):
        assert waits.press(ELSEWHERE, pressed(action, value)) == gr.skip()
    assert waits.press(HERE, pressed("settle", "1; drop table")) == gr.skip()
    assert len(shop.records.handed_off()) == len(shop.records.outbox()) == 1


def test_nobody_waits(queue):
    html = queue.show(HERE)
    assert texts.QUEUE_EMPTY in html
    assert texts.CHANGES_EMPTY in html


def test_a_time_is_written_in_words():
    assert moment(datetime(2026, 1, 2, 3, 4)) == "2 January 2026, 03:04 UTC"
