"""How the sales of each product react to its price, what it sells at now and what was charged before.

Methods compete by time. A product whose price never moved has no elasticity. Knows no advice: see `price_advice`.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.elasticity import naive_elasticities, own_elasticities, seasons, shrink
from analytics.errors import NotEnoughHistory
from analytics.history import History
from analytics.price_panel import WeeklyPanel, price_panel
from analytics.pricing.bandit_score import judged_bandit
from analytics.pricing.cells import Cells, demand_cells
from analytics.pricing.covariates import price_covariates
from analytics.pricing.cross import OtherPrices, other_prices, weeks_of
from analytics.pricing.demand import DemandSettings, fit_demand
from analytics.pricing.hierarchy import Effects
from analytics.scorecard import Scorecard
from analytics.warehouse import Warehouse

Array = npt.NDArray[np.float64]
JOINT = "demand of all products at once"
SHRUNK, OWN, SHOP = "own elasticity, drawn towards its category", "own elasticity alone", "one elasticity for the shop"
NAIVE, NONE = "plain least squares", "price has no effect"
_MEASURE = "Poisson deviance"


@dataclass(frozen=True)
class PriceSettings:
    """How reactions to price are learnt.

    Attributes:
        test_share: last part of the weeks, on which the methods are judged.
        level_weeks: weeks that say how much a product sells now.
        rounds: of the demand regression, see `DemandSettings`.
    """

    test_share: float = 0.25
    level_weeks: int = 13
    rounds: int = 3

    def __post_init__(self) -> None:
        if not 0 < self.test_share < 0.9 or self.level_weeks < 1:
            raise ValueError(f"Expected 0 < test_share < 0.9 and level_weeks >= 1; got {self}.")


@dataclass(frozen=True)
class FittedPrices:
    """What price advice rests on.

    Attributes:
        products: indexed by product_id: price (now), low, high (list prices charged in at least two weeks),
            weekly_units (lately), weeks, elasticity and sd (NaN where the price hardly moved), category_mean (what the
            elasticity was drawn to), cost (NaN where unknown).
        typical_elasticity: the shop's mean; NaN where no product's price moved.
        effects: promotion effects, spreads and weights as the demand regression found them.
        others: what neighbours' and competitors' prices do; None where an earlier version fitted this.
        effect_proven: whether knowing the elasticities predicted better than taking price for irrelevant.
    """

    products: pd.DataFrame
    typical_elasticity: float
    effect_proven: bool
    as_of: date
    scorecard: Scorecard | None
    effects: Effects | None = None
    bandit: Scorecard | None = None
    others: OtherPrices | None = None

    @property
    def scorecards(self) -> dict[str, Scorecard]:
        """The scorecards there are, by what they judge."""
        found = {"reaction to price": self.scorecard, "dynamic pricing": self.bandit}
        return {name: card for name, card in found.items() if card is not None}


class PriceModel:
    """Elasticities of a shop's products."""

    def __init__(self, settings: PriceSettings | None = None) -> None:
        self.settings = settings or PriceSettings()

    def backtest(self, history: History) -> Scorecard | None:
        """Predicts weekly sales after price moves in the last weeks from elasticities learnt before them.

        The season is taken as it came, so that only the reaction to price is judged. None where too few prices moved.
        """
        return self._backtest(history, _panel(history), _cells(history))

    def fit(self, history: History) -> FittedPrices:
        """Learns the elasticities and each product's level and observed prices.

        Raises:
            NotEnoughHistory: there are fewer than eleven weeks.
        """
        panel, cells = _panel(history), _cells(history)
        scorecard = self._backtest(history, panel, cells)
        table = _levels(panel, self.settings.level_weeks)
        effects = self._effects(history, cells)
        joint = scorecard is None or scorecard.serves == JOINT
        table = table.join(_own(effects, cells) if joint else _drawn(shrink(own_elasticities(panel))))
        table["price"] = current_prices(history).reindex(table.index).fillna(table["price"])
        table["low"], table["high"] = table[["low", "price"]].min(axis=1), table[["high", "price"]].max(axis=1)
        table["cost"] = known_costs(history).reindex(table.index)
        proven = scorecard is not None and _better(scorecard)
        typical, bandit = float(table["elasticity"].mean()), judged_bandit(table, history.as_of)
        others = other_prices(weeks_of(cells), table["elasticity"], history.table("competitor_prices"))
        return FittedPrices(table, typical, proven, history.as_of, scorecard, effects, bandit, others)

    def _effects(self, history: History, cells: Cells) -> Effects:
        return fit_demand(cells, price_covariates(history, cells), DemandSettings(rounds=self.settings.rounds))

    def _backtest(self, history: History, panel: WeeklyPanel, cells: Cells) -> Scorecard | None:
        weeks = panel.units.shape[1]
        cut = round(weeks * (1 - self.settings.test_share))
        before = panel.until(cut)
        own = shrink(own_elasticities(before))
        if own.empty:
            return None
        known = history.until((panel.weeks[cut] - pd.Timedelta(days=1)).date())
        joint = _own(self._effects(known, cells.until(int((cells.week < cut).sum()))), cells)["elasticity"]
        methods = _methods(own, joint, naive_elasticities(before))
        scores, judged = _judge(panel, cut, self.settings.level_weeks, own.index, methods)
        if judged < 10:
            return None
        serves = JOINT if scores[JOINT][_MEASURE] <= scores[SHRUNK][_MEASURE] else SHRUNK
        return Scorecard(
            ability="weekly sales after a price change",
            measure=_MEASURE,
            lower_is_better=True,
            scores=scores,
            serves=serves,
            split=f"elasticities learnt before {panel.weeks[cut]:%Y-%m-%d}, judged on price changes since",
            as_of=history.as_of,
            rows=judged,
        )


