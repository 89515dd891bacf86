"""Our prices against each competitor's latest known price. Knows no advice and no wording."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from analytics.history import History
from analytics.prices import current_prices


@dataclass(frozen=True)
class PriceGaps:
    """The comparison, the dearest here first.

    Attributes:
        rows: product_id, title, competitor, ours, theirs (money), difference (percent of theirs, positive: dearer
            here), observed_on.
        typical: median difference to the cheapest competitor per product, percent.
        compared, dearer: products with a competitor's price, and those dearer here than at the cheapest competitor.
        competitors: their names.
    """

    rows: pd.DataFrame
    typical: float
    compared: int
    dearer: int
    competitors: tuple[str, ...]


def price_gaps(history: History, products: Sequence[str] | None = None, category: str | None = None) -> PriceGaps:
    """Compares the latest price of each competitor up to the as-of date.

    Args:
        history: the shop with its tables products and competitor_prices.
        products: only these.
        category: only products of this category.
    """
    seen = history.table("competitor_prices")
    catalog = history.table("products")
    seen = seen.assign(observed_on=pd.to_datetime(seen["observed_on"]))
    seen = seen[(seen["observed_on"] <= pd.Timestamp(history.as_of)) & (seen["price"] > 0)]
    seen = seen.sort_values("observed_on", kind="stable").drop_duplicates(["competitor", "product_id"], keep="last")
    if category is not None:
        catalog = catalog[catalog["category"] == category]
    if products is not None:
        catalog = catalog[catalog["product_id"].isin(list(products))]
    catalog = catalog.assign(ours=catalog["product_id"].map(current_prices(history)))
    rows = seen.rename(columns={"price": "theirs"}).merge(catalog[["product_id", "title", "ours"]], on="product_id")
    rows = rows[rows["ours"].notna()]
    rows["difference"] = 100 * (rows["ours"] / rows["theirs"] - 1)
    rows = rows.sort_values(["difference", "product_id"], ascending=[False, True], ignore_index=True)
    cheapest = rows.groupby("product_id").agg(ours=("ours", "first"), theirs=("theirs", "min"))
    gap = 100 * (cheapest["ours"] / cheapest["theirs"] - 1)
    columns = ["product_id", "title", "competitor", "ours", "theirs", "difference", "observed_on"]
    return PriceGaps(
        rows[columns],
        float(gap.median()) if len(gap) else 0.0,
        len(cheapest),
        int((gap > 0).sum()),
        tuple(sorted(rows["competitor"].unique())),
    )
