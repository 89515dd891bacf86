"""The people who have the page open, by their secrets: finding them, letting them in, taking up what was said before.

Knows visitors by their keys, not how anything looks.
"""

import hashlib
import secrets
import threading
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
    ) -> None:
        """Nobody is there yet.

        Args:
            shop: the opened shop.
            begin: starts a conversation.
            capacity: how many to keep; the one that was quiet longest leaves, what it said stays in the records.
            turnstile: where all wait for their turn; None: one of their own.
            keeps: how many turns of each stay in memory to be shown again.
        """
        self._keeps = keeps
        self.turnstile = turnstile or Turnstile(shop.settings.limits)
        self.shop = shop
        self._begin = begin
        self._capacity = capacity
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()
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
        self._keep(key, Visitor(self._begin(self.shop, role, customer_id), owner, self.turnstile, self._keeps))
        return key

    def admit(self, key: str, role: Role, owner: str = "", customer_id: str | None = None) -> tuple[str, Visitor]:
        """The conversation with this key where it is this person's, a new one otherwise; with its key.

        Raises:
            AssistantError: there is no such customer, or the records cannot be reached.
        """
        visitor = self.find(key, owner)
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
        return self._keep(key, Visitor.resumed(conversation, owner, self.turnstile))

    def find(self, key: str, owner: str | None = None) -> Visitor | None:
        """The visitor with this key, None where there is none (any more), or it is not of this owner."""
        with self._lock:
            visitor = self._visitors.get(key)
            if visitor is not None and owner is not None and visitor.owner != owner:
                return None
            if visitor is not None:
                self._visitors.move_to_end(key)
            return visitor

    def _keep(self, key: str, visitor: Visitor) -> Visitor:
        """Whoever came first with this key."""
        with self._lock:
            kept = self._visitors.setdefault(key, visitor)
            while len(self._visitors) > self._capacity:
                self._visitors.popitem(last=False)
        return kept


def _digest(part: str, secret: str, owner: str) -> str:
    """What stands for a browser's secret: who reads the records cannot go on with the conversation."""
    return hashlib.sha256(f"{part}\n{secret}\n{owner}".encode()).hexdigest()
