"""The people who have the page open: each with a conversation of their own and what was shown of it.

Knows conversations and the cart, not how anything looks.
"""

import logging
import queue
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from assistant.conversation import Conversation, start
from assistant.errors import AssistantError
from assistant.messages import Answer, Role, ToolCall, ToolResult
from assistant.safety import TOO_FAST, Limits
from assistant.shop import Shop
from assistant.toolbox import Context
from ui import texts
from ui.line import Crowded, Left, Turnstile

_LOG = logging.getLogger(__name__)
_MAX_VISITORS = 2_000
_MAX_SHOWN = 50
_MAX_KEYS = 50

Begin = Callable[[Shop, Role, str | None], Conversation]
Trouble = Literal["", "busy", "too_fast", "crowded", "key_reused", "unavailable", "broken"]


def begin_unhurried(shop: Shop, role: Role, customer_id: str | None = None) -> Conversation:
    """Starts a conversation whose messages are counted at the turnstile, before they wait, and not once more.

    Raises:
        AssistantError: there is no such customer, or the records cannot be reached.
    """
    return start(shop, role, customer_id, Limits(max_characters=shop.settings.limits.max_characters, rate=None))


@dataclass(frozen=True)
class Shown:
    """One turn as far as it has come.

    Attributes:
        said: the answer's text so far.
        step: what is being done while there is no text yet.
        answer: the whole answer, once it is there.
        failed: the turn broke off; `said` tells why.
        trouble: why, for programs.
        wait: whole seconds after which to try again; 0: not said.
        place: in line, 1 is next; 0: not waiting.
    """

    question: str
    said: str = ""
    step: str = ""
    answer: Answer | None = None
    failed: bool = False
    trouble: Trouble = ""
    wait: int = 0
    place: int = 0

    @property
    def done(self) -> bool:
        """Whether nothing more comes."""
        return self.failed or self.answer is not None


