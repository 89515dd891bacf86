"""One person's conversation as the page has it: asking, pressing buttons, the cart, coming back to what was said.

Knows conversations and the line to wait in, not how anything looks.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from dataclasses import replace
from typing import Any

from assistant.conversation import Conversation
from assistant.errors import AssistantError
from assistant.messages import Answer, ToolCall, ToolResult
from assistant.recorded_answers import answer_of
from assistant.safety import TOO_FAST
from assistant.seen_products import picture_call, seen_products
from assistant.toolbox import Context
from ui import texts
from ui.line import Crowded, Left, Turnstile
from ui.turns import GrowingTurn, Shown

_LOG = logging.getLogger(__name__)
MAX_SHOWN = 50
_MAX_KEYS = 50
_LONGEST_COMMENT = 2_000
_BACK_WITHIN = 15.0  # seconds that a place in line is kept for who reloads the page
FEEDBACK = "feedback"
# What a pressed button says to the assistant and its records, whatever language the page speaks.
YES, NO = "Yes, please go ahead", "No, leave it as it is"
HAND_OFF = "I would like to talk to a person"
PICTURE = "Which products look like my picture {name}?"

Act = Callable[[Callable[[str], None]], Iterator[str | Answer]]


class Visitor:
    """One person's conversation; a second message is turned away until the first is answered."""

    def __init__(
        self,
        conversation: Conversation,
        owner: str = "",
        turnstile: Turnstile | None = None,
        keeps: int = MAX_SHOWN,
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
        self.ratings: dict[int, str] = {}
        self.comments: dict[int, str] = {}
        self._growing: GrowingTurn | None = None
        self.turns = 0
        self._keeps = keeps
        self._busy = threading.Lock()
        self._turnstile = turnstile or Turnstile()
        self._by_key: OrderedDict[str, Shown] = OrderedDict()

    @classmethod
    def resumed(
        cls, conversation: Conversation, owner: str = "", turnstile: Turnstile | None = None, keeps: int = MAX_SHOWN
    ) -> "Visitor":
        """Who comes back, with what was said and how it was rated before."""
        visitor = cls(conversation, owner, turnstile, keeps)
        records, session = conversation.shop.records, conversation.session
        turns = records.turns(session.session_id)
        visitor.turns = len(turns)
        for number, turn in enumerate(turns, start=1):
            answer = answer_of(turn.answer, session.role)
            visitor.shown.append(Shown(turn.question, answer.answer, answer=answer, number=number))
        visitor.shown = visitor.shown[-visitor._keeps :]
        for entry in records.audit_trail(session.session_id):
            if entry.tool == FEEDBACK:
                visitor._note(entry.arguments)
        return visitor

    def ask(self, message: str, address: str = "", key: str = "") -> Iterator[Shown]:
        """The turn as it grows; what has been said stays said even if nobody watches any more.

        Args:
            message: what the person says.
            address: from where, as far as known; each has a limit of its own.
            key: a message with the same key is the same one, sent again: it gets the same answer and does nothing.
        """
        return self._turn(
            Shown(message),
            lambda watch: self.conversation.stream(message, watch),
            address,
            lambda: self._known(message, key),
            lambda shown: self._remember(key, shown),
        )

    def reply(self, key: str, address: str = "", *, agree: bool) -> Iterator[Shown]:
        """Yes or no to exactly the change that was proposed: an answer to another one, or a second one, does nothing.

        Args:
            key: of the proposed change.
            address: from where the press comes.
            agree: carry it out.
        """
        word, label = (YES, texts.YES) if agree else (NO, texts.NO)
        stale = Shown(label, texts.ANSWERED_ALREADY, failed=True, trouble="answered")
        return self._turn(
            Shown(label),
            lambda watch: self.conversation.stream(word, watch),
            address,
            lambda: None if self.proposal() == key else stale,
        )

    def hand_off(self, address: str = "") -> Iterator[Shown]:
        """Passes the conversation to a person, also where no model answers."""
        wish = ToolCall("hand_off", {"reason": HAND_OFF})
        return self._turn(Shown(texts.HAND_OFF), lambda watch: self.conversation.act(HAND_OFF, wish), address)

    def look_at(self, picture: bytes, name: str, small: str = "", address: str = "") -> Iterator[Shown]:
        """Products that look like a picture.

        Args:
            picture: the file as it was sent.
            name: of the file.
            small: the picture as a data address, to be shown; it is not kept in the records.
            address: from where it comes.
        """
        call = picture_call(name)
        return self._turn(
            Shown(texts.PICTURE_SENT.format(name=name), picture=small),
            lambda watch: self.conversation.act(
                PICTURE.format(name=name), call, lambda context: seen_products(context, picture)
            ),
            address,
        )

    def proposal(self) -> str:
        """The key of the change that waits for a yes; empty where none does."""
        pending = self.conversation.session.pending
        return pending.idempotency_key if pending is not None else ""

    @property
    def answering(self) -> bool:
        """Whether a turn is being answered just now."""
        return self._growing is not None and not self._growing.latest.done

    def follow(self) -> Iterator[Shown]:
        """The turn that is being answered just now, from where it has come to; nothing where none is."""
        growing = self._growing
        if growing is not None and not growing.latest.done:
            yield from growing.follow(late=True)

    def rate(self, number: int, rating: str, comment: str = "") -> bool:
        """Keeps what the person thinks of an answer in the records; False where there is no such turn."""
        if not 1 <= number <= self.turns or rating not in ("up", "down"):
            return False
        said = {"turn": number, "rating": rating, "comment": comment[:_LONGEST_COMMENT]}
        self.conversation.shop.records.audit(self.conversation.session, FEEDBACK, said, "ok")
        self._note(said)
        return True

    def _note(self, feedback: Mapping[str, Any]) -> None:
        number = int(feedback["turn"])
        self.ratings[number] = str(feedback["rating"])
        self.comments[number] = str(feedback.get("comment", ""))

    def _turn(
        self,
        shown: Shown,
        act: Act,
        address: str = "",
        known: Callable[[], Shown | None] = lambda: None,
        remember: Callable[[Shown], None] = lambda shown: None,
    ) -> Iterator[Shown]:
        """A turn as it grows.

        Args:
            shown: its question.
            act: answers it, telling what it does.
            address: from where it comes, as far as known.
            known: what is shown instead of an answer, asked once no other turn can come between.
            remember: is told how it ended.
        """
        if not self._busy.acquire(blocking=False):
            yield replace(shown, said=texts.BUSY, failed=True, trouble="busy", wait=2)
            return
        growing = None
        try:
            turned_away = known() or self._too_fast(shown, address)
            if turned_away is None:
                shown = replace(shown, number=self.turns + 1)
                growing = self._growing = GrowingTurn(replace(shown, step=texts.THINKING))
                told = copy_context()  # the language of who asks
                arguments = (self._answer, shown, act, address, growing, remember)
                threading.Thread(target=told.run, args=arguments, daemon=True).start()
        finally:
            if growing is None:
                self._busy.release()
        if growing is not None:
            yield from growing.follow()
        elif turned_away is not None:
            yield turned_away

    def _known(self, message: str, key: str) -> Shown | None:
        """What was shown for the same message with the same key."""
        kept = self._by_key.get(key) if key else None
        if kept is None or kept.question == message:
            return kept
        return Shown(message, texts.KEY_REUSED, failed=True, trouble="key_reused")

    def _remember(self, key: str, shown: Shown) -> None:
        if key and shown.answer is not None:
            self._by_key[key] = shown
            if len(self._by_key) > _MAX_KEYS:
                self._by_key.popitem(last=False)

    def _too_fast(self, shown: Shown, address: str) -> Shown | None:
        session = self.conversation.session
        wait = self._turnstile.seconds_to_wait(session.session_id, address)
        if not wait:
            return None
        self.conversation.shop.records.audit(session, "guard", {"flags": ["too_fast"]}, "refused")
        said = TOO_FAST.format(seconds=f"{wait} second{'s' if wait > 1 else ''}")
        return replace(shown, said=said, failed=True, trouble="too_fast", wait=wait)

    def _answer(
        self, shown: Shown, act: Act, address: str, growing: GrowingTurn, remember: Callable[[Shown], None]
    ) -> None:
        session = self.conversation.session
        party = session.customer_id or self.owner or address or session.session_id

        def tell_place(place: int) -> None:
            growing.grow(replace(shown, step=texts.PLACE_IN_LINE.format(place=place), place=place))

        try:
            with self._turnstile.line.turn(session.role, party, tell_place, lambda: growing.is_wanted(_BACK_WITHIN)):
                last = self._answered(shown, act, growing)
        except (Crowded, Left):
            last = replace(shown, said=texts.CROWDED, failed=True, trouble="crowded", wait=10)
        except Exception:  # what else may break is a bug, but nobody is left waiting for it
            _LOG.exception("A question could not be answered.")
            last = replace(shown, said=texts.BROKEN, failed=True, trouble="broken")
        if not last.turned_away:
            self.turns += 1
            self.shown = [*self.shown, last][-self._keeps :]
        remember(last)
        self._growing = None  # who follows it holds it; nobody else needs how it grew
        self._busy.release()
        growing.grow(last)

    def _answered(self, asked: Shown, act: Act, growing: GrowingTurn) -> Shown:
        """The whole turn; its pieces are told as they come."""
        shown = replace(asked, step=texts.THINKING)
        growing.grow(shown)
        try:
            for piece in act(lambda step: growing.grow(replace(asked, step=step))):
                if isinstance(piece, Answer):
                    return replace(shown, said=piece.answer or shown.said, step="", answer=piece)
                shown = replace(shown, said=shown.said + piece, step="")
                growing.grow(shown)
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

    def take_one(self, product_id: str) -> ToolResult:
        """Takes one of exactly this product out of the cart, the last one with its line."""
        records, session = self.conversation.shop.records, self.conversation.session
        held = next((line.quantity for line in records.cart(session) if line.product_id == product_id), 0)
        removed = self.remove_from_cart(product_id)
        if held <= 1 or removed.status != "ok":
            return removed
        return self._audited(ToolCall("add_to_cart", {"product": product_id, "quantity": int(held) - 1}))

    def _run(self, call: ToolCall) -> ToolResult:
        shop = self.conversation.shop
        return shop.toolbox.run(call, Context(shop, self.conversation.session))[1]

    def _audited(self, call: ToolCall) -> ToolResult:
        result = self._run(call)
        self.conversation.shop.records.audit(self.conversation.session, call.name, call.arguments, result.status)
        return result
