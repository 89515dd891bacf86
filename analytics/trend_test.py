"""Tests which groups' orders changed more than chance explains. Knows counts, not where they come from.

- the conditional test for two Poisson counts (Przyborowski and Wilenski, Biometrika 1940), widened by the group's own
  week-to-week overdispersion (quasi-likelihood, McCullagh and Nelder 1989, section 4.5) and by the spread of all
  groups' scores (the empirical null of Efron, JASA 2004);
- over all groups, the false discovery rate is held (Benjamini and Hochberg, JRSS B 1995).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class TrendSettings:
    """Bounds of the test.

    Attributes:
        false_discovery_rate: share of listed changes that chance may explain.
        fewest_orders: groups with fewer orders in both periods together are not tested.
        weeks: weeks before the period's end from which the overdispersion is estimated.
        season_prior: orders of last year that weigh as much as "no season of its own".
    """

    false_discovery_rate: float = 0.05
    fewest_orders: int = 12
    weeks: int = 26
    season_prior: float = 20.0

    def __post_init__(self) -> None:
        """Checks the bounds.

        Raises:
            ValueError: one makes no sense.
        """
        if not 0 < self.false_discovery_rate < 1:
            raise ValueError(f"Expected a false discovery rate between 0 and 1; got {self.false_discovery_rate}.")
        if self.fewest_orders < 2 or self.weeks < 2 or self.season_prior <= 0:
            raise ValueError("Expected at least 2 orders and 2 weeks, and a positive season prior.")


def dispersion_of(weekly: pd.DataFrame) -> "pd.Series[float]":
    """Variance over mean of each group's weekly orders, at least 1.

    Neighbouring weeks are compared (a 2 x 2 chi-square each, its mean is the dispersion), so that a season or a trend
    is not taken for noise; groups with few orders lean on the median group.
    """
    counts = weekly.to_numpy(dtype=float)
    if counts.shape[1] < 2:
        return pd.Series(1.0, index=weekly.index)
    totals = counts.sum(axis=0)
    now, then = counts[:, :-1], counts[:, 1:]
    both, whole = now + then, totals[:-1] + totals[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = totals[:-1] / whole
        chi = (now - both * share) ** 2 / (both * share * (1 - share))
    informative = both >= 2
    chi = np.where(informative, np.nan_to_num(chi), 0.0)
    pairs = informative.sum(axis=1)
    own = chi.sum(axis=1) / np.maximum(pairs, 1)
    typical = float(np.median(own[pairs >= 5])) if (pairs >= 5).any() else 1.0
    return pd.Series(np.maximum(1.0, (pairs * own + 10 * typical) / (pairs + 10)), index=weekly.index)


def tested(frame: pd.DataFrame, dispersion: "pd.Series[float]", settings: TrendSettings) -> pd.DataFrame:
    """Adds expected (orders), season (factor), z and q; z and q are NaN for groups with too few orders."""
    now, then = frame["orders_now"], frame["orders_before"]
    ratio = now.sum() / max(then.sum(), 1.0)
    season = pd.Series(1.0, index=frame.index)
    if "orders_last_before" in frame:
        last = frame["orders_last_year"].sum() / max(frame["orders_last_before"].sum(), 1.0)
        prior = settings.season_prior
        if last > 0:
            season = (frame["orders_last_year"] + prior * last) / (frame["orders_last_before"] + prior) / last
    rate = np.maximum(ratio * season, 1e-9)
    share, both = rate / (1 + rate), now + then
    spread = np.sqrt(dispersion.reindex(frame.index).fillna(1.0) * both * share * (1 - share))
    gap = now - both * share
    z = np.sign(gap) * np.maximum(gap.abs() - 0.5, 0) / spread.where(spread > 0)
    z = z.where(both >= settings.fewest_orders)
    # As many groups as products show how far the scores of unchanged groups really spread.
    if z.notna().sum() >= 30:
        z = z / max(1.0, 1.4826 * float((z - z.median()).abs().median()))
    p_values = z.abs().map(lambda score: math.erfc(score / math.sqrt(2)), na_action="ignore")
    return frame.assign(expected=then * rate, season=season, z=z, q=false_discovery(p_values))


def false_discovery(p_values: "pd.Series[float]") -> "pd.Series[float]":
    """Benjamini and Hochberg's q-values; NaN stays NaN and is not counted."""
    known = p_values.dropna().sort_values(ascending=False)
    ranks = np.arange(len(known), 0, -1)
    return (known * len(known) / ranks).cummin().clip(upper=1.0).reindex(p_values.index)


def unusual_returns(frame: pd.DataFrame, settings: TrendSettings) -> "pd.Series[float]":
    """q-values of having so many return invoices, given the shop's and the group's own rate before."""
    bought = frame["orders_now"]
    overall = (frame["returns_now"].sum() + frame["returns_before"].sum()) / max(
        bought.sum() + frame["orders_before"].sum(), 1.0
    )
    rate = (frame["returns_before"] + 20 * overall) / (frame["orders_before"] + 20)
    expected = np.maximum(bought * rate, 1e-9)
    p_values = [
        _poisson_tail(int(seen), float(mean)) if orders >= settings.fewest_orders else math.nan
        for seen, mean, orders in zip(frame["returns_now"], expected, bought, strict=True)
    ]
    # What is significant but small (a rate less than doubled, a handful of returns) is not worth a manager's time.
    worth = (frame["returns_now"] >= 5) & (frame["returns_now"] >= 2 * expected)
    return false_discovery(pd.Series(p_values, index=frame.index, dtype=float)).where(worth)


def _poisson_tail(seen: int, mean: float) -> float:
    """Probability of `seen` or more events where `mean` are expected."""
    below = sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(seen))
    return min(1.0, max(0.0, 1.0 - below))
