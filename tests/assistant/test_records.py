import json
import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from postgres_cluster import NoPostgres, cluster
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from assistant.errors import BadCall, RecordsUnavailable, Refused
from assistant.messages import Answer, CallRecord, ToolResult, Write
from assistant.records import CartLine, Records

# The very same tests on both databases. RETAIL_TEST_RECORDS names an empty PostgreSQL database; else one is started.
URLS = ["sqlite", "postgres"]


class Clock:
    def __init__(self):
        self.now = datetime(2024, 6, 30, 12, 0)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="module")
def postgres():
    named = os.environ.get("RETAIL_TEST_RECORDS")
    if named:
        yield named
        return
    with ExitStack() as stack:
        try:
            started = stack.enter_context(cluster())
        except NoPostgres as missing:
            pytest.skip(f"no PostgreSQL to test on: {missing}")
        yield started


@pytest.fixture(params=URLS)
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/deep/service.sqlite"
    postgres = request.getfixturevalue("postgres")
    records = Records(postgres)
    with records._database.write() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    records.close()
    return postgres


@pytest.fixture
def records(url, clock):
    records = Records(url, clock)
    yield records
    records.close()


def write(order_id="1001", sequence=0, customer_id="C1", key=None, action="cancel", **details):
    payload = {
        "customer_id": customer_id,
        "order_id": order_id,
        "subject": f"order:{order_id}",
        "sequence": sequence,
        "day": "2024-06-30",
        **details,
    }
    return Write(action, payload, key or f"{action}-{order_id}-{sequence}")


def answer(question, said="Certainly.", result=None):
    call = CallRecord("order_status", {"order_id": "1001"}, "ok", 0.1, result or ToolResult("It is on its way."))
    return Answer(question, "customer", said, (call,))


# sessions


def test_a_session_comes_back_as_it_was_saved(records):
    session = records.open_session("customer", "C1")
    session.pending = write()
    session.preferences["max_price"] = 30
    session.identity_failures = 2
    records.save_session(session)
    assert records.open_session("customer", "C1", session.session_id) == session
    assert records.open_session("customer", None, session.session_id) == session
    session.pending = None
    records.save_session(session)
    assert records.open_session("customer", "C1", session.session_id).pending is None


def test_a_conversation_never_changes_its_person(records):
    session = records.open_session("customer", None, "web-7")
    session.customer_id = "C1"
    records.save_session(session)
    for role, customer_id in (("customer", "C2"), ("manager", None), ("manager", "C1")):
        with pytest.raises(Refused):
            records.open_session(role, customer_id, "web-7")
    for customer_id in ("C2", None):
        session.customer_id = customer_id
        with pytest.raises(Refused):
            records.save_session(session)
    assert records.open_session("customer", None, "web-7").customer_id == "C1"


@pytest.mark.parametrize("session_id", ["", "x" * 129])
def test_session_ids_have_a_length(records, session_id):
    with pytest.raises(BadCall):
        records.open_session("customer", None, session_id)


def test_new_session_ids_cannot_be_guessed(records):
    ids = {records.open_session("customer").session_id for _ in range(20)}
    assert len(ids) == 20
    assert min(map(len, ids)) >= 20


# turns and audit


def test_turns_keep_their_order_and_lose_card_numbers(records):
    session = records.open_session("customer", "C1")
    records.record_turn(session, answer("my card is 4111 1111 1111 1111", result=ToolResult("card 4111111111111111")))
    records.record_turn(session, answer("where is order 1001?"))
    first, second = records.turns(session.session_id)
    assert first.question == "my card is [card number removed]"
    assert "4111" not in json.dumps(first.answer)
    assert second.answer["calls"][0]["result"] == {"headline": "It is on its way.", "status": "ok"}


def test_audit_tells_grants_from_denials_and_cannot_be_changed(records):
    session = records.open_session("customer", "C1")
    records.audit(session, "order_status", {"order_id": "1001"}, "ok")
    records.audit(session, "order_status", {"order_id": "2001"}, "refused")
    records.audit(session, "verify_identity", {"email": "my password is hunter22"}, "error", {"a": 1}, {"a": 2})
    entries = records.audit_trail(session_id=session.session_id)
    assert [each.decision for each in entries] == ["grant", "denial", "grant"]
    assert "hunter22" not in str(entries)
    assert (entries[2].before, entries[2].after) == ({"a": 1}, {"a": 2})
    for statement in ("update audit set status = 'ok'", "delete from audit"):
        with pytest.raises(DBAPIError, match="append-only"), records._database.write() as connection:
            connection.execute(text(statement))
    assert records.audit_trail() == entries


# changes


