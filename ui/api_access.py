"""Who may do what through the interfaces for programs, how fast, and how many at once. Knows requests, no tool.

The manager's password is the token: `Authorization: Bearer PASSWORD`. Without a password only this machine itself is
let in as the manager, exactly as on the page. Who a customer is says the shop's own server, which holds that token.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from fastapi import Request

from assistant.messages import Role
from assistant.safety import RateLimit
from ui.access import PASSWORD_VARIABLE, Access, is_loopback
from ui.api_errors import ApiError

_MOST_ADDRESSES = 10_000
_ANSWERED_AT_ONCE = {"customer": 4, "manager": 2}
_WAITING = {"customer": 16, "manager": 8}


class Doorman:
    """Lets requests in or turns them away with a reason. Safe between threads."""

    def __init__(self, access: Access, rate: RateLimit | None = None, patience: float = 60.0) -> None:
        """Knows nobody yet.

        Args:
            access: how the page is served.
            rate: requests of one address; None: 120 at once, then 240 a minute (a session has the shop's own limit).
            patience: seconds that a question waits for its turn.
        """
        self._access = access
        self._rate = rate or RateLimit(burst=120, per_minute=240)
        self._patience = patience
        self._shut: OrderedDict[str, float] = OrderedDict()  # address -> until when no token is looked at
        self._lock = threading.Lock()
        self._waiting = {"customer": 0, "manager": 0}
        self._places = {role: threading.BoundedSemaphore(places) for role, places in _ANSWERED_AT_ONCE.items()}

    def count(self, request: Request) -> None:
        """Counts a request.

        Raises:
            ApiError: too many came from this address (429).
        """
        wait = self._rate.take(_address(request))
        if wait:
            seconds = max(1, round(wait + 0.5))
            raise ApiError(429, "too_fast", f"Too many requests. Please wait {seconds} seconds.", wait=seconds)

    def check_role(self, request: Request, role: Role) -> None:
        """Lets everybody in as a customer, and only who has the token in as the manager.

        Raises:
            ApiError: no token or a wrong one (401), none can open it (403), or too many wrong ones came (429).
        """
        if role == "manager" and not self._is_staff(request):
            raise self._refusal(request)

    def check_naming(self, request: Request) -> None:
        """Lets the shop's own server, or this machine, say which customer is signed in.

        Raises:
            ApiError: anybody else (401, 403 or 429).
        """
        if not self._at_this_machine(request) and not self._is_staff(request):
            raise self._refusal(request)

    @contextmanager
    def turn(self, role: Role) -> Iterator[None]:
        """A place among those answered now; managers never wait behind customers.

        Raises:
            ApiError: too many wait already, or it took too long (503).
        """
        busy = ApiError(503, "busy", "Many people are asking just now. Please try again in a few seconds.", wait=5)
        with self._lock:
            if self._waiting[role] >= _WAITING[role] + _ANSWERED_AT_ONCE[role]:
                raise busy
            self._waiting[role] += 1
        try:
            if not self._places[role].acquire(timeout=self._patience):
                raise busy
            try:
                yield
            finally:
                self._places[role].release()
        finally:
            with self._lock:
                self._waiting[role] -= 1

    def _is_staff(self, request: Request) -> bool:
        if self._access.password is None:
            return self._at_this_machine(request)
        token = bearer(request)
        if not token:
            return False
        address = _address(request)
        self._look(address)
        if self._access.admits(token):
            return True
        wait = self._access.wait(address)
        if wait:
            with self._lock:
                self._shut[address] = time.monotonic() + wait
                while len(self._shut) > _MOST_ADDRESSES:
                    self._shut.popitem(last=False)
        return False

    def _look(self, address: str) -> None:
        """No token of an address that has guessed too often is looked at, right or wrong."""
        with self._lock:
            left = self._shut.get(address, 0.0) - time.monotonic()
        if left > 0:
            seconds = max(1, round(left + 0.5))
            raise ApiError(
                429, "too_many_tries", f"Too many wrong tokens. Please wait {seconds} seconds.", wait=seconds
            )

    def _at_this_machine(self, request: Request) -> bool:
        """Whether a program of this machine asks: not a web page of somebody else in its browser."""
        origin = request.headers.get("origin")
        own_page = origin is None or is_loopback(urlsplit(origin).hostname or "")
        return own_page and self._access.is_local(request.headers)

    def _refusal(self, request: Request) -> ApiError:
        if self._access.password is None:
            said = (
                f"This needs the manager's token, and the server has none: set {PASSWORD_VARIABLE} where it is "
                "started, or ask from the machine itself."
            )
            return ApiError(403, "closed", said)
        came = "a wrong one" if bearer(request) else "none"
        said = f"Expected the manager's token (Authorization: Bearer ...); got {came}. It is the manager's password."
        return ApiError(401, "no_token", said)


def bearer(request: Request) -> str:
    """The token that a request brings; empty where it brings none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
