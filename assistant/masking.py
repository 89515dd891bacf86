"""Masks e-mail addresses, telephone numbers, postcodes and addresses in what is recorded. Knows texts and field names.

The records of a customer's conversation need not say how to reach the person: the customer id stands beside each line,
and the history holds the rest. What a manager asked for is recorded as it was answered.
"""

import re
from typing import Any, Final

_MASK: Final = "***"
_EMAIL: Final = re.compile(r"\b([A-Za-z0-9])[A-Za-z0-9._%+-]*@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
# With a country code, or with a leading zero and in groups: an order number has neither.
_PHONE: Final = re.compile(r"(?<![\w.])(?:\+\d{1,3}[ ./-]?(?:\(0\))?|\(?0\d{2,4}\)?[ ./-])(?:\d[ ./-]?){5,10}\d(?!\w)")
_POSTCODE: Final = re.compile(r"\b([A-Z]{1,2})\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)  # British, the inner part too
_FIELDS: Final = ("email", "postcode", "phone", "address")


def masked(text: str) -> str:
    """The text with what reaches a person masked: "a***@example.org", "LS***"."""
    text = _EMAIL.sub(rf"\1{_MASK}@\2", text)
    text = _PHONE.sub(_MASK, text)
    return _POSTCODE.sub(rf"\1{_MASK}", text)


def masked_all(value: Any, field: str = "") -> Any:
    """The same for every text inside a JSON value; an address or a foreign postcode is known by its field."""
    if isinstance(value, str):
        said = masked(value)
        return f"{value[:2]}{_MASK}" if said == value and field in _FIELDS and value else said
    if isinstance(value, dict):
        return {name: masked_all(each, str(name)) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [masked_all(each, field) for each in value]
    return value
