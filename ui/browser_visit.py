"""Which browser asks: a secret in a cookie that no script reads, and the customer that somebody tries the page as.

The cookie is set with the page itself; taking a new one begins a new conversation. Knows requests, no conversation.
"""

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ui.access import Access, Asking, Person
from ui.languages import cookie_of

COOKIE = "retail_assistant_visit"
TRYING = "retail_assistant_try"  # set by the page on the shop's own machine only: which customer to be
PATH = "visit"
_DAYS = 30
_LONGEST = 128


def secret_of(headers: Mapping[str, str]) -> str:
    """The browser's secret; empty where it sends none."""
    return cookie_of(headers, COOKIE)[:_LONGEST]


def person_of(access: Access, request: Asking) -> Person:
    """Who asks: who is signed in, or, on the shop's own machine, the customer that the page is tried as."""
    person = access.who(request)
    trying = cookie_of(request.headers, TRYING)[:_LONGEST]
    if person.name or not trying or not access.is_local(request.headers):
        return person
    return Person("customer", f"trying as {trying}", trying, trying=True)


def new_cookie(*, https: bool) -> str:
    """The header that gives a browser a new secret."""
    kept = f"Max-Age={_DAYS * 86_400}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if https else ''}"
    return f"{COOKIE}={secrets.token_urlsafe(24)}; {kept}"


def is_https(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether the browser came through HTTPS, here or at the proxy in front."""
    return "https" in (scheme, headers.get("x-forwarded-proto", "").split(",")[0].strip())


def visit_routes() -> list[BaseRoute]:
    """The address that forgets the conversation of a browser."""
    return [Route(f"/{PATH}", _renew, methods=["POST"])]


async def _renew(request: Request) -> Response:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return Response(status_code=403)
    cookie = new_cookie(https=is_https(request.headers, request.url.scheme))
    return Response(status_code=204, headers={"Set-Cookie": cookie, "Cache-Control": "no-store"})
