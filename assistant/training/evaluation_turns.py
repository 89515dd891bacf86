"""Measures whole turns: the right call, a result as it is due, an answer that says only what the result supports.

Each message is really asked: guarded, routed, called, run and answered. What is due is found by running the author's
own call beside it. Whole conversations go on from the assistant's own earlier turns, right or wrong. Knows no model.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant import references, talk, told_times
from assistant.conversation import Conversation
from assistant.messages import Answer, CallRecord, Role, ToolCall, ToolResult
from assistant.safety import Limits
from assistant.service.confirmed import TOOL_OF_ACTION
from assistant.shop import Shop
from assistant.toolbox import Context
from assistant.training.evaluation_calls import paired
from assistant.training.evaluation_figures import Share, latency
from assistant.training.evaluation_matching import alike_arguments, as_text, same_arguments
from assistant.training.evaluation_slots import Shopper
from assistant.training.evaluation_support import Titles, figures, unsupported
from assistant.training.phrasings import Turn
from assistant.whys import asks_only_why


@dataclass(frozen=True)
class JudgedTurn:
    """One message that was asked and answered.

    Attributes:
        strict: the right calls, word by word.
        call: the right calls, free text by its content words, or other words that gave the very same result.
        due: the statuses that the author's own calls have here ("ok", or "refused" where the shop's rules say so).
        exact: whether the exact figure of a sales report stands in the answer; None for other tools.
        to_call: seconds until the tool was called; None where none was.
    """

    text: str
    role: Role
    wanted: tuple[ToolCall, ...]
    answer: Answer
    strict: bool
    call: bool
    due: bool
    exact: bool | None
    unsupported: tuple[str, ...]
    to_call: float | None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong with the turn."""
        return self.call and self.due and self.exact is not False and not self.unsupported


