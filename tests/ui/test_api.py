import json
import re
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from scripted_page import EVIL, MUG, ScriptedConversation, answer, begin, record

from assistant.door_settings import LimitSettings
from assistant.errors import RecordsUnavailable
from assistant.messages import Fact, ProductCard, ToolResult
from assistant.safety import RateLimit
from ui import texts
from ui.access import Access
from ui.api import build_api
from ui.api_access import Doorman
from ui.api_errors import MAX_BODY, as_json
from ui.visitors import Visitors

HERE = "http://127.0.0.1:7860"
TOKEN = {"Authorization": "Bearer s3cret"}


def client(shop, *, password=None, loopback=True, base=HERE, rate=None):
    access = Access(loopback=loopback, password=password)
    doorman = Doorman(access, rate)
    app = build_api(shop, access, doorman, Visitors(shop, begin))
    return TestClient(app, base_url=base, raise_server_exceptions=False)


@pytest.fixture
def shop(shop):
    shop.records.turns = lambda session_id: ()
    return shop


def error_of(response, status):
    assert response.status_code == status
    return response.json()["error"]


def test_an_answer_is_the_contract_and_the_session_goes_on(shop):
    mug = record("search_products", ToolResult("One mug.", products=(MUG,)), query="mug")
    shop.script["a mug?"] = answer(mug, said="One. Two.")
    api = client(shop)
    key = api.post("/sessions", json={}).json()["session"]
    first = api.post("/ask", json={"question": "a mug?", "session": key})
    assert first.json() == json.loads(json.dumps(shop.script["a mug?"].as_json()))
    assert first.headers["X-Session"] == key
    unnamed = api.post("/ask", json={"question": "hello"})
    assert unnamed.headers["X-Session"] not in ("", key)


def test_a_stream_gives_steps_pieces_and_the_whole_answer(shop):
    body = client(shop).post("/ask/stream", json={"question": "hello"})
    events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", body.text)
    assert body.headers["content-type"].startswith("text/event-stream")
    assert {name for name, _ in events} == {"step", "piece", "answer"}
    said = "".join(json.loads(data)["text"] for name, data in events if name == "piece")
    whole = json.loads(events[-1][1])
    assert events[-1][0] == "answer"
    assert said == "One. Two."
    assert whole["answer"] == said


def test_a_turn_that_breaks_off_is_an_error_in_both_forms(shop):
    api = client(shop)
    assert "away" in error_of(api.post("/ask", json={"question": "lost"}), 503)["message"]
    assert error_of(api.post("/ask", json={"question": "bug"}), 500)["message"] == texts.BROKEN
    events = re.findall(r"event: (\w+)\ndata: (.*)\n\n", api.post("/ask/stream", json={"question": "bug"}).text)
    assert events[-1][0] == "error"
    assert json.loads(events[-1][1])["error"]["code"] == "internal"


def test_the_manager_needs_the_token_each_time(shop):
    api = client(shop, password="s3cret")
    wanted = {"role": "manager"}
    assert error_of(api.post("/sessions", json=wanted), 401)["code"] == "no_token"
    assert api.post("/sessions", json=wanted).headers["WWW-Authenticate"] == "Bearer"
    error_of(api.post("/sessions", json=wanted, headers={"Authorization": "Bearer no"}), 401)
    key = api.post("/sessions", json=wanted, headers=TOKEN).json()["session"]
    asked = {"question": "hello", "session": key}
    error_of(api.post("/ask", json=asked), 401)
    error_of(api.post("/ask/stream", json=asked), 401)
    error_of(api.post("/feedback", json={"session": key, "rating": "up"}), 401)
    assert api.post("/ask", json=asked, headers=TOKEN).status_code == 200


