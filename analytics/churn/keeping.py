"""What would keep a customer: what the shop can do about the reasons of a risk, with that customer's own figures.

Each line names what was seen and what fits it. Whether it works is not in a sales history: only a test with a random
half left out shows that, and the caller says so. Knows one row of customer features and the table it stands in.
"""

from collections.abc import Callable

import pandas as pd

Words = Callable[[float], str]
_MANY_RETURNS, _OFTEN_REDUCED = 0.1, 1.5


def what_would_keep(
    row: pd.Series, known: pd.DataFrame, reduced: float | None = None, usual: float = 0.0
) -> tuple[str, ...]:
    """At most three measures, the nearest to the reason of the risk first.

    Args:
        row: the customer's features and probability.
        known: all customers, with probability and order_days.
        reduced: share (0-1) of the customer's spending at reduced prices; None: not known.
        usual: the shop's share.
    """
    found = [_second_order(row, known), _returns(row), _prices(reduced, usual), _rhythm(row), _range(row)]
    return tuple(each for each in found if each)[:3] or ("nothing stands out: a friendly reminder is all that fits",)


def _second_order(row: pd.Series, known: pd.DataFrame) -> str | None:
    """First-time buyers: how much surer those are who came a second time."""
    if row["order_days"] != 1:
        return None
    once, twice = known[known["order_days"] == 1], known[known["order_days"] == 2]
    if len(once) < 10 or len(twice) < 10 or twice["probability"].mean() >= once["probability"].mean():
        return "a reason for a second order, as a welcome offer gives"
    return (
        "a reason for a second order, as a welcome offer gives: after two order days customers stay away with a "
        f"chance of {100 * twice['probability'].mean():.0f} %, after one {100 * once['probability'].mean():.0f} %"
    )


def _returns(row: pd.Series) -> str | None:
    share = float(row["return_share"])
    if share < _MANY_RETURNS:
        return None
    return f"a word about what was sent back ({100 * share:.0f} % of the value): find out what was wrong with it"


def _prices(reduced: float | None, usual: float) -> str | None:
    if reduced is None or reduced < max(_OFTEN_REDUCED * usual, 0.1):
        return None
    return f"a discount: {100 * reduced:.0f} % of the spending went to reduced prices, {100 * usual:.0f} % in the shop"


def _rhythm(row: pd.Series) -> str | None:
    overdue = float(row["recency"] - row["usual_gap"])
    if not row["known_rhythm"] or overdue < 1:
        return None
    return f"a reminder of the favourites now: by the usual gap the next order was due {_days(overdue)} ago"


def _range(row: pd.Series) -> str | None:
    if row["order_days"] < 2 or row["products_per_order"] >= 2 or row["products"] > 5:
        return None
    return f"something that goes with what they buy: so far only {int(row['products'])} different products"


def _days(count: float) -> str:
    whole = max(round(count), 1)
    return "1 day" if whole == 1 else f"{whole} days"
