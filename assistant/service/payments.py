"""How a customer pays: the methods on record, what each order was paid with, and what is left on a gift card.

The history holds methods and payments as the shop's system knew them; what was recorded here since is laid over.
A shop that keeps no payment methods has none, and refunds go the way its rules name.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from assistant.errors import NotFound, Refused, Unclear
from assistant.wording import listed, money

if TYPE_CHECKING:
    from assistant.shop import Shop

GIFT_CARD = "gift_card"
_KINDS = {GIFT_CARD: "gift card", "credit_card": "card", "debit_card": "debit card", "paypal": "PayPal account"}
_WORDS = {
    GIFT_CARD: r"gift ?-?(?:card|voucher)s?|voucher|store credit",
    "credit_card": r"(?:credit|bank|debit) ?card|visa|master ?card|amex|card",
    "debit_card": r"(?:debit|bank) ?card|card",
    "paypal": r"pay ?pal",
}
_ORIGINAL = re.compile(r"\b(?:original|same|used|paid with|paid by|how i paid)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PaymentMethod:
    """A way of paying that the shop has on record for a customer.

    Attributes:
        balance: what is left on a gift card; None for everything else.
        moves: how many movements of the balance were recorded here.
    """

    method_id: str
    kind: str
    brand: str | None = None
    last_four: str | None = None
    balance: float | None = None
    moves: int = 0

    @property
    def is_gift_card(self) -> bool:
        """Whether it is paid from a balance."""
        return self.kind == GIFT_CARD

    @property
    def label(self) -> str:
        """How an answer names it: never by more than four digits."""
        brand = (self.brand or "").title()
        named = brand if not brand or brand.endswith("card") else f"{brand} card"
        name = named or _KINDS.get(self.kind, self.kind.replace("_", " "))
        digits = self.last_four or (self.method_id[-4:] if self.is_gift_card else "")
        return f"your {name} ending in {digits}" if digits else f"your {name}"

    def described(self, currency: str) -> str:
        """With the balance of a gift card."""
        held = "" if self.balance is None else f" ({money(self.balance, currency)} left)"
        return f"{self.label}{held}"


@dataclass(frozen=True)
class Payment:
    """Money that moved for an order. kind: "payment" or "refund"; amount: not negative."""

    kind: str
    amount: float
    method_id: str

    def as_json(self) -> dict[str, Any]:
        """For the payload of a change."""
        return {"kind": self.kind, "amount": self.amount, "method_id": self.method_id}


def methods_of(shop: "Shop", customer_id: str) -> tuple[PaymentMethod, ...]:
    """The customer's methods, gift cards with what is left on them now."""
    table = shop.warehouse.table("payment_methods")
    rows = shop.warehouse.frame(table.filter(table.customer_id == customer_id).order_by("payment_method_id"))
    found = []
    for row in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        method_id, balance, moves = str(row["payment_method_id"]), row["balance"], 0
        if balance is not None:
            amounts = shop.records.gift_card_movements(method_id)
            balance, moves = round(float(balance) + sum(amounts), 2), len(amounts)
        found.append(PaymentMethod(method_id, str(row["kind"]), row["brand"], row["last_four"], balance, moves))
    return tuple(found)


def payments_of(shop: "Shop", order_ids: Sequence[str]) -> dict[str, tuple[Payment, ...]]:
    """What the history knows of payments and refunds, by order, in their order."""
    table = shop.warehouse.table("payments")
    rows = shop.warehouse.frame(table.filter(table.order_id.isin(order_ids))).sort_values("payment_number")
    found: dict[str, tuple[Payment, ...]] = {}
    for order_id, kind, amount, method in zip(
        rows["order_id"], rows["kind"], rows["amount"], rows["payment_method_id"], strict=True
    ):
        if pd.notna(amount) and pd.notna(method):
            found[str(order_id)] = (*found.get(str(order_id), ()), Payment(str(kind), float(amount), str(method)))
    return found


def net_paid(payments: Sequence[Payment]) -> dict[str, float]:
    """What each method has paid and not got back, dearest first; those that paid nothing are left out."""
    net: dict[str, float] = {}
    for each in payments:
        net[each.method_id] = net.get(each.method_id, 0.0) + (each.amount if each.kind == "payment" else -each.amount)
    held = {method: round(amount, 2) for method, amount in net.items() if round(amount, 2) > 0}
    return dict(sorted(held.items(), key=lambda pair: -pair[1]))


def choose_method(methods: Sequence[PaymentMethod], said: str, original: str | None) -> PaymentMethod:
    """The method that was meant, by its id, its last digits, its kind or brand, or as the original one.

    Raises:
        NotFound: the customer has no such method on record.
        Unclear: several fit.
    """
    text = said.strip()
    by_id = [each for each in methods if each.method_id.lower() == text.lower()]
    if by_id:
        return by_id[0]
    known = listed([each.label for each in methods], "or")
    if "_" in text:  # an id, and nobody's that we may see
        raise NotFound(f"I can't find that payment method on your account; there is {known}.")
    if _ORIGINAL.search(text) and original is not None:
        return next(each for each in methods if each.method_id == original)
    digits = re.findall(r"\d{4,}", text)
    found = [each for each in methods if _meant(each, text, digits)]
    if not found:
        raise NotFound(f"I can't find “{text[:60]}” among your payment methods; there is {known}.")
    if len(found) > 1:
        raise Unclear(f"Which one do you mean: {listed([each.label for each in found], 'or')}?")
    return found[0]


def check_covers(method: PaymentMethod, due: float, currency: str) -> None:
    """Refuses a gift card that holds less than what is to be paid."""
    if method.balance is not None and method.balance < round(due, 2):
        raise Refused(
            f"Only {money(method.balance, currency)} is left on {method.label}, and {money(due, currency)} is due. "
            "Please choose another payment method."
        )


def movements(methods: Sequence[PaymentMethod], payments: Sequence[Payment]) -> list[dict[str, Any]]:
    """What payments do to the gift cards among the methods, for the payload of a change."""
    cards = {each.method_id: each for each in methods if each.is_gift_card}
    return [
        {
            "method_id": each.method_id,
            "sequence": cards[each.method_id].moves,
            "amount": each.amount if each.kind == "refund" else -each.amount,
        }
        for each in payments
        if each.method_id in cards
    ]


def _meant(method: PaymentMethod, text: str, digits: Sequence[str]) -> bool:
    if digits:
        ends = (method.last_four or "", method.method_id)
        return any(each and any(end.endswith(each) for end in ends) for each in digits)
    brands = [each for each in ("visa", "mastercard", "amex") if each in text.lower().replace(" ", "")]
    if brands:
        return (method.brand or "").lower() in brands
    kind = _WORDS.get(method.kind, re.escape(method.kind.replace("_", " ")))
    gift = re.search(rf"\b(?:{_WORDS[GIFT_CARD]})\b", text, re.IGNORECASE) is not None
    return gift if method.is_gift_card else not gift and re.search(rf"\b(?:{kind})\b", text, re.IGNORECASE) is not None
