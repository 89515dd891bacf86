"""How much of a customer's spending goes to reduced prices. Knows sales lines; no model, no wording.

A line is reduced where a unit cost at least 5 % less than the product's median price over the history. What somebody
would have bought at the full price is not in it: the share says what they did, compared with the shop's customers.
"""

from typing import Final

import pandas as pd

from analytics.history import History

REDUCED: Final = 0.95
FEWEST_LINES: Final = 5


def reduced_share(history: History) -> pd.Series:
    """Share (0-1) of each known customer's gross spending that went to reduced prices.

    Returns:
        Indexed by customer_id; customers with fewer than five lines are left out, for they show no habit. Empty where
        the lines hold no prices.
    """
    lines = history.lines
    if "unit_price" not in lines.columns:
        return pd.Series(dtype=float, name="reduced_share")
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0) & (lines["unit_price"] > 0)]
    usual = sold.groupby("product_id", observed=True)["unit_price"].median()
    known = sold[sold["customer_id"].notna()]
    full = known["product_id"].map(usual).astype(float)
    reduced = known["value"].where(known["unit_price"] < REDUCED * full, 0.0)
    grouped = pd.DataFrame({"customer_id": known["customer_id"], "value": known["value"], "reduced": reduced})
    table = grouped.groupby("customer_id", observed=True).agg(
        value=("value", "sum"), reduced=("reduced", "sum"), lines=("value", "size")
    )
    enough = table[(table["lines"] >= FEWEST_LINES) & (table["value"] > 0)]
    return (enough["reduced"] / enough["value"]).rename("reduced_share")