def _methods(own: pd.DataFrame, joint: pd.Series, naive: pd.Series) -> dict[str, pd.Series]:
    """Method -> elasticity of each product that all methods can judge."""
    return {
        JOINT: joint.reindex(own.index).fillna(float(own["shrunk"].mean())), SHRUNK: own["shrunk"],
        OWN: own["elasticity"], SHOP: pd.Series(float(own["shrunk"].mean()), index=own.index),
        NAIVE: naive.reindex(own.index).fillna(naive.mean()), NONE: pd.Series(0.0, index=own.index),
    }  # fmt: skip


def _drawn(own: pd.DataFrame) -> pd.DataFrame:
    """The columns of `_own` from products' own regressions."""
    names = {"shrunk": "elasticity", "shrunk_sd": "sd", "prior": "category_mean"}
    return own[list(names)].rename(columns=names)


def _own(effects: Effects, cells: Cells) -> pd.DataFrame:
    """Elasticity and sd (NaN where a product's own prices moved too little), category_mean (its prior)."""
    learnt = effects.learns
    return pd.DataFrame(
        {
            "elasticity": np.where(learnt, effects.elasticity, np.nan), "sd": np.where(learnt, effects.sd, np.nan),
            "category_mean": effects.prior if learnt.any() else np.nan,
        },
        index=cells.products,
    )  # fmt: skip


def fit_prices(warehouse: Warehouse, as_of: date) -> FittedPrices:
    """Fits elasticities for a shop.

    Raises:
        NotEnoughHistory: there are fewer than ten whole weeks of sales.
    """
    return PriceModel().fit(History.of(warehouse, as_of))


def _panel(history: History) -> WeeklyPanel:
    lines = history.lines
    if lines.empty or (lines["day"].max() - lines["day"].min()).days < 77:
        raise NotEnoughHistory(
            "Learning how prices move sales needs at least eleven weeks of sales; this shop has fewer. "
            "Import a longer history."
        )
    stores = max(lines["store_id"].nunique(), 1)
    return price_panel(lines, history.table("stock_outs"), stores, history.table("price_changes"))


def _cells(history: History) -> Cells:
    return demand_cells(
        history.lines,
        stock_outs=history.table("stock_outs"),
        price_changes=history.table("price_changes"),
        promotions=history.table("promotions"),
    )


