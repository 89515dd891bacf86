"""What earlier promotions did to sales, and which product offers are allowed and expected to pay.

What the lifts of earlier promotions (`past_promotions`) follow is judged by time: the products' elasticities and the
promotion's channel, the discount alone (pooled by random effects), one lift for all, or none. A shop without promotions
gets a fitted object that says so. Knows no customers.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.history import History
from analytics.offer_choice import OfferRules, possible_offers
from analytics.past_promotions import past_lifts
from analytics.prices import current_prices, known_costs
from analytics.pricing.cells import demand_cells
from analytics.pricing.covariates import price_covariates
from analytics.pricing.demand import DemandSettings, fit_demand
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

BY_PRODUCT = "products' elasticities and the channel's effect"
BY_DISCOUNT, ONE_LIFT, NO_LIFT = "lift grows with the discount", "the same lift for every promotion", "no lift"
OFFERED = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
MINIMUM_MARGIN = 0.05
Array = npt.NDArray[np.float64]
_FEWEST = 5
_LEARN_DAYS = 77
_MEASURE = "MAE of log lift"


@dataclass(frozen=True)
class FittedPromotions:
    """What was learnt of promotions.

    Attributes:
        past: one row per earlier promotion: name, starts_on, ends_on, discount (0-1), units, lift (ratio), sd (of log
            lift), channel ("" unknown), products (their ids).
        slope, slope_sd: log lift per unit of -ln(1 - discount), or log lift itself where `serves` is one lift; NaN
            unknown.
        spread: standard deviation of log lift between promotions beyond noise.
        products: indexed by product_id: category, price, cost (NaN unknown), daily_units (last 28 days), elasticity and
            sd (NaN where its price never moved).
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
    channels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def lift(self, discount: float) -> tuple[float, float, float]:
        """Expected units ratio under a discount, with the 80 % interval for one new promotion."""
        method = BY_DISCOUNT if self.serves == BY_PRODUCT else self.serves
        depth = _depth(method, np.array([discount]))[0]
        middle, sd = self.slope * depth, float(np.hypot(self.slope_sd * depth, self.spread))
        return float(np.exp(middle)), float(np.exp(middle - 1.2816 * sd)), float(np.exp(middle + 1.2816 * sd))

    def offers(self, days: int = 14) -> pd.DataFrame:
        """Every allowed product offer by category, the most extra profit first.

        A product takes part only if its price after the discount stays above cost by the minimum margin; products
        without a known cost take no part, as their profit is unknown.

        Returns:
            category, channel ("" any), discount (0-1), products, excluded (below margin or cost unknown), extra_units,
            extra_profit, low, high (80 % interval), given_away (discount on all units). Money over `days`.
        """
        if self.serves == BY_PRODUCT:
            return possible_offers(self.products, self.channels, OfferRules(OFFERED, MINIMUM_MARGIN, days))
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
                rows.append((category, "", discount, len(allowed), len(group) - len(allowed),
                             float(units.sum() * (lift - 1)), middle, low, high, given))  # fmt: skip
        names = [
            "category",
            "channel",
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
    scorecard = _backtest(past, history)
    serves = scorecard.serves if scorecard else ONE_LIFT
    slope, slope_sd, spread = _pool(past, BY_DISCOUNT if serves == BY_PRODUCT else serves)
    reactions, channels = _reactions(history)
    products = products.join(reactions)
    return FittedPromotions(
        past, serves, slope, slope_sd, spread, products, "", history.as_of, scorecard, channels
    )  # fmt: skip


def _reactions(history: History) -> tuple[pd.DataFrame, dict[str, tuple[float, float]]]:
    """Elasticity and sd per product, and each channel's mean log effect with its spread."""
    cells = demand_cells(
        history.lines, stock_outs=history.table("stock_outs"), price_changes=history.table("price_changes"),
        promotions=history.table("promotions"),
    )  # fmt: skip
    effects = fit_demand(cells, price_covariates(history, cells), DemandSettings(rounds=3))
    return pd.DataFrame({"elasticity": effects.elasticity, "sd": effects.sd}, index=cells.products), effects.channel


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


def _by_product(learn: pd.DataFrame, judge: pd.DataFrame, history: History) -> Array | None:
    """Log lifts of later promotions from elasticities and channels learnt before them; None if that can't be learnt."""
    known = history.until(judge["starts_on"].iloc[0] - timedelta(days=1))
    if (known.lines["day"].max() - known.lines["day"].min()).days < _LEARN_DAYS:
        return None
    reactions, channels = _reactions(known)
    if not channels:
        return None
    usual = float(np.mean([mean for mean, _ in channels.values()]))
    guess = []
    for each in judge.to_dict("records"):
        reaction = reactions["elasticity"].reindex(list(each["products"])).fillna(reactions["elasticity"].mean())
        added = channels.get(each["channel"], (usual, 0.0))[0]
        guess.append(float(np.log(np.exp(reaction * np.log1p(-each["discount"])).mean()) + added))
    return np.array(guess)


def _backtest(past: pd.DataFrame, history: History) -> Scorecard | None:
    """Learns from the earlier 70 % of promotions, judges the log lift of the later ones."""
    cut = int(len(past) * 0.7)
    learn, judge = past.iloc[:cut], past.iloc[cut:]
    if len(learn) < 3 or len(judge) < 2:
        return None
    truth, misses = np.log(judge["lift"].to_numpy(float)), {}
    for method in (BY_DISCOUNT, ONE_LIFT, NO_LIFT):
        misses[method] = _pool(learn, method)[0] * _depth(method, judge["discount"].to_numpy(float)) - truth
    joint = _by_product(learn, judge, history)
    if joint is not None:
        misses[BY_PRODUCT] = joint - truth
    weight = 1 / (judge["sd"].to_numpy(float) ** 2 + 0.1**2)  # a promotion of few sales tells little
    weight /= weight.sum()
    scores = {
        name: {_MEASURE: float(weight @ np.abs(miss)), "bias": float(weight @ miss)} for name, miss in misses.items()
    }
    return Scorecard(
        ability="what a promotion adds to sales",
        measure=_MEASURE,
        lower_is_better=True,
        scores=scores,
        serves=_serving(misses, weight),
        split=f"learnt from promotions before {judge['starts_on'].iloc[0]}, judged on those since",
        as_of=history.as_of,
        rows=len(judge),
    )


def _serving(misses: dict[str, Array], weight: Array) -> str:
    """The method that errs least; the one that tells products and channels apart if it is not surely worse than that.

    Surely: by more than one standard error of the paired difference (Breiman et al. 1984, the one-standard-error rule).
    """
    best = min(misses, key=lambda name: float(weight @ np.abs(misses[name])))
    if BY_PRODUCT in misses:
        behind = np.abs(misses[BY_PRODUCT]) - np.abs(misses[best])
        if float(weight @ behind) <= float(np.sqrt((weight**2 * (behind - weight @ behind) ** 2).sum())):
            return BY_PRODUCT
    return best


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
