"""The people who have the page open, by their secrets: finding them, letting them in, taking up what was said before.

Knows visitors by their keys, not how anything looks.
"""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from assistant.conversation import Conversation, start
from assistant.messages import Role
from assistant.safety import Limits
from assistant.shop import Shop
from ui.line import Turnstile
from ui.turns import Shown, Trouble
from ui.visitor import MAX_SHOWN, Visitor

__all__ = ["Begin", "Shown", "Trouble", "Visitor", "Visitors", "begin_unhurried"]

_MAX_VISITORS = 2_000
_OPENED = "opened"  # kept apart from what a browser's secret stands for
_QUIET = 900.0  # seconds after which a conversation leaves the memory; the records keep it

Begin = Callable[..., Conversation]  # shop, role, customer; session_id where one is resumed


def begin_unhurried(
    shop: Shop, role: Role, customer_id: str | None = None, *, session_id: str | None = None
) -> Conversation:
    """Starts a conversation whose messages are counted at the turnstile, before they wait, and not once more.

    Args:
        shop: the opened shop.
        role: of who asks.
        customer_id: which customer that is.
        session_id: of the conversation to go on with, where there is one.

    Raises:
        AssistantError: there is no such customer, or the records cannot be reached.
    """
    limits = Limits(max_characters=shop.settings.limits.max_characters, rate=None)
    return start(shop, role, customer_id, limits, session_id=session_id)


class Visitors:
    """All who have the page open, by a secret key that the browser never sees. Safe between threads."""

    def __init__(
        self,
        shop: Shop,
        begin: Begin = begin_unhurried,
        capacity: int = _MAX_VISITORS,
        turnstile: Turnstile | None = None,
        keeps: int = MAX_SHOWN,
        quiet: float = _QUIET,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nobody is there yet.

        Args:
            shop: the opened shop.
            begin: starts a conversation.
            capacity: how many to keep in memory; the one that was quiet longest leaves, and is back from the records.
            turnstile: where all wait for their turn; None: one of their own.
            keeps: how many turns of each stay in memory to be shown again.
            quiet: seconds after which who says nothing leaves the memory, too.
            clock: the seconds of now.
        """
        self._quiet, self._clock = quiet, clock
        self._keeps = keeps
        self.turnstile = turnstile or Turnstile(shop.settings.limits)
        self.shop = shop
        self._begin = begin
        self._capacity = capacity
        self._visitors: OrderedDict[str, tuple[Visitor, float]] = OrderedDict()  # and when they were last there
        self._lock = threading.Lock()

    def open(self, role: Role, customer_id: str | None = None, owner: str = "") -> str:
        """Starts a conversation and returns its key.

        Args:
            role: of who asks.
            customer_id: which customer that is.
            owner: under which name they signed in; the conversation is theirs only.

        Raises:
            AssistantError: there is no such customer, or the records cannot be reached.
        """
        key = secrets.token_urlsafe(24)
        session_id = _digest(_OPENED, key, owner)
        conversation = self._begin(self.shop, role, customer_id, session_id=session_id)
        self._keep(key, Visitor(conversation, owner, self.turnstile, self._keeps))
        return key

    def admit(self, key: str, role: Role, owner: str = "", customer_id: str | None = None) -> tuple[str, Visitor]:
        """The conversation with this key where it is this person's, a new one otherwise; with its key.

        Raises:
            AssistantError: there is no such customer, or the records cannot be reached.
        """
        visitor = self.back(key, owner) if key else None
        if visitor is not None and visitor.conversation.session.role == role:
            return key, visitor
        key = self.open(role, customer_id, owner)
        visitor = self.find(key)
        assert visitor is not None  # it has just been opened
        return key, visitor

    def resume(
        self, secret: str, role: Role, owner: str = "", customer_id: str | None = None, *, anew: bool = True
    ) -> Visitor | None:
        """The conversation that a browser holds the secret of, also after a restart; each owner has their own.

        Args:
            secret: of the browser.
            role: of who asks.
            owner: under which name they signed in.
            customer_id: which customer that is.
            anew: begin one where nothing has been said yet; False: None then.

        Raises:
            AssistantError: there is no such customer, or the records cannot be reached.
        """
        key, session_id = (_digest(part, secret, owner) for part in ("key", "session"))
        visitor = self.find(key, owner)
        if visitor is not None or not (anew or self.shop.records.turns(session_id)):
            return visitor
        conversation = self._begin(self.shop, role, customer_id, session_id=session_id)
        return self._keep(key, Visitor.resumed(conversation, owner, self.turnstile, self._keeps))

    def back(self, key: str, owner: str = "") -> Visitor | None:
        """Who opened a conversation with this key: from memory, or from the records after a long quiet or a restart.

        Args:
            key: of the conversation.
            owner: under which name who asks has signed in; a conversation of nobody's is anybody's who has the key.

        Raises:
            AssistantError: the records cannot be reached.
        """
        visitor = self.find(key)
        if visitor is not None:
            return visitor if visitor.owner in ("", owner) else None
        for each in dict.fromkeys((owner, "")):
            session_id = _digest(_OPENED, key, each)
            stored = self.shop.records.session(session_id)
            if stored is not None:
                conversation = self._begin(self.shop, stored.role, session_id=session_id)
                return self._keep(key, Visitor.resumed(conversation, each, self.turnstile, self._keeps))
        return None

    def find(self, key: str, owner: str | None = None) -> Visitor | None:
        """The visitor with this key, None where there is none (any more), or it is not of this owner."""
        with self._lock:
            self._leave()
            visitor, _ = self._visitors.get(key, (None, 0.0))
            if visitor is None or (owner is not None and visitor.owner != owner):
                return None
            self._visitors[key] = visitor, self._clock()
            self._visitors.move_to_end(key)
            return visitor

    def _keep(self, key: str, visitor: Visitor) -> Visitor:
        """Whoever came first with this key."""
        with self._lock:
            kept, _ = self._visitors.setdefault(key, (visitor, self._clock()))
            self._leave()
        return kept

    def _leave(self) -> None:
        """Those who were quiet for long, and the quietest where there are too many, leave the memory."""
        while self._visitors:
            key, (visitor, seen) = next(iter(self._visitors.items()))
            quiet = self._clock() - seen > self._quiet and not visitor.answering
            if not quiet and len(self._visitors) <= self._capacity:
                return
            del self._visitors[key]


def _digest(part: str, secret: str, owner: str) -> str:
    """What stands for a browser's secret: who reads the records cannot go on with the conversation."""
    return hashlib.sha256(f"{part}\n{secret}\n{owner}".encode()).hexdigest()
