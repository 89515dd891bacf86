"""Who is answered now and who waits: a fair line for customers, and one of their own for managers. Knows no question.

Whoever asks from one place (an address, or a customer) is one party. The parties take turns, and within a party who
came first is first, so that somebody with many questions at once holds up nobody else (round robin; Nagle, RFC 970).
While a manager is answered, one customer less is, so that the work of customers leaves a core to the manager.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.door_settings import LimitSettings
from assistant.messages import Role
from assistant.safety import RateLimit

_LOOKS_AROUND = 2.0  # seconds after which who waits looks whether they are still wanted


class Crowded(Exception):
    """Too many wait already, or it took too long."""


class Left(Exception):
    """Who waited has gone."""


@dataclass(eq=False)
class _Ticket:
    """One who waits."""

    party: str
    called: bool = False


class Line:
    """Two lines at one counter. Safe between threads."""

    def __init__(
        self,
        settings: LimitSettings | None = None,
        patience: float = 1_800.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nobody is there yet.

        Args:
            settings: how many are answered at once, and how many may wait; None: the usual ones.
            patience: seconds that somebody waits at most; who sees the place in line decides when to leave.
            clock: the seconds of now.
        """
        chosen = settings or LimitSettings()
        self._places = {"customer": chosen.customers_at_once, "manager": chosen.managers_at_once}
        self._most_waiting, self._patience, self._clock = chosen.waiting, patience, clock
        self._running = {"customer": 0, "manager": 0}
        self._waiting: dict[str, OrderedDict[str, deque[_Ticket]]] = {
            "customer": OrderedDict(),
            "manager": OrderedDict(),
        }
        self._changed = threading.Condition()

    @contextmanager
    def turn(
        self,
        role: Role,
        party: str,
        watch: Callable[[int], None] = lambda place: None,
        stays: Callable[[], bool] = lambda: True,
    ) -> Iterator[None]:
        """A turn at the counter.

        Args:
            role: whose line.
            party: for whom; the parties take turns.
            watch: is told the place in line, 1 is next, each time that it changes; never where one need not wait.
            stays: whether the one who waits is still there.

        Raises:
            Crowded: too many wait already, or it took too long.
            Left: who waited has gone.
        """
        ticket = _Ticket(party)
        with self._changed:
            if sum(map(len, self._waiting[role].values())) >= self._most_waiting:
                raise Crowded
            self._waiting[role].setdefault(party, deque()).append(ticket)
            self._call_next()
            try:
                self._wait(role, ticket, watch, stays)
            except BaseException:
                self._leave(role, ticket)
                raise
        try:
            yield
        finally:
            with self._changed:
                self._running[role] -= 1
                self._call_next()

    def waiting(self, role: Role) -> int:
        """How many wait in a line."""
        with self._changed:
            return sum(map(len, self._waiting[role].values()))

    def _wait(self, role: Role, ticket: _Ticket, watch: Callable[[int], None], stays: Callable[[], bool]) -> None:
        told, until = 0, self._clock() + self._patience
        while not ticket.called:
            place = self._order(role).index(ticket) + 1
            if place != told:
                told = place
                watch(place)
            self._changed.wait(_LOOKS_AROUND)
            if ticket.called:
                return
            if not stays():
                raise Left
            if self._clock() >= until:
                raise Crowded

    def _leave(self, role: Role, ticket: _Ticket) -> None:
        if ticket.called:  # called in the very moment of leaving
            self._running[role] -= 1
        else:
            queue = self._waiting[role][ticket.party]
            queue.remove(ticket)
            if not queue:
                del self._waiting[role][ticket.party]
        self._call_next()

    def _call_next(self) -> None:
        """Calls everybody for whom there is a place; managers first, as they take places of customers."""
        for role in ("manager", "customer"):
            while self._waiting[role] and self._running[role] < self._room(role):
                party, queue = self._waiting[role].popitem(last=False)
                queue.popleft().called = True
                self._running[role] += 1
                if queue:
                    self._waiting[role][party] = queue  # behind all other parties
        self._changed.notify_all()

    def _room(self, role: str) -> int:
        if role == "manager":
            return self._places[role]
        return max(1, self._places[role] - self._running["manager"])

    def _order(self, role: str) -> list[_Ticket]:
        """Everybody who waits, in the order in which they will be called."""
        queues = list(self._waiting[role].values())
        longest = max(map(len, queues), default=0)
        return [queue[turn] for turn in range(longest) for queue in queues if turn < len(queue)]


class Turnstile:
    """The line, and how often somebody may come to it. Safe between threads."""

    def __init__(self, settings: LimitSettings | None = None, line: Line | None = None) -> None:
        """Nobody has come yet.

        Args:
            settings: the limits; None: the usual ones.
            line: to wait in; None: one of these limits.
        """
        chosen = settings or LimitSettings()
        self.line = line or Line(chosen)
        self._of_session = RateLimit(per_minute=chosen.per_minute)
        burst = max(20, round(chosen.address_per_minute / 2))
        self._of_address = RateLimit(burst=burst, per_minute=chosen.address_per_minute)

    def seconds_to_wait(self, session_id: str, address: str) -> int:
        """Counts a message; returns the whole seconds until the next one may come, 0 where this one may."""
        wait = self._of_session.take(session_id)
        if not wait and address:
            wait = self._of_address.take(address)
        return max(1, round(wait + 0.5)) if wait else 0
