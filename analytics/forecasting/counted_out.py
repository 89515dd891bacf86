"""Days without stock, read from stock counts where a shop counts its shelves but records no stock-outs.

Knows counts and sales, no forecast. Between two counts of nothing the shelf was empty, but for days on which something
was sold; after one count of nothing it was so until the next sale, for half the time to the next count at most, as a
delivery may have come on any of its days.
"""

import pandas as pd

from analytics.history import History

SPAN_COLUMNS = ["store_id", "product_id", "starts_on", "ends_on"]
LONGEST_GAP = 35  # days between two counts, beyond which the first says nothing about the time until the second


def counted_out(history: History) -> pd.DataFrame:
    """Spans without stock by store and product, both days included; like the table of recorded stock-outs.

    Returns:
        SPAN_COLUMNS; empty where the shop counts nothing.
    """
    counts = history.table("stock_counts")
    if counts.empty:
        return pd.DataFrame(columns=SPAN_COLUMNS)
    counts = counts.assign(counted_on=pd.to_datetime(counts["counted_on"]), store_id=_text(counts["store_id"]))
    counts = counts.sort_values("counted_on", kind="stable")
    shelves = counts.groupby(["store_id", "product_id"], observed=True)
    counts = counts.assign(next_on=shelves["counted_on"].shift(-1), next_held=shelves["on_hand"].shift(-1))
    gap = (counts["next_on"] - counts["counted_on"]).dt.days
    empty = counts[(counts["on_hand"] <= 0) & gap.between(1, LONGEST_GAP)]
    sold = _days_sold(history)
    spans = [
        (store or None, product, first, last)
        for store, product, counted, following, held in empty[
            ["store_id", "product_id", "counted_on", "next_on", "next_held"]
        ].itertuples(index=False)
        for first, last in _spans(counted, following, held <= 0, sold.get((store, product), frozenset()))
    ]
    return pd.DataFrame(spans, columns=SPAN_COLUMNS)


def _spans(
    counted: pd.Timestamp, following: pd.Timestamp, still_empty: bool, sold: frozenset[pd.Timestamp]
) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Runs of days without stock after a count of nothing at a day's close."""
    length = (following - counted).days if still_empty else (following - counted).days // 2
    runs: list[tuple[pd.Timestamp, pd.Timestamp]] = []
    for ahead in range(1, length + 1):
        day = counted + pd.Timedelta(days=ahead)
        if day in sold:
            if not still_empty:
                break
        elif runs and runs[-1][1] == day - pd.Timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _days_sold(history: History) -> dict[tuple[str, str], frozenset[pd.Timestamp]]:
    """Store and product -> the days on which it sold there."""
    lines = history.lines[history.lines["quantity"] > 0]
    days = lines.assign(store_id=_text(lines["store_id"])).groupby(["store_id", "product_id"], observed=True)["day"]
    return {(str(store), str(product)): frozenset(sold) for (store, product), sold in days}


def _text(stores: pd.Series) -> pd.Series:
    """Store ids as text, "" for a shop without stores."""
    return stores.astype(object).where(stores.notna(), "").astype(str)
