"""The products' fields as arrays, so that a filter over a million products takes milliseconds. Knows no query."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from retrieval.products import Filters, Mask

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Columns:
    """Of n products.

    Attributes:
        price, in_stock: shape (n,); NaN where not known.
        popularity: units sold lately, shape (n,).
        names: the shop's categories, sorted; "" where a product has none.
        category: of each product, its place in `names`, shape (n,).
    """

    price: Numbers
    in_stock: Numbers
    popularity: Numbers
    names: tuple[str, ...]
    category: npt.NDArray[np.int64]

    @classmethod
    def of(cls, products: pd.DataFrame) -> "Columns":
        """From the index's frame."""
        codes, names = pd.factorize(products["category"].astype(object), sort=True)
        price, in_stock, sold = (products[name].to_numpy(dtype=float) for name in ("price", "in_stock", "popularity"))
        return cls(price, in_stock, sold, tuple(map(str, names)), codes)

    @cached_property
    def known(self) -> dict[str, str]:
        """Case-folded name -> the shop's own, of each category."""
        return {name.casefold(): name for name in self.names if name}

    def mask(self, filters: Filters) -> Mask:
        """Which products fulfil all, shape (n,). What is not known of a product fulfils no filter."""
        admitted = np.ones(len(self.price), dtype=bool)
        if filters.category is not None:
            wanted = filters.category.casefold()
            admitted &= np.array([name.casefold() == wanted for name in self.names], dtype=bool)[self.category]
        if filters.min_price is not None:
            admitted &= self.price >= filters.min_price
        if filters.max_price is not None:
            admitted &= self.price <= filters.max_price
        if filters.in_stock is not None:
            admitted &= self.in_stock == float(filters.in_stock)
        return admitted
