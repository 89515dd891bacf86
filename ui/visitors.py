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

from assistant.conversation import Conversation, start
from assistant.errors import AssistantError
from assistant.messages import Answer, Role, ToolCall, ToolResult
from assistant.shop import Shop
from assistant.toolbox import Context
from ui import texts

_LOG = logging.getLogger(__name__)
_MAX_VISITORS = 2_000
_MAX_SHOWN = 50

Begin = Callable[[Shop, Role, str | None], Conversation]


@dataclass(frozen=True)
class Shown:
    """One turn as far as it has come.

    Attributes:
        said: the answer's text so far.
        step: what is being done while there is no text yet.
        answer: the whole answer, once it is there.
        failed: the turn broke off; `said` tells why.
    """

    question: str
    said: str = ""
    step: str = ""
    answer: Answer | None = None
    failed: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more comes."""
        return self.failed or self.answer is not None


class Visitor:
    """One person's conversation; a second message waits its turn by being turned away."""

    def __init__(self, conversation: Conversation, owner: str = "") -> None:
        """Nothing has been said yet.

        Args:
            conversation: with the assistant.
            owner: under which name the person had signed in; empty: they had not.
        """
        self.conversation = conversation
        self.owner = owner
        self.shown: list[Shown] = []
        self._busy = threading.Lock()

    def ask(self, message: str) -> Iterator[Shown]:
        """The turn as it grows; what has been said stays said even if nobody watches any more."""
        if not self._busy.acquire(blocking=False):
            yield Shown(message, texts.BUSY, failed=True)
            return
        news: queue.SimpleQueue[Shown] = queue.SimpleQueue()
        threading.Thread(target=self._answer, args=(message, news), daemon=True).start()
        while True:
            shown = news.get()
            yield shown
            if shown.done:
                return

    def _answer(self, message: str, news: "queue.SimpleQueue[Shown]") -> None:
        shown = Shown(message, step=texts.THINKING)
        news.put(shown)
        try:
            for piece in self.conversation.stream(message, lambda step: news.put(Shown(message, step=step))):
                if isinstance(piece, Answer):
                    shown = replace(shown, said=piece.answer or shown.said, step="", answer=piece)
                    break
                shown = replace(shown, said=shown.said + piece, step="")
                news.put(shown)
        except AssistantError as failure:
            shown = replace(shown, said=str(failure), step="", failed=True)
        except Exception:  # a bug: loud in the log, one sentence on the page, and the page lives on
            _LOG.exception("A question could not be answered.")
            shown = replace(shown, said=texts.BROKEN, step="", failed=True)
        if not shown.done:
            shown = replace(shown, said=shown.said or texts.BROKEN, failed=True)
        self.shown = [*self.shown, shown][-_MAX_SHOWN:]
        self._busy.release()
        news.put(shown)

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

    def __init__(self, shop: Shop, begin: Begin = start, capacity: int = _MAX_VISITORS) -> None:
        """Nobody is there yet.

        Args:
            shop: the opened shop.
            begin: starts a conversation.
            capacity: how many to keep; the one that was quiet longest leaves, what it said stays in the records.
        """
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
        visitor = Visitor(self._begin(self.shop, role, customer_id), owner)
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