def test_too_many_wrong_tokens_shut_the_door_for_the_right_one_too(shop):
    api = client(shop, password="s3cret")
    wrong = [
        api.post("/sessions", json={"role": "manager"}, headers={"Authorization": f"Bearer {number}"}).status_code
        for number in range(8)
    ]
    assert wrong == [401] * 6 + [429] * 2
    shut = api.post("/sessions", json={"role": "manager"}, headers=TOKEN)
    assert error_of(shut, 429)["code"] == "too_many_tries"
    assert int(shut.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("loopback", "base", "headers", "status"),
    [
        (True, HERE, {}, 201),
        (True, HERE, {"Origin": "http://localhost:7860"}, 201),
        (True, HERE, {"Origin": "https://elsewhere.example"}, 403),
        (True, HERE, {"Origin": "null"}, 403),
        (True, HERE, {"X-Forwarded-For": "203.0.113.9"}, 403),
        (True, "http://elsewhere.example", {}, 403),
        (False, HERE, {}, 403),
    ],
)
@pytest.mark.parametrize("wanted", [{"role": "manager"}, {"customer_id": "C1"}])
def test_without_a_password_only_this_machine_is_let_in(shop, loopback, base, headers, status, wanted):
    api = client(shop, loopback=loopback, base=base)
    assert api.post("/sessions", json=wanted, headers=headers).status_code == status


def test_a_customer_is_named_by_the_shops_own_server_only(shop):
    api = client(shop, password="s3cret", loopback=False)
    error_of(api.post("/sessions", json={"customer_id": "C1"}), 401)
    made = api.post("/sessions", json={"customer_id": "C1"}, headers=TOKEN).json()
    assert (made["role"], made["customer_id"]) == ("customer", "C1")
    assert error_of(api.post("/sessions", json={"customer_id": "nobody"}, headers=TOKEN), 404)["code"] == "not_found"
    error_of(api.post("/sessions", json={"customer_id": "C1", "role": "manager"}, headers=TOKEN), 400)


