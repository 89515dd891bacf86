"""Whether a scripted customer got what was wanted: records at the end, and what had to be said. Knows no wording."""

from dataclasses import dataclass

from assistant.records import Records, Request, Session
from benchmarks.customer_agenda import Outcome
from benchmarks.customer_goals import Effect, Goal


@dataclass(frozen=True)
class Verdict:
    """What was wrong at the end; nothing where the goal was reached exactly."""

    faults: tuple[str, ...]

    @property
    def reached(self) -> bool:
        """Whether the goal was reached, and nothing else was changed."""
        return not self.faults


def judge(goal: Goal, outcome: Outcome, records: Records, session: Session) -> Verdict:
    """Compares requests, outbox, cart, hand-offs and identity with what the goal leads to."""
    faults = []
    due = [each for each in map(goal.effect, goal.wishes) if each is not None]
    made = [_effect(each) for each in records.requests()]
    if sorted(made, key=repr) != sorted(due, key=repr):
        faults.append(f"expected the changes {due}; there were {made}")
    if len(records.outbox()) != len(made):
        faults.append(f"{len(made)} changes, {len(records.outbox())} events for the shop's system")
    cart = {line.product_id: line.quantity for line in records.cart(session)}
    if cart != outcome.cart:
        faults.append(f"expected the cart {outcome.cart}; it was {cart}")
    if outcome.settled < len(goal.wishes):
        faults.append(f"{outcome.settled} of {len(goal.wishes)} wishes settled")
    if not outcome.aside_told:
        faults.append("the question on the way was not answered")
    if session.customer_id not in (None, goal.pick.customer_id):
        faults.append(f"taken for customer {session.customer_id}")
    if records.handed_off() and "person" not in goal.wishes and "colleague" not in goal.refused:
        faults.append("handed over though nobody wanted a person")
    return Verdict(tuple(faults))


def _effect(request: Request) -> Effect:
    payload = request.payload
    lines = payload.get("lines", ())
    return Effect(
        request.action,
        request.order_id or "account",
        tuple(sorted((line["product_id"], line["quantity"]) for line in lines)),
        tuple(line["to_product_id"] for line in lines if "to_product_id" in line),
        payload.get("address", ""),
    )