class Visitor:
    """One person's conversation; a second message is turned away until the first is answered."""

    def __init__(
        self,
        conversation: Conversation,
        owner: str = "",
        turnstile: Turnstile | None = None,
        keeps: int = _MAX_SHOWN,
    ) -> None:
        """Nothing has been said yet.

        Args:
            conversation: with the assistant.
            owner: under which name the person had signed in; empty: they had not.
            turnstile: where all wait for their turn; None: one of its own.
            keeps: how many turns stay in memory to be shown again.
        """
        self.conversation = conversation
        self.owner = owner
        self.shown: list[Shown] = []
        self.turns = 0
        self._keeps = keeps
        self._busy = threading.Lock()
        self._turnstile = turnstile or Turnstile()
        self._by_key: OrderedDict[str, Shown] = OrderedDict()

    def ask(self, message: str, address: str = "", key: str = "") -> Iterator[Shown]:
        """The turn as it grows; what has been said stays said even if nobody watches any more.

        Args:
            message: what the person says.
            address: from where, as far as known; each has a limit of its own.
            key: a message with the same key is the same one, sent again: it gets the same answer and does nothing.
        """
        if not self._busy.acquire(blocking=False):
            yield Shown(message, texts.BUSY, failed=True, trouble="busy", wait=2)
            return
        news: queue.SimpleQueue[Shown] = queue.SimpleQueue()
        watched = threading.Event()
        try:
            turned_away = self._known(message, key) or self._too_fast(message, address)
            if turned_away is None:
                watched.set()
                arguments = (message, address, key, news, watched)
                threading.Thread(target=self._answer, args=arguments, daemon=True).start()
        finally:
            if not watched.is_set():
                self._busy.release()
        if turned_away is not None:
            yield turned_away
            return
        try:
            while True:
                shown = news.get()
                yield shown
                if shown.done:
                    return
        finally:
            watched.clear()

    def _known(self, message: str, key: str) -> Shown | None:
        """What was shown for the same message with the same key."""
        kept = self._by_key.get(key) if key else None
        if kept is None or kept.question == message:
            return kept
        return Shown(message, texts.KEY_REUSED, failed=True, trouble="key_reused")

    def _too_fast(self, message: str, address: str) -> Shown | None:
        session = self.conversation.session
        wait = self._turnstile.seconds_to_wait(session.session_id, address)
        if not wait:
            return None
        self.conversation.shop.records.audit(session, "guard", {"flags": ["too_fast"]}, "refused")
        said = TOO_FAST.format(seconds=f"{wait} second{'s' if wait > 1 else ''}")
        return Shown(message, said, failed=True, trouble="too_fast", wait=wait)

    def _answer(
        self, message: str, address: str, key: str, news: "queue.SimpleQueue[Shown]", watched: threading.Event
    ) -> None:
        session = self.conversation.session
        party = session.customer_id or self.owner or address or session.session_id

        def tell_place(place: int) -> None:
            news.put(Shown(message, step=texts.PLACE_IN_LINE.format(place=place), place=place))

        try:
            with self._turnstile.line.turn(session.role, party, tell_place, watched.is_set):
                shown = self._answered(message, news)
        except (Crowded, Left):
            shown = Shown(message, texts.CROWDED, failed=True, trouble="crowded", wait=10)
        except Exception:  # what else may break is a bug, but nobody is left waiting for it
            _LOG.exception("A question could not be answered.")
            shown = Shown(message, texts.BROKEN, failed=True, trouble="broken")
        if shown.trouble != "crowded":
            self.turns += 1
            self.shown = [*self.shown, shown][-self._keeps :]
        if key and shown.answer is not None:
            self._by_key[key] = shown
            if len(self._by_key) > _MAX_KEYS:
                self._by_key.popitem(last=False)
        self._busy.release()
        news.put(shown)

    def _answered(self, message: str, news: "queue.SimpleQueue[Shown]") -> Shown:
        """The whole turn; its pieces are told as they come."""
        shown = Shown(message, step=texts.THINKING)
        news.put(shown)
        try:
            for piece in self.conversation.stream(message, lambda step: news.put(Shown(message, step=step))):
                if isinstance(piece, Answer):
                    return replace(shown, said=piece.answer or shown.said, step="", answer=piece)
                shown = replace(shown, said=shown.said + piece, step="")
                news.put(shown)
        except AssistantError as failure:
            return replace(shown, said=str(failure), step="", failed=True, trouble="unavailable")
        except Exception:  # a bug: loud in the log, one sentence on the page, and the page lives on
            _LOG.exception("A question could not be answered.")
            return replace(shown, said=texts.BROKEN, step="", failed=True, trouble="broken")
        return replace(shown, said=shown.said or texts.BROKEN, failed=True, trouble="broken")

    def cart(self) -> ToolResult:
        """What is in the cart, priced by the shop."""
        return self._run(ToolCall("view_cart"))

    def add_to_cart(self, product_id: str) -> ToolResult:
        """Puts exactly this product into the cart, without a detour through words."""
        return self._audited(ToolCall("add_to_cart", {"product": product_id, "quantity": 1}))

    def remove_from_cart(self, product_id: str) -> ToolResult:
        """Takes exactly this product out of the cart."""
        return self._audited(ToolCall("remove_from_cart", {"product": product_id}))

    def _run(self, call: ToolCall) -> ToolResult:
        shop = self.conversation.shop
        return shop.toolbox.run(call, Context(shop, self.conversation.session))[1]

    def _audited(self, call: ToolCall) -> ToolResult:
        result = self._run(call)
        self.conversation.shop.records.audit(self.conversation.session, call.name, call.arguments, result.status)
        return result


class Visitors:
    """All who have the page open, by a secret key that the browser never sees. Safe between threads."""

    def __init__(
        self,
        shop: Shop,
        begin: Begin = begin_unhurried,
        capacity: int = _MAX_VISITORS,
        turnstile: Turnstile | None = None,
        keeps: int = _MAX_SHOWN,
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
        visitor = Visitor(self._begin(self.shop, role, customer_id), owner, self.turnstile, self._keeps)
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._visitors[key] = visitor
            while len(self._visitors) > self._capacity:
                self._visitors.popitem(last=False)
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

    def find(self, key: str, owner: str | None = None) -> Visitor | None:
        """The visitor with this key, None where there is none (any more), or it is not of this owner."""
        with self._lock:
            visitor = self._visitors.get(key)
            if visitor is not None and owner is not None and visitor.owner != owner:
                return None
            if visitor is not None:
                self._visitors.move_to_end(key)
            return visitor
