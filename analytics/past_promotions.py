"""What each earlier promotion did to the sales of its products, judged by products that were in none.

A promotion's lift is its products' daily units against the 28 days before, divided by the same ratio of products that
were in no promotion (ratio of ratios). Knows no discount rule and no customers.
"""

import numpy as np
import pandas as pd

from analytics.history import History

_BEFORE_DAYS = 28


def past_lifts(history: History) -> pd.DataFrame:
    """The lift of each promotion that ended and whose products sold in the 28 days before."""
    columns = ["name", "starts_on", "ends_on", "discount", "units", "lift", "sd", "channel", "products"]
    promotions = history.table("promotions")
    if promotions.empty or history.lines.empty:
        return pd.DataFrame(columns=columns)
    promotions = promotions.assign(
        starts=pd.to_datetime(promotions["starts_on"]), ends=pd.to_datetime(promotions["ends_on"])
    )
    promotions = promotions[promotions["ends"] <= pd.Timestamp(history.as_of)]
    daily = _daily_units(history)
    category = history.lines.drop_duplicates("product_id").set_index("product_id")["category"].reindex(daily.index)
    promoted = _promoted_days(promotions, daily, category)
    rows = []
    for _, parts in promotions.groupby("promotion_id", observed=True):
        first = parts.iloc[0]
        during = (daily.columns >= first["starts"]) & (daily.columns <= first["ends"])
        start = first["starts"] - pd.Timedelta(days=_BEFORE_DAYS)
        before = (daily.columns >= start) & (daily.columns < first["starts"])
        treated = _covered(parts, daily.index, category)
        untouched = ~promoted[:, during | before].any(axis=1)
        units = daily.to_numpy()
        usable = ~promoted[:, before]  # days of the product in another promotion tell nothing of its usual sales
        usual_days = usable[treated].sum()
        sold, usual = units[treated][:, during].sum(), (units[treated][:, before] * usable[treated]).sum()
        others, others_before = units[untouched][:, during].sum(), units[untouched][:, before].sum()
        if min(sold, usual, others, others_before) <= 0 or not usual_days or before.sum() < _BEFORE_DAYS:
            continue
        pace = (sold / (treated.sum() * during.sum())) / (usual / usual_days)
        drift = (others / during.sum()) / (others_before / before.sum())
        sd = float(np.sqrt(1 / sold + 1 / usual + 1 / others + 1 / others_before))
        rows.append((first["name"], first["starts"].date(), first["ends"].date(), float(parts["discount"].mean()),
                     float(sold), float(pace / drift), sd, str(first.get("channel") or ""),
                     tuple(daily.index[treated])))  # fmt: skip
    return pd.DataFrame(rows, columns=columns).sort_values("starts_on", ignore_index=True)


def _daily_units(history: History) -> pd.DataFrame:
    """Products x days, zero where nothing was sold."""
    lines = history.lines
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0)]
    wide = sold.groupby(["product_id", "day"], observed=True)["quantity"].sum().unstack("day")
    return wide.reindex(columns=pd.date_range(sold["day"].min(), sold["day"].max())).fillna(0.0)


def _covered(parts: pd.DataFrame, products: pd.Index, category: pd.Series) -> np.ndarray:
    """Which products a promotion covers: those named, those of a named category, or all if it names neither."""
    named, categories = set(parts["product_id"].dropna()), set(parts["category"].dropna())
    if not named and not categories:
        return np.ones(len(products), dtype=bool)
    if named:
        return np.asarray(products.isin(list(named)))
    return category.isin(list(categories)).to_numpy()


def _promoted_days(promotions: pd.DataFrame, daily: pd.DataFrame, category: pd.Series) -> np.ndarray:
    """Products x days: whether any promotion covered the product."""
    flags = np.zeros(daily.shape, dtype=bool)
    for _, parts in promotions.groupby("promotion_id", observed=True):
        first = parts.iloc[0]
        days = np.flatnonzero((daily.columns >= first["starts"]) & (daily.columns <= first["ends"]))
        flags[np.ix_(np.flatnonzero(_covered(parts, daily.index, category)), days)] = True
    return flags
