"""One turn of a conversation: guard, route, ask the model for calls, run the tools, check and stream the answer.

Knows the order of things; what each step does lives in its own module.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from assistant import arguments, references, talk
from assistant.answering import sentences
from assistant.errors import AssistantError, BadMessage
from assistant.filling import filled, filled_each
from assistant.grounding import Evidence
from assistant.language.chat import OfferedTool, Prompt, Usage
from assistant.language.prompts import Said, chat_call, compact_call
from assistant.language.router import NONE, Ranking
from assistant.messages import Answer, CallRecord, ProductCard, Role, ToolCall, ToolResult
from assistant.records import Session
from assistant.safety import Limits, guard
from assistant.service.confirmed import carry_out
from assistant.shop import Shop
from assistant.toolbox import Context, Tool
from assistant.wishes import split_wishes

_REMEMBERED = 6  # turns kept for the context of the next one
_SHORTLIST = 5  # tools shown to a large model
_POSSIBLE = 0.03  # probability from which a tool may be preferred for taking the time that was said
_TIMED = frozenset({"period", "horizon", "date"})
_TOOL_OF_ACTION = {
    "return": "start_return",
    "cancel": "cancel_order",
    "exchange": "exchange_items",
    "address": "change_address",
}


@dataclass
class _Timing:
    """Seconds and tokens of one turn."""

    started: float = field(default_factory=time.monotonic)
    first: float | None = None
    usages: list[Usage] = field(default_factory=list)

    def usage(self) -> Usage:
        """A new record for one prompt."""
        self.usages.append(Usage())
        return self.usages[-1]


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
        self._said: list[Said] = []
        self._refused: ToolCall | None = None
        self._before = references.Context()
        for turn in shop.records.turns(session.session_id)[-_REMEMBERED:]:
            calls = [ToolCall(each["name"], each["arguments"]) for each in turn.answer.get("calls", ())]
            shown = tuple(
                ProductCard(each["product_id"], each["title"], each["price"])
                for each in turn.answer.get("products", ())
            )
            self.remember(turn.question, calls, shown)

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
        timing = _Timing()
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
            yield str(failure)
            yield self._finish(Answer(text, self.session.role, str(failure)), timing)
            return
        yield from self._answer(text, records, " ".join(part for part in (verdict.reason_text, lead) if part), timing)

    def plan(self, message: str) -> list[ToolCall]:
        """The calls that a message would make; runs none of them."""
        return [call for wish in split_wishes(message, self._rank) for call in self._calls(wish, _Timing())]

    def _act(self, text: str, timing: _Timing, watch: Callable[[str], None]) -> tuple[list[CallRecord], str]:
        """Makes the calls that the message asks for; returns them and what is to be said without a tool."""
        lead = ""
        if self.session.pending is not None:
            if talk.is_yes(text):
                return [self._carry_out()], ""
            lead = self._drop_pending().strip()
            if talk.is_no(text):
                return [], lead
        records: list[CallRecord] = []
        spoken = ""
        for wish in split_wishes(text, self._rank):
            watch("thinking")
            calls = self._calls(wish, timing)
            if not calls:
                spoken = spoken or self._without_tool(wish)
            for call in calls:
                watch(f"looking at {call.name.replace('_', ' ')}")
                records.append(self._run(call))
            records += self._resumed(records)
        return records, " ".join(part for part in (lead, "" if records else spoken) if part)

    def _drop_pending(self) -> str:
        """Drops a change that waited for a yes; what to say about it."""
        if self.session.pending is None:
            return ""
        self.session.pending = None
        return talk.DROPPED + " "

    def _rank(self, text: str) -> Ranking:
        permitted = self._permitted()
        examples = {name: tool.examples for name, tool in permitted.items() if tool.examples}
        return self.shop.router.rank(text, self.session.role, list(permitted), self._earlier(), examples)

    def _earlier(self) -> tuple[str, ToolCall | None]:
        """The message before and the last call of the conversation."""
        calls = [said.call for said in self._said if said.call is not None]
        return self._said[-1].text if self._said else "", calls[-1] if calls else None

    def _permitted(self) -> dict[str, Tool]:
        return self.shop.toolbox.permitted(self.session.role)

    def _calls(self, text: str, timing: _Timing) -> list[ToolCall]:
        """The calls that the language model writes among the tools that the router names."""
        ranking = self._rank(text)
        permitted = self._permitted()
        model = self.shop.language
        if model.compact and ranking.best == NONE:
            return []
        names = [name for name, _ in ranking.scores if name != NONE][:_SHORTLIST]
        if model.compact:
            # The small model chooses worse among close tools than the router's own order does: the first one stands.
            names = [self._most_fitting(ranking, names, text)]
            read = self._read(permitted[names[0]], text)
            if read is not None:
                return [self._mended(call, permitted[call.name], text, adding=False) for call in read]
        context = "\n".join(said.text for said in self._said[-2:])
        offered = tuple(self._offer(permitted[name], text, context) for name in names)
        if model.compact:
            messages = compact_call(text, [each.signature for each in offered], self._said)
        else:
            messages = chat_call(text, self._said, shop=self.shop.name, role=self.session.role, today=self.shop.as_of)
        prompt = Prompt("call", messages, offered, f"{text}\n{context}", must_call=model.compact)
        written = list(model.stream(prompt, timing.usage()))
        calls = [each for each in written if isinstance(each, ToolCall) and each.name in permitted]
        return [self._mended(call, permitted[call.name], text) for call in calls]

    def _mended(self, call: ToolCall, tool: Tool, text: str, *, adding: bool = True) -> ToolCall:
        return arguments.mend(call, tool.parameters, text, self.shop.resolve, self._before, adding=adding)

    def _read(self, tool: Tool, text: str) -> list[ToolCall] | None:
        """The calls as the encoder read them; None where the language model is to write it: for an added tool."""
        earlier = self._earlier()
        reading = self.shop.router.read(text, earlier)
        if not reading.knows(tool.parameters):
            return None
        if tool.writes:  # one change at a time
            return [filled(tool.name, tool.parameters, reading, earlier[1]).call]
        return filled_each(tool.name, tool.parameters, reading, earlier[1])

    def _most_fitting(self, ranking: Ranking, names: list[str], text: str) -> str:
        """The first tool; where the router is unsure, the first of the close ones that takes the time that was said."""
        if ranking.sure or not arguments.says_a_past_time(text, self.shop.resolve.clock):
            return names[0]
        permitted, scores = self._permitted(), dict(ranking.scores)
        takers = [n for n in names if scores[n] > _POSSIBLE and _TIMED & permitted[n].parameters["properties"].keys()]
        return takers[0] if takers else names[0]

    def _offer(self, tool: Tool, text: str, context: str) -> OfferedTool:
        resolve = self.shop.resolve
        lacking = [name for name, held in (("store", resolve.stores), ("category", resolve.categories)) if not held]
        found = arguments.candidates(tool.parameters, text, context, resolve.clock, lacking)
        found |= {
            name: values
            for name, values in arguments.places(f"{text} \n {context}", tool.parameters["properties"], resolve).items()
            if name not in found
        }
        names_from = arguments.names_text(f"{text}\n{context}", self.shop.resolve.clock)
        if not names_from.strip(" |?!.\n"):  # nothing but times was said: no name can be copied
            found.update(dict.fromkeys(arguments.NAMES & tool.parameters["properties"].keys(), ()))
        return OfferedTool(tool.name, tool.schema(), tool.signature(), found, names_from)

    def _run(self, call: ToolCall) -> CallRecord:
        started = time.monotonic()
        tool = self.shop.toolbox.tools.get(call.name)
        if tool is not None and tool.writes and self.session.pending is not None:
            result = ToolResult(headline=talk.ONE_AT_A_TIME, status="error")
            return self._audited(CallRecord(call.name, call.arguments, result.status, 0.0, result))
        checked, result = self.shop.toolbox.run(call, Context(self.shop, self.session))
        if result.write is not None and result.status == "needs_confirmation":
            self.session.pending = result.write
        return self._audited(
            CallRecord(call.name, checked.arguments, result.status, time.monotonic() - started, result)
        )

    def _carry_out(self) -> CallRecord:
        """Runs exactly the action that was proposed; it is the proposing tool's call once more, now done."""
        write = self.session.pending
        assert write is not None
        started = time.monotonic()
        result = carry_out(Context(self.shop, self.session), write)
        self.session.pending = None
        name = _TOOL_OF_ACTION.get(write.action, write.action)
        last = self._said[-1].call if self._said else None
        given = last.arguments if last is not None and last.name == name else {}
        return self._audited(CallRecord(name, given, result.status, time.monotonic() - started, result))

    def _resumed(self, records: list[CallRecord]) -> list[CallRecord]:
        """The private call that was refused before, made again once the person has identified themselves."""
        last = records[-1] if records else None
        if last is not None and last.name == "verify_identity":
            wish, identified = self._refused, self.session.customer_id is not None
            if identified:
                self._refused = None
            return [self._run(wish)] if identified and wish is not None else []
        tool = self.shop.toolbox.tools.get(last.name) if last is not None else None
        refused = last is not None and last.status == "refused" and self.session.customer_id is None
        self._refused = ToolCall(last.name, last.arguments) if last and refused and tool and tool.private else None
        return []

    def _audited(self, record: CallRecord) -> CallRecord:
        self.shop.records.audit(self.session, record.name, record.arguments, record.status)
        return record

    def _without_tool(self, text: str) -> str:
        """What to say where no tool is due; a customer who asks for the staff's figures is told so."""
        if self.session.role == "customer":
            staff = self.shop.toolbox.permitted("manager")
            ranking = self.shop.router.rank(text, "manager", list(staff))
            if ranking.best != NONE and ranking.sure and ranking.best not in self._permitted():
                self.shop.records.audit(self.session, ranking.best, {}, "refused")
                return talk.STAFF_ONLY
        return talk.small_talk(text, self.session.role, self.shop.name)

    def _answer(self, text: str, records: list[CallRecord], lead: str, timing: _Timing) -> Iterator[str | Answer]:
        results = [record.result for record in records]
        evidence = Evidence(results, text, self.shop.resolve.titles_in)
        pieces: list[str] = []
        for piece in self._pieces(text, results, lead, evidence, timing):
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
        self.remember(text, [ToolCall(record.name, record.arguments) for record in records], answer.products)
        yield self._finish(answer, timing)

    def _pieces(
        self, text: str, results: list[ToolResult], lead: str, evidence: Evidence, timing: _Timing
    ) -> Iterator[str]:
        """What is shown, in order: what is to be said without a tool, then the answer's sentences."""
        if lead:
            yield lead
        if results:
            model = self.shop.language if self._use_model else None
            yield from sentences(model, self.session.role, self.shop.name, text, results, evidence, timing.usage())

    def remember(self, text: str, calls: list[ToolCall], shown: tuple[ProductCard, ...] = ()) -> None:
        """Notes a message, its calls and the products shown as the context of the next one."""
        self._said = [*self._said, Said(text, calls[-1] if calls else None)][-_REMEMBERED:]
        given = calls[-1].arguments if calls else {}
        self._before = references.Context(
            shown=shown or self._before.shown,
            subject=given.get("product") or (shown[0].product_id if len(shown) == 1 else self._before.subject),
            period=given.get("period") or self._before.period,
        )

    def _finish(self, answer: Answer, timing: _Timing, *, record: bool = True) -> Answer:
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


def start(shop: Shop, role: Role, customer_id: str | None = None, limits: Limits | None = None) -> Conversation:
    """A new conversation.

    Raises:
        NotFound: there is no such customer.
    """
    if customer_id is not None:
        customer_id = shop.resolve.customer_by_id(customer_id).customer_id
    return Conversation(shop, shop.records.open_session(role, customer_id), limits)
