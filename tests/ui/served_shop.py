"""A tiny real shop behind a running server, with the real router and tools; only the language model is scripted."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from service_shop import write_warehouse
from starlette.applications import Starlette

from assistant.language.chat import Prompt, Usage
from assistant.messages import ToolCall
from assistant.settings import write_settings
from assistant.shop import Shop
from ui.access import Access
from ui.beside import beside
from ui.logins import Logins

TOKEN = "s3cret"
ORDERS_OF_A_DAY = ToolCall("sales_report", {"metric": "orders", "period": "2024-06-25"})


class OneCallModel:
    """Writes the same call whenever it is asked for one, and leaves every answer to the tools' own sentences."""

    name = "scripted"
    compact = True

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str | ToolCall]:
        usage.prompt, usage.completion = 10, 5
        if prompt.purpose == "call":
            yield ORDERS_OF_A_DAY


def make_shop(folder: Path) -> Shop:
    write_warehouse(folder / "warehouse.duckdb")
    write_settings(folder, "Corner Shop", "GBP", "2024-06-30")
    shop = Shop(folder)
    shop.__dict__["language"] = OneCallModel()
    return shop


def access_of_shop(shop: Shop, **more: object) -> Access:
    """A server that others reach, with a manager's password."""
    return Access(False, TOKEN, logins=Logins(shop, TOKEN), **more)


@contextmanager
def running(shop: Shop, access: Access | None = None) -> Iterator[str]:
    """The interfaces on a free port of this machine; yields their address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        app = Starlette(**beside(shop, access or access_of_shop(shop)).as_arguments())
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)
