"""What the records hand out: a session, rows of carts, requests, the audit trail and queues. Knows no database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from assistant.messages import Role, Status, Write


@dataclass
class Session:
    """One conversation with one person; the only mutable record, saved with `Records.save_session`.

    Attributes:
        customer_id: who it is, from the login or from `verify_identity`; None while unknown. Never changes once set.
        pending: the change that waits for a yes.
        preferences: what was said earlier and still holds ("max_price": 30).
        identity_failures: failed tries to identify; three lock the conversation.
    """

    session_id: str
    role: Role
    customer_id: str | None = None
    pending: Write | None = None
    preferences: dict[str, Any] = field(default_factory=dict)
    identity_failures: int = 0


@dataclass(frozen=True)
class CartLine:
    """A product in a conversation's cart; the price is the one at which it was last shown."""

    product_id: str
    title: str
    unit_price: float | None
    quantity: int


@dataclass(frozen=True)
class Request:
    """A change that was asked for, confirmed and recorded for the shop's staff.

    Attributes:
        action: "return", "cancel", "exchange", "address", "items" or "payment".
        subject: what it changes, "order:536365" or "customer:17850".
        sequence: how many requests on that subject came before.
        payload: what was confirmed, resolved to ids.
    """

    idempotency_key: str
    action: str
    subject: str
    sequence: int
    customer_id: str | None
    order_id: str | None
    payload: dict[str, Any]
    requested_at: datetime


@dataclass(frozen=True)
class AuditEntry:
    """One line of the append-only audit trail."""

    at: datetime
    session_id: str
    role: str
    customer_id: str | None
    tool: str
    arguments: dict[str, Any]
    status: Status
    decision: Literal["grant", "denial"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True)
class Turn:
    """One question with the answer as the ANSWER contract has it."""

    at: datetime
    question: str
    answer: dict[str, Any]


@dataclass(frozen=True)
class HandOff:
    """A conversation that waits for a person of the shop."""

    hand_off_id: int
    at: datetime
    session_id: str
    role: str
    customer_id: str | None
    reason: str
    summary: str
    settled_at: datetime | None
    settled_by: str | None


@dataclass(frozen=True)
class OutboxEvent:
    """News for the shop's own system, written in the transaction of the change itself; sent later."""

    event_id: int
    at: datetime
    kind: str
    body: dict[str, Any]
    sent_at: datetime | None
