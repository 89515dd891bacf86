"""Bad input over HTTP against a running server: too much, nonsense, a cut line, the same again, another's name."""

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
from served_shop import TOKEN, access_of_shop, make_shop, running

from assistant.door_settings import LoginSettings

STAFF = {"Authorization": f"Bearer {TOKEN}"}
FIFTY_MB = 50_000_000


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = make_shop(tmp_path_factory.mktemp("shop"))
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def address(shop):
    login = LoginSettings(proxy_header="X-Remote-User", trusted_proxies=("10.0.0.5",), managers=("anna",))
    with running(shop, access_of_shop(shop, login=login)) as address:
        yield address


def code_of(response):
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("path", ["/api/ask", "/v1/chat/completions", "/mcp", "/sign-in", "/nowhere"])
def test_fifty_megabytes_are_turned_away_before_they_are_read(address, path):
    host = urlsplit(address)
    line = http.client.HTTPConnection(host.hostname, host.port, timeout=20)
    line.putrequest("POST", path)
    line.putheader("Content-Type", "application/json")
    line.putheader("Content-Length", str(FIFTY_MB))
    line.endheaders(b"{")  # and no more: the answer comes all the same
    response = line.getresponse()
    assert response.status == 413
    assert json.loads(response.read())["error"]["code"] == "too_large"
    line.close()


def test_a_body_without_a_length_is_turned_away_too(address):
    pieces = (b"x" * 100_000 for _ in range(60))
    assert code_of(httpx.post(f"{address}/api/ask", content=pieces)) == (413, "too_large")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,2", b"null", b"\xff\xfe\x00", b'"text"', b'{"question": {"a": 1}}', b"[" * 50_000]
)
@pytest.mark.parametrize("path", ["/api/ask", "/api/ask/stream", "/api/sessions", "/api/login", "/v1/chat/completions"])
def test_nonsense_is_told_what_is_wrong(address, path, body):
    response = httpx.post(f"{address}{path}", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.json()["error"]["message"]


def test_a_listener_who_hangs_up_leaves_one_turn_done_and_the_conversation_open(address, shop):
    begun = httpx.post(f"{address}/api/sessions", json={"customer_id": "C1"}, headers=STAFF).json()["session"]
    cancel = {"question": "please cancel order 1001", "session": begun}
    httpx.post(f"{address}/api/ask", json=cancel, timeout=60)
    with (
        httpx.Client(timeout=60) as client,
        client.stream("POST", f"{address}/api/ask/stream", json={"question": "yes", "session": begun}) as response,
    ):
        next(response.iter_bytes())  # the line is cut after the first piece
    until = time.monotonic() + 30
    while not shop.records.requests(customer_id="C1") and time.monotonic() < until:
        time.sleep(0.05)
    assert [each.subject for each in shop.records.requests(customer_id="C1")] == ["order:1001"]
    again = _patiently(address, {"question": "yes", "session": begun})
    assert again.status_code == 200
    assert len(shop.records.requests(customer_id="C1")) == 1


def test_the_same_yes_with_the_same_key_from_two_lines_acts_once(address, shop):
    begun = httpx.post(f"{address}/api/sessions", json={"customer_id": "C2"}, headers=STAFF).json()["session"]
    httpx.post(f"{address}/api/ask", json={"question": "please cancel order 2001", "session": begun}, timeout=60)
    yes, key = {"question": "yes", "session": begun}, {"Idempotency-Key": "7f1d2c7e-8f43-4e0b"}
    answers = []
    lines = [threading.Thread(target=lambda: answers.append(_patiently(address, yes, key))) for _ in range(2)]
    for line in lines:
        line.start()
    for line in lines:
        line.join(60)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["calls"][0]["status"] == "ok"
    assert len(shop.records.requests(customer_id="C2")) == 1


def test_the_proxys_header_from_elsewhere_is_refused_everywhere_and_recorded(address, shop):
    forged = {"X-Remote-User": "anna"}
    for method, path in (("POST", "/api/ask"), ("GET", "/sign-in"), ("GET", "/v1/models"), ("GET", "/nowhere")):
        assert code_of(httpx.request(method, f"{address}{path}", headers=forged)) == (403, "forged")
    denied = [line for line in shop.records.audit_trail() if line.arguments.get("what") == "proxy header"]
    assert [line.decision for line in denied] == ["denial"] * 4


def _patiently(address, asked, headers=None):
    """Asks until the session's last question is answered."""
    until = time.monotonic() + 40
    while True:
        response = httpx.post(f"{address}/api/ask", json=asked, headers=headers or {}, timeout=60)
        if response.status_code != 409 or time.monotonic() > until:
            return response
        time.sleep(0.1)
