"""What a colleague must know who takes over a conversation: who, what for, what was said and found. Writes nothing."""

from typing import TYPE_CHECKING

from assistant.service.orders import WORDS, requested_on

if TYPE_CHECKING:
    from assistant.records import Records, Session

_TURNS = 6
_LENGTH = 300


def summary_of(records: "Records", session: "Session", reason: str) -> str:
    """The open wish, who it is, what waits for a yes, what was requested, and the last turns with the facts found."""
    turns = records.turns(session.session_id)
    who = f"customer {session.customer_id}" if session.customer_id else f"a {session.role} who is not identified"
    lines = [f"Wish: {reason}", f"Who: {who}"]
    if session.pending is not None:
        subject = session.pending.payload.get("order_id") or "the account"
        lines.append(f"Not confirmed yet: {WORDS[session.pending.action]} for {subject}")
    unsettled = _unsettled(session)
    lines += [unsettled] if unsettled else []
    if session.customer_id is not None:
        requests = records.requests(customer_id=session.customer_id)
        lines += [
            f"Requested on {requested_on(each)}: {WORDS[each.action]} for {each.order_id or 'the account'}"
            for each in requests[-_TURNS:]
        ]
    if len(turns) > _TURNS:
        lines.append(f"The last {_TURNS} of {len(turns)} turns:")
    for turn in turns[-_TURNS:]:
        lines += [f"> {_short(turn.question)}", f"  {_short(str(turn.answer.get('answer', '')))}"]
        lines += [f"  [{name}] {_short(headline)}" for name, headline in _findings(turn.answer)]
    return "\n".join(lines)


def _unsettled(session: "Session") -> str:
    """The wish that waits for something, with what was told for it; empty where there is none."""
    wish = session.preferences.get("open_wish")
    if not isinstance(wish, dict):
        return ""
    told = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in wish["arguments"].items())
    return f"Not settled yet: {wish['name'].replace('_', ' ')} ({told or 'nothing told'}), for want of {wish['lacks']}"


def _findings(answer: dict[str, object]) -> list[tuple[str, str]]:
    """What the calls of a turn found, where the answer does not repeat it word for word."""
    calls = answer.get("calls")
    found = []
    for call in calls if isinstance(calls, list) else []:
        headline = str(call["result"].get("headline", ""))
        if headline and headline not in str(answer.get("answer", "")):
            found.append((str(call["name"]), headline))
    return found


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LENGTH else text[: _LENGTH - 1] + "…"
