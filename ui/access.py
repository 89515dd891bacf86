"""Who may see what of the page: the manager desk behind a password or on the shop's own machine only.

Knows requests and the password, not the page. Without a password, a page that others reach keeps it closed.
"""

import hmac
import ipaddress
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assistant.safety import RateLimit

PASSWORD_VARIABLE = "RETAIL_ASSISTANT_MANAGER_PASSWORD"
Desk = Literal["open", "locked", "closed"]
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


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
        password: of the manager desk; None: there is none.
        tries: how fast passwords may be tried from one address.
    """

    loopback: bool
    password: str | None = None
    tries: RateLimit = field(default_factory=lambda: RateLimit(burst=5, per_minute=6))

    @classmethod
    def of(cls, host: str, environment: Mapping[str, str] = os.environ) -> "Access":
        """Access of a page that listens on `host`."""
        return cls(is_loopback(host), environment.get(PASSWORD_VARIABLE) or None)

    def is_local(self, headers: Mapping[str, str]) -> bool:
        """Whether a request comes from this machine itself: not through a proxy, nor under another site's name."""
        if not self.loopback or any(name in headers for name in _FORWARDED):
            return False
        host = headers.get("host", "")
        return is_loopback(host if host.endswith("]") else host.rsplit(":", 1)[0])

    def desk(self, headers: Mapping[str, str], *, unlocked: bool = False) -> Desk:
        """Whether the manager desk is open to a request, asks for the password, or stays closed."""
        if self.password is not None:
            return "open" if unlocked else "locked"
        return "open" if self.is_local(headers) else "closed"

    def wait(self, address: str) -> int:
        """Counts a try at the password; returns the whole seconds to wait where there were too many."""
        return math.ceil(self.tries.take(address))

    def admits(self, said: str) -> bool:
        """Whether it is the password; takes the same time whatever is wrong with it."""
        expected = self.password or ""
        return bool(expected) and hmac.compare_digest(said.encode(), expected.encode())
