"""Who a customer is: an order number together with the e-mail address or postcode on record. Counts tries.

A wrong number, a wrong e-mail address and an order without any contact details all get the same answer.
"""

import hmac
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.errors import BadCall, Refused
from assistant.service.orders import order_key

if TYPE_CHECKING:
    from assistant.records import Session
    from assistant.shop import Shop

TRIES = 3
_TRIES_PER_ORDER = 10  # failures with one order number, over all conversations, within _PER_ORDER_WINDOW
_PER_ORDER_WINDOW = timedelta(hours=1)
_POSTCODE = re.compile(r"\b(?:[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}|\d{5}(?:-\d{4})?)\b", re.IGNORECASE)
LOCKED = (
    "I couldn't match the details three times, so I have stopped trying in this conversation to keep your orders safe. "
    "A colleague can help you: just ask me to hand you over."
)


def identify(shop: "Shop", session: "Session", order_id: str | None, email: str | None, postcode: str | None) -> str:
    """Binds the session to the customer of that order and returns the customer's id.

    Raises:
        BadCall: the order number, or both e-mail address and postcode, are missing.
        Refused: no match, the conversation is locked, or it belongs to another customer already.
    """
    if not order_id or not order_key(order_id) or not (email or postcode):
        raise BadCall(
            "To identify you I need an order number together with the e-mail address or postcode on that order."
        )
    key = order_key(order_id)
    recent = shop.records.failed_identity_attempts(key, _PER_ORDER_WINDOW)
    if session.identity_failures >= TRIES or recent >= _TRIES_PER_ORDER:
        raise Refused(LOCKED)
    customer_id = _match(shop, key, email, postcode)
    matched = customer_id is not None and session.customer_id in (None, customer_id)
    shop.records.note_identity_attempt(session, key, matched=matched)
    if customer_id is None or not matched:
        session.identity_failures += 1
        shop.records.save_session(session)
        raise Refused(_failure_text(session))
    session.customer_id = customer_id
    session.identity_failures = 0
    shop.records.save_session(session)
    return customer_id


def has_contact_details(shop: "Shop") -> bool:
    """Whether anyone could identify themselves in this way: the shop holds an e-mail address, postcode or address."""
    customers, orders = shop.warehouse.table("customers"), shop.warehouse.table("orders")
    known = customers.filter(customers.email.notnull() | customers.postcode.notnull()).count()
    addressed = orders.filter(orders.address.notnull()).count()
    return bool(shop.warehouse.scalar(known) or shop.warehouse.scalar(addressed))


def _failure_text(session: "Session") -> str:
    left = TRIES - session.identity_failures
    if left <= 0:
        return LOCKED
    tries = "one more try" if left == 1 else f"{left} more tries"
    return (
        "I can't match that order number with those details. Please check the number and the e-mail address or "
        "postcode "
        f"on that order; you have {tries}."
    )


def _match(shop: "Shop", key: str, email: str | None, postcode: str | None) -> str | None:
    """The customer of the order with this key, if one of the details given is the one on record."""
    orders, customers = shop.warehouse.table("orders"), shop.warehouse.table("customers")
    known = customers.select("customer_id", "email", "postcode")
    near = orders.filter(orders.order_id.lower().re_replace("[^a-z0-9]", "").isin([key, f"order{key}"]))
    rows = shop.warehouse.frame(
        near.left_join(known, "customer_id").select("customer_id", "email", "postcode", "address")
    )
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        if row["customer_id"] is None:
            continue
        postcodes = {_bare(row["postcode"] or ""), *(_bare(each) for each in _postcodes_in(row["address"] or ""))}
        if _same(_bare(email or ""), {_bare(row["email"] or "")}) or _same(_bare(postcode or ""), postcodes):
            return str(row["customer_id"])
    return None


def _postcodes_in(address: str) -> list[str]:
    """Postcodes at the end of an address; house numbers at its start are none."""
    return _POSTCODE.findall(",".join(address.split(",")[-3:])) if "," in address else _POSTCODE.findall(address)[-1:]


def _bare(text: str) -> str:
    """Without spaces and case."""
    return "".join(text.split()).casefold()


def _same(said: str, on_record: set[str]) -> bool:
    matches = [hmac.compare_digest(said.encode(), each.encode()) for each in on_record if each]
    return len(said) >= 3 and any(matches)
