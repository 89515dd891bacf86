"""Conversations of clients that send the whole history with each message: found again, or rebuilt from that history.

Knows messages as texts and conversations; no connection. A conversation that is found again has its cart, identity and
pending change. One that is rebuilt (after a restart, or when the history was edited) knows what was spoken of, and no
more: who is known and what may be changed never rests on what a client says was said.
"""

import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.conversation import Conversation
from assistant.memory import REMEMBERED
from assistant.messages import ProductCard, Role, ToolCall
from assistant.shop import Shop
from ui.line import Turnstile
from ui.visitors import Begin, Visitor

_MOST_KEPT = 2_000


@dataclass(frozen=True)
class Said:
    """One earlier message.

    Attributes:
        speaker: "user" or "assistant".
        calls: the tool calls that the client kept with an answer.
    """

    speaker: str
    text: str
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True)
class Client:
    """Whose history it is: the same words of another person, or with another key, are another conversation."""

    role: Role
    customer_id: str | None = None
    key: str = ""

    def mark(self, history: Sequence[Said]) -> str:
        """The mark of a history of this client."""
        said = [self.role, self.customer_id, self.key, [[each.speaker, each.text.strip()] for each in history]]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class Threads:
    """Finds the conversation of a history. Safe between threads."""

    def __init__(
        self, shop: Shop, begin: Begin, capacity: int = _MOST_KEPT, turnstile: Turnstile | None = None
    ) -> None:
        """Knows no conversation yet.

        Args:
            shop: the opened shop.
            begin: starts a conversation.
            capacity: how many to keep; the one that was quiet longest leaves.
            turnstile: where all wait for their turn; None: one of their own.
        """
        self._turnstile = turnstile or Turnstile(shop.settings.limits)
        self._shop, self._begin, self._capacity = shop, begin, capacity
        self._kept: OrderedDict[str, list[Visitor]] = OrderedDict()  # several people may have had the same words so far
        self._lock = threading.Lock()

    def take(self, client: Client, history: Sequence[Said]) -> Visitor:
        """The conversation that has come as far as the history; a new one where there is none.

        Raises:
            AssistantError: there is no such customer, or the records cannot be reached.
        """
        if history:
            with self._lock:
                same = self._kept.pop(client.mark(history), [])
                if same:
                    found = same.pop()
                    if same:
                        self._kept[client.mark(history)] = same
                    return found
        conversation = self._begin(self._shop, client.role, client.customer_id)
        rebuild(conversation, history)
        return Visitor(conversation, turnstile=self._turnstile, keeps=1)

    def keep(self, client: Client, history: Sequence[Said], visitor: Visitor) -> None:
        """Keeps a conversation that has come as far as the history."""
        with self._lock:
            self._kept.setdefault(client.mark(history), []).append(visitor)
            while sum(map(len, self._kept.values())) > self._capacity:
                first = next(iter(self._kept))
                self._kept[first].pop(0)
                if not self._kept[first]:
                    del self._kept[first]


def rebuild(conversation: Conversation, history: Sequence[Said]) -> None:
    """Notes in the conversation's memory what the last turns asked, called and showed; runs no tool."""
    longest = conversation.shop.settings.limits.max_characters
    for question, answer in _turns(history)[-REMEMBERED:]:
        question = question[:longest]
        calls = answer.calls or tuple(conversation.plan(question))
        conversation.memory.remember(question, calls, _shown(conversation.shop, answer.text))


def _turns(history: Sequence[Said]) -> list[tuple[str, Said]]:
    """Each question with its answer; what was never answered is no turn."""
    found: list[tuple[str, Said]] = []
    asked: str | None = None
    for said in history:
        if said.speaker == "user":
            asked = said.text
        elif asked is not None:
            found.append((asked, said))
            asked = None
    return found


def _shown(shop: Shop, text: str) -> tuple[ProductCard, ...]:
    """The products that an answer named, in order, each once."""
    ids = dict.fromkeys(product_id for product_id, _ in shop.resolve.titles_in(text))
    found = [shop.resolve.product_by_id(product_id) for product_id in ids]
    return tuple(ProductCard(each.product_id, each.title, each.price) for each in found if each is not None)