@dataclass
class Asker:
    """Asks a shop as one person would, and judges each turn.

    Attributes:
        shopper: who asks; None: the shop's manager.
        signed_in: whether the session knows the shopper.
        before: what the last turns showed.
        refused: the calls that were refused so far.
        last: the latest results, which a bare "why?" is answered from.
        meant: what each pointer ("the second") meant when it was said.
    """

    shop: Shop
    titles: Titles
    shopper: Shopper | None
    signed_in: bool = True
    before: references.Context = field(default_factory=references.Context)
    refused: list[ToolCall] = field(default_factory=list)
    meant: dict[str, str] = field(default_factory=dict)
    last: list[ToolResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Opens the conversation, and a second session in which the author's own calls are run."""
        self.role: Role = "manager" if self.shopper is None else "customer"
        customer = self.shopper.customer_id if self.shopper is not None and self.signed_in else None
        self.session = self.shop.records.open_session(self.role, customer)
        self.author = self.shop.records.open_session(self.role, customer)
        self.conversation = Conversation(self.shop, self.session, Limits(rate=None))

    def turn(self, turn: Turn) -> JudgedTurn:
        """Asks one message."""
        pending = self.session.pending
        proposed = TOOL_OF_ACTION.get(pending.action) if pending is not None else None
        started, called = time.monotonic(), []
        watched = self.conversation.stream(turn.text, lambda step: called.append((step, time.monotonic() - started)))
        *_, answer = watched
        assert isinstance(answer, Answer)
        results = [record.result for record in answer.calls]
        self.last = results or self.last
        judged = JudgedTurn(
            turn.text, self.role, turn.calls, answer,
            *self._judged_calls(turn, answer, agreed=pending is not None and talk.is_yes(turn.text, proposed)),
            exact=_exact(turn.calls, answer),
            unsupported=unsupported(
                answer.answer, self.last if asks_only_why(turn.text) else results, turn.text, self.titles
            ),
            to_call=next((seconds for step, seconds in called if step.startswith("looking at")), None),
        )  # fmt: skip
        self._note(answer)
        return judged

    def _judged_calls(self, turn: Turn, answer: Answer, *, agreed: bool) -> tuple[bool, bool, bool]:
        """Whether the calls are right word by word, right in meaning, and came out as they should."""
        records = self._without_resumed(answer.calls)
        made = [ToolCall(record.name, record.arguments) for record in records]
        if agreed:  # a yes carries out what was proposed, in whatever words it was given
            done = len(answer.calls) == 1 and answer.calls[0].status == "ok"
            return done, done, done
        wanted = [self._pointed(call, turn.text) for call in turn.calls]
        pairs = paired(wanted, made)
        if pairs is None:
            return False, False, False
        clock, results = self.shop.resolve.clock, [self._due(call) for call in wanted]
        statuses = Counter(record.status for record in records)
        due = statuses == Counter(result.status for result in results)
        strict = all(same_arguments(*pair, clock) for pair in pairs)
        same = _said(results) == _said([record.result for record in records])
        return strict, same or all(alike_arguments(*pair, clock) for pair in pairs), due

    def _without_resumed(self, records: Sequence[CallRecord]) -> list[CallRecord]:
        """The calls without the private one that was refused before and is made again once the person is known."""
        calls = [ToolCall(record.name, record.arguments) for record in records]
        again = len(calls) > 1 and calls[-2].name == "verify_identity" and calls[-1] in self.refused
        self.refused += [call for call, record in zip(calls, records, strict=True) if record.status == "refused"]
        return list(records[:-1] if again else records)

    def _due(self, call: ToolCall) -> ToolResult:
        """What the author's own call gives; a change that it prepares waits for nobody."""
        self.author.pending = None
        return self.shop.toolbox.run(call, Context(self.shop, self.author))[1]

    def _pointed(self, call: ToolCall, text: str) -> ToolCall:
        """The author's call with what "it", "the second one" and "the month before" mean in this conversation."""
        given = dict(call.arguments)
        if isinstance(given.get("product"), str):
            given["product"] = self._product(given["product"], text)
        if isinstance(given.get("products"), list):
            given["products"] = [self._product(str(each), text) for each in given["products"]]
        if isinstance(given.get("period"), str):
            given["period"] = references.period(given["period"], self.before, self.shop.resolve.clock)
            if isinstance(given.get("compare_to"), str):
                reads = self.shop.resolve.clock.period
                given["compare_to"] = told_times.compared(given["compare_to"], given["period"], reads)
        for name in ("horizon", "date"):
            if isinstance(given.get(name), str):
                given[name] = references.ahead(given[name], self.before, self.shop.resolve.clock)
        return ToolCall(call.name, given)

    def _product(self, said: str, text: str) -> str:
        """What a product's words mean: a pointer that is not said anew means what it meant when it was."""
        if said in self.meant and said not in text:
            return self.meant[said]
        found = references.product(said, self.before)
        if found != said:
            self.meant[said] = found
        return found

    def _note(self, answer: Answer) -> None:
        given = answer.calls[-1].arguments if answer.calls else {}
        shown = answer.products
        first = shown[0].product_id if shown else self.before.subject
        self.before = references.Context(
            shown=shown or self.before.shown,
            subject=given.get("product") or first,
            period=given.get("period") or self.before.period,
            ahead=given.get("horizon") or given.get("date") or self.before.ahead,
        )


def _said(results: Sequence[ToolResult]) -> list[tuple[str, str]]:
    return sorted((result.status, result.headline) for result in results)


def _exact(wanted: Sequence[ToolCall], answer: Answer) -> bool | None:
    """Whether a sales report's figure, and that of one of its groups, stands in the answer to the last digit."""
    if not any(call.name == "sales_report" for call in wanted):
        return None
    reports = [record.result for record in answer.calls if record.name == "sales_report"]
    if not reports:
        return False
    written = set(figures(answer.answer))
    sold = [each for each in reports if each.status == "ok" and each.facts and each.facts[0].value]
    if not sold:
        return None  # nothing was sold, or no such place: there is no figure to say
    for report in sold:
        groups = report.facts[1:] if report.table else report.facts[:1]
        if not any(fact.value and set(figures(fact.text)) <= written for fact in groups if fact.name != "groups"):
            return False
    return True


def judge_turns(
    asked: Sequence[tuple[Asker, tuple[Turn, ...]]], what: str, report: Callable[[str], None], every: int = 25
) -> list[list[JudgedTurn]]:
    """Asks every turn of every person in order."""
    judged = []
    for place, (asker, turns) in enumerate(asked, 1):
        judged.append([asker.turn(turn) for turn in turns])
        if place % every == 0:
            report(f"{what}: {place} of {len(asked)}")
    return judged


def turn_scores(judged: Sequence[JudgedTurn]) -> dict[str, Any]:
    """The figures of single turns."""
    sales = [each.exact for each in judged if each.exact is not None]
    by_tool: dict[str, Counter[str]] = defaultdict(Counter)
    for each in judged:
        name = each.wanted[0].name if each.wanted else "none"
        by_tool[name].update(asked=1, call=int(each.call), whole=int(each.whole))
    return {
        "turns": len(judged),
        "right call (strict)": Share.of([each.strict for each in judged]).as_json(),
        "right call (content words, or the same result)": Share.of([each.call for each in judged]).as_json(),
        "result as due": Share.of([each.due for each in judged]).as_json(),
        "exact sales figure in the written answer": Share.of(sales).as_json(),
        "exact sales figure, where the call is right": Share.of(
            [each.exact for each in judged if each.exact is not None and each.call]
        ).as_json(),
        "whole turn": Share.of([each.whole for each in judged]).as_json(),
        "whole turn (call strict)": Share.of([each.whole and each.strict for each in judged]).as_json(),
        "answers with an unsupported figure or product": sum(bool(each.unsupported) for each in judged),
        "seconds to the call": latency([each.to_call for each in judged if each.to_call is not None]),
        "seconds to the first word": latency([each.answer.first_token_seconds for each in judged]),
        "seconds for the whole answer": latency([each.answer.total_seconds for each in judged]),
        "by tool": {name: dict(counted) for name, counted in sorted(by_tool.items())},
        "wrong": [_wrong(each) for each in judged if not each.whole],
    }


def conversation_scores(judged: Sequence[Sequence[JudgedTurn]]) -> dict[str, Any]:
    """The figures of whole conversations."""
    turns = [turn for conversation in judged for turn in conversation]
    lengths = sorted({len(conversation) for conversation in judged})
    whole = [all(turn.whole for turn in conversation) for conversation in judged]
    by_length = {
        size: [right for right, each in zip(whole, judged, strict=True) if len(each) == size] for size in lengths
    }
    return {
        "conversations": len(judged),
        "whole conversation": Share.of(whole).as_json(),
        "whole conversation (calls strict)": Share.of(
            [right and all(turn.strict for turn in each) for right, each in zip(whole, judged, strict=True)]
        ).as_json(),
        "by length": {size: Share.of(rights).as_json() for size, rights in by_length.items()},
        "turns within": turn_scores(turns),
    }


def _wrong(each: JudgedTurn) -> dict[str, Any]:
    return {
        "text": each.text,
        "wanted": [as_text(call) for call in each.wanted],
        "got": [as_text(ToolCall(record.name, record.arguments)) for record in each.answer.calls],
        "status": [record.status for record in each.answer.calls],
        "answer": each.answer.answer,
        "call": each.call,
        "due": each.due,
        "exact": each.exact,
        "unsupported": list(each.unsupported),
    }
