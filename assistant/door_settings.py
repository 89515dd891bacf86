"""What `[limits]` and `[login]` of `shop.toml` may say: who comes in on whose word, and how much at once.

[limits]
max_characters = 4000             # of a message
per_minute = 30                   # messages of one conversation
address_per_minute = 120          # messages of one network address
customers_at_once = 2             # answered at the same time; the others see their place in line
managers_at_once = 2              # managers have a line of their own
waiting = 100                     # places in a line

[login]
hours = 12                        # after which one has to sign in again
proxy_header = "X-Remote-User"    # the shop's reverse proxy says here who is signed in ...
trusted_proxies = ["10.0.0.5"]    # ... and only these addresses (or networks, 10.0.0.0/24) may say so
managers = ["anna", "ben"]        # who of them is a manager; every other name is a customer number

Knows no request.
"""

import ipaddress
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class LimitSettings:
    """What a person may send, and how many are answered at once.

    Attributes:
        max_characters: of a message.
        per_minute: messages of one conversation.
        address_per_minute: messages of one network address.
        customers_at_once: answered at the same time, the others wait in line.
        managers_at_once: likewise, in a line of their own.
        waiting: how many may wait in a line; who comes then is asked to come back.
    """

    max_characters: int = 4_000
    per_minute: float = 30.0
    address_per_minute: float = 120.0
    customers_at_once: int = 2
    managers_at_once: int = 2
    waiting: int = 100

    def __post_init__(self) -> None:
        """Checks the figures.

        Raises:
            ValueError: one of them is zero or less.
        """
        for each in fields(self):
            if getattr(self, each.name) <= 0:
                raise ValueError(f"{each.name} must be above 0; got {getattr(self, each.name)}")


@dataclass(frozen=True)
class LoginSettings:
    """How people sign in.

    Attributes:
        hours: a login lasts.
        proxy_header: in which a reverse proxy names who is signed in; None: nobody may.
        trusted_proxies: addresses or networks whose headers are believed.
        managers: names in that header that are managers.
    """

    hours: float = 12.0
    proxy_header: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks that the settings fit together.

        Raises:
            ValueError: an address cannot be read, a header without trusted addresses, or a time of zero or less.
        """
        if self.hours <= 0:
            raise ValueError(f"hours of a login must be above 0; got {self.hours}")
        for each in self.trusted_proxies:
            ipaddress.ip_network(each, strict=False)
        if self.proxy_header is not None and not self.proxy_header.replace("-", "").isalnum():
            raise ValueError(
                f'proxy_header must be the name of a header such as "X-Remote-User"; got {self.proxy_header!r}'
            )
        if self.proxy_header is not None and not self.trusted_proxies:
            raise ValueError(
                'proxy_header needs trusted_proxies = ["ADDRESS"]: whoever else sends it would be believed'
            )
        if self.managers and self.proxy_header is None:
            raise ValueError('managers needs proxy_header = "...": accounts say themselves who is a manager')

    def trusts(self, address: str) -> bool:
        """Whether headers that come from this address are believed."""
        try:
            found = ipaddress.ip_address(address.split("%")[0])
        except ValueError:
            return False
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        return any(found in ipaddress.ip_network(each, strict=False) for each in self.trusted_proxies)
