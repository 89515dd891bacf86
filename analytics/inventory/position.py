"""Stock on hand and on order and how long a delivery takes, per product and place. Knows no demand."""

import math
from dataclasses import dataclass

import pandas as pd

from analytics.warehouse import Warehouse

ASSUMED_LEAD_TIME = 14.0  # days, where neither stock nor supplier names one
ASSUMED_LEAD_TIME_SD = 0.25  # of the lead time, where the supplier names none


@dataclass(frozen=True)
class Position:
    """A product's stock in one store, or in the whole shop.

    Attributes:
        on_hand, on_order: units; None where the shop records no stock of it.
        lead_time_days, lead_time_sd_days: of a delivery.
        minimum_order: units per order.
        order_cost: money per order; None where unknown.
        price, cost: per unit; None where unknown.
        lead_time_assumed: whether nothing in the shop's data names a lead time.
        pack: units in which the supplier sells it.
        assumed: what was assumed, one sentence each.
    """

    product_id: str
    title: str
    category: str | None
    store_id: str | None
    on_hand: float | None
    on_order: float
    lead_time_days: float
    lead_time_sd_days: float
    minimum_order: float
    order_cost: float | None
    price: float | None
    cost: float | None
    supplier: str | None
    lead_time_assumed: bool = False
    assumed: tuple[str, ...] = ()
    pack: float = 1.0

    @property
    def available(self) -> float:
        """Units on hand and on order."""
        return (self.on_hand or 0.0) + self.on_order

    def whole_packs(self, units: float) -> float:
        """The units that can be ordered: no fewer than the supplier's minimum, in whole packs."""
        return float(math.ceil(max(units, self.minimum_order) / self.pack - 1e-9) * self.pack)


def stock_positions(
    warehouse: Warehouse,
    *,
    product: str | None = None,
    category: str | None = None,
    store: str | None = None,
    by_store: bool = False,
) -> list[Position]:
    """The stock of every merchandise product (of one product, category or store).

    Args:
        warehouse: the shop's history.
        product: only this product, which comes back even where no stock is recorded.
        category: only this category.
        store: only this store.
        by_store: one row per store instead of their sum.
    """
    products, stock = warehouse.table("products"), warehouse.table("inventory")
    products = products.filter(products.merchandise)
    if product is not None:
        products, stock = products.filter(products.product_id == product), stock.filter(stock.product_id == product)
    if category is not None:
        products = products.filter(products.category == category)
    if store is not None:
        stock = stock.filter(stock.store_id == store)
    listed = warehouse.frame(
        products.select("product_id", "title", "category", "price", "cost", "supplier_id", "pack_size")
    )
    held = warehouse.frame(stock.select("store_id", "product_id", "on_hand", "on_order", "lead_time_days"))
    if not by_store:
        held = held.groupby("product_id", as_index=False).agg(
            on_hand=("on_hand", "sum"), on_order=("on_order", "sum"), lead_time_days=("lead_time_days", "max")
        )
        held["store_id"] = store
    joined = listed.merge(held, on="product_id", how="left" if product is not None else "inner")
    suppliers = warehouse.frame(warehouse.table("suppliers"))
    joined = joined.merge(suppliers, on="supplier_id", how="left", suffixes=("", "_supplier"))
    return [_position({str(name): value for name, value in row.items()}) for row in joined.to_dict("records")]


def _position(row: dict[str, object]) -> Position:
    assumed = []
    lead = _figure(row.get("lead_time_days"))
    lead = lead if lead is not None else _figure(row.get("lead_time_days_supplier"))
    unknown = lead is None
    if lead is None:
        lead = ASSUMED_LEAD_TIME
        assumed.append(f"No lead time is recorded: {ASSUMED_LEAD_TIME:g} days are assumed.")
    lead_sd = _figure(row.get("lead_time_sd_days"))
    if lead_sd is None:
        lead_sd = ASSUMED_LEAD_TIME_SD * lead
        assumed.append(f"How much the lead time varies is not recorded: {lead_sd:g} days are assumed.")
    return Position(
        product_id=str(row["product_id"]),
        title=str(row["title"]),
        category=_text(row.get("category")),
        store_id=_text(row.get("store_id")),
        on_hand=_figure(row.get("on_hand")),
        on_order=_figure(row.get("on_order")) or 0.0,
        lead_time_days=lead,
        lead_time_sd_days=lead_sd,
        minimum_order=max(1.0, _figure(row.get("minimum_order_quantity")) or 1.0),
        order_cost=_figure(row.get("order_cost")),
        price=_figure(row.get("price")),
        cost=_figure(row.get("cost")),
        supplier=_text(row.get("name")),
        lead_time_assumed=unknown,
        assumed=tuple(assumed),
        pack=max(1.0, _figure(row.get("pack_size")) or 1.0),
    )


def _figure(value: object) -> float | None:
    return None if value is None or pd.isna(value) else float(value)  # type: ignore[call-overload, arg-type]


def _text(value: object) -> str | None:
    return None if value is None or pd.isna(value) else str(value)  # type: ignore[call-overload]
