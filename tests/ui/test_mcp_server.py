"""The official MCP client against the server: in this process, and against the command as a client starts it."""

import asyncio
import builtins
import os
import sys
from pathlib import Path

import pytest
from served_shop import make_shop

from assistant.cli import main
from assistant.errors import AssistantError, NotFound
from ui.mcp_server import ToolDesk, build_server

mcp = pytest.importorskip("mcp")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def shop(tmp_path):
    shop = make_shop(tmp_path)
    yield shop
    shop.close()


def with_client(shop, work, role="customer", customer="C1"):
    async def run():
        async with mcp.Client(build_server(ToolDesk(shop, role, customer))) as client:
            return await work(client)

    return asyncio.run(run())


def test_each_role_is_offered_its_own_tools(shop):
    async def names(client):
        return {tool.name: tool for tool in (await client.list_tools()).tools}

    customer, manager = with_client(shop, names), with_client(shop, names, "manager", None)
    assert {"order_status", "cancel_order", "confirm_change", "ask_assistant"} <= set(customer)
    assert "sales_report" not in customer
    assert "sales_report" in manager
    assert "cancel_order" not in manager
    assert "confirm_change" not in manager
    assert customer["order_status"].annotations.read_only_hint
    assert not customer["cancel_order"].annotations.read_only_hint
    assert customer["confirm_change"].annotations.destructive_hint
    assert customer["product_details"].input_schema["required"] == ["product"]


def test_a_change_waits_for_its_confirmation_and_is_made_once(shop):
    async def work(client):
        first = await client.call_tool("cancel_order", {"order_id": "1001"})
        second = await client.call_tool("cancel_order", {"order_id": "1002"})
        before = len(shop.records.requests(customer_id="C1"))
        done = await client.call_tool("confirm_change", {})
        again = await client.call_tool("confirm_change", {})
        return first, second, before, done, again

    first, second, before, done, again = with_client(shop, work)
    assert first.structured_content["status"] == "needs_confirmation"
    assert (second.is_error, before) == (True, 0)
    assert (done.is_error, again.is_error) == (False, True)
    assert [each.subject for each in shop.records.requests(customer_id="C1")] == ["order:1001"]
    trail = [(each.tool, each.status) for each in shop.records.audit_trail()]
    assert ("cancel_order", "needs_confirmation") in trail
    assert ("confirm_change", "ok") in trail


def test_a_dropped_change_changes_nothing(shop):
    async def work(client):
        await client.call_tool("cancel_order", {"order_id": "1001"})
        await client.call_tool("drop_change", {})
        return await client.call_tool("confirm_change", {})

    assert with_client(shop, work).is_error
    assert shop.records.requests(customer_id="C1") == ()


def test_a_call_beyond_the_role_or_without_identity_is_refused_and_recorded(shop):
    async def work(client):
        return [
            await client.call_tool("sales_report", {"metric": "revenue", "period": "June 2024"}),
            await client.call_tool("order_status", {"order_id": "1001"}),
            await client.call_tool("no_such_tool", {}),
        ]

    results = with_client(shop, work, customer=None)
    assert [result.is_error for result in results] == [True] * 3
    assert "31.95" not in results[1].content[0].text
    denied = [each.tool for each in shop.records.audit_trail() if each.decision == "denial"]
    assert denied == ["sales_report", "order_status"]


def test_a_manager_gets_figures_with_their_method(shop):
    async def work(client):
        return await client.call_tool("sales_report", {"metric": "orders", "period": "25 june 2024"})

    result = with_client(shop, work, "manager", None)
    assert result.content[0].text.startswith("There was 1 order on 25 June 2024.")
    assert "Method: " in result.content[0].text
    assert result.structured_content["facts"][0]["value"] == 1


def test_an_unknown_customer_is_said_before_anything_is_served(shop):
    with pytest.raises(NotFound):
        ToolDesk(shop, "customer", "nobody")


def test_without_the_package_the_error_names_the_extra(shop, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.split(".")[0] == "mcp":
            raise ImportError("No module named 'mcp'")
        return real(name, *rest, **more)

    desk = ToolDesk(shop, "customer")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(AssistantError, match=r"retail-assistant\[mcp\]"):
        build_server(desk)


def test_the_command_serves_a_client_that_starts_it(tmp_path):
    make_shop(tmp_path).close()
    arguments = ["-m", "assistant.cli", "mcp", "--shop", str(tmp_path), "--as", "customer", "--customer", "C1"]
    started = mcp.StdioServerParameters(
        command=sys.executable, args=arguments, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=str(tmp_path)
    )

    async def run():
        async with mcp.Client(mcp.stdio_client(started)) as client:
            return client.server_info.name, await client.call_tool("order_status", {"order_id": "1001"})

    name, result = asyncio.run(run())
    assert name == "retail-assistant"
    assert "£31.95" in result.content[0].text


def test_a_manager_is_no_customer(tmp_path, capsys):
    assert main(["mcp", "--shop", str(tmp_path), "--as", "manager", "--customer", "C1"]) == 2
    assert "--customer" in capsys.readouterr().err
