"""One turn of a conversation: guard, route, ask the model for calls, run the tools, check and stream the answer.

Knows the order of things; what each step does lives in its own module.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from assistant import clarifying, open_wish, service_words, talk, whys
from assistant.after_refusal import after_refusal
from assistant.answering import sentences
from assistant.corrections import corrects
from assistant.errors import AssistantError, BadMessage
from assistant.grounding import Evidence
from assistant.language.chat import Usage
from assistant.language.router import NONE
from assistant.memory import REMEMBERED, Memory
from assistant.messages import Answer, CallRecord, Role, ToolCall, ToolResult
from assistant.open_wish import OpenWish
from assistant.planning import Planner
from assistant.records import Session
from assistant.safety import Limits, guard
from assistant.service.confirmed import TOOL_OF_ACTION, carry_out
from assistant.shop import Shop
from assistant.timing import Timing
from assistant.toolbox import Context

_OPEN = "open_wish"  # its name in the session
_LOG = logging.getLogger(__name__)
_LONGEST_OWN_WORDS = 600  # characters of a large model's text without a call
_UNCLEAR = "unclear"  # the preference that holds a wish with two readings until the next message
_SHORT_ANSWER = 3  # words


class Conversation:
    """A person's conversation with one shop. Use it from one thread at a time."""

    def __init__(self, shop: Shop, session: Session, limits: Limits | None = None, *, use_model: bool = True) -> None:
        """Continues the session, with what its last turns said.

        Args:
            shop: the opened shop.
            session: whose conversation it is.
            limits: of a message; None: those of `shop.toml`.
            use_model: let the language model write the answers; False gives the tools' own sentences.
        """
        self.shop = shop
        self.session = session
        self._limits = limits or shop.limits
        self._use_model = use_model
        self._last: list[ToolResult] = []
        self._open = OpenWish.of(session.preferences.get(_OPEN))
        turns = shop.records.turns(session.session_id)[-REMEMBERED:]
        self.memory = Memory.of([(turn.question, turn.answer) for turn in turns])
        self._planner = Planner(shop, session.role, self.memory)

    def ask(self, message: str) -> Answer:
        """The whole answer to a message."""
        *_, answer = self.stream(message)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, message: str, watch: Callable[[str], None] = lambda step: None) -> Iterator[str | Answer]:
        """The answer piece by piece as checked sentences, and at last the whole `Answer`.

        A message that cannot be answered is answered too, saying why; only a bug raises.

        Args:
            message: what the person said.
            watch: is told what is being done ("looking at sales_report").
        """
        timing = Timing()
        try:
            verdict = guard(message, self.session, self._limits)
        except BadMessage as bad:
            said = f"{self._drop_pending()}{bad}"
            yield said
            yield self._finish(Answer(message[:200], self.session.role, said), timing, record=False)
            return
        if not verdict.allowed:
            said = f"{self._drop_pending()}{verdict.reason_text}"
            yield said
            self.shop.records.audit(self.session, "guard", {"flags": sorted(verdict.flags)}, "refused")
            flagged = Answer(verdict.redacted_text, self.session.role, said, handed_off=verdict.hand_off)
            if verdict.hand_off:
                self.shop.records.hand_off(self.session, verdict.reason_text, verdict.redacted_text)
            yield self._finish(flagged, timing)
            return
        text = verdict.redacted_text
        try:
            records, lead = self._act(text, timing, watch)
        except AssistantError as failure:  # the language model is away: say so, nothing is lost
            _LOG.warning("A message could not be understood: %s", failure)
            said = talk.AWAY if self.session.role == "customer" else str(failure)
            yield said
            yield self._finish(Answer(text, self.session.role, said), timing)
            return
        yield from self._answer(text, records, " ".join(part for part in (verdict.reason_text, lead) if part), timing)

    def act(
        self, text: str, call: ToolCall, run: Callable[[Context], ToolResult] | None = None
    ) -> Iterator[str | Answer]:
        """A turn whose call is known already, because a button was pressed: no model is asked, the result speaks.

        Args:
            text: what the press says in words, for the records.
            call: to make; its name and arguments are recorded.
            run: makes it; None: the tool of that name.
        """
        timing = Timing()
        try:
            guard(text, self.session, self._limits)
        except BadMessage as bad:
            yield str(bad)
            yield self._finish(Answer(text, self.session.role, str(bad)), timing, record=False)
            return
        lead = self._drop_pending().strip()
        record = self._run(call) if run is None else self._made(call, run)
        yield from self._answer(text, [record], lead, timing, worded=False)

    def plan(self, message: str) -> list[ToolCall]:
        """The calls that a message would make; runs none of them."""
        return [call for wish in self._planner.wishes(message) for call in self._planner.plan(wish, Usage).calls]

    def _act(self, text: str, timing: Timing, watch: Callable[[str], None]) -> tuple[list[CallRecord], str]:
        """Makes the calls that the message asks for; returns them and what is to be said without a tool."""
        lead = ""
        if self.session.pending is not None:
            proposed = TOOL_OF_ACTION.get(self.session.pending.action)
            if talk.is_yes(text, proposed):
                return [self._carry_out()], ""
            lead = self._drop_pending().strip()
            if talk.is_no(text):
                return [], lead
        elif self._last and (said := after_refusal(text, self.memory.alone, self.shop.toolbox.tools, self._last[-1])):
            return [], said
        if self._last and whys.asks_only_why(text):
            told = whys.reasons(self.session.role, self._last)
            return [], " ".join(part for part in (lead, *told, "" if told else whys.NOTHING_KNOWN) if part)
        asked, meant = self._clarified(text)
        before, records = self._open, [] if meant else self._continued(text, timing)
        spoken = ""
        for wish in () if records else [asked] if meant else self._planner.wishes(text):
            watch("thinking")
            plan = self._planner.plan(wish, timing.usage, meant)
            if plan.between and not records:
                spoken = self._ask_which(wish, plan.between)
            elif not plan.calls:
                spoken = spoken or self._without_tool(wish, plan.own_words)
            for call in plan.calls:
                watch(f"looking at {call.name.replace('_', ' ')}")
                records.append(self._run(call, correcting=corrects(call, self.memory.alone, wish)))
            records += self._resumed(records, wish)
        self._leave_open(records, text, before)
        return records, " ".join(part for part in (lead, "" if records else spoken) if part)

    def _ask_which(self, wish: str, tools: Sequence[str]) -> str:
        """Asks which of two readings is meant, and remembers what about."""
        self.session.preferences[_UNCLEAR] = {"text": wish, "tools": list(tools)}
        return clarifying.question([self.shop.toolbox.tools[name] for name in tools])

    def _clarified(self, text: str) -> tuple[str, str | None]:
        """The wish that was unclear and the tool that is now said to be meant; else the message as it is."""
        unclear = self.session.preferences.pop(_UNCLEAR, None)
        if unclear is None:
            return text, None
        place = clarifying.chosen(text)
        if place is None and len(text.split()) <= _SHORT_ANSWER:
            best = self._planner.rank(text).best
            place = unclear["tools"].index(best) if best in unclear["tools"] else None
        return (text, None) if place is None else (unclear["text"], unclear["tools"][place])

    def _drop_pending(self) -> str:
        """Drops a change that waited for a yes; what to say about it."""
        if self.session.pending is None:
            return ""
        self.session.pending = None
        return talk.DROPPED + " "

    def _run(self, call: ToolCall, *, correcting: bool = False) -> CallRecord:
        started = time.monotonic()
        tool = self.shop.toolbox.tools.get(call.name)
        if tool is not None and tool.writes and self.session.pending is not None:
            result = ToolResult(headline=talk.ONE_AT_A_TIME, status="error")
            return self._audited(CallRecord(call.name, call.arguments, result.status, 0.0, result))
        checked, result = self.shop.toolbox.run(call, Context(self.shop, self.session, correcting))
        if result.write is not None and result.status == "needs_confirmation":
            self.session.pending = result.write
        return self._audited(
            CallRecord(call.name, checked.arguments, result.status, time.monotonic() - started, result)
        )

    def _made(self, call: ToolCall, run: Callable[[Context], ToolResult]) -> CallRecord:
        started = time.monotonic()
        try:
            result = run(Context(self.shop, self.session))
        except AssistantError as failure:
            result = ToolResult(headline=str(failure), status="error")
        return self._audited(CallRecord(call.name, call.arguments, result.status, time.monotonic() - started, result))

    def _carry_out(self) -> CallRecord:
        """Runs exactly the action that was proposed; it is the proposing tool's call once more, now done."""
        write = self.session.pending
        assert write is not None
        started = time.monotonic()
        result = carry_out(Context(self.shop, self.session), write)
        self.session.pending = None
        name = TOOL_OF_ACTION.get(write.action, write.action)
        last = self.memory.said[-1].call if self.memory.said else None
        given = last.arguments if last is not None and last.name == name else {}
        return self._audited(CallRecord(name, given, result.status, time.monotonic() - started, result))

    def _continued(self, text: str, timing: Timing) -> list[CallRecord]:
        """The open wish, with what the message adds to it; nothing where the message is about something else."""
        wish = self._open
        if wish is None or talk.is_yes(text) or talk.is_no(text) or talk.is_thanks(text):
            return []  # that names nothing of what was asked for
        claim = open_wish.proof(wish, text) if self.session.customer_id is None else None
        if claim is not None:
            records = [self._run(claim)]
            return records + self._resumed(records, text)
        planned = self._planner.plan(text, timing.usage).calls
        same = next((call for call in planned if call.name == wish.call.name), None)
        call = open_wish.completed(wish, text, same)
        if call is None:
            return []
        record = self._run(call)
        return [record] if same is not None or record.status != "error" or not planned else []

    def _resumed(self, records: list[CallRecord], text: str) -> list[CallRecord]:
        """The private call that was refused before, made again once the person has identified themselves."""
        last = records[-1] if records else None
        if last is None or last.name != "verify_identity" or last.status != "ok" or self.session.customer_id is None:
            return []
        order_id = last.arguments.get("order_id")
        if self._open is not None:
            parameters = self.shop.toolbox.tools[self._open.call.name].parameters
            return [self._run(self._open.for_order(order_id, parameters) if order_id else self._open.call)]
        named = service_words.wish(text)
        call = self._planner.told(named, text) if named is not None else None
        return [self._run(call)] if call is not None else []

    def _leave_open(self, records: list[CallRecord], text: str, before: OpenWish | None) -> None:
        """Keeps what could not be done for want of something, also for who goes on with the conversation later."""
        left = [each for each in (open_wish.waiting(record, text) for record in records) if each is not None]
        ended = before is not None and any(record.name == before.call.name for record in records)
        self._open = left[-1] if left else None if before is None or ended else before.aged()
        self.session.preferences.pop(_OPEN, None)
        if self._open is not None:
            self.session.preferences[_OPEN] = self._open.as_json()

    def _audited(self, record: CallRecord) -> CallRecord:
        self.shop.records.audit(self.session, record.name, record.arguments, record.status)
        return record

    def _without_tool(self, text: str, own_words: str = "") -> str:
        """What to say where no tool is due; a customer who asks for the staff's figures is told so.

        What a large model said itself stands where it is short and names no figure and no product.
        """
        if self.session.role == "customer":
            staff = self.shop.toolbox.permitted("manager")
            ranking = self.shop.router.rank(text, "manager", list(staff))
            if ranking.best != NONE and ranking.sure and ranking.best not in self._planner.permitted():
                self.shop.records.audit(self.session, ranking.best, {}, "refused")
                return talk.STAFF_ONLY
        short = 0 < len(own_words) <= _LONGEST_OWN_WORDS and "<tool_call" not in own_words
        if short and Evidence([], text, self.shop.resolve.titles_in).check(own_words).grounded:
            return own_words
        return talk.small_talk(text, self.session.role, self.shop.name)

    def _answer(
        self, text: str, records: list[CallRecord], lead: str, timing: Timing, *, worded: bool = True
    ) -> Iterator[str | Answer]:
        results = [record.result for record in records]
        self._last = results or self._last
        evidence = Evidence(results, text, self.shop.resolve.titles_in)
        pieces: list[str] = []
        tools = (
            self.shop.toolbox.tools
        )  # what changes an order is told in the tool's own words: nobody agrees to others
        changing = any(tools[record.name].writes for record in records if record.name in tools)
        for piece in self._pieces(text, results, lead, evidence, timing, worded and self._use_model and not changing):
            timing.first = timing.first or time.monotonic()
            yield f" {piece}" if pieces else piece
            pieces.append(piece)
        whole = " ".join(pieces)
        verdict = evidence.check(whole)
        answer = Answer(
            question=text,
            role=self.session.role,
            answer=whole,
            calls=tuple(records),
            products=tuple({card.product_id: card for result in results for card in result.products}.values()),
            grounded=verdict.grounded or not records,
            unsupported=verdict.unsupported if records else (),
            handed_off=any(result.handed_off for result in results),
        )
        calls = [ToolCall(record.name, record.arguments) for record in records]
        self.memory.remember(text, calls, answer.products, whole)
        yield self._finish(answer, timing)

    def _pieces(
        self, text: str, results: list[ToolResult], lead: str, evidence: Evidence, timing: Timing, worded: bool
    ) -> Iterator[str]:
        """What is shown, in order: what is to be said without a tool, then the answer's sentences."""
        if lead:
            yield lead
        if results:
            model, usage = (self.shop.language, timing.usage()) if worded else (None, Usage())
            yield from sentences(model, self.session.role, self.shop.name, text, results, evidence, usage)

    def _finish(self, answer: Answer, timing: Timing, *, record: bool = True) -> Answer:
        now = time.monotonic()
        whole = replace(
            answer,
            model=self.shop.language.name if timing.usages else "",
            first_token_seconds=(timing.first or now) - timing.started,
            total_seconds=now - timing.started,
            prompt_tokens=sum(usage.prompt for usage in timing.usages),
            completion_tokens=sum(usage.completion for usage in timing.usages),
        )
        if record:
            self.shop.records.record_turn(self.session, whole)
        self.shop.records.save_session(self.session)
        return whole


def start(
    shop: Shop,
    role: Role,
    customer_id: str | None = None,
    limits: Limits | None = None,
    *,
    session_id: str | None = None,
) -> Conversation:
    """A new conversation, or the one with this session id where there is one.

    Raises:
        NotFound: there is no such customer.
        Refused: the conversation with this id is somebody else's.
    """
    if customer_id is not None:
        customer_id = shop.resolve.customer_by_id(customer_id).customer_id
    return Conversation(shop, shop.records.open_session(role, customer_id, session_id), limits)
