"""Who may do what through the interfaces for programs, and how fast. Knows requests, no tool.

`Authorization: Bearer TOKEN` says who asks: the token of a login, a key, or the manager's password of the environment.
The page's cookie and the word of the shop's proxy count, too. Where no manager can sign in, only this machine itself is
let in as the manager, exactly as on the page. Who else a customer is says the shop's own server with a manager's token.
"""

from urllib.parse import urlsplit

from fastapi import Request

from assistant.messages import Role
from assistant.safety import RateLimit
from ui.access import NOBODY, Access, Person, is_loopback
from ui.api_errors import ApiError
from ui.logins import MANAGER


class Doorman:
    """Lets requests in or turns them away with a reason. Safe between threads."""

    def __init__(self, access: Access, rate: RateLimit | None = None) -> None:
        """Knows nobody yet.

        Args:
            access: how the page is served.
            rate: requests of one address; None: 120 at once, then 240 a minute (a session has the shop's own limit).
        """
        self._access = access
        self._rate = rate or RateLimit(burst=120, per_minute=240)

    def count(self, request: Request) -> None:
        """Counts a request.

        Raises:
            ApiError: too many came from this address (429).
        """
        wait = self._rate.take(self._access.address(request))
        if wait:
            seconds = max(1, round(wait + 0.5))
            raise ApiError(429, "too_fast", f"Too many requests. Please wait {seconds} seconds.", wait=seconds)

    def person(self, request: Request) -> Person:
        """Who is signed in; a token that is none says nothing, as clients of the OpenAI protocol always send one."""
        token = bearer(request)
        if token:
            return self._access.of_token(token)
        return self._access.who(request) if self._of_own_page(request) else NOBODY

    def check_role(self, request: Request, role: Role) -> Person:
        """Lets everybody in as a customer, and only a manager as the manager; a manager's grant or denial is recorded.

        Returns:
            Who asks.

        Raises:
            ApiError: no token or a wrong one (401), none can open it (403), or too many wrong ones came (429).
        """
        person = self.person(request)
        return self._checked_staff(request, person) if role == "manager" else person

    def check_naming(self, request: Request, person: Person) -> None:
        """Lets the shop's own server, or this machine, say which customer is signed in.

        Raises:
            ApiError: anybody else (401, 403 or 429).
        """
        if not self._at_this_machine(request):
            self._checked_staff(request, person)

    def address(self, request: Request) -> str:
        """The network address that asks."""
        return self._access.address(request)

    def _checked_staff(self, request: Request, person: Person) -> Person:
        """The manager who asks; guessing the password is slowed down."""
        token, who = bearer(request), f"address:{self._access.address(request)}"
        wait = self._access.tries.seconds_left(who) if token else 0
        if wait:
            raise ApiError(429, "too_many_tries", f"Too many wrong tokens. Please wait {wait} seconds.", wait=wait)
        if self._access.admits(token):
            person = Person("manager", MANAGER)
        open_here = not self._access.has_manager() and self._at_this_machine(request)
        granted = person.role == "manager" or open_here
        self._access.record(person, request.url.path, request, granted=granted)
        if granted:
            return person
        if token:
            self._access.tries.failed(who)
        raise self._refusal(request)

    def _at_this_machine(self, request: Request) -> bool:
        """Whether a program of this machine asks: not a web page of somebody else in its browser."""
        origin = request.headers.get("origin")
        own_page = origin is None or is_loopback(urlsplit(origin).hostname or "")
        return own_page and self._access.is_local(request.headers)

    def _of_own_page(self, request: Request) -> bool:
        """Whether the cookie counts: no other site's page asks in somebody's name."""
        origin = request.headers.get("origin")
        return origin is None or urlsplit(origin).netloc == request.headers.get("host")

    def _refusal(self, request: Request) -> ApiError:
        if not self._access.has_manager():
            said = (
                "This needs a manager's token, and no manager can sign in here: add one with `retail-assistant user "
                "add NAME --manager`, or ask from the machine itself."
            )
            return ApiError(403, "closed", said)
        came = "a wrong one" if bearer(request) else "none"
        said = f"Expected the manager's token (Authorization: Bearer ...); got {came}. POST /api/login gives one."
        return ApiError(401, "no_token", said)


def bearer(request: Request) -> str:
    """The token that a request brings; empty where it brings none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
