"""What earlier promotions did to sales, and which product offers are allowed and expected to pay.

A promotion's lift is its products' daily units against the 28 days before, divided by the same ratio of products that
were in no promotion (ratio of ratios). Lifts are pooled over promotions by random effects; whether a deeper discount
lifts more is judged by time. A shop without promotions gets a fitted object that says so. Knows no customers.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics.history import History
from analytics.prices import current_prices, known_costs
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

BY_DISCOUNT, ONE_LIFT, NO_LIFT = "lift grows with the discount", "the same lift for every promotion", "no lift"
OFFERED = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
MINIMUM_MARGIN = 0.05
_BEFORE_DAYS = 28
_FEWEST = 5


@dataclass(frozen=True)
class FittedPromotions:
    """What was learnt of promotions.

    Attributes:
        past: one row per earlier promotion: name, starts_on, ends_on, discount (0-1), units, lift (ratio), sd (of log
            lift).
        slope, slope_sd: log lift per unit of -ln(1 - discount), or log lift itself where `serves` is one lift; NaN
            unknown.
        spread: standard deviation of log lift between promotions beyond noise.
        products: indexed by product_id: title, category, price, cost (NaN unknown), daily_units (last 28 days).
        unknown: why effects could not be learnt, in one sentence; empty where they were.
    """

    past: pd.DataFrame
    serves: str
    slope: float
    slope_sd: float
    spread: float
    products: pd.DataFrame
    unknown: str
    as_of: date
    scorecard: Scorecard | None

    def lift(self, discount: float) -> tuple[float, float, float]:
        """Expected units ratio under a discount, with the 80 % interval for one new promotion."""
        depth = _depth(self.serves, np.array([discount]))[0]
        middle, sd = self.slope * depth, float(np.hypot(self.slope_sd * depth, self.spread))
        return float(np.exp(middle)), float(np.exp(middle - 1.2816 * sd)), float(np.exp(middle + 1.2816 * sd))

    def offers(self, days: int = 14) -> pd.DataFrame:
        """Every allowed product offer by category, the most extra profit first.

        A product takes part only if its price after the discount stays above cost by the minimum margin; products
        without a known cost take no part, as their profit is unknown.

        Returns:
            category, discount (0-1), products, excluded (below margin or cost unknown), extra_units, extra_profit,
            low, high (80 % interval), given_away (discount on all units). Money over `days`.
        """
        rows = []
        selling = self.products[self.products["daily_units"] > 0]
        for category, group in selling.groupby(selling["category"].fillna("all products"), observed=True):
            for discount in OFFERED:
                paid = group["price"] * (1 - discount)
                allowed = group[paid >= group["cost"] / (1 - MINIMUM_MARGIN)]
                if allowed.empty:
                    continue
                units = allowed["daily_units"] * days
                margin, paid = allowed["price"] - allowed["cost"], allowed["price"] * (1 - discount)
                middle, low, high = (
                    float((units * (lift * (paid - allowed["cost"]) - margin)).sum()) for lift in self.lift(discount)
                )
                lift = self.lift(discount)[0]
                given = float((units * lift * (allowed["price"] - paid)).sum())
                rows.append((category, discount, len(allowed), len(group) - len(allowed),
                             float(units.sum() * (lift - 1)), middle, low, high, given))  # fmt: skip
        names = [
            "category",
            "discount",
            "products",
            "excluded",
            "extra_units",
            "extra_profit",
            "low",
            "high",
            "given_away",
        ]
        return pd.DataFrame(rows, columns=names).sort_values("extra_profit", ascending=False, ignore_index=True)


def fit_promotions(warehouse: Warehouse, as_of: date) -> FittedPromotions:
    """Learns what promotions did; never fails for lack of promotions, but says so in `unknown`."""
    return fit_from(History.of(warehouse, as_of))


def fit_from(history: History) -> FittedPromotions:
    """As `fit_promotions`, from a history with its tables promotions and products."""
    products = _products(history)
    past = past_lifts(history)
    if len(past) < _FEWEST:
        came = f"has {len(past)} that can be judged" if len(past) else "has none on record"
        unknown = (
            f"What a promotion adds can't be learnt from this shop's data: it {came}, at least {_FEWEST} are needed."
        )
        nan = float("nan")
        return FittedPromotions(past, NO_LIFT, nan, nan, nan, products, unknown, history.as_of, None)
    scorecard = _backtest(past, history.as_of)
    serves = scorecard.serves if scorecard else ONE_LIFT
    slope, slope_sd, spread = _pool(past, serves)
    return FittedPromotions(past, serves, slope, slope_sd, spread, products, "", history.as_of, scorecard)


def past_lifts(history: History) -> pd.DataFrame:
    """The lift of each promotion that ended and whose products sold in the 28 days before."""
    columns = ["name", "starts_on", "ends_on", "discount", "units", "lift", "sd"]
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
                     float(sold), float(pace / drift), sd))  # fmt: skip
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


def _depth(method: str, discount: np.ndarray) -> np.ndarray:
    if method == BY_DISCOUNT:
        return np.asarray(-np.log(1 - np.clip(discount, 0, 0.9)))
    return np.full(len(discount), 1.0 if method == ONE_LIFT else 0.0)


def _pool(past: pd.DataFrame, method: str) -> tuple[float, float, float]:
    """Random-effects regression of log lift through the origin: slope, its error, and the spread between promotions."""
    depth = _depth(method, past["discount"].to_numpy(float))
    lift, noise = np.log(past["lift"].to_numpy(float)), past["sd"].to_numpy(float) ** 2
    if not depth.any():
        return 0.0, 0.0, float(lift.std())
    spread = 0.0
    for _ in range(50):  # fixed point of the moment equation (Paule & Mandel 1982)
        weight = 1 / (noise + spread)
        slope = float((weight * depth * lift).sum() / (weight * depth**2).sum())
        excess = float((weight * (lift - slope * depth) ** 2).sum()) - (len(lift) - 1)
        spread = max(spread + excess / max(float((weight**2 * (lift - slope * depth) ** 2).sum()), 1e-12), 0.0)
    weight = 1 / (noise + spread)
    return slope, float(1 / np.sqrt((weight * depth**2).sum())), float(np.sqrt(spread))


def _backtest(past: pd.DataFrame, as_of: date) -> Scorecard | None:
    """Learns from the earlier 70 % of promotions, judges the log lift of the later ones."""
    cut = int(len(past) * 0.7)
    learn, judge = past.iloc[:cut], past.iloc[cut:]
    if len(learn) < 3 or len(judge) < 2:
        return None
    truth, scores = np.log(judge["lift"].to_numpy(float)), {}
    for method in (BY_DISCOUNT, ONE_LIFT, NO_LIFT):
        guess = _pool(learn, method)[0] * _depth(method, judge["discount"].to_numpy(float))
        scores[method] = {"MAE of log lift": float(np.abs(guess - truth).mean()), "bias": float((guess - truth).mean())}
    return Scorecard(
        ability="what a promotion adds to sales",
        measure="MAE of log lift",
        lower_is_better=True,
        scores=scores,
        serves=min(scores, key=lambda name: scores[name]["MAE of log lift"]),
        split=f"learnt from promotions before {judge['starts_on'].iloc[0]}, judged on those since",
        as_of=as_of,
        rows=len(judge),
    )


def _products(history: History) -> pd.DataFrame:
    lines = history.lines
    sold = lines[(lines["kind"] == "sale") & (lines["day"] > pd.Timestamp(history.as_of) - pd.Timedelta(days=28))]
    prices = current_prices(history)
    frame = pd.DataFrame({"price": prices})
    frame["cost"] = known_costs(history).reindex(frame.index)
    frame["daily_units"] = (
        sold.groupby("product_id", observed=True)["quantity"].sum().reindex(frame.index).fillna(0.0) / 28
    )
    frame["category"] = lines.drop_duplicates("product_id").set_index("product_id")["category"].reindex(frame.index)
    return frame
