"""What the shop has on record for a customer beside orders: delivery address and payment methods. Changes nothing."""

from typing import TYPE_CHECKING

from assistant.messages import Fact
from assistant.service.payments import methods_of

if TYPE_CHECKING:
    from assistant.shop import Shop


def account_facts(shop: "Shop", customer_id: str) -> tuple[Fact, ...]:
    """The delivery address and each payment method; empty where the shop keeps neither."""
    address = delivery_address(shop, customer_id)
    facts = [Fact("delivery address of the account", address, "", address)] if address else []
    for each in methods_of(shop, customer_id):
        facts.append(Fact("payment method", each.method_id, "", each.described(shop.currency)))
    return tuple(facts)


def delivery_address(shop: "Shop", customer_id: str) -> str | None:
    """The account's address as it was last asked for, else as the history has it."""
    asked = [each for each in shop.records.requests(subject=f"customer:{customer_id}") if each.action == "address"]
    if asked:
        return str(asked[-1].payload["address"])
    customers = shop.warehouse.table("customers")
    rows = shop.warehouse.frame(customers.filter(customers.customer_id == customer_id).select("address"))
    known = rows["address"].dropna()
    return None if known.empty else str(known.iloc[0])
