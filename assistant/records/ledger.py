"""Rows of service requests, the outbox and carts: what a conversation changes. Knows no rule of the shop."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from assistant.errors import BadCall, Refused
from assistant.messages import Write
from assistant.records import schema
from assistant.records.conversations import add_audit
from assistant.records.database import upsert
from assistant.records.entries import CartLine, OutboxEvent, Request, Session

ACTIONS = ("return", "cancel", "exchange", "address", "items", "payment")
CHANGED_MEANWHILE = (
    "Something about this has changed since I asked you, so I have not done anything. Please ask me again."
)
NOT_YOURS = "I can only change orders of the person I am talking to. Nothing was changed."


def check_write(write: Write, session: Session) -> None:
    """The last gate before a change: a known action, complete, and the session's own customer.

    Raises:
        BadCall: the write is malformed.
        Refused: it concerns somebody else.
    """
    missing = [name for name in ("customer_id", "subject", "sequence") if write.payload.get(name) is None]
    if write.action not in ACTIONS or missing or not write.idempotency_key:
        raise BadCall(
            f"Expected a change of kind {', '.join(ACTIONS)} with customer_id, subject, sequence and a key; "
            f"got {write.action!r} lacking {', '.join(missing) or 'nothing else'}. Prepare it with a write tool."
        )
    if session.role != "customer" or session.customer_id is None or write.payload["customer_id"] != session.customer_id:
        raise Refused(NOT_YOURS)


def add_request(connection: Connection, write: Write, session: Session, now: datetime) -> bool:
    """Records a confirmed change, its outbox event and its audit line; drops the pending action.

    Returns:
        False where this very change was recorded before.

    Raises:
        Refused: another change of the same subject, or of a gift card that it uses, came in between.
    """
    subject = str(write.payload["subject"])
    before = read_requests(connection, subject=subject)  # first: what is recorded between the two reads is then found
    if find_request(connection, write.idempotency_key) is not None:
        return False
    if len(before) != write.payload["sequence"]:
        raise Refused(CHANGED_MEANWHILE)
    row = {
        "idempotency_key": write.idempotency_key,
        "action": write.action,
        "subject": subject,
        "sequence": write.payload["sequence"],
        "customer_id": session.customer_id,
        "session_id": session.session_id,
        "order_id": write.payload.get("order_id"),
        "payload": write.payload,
        "requested_at": now,
    }
    connection.execute(insert(schema.requests).values(row))
    _move_balances(connection, write, now)
    _add_event(connection, write, now)
    states = {"before": _state(subject, before), "after": _state(subject, read_requests(connection, subject=subject))}
    arguments = {"action": write.action, "subject": subject, "key": write.idempotency_key}
    add_audit(connection, session, "carry_out", arguments, "ok", now, **states)
    waiting = schema.pending_actions
    connection.execute(delete(waiting).where(waiting.c.idempotency_key == write.idempotency_key))
    return True


def find_request(connection: Connection, key: str) -> Request | None:
    """The request with this idempotency key."""
    table = schema.requests
    row = connection.execute(select(table).where(table.c.idempotency_key == key)).one_or_none()
    return _request(row) if row is not None else None


def read_requests(
    connection: Connection, *, subject: str | None = None, customer_id: str | None = None
) -> tuple[Request, ...]:
    """Requests in the order they were made; of one subject or customer where given."""
    table = schema.requests
    query = select(table).order_by(table.c.requested_at, table.c.sequence)
    if subject is not None:
        query = query.where(table.c.subject == subject)
    if customer_id is not None:
        query = query.where(table.c.customer_id == customer_id)
    return tuple(_request(row) for row in connection.execute(query))


def read_movements(connection: Connection, method_id: str) -> tuple[float, ...]:
    """What was put on a gift card (or taken off it, below zero), in the order in which it happened."""
    table = schema.gift_card_movements
    query = select(table.c.amount).where(table.c.method_id == method_id).order_by(table.c.sequence)
    return tuple(float(row.amount) for row in connection.execute(query))


def read_outbox(connection: Connection) -> tuple[OutboxEvent, ...]:
    """The events that wait to be sent, oldest first."""
    table = schema.outbox
    rows = connection.execute(select(table).where(table.c.sent_at.is_(None)).order_by(table.c.id))
    return tuple(OutboxEvent(row.id, row.at, row.kind, row.body, row.sent_at) for row in rows)


def mark_sent(connection: Connection, event_id: int, now: datetime) -> bool:
    """Marks an event as received by the shop's system; False where it was already."""
    table = schema.outbox
    done = connection.execute(
        update(table).where(table.c.id == event_id, table.c.sent_at.is_(None)).values(sent_at=now)
    )
    return bool(done.rowcount)


