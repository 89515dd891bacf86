"""What every request passes first: nobody forges the proxy's word, and no body is larger than what is read here.

Knows connections (ASGI), not what is asked for.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ui.access import NOBODY, Access
from ui.api_errors import ApiError, answered

MOST_BYTES = 5_000_000  # of a request of the page; programs may send less, see `ui.api_errors`
_UPLOADS = ("/gradio_api/upload", "/upload")  # the page's own files have their own limit and are read in pieces
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class _TooLarge(Exception):
    """More came than is read."""


class Entrance:
    """Turns away what nobody may send."""

    def __init__(self, app: App, access: Access, most_bytes: int = MOST_BYTES) -> None:
        """Stands before an application.

        Args:
            app: behind the gate.
            access: whose word about who is signed in is taken.
            most_bytes: of a body.
        """
        self._app, self._access, self._most_bytes = app, access, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or answers it with an error."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if self._access.is_forged(request):
            await run_in_threadpool(self._access.record, NOBODY, "proxy header", request, granted=False)
            said = f"The header {self._access.login.proxy_header} is the shop's own proxy's to send; leave it out."
            await answered(ApiError(403, "forged", said))(scope, receive, send)
            return
        if str(scope.get("path", "")).rstrip("/").endswith(_UPLOADS):
            await self._app(scope, receive, send)
            return
        await self._limited(scope, receive, send)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        size, begun = 0, False
        refusal = answered(
            ApiError(413, "too_large", f"Expected a request of at most {self._most_bytes:,} bytes; got more.")
        )
        said = dict(scope.get("headers", ())).get(b"content-length", b"0")
        if said.isdigit() and int(said) > self._most_bytes:
            await refusal(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most_bytes:
                raise _TooLarge
            return message

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _TooLarge:
            if not begun:
                await refusal(scope, receive, send)
