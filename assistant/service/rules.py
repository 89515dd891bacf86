"""The shop's service rules as data: read from `policies/rules.toml`, or these defaults. Knows no order.

Every key, with its default (a shop writes only those it changes):

    [return]
    window_days = 30              # days after delivery
    reasons = []                  # permitted reasons; empty: any, and none need be given
    postage_paid_by = ""          # "customer" or "shop"; empty: nothing is promised
    postage_cost = 0.0            # what the customer's label costs, taken off the refund; 0: they post it themselves
    excluded_categories = []      # what may not come back (food, made to order), unless it is at fault
    once_only = false             # a second return of the same order is refused
    [cancel]
    reasons = []
    [exchange]
    window_days = 30
    reasons = []
    once_only = true              # a second exchange of the same order is refused
    after_return = true           # false: an order is either returned or exchanged, not both
    same_category = false         # only into a product of the same category
    postage_paid_by = ""
    postage_cost = 0.0            # what sending the first item back costs the customer
    excluded_categories = []
    [change]                      # before dispatch
    items = false                 # items may be changed for others, once
    items_final = false           # afterwards the order can't be cancelled
    payment = false               # another of the payment methods on record may pay, once
    [identity]                    # beside an order number with the e-mail address or postcode on it
    email_alone = false
    name_and_postcode = false
    [fault]
    words = []                    # in a reason ("faulty", "damaged"): the shop pays the postage and nothing is excluded
    [refund]
    to = "your original payment method"
    working_days = []             # [5, 7]: how long a refund takes; empty: nothing is promised
    gift_card_at_once = false     # a refund to a gift card takes no time
    choose = false                # a return may also go to a gift card of the customer's
    [unrecorded]
    window_days = 30              # orders without dispatch information: days after the order in which all is accepted
"""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from rapidfuzz import fuzz

from assistant.errors import AssistantError, BadCall
from assistant.wording import listed

Payer = Literal["", "customer", "shop"]
Sending = Literal["return", "exchange"]
_SAME_REASON = 80  # token_set_ratio from which two wordings are one reason
RULES_FILE = "rules.toml"


