"""Who a customer is: an order number together with the e-mail address or postcode on record. Counts tries.

A shop's rules may also let the e-mail address alone, or name and postcode, do. A wrong number, a wrong e-mail address
and an order without any contact details all get the same answer.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from assistant.errors import BadCall, Refused
from assistant.service.orders import order_key
from assistant.service.rules import Rules

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


@dataclass(frozen=True)
class Claim:
    """What a person says of themselves; None: not said."""

    order_id: str | None = None
    email: str | None = None
    postcode: str | None = None
    name: str | None = None


def identify(shop: "Shop", session: "Session", claim: Claim, rules: Rules) -> str:
    """Binds the session to the customer whom the claim fits and returns the customer's id.

    Raises:
        BadCall: too little was said to identify anyone by the shop's rules.
        Refused: no match, the conversation is locked, or it belongs to another customer already.
    """
    key = _key(claim, rules)
    if not key:
        raise BadCall(_what_is_needed(rules))
    recent = shop.records.failed_identity_attempts(key, _PER_ORDER_WINDOW)
    if session.identity_failures >= TRIES or recent >= _TRIES_PER_ORDER:
        raise Refused(LOCKED)
    customer_id = _match(shop, claim) if order_key(claim.order_id or "") else _match_person(shop, claim)
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


def _key(claim: Claim, rules: Rules) -> str:
    """What failed tries are counted by; empty where too little was said. A person's details are kept as a digest."""
    number = order_key(claim.order_id or "")
    if number and (claim.email or claim.postcode):
        return number
    if claim.email and rules.identity_email_alone:
        return _digest(_bare(claim.email))
    if claim.name and claim.postcode and rules.identity_name_and_postcode:
        return _digest(f"{_folded(claim.name)}|{_bare(claim.postcode)}")
    return ""


def _what_is_needed(rules: Rules) -> str:
    also = [
        "your e-mail address" if rules.identity_email_alone else "",
        "your full name and postcode" if rules.identity_name_and_postcode else "",
    ]
    ways = ["an order number together with the e-mail address or postcode on that order", *filter(None, also)]
    return f"To identify you I need {', or '.join(ways)}."


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


def _match(shop: "Shop", claim: Claim) -> str | None:
    """The customer of the order with this number, if one of the details given is the one on record."""
    key, email, postcode = order_key(claim.order_id or ""), claim.email, claim.postcode
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


def _match_person(shop: "Shop", claim: Claim) -> str | None:
    """The one customer with this e-mail address, or with this name and postcode; None where there are two."""
    customers = shop.warehouse.table("customers")
    rows = shop.warehouse.frame(customers.select("customer_id", "email", "name", "postcode"))
    rows = rows.astype(object).where(rows.notna(), "")
    if claim.email:
        found = [row for row in rows.to_dict("records") if _same(_bare(claim.email), {_bare(row["email"])})]
    else:
        said = _folded(claim.name or ""), _bare(claim.postcode or "")
        found = [row for row in rows.to_dict("records") if said == (_folded(row["name"]), _bare(row["postcode"]))]
    return str(found[0]["customer_id"]) if len(found) == 1 else None


def _postcodes_in(address: str) -> list[str]:
    """Postcodes at the end of an address; house numbers at its start are none."""
    return _POSTCODE.findall(",".join(address.split(",")[-3:])) if "," in address else _POSTCODE.findall(address)[-1:]


def _bare(text: str) -> str:
    """Without spaces and case."""
    return "".join(text.split()).casefold()


def _same(said: str, on_record: set[str]) -> bool:
    matches = [hmac.compare_digest(said.encode(), each.encode()) for each in on_record if each]
    return len(said) >= 3 and any(matches)


def _folded(name: str) -> str:
    """A name without case, accents and double spaces."""
    plain = unicodedata.normalize("NFKD", name)
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).casefold().split())


def _digest(text: str) -> str:
    return f"person:{hashlib.sha256(text.encode()).hexdigest()[:32]}"
