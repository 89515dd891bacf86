"""The outbox on its way to the shop's own system: signed, in order, again until received; a real server at the end."""

import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest

from assistant.errors import AssistantError
from assistant.messages import Write
from assistant.records import Records
from assistant.service.webhook import Delivered, Webhook, is_genuine, signature, start_deliveries
from assistant.settings import read_settings

SECRET = "a secret of the shop's own"


@pytest.fixture
def records(tmp_path):
    records = Records(f"sqlite:///{tmp_path}/service.sqlite")
    session = records.open_session("customer", "C1")
    for order, sequence, action in (("1", 0, "address"), ("2", 0, "cancel"), ("1", 1, "cancel")):
        payload = {"customer_id": "C1", "order_id": order, "subject": f"order:{order}", "sequence": sequence}
        records.carry_out(Write(action, payload, f"key-{order}-{sequence}"), session)
    yield records
    records.close()


class System:
    """The shop's system: answers with the statuses it is given, then with 200."""

    def __init__(self, *statuses):
        self.statuses, self.got, self.now = list(statuses), [], 1_000.0

    def post(self, url, body, headers):
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 0:
            raise ConnectionRefusedError("nobody there")
        if 200 <= status < 300:
            self.got.append(headers["Idempotency-Key"])
        return status

    def hook(self, records):
        return Webhook(records, "https://shop.example/hook", SECRET, self.post, lambda: self.now)


def test_events_are_sent_once_and_in_order(records):
    system = System()
    hook = system.hook(records)
    assert hook.deliver() == Delivered(3, 0, 0)
    assert hook.deliver() == Delivered(0, 0, 0)
    assert system.got == ["key-1-0", "key-2-0", "key-1-1"]


def test_an_event_that_fails_holds_back_its_order_only_and_is_tried_again_later(records):
    system = System(500)
    hook = system.hook(records)
    assert hook.deliver() == Delivered(1, 1, 1)
    assert system.got == ["key-2-0"]
    assert hook.deliver() == Delivered(0, 0, 2)  # its time has not come
    system.now += 5
    system.statuses = [0]
    assert hook.deliver() == Delivered(0, 1, 1)  # nobody there; next in 10 s
    system.now += 9
    assert hook.deliver().sent == 0
    system.now += 1
    assert hook.deliver() == Delivered(2, 0, 0)
    assert system.got == ["key-2-0", "key-1-0", "key-1-1"]
    assert records.outbox() == ()


def test_the_wait_doubles_up_to_an_hour(records):
    system = System(*[503] * 60)
    hook = system.hook(records)
    waits = []
    for _ in range(14):
        hook.deliver()
        (number, (_, when)) = min(hook._tries.items())
        waits.append(when - system.now)
        system.now = when
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 3600


def test_the_signature_is_that_of_the_time_and_the_body():
    by_hand = hmac.new(SECRET.encode(), b'1000.{"a": 1}', hashlib.sha256).hexdigest()
    header = signature(b'{"a": 1}', SECRET, 1000)
    assert header == f"t=1000,v1={by_hand}"
    assert is_genuine(b'{"a": 1}', SECRET, header, now=1100)
    assert not is_genuine(b'{"a": 2}', SECRET, header, now=1100)
    assert not is_genuine(b'{"a": 1}', "another secret of someone", header, now=1100)
    assert not is_genuine(b'{"a": 1}', SECRET, header, now=2000)  # kept and sent again later
    assert not is_genuine(b'{"a": 1}', SECRET, "nonsense", now=1000)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://shop.example", SECRET),
        ("https://shop.example", "short"),
        ("", SECRET),
        ("http://localhost.evil.example/hook", SECRET),
    ],
)
def test_an_open_line_or_a_weak_secret_is_refused(records, url, secret):
    with pytest.raises(AssistantError, match="webhook"):
        Webhook(records, url, secret)


def test_a_real_server_receives_what_was_signed(records):
    received = []

    class Shop(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((body, self.headers["X-Retail-Signature"], self.headers["X-Retail-Event"]))
            elsewhere = len(received) == 1  # a redirect is not followed and not taken for received
            self.send_response(302 if elsewhere else 204)
            if elsewhere:
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        hook = Webhook(records, f"http://127.0.0.1:{server.server_port}/hook", SECRET)
        assert hook.deliver() == Delivered(1, 1, 1)
        assert all(is_genuine(body, SECRET, header, time.time()) for body, header, _ in received)
        assert json.loads(received[1][0])["order_id"] == "2"
        assert received[1][2] == "cancel.requested"
        nobody = Webhook(records, "http://127.0.0.1:9/hook", SECRET)
        assert nobody.deliver() == Delivered(0, 1, 1)
    finally:
        server.shutdown()
        server.server_close()


def test_it_runs_until_it_is_stopped(records):
    system, stop = System(), threading.Event()
    hook = system.hook(records)
    thread = threading.Thread(target=hook.run, args=(stop, 0.01))
    thread.start()
    for _ in range(500):
        if len(system.got) == 3:
            break
        stop.wait(0.01)
    stop.set()
    thread.join(5)
    assert len(system.got) == 3


def test_a_shop_sets_it_up_in_its_settings(records, tmp_path):
    def shop(text):
        (tmp_path / "shop.toml").write_text('name = "Shop"\n' + text)
        return SimpleNamespace(settings=read_settings(tmp_path), records=records)

    assert start_deliveries(shop("")) is None
    named = shop('[webhook]\nurl = "https://shop.invalid/hook"\nsecret_env = "HOOK"\n')
    with pytest.raises(AssistantError, match="secret_env"):
        start_deliveries(named, {})
    stop = start_deliveries(named, {"HOOK": SECRET})
    assert stop is not None
    stop.set()
