"""The live records of a shop: the one door to conversations, requests, carts and queues.

Each method is one transaction. Knows how to keep things safely, not what the shop permits: `assistant.service` does.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from analytics.person import Person
from assistant.errors import BadCall, Refused
from assistant.messages import Answer, Role, Status, Write
from assistant.records import conversations, ledger, mentions, upkeep
from assistant.records.accounts import Accounts
from assistant.records.database import Database
from assistant.records.entries import AuditEntry, CartLine, HandOff, OutboxEvent, Request, Session, Turn

Clock = Callable[[], datetime]
MAX_SESSION_ID = 128


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


class Records:
    """Conversations, audit trail, carts, service requests, hand-offs and the outbox of one shop."""

    def __init__(self, url: str, clock: Clock = _utc_now) -> None:
        """Opens the database and creates missing tables.

        Args:
            url: "sqlite:///shop/service.sqlite" or "postgresql+DRIVER://...".
            clock: the current UTC time without a zone.

        Raises:
            RecordsUnavailable: the database cannot be opened.
        """
        self._database = Database(url)
        self._now = clock
        self.accounts = Accounts(self._database, clock)

    def open_session(self, role: Role, customer_id: str | None = None, session_id: str | None = None) -> Session:
        """Starts a conversation, or resumes the one with this id, with its pending change.

        Raises:
            BadCall: the session id is empty or too long.
            Refused: the conversation has another role or belongs to another customer.
        """
        if session_id is not None and not 0 < len(session_id) <= MAX_SESSION_ID:
            raise BadCall(f"A session id has 1 to {MAX_SESSION_ID} characters; got {len(session_id)}.")
        with self._database.write() as connection:
            stored = conversations.load_session(connection, session_id) if session_id else None
            conversations.check_same_person(stored, role, customer_id)
            session = stored or Session(session_id or secrets.token_urlsafe(16), role)
            session.customer_id = session.customer_id or customer_id
            conversations.store_session(connection, session, self._now())
        return session

    def session(self, session_id: str) -> Session | None:
        """The conversation with this id, where there is one."""
        with self._database.read() as connection:
            return conversations.load_session(connection, session_id)

    def save_session(self, session: Session) -> None:
        """Keeps identity, pending change and preferences.

        Raises:
            Refused: the stored conversation belongs to another customer.
        """
        with self._database.write() as connection:
            conversations.store_session(connection, session, self._now())

    def record_turn(self, session: Session, answer: Answer) -> None:
        """Keeps a question and its answer, card numbers and secrets taken out."""
        with self._database.write() as connection:
            conversations.add_turn(connection, session, answer, self._now())

    def turns(self, session_id: str) -> tuple[Turn, ...]:
        """The turns of a conversation, first one first."""
        with self._database.read() as connection:
            return conversations.read_turns(connection, session_id)

    def audit(
        self,
        session: Session,
        tool: str,
        arguments: dict[str, Any],
        status: Status,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
    ) -> None:
        """Appends a call to the audit trail; "refused" is a denial, every other status a grant."""
        with self._database.write() as connection:
            conversations.add_audit(connection, session, tool, arguments, status, self._now(), before, after)

    def audit_trail(
        self,
        session_id: str | None = None,
        customer_id: str | None = None,
        *,
        newest: int | None = None,
        denied: bool = False,
    ) -> tuple[AuditEntry, ...]:
        """The audit trail, oldest first.

        Args:
            session_id: of one conversation only.
            customer_id: of one customer only.
            newest: so many of the latest lines; None: all.
            denied: what was refused only.
        """
        with self._database.read() as connection:
            return conversations.read_audit(connection, session_id, customer_id, newest, denied)

    def carry_out(self, write: Write, session: Session) -> bool:
        """Records a confirmed change exactly once, with its outbox event and audit line, in one transaction.

        Returns:
            True where it was recorded now, False where this very change had been recorded before.

        Raises:
            BadCall: the write is malformed.
            Refused: it concerns somebody else, or its order changed since it was prepared. Nothing is changed.
        """
        try:
            ledger.check_write(write, session)
            acted = self._insert_once(write, session)
        except (BadCall, Refused):
            subject = str(write.payload.get("subject"))
            self.audit(session, "carry_out", {"action": write.action, "subject": subject}, "refused")
            raise
        if session.pending is not None and session.pending.idempotency_key == write.idempotency_key:
            session.pending = None
        return acted

    def _insert_once(self, write: Write, session: Session) -> bool:
        try:
            with self._database.write() as connection:
                return ledger.add_request(connection, write, session, self._now())
        except IntegrityError:  # PostgreSQL: another transaction recorded something on the same order at this moment
            if self.request(write.idempotency_key) is not None:
                return False
            raise Refused(ledger.CHANGED_MEANWHILE) from None

    def request(self, idempotency_key: str) -> Request | None:
        """The request with this key."""
        with self._database.read() as connection:
            return ledger.find_request(connection, idempotency_key)

    def requests(self, *, subject: str | None = None, customer_id: str | None = None) -> tuple[Request, ...]:
        """Requests in the order they were made; of one subject ("order:536365") or customer where given."""
        with self._database.read() as connection:
            return ledger.read_requests(connection, subject=subject, customer_id=customer_id)

    def gift_card_movements(self, method_id: str) -> tuple[float, ...]:
        """What changes recorded here put on a gift card or (below zero) took off it, in order."""
        with self._database.read() as connection:
            return ledger.read_movements(connection, method_id)

    def outbox(self) -> tuple[OutboxEvent, ...]:
        """The events that wait to be sent to the shop's system, oldest first."""
        with self._database.read() as connection:
            return ledger.read_outbox(connection)

    def announce(self, kind: str, key: str, customer_id: str, body: dict[str, Any]) -> bool:
        """Lays news for the shop's system into the outbox, once per key.

        Returns:
            True where it was laid there now, False where news with this key had been before.
        """
        with self._database.write() as connection:
            return ledger.add_news(connection, kind, key, customer_id, body, self._now())

    def mark_sent(self, event_id: int) -> bool:
        """Marks an event as received; False where it was already."""
        with self._database.write() as connection:
            return ledger.mark_sent(connection, event_id, self._now())

    def add_to_cart(self, session: Session, line: CartLine) -> CartLine:
        """Adds to the conversation's cart; returns the line with its new quantity."""
        with self._database.write() as connection:
            return ledger.put_in_cart(connection, session.session_id, line, self._now())

    def remove_from_cart(self, session: Session, product_id: str) -> CartLine | None:
        """Takes a product out; returns what was there (put it back with `add_to_cart`), None where it was not."""
        with self._database.write() as connection:
            return ledger.take_from_cart(connection, session.session_id, product_id)

    def cart(self, session: Session) -> tuple[CartLine, ...]:
        """What the conversation's cart holds."""
        with self._database.read() as connection:
            return ledger.read_cart(connection, session.session_id)

    def hand_off(self, session: Session, reason: str, summary: str) -> int:
        """Puts the conversation into the queue for a person, once; returns its number there."""
        with self._database.write() as connection:
            return conversations.add_hand_off(connection, session, reason, summary, self._now())

    def handed_off(self, *, settled: bool = False) -> tuple[HandOff, ...]:
        """The conversations that wait for a person, oldest first; with `settled` also those dealt with."""
        with self._database.read() as connection:
            return conversations.read_hand_offs(connection, settled=settled)

    def settle_hand_off(self, hand_off_id: int, by: str) -> bool:
        """Takes a conversation out of the queue; False where it was not waiting."""
        with self._database.write() as connection:
            return conversations.settle_hand_off(connection, hand_off_id, by, self._now())

    def note_identity_attempt(self, session: Session, order_key: str, *, matched: bool) -> None:
        """Notes a try to identify with an order number."""
        with self._database.write() as connection:
            conversations.add_identity_attempt(connection, session, order_key, matched, self._now())

    def failed_identity_attempts(self, order_key: str, within: timedelta) -> int:
        """How many tries with this order number failed lately, in all conversations."""
        with self._database.read() as connection:
            return conversations.failed_attempts(connection, order_key, self._now() - within)

    def export_customer(self, customer_id: str) -> dict[str, list[dict[str, Any]]]:
        """Everything the records hold about a customer, by table, ready for JSON."""
        with self._database.read() as connection:
            return upkeep.export_customer(connection, customer_id)

    def erase_customer(self, customer_id: str) -> dict[str, int]:
        """Deletes a customer's data (see `upkeep.erase_customer`); returns the rows concerned, by table."""
        with self._database.write() as connection:
            return upkeep.erase_customer(connection, customer_id, self._now())

    def forget(self, person: Person) -> dict[str, int]:
        """Deletes a customer's data and masks them in what others said, in one transaction; rows by table."""
        now = self._now()
        with self._database.write() as connection:
            counts = upkeep.erase_customer(connection, person.customer_id, now)
            masked = mentions.erase_mentions(connection, person, now)
        self._database.compact()
        found = {name: counts.get(name, 0) + masked.get(name, 0) for name in {**counts, **masked}}
        return {name: count for name, count in found.items() if count}

    def purge(self, keep: timedelta, keep_audit: timedelta) -> dict[str, int]:
        """Deletes conversations idle for longer than `keep` and audit lines older than `keep_audit`."""
        now = self._now()
        with self._database.write() as connection:
            return upkeep.purge(connection, now - keep, now - keep_audit, now)

    def close(self) -> None:
        """Closes the database."""
        self._database.close()
