"""The tables of the live records, written once, and the guard that keeps the audit trail append-only.

Knows no rule of the shop. Times are UTC without a zone.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA: Final = MetaData()

conversations = Table(
    "conversations",
    METADATA,
    Column("session_id", String(128), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("customer_id", String(128), index=True),
    Column("preferences", JSON, nullable=False),
    Column("identity_failures", Integer, nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("last_at", DateTime, nullable=False, index=True),
)

turns = Table(
    "turns",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("session_id", String(128), nullable=False, index=True),
    Column("question", Text, nullable=False),
    Column("answer", JSON, nullable=False),
)

audit = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False, index=True),
    Column("session_id", String(128), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("customer_id", String(128), index=True),
    Column("tool", String(64), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("status", String(32), nullable=False),
    Column("decision", String(8), nullable=False),  # grant or denial
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
)

carts = Table(
    "carts",
    METADATA,
    Column("session_id", String(128), primary_key=True),
    Column("product_id", String(128), primary_key=True),
    Column("title", Text, nullable=False),
    Column("unit_price", Float),
    Column("quantity", Integer, nullable=False),
    Column("added_at", DateTime, nullable=False),
)

pending_actions = Table(
    "pending_actions",
    METADATA,
    Column("session_id", String(128), primary_key=True),
    Column("action", String(32), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("idempotency_key", String(128), nullable=False),
    Column("prepared_at", DateTime, nullable=False),
)

# (subject, sequence) is unique: of two changes prepared on the same state of an order only one can be recorded.
requests = Table(
    "requests",
    METADATA,
    Column("idempotency_key", String(128), primary_key=True),
    Column("action", String(32), nullable=False),
    Column("subject", String(160), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("customer_id", String(128), index=True),  # null: erased on the customer's wish
    Column("session_id", String(128), nullable=False),
    Column("order_id", String(128), index=True),
    Column("payload", JSON, nullable=False),
    Column("requested_at", DateTime, nullable=False),
    UniqueConstraint("subject", "sequence"),
)

# (method, sequence) is the key: of two changes prepared on the same balance only one can be recorded.
gift_card_movements = Table(
    "gift_card_movements",
    METADATA,
    Column("method_id", String(128), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("amount", Float, nullable=False),  # put on the card; below zero: taken off
    Column("at", DateTime, nullable=False),
    Column("idempotency_key", String(128), nullable=False),
)

hand_offs = Table(
    "hand_offs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("session_id", String(128), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("customer_id", String(128), index=True),
    Column("reason", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("settled_at", DateTime),
    Column("settled_by", String(128)),
)

OFFER_DUE = "offer.due"  # kind of news: an offer that an order or a silence calls for
outbox = Table(
    "outbox",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("idempotency_key", String(128), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("customer_id", String(128), index=True),
    Column("body", JSON, nullable=False),
    Column("sent_at", DateTime),
)

identity_attempts = Table(
    "identity_attempts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("session_id", String(128), nullable=False),
    Column("order_key", String(128), nullable=False),
    Column("matched", Boolean, nullable=False),
    Index("identity_attempts_by_order", "order_key", "at"),
)

accounts = Table(
    "accounts",
    METADATA,
    Column("name", String(128), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("customer_id", String(128), index=True),
    Column("password", String(256), nullable=False),  # a digest, see assistant.passwords
    Column("created_at", DateTime, nullable=False),
)

# Logins, and keys for programs (those without an end): only the digest of what was given out is kept.
logins = Table(
    "logins",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("name", String(128), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("customer_id", String(128), index=True),
    Column("opened_at", DateTime, nullable=False),
    Column("ends_at", DateTime),
)

# The only way past the append-only guard: a row here, in progress, in the very transaction that erases.
erasures = Table(
    "erasures",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("at", DateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("in_progress", Boolean, nullable=False),
)

_SQLITE_GUARD = """
create trigger if not exists audit_is_append_only_{event} before {event} on audit
when not exists (select 1 from erasures where in_progress)
begin select raise(abort, 'the audit trail is append-only'); end
"""
_POSTGRES_GUARD = (
    """
create or replace function audit_is_append_only() returns trigger as $$
begin
  if not exists (select 1 from erasures where in_progress) then
    raise exception 'the audit trail is append-only';
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end $$ language plpgsql
""",
    "create or replace trigger audit_is_append_only before update or delete on audit "
    "for each row execute function audit_is_append_only()",
)


def create_schema(connection: Connection) -> None:
    """Creates every missing table and the audit guard; two processes may do so at once."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("select pg_advisory_xact_lock(7226571)")
    METADATA.create_all(connection)
    guards: tuple[str, ...] = _POSTGRES_GUARD
    if connection.dialect.name == "sqlite":
        guards = tuple(_SQLITE_GUARD.format(event=event) for event in ("update", "delete"))
    for statement in guards:
        connection.exec_driver_sql(statement)
