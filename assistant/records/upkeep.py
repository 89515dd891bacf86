"""A person's right to their data and the end of its keeping: export, deletion, retention. Knows only the tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select, update

from assistant.records import schema

_PERSONAL = (
    "address",
    "reason",
    "summary",
    "payment_method_id",
    "payments",
    "movements",
)  # what a request's payload says about a person
_BY_SESSION = (schema.turns, schema.carts, schema.pending_actions, schema.hand_offs, schema.identity_attempts)


def export_customer(connection: Connection, customer_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything the records hold about a customer, by table, ready for JSON."""
    sessions = _sessions_of(connection, customer_id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in (schema.conversations, schema.audit, schema.requests, schema.outbox):
        found[table.name] = _rows(connection, table, table.c.customer_id == customer_id)
    for table in _BY_SESSION:
        found[table.name] = _rows(connection, table, table.c.session_id.in_(sessions))
    accounts = _rows(connection, schema.accounts, schema.accounts.c.customer_id == customer_id)
    found["accounts"] = [{**row, "password": "(kept as a digest)"} for row in accounts]
    return found


def erase_customer(connection: Connection, customer_id: str, now: datetime) -> dict[str, int]:
    """Deletes a customer's conversations, carts, hand-offs and sent events, and takes the person out of the rest.

    A request stays as a fact about an order (an order must not be cancelled twice), without person, address or reason.
    An event that the shop's system has not received yet stays whole until it has.

    Returns:
        Rows deleted or made anonymous, by table.
    """
    with erasing(connection, "erasure on a customer's wish", now):
        sessions = _sessions_of(connection, customer_id)
        counts = {
            table.name: connection.execute(delete(table).where(table.c.session_id.in_(sessions))).rowcount
            for table in _BY_SESSION
        }
        counts["audit"] = connection.execute(
            update(schema.audit)
            .where((schema.audit.c.customer_id == customer_id) | schema.audit.c.session_id.in_(sessions))
            .values(customer_id=None, arguments={}, before=None, after=None)
        ).rowcount
        counts["requests"] = _make_requests_anonymous(connection, customer_id)
        done = schema.outbox.c.sent_at.is_not(None) | (
            schema.outbox.c.kind == schema.OFFER_DUE
        )  # an offer is nobody's claim
        sent = schema.outbox.c.customer_id == customer_id, done
        counts["outbox"] = connection.execute(delete(schema.outbox).where(*sent)).rowcount
        for table in (schema.accounts, schema.logins):
            counts[table.name] = connection.execute(delete(table).where(table.c.customer_id == customer_id)).rowcount
        counts["conversations"] = connection.execute(
            delete(schema.conversations).where(schema.conversations.c.customer_id == customer_id)
        ).rowcount
    return counts


def purge(connection: Connection, before: datetime, audit_before: datetime, now: datetime) -> dict[str, int]:
    """Deletes conversations whose last turn is older than `before`, and audit lines older than `audit_before`.

    Hand-offs that still wait and events that are not sent are kept.

    Returns:
        Rows deleted, by table.
    """
    table = schema.conversations
    old = select(table.c.session_id).where(table.c.last_at < before)
    waiting = select(schema.hand_offs.c.session_id).where(schema.hand_offs.c.settled_at.is_(None))
    sessions = [row[0] for row in connection.execute(old.where(table.c.session_id.not_in(waiting)))]
    with erasing(connection, "retention", now):
        counts = {
            each.name: connection.execute(delete(each).where(each.c.session_id.in_(sessions))).rowcount
            for each in (*_BY_SESSION, table)
        }
        counts["audit"] = connection.execute(delete(schema.audit).where(schema.audit.c.at < audit_before)).rowcount
        sent = schema.outbox.c.sent_at < before
        counts["outbox"] = connection.execute(delete(schema.outbox).where(sent)).rowcount
    return counts


@contextmanager
def erasing(connection: Connection, reason: str, now: datetime) -> Iterator[None]:
    """Lifts the append-only guard for this transaction alone and leaves a line about it."""
    table = schema.erasures
    number = connection.execute(
        insert(table).values(at=now, reason=reason, in_progress=True).returning(table.c.id)
    ).scalar_one()
    yield
    connection.execute(update(table).where(table.c.id == number).values(in_progress=False))


def _make_requests_anonymous(connection: Connection, customer_id: str) -> int:
    table = schema.requests
    rows = connection.execute(select(table).where(table.c.customer_id == customer_id)).all()
    for row in rows:
        payload = {name: value for name, value in row.payload.items() if name not in (*_PERSONAL, "customer_id")}
        same = table.c.idempotency_key == row.idempotency_key
        connection.execute(update(table).where(same).values(customer_id=None, payload=payload))
    return len(rows)


def _sessions_of(connection: Connection, customer_id: str) -> list[str]:
    table = schema.conversations
    return [row[0] for row in connection.execute(select(table.c.session_id).where(table.c.customer_id == customer_id))]


def _rows(connection: Connection, table: Table, condition: Any) -> list[dict[str, Any]]:
    return [_plain(row) for row in connection.execute(select(table).where(condition))]


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row._mapping.items()}
