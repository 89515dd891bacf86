"""The tools for MCP clients elsewhere, over streamable HTTP at `/mcp`: a key says on each request who asks.

A session of the protocol is one person's use of the tools (`ToolDesk`), and only the same person goes on with it.
Clients that speak the later form of the protocol without sessions are asked to use one: a cart and a change that waits
for a yes belong to a session. Knows requests and persons; what the tools do it does not know.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from assistant.errors import AssistantError
from assistant.messages import Role, ToolResult
from assistant.safety import TOO_FAST
from assistant.shop import Shop
from ui import texts
from ui.api_access import Doorman, bearer
from ui.api_errors import MAX_BODY, ApiError, answered, as_json
from ui.entrance import Receive, Scope, Send
from ui.line import Crowded, Turnstile
from ui.mcp_server import ToolDesk, server_over
from ui.visitors import begin_unhurried

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

CUSTOMER_HEADER = "x-customer-id"
_PERSON = "retail_assistant.asker"
_MOST_DESKS = 1_000
_UNSUPPORTED_VERSION = -32022


@dataclass(frozen=True)
class _Asker:
    """Who sends a request; a session goes on only with the same one.

    Attributes:
        mark: of the credential.
    """

    role: Role
    customer_id: str | None
    address: str
    mark: str

    def is_same(self, other: "_Asker") -> bool:
        """Whether it is the same person, wherever they are now."""
        return (self.role, self.customer_id, self.mark) == (other.role, other.customer_id, other.mark)


class _HurriedDesk(ToolDesk):
    """A desk whose calls wait in the line of all who ask, and are counted."""

    def __init__(self, shop: Shop, asker: _Asker, turnstile: Turnstile) -> None:
        super().__init__(shop, asker.role, asker.customer_id, begin_unhurried)
        self.asker = asker
        self._turnstile = turnstile

    def call(self, name: str, arguments: dict[str, Any]) -> tuple[ToolResult, dict[str, Any]]:
        """Runs a tool when its turn has come."""
        session = self.session
        wait = self._turnstile.seconds_to_wait(session.session_id, self.asker.address)
        if wait:
            self.shop.records.audit(session, name[:64], {}, "refused")
            return _refused(TOO_FAST.format(seconds=f"{wait} seconds"))
        try:
            with self._turnstile.line.turn(session.role, session.customer_id or self.asker.address):
                return super().call(name, arguments)
        except Crowded:
            return _refused(texts.CROWDED)


class McpEndpoint:
    """The protocol at one address, as an ASGI application. Its tasks live inside `running`."""

    def __init__(self, shop: Shop, doorman: Doorman, turnstile: Turnstile) -> None:
        """Serves nothing before `running` is entered.

        Args:
            shop: the opened shop.
            doorman: who is let in.
            turnstile: where all wait for their turn.
        """
        self._shop, self._doorman, self._turnstile = shop, doorman, turnstile
        self._desks: OrderedDict[str, _HurriedDesk] = OrderedDict()
        self._lock = threading.Lock()
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serves as long as the block lasts; without the package `mcp` each request is told what to install."""
        try:
            from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

            server = server_over(self._shop, self._desk_of, "person who asks")
        except (ImportError, AssistantError):
            yield
            return
        manager = StreamableHTTPSessionManager(server, max_request_body_size=MAX_BODY, max_sessions=_MOST_DESKS)
        async with manager.run():
            self._manager = manager
            yield
        self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request of the protocol."""
        request = Request(scope)
        try:
            if self._manager is None:
                said = "Expected the package mcp (2.0 or later) on the server: pip install 'retail-assistant[mcp]'."
                raise ApiError(501, "no_mcp", said)
            scope[_PERSON] = await run_in_threadpool(self._asker, request)
        except ApiError as error:
            await answered(error)(scope, receive, send)
            return
        version = request.headers.get("mcp-protocol-version")
        if version is not None and version not in _versions():
            await answered_version(version, scope, receive, send)
            return
        await self._manager.handle_request(scope, receive, send)

    def _asker(self, request: Request) -> _Asker:
        """Who asks.

        Raises:
            ApiError: too many requests (429), or a token that is none (401), or not for this (403).
        """
        self._doorman.count(request)
        token, named = bearer(request), request.headers.get(CUSTOMER_HEADER)
        person, role = self._doorman.person(request), self._wished(request)
        if named is not None:
            role = "customer"
            self._doorman.check_naming(request, person)
        elif role == "manager" or person.role == "manager" or (token and not person.name):
            role = "manager"  # a token that is no login's may be the manager's password, and is nothing else
            person = self._doorman.check_role(request, role)
        mark = hashlib.sha256(f"{token}\0{person.name}".encode(errors="replace")).hexdigest()
        known = named or (person.customer_id if role == "customer" else None)
        return _Asker(role, known, self._doorman.address(request), mark)

    def _wished(self, request: Request) -> Role:
        """As whom: /mcp?role=manager asks for the manager's tools on the shop's own machine, where nobody signs in."""
        return "manager" if request.query_params.get("role") == "manager" else "customer"

    def _desk_of(self, context: Any) -> ToolDesk:
        """The desk of a request's session.

        Raises:
            AssistantError: the session is somebody else's, or there is no such customer.
        """
        request: Request = context.request
        asker: _Asker = request.scope[_PERSON]
        session = request.headers.get("mcp-session-id", "")
        with self._lock:
            desk = self._desks.get(session)
        if desk is None:
            desk = _HurriedDesk(self._shop, asker, self._turnstile)
            with self._lock:
                desk = self._desks.setdefault(session, desk)
                while len(self._desks) > _MOST_DESKS:
                    self._desks.popitem(last=False)
        if not desk.asker.is_same(asker):
            raise AssistantError("This session is somebody else's. Please begin one of your own.")
        return desk


async def answered_version(version: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Says which forms of the protocol are spoken here: those with sessions."""
    from starlette.responses import Response

    error = {
        "code": _UNSUPPORTED_VERSION,
        "message": "Expected a version of the protocol with sessions.",
        "data": {"supported": list(_versions()), "requested": version[:40]},
    }
    body = as_json({"jsonrpc": "2.0", "id": None, "error": error})
    await Response(body, status_code=400, media_type="application/json")(scope, receive, send)


def _versions() -> tuple[str, ...]:
    from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

    return tuple(HANDSHAKE_PROTOCOL_VERSIONS)


def _refused(said: str) -> tuple[ToolResult, dict[str, Any]]:
    status: Literal["refused"] = "refused"
    result = ToolResult(headline=said, status=status)
    return result, result.as_json()
