"""Turns what drives a customer's churn risk into sentences with that customer's own figures.

A sentence is only given where its claim is true of the customer: a contribution that words cannot justify stays silent.
"""

from collections.abc import Callable

import pandas as pd

Words = Callable[[float], str]


def reasons_for(
    row: pd.Series, contributions: pd.Series, typical: pd.Series, worrying: bool, money: Words
) -> tuple[str, ...]:
    """At most three reasons, the weightiest first; a long silence always leads those to worry.

    Args:
        row: the customer's features.
        contributions: log-odds per subject.
        typical: the shop's median customer.
        worrying: what raises the risk, or what lowers it.
        money: how an amount is written.
    """
    ordered = (contributions * (1.0 if worrying else -1.0)).sort_values(ascending=False)
    found = [silence(row)] if worrying else []
    for subject, weight in ordered.items():
        if weight <= 0:
            break
        sentence = _SENTENCES[str(subject)](row, typical, worrying, money)
        if sentence and sentence not in found:
            found.append(sentence)
    if not worrying and row["silence_ratio"] > 1:
        return (*found[:2], f"yet {silence(row)}")
    return tuple(found[:3]) or (silence(row),)


def silence(row: pd.Series) -> str:
    """How long the customer has been quiet, against their habit."""
    days, gap = int(row["recency"]), _days(round(row["usual_gap"]))
    if row["orders"] == 1:
        return f"ordered only once, {_ago(days)}"
    if row["order_days"] == 1:
        return f"ordered on one day only, {_ago(days)}"
    if row["order_days"] == 2:
        return f"no order for {_days(days)}, the pause before was {gap}" if days else "ordered today"
    return f"no order for {_days(days)}, usually every {gap}" if days else f"ordered today, usually every {gap}"


def _silence(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    return silence(row) if rising else f"ordered {_ago(int(row['recency']))}"


def _rhythm(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    gap = round(row["usual_gap"])
    if not row["known_rhythm"]:
        return None
    if rising and gap > typical["usual_gap"]:
        return f"orders seldom: usually {_days(gap)} apart"
    if not rising and gap < typical["usual_gap"]:
        return f"orders often: usually every {_days(gap)}"
    return None


def _frequency(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    days, lately = int(row["order_days"]), int(row["order_days_90"])
    if days == 1:
        return None  # the silence already says so
    if rising and (days <= typical["order_days"] or lately <= 1):
        return f"ordered on {_days(days)} so far, {lately or 'none'} of them in the last 90 days"
    return f"ordered on {_days(days)} so far" if not rising and days > typical["order_days"] else None


def _trend(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    lately, change = int(row["order_days_90"]), int(row["order_days_change"])
    if change and (change < 0) == rising:
        verb = "fewer" if rising else "more"
        return f"{verb} orders lately: on {_days(lately)} of the last 90, on {lately - change} of the 90 before"
    gain = float(row["value_change"])
    if abs(gain) >= 1 and (gain < 0) == rising:
        return f"spent {money(abs(gain))} {'less' if rising else 'more'} in the last 90 days than in the 90 before"
    return None


def _value(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    if rising and row["value"] < typical["value"]:
        return f"spent little so far: {money(float(row['value']))} in all"
    if not rising and row["value"] > typical["value"]:
        return f"spent {money(float(row['value']))} so far"
    return None


def _returns(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    share = 100 * float(row["return_share"])
    return f"sent back {share:.1f} % of what was bought" if rising and share >= 5 else None


def _tenure(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    tenure, since = row["tenure"], pd.Timestamp(row["first_day"])
    said = f"{since.day} {since:%B %Y}"
    if rising:
        return f"a customer only since {said}" if tenure < typical["tenure"] else None
    return f"a customer since {said}" if tenure >= typical["tenure"] else None


def _range(row: pd.Series, typical: pd.Series, rising: bool, money: Words) -> str | None:
    products = int(row["products"])
    if rising and products < typical["products"]:
        return f"bought only {products} different product{'' if products == 1 else 's'}"
    if not rising and products > typical["products"]:
        return f"bought {products} different products"
    return None


def _days(count: int) -> str:
    return f"{count} day" if count == 1 else f"{count} days"


def _ago(count: int) -> str:
    return "today" if count == 0 else f"{_days(count)} ago"


_SENTENCES: dict[str, Callable[[pd.Series, pd.Series, bool, Words], str | None]] = {
    "silence": _silence,
    "rhythm": _rhythm,
    "frequency": _frequency,
    "trend": _trend,
    "value": _value,
    "returns": _returns,
    "tenure": _tenure,
    "range": _range,
}
