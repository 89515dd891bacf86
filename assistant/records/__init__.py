"""Conversations, audit trail, carts, service requests and queues: what the shop must not lose."""

from assistant.records.entries import AuditEntry, CartLine, HandOff, OutboxEvent, Request, Session, Turn
from assistant.records.store import Records

__all__ = ["AuditEntry", "CartLine", "HandOff", "OutboxEvent", "Records", "Request", "Session", "Turn"]