def put_in_cart(connection: Connection, session_id: str, line: CartLine, now: datetime) -> CartLine:
    """Adds the quantity to what the cart holds of the product; returns the line as it is now."""
    table = schema.carts
    row = {"session_id": session_id, "product_id": line.product_id, "title": line.title, "unit_price": line.unit_price}
    upsert(connection, table, {**row, "quantity": 0, "added_at": now}, keep=("quantity", "added_at"))
    quantity = connection.execute(
        update(table)
        .where(table.c.session_id == session_id, table.c.product_id == line.product_id)
        .values(quantity=table.c.quantity + line.quantity)
        .returning(table.c.quantity)
    ).scalar_one()
    return CartLine(line.product_id, line.title, line.unit_price, int(quantity))


def take_from_cart(connection: Connection, session_id: str, product_id: str) -> CartLine | None:
    """Removes the product; returns what was there, so that it can be put back."""
    table = schema.carts
    held = [line for line in read_cart(connection, session_id) if line.product_id == product_id]
    connection.execute(delete(table).where(table.c.session_id == session_id, table.c.product_id == product_id))
    return held[0] if held else None


def read_cart(connection: Connection, session_id: str) -> tuple[CartLine, ...]:
    """The cart in the order in which things were first put in."""
    table = schema.carts
    query = select(table).where(table.c.session_id == session_id).order_by(table.c.added_at, table.c.product_id)
    return tuple(CartLine(r.product_id, r.title, r.unit_price, r.quantity) for r in connection.execute(query))


def _move_balances(connection: Connection, write: Write, now: datetime) -> None:
    """Notes what the change takes off gift cards or puts on them; each card's movements are numbered without a gap."""
    for each in write.payload.get("movements", ()):
        if len(read_movements(connection, each["method_id"])) != each["sequence"]:
            raise Refused(CHANGED_MEANWHILE)
        row = {"method_id": each["method_id"], "sequence": each["sequence"], "amount": each["amount"], "at": now}
        connection.execute(insert(schema.gift_card_movements).values(**row, idempotency_key=write.idempotency_key))


def _add_event(connection: Connection, write: Write, now: datetime) -> None:
    body = {"event": f"{write.action}.requested", "key": write.idempotency_key, **write.payload}
    row = {
        "at": now,
        "idempotency_key": write.idempotency_key,
        "kind": body["event"],
        "customer_id": write.payload["customer_id"],
        "body": body,
    }
    connection.execute(insert(schema.outbox).values(row))


def add_news(
    connection: Connection, kind: str, key: str, customer_id: str, body: dict[str, Any], now: datetime
) -> bool:
    """Adds an event that no change of a conversation caused; False where one with this key was added before."""
    table = schema.outbox
    if connection.execute(select(table.c.id).where(table.c.idempotency_key == key)).first() is not None:
        return False
    row = {"at": now, "idempotency_key": key, "kind": kind, "customer_id": customer_id}
    connection.execute(insert(table).values(**row, body={"event": kind, "key": key, **body}))
    return True


def _state(subject: str, requests: tuple[Request, ...]) -> dict[str, Any]:
    return {"subject": subject, "requests": [[each.action, each.idempotency_key] for each in requests]}


def _request(row: Any) -> Request:
    return Request(
        idempotency_key=row.idempotency_key,
        action=row.action,
        subject=row.subject,
        sequence=row.sequence,
        customer_id=row.customer_id,
        order_id=row.order_id,
        payload=row.payload,
        requested_at=row.requested_at,
    )
