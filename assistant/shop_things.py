"""A product, a customer and a store of the shop, as they are once it is known which one is meant."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Product:
    """A product of the shop as resolved."""

    product_id: str
    title: str
    category: str | None
    price: float | None
    cost: float | None


@dataclass(frozen=True)
class Customer:
    """A customer of the shop as resolved; `label` is how an answer names them."""

    customer_id: str
    name: str | None

    @property
    def label(self) -> str:
        """Name and id, or the id alone."""
        return f"{self.name} ({self.customer_id})" if self.name else f"customer {self.customer_id}"


@dataclass(frozen=True)
class Store:
    """A store of the shop as resolved."""

    store_id: str
    name: str