@dataclass(frozen=True)
class Rules:
    """Windows in days, reasons as people read them; field names are section_key of the file."""

    return_window_days: int = 30
    return_reasons: tuple[str, ...] = ()
    return_postage_paid_by: Payer = ""
    return_postage_cost: float = 0.0
    return_excluded_categories: tuple[str, ...] = ()
    return_once_only: bool = False
    cancel_reasons: tuple[str, ...] = ()
    exchange_window_days: int = 30
    exchange_reasons: tuple[str, ...] = ()
    exchange_once_only: bool = True
    exchange_after_return: bool = True
    exchange_same_category: bool = False
    exchange_postage_paid_by: Payer = ""
    exchange_postage_cost: float = 0.0
    exchange_excluded_categories: tuple[str, ...] = ()
    change_items: bool = False
    change_items_final: bool = False
    change_payment: bool = False
    identity_email_alone: bool = False
    identity_name_and_postcode: bool = False
    fault_words: tuple[str, ...] = ()
    refund_to: str = "your original payment method"
    refund_working_days: tuple[int, ...] = ()
    refund_gift_card_at_once: bool = False
    refund_choose: bool = False
    unrecorded_window_days: int = 30

    def __post_init__(self) -> None:
        for name in ("return_window_days", "exchange_window_days", "unrecorded_window_days"):
            if getattr(self, name) < 0:
                raise _wrong(name, "0 or more days", getattr(self, name))
        for name in ("return_postage_cost", "exchange_postage_cost"):
            if not 0 <= getattr(self, name) < 10_000:
                raise _wrong(name, "an amount of money, 0 or more", getattr(self, name))
        for name in ("return_postage_paid_by", "exchange_postage_paid_by"):
            if getattr(self, name) not in get_args(Payer):
                raise _wrong(name, '"customer", "shop" or ""', getattr(self, name))
        days = self.refund_working_days
        if days and (len(days) != 2 or not 0 <= days[0] <= days[1]):
            raise _wrong("refund_working_days", "two numbers like [5, 7]", list(days))

    @property
    def refund_route(self) -> str:
        """Where a refund goes and, where the shop says so, how long it takes."""
        return self.route_to(self.refund_to)

    def route_to(self, where: str, *, gift_card: bool = False) -> str:
        """A refund's way to a named payment method and, where the shop says so, how long it takes."""
        if gift_card and self.refund_gift_card_at_once:
            return f"to {where} at once"
        if not self.refund_working_days:
            return f"to {where}"
        first, last = self.refund_working_days
        return f"to {where} within {f'{first} to ' if first < last else ''}{last} working days"

    def at_fault(self, reason: str | None) -> bool:
        """Whether the reason puts it on the shop: faulty, damaged, wrong, in the shop's own words."""
        return any(re.search(rf"\b{re.escape(word)}", reason or "", re.IGNORECASE) for word in self.fault_words)

    def payer(self, action: Sending, reason: str | None) -> Payer:
        """Who pays for sending goods back."""
        payer = self.return_postage_paid_by if action == "return" else self.exchange_postage_paid_by
        return "shop" if payer and self.at_fault(reason) else payer

    def postage(self, action: Sending, reason: str | None) -> float:
        """What sending goods back costs the customer, as far as the shop names a price."""
        cost = self.return_postage_cost if action == "return" else self.exchange_postage_cost
        return cost if self.payer(action, reason) == "customer" else 0.0

    def excluded(self, action: Sending, category: str | None, reason: str | None) -> bool:
        """Whether goods of the category may not be sent back."""
        listed_ones = self.return_excluded_categories if action == "return" else self.exchange_excluded_categories
        return category in listed_ones and not self.at_fault(reason)

    def reason(self, action: Literal["return", "cancel", "exchange"], said: str | None) -> str | None:
        """The permitted reason that was meant, or what was said where the shop permits any.

        Raises:
            BadCall: the shop permits certain reasons only, and none of them was said.
        """
        permitted = {"return": self.return_reasons, "cancel": self.cancel_reasons, "exchange": self.exchange_reasons}
        reasons = permitted[action]
        if not reasons:
            return said
        scores = {each: fuzz.token_set_ratio(each.lower(), (said or "").lower()) for each in reasons}
        best = max(scores, key=lambda each: scores[each])
        if scores[best] >= _SAME_REASON:
            return best
        came = f'; you said "{said}"' if said else ""
        raise BadCall(f"For this I need to know the reason, one of: {listed(reasons, 'or')}{came}. Which is it?")


def read_rules(policies_folder: Path) -> Rules:
    """The shop's rules; the defaults where it has no rules file.

    Raises:
        AssistantError: the file is malformed or has an unknown key: no change is made on rules that nobody meant.
    """
    path = policies_folder / RULES_FILE
    if not path.exists():
        return Rules()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise AssistantError(f"Expected {RULES_FILE} to be TOML; got a fault: {failure}. Mend that line.") from failure
    defaults = {each.name: each.default for each in fields(Rules)}
    said: dict[str, Any] = {}
    for section, keys in content.items():
        for key, value in (keys if isinstance(keys, dict) else {"": keys}).items():
            name = f"{section}_{key}".rstrip("_")
            if name not in defaults:
                known = listed([each.replace("_", ".", 1) for each in defaults], "or")
                raise AssistantError(f"{RULES_FILE} knows no key {section}.{key}; expected {known}.")
            said[name] = _checked(name, value, defaults[name])
    return Rules(**said)


def _checked(name: str, value: Any, default: Any) -> Any:
    if isinstance(default, tuple):
        kind = int if name == "refund_working_days" else str
        if not isinstance(value, list) or any(type(each) is not kind for each in value):
            raise _wrong(name, f"a list of {'numbers' if kind is int else 'texts'}", value)
        return tuple(value)
    if isinstance(default, float) and type(value) is int:
        return float(value)
    if type(value) is not type(default):
        raise _wrong(name, f"a value like {default!r}", value)
    return value


def _wrong(name: str, expected: str, came: Any) -> AssistantError:
    key = name.replace("_", ".", 1)
    return AssistantError(f"{RULES_FILE}: expected {key} to be {expected}; got {came!r}. Correct it there.")
