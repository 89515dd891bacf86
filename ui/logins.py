"""Signing in and out: names, passwords and tokens, each try recorded, guessing slowed down. Knows no request.

Two kinds of people sign in: those with an account in the shop's records (`retail-assistant user add`), and the manager
whose password the environment holds, under the name `manager`.
"""

import hmac
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.errors import AssistantError
from assistant.messages import Status
from assistant.records import Session
from assistant.records.accounts import Account
from assistant.safety import RateLimit
from assistant.shop import Shop

_LOG = logging.getLogger(__name__)
_MOST_KEPT = 10_000
MANAGER = "manager"  # the name of who has the password of the environment


class Tries:
    """Who has guessed wrongly too often: an address or a name. Safe between threads."""

    def __init__(self, rate: RateLimit | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Knows nobody yet.

        Args:
            rate: of wrong guesses; None: 6 at once, then 6 a minute.
            clock: the seconds of now.
        """
        self._rate, self._clock = rate or RateLimit(burst=5, per_minute=6, clock=clock), clock
        self._shut: OrderedDict[str, float] = OrderedDict()  # who -> until when nothing is looked at
        self._lock = threading.Lock()

    def seconds_left(self, *who: str) -> int:
        """Whole seconds until the next try is looked at, right or wrong; 0: now."""
        with self._lock:
            left = max((self._shut.get(each, 0.0) for each in who), default=0.0) - self._clock()
        return max(0, math.ceil(left))

    def failed(self, *who: str) -> None:
        """Counts a wrong guess."""
        for each in who:
            wait = self._rate.take(each)
            if wait:
                with self._lock:
                    self._shut[each] = self._clock() + wait
                    while len(self._shut) > _MOST_KEPT:
                        self._shut.popitem(last=False)


class Logins:
    """Who signs in to one shop's page."""

    def __init__(
        self, shop: Shop, password: str | None = None, hours: float = 12.0, tries: Tries | None = None
    ) -> None:
        """Reads nothing yet.

        Args:
            shop: the opened shop.
            password: of the manager, from the environment; None: there is none.
            hours: that a login lasts.
            tries: who has guessed too often; None: nobody yet.
        """
        self._shop, self._password, self.hours = shop, password, hours
        self.tries = tries or Tries()
        self._one_at_a_time = threading.Lock()  # many guesses sent at once are counted one by one

    def sign_in(self, name: str, password: str, address: str) -> str | int:
        """Signs somebody in.

        Returns:
            The login's token; or, where name and password do not fit, the whole seconds until the next try (0: now).

        Raises:
            AssistantError: the records cannot be reached.
        """
        plain = name.strip().lower()
        who = (f"address:{address}", f"name:{plain}")
        with self._one_at_a_time:
            wait = self.tries.seconds_left(*who)
            account = None if wait else self._check(plain, password)
            if account is None and not wait:
                self.tries.failed(*who)
        self.record("sign_in", {"name": plain[:128], "address": address}, "ok" if account else "refused", account)
        if account is None:
            return wait
        bound_to = self._password if account.name == MANAGER and self._password else ""
        return self._shop.records.accounts.open_login(account, self.hours, bound_to)

    def sign_out(self, token: str) -> None:
        """Ends a login."""
        account = self.who(token, self._password or "")
        if account is not None and self._shop.records.accounts.close_login(token, self._password or ""):
            self.record("sign_out", {"name": account.name}, "ok", account)

    def who(self, token: str, bound_to: str = "") -> Account | None:
        """Whose token it is; nobody's where the records are away: who cannot be known is not let in."""
        try:
            return self._shop.records.accounts.of_token(token, bound_to)
        except AssistantError as failure:
            _LOG.warning("Nobody can be recognised: %s", failure)
            return None

    def has_manager(self) -> bool:
        """Whether a manager has an account; where the records are away one may have, and nobody is let in without."""
        try:
            return self._shop.records.accounts.has_manager()
        except AssistantError as failure:
            _LOG.warning("The accounts cannot be read: %s", failure)
            return True

    def customer(self, name: str) -> str | None:
        """The customer of a name that the shop's proxy vouches for: a customer number, or an account's name."""
        try:
            return self._shop.resolve.customer_by_id(name).customer_id
        except AssistantError:
            known = {each.name: each.customer_id for each in self._shop.records.accounts.listed()}
            return known.get(name.strip().lower())

    def record(self, what: str, arguments: dict[str, str], status: Status, account: Account | None = None) -> None:
        """Puts a grant or denial into the audit trail."""
        session = Session("door", account.role if account else "customer", account.customer_id if account else None)
        self._shop.records.audit(session, what, arguments, status)

    def _check(self, name: str, password: str) -> Account | None:
        expected = self._password or ""
        if name == MANAGER and expected:
            right = hmac.compare_digest(password.encode(errors="replace"), expected.encode())
            return Account(MANAGER, "manager") if right else None
        return self._shop.records.accounts.check(name, password)
