"""What tau2's retail policy forbids, as cases built from its database: each must be refused and change nothing.

A case may first make permitted changes (an exchange, say); what counts is the state between those and the attempt.
Cases are taken from orders and people in the order of their ids: the same database gives the same cases.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from assistant.conversation import Conversation
from assistant.messages import ToolResult
from assistant.safety import Limits
from assistant.shop import Shop
from benchmarks.tau_cases import Attempt
from benchmarks.tau_desk import Call, Desk, Json, fresh_records
from benchmarks.tau_forbidden_cases import attempts
from benchmarks.tau_state import with_requests

PER_KIND = 10


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt."""

    attempt: Attempt
    refused: bool
    unchanged: bool
    said: str


def forbidden_set(shop: Shop, base: Json, database: Json) -> Json:
    """Tries every case; totals by kind."""
    outcomes = [try_one(shop, base, attempt) for attempt in chosen(attempts(database))]
    kinds: dict[str, Json] = {}
    for each in outcomes:
        of_kind = kinds.setdefault(each.attempt.kind, {"cases": 0, "refused": 0, "unchanged": 0})
        of_kind["cases"] += 1
        of_kind["refused"] += each.refused
        of_kind["unchanged"] += each.unchanged
    return {
        "cases": len(outcomes),
        "refused": sum(each.refused for each in outcomes),
        "unchanged": sum(each.unchanged for each in outcomes),
        "kinds": kinds,
        "failures": [
            f"{each.attempt.kind}: {each.attempt.call} -> {each.said}"
            for each in outcomes
            if not (each.refused and each.unchanged)
        ],
        "answers": {each.attempt.kind: each.said for each in reversed(outcomes)},
    }


def chosen(found: dict[str, Callable[[], Iterator[Attempt]]]) -> Iterator[Attempt]:
    """The first cases of each kind."""
    for make in found.values():
        yield from islice(make(), PER_KIND)


def try_one(shop: Shop, base: Json, attempt: Attempt) -> Outcome:
    """Makes the permitted changes, then the attempt, and compares the state before and after it."""
    fresh_records(shop)
    desk = Desk(shop, attempt.customer)
    for call in attempt.before:
        prepared = desk.call(*call)
        done = desk.yes() if prepared.status == "needs_confirmation" else prepared
        if done.status != "ok":
            raise RuntimeError(f"{attempt.kind}: {call} should have been permitted; it was said: {done.headline}")
    state = with_requests(base, shop)
    result = _tried(desk, attempt)
    return Outcome(attempt, result.status in ("refused", "error"), with_requests(base, shop) == state, result.headline)


def _tried(desk: Desk, attempt: Attempt) -> ToolResult:
    """The attempt, and the yes to it where one is due; a forged yes is that of another or of other content."""
    if attempt.forge is None and attempt.reply is None:
        return _with_yes(desk, attempt.call)
    prepared = desk.call(*attempt.call)
    if desk.session.pending is None:
        raise RuntimeError(
            f"{attempt.kind}: {attempt.call} should have been prepared; it was said: {prepared.headline}"
        )
    if attempt.forge is None:
        return _said_instead(desk, attempt.reply or "")
    write = desk.session.pending
    desk.session.pending = None
    desk.shop.records.save_session(desk.session)
    customer, forged = attempt.forge(desk.session.customer_id, write)
    other = desk if customer == desk.session.customer_id else Desk(desk.shop, customer)
    return other.carry_out(forged)


def _said_instead(desk: Desk, reply: str) -> ToolResult:
    """The whole conversation hears something other than a yes; nothing may be carried out."""
    answer = Conversation(desk.shop, desk.session, Limits(rate=None), use_model=False).ask(reply)
    done = [call for call in answer.calls if call.status == "ok" and desk.shop.toolbox.tools[call.name].writes]
    return ToolResult(headline=answer.answer, status="ok" if done else "refused")


def _with_yes(desk: Desk, call: Call) -> ToolResult:
    result = desk.call(*call)
    return desk.yes() if result.status == "needs_confirmation" else result
