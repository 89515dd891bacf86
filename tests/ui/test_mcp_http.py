"""The official MCP client over streamable HTTP against a running server: keys, roles, sessions."""

import asyncio

import httpx
import pytest
from served_shop import TOKEN, make_shop, running

from assistant import passwords
from assistant.records.accounts import Account

mcp = pytest.importorskip("mcp")
httpx2 = pytest.importorskip("httpx2")
from mcp.client.streamable_http import streamable_http_client  # noqa: E402

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = make_shop(tmp_path_factory.mktemp("shop"))
    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(passwords, "_N", 2**4)
        shop.records.accounts.add(Account("anna", "manager"), PASSWORD)
        shop.records.accounts.add(Account("ann", "customer", "C1"), PASSWORD)
    yield shop
    shop.close()


@pytest.fixture(scope="module")
def address(shop):
    with running(shop) as address:
        yield address


def key_of(shop, name):
    return {"Authorization": f"Bearer {shop.records.accounts.open_login(shop.records.accounts.find(name), None)}"}


def with_client(address, headers, work, mode="auto"):
    async def run():
        async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
            transport = streamable_http_client(f"{address}/mcp", http_client=http)
            async with mcp.Client(transport, mode=mode) as client:
                return await work(client)

    return asyncio.run(run())


async def names(client):
    return {tool.name for tool in (await client.list_tools()).tools}


def test_a_key_says_whose_tools_are_offered(shop, address):
    nobody, manager = with_client(address, {}, names), with_client(address, key_of(shop, "anna"), names)
    assert "order_status" in nobody
    assert "sales_report" not in nobody
    assert "sales_report" in manager
    assert "cancel_order" not in manager
    assert with_client(address, {"Authorization": f"Bearer {TOKEN}"}, names) == manager


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_manager_converses_and_calls_a_tool(shop, address, mode):
    async def work(client):
        called = await client.call_tool("sales_report", {"metric": "orders", "period": "25 june 2024"})
        asked = await client.call_tool("ask_assistant", {"question": "how many orders did we get on 25 june 2024"})
        return called, asked

    called, asked = with_client(address, key_of(shop, "anna"), work, mode)
    assert called.content[0].text.startswith("There was 1 order on 25 June 2024.")
    assert asked.structured_content["answer"] == "There was 1 order on 25 June 2024."


def test_a_customers_change_waits_within_the_session_and_is_made_once(shop, address):
    async def work(client):
        proposed = await client.call_tool("cancel_order", {"order_id": "1001"})
        before = len(shop.records.requests(customer_id="C1"))
        done = await client.call_tool("confirm_change", {})
        again = await client.call_tool("confirm_change", {})
        return proposed.structured_content["status"], before, done.is_error, again.is_error

    assert with_client(address, key_of(shop, "ann"), work) == ("needs_confirmation", 0, False, True)
    assert len(shop.records.requests(customer_id="C1")) == 1


def test_a_managers_tool_is_refused_to_others_and_recorded(shop, address):
    async def work(client):
        wanted = {"metric": "revenue", "period": "June 2024"}
        return [await client.call_tool("sales_report", wanted), await client.call_tool("list_churn_risks", {})]

    for headers in ({}, key_of(shop, "ann")):
        assert [result.is_error for result in with_client(address, headers, work)] == [True, True]
    denied = [line.tool for line in shop.records.audit_trail() if line.decision == "denial"]
    assert denied.count("sales_report") == 2


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("", {"Authorization": "Bearer nonsense"}, 401),
        ("?role=manager", {}, 401),
        ("", {"X-Customer-Id": "C1"}, 401),
        ("?role=manager", {"X-Forwarded-For": "127.0.0.1"}, 401),
    ],
)
def test_nobody_comes_in_by_saying_so(address, query, headers, status):
    response = httpx.post(f"{address}/mcp{query}", json={}, headers=headers)
    assert response.status_code == status


def test_a_session_goes_on_with_the_same_person_only(shop, address):
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }
    accept = {"Accept": "application/json, text/event-stream"}
    mine = key_of(shop, "ann")
    begun = httpx.post(f"{address}/mcp", json=hello, headers=accept | mine)
    session = {"Mcp-Session-Id": begun.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-06-18"}
    httpx.post(
        f"{address}/mcp",
        json={"jsonrpc": "2.0", "method": "notifications/initialized"},
        headers=accept | mine | session,
    )
    call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "my_orders", "arguments": {}}}
    own = httpx.post(f"{address}/mcp", json=call, headers=accept | mine | session)
    assert "1003" in own.text
    for other in ({}, key_of(shop, "anna")):
        stolen = httpx.post(f"{address}/mcp", json=call, headers=accept | other | session)
        assert "somebody else" in stolen.text
        assert "1003" not in stolen.text


def test_nonsense_is_an_error_of_the_protocol(address):
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    for body in (b"{", b"[]", b"null", b"\xff\xfe"):
        assert 400 <= httpx.post(f"{address}/mcp", content=body, headers=accept).status_code < 500
    assert httpx.post(f"{address}/mcp", content=b"x" * 6_000_000, headers=accept).status_code == 413
