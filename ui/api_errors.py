"""What the interfaces for programs answer when something is wrong, and their JSON. Knows HTTP, no shop."""

import json
import logging
import math
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from assistant.errors import AssistantError, BadCall, BadMessage, NotFound, Refused, Unclear, WrongUse

_LOG = logging.getLogger(__name__)
MAX_BODY = 1_000_000  # bytes of a request
_STATUS: tuple[tuple[type[AssistantError], int, str], ...] = (
    (WrongUse, 422, "wrong_use"),
    (NotFound, 404, "not_found"),
    (Refused, 403, "refused"),
    (BadCall, 400, "bad_call"),
    (BadMessage, 400, "bad_message"),
    (Unclear, 400, "unclear"),
)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class ErrorDetail(BaseModel):
    """What was expected, what came and the fix; `type` and `code` are for programs."""

    message: str
    type: str
    param: str | None = None
    code: str


class ErrorBody(BaseModel):
    """Every error has this form, which clients of the OpenAI protocol read, too."""

    error: ErrorDetail


class ApiError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str, message: str, *, param: str | None = None, wait: int = 0) -> None:
        """An error.

        Args:
            status: of HTTP.
            code: one word for programs.
            message: for people: what was expected, what came and the fix.
            param: the field that is wrong.
            wait: seconds after which to try again; 0: not said.
        """
        super().__init__(message)
        self.status, self.code, self.message, self.param, self.wait = status, code, message, param, wait

    def body(self) -> dict[str, Any]:
        """The error as JSON."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        kind = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}.get(self.status, kind)
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def as_json(content: Any) -> str:
    """JSON that stays harmless inside a page: no `<`, `>`, `&` as such, and no number that JSON does not have."""
    try:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, default=str)
    except ValueError:
        text = json.dumps(finite(content), ensure_ascii=False, allow_nan=False, default=str)
    for sign in ("<", ">", "&", "\u2028", "\u2029"):
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def finite(value: Any) -> Any:
    """The value with None where a number is none (JSON has no NaN)."""
    if isinstance(value, dict):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class SafeJson(Response):
    """A JSON answer; see `as_json`."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body."""
        return as_json(content).encode("utf-8", errors="replace")


def of_failure(failure: Exception) -> ApiError:
    """The error for what the assistant could not do."""
    for kind, status, code in _STATUS:
        if isinstance(failure, kind):
            return ApiError(status, code, str(failure))
    return ApiError(503, "unavailable", str(failure))


def answered(error: ApiError) -> SafeJson:
    """The error as a response."""
    headers = {"Retry-After": str(error.wait)} if error.wait else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return SafeJson(error.body(), status_code=error.status, headers=headers)


def install(app: FastAPI) -> None:
    """Makes every error of the app JSON of one form, and refuses bodies beyond `MAX_BODY`."""

    @app.exception_handler(ApiError)
    def _known(request: Request, error: ApiError) -> Response:
        return answered(error)

    @app.exception_handler(AssistantError)
    def _failed(request: Request, failure: AssistantError) -> Response:
        return answered(of_failure(failure))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, failure: RequestValidationError) -> Response:
        return answered(_of_validation(failure))

    @app.exception_handler(HTTPException)
    def _http(request: Request, failure: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed"}.get(failure.status_code, "http_error")
        said = f"{failure.detail}: {request.method} {request.url.path}. See openapi.json for what there is."
        response = answered(ApiError(failure.status_code, code, said))
        response.headers.update(failure.headers or {})
        return response

    @app.exception_handler(Exception)
    def _bug(request: Request, failure: Exception) -> Response:
        _LOG.error("%s %s failed", request.method, request.url.path, exc_info=failure)
        return answered(ApiError(500, "internal", "Something broke here; the log of the server says where."))

    app.add_middleware(_SmallBodies)


def _of_validation(failure: RequestValidationError) -> ApiError:
    first = failure.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query")) or "the body"
    return ApiError(422, "invalid", f"{where}: {first['msg']}.", param=where)


class _SmallBodies:
    """Turns away a body that is too large, whatever its length is said to be."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parts: list[Message] = []
        size = 0
        while True:
            message = await receive()
            parts.append(message)
            size += len(message.get("body", b""))
            if size > MAX_BODY:
                said = f"Expected a request of at most {MAX_BODY:,} bytes; got more. Please send less at once."
                await answered(ApiError(413, "too_large", said))(scope, receive, send)
                return
            if message["type"] != "http.request" or not message.get("more_body"):
                break

        async def replayed() -> Message:
            return parts.pop(0) if parts else await receive()

        await self._app(scope, replayed, send)