def test_a_change_is_recorded_whole(records):
    session = records.open_session("customer", "C1")
    session.pending = write(refund=31.95)
    records.save_session(session)
    assert records.carry_out(session.pending, session)
    assert session.pending is None
    assert records.open_session("customer", "C1", session.session_id).pending is None
    (request,) = records.requests(subject="order:1001")
    assert (request.action, request.customer_id, request.payload["refund"]) == ("cancel", "C1", 31.95)
    (event,) = records.outbox()
    assert (event.kind, event.body["refund"]) == ("cancel.requested", 31.95)
    (entry,) = records.audit_trail()
    assert entry.before == {"subject": "order:1001", "requests": []}
    assert entry.after == {"subject": "order:1001", "requests": [["cancel", "cancel-1001-0"]]}


def test_the_same_key_acts_once_also_at_the_same_moment(records):
    session = records.open_session("customer", "C1")
    with ThreadPoolExecutor(8) as threads:
        acted = list(threads.map(lambda _: records.carry_out(write(), session), range(16)))
    assert sum(acted) == 1
    assert len(records.requests()) == len(records.outbox()) == len(records.audit_trail()) == 1


def test_of_two_changes_prepared_on_the_same_state_one_is_refused(records):
    session = records.open_session("customer", "C1")

    def attempt(key):
        try:
            return records.carry_out(write(key=key), session)
        except Refused:
            return "refused"

    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(attempt, ["a", "b", "c", "d"]))
    assert sorted(map(str, outcomes)) == ["True", "refused", "refused", "refused"]
    assert records.carry_out(write(sequence=1, action="address", key="e"), session)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (write(customer_id="C2"), Refused),
        (write(action="gift"), BadCall),
        (Write("cancel", {"customer_id": "C1"}, "k"), BadCall),
        (Write("cancel", write().payload, ""), BadCall),
    ],
)
def test_a_wrong_change_is_denied_and_leaves_a_trace(records, bad, error):
    session = records.open_session("customer", "C1")
    with pytest.raises(error):
        records.carry_out(bad, session)
    assert records.requests() == ()
    assert records.outbox() == ()
    assert [each.decision for each in records.audit_trail()] == ["denial"]


def test_a_failure_half_way_leaves_nothing(records, monkeypatch):
    session = records.open_session("customer", "C1")
    session.pending = write()
    records.save_session(session)

    def fail(*_, **__):
        raise RuntimeError("the power went")

    monkeypatch.setattr("assistant.records.ledger.add_audit", fail)
    with pytest.raises(RuntimeError):
        records.carry_out(write(), session)
    monkeypatch.undo()
    assert records.requests() == ()
    assert records.outbox() == ()
    assert records.open_session("customer", "C1", session.session_id).pending == write()


def test_outbox_events_are_sent_once(records):
    session = records.open_session("customer", "C1")
    for number in range(3):
        records.carry_out(write(order_id=str(number)), session)
    first = records.outbox()[0]
    assert records.mark_sent(first.event_id)
    assert not records.mark_sent(first.event_id)
    assert [each.body["order_id"] for each in records.outbox()] == ["1", "2"]


# carts and hand-offs


def test_a_cart_adds_up_and_gives_back(records):
    session, other = records.open_session("customer"), records.open_session("customer")
    mug = CartLine("P1", "Blue Mug", 4.0, 2)
    records.add_to_cart(session, mug)
    assert records.add_to_cart(session, mug).quantity == 4
    removed = records.remove_from_cart(session, "P1")
    assert removed == CartLine("P1", "Blue Mug", 4.0, 4)
    assert records.remove_from_cart(session, "P1") is None
    records.add_to_cart(session, removed)
    assert records.cart(session) == (removed,)
    assert records.cart(other) == ()


def test_hand_offs_queue_once_and_settle_once(records):
    session = records.open_session("customer", "C1")
    place = records.hand_off(session, "rude courier", "card 4111111111111111")
    assert records.hand_off(session, "still rude", "more") == place
    (waiting,) = records.handed_off()
    assert (waiting.reason, waiting.summary) == ("still rude", "more")
    assert records.settle_hand_off(place, "Kim")
    assert not records.settle_hand_off(place, "Lee")
    assert records.handed_off() == ()
    assert records.handed_off(settled=True)[0].settled_by == "Kim"


# a person's data


