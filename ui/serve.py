"""Serves the page, and beside it the interfaces for programs. Nothing phones home. Knows the server, not the page."""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.briefing import briefing
from assistant.errors import AssistantError
from assistant.service.webhook import start_deliveries
from assistant.shop import Shop
from ui import texts
from ui.access import PASSWORD_VARIABLE, Access
from ui.heaps import share_heaps
from ui.logins import Logins
from ui.manager_gate import MANAGER

if TYPE_CHECKING:
    import gradio as gr

_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_SHARE": "False",
    "GRADIO_SSR_MODE": "False",
    "FORWARDED_ALLOW_IPS": "",  # uvicorn would take a proxy's word for an address; `Access.address` decides that
}
_THREADS = 300  # of the page's events; each who waits in line holds one


class PortTaken(AssistantError):
    """The port cannot be listened on."""


def serve(shop: Shop, host: str = "127.0.0.1", port: int = 7860, open_browser: bool = False) -> None:
    """Serves the page until Ctrl+C.

    Args:
        shop: the opened shop.
        host: address to listen on; another than this machine's own needs a manager who can sign in, or the manager desk
            stays closed.
        port: to listen on.
        open_browser: open the page in the reader's browser.

    Raises:
        PortTaken: another program listens there already.
    """
    share_heaps()
    access = access_of(shop, host)
    if not access.loopback and not access.has_manager():
        _say(texts.MANAGER_CLOSED.format(variable=PASSWORD_VARIABLE, host=host))
    warm(shop)
    start_deliveries(shop)
    blocks, url = launch(shop, access, host, port, open_browser=open_browser)
    _say(texts.SERVING.format(shop=shop.name, url=url))
    _prepare_morning(shop)
    _prepare_speech(shop)
    blocks.block_thread()


def launch(shop: Shop, access: Access, host: str, port: int, *, open_browser: bool = False) -> "tuple[gr.Blocks, str]":
    """Begins to serve the page and the interfaces in threads of their own; returns the page and its address.

    Raises:
        PortTaken: another program listens there already.
    """
    os.environ.update(_QUIET)  # before gradio is imported: it reads them once
    from ui.beside import beside
    from ui.line import Turnstile
    from ui.page import build_page, first_parts, head, theme
    from ui.uploads import Uploads
    from ui.visitors import Visitors

    turnstile = Turnstile(shop.settings.limits)
    uploads = Uploads(access)
    served = beside(shop, access, turnstile, lambda: first_parts(shop))
    blocks = build_page(shop, access, Visitors(shop, turnstile=turnstile), uploads)
    blocks.queue(max_size=500)
    try:
        _, url, _ = blocks.launch(
            server_name=host,
            server_port=port,
            inbrowser=open_browser,
            share=False,
            quiet=True,
            prevent_thread_lock=True,
            ssr_mode=False,
            enable_monitoring=False,
            run_history=False,
            mcp_server=False,
            pwa=False,
            footer_links=[],
            max_file_size="10mb",
            theme=theme(),
            css_paths=[Path(__file__).with_name(name) for name in ("theme.css", "chat.css", "desk.css")],
            head=head(shop.settings.speech),
            max_threads=_THREADS,
            app_kwargs=replace(served, routes=[*served.routes, uploads.route()]).as_arguments(),
        )
    except OSError as failure:
        raise PortTaken(texts.PORT_TAKEN.format(port=port, host=host, other=port + 1)) from failure
    return blocks, str(url)


def _prepare_morning(shop: Shop) -> None:
    """Computes the briefing while nobody waits for it yet, beside the page."""

    def compute() -> None:
        for _ in briefing(lambda call: shop.standing.of(call, MANAGER)):
            pass

    threading.Thread(target=compute, name="briefing", daemon=True).start()


def _prepare_speech(shop: Shop) -> threading.Thread:
    """Loads the speech models that the shop names, beside the page; says what is wrong with them."""

    def load() -> None:
        for model in (shop.hearing, shop.voice):
            try:
                if model is not None:
                    model.load()
            except AssistantError as failure:
                _say(texts.NOT_READY.format(failure=failure))

    thread = threading.Thread(target=load, name="speech", daemon=True)
    thread.start()
    return thread


def access_of(shop: Shop, host: str) -> Access:
    """Who may see what of a shop's page that listens on `host`."""
    login = shop.settings.login
    return Access.of(host, logins=Logins(shop, os.environ.get(PASSWORD_VARIABLE), login.hours), login=login)


def warm(shop: Shop) -> None:
    """Opens what the first question needs, one after the other, so that it need not wait."""
    _say(texts.STARTING.format(shop=shop.name))
    for part in ("records", "toolbox", "resolve", "router", "language"):
        try:
            getattr(shop, part)
        except AssistantError as failure:
            _say(texts.NOT_READY.format(failure=failure))


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
