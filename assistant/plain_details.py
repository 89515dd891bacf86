"""A payment method and a person's name as they stand in a message: no model was trained to read them. Knows text."""

import re
from collections.abc import Mapping
from typing import Any

_METHOD = (
    r"(?:\w+ )?card (?:that ends|ending)(?: in| with)? \d{4}"
    r"|gift ?-?(?:card|voucher)(?: (?:ending|that ends) in \d{4})?"
    r"|store credit|pay ?pal(?: account)?|(?:visa|master ?card|amex|credit|debit|bank)(?: card)?"
    r"|original (?:card|payment(?: method)?|method)|(?:gift_card|credit_card|debit_card|paypal)_\w+"
)
_PAYMENT = re.compile(
    rf"\b(?:to|on|onto|with|by|via|using|from|use|charge)\s+(?:my |the |a |your |that |our )?(?:other )?({_METHOD})\b",
    re.IGNORECASE,
)
_WORD = r"[A-Z][\w'’-]*"
_NAME = re.compile(rf"(?:[Mm]y name is|[Nn]ame is|[Nn]ame:|I am|I'm|[Tt]his is|[Ii]t's)\s+({_WORD}(?: {_WORD}){{1,3}})")


def payment(text: str) -> str | None:
    """The payment method that money should go to or come from; None where a message names none or two."""
    found = {match.lower(): match for match in _PAYMENT.findall(text)}
    return next(iter(found.values())) if len(found) == 1 else None


def full_name(text: str) -> str | None:
    """The name of more than one word that a person gives as their own."""
    match = _NAME.search(text)
    return match.group(1) if match else None


def add_details(arguments: dict[str, Any], properties: Mapping[str, Any], message: str) -> None:
    """Adds what was said and is missing, where the tool takes it."""
    said = {
        "payment": payment(message) if "payment" in properties else None,
        "name": full_name(message) if {"name", "postcode"} <= properties.keys() else None,
    }
    arguments |= {name: value for name, value in said.items() if value is not None and name not in arguments}