def test_limits_apply(shop):
    api = client(shop, rate=RateLimit(burst=2, per_minute=1))
    codes = [api.post("/ask", json={"question": "hello"}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    large = api.post("/ask", content=b"x" * (MAX_BODY + 1), headers={"Content-Type": "application/json"})
    assert error_of(large, 413)["code"] == "too_large"


def test_a_conversation_has_a_limit_of_its_own_with_the_time_to_wait(shop):
    shop.settings.limits = LimitSettings(per_minute=1)
    api = client(shop)
    key = api.post("/sessions", json={}).json()["session"]
    asked = [api.post("/ask", json={"question": "hello", "session": key}) for _ in range(21)]
    assert [response.status_code for response in asked] == [200] * 20 + [429]
    assert error_of(asked[-1], 429)["code"] == "too_fast"
    assert 0 < int(asked[-1].headers["Retry-After"]) <= 61
    assert shop.audited[-1] == ("guard", {"flags": ["too_fast"]}, "refused")


def test_the_same_message_sent_again_is_answered_again_and_done_once(shop):
    heard = []

    class Counting(ScriptedConversation):
        def stream(self, message, watch=lambda step: None):
            heard.append(message)
            yield from super().stream(message, watch)

    visitors = Visitors(shop, lambda *rest, session_id: Counting(*rest))
    access = Access(loopback=True)
    api = TestClient(build_api(shop, access, Doorman(access), visitors), base_url=HERE)
    again = {"Idempotency-Key": "4f8a1c1e-7d0b-4f44-9f0e"}
    first, second = (api.post("/ask", json={"question": "yes"}, headers=again) for _ in range(2))
    assert (heard, first.json()) == (["yes"], second.json())
    assert first.headers["X-Session"] == second.headers["X-Session"]
    streamed = api.post("/ask/stream", json={"question": "yes"}, headers=again)
    assert "event: answer" in streamed.text
    other = api.post("/ask", json={"question": "no"}, headers=again)
    assert error_of(other, 422)["code"] == "key_reused"
    assert heard == ["yes"]
    assert error_of(api.post("/ask", json={"question": "yes"}, headers={"Idempotency-Key": "1"}), 400)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": 3}, "question"),
        ({"question": "hello", "role": "owner"}, "role"),
        ({"question": "hello", "as": "manager"}, "as"),
        ({"question": "half \ud800"}, "question"),
    ],
)
def test_a_wrong_question_says_what_is_wrong(shop, body, where):
    response = client(shop).post(
        "/ask", content=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    assert error_of(response, 422)["param"] == where


def test_unknown_sessions_and_addresses_are_errors_of_the_same_form(shop):
    api = client(shop)
    assert error_of(api.post("/ask", json={"question": "hello", "session": "x"}), 404)["code"] == "no_session"
    assert error_of(api.get("/nothing"), 404)["code"] == "not_found"
    assert error_of(api.get("/ask"), 405)["code"] == "method_not_allowed"


def test_feedback_goes_to_the_records(shop):
    api = client(shop)
    key = api.post("/sessions", json={}).json()["session"]
    error_of(api.post("/feedback", json={"session": key, "rating": "up"}), 400)
    api.post("/ask", json={"question": "hello", "session": key})
    given = api.post("/feedback", json={"session": key, "rating": "down", "comment": "too dear"})
    assert given.json() == {"recorded": True, "turn": 1}
    assert shop.audited[-1] == ("feedback", {"turn": 1, "rating": "down", "comment": "too dear"}, "ok")
    assert error_of(api.post("/feedback", json={"session": key, "rating": "up", "turn": 2}), 400)["param"] == "turn"


def test_products_are_found_and_their_texts_cannot_become_a_page(shop):
    card = ProductCard("M1", EVIL, 12.5, "Mugs", True, description="A & B")
    found = []

    def run(call, context):
        found.append((call.name, call.arguments, context.session.role))
        status = "error" if call.arguments.get("min_price") else "ok"
        return call, ToolResult("One mug.", status, products=(card,), notes=("a note",))

    shop.toolbox = SimpleNamespace(run=run)
    api = client(shop)
    response = api.get("/products", params={"query": "mug", "max_price": 20, "in_stock": "true"})
    assert found == [("search_products", {"query": "mug", "max_price": 20.0, "in_stock": True}, "customer")]
    assert "<" not in response.text
    assert "&" not in response.text
    body = response.json()
    assert (body["products"][0]["title"], body["currency"], body["notes"]) == (EVIL, "GBP", ["a note"])
    assert error_of(api.get("/products", params={"min_price": 30}), 400)["message"] == "One mug."
    assert error_of(api.get("/products", params={"max_price": "cheap"}), 422)["param"] == "max_price"


def test_health_says_whether_the_records_answer(shop):
    api = client(shop)
    assert api.get("/health").json()["status"] == "ok"

    def away(session_id):
        raise RecordsUnavailable("The records could not be reached.")

    shop.records.turns = away
    response = api.get("/health")
    assert (response.status_code, response.json()["records"]) == (503, False)
    assert "reached" in response.json()["detail"]


def test_what_json_has_no_number_for_becomes_null():
    result = ToolResult("x", facts=(Fact("score", float("nan"), "", "-"),)).as_json()
    assert json.loads(as_json({"a": [1.5, result]}))["a"][1]["facts"][0]["value"] is None


def test_the_openapi_description_names_every_way_in(shop):
    described = client(shop).get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/login",
        "/logout",
        "/sessions",
        "/ask",
        "/ask/stream",
        "/feedback",
        "/products",
        "/orders",
        "/listen",
        "/speak",
        "/health",
    }
    assert "422" in described["paths"]["/ask"]["post"]["responses"]


def test_the_embedding_page_escapes_the_shops_name(shop):
    shop.name = f"Corner {EVIL}"
    api = client(shop)
    page = api.get("/embed").text
    assert EVIL not in page
    assert "Corner &lt;script&gt;" in page
    script = api.get("/embed.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "innerHTML" not in script.text
