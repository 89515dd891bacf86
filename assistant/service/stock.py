"""What is on hand of a product, where the shop keeps stock levels. Knows no order."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.shop import Shop


def units_on_hand(shop: "Shop", product_id: str) -> float | None:
    """Units in all stores together; None where the shop keeps no stock level of the product."""
    inventory = shop.warehouse.table("inventory")
    units = shop.warehouse.scalar(inventory.filter(inventory.product_id == product_id).on_hand.sum())
    return None if units is None else float(units)


def is_available(shop: "Shop", product_id: str) -> bool:
    """Whether the shop says so of a variant, without counting it."""
    variants = shop.warehouse.table("variants")
    said = shop.warehouse.scalar(variants.filter(variants.product_id == product_id).available.max())
    return bool(said)
