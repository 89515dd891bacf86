"""Rows of conversations, turns, the audit trail and hand-offs. Knows no rule of the shop."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from assistant.errors import Refused
from assistant.masking import masked_all
from assistant.messages import Answer, Role, Status, Write
from assistant.records import schema
from assistant.records.database import upsert
from assistant.records.entries import AuditEntry, HandOff, Session, Turn
from assistant.redaction import redact, redact_all

OTHER_PERSON = "This conversation belongs to somebody else. Please start a new one."


def load_session(connection: Connection, session_id: str) -> Session | None:
    """The stored session with its pending change."""
    table, waiting = schema.conversations, schema.pending_actions
    row = connection.execute(select(table).where(table.c.session_id == session_id)).one_or_none()
    if row is None:
        return None
    kept = connection.execute(select(waiting).where(waiting.c.session_id == session_id)).one_or_none()
    pending = Write(kept.action, kept.payload, kept.idempotency_key) if kept else None
    return Session(row.session_id, row.role, row.customer_id, pending, dict(row.preferences), row.identity_failures)


def store_session(connection: Connection, session: Session, now: datetime) -> None:
    """Writes a session and its pending change.

    Raises:
        Refused: the stored conversation has another role or belongs to another customer.
    """
    check_same_person(load_session(connection, session.session_id), session.role, session.customer_id, saving=True)
    row = {
        "session_id": session.session_id,
        "role": session.role,
        "customer_id": session.customer_id,
        "preferences": session.preferences,
        "identity_failures": session.identity_failures,
        "started_at": now,
        "last_at": now,
    }
    upsert(connection, schema.conversations, row, keep=("started_at",))
    waiting = schema.pending_actions
    if session.pending is None:
        connection.execute(delete(waiting).where(waiting.c.session_id == session.session_id))
        return
    action = {
        "session_id": session.session_id,
        "action": session.pending.action,
        "payload": session.pending.payload,
        "idempotency_key": session.pending.idempotency_key,
        "prepared_at": now,
    }
    upsert(connection, waiting, action)


def check_same_person(stored: Session | None, role: Role, customer_id: str | None, *, saving: bool = False) -> None:
    """One conversation, one person: a role never changes and a known customer never becomes another or nobody."""
    if stored is None:
        return
    changed = (
        stored.customer_id is not None and customer_id != stored.customer_id and (saving or customer_id is not None)
    )
    if stored.role != role or changed:
        raise Refused(OTHER_PERSON)


def add_turn(connection: Connection, session: Session, answer: Answer, now: datetime) -> None:
    """Keeps one turn, card numbers and secrets taken out, and what reaches the person where a customer talks."""
    row = {
        "at": now,
        "session_id": session.session_id,
        "question": _kept(session, answer.question),
        "answer": _kept(session, answer.as_json()),
    }
    connection.execute(insert(schema.turns).values(row))
    table = schema.conversations
    connection.execute(update(table).where(table.c.session_id == session.session_id).values(last_at=now))


def _kept(session: Session, value: Any) -> Any:
    """A JSON value as it may be recorded; a manager has asked for what a manager's answers hold."""
    redacted = redact_all(value)
    return redacted if session.role == "manager" else masked_all(redacted)


def read_turns(connection: Connection, session_id: str) -> tuple[Turn, ...]:
    """The turns of a conversation, first one first."""
    table = schema.turns
    rows = connection.execute(select(table).where(table.c.session_id == session_id).order_by(table.c.id))
    return tuple(Turn(row.at, row.question, row.answer) for row in rows)


def add_audit(
    connection: Connection,
    session: Session,
    tool: str,
    arguments: dict[str, Any],
    status: Status,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Appends one line to the audit trail; a refused call is a denial, every other a grant."""
    row = {
        "at": now,
        "session_id": session.session_id,
        "role": session.role,
        "customer_id": session.customer_id,
        "tool": tool,
        "arguments": _kept(session, arguments),
        "status": status,
        "decision": "denial" if status == "refused" else "grant",
        "before": _kept(session, before),
        "after": _kept(session, after),
    }
    connection.execute(insert(schema.audit).values(row))


def read_audit(
    connection: Connection,
    session_id: str | None,
    customer_id: str | None,
    newest: int | None = None,
    denied: bool = False,
) -> tuple[AuditEntry, ...]:
    """The audit trail, oldest first; of one session or customer, the newest lines or the denials only, where given."""
    table = schema.audit
    query = select(table).order_by(table.c.id.desc()).limit(newest)
    if denied:
        query = query.where(table.c.decision == "denial")
    if session_id is not None:
        query = query.where(table.c.session_id == session_id)
    if customer_id is not None:
        query = query.where(table.c.customer_id == customer_id)
    names = ("at", "session_id", "role", "customer_id", "tool", "arguments", "status", "decision", "before", "after")
    rows = list(connection.execute(query))
    return tuple(AuditEntry(*(row._mapping[name] for name in names)) for row in reversed(rows))


def add_hand_off(connection: Connection, session: Session, reason: str, summary: str, now: datetime) -> int:
    """Puts a conversation into the queue for a person; one that waits already is brought up to date.

    Returns:
        The number of the place in the queue.
    """
    table = schema.hand_offs
    texts = {"reason": redact(reason), "summary": redact(summary)}
    waiting = connection.execute(
        select(table.c.id).where(table.c.session_id == session.session_id, table.c.settled_at.is_(None))
    ).scalar()
    if waiting is not None:
        connection.execute(update(table).where(table.c.id == waiting).values(**texts, customer_id=session.customer_id))
        return int(waiting)
    row = {
        "at": now,
        "session_id": session.session_id,
        "role": session.role,
        "customer_id": session.customer_id,
        **texts,
    }
    return int(connection.execute(insert(table).values(row).returning(table.c.id)).scalar_one())


def read_hand_offs(connection: Connection, *, settled: bool) -> tuple[HandOff, ...]:
    """The queue, oldest first."""
    table = schema.hand_offs
    query = select(table).order_by(table.c.id)
    if not settled:
        query = query.where(table.c.settled_at.is_(None))
    return tuple(HandOff(*row) for row in connection.execute(query))


def settle_hand_off(connection: Connection, hand_off_id: int, by: str, now: datetime) -> bool:
    """Takes a conversation out of the queue; False where it was not waiting."""
    table = schema.hand_offs
    done = connection.execute(
        update(table)
        .where(table.c.id == hand_off_id, table.c.settled_at.is_(None))
        .values(settled_at=now, settled_by=by)
    )
    return bool(done.rowcount)


def add_identity_attempt(
    connection: Connection, session: Session, order_key: str, matched: bool, now: datetime
) -> None:
    """Notes a try to identify with an order number."""
    row = {"at": now, "session_id": session.session_id, "order_key": order_key, "matched": matched}
    connection.execute(insert(schema.identity_attempts).values(row))


def failed_attempts(connection: Connection, order_key: str, since: datetime) -> int:
    """How many tries with this order number failed since then, in all conversations."""
    table = schema.identity_attempts
    query = select(func.count()).where(table.c.order_key == order_key, table.c.at >= since, table.c.matched.is_(False))
    return int(connection.execute(query).scalar_one())
