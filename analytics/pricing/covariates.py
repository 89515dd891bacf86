"""What an elasticity may depend on besides its category: price level and how often buyers come back for a product.

Dear things are weighed longer than what is bought again each week. Knows sales lines, estimates nothing.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.history import History
from analytics.pricing.cells import Cells


def price_covariates(history: History, cells: Cells) -> pd.DataFrame:
    """Per product, each standardised over products, 0 where unknown.

    Returns:
        price_level: mean log price of its category; price: its own beyond that; repeats: log orders per known buyer,
        mean of its category.
    """
    category = pd.Series(cells.categories, index=cells.products)
    price = pd.Series(_typical_log_price(cells), index=cells.products)
    level = price.groupby(category).transform("mean")
    lines = history.lines
    known = lines[(lines["kind"] == "sale") & lines["customer_id"].notna()].groupby("product_id", observed=True)
    orders: pd.Series = known["order_id"].nunique() / known["customer_id"].nunique()
    repeats = orders.reindex(cells.products).fillna(1.0).map(np.log)
    columns = {"price_level": level, "price": price - level, "repeats": repeats.groupby(category).transform("mean")}
    return pd.DataFrame({name: _standardised(values) for name, values in columns.items()})


def _typical_log_price(cells: Cells) -> npt.NDArray[np.float64]:
    known = ~np.isnan(cells.price)
    summed = np.log(np.where(known, cells.price, 1.0)).sum(axis=1)
    return np.asarray(summed / np.maximum(known.sum(axis=1), 1))


def _standardised(values: pd.Series) -> pd.Series:
    spread = float(values.std(ddof=0))
    return (values - values.mean()) / spread if spread > 1e-9 else values * 0.0
