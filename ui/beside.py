"""What is served beside the page: signing in, the interfaces for programs, the gate before all. Knows no page."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from assistant.shop import Shop
from ui.access import Access
from ui.api import build_api
from ui.api_access import Doorman
from ui.browser_visit import visit_routes
from ui.document import Document
from ui.entrance import Entrance
from ui.line import Turnstile
from ui.login_page import login_routes
from ui.mcp_http import McpEndpoint
from ui.openai_api import build_openai_api
from ui.product_pictures import picture_routes
from ui.visitors import Visitors

_THREADS = 300  # of requests; each who waits in line holds one


@dataclass(frozen=True)
class Beside:
    """The parts of the server's application.

    Attributes:
        routes: the addresses.
        middleware: what every request passes first, the page's too.
        lifespan: what has to run while the application serves.
    """

    routes: list[BaseRoute]
    middleware: list[Middleware]
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]]

    def as_arguments(self) -> dict[str, Any]:
        """For Starlette, and for FastAPI."""
        return {"routes": self.routes, "middleware": self.middleware, "lifespan": self.lifespan}


def beside(
    shop: Shop, access: Access, turnstile: Turnstile | None = None, parts: Callable[[], list[str]] = list
) -> Beside:
    """Signing in, `/api`, `/v1` in the OpenAI protocol and `/mcp`, with one doorman and one line for all.

    Args:
        shop: the opened shop.
        access: how the page is served.
        turnstile: where all wait for their turn; None: one of their own.
        parts: what the page shows at first, in the language that is spoken.
    """
    doorman = Doorman(access)
    turnstile = turnstile or Turnstile(shop.settings.limits)
    tools = McpEndpoint(shop, doorman, turnstile)

    @asynccontextmanager
    async def lifespan(app: Any) -> AsyncIterator[None]:
        limiter = anyio.to_thread.current_default_thread_limiter()
        limiter.total_tokens = max(limiter.total_tokens, _THREADS)
        async with tools.running():
            yield

    routes = [
        *login_routes(access, shop.name),
        *visit_routes(),
        *picture_routes(shop),
        Mount("/api", app=build_api(shop, access, doorman, Visitors(shop, turnstile=turnstile, keeps=1))),
        Mount("/v1", app=build_openai_api(shop, doorman, turnstile=turnstile)),
        Route("/mcp", endpoint=tools),
    ]
    document = Middleware(Document, shop_name=shop.name, setting=shop.settings.page.language, parts=parts)
    return Beside(routes, [Middleware(Entrance, access=access), document], lifespan)
