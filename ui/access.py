"""Who may see what of the page: who is signed in, and the manager desk closed to everybody else.

Knows requests, logins and the proxy's word, not the page. Where no manager can sign in, the desk is open on the shop's
own machine only: a page that others reach keeps it closed.
"""

import hmac
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal, Protocol

from assistant.door_settings import LoginSettings
from assistant.messages import Role
from assistant.records.accounts import Account
from ui.logins import Logins, Tries

PASSWORD_VARIABLE = "RETAIL_ASSISTANT_MANAGER_PASSWORD"
COOKIE = "retail_assistant_login"
Desk = Literal["open", "locked", "closed"]
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Asking(Protocol):
    """A request, of the page or of a program."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What it says of itself; names in small letters."""
        ...

    @property
    def client(self) -> Any:
        """Where it comes from: `host` is the address."""
        ...


@dataclass(frozen=True)
class Person:
    """Who asks.

    Attributes:
        name: under which they signed in; empty: nobody has.
        customer_id: which customer that is.
        trying: nobody has; the page is tried as this customer on the shop's own machine.
    """

    role: Role = "customer"
    name: str = ""
    customer_id: str | None = None
    trying: bool = False


NOBODY = Person()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Access:
    """How the page is served.

    Attributes:
        loopback: it listens to this machine only.
        password: of the manager, from the environment; None: there is none.
        tries: who has guessed too often.
        logins: who has signed in; None: nobody can.
        login: whose word about who is signed in is taken.
    """

    loopback: bool
    password: str | None = None
    tries: Tries = field(default_factory=Tries)
    logins: Logins | None = None
    login: LoginSettings = field(default_factory=LoginSettings)

    @classmethod
    def of(
        cls,
        host: str,
        environment: Mapping[str, str] = os.environ,
        logins: Logins | None = None,
        login: LoginSettings | None = None,
    ) -> "Access":
        """Access of a page that listens on `host`."""
        password = environment.get(PASSWORD_VARIABLE) or None
        tries = logins.tries if logins else Tries()
        return cls(is_loopback(host), password, tries, logins, login or LoginSettings())

    def is_local(self, headers: Mapping[str, str]) -> bool:
        """Whether a request comes from this machine itself: not through a proxy, nor under another site's name."""
        if not self.loopback or any(name in headers for name in _FORWARDED):
            return False
        host = headers.get("host", "")
        return is_loopback(host if host.endswith("]") else host.rsplit(":", 1)[0])

    def who(self, request: Asking) -> Person:
        """Who is signed in: by the proxy's word where it is to be believed, or by the cookie."""
        named = self.named_by_proxy(request)
        if named:
            return self._of_proxy(named)
        return self.of_token(cookie_of(request.headers))

    def of_token(self, token: str) -> Person:
        """Whose login or key a token is; `NOBODY` where it is none."""
        account = self.logins.who(token, self.password or "") if self.logins and token else None
        return Person(account.role, account.name, account.customer_id) if account else NOBODY

    def named_by_proxy(self, request: Asking) -> str:
        """Whom the shop's reverse proxy names; empty where it names nobody or nobody may."""
        header = self.login.proxy_header
        if header is None or not self.login.trusts(_peer(request)):
            return ""
        return request.headers.get(header.lower(), "").strip()

    def is_forged(self, request: Asking) -> bool:
        """Whether somebody else than the shop's proxy says who is signed in."""
        header = self.login.proxy_header
        return header is not None and header.lower() in request.headers and not self.login.trusts(_peer(request))

    def has_manager(self) -> bool:
        """Whether a manager can sign in anywhere; if so, nobody is let in without."""
        return bool(self.password or self.login.managers or (self.logins and self.logins.has_manager()))

    def desk(self, request: Asking) -> Desk:
        """Whether the manager desk is open to a request, asks for a login, or stays closed."""
        if self.who(request).role == "manager":
            return "open"
        if self.has_manager():
            return "locked"
        return "open" if self.is_local(request.headers) else "closed"

    def admits_manager(self, request: Asking, what: str) -> bool:
        """Whether a request may do what only a manager may; the grant or denial is recorded.

        Args:
            request: who asks.
            what: is wanted, for the audit trail.
        """
        granted = self.desk(request) == "open"
        self.record(self.who(request), what, request, granted=granted)
        return granted

    def record(self, person: Person, what: str, request: Asking, *, granted: bool) -> None:
        """Puts a decision at the door into the audit trail."""
        if self.logins is not None:
            account = Account(person.name, person.role, person.customer_id)
            said = {"what": what, "name": person.name, "address": self.address(request)}
            self.logins.record("manager_access", said, "ok" if granted else "refused", account)

    def admits(self, said: str) -> bool:
        """Whether it is the manager's password of the environment; takes the same time whatever is wrong with it."""
        expected = self.password or ""
        return bool(expected) and hmac.compare_digest(said.encode(errors="replace"), expected.encode())

    def address(self, request: Asking) -> str:
        """The network address that asks; where the shop's proxy passes it on, the one that asked the proxy."""
        peer = _peer(request)
        passed_on = [each.strip() for each in request.headers.get("x-forwarded-for", "").split(",") if each.strip()]
        while self.login.trusts(peer) and passed_on:
            peer = passed_on.pop()
        return peer

    def _of_proxy(self, name: str) -> Person:
        if name in self.login.managers:
            return Person("manager", name)
        known = self.logins.customer(name) if self.logins else None
        return Person("customer", name, known)


def cookie_of(headers: Mapping[str, str]) -> str:
    """The login's token that a browser sends; empty where it sends none."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _peer(request: Asking) -> str:
    return request.client.host if request.client else ""
