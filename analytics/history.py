"""What a model may learn from: the sales lines up to a day. Knows no model."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from analytics.warehouse import Warehouse

LINE_COLUMNS = (
    "order_id",
    "line_number",
    "customer_id",
    "store_id",
    "sold_at",
    "country",
    "kind",
    "product_id",
    "category",
    "quantity",
    "unit_price",
    "value",
    "discount",
    "promotion_id",
)


class History:
    """The sales of a shop up to and including the as-of date.

    Every backtest asks for `until(cutoff)`, so that no model sees a later day.
    """

    def __init__(self, lines: pd.DataFrame, as_of: date, warehouse: Warehouse | None = None) -> None:
        """Takes the lines as they are; rows after `as_of` are dropped.

        Args:
            lines: one row per sales line, columns of `LINE_COLUMNS` (those a model does not use may be missing);
                `sold_at` as timestamps, returns with negative quantity and value.
            as_of: the last day that is known.
            warehouse: for the tables beside the sales (prices, promotions, stock); None in tests.
        """
        lines = lines.assign(day=lines["sold_at"].dt.normalize())
        self.lines = lines[lines["day"] <= pd.Timestamp(as_of)]
        self.as_of = as_of
        self.warehouse = warehouse

    @classmethod
    def of(cls, warehouse: Warehouse, as_of: date, columns: Sequence[str] = LINE_COLUMNS) -> "History":
        """Reads the shop's merchandise lines."""
        return cls(warehouse.frame(warehouse.table("sales").select(*columns)), as_of, warehouse)

    def until(self, cutoff: date) -> "History":
        """The same shop as it was known at the end of `cutoff`."""
        return History(self.lines, cutoff, self.warehouse)

    def table(self, name: str) -> pd.DataFrame:
        """A whole small table beside the sales ("products", "promotions"); empty where there is no warehouse."""
        if self.warehouse is None:
            return pd.DataFrame()
        table: Any = self.warehouse.table(name)
        return self.warehouse.frame(table)