def _levels(panel: WeeklyPanel, lately: int) -> pd.DataFrame:
    """Per product: last list price, the range of list prices charged in two weeks or more, units per week lately."""
    sold = (panel.units > 0) & ~np.isnan(panel.price)
    rows = []
    for row in range(len(panel.products)):
        prices = np.round(panel.price[row, sold[row]], 2)
        values, counts = np.unique(prices, return_counts=True)
        usual = values[counts >= 2] if (counts >= 2).any() else values
        last = prices[-1] if len(prices) else np.nan
        rows.append((last, *((usual.min(), usual.max()) if len(usual) else (np.nan, np.nan)), len(prices)))
    table = pd.DataFrame(rows, index=panel.products, columns=["price", "low", "high", "weeks"])
    table["weekly_units"] = panel.units[:, -lately:].sum(axis=1) / panel.in_stock[:, -lately:].sum(axis=1)
    return table[table["price"].notna()].assign(category=pd.Series(panel.categories, index=panel.products))


def current_prices(history: History) -> pd.Series:
    """The price list, else the most frequent unit price of the product's last 28 days of sales, the lower on a tie."""
    lines = history.lines
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0)]
    latest = sold.groupby("product_id", observed=True)["day"].transform("max")
    recent = sold[sold["day"] > latest - pd.Timedelta(days=28)]
    counted = recent.groupby(["product_id", "unit_price"], observed=True).size().rename("lines").reset_index()
    counted = counted.sort_values(["lines", "unit_price"], ascending=[False, True], kind="stable")
    usual = counted.drop_duplicates("product_id").set_index("product_id")["unit_price"]
    products = history.table("products")
    if products.empty:
        return usual
    listed = products.set_index("product_id")["price"]
    return listed.where(listed > 0).dropna().combine_first(usual)


def known_costs(history: History) -> pd.Series:
    """What one unit costs the shop, where the product list says so."""
    products = history.table("products")
    if products.empty:
        return pd.Series(dtype=float)
    cost = products.set_index("product_id")["cost"].astype(float)
    return cost.where(cost > 0)


def _judge(
    panel: WeeklyPanel, cut: int, lately: int, products: pd.Index, methods: dict[str, pd.Series]
) -> tuple[dict[str, dict[str, float]], int]:
    """Scores on the test weeks whose price lies 3 % or more from the price before the cut."""
    rows = panel.products.get_indexer(products)
    units, price = panel.units[rows], panel.price[rows]
    seen = methods[SHRUNK].mean()  # the season that came, cleared of the others' own price moves
    exposure = seasons(panel, float(np.clip(seen, -6.0, 0.0)))[rows] * panel.in_stock[rows]
    base = slice(max(cut - lately, 0), cut)
    level = units[:, base].sum(axis=1) / np.maximum(exposure[:, base].sum(axis=1), 1e-9)
    reference = np.exp(_mean_log(price[:, base]))
    ratio = price[:, cut:] / reference[:, None]
    with np.errstate(invalid="ignore"):
        moved = (np.abs(ratio - 1) >= 0.03) & (level[:, None] > 0) & (panel.promotion[rows, cut:] < 0.5)
    truth = units[:, cut:][moved]
    scores = {}
    for name, reaction in methods.items():
        effect = np.where(moved, ratio, 1.0) ** reaction.to_numpy(float)[:, None]
        guess = (level[:, None] * exposure[:, cut:] * np.clip(effect, 0.02, 50))[moved]
        guess = np.maximum(guess, 0.02)
        scores[name] = {
            "Poisson deviance": _deviance(truth, guess),
            "WAPE": float(np.abs(guess - truth).sum() / max(truth.sum(), 1e-9)),
            "total error %": float(100 * (guess.sum() / max(truth.sum(), 1e-9) - 1)),
        }
    return scores, int(moved.any(axis=1).sum())


def _better(scorecard: Scorecard) -> bool:
    """Whether the served elasticities beat taking price for irrelevant."""
    return scorecard.scores[scorecard.serves][scorecard.measure] < scorecard.scores[NONE][scorecard.measure]


def _deviance(truth: Array, guess: Array) -> float:
    """Mean Poisson deviance: 2 (y log(y / m) - y + m)."""
    logged = np.where(truth > 0, truth * np.log(np.maximum(truth, 1e-9) / guess), 0.0)
    return float(2 * np.mean(logged - truth + guess)) if len(truth) else float("nan")


def _mean_log(price: Array) -> Array:
    known = ~np.isnan(price)
    logged = np.where(known, np.log(np.where(known, price, 1.0)), 0.0).sum(axis=1)
    return np.asarray(np.where(known.any(axis=1), logged / np.maximum(known.sum(axis=1), 1), np.nan))