def test_export_and_erasure_take_one_customer_only(records):
    sessions = {each: records.open_session("customer", each) for each in ("C1", "C2")}
    for customer_id, session in sessions.items():
        records.record_turn(session, answer(f"I am {customer_id}"))
        records.audit(session, "my_orders", {"who": customer_id}, "ok")
        records.add_to_cart(session, CartLine("P1", "Blue Mug", 4.0, 1))
        records.carry_out(
            write(customer_id, customer_id=customer_id, action="address", address=f"{customer_id} Road"), session
        )
        records.hand_off(session, "help", f"summary of {customer_id}")
    records.mark_sent(records.outbox()[0].event_id)  # the one of C1
    exported = records.export_customer("C1")
    assert {name: len(rows) for name, rows in exported.items()} == {
        "conversations": 1,
        "accounts": 0,
        "audit": 2,
        "requests": 1,
        "outbox": 1,
        "turns": 1,
        "carts": 1,
        "pending_actions": 0,
        "hand_offs": 1,
        "identity_attempts": 0,
    }
    assert "C2" not in json.dumps(exported)

    untouched = records.export_customer("C2")
    counts = records.erase_customer("C1")
    assert (counts["turns"], counts["audit"], counts["requests"], counts["outbox"]) == (1, 2, 1, 1)
    assert not any(records.export_customer("C1").values())
    assert records.export_customer("C2") == untouched
    kept = records.requests(subject="order:C1")  # the order itself still must not be changed twice
    assert "Road" not in str(kept)
    assert kept[0].customer_id is None
    with pytest.raises(DBAPIError, match="append-only"), records._database.write() as connection:
        connection.execute(text("delete from audit"))


def test_retention_keeps_the_young_and_those_who_wait(records, clock):
    old, waiting = records.open_session("customer", "C1"), records.open_session("customer", "C2")
    for session in (old, waiting):
        records.record_turn(session, answer("hello"))
        records.audit(session, "my_orders", {}, "ok")
    records.hand_off(waiting, "help", "")
    clock.now += timedelta(days=100)
    young = records.open_session("customer", "C1")
    records.record_turn(young, answer("hello"))
    counts = records.purge(keep=timedelta(days=90), keep_audit=timedelta(days=365))
    assert (counts["conversations"], counts["turns"], counts["audit"]) == (1, 1, 0)
    assert records.turns(old.session_id) == ()
    assert len(records.turns(waiting.session_id)) == len(records.turns(young.session_id)) == 1
    clock.now += timedelta(days=300)
    assert records.purge(timedelta(days=90), timedelta(days=365))["audit"] == 2


# opening


def _open_and_close(url):
    Records(url).close()


def test_processes_may_open_a_new_database_at_once(url):
    processes = [multiprocessing.get_context("fork").Process(target=_open_and_close, args=(url,)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 6


def test_sqlite_waits_for_others_and_survives_a_crash(tmp_path):
    records = Records(f"sqlite:///{tmp_path}/service.sqlite")
    with records._database.read() as connection:
        assert connection.execute(text("pragma journal_mode")).scalar() == "wal"
        assert connection.execute(text("pragma synchronous")).scalar() == 2  # full
        assert connection.execute(text("pragma busy_timeout")).scalar() == 15000
    records.close()


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://host/name", "nodriver://x", "postgresql+psycopg://nobody@127.0.0.1:1/none"]
)
def test_an_unusable_url_is_told_in_words(url):
    with pytest.raises(RecordsUnavailable):
        Records(url)


def test_a_file_that_is_no_database_is_told_in_words(tmp_path):
    (tmp_path / "service.sqlite").write_text("this is not a database, it is a shopping list " * 50)
    with pytest.raises(RecordsUnavailable, match="not a database"):
        Records(f"sqlite:///{tmp_path}/service.sqlite")


def test_one_balance_is_spent_once(records):
    """Two changes prepared on one gift card: the second finds the balance moved, and nothing of it stays."""
    session = records.open_session("customer", "C1")
    taken = {"movements": [{"method_id": "gift_card_1", "sequence": 0, "amount": -8.0}]}
    assert records.carry_out(write("1001", action="payment", **taken), session)
    with pytest.raises(Refused, match="changed since"):
        records.carry_out(write("1002", action="payment", **taken), session)
    assert records.gift_card_movements("gift_card_1") == (-8.0,)
    assert [each.order_id for each in records.requests()] == ["1001"]
    assert len(records.outbox()) == 1
    back = {"movements": [{"method_id": "gift_card_1", "sequence": 1, "amount": 3.5}]}
    assert records.carry_out(write("1002", action="cancel", **back), session)
    assert records.gift_card_movements("gift_card_1") == (-8.0, 3.5)


def test_twenty_changes_at_once_on_one_balance_move_it_once(records):
    taken = {"movements": [{"method_id": "gift_card_1", "sequence": 0, "amount": -8.0}]}

    def spend(number):
        session = records.open_session("customer", "C1", f"s{number}")
        try:
            return records.carry_out(write(f"10{number:02}", action="payment", **taken), session)
        except Refused:
            return None

    with ThreadPoolExecutor(20) as threads:
        done = list(threads.map(spend, range(20)))
    assert done.count(True) == 1
    assert done.count(None) == 19
    assert records.gift_card_movements("gift_card_1") == (-8.0,)
    assert len(records.requests()) == len(records.outbox()) == 1
