"""Nobody but a manager reaches what is a manager's: every event of the page, every address, every tool is tried."""

import asyncio
import json
import secrets
import socket

import httpx
import pytest
from served_shop import TOKEN, access_of_shop, make_shop
from sqlalchemy import select

from assistant.records import Session, schema
from ui import serve as serving

QUESTION = "how many orders did we get on 25 june 2024"
ANSWER = "1 order on 25 June 2024"
SECRETS = ("Secretreason", "Secretsummary", "Secretquestion", ANSWER, "ben@example.com", "Ben Roy")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = make_shop(tmp_path_factory.mktemp("shop"))
    session = Session("waiting", "customer", "C2")
    shop.records.hand_off(session, "Secretreason", "Secretsummary")
    shop.records.audit(session, "search_products", {"query": "Secretquestion"}, "ok")
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def address(shop):
    """The whole page as it is served, with a manager's password."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    blocks, url = serving.launch(shop, access_of_shop(shop), "127.0.0.1", port)
    yield url.rstrip("/")
    blocks.close()


def manager_conversations(shop):
    with shop.records._database.read() as connection:
        roles = connection.execute(select(schema.conversations.c.role)).scalars().all()
    return roles.count("manager")


def typed_into(kind):
    """Something that fits an input of this kind; a state is the server's own."""
    return {"textbox": QUESTION, "number": 1, "checkbox": True}.get(kind)


def happened(client, config, event):
    """Sends one event of the page with everything filled in; returns all that came back."""
    kinds = {each["id"]: each["type"] for each in config["components"]}
    session = secrets.token_hex(5)
    sent = {
        "fn_index": event["id"],
        "session_hash": session,
        "data": [typed_into(kinds[each]) for each in event["inputs"]],
        "event_data": {
            "action": "ask",
            "value": QUESTION,
            "index": [0, 0],
            "_data": {"action": "ask", "value": QUESTION},
        },
        "trigger_id": next((target[0] for target in event["targets"]), None),
    }
    joined = client.post("/gradio_api/queue/join", json=sent)
    if joined.status_code != 200:
        return joined.text
    said = ""
    with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            said += line
            if '"process_completed"' in line or '"close_stream"' in line:
                break
    return said


def browser(address):
    return httpx.Client(base_url=address, timeout=60)


def test_no_event_of_the_page_answers_a_stranger_as_a_manager(shop, address):
    with browser(address) as client:
        config = client.get("/config").json()
        assert len(config["dependencies"]) > 5
        before = manager_conversations(shop)
        for event in config["dependencies"]:
            said = happened(client, config, event)
            assert not [secret for secret in SECRETS if secret in said], event["targets"]
        assert manager_conversations(shop) == before
    grants = [line for line in shop.records.audit_trail() if line.role == "manager" and line.decision == "grant"]
    assert grants == []
    denials = [line.tool for line in shop.records.audit_trail() if line.decision == "denial"]
    assert "manager_access" in denials


def test_the_same_event_answers_the_manager_who_has_signed_in(address, shop):
    with browser(address) as client:
        signed = client.post("/sign-in", data={"name": "manager", "password": TOKEN})
        assert signed.status_code == 303
        config = client.get("/config").json()
        answers = [happened(client, config, event) for event in config["dependencies"]]
        assert any(ANSWER in said for said in answers)
        assert any(line.tool == "manager_access" and line.decision == "grant" for line in shop.records.audit_trail())
        client.post("/sign-out")
        assert not any(ANSWER in happened(client, config, event) for event in config["dependencies"])


def test_an_upload_of_fifty_megabytes_to_the_page_is_turned_away(address):
    with browser(address) as client:
        sent = client.post("/gradio_api/upload", files={"files": ("picture.png", b"x" * 50_000_000, "image/png")})
        assert sent.status_code == 413
        event = client.post("/gradio_api/queue/join", content=b"x" * 50_000_000)
        assert event.status_code == 413
        assert client.get("/api/health").status_code == 200


def test_every_address_for_programs_is_tried_here(address):
    """A new one has to be tried below, or to be of those that show nothing of a manager's."""
    tried = {"/api/ask", "/api/ask/stream", "/api/sessions", "/api/feedback", "/api/orders", "/v1/chat/completions"}
    open_to_all = {"/api/login", "/api/logout", "/api/products", "/api/health", "/v1/models", "/v1/models/{name}"}
    open_to_all |= {"/api/listen", "/api/speak"}  # words to sound and back, nothing of the shop's
    with browser(address) as client:
        told = {mount: client.get(f"{mount}/openapi.json").json()["paths"] for mount in ("/api", "/v1")}
    described = {f"{mount}{path}" for mount, paths in told.items() for path in paths}
    assert described == tried | open_to_all


def test_no_address_for_programs_answers_a_stranger_as_a_manager(address):
    with browser(address) as client:
        for path in ("/api/ask", "/api/ask/stream"):
            assert client.post(path, json={"role": "manager", "question": QUESTION}).status_code == 401
        assert client.post("/api/sessions", json={"role": "manager"}).status_code == 401
        arrived = {"order_id": "1003", "customer_id": "C1", "products": ["P1"]}
        assert client.post("/api/orders", json=arrived).status_code == 401
        asked = {"model": "retail-assistant-manager", "messages": [{"role": "user", "content": QUESTION}]}
        assert client.post("/v1/chat/completions", json=asked).status_code == 401
        assert client.post("/mcp?role=manager", json={}).status_code == 401
        begun = client.post("/api/sessions", json={"role": "manager"}, headers={"Authorization": f"Bearer {TOKEN}"})
        session = begun.json()["session"]
        for path, body in (
            ("/api/ask", {"question": QUESTION}),
            ("/api/ask/stream", {"question": QUESTION}),
            ("/api/feedback", {"rating": "up"}),
        ):
            assert client.post(path, json={**body, "session": session}).status_code == 401, path
        answered = client.post("/api/ask", json={"question": QUESTION})
        assert ANSWER not in json.dumps(answered.json())


def test_every_tool_of_the_manager_is_refused_to_a_stranger_over_mcp(address, shop):
    mcp = pytest.importorskip("mcp")
    from mcp.client.streamable_http import streamable_http_client

    tools = set(shop.toolbox.permitted("manager")) - set(shop.toolbox.permitted("customer"))

    async def work():
        async with mcp.Client(streamable_http_client(f"{address}/mcp")) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            assert not tools & listed
            called = [await client.call_tool(name, {}) for name in sorted(tools)[:18]]  # a conversation's burst is 20
            return {each.structured_content["status"] for each in called}

    assert len(tools) >= 10
    assert asyncio.run(work()) == {"refused"}
