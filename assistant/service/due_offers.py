"""Offers at the moment they are due: laid into the outbox, from where the webhook takes them to the shop's system.

Which are due and what they may give is computed in `analytics.offer_triggers`; each is announced once, however often an
order is reported. Knows ids and days, no wording.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from analytics.offer_triggers import DueOffer
from assistant.errors import WrongUse
from assistant.records.schema import OFFER_DUE

if TYPE_CHECKING:
    from assistant.shop import Shop

_MOST_PRODUCTS = 500


@dataclass(frozen=True)
class Announced:
    """Offers that are due.

    Attributes:
        offers: as they go to the shop's system.
        new: how many of them were not announced before.
    """

    offers: tuple[dict[str, Any], ...]
    new: int


def on_order(
    shop: "Shop", order_id: str, customer_id: str, products: Sequence[str], day: date | None = None
) -> Announced:
    """What an order calls for that has just arrived: a welcome, and what goes with its products.

    Raises:
        WrongUse: the order or customer has no id, or it holds no or too many products.
    """
    if not order_id.strip() or not customer_id.strip() or not 0 < len(products) <= _MOST_PRODUCTS:
        raise WrongUse(
            f"Expected the id of an order and of its customer, and 1 to {_MOST_PRODUCTS} products; got order "
            f"{order_id!r}, customer {customer_id!r} and {len(products)} products."
        )
    codes = [each.strip().upper() for each in products]
    found = shop.triggers.on_order(customer_id, codes, day or date.today())
    return _announce(shop, found, f"order:{order_id}")


def on_day(shop: "Shop", day: date | None = None, days: int = 1) -> Announced:
    """What silences call for that became too long, and needs that came up, in the `days` up to a day.

    Raises:
        WrongUse: fewer days than one.
    """
    if days < 1:
        raise WrongUse(f"Expected one day or more; got {days}.")
    return _announce(shop, shop.triggers.on_day(day or shop.as_of, days), "")


def _announce(shop: "Shop", due: Iterable[DueOffer], cause: str) -> Announced:
    bodies, new = [], 0
    for each in due:
        body = {
            "subject": f"customer:{each.customer_id}", "customer_id": each.customer_id, "offer": each.kind,
            "products": list(each.products), "discount": each.discount, "since": each.since.isoformat(),
            "cause": cause or "silence",
        }  # fmt: skip
        told = "|".join([each.customer_id, each.kind, *each.products, cause or each.since.isoformat()])
        key = f"{OFFER_DUE}:{hashlib.sha256(told.encode()).hexdigest()[:40]}"
        new += shop.records.announce(OFFER_DUE, key, each.customer_id, body)
        bodies.append(body)
    return Announced(tuple(bodies), new)
