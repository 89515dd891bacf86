"""What other prices do to a product's sales: those of its neighbours in the category, and competitors'.

Units of a week are compared with what the product's own price, its stock and the shop's week lead one to expect;
what is left is regressed on the others' prices by the Poisson score. Both are cleared of all that moves slower than
nine weeks (a high-pass filter, Frisch-Waugh in spirit), so that neither a season nor a trend passes for an effect.
Categories borrow strength from each other (random effects, DerSimonian & Laird 1986). Knows prices, no advice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.price_panel import WeeklyPanel
from analytics.pricing.cells import Cells
from analytics.pricing.seasonality import shop_days

Array = npt.NDArray[np.float64]
_WINDOW = 9  # weeks
_FEWEST_PRODUCTS, _FEWEST_WEEKS = 3, 20
_LEAST_SPREAD = 0.003  # standard deviation of what the neighbours' mean log price does beyond its slow moves
_NO_EVIDENCE = 1e-9


@dataclass(frozen=True)
class OtherPrices:
    """Effects of others' prices.

    Attributes:
        categories: by category: cross, sd (per cent that units rise when all neighbours get 1 % dearer), products. Only
            categories whose prices moved enough.
        rival, rival_sd: the same for competitors' prices, one figure for the shop; NaN where none are known.
        own_shift, own_shift_sd: how much own-price elasticities change once competitors' prices are held; NaN unknown.
        compared: products with competitors' prices that moved.
    """

    categories: pd.DataFrame
    rival: float = np.nan
    rival_sd: float = np.nan
    own_shift: float = np.nan
    own_shift_sd: float = np.nan
    compared: int = 0


def other_prices(panel: WeeklyPanel, elasticity: pd.Series, competitors: pd.DataFrame) -> OtherPrices:
    """Learns both effects.

    Args:
        panel: the weeks.
        elasticity: own-price elasticity by product; NaN or missing is taken for the mean of the others.
        competitors: the table competitor_prices (may be empty).
    """
    reaction = elasticity.reindex(panel.products).astype(float)
    reaction = reaction.fillna(reaction.mean()).fillna(0.0)
    moved, counts = _moves(panel)
    expected = _expected(panel, moved, counts, np.asarray(reaction, dtype=np.float64))
    residual = np.where(counts, panel.units - expected, 0.0)
    neighbours = _beyond_shop(_neighbours(panel, moved, counts), expected)
    rows = []
    for category in pd.unique(pd.Series(panel.categories)):
        inside = np.asarray(panel.categories == category)
        found = _slope(residual[inside], expected[inside], counts[inside], [neighbours[inside]])
        if category and found is not None and inside.sum() >= _FEWEST_PRODUCTS:
            rows.append((category, float(found[0][0]), float(found[1][0]), int(inside.sum())))
    table = pd.DataFrame(rows, columns=["category", "cross", "sd", "products"]).set_index("category")
    return _with_rivals(_pooled(table), panel, competitors, residual, expected, counts, moved)


def weeks_of(cells: Cells) -> WeeklyPanel:
    """Whole weeks of the cells. A promotion counts by its dates, sold or not: a week without a sale has one, too."""
    if cells.days == 7:
        promoted = (cells.promotion >= 0).astype(float)
        return WeeklyPanel(
            cells.products, cells.categories, cells.starts, cells.units, cells.price, promoted, cells.exposure
        )
    place = cells.week
    weeks, size = int(place.max()) + 1, (len(cells.products), int(place.max()) + 1)

    def summed(values: Array) -> Array:
        found = np.zeros(size)
        np.add.at(found.T, place, values.T)
        return found

    known = ~np.isnan(cells.price)
    logged = summed(np.log(np.where(known, cells.price, 1.0))) / np.maximum(summed(known.astype(float)), 1.0)
    price = np.where(summed(known.astype(float)) > 0, np.exp(logged), np.nan)
    monday = cells.starts[0] - pd.Timedelta(days=cells.starts[0].weekday())
    return WeeklyPanel(
        cells.products, cells.categories, pd.date_range(monday, periods=weeks, freq="7D"), summed(cells.units), price,
        np.minimum(summed((cells.promotion >= 0).astype(float)), 1.0), summed(cells.exposure) / 7,
    )  # fmt: skip


def _moves(panel: WeeklyPanel) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Log price against the product's mean (0 unknown), and the weeks that count: on sale, not itself promoted."""
    known = ~np.isnan(panel.price)
    logged = np.log(np.where(known, panel.price, 1.0))
    centre = (logged * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, logged - centre[:, None], 0.0), known & (panel.promotion < 0.5) & (panel.in_stock > 0.05)


def _expected(panel: WeeklyPanel, moved: Array, counts: npt.NDArray[np.bool_], reaction: Array) -> Array:
    """Units by level, own price, stock and the shop's week, (products, weeks); slower seasons are cleared later.

    A category's own season is not fitted: it would take the effect of prices that move together for a season.
    """
    weight = counts.astype(float)
    own = panel.in_stock * np.exp(np.clip(reaction[:, None] * moved, -3, 3))
    season: Array = np.ones(panel.units.shape[1])
    level: Array = np.ones(len(panel.products))
    for _ in range(2):
        level = (panel.units * weight).sum(axis=1) / np.maximum((own * season * weight).sum(axis=1), 1e-9)
        season = shop_days(panel.units, own * level[:, None], weight)
    return np.asarray(np.maximum(own * season * level[:, None], 1e-6) * weight)


def _neighbours(panel: WeeklyPanel, moved: Array, counts: npt.NDArray[np.bool_]) -> Array:
    """Mean log price of the others of the category, weighted by what they sell, (products, weeks)."""
    known = ~np.isnan(panel.price)
    weight = (panel.units.sum(axis=1) / np.maximum(known.sum(axis=1), 1))[:, None] * known
    found = np.zeros(moved.shape)
    for category in pd.unique(pd.Series(panel.categories)):
        inside = np.asarray(panel.categories == category)
        total, sold = (weight[inside] * moved[inside]).sum(axis=0), weight[inside].sum(axis=0)
        rest = sold - weight[inside]
        found[inside] = np.where(rest > 0, (total - weight[inside] * moved[inside]) / np.maximum(rest, 1e-9), 0.0)
    return np.where(counts, found, 0.0)


def _beyond_shop(values: Array, expected: Array) -> Array:
    """Less the shop's mean of each week: the week's own level in `_expected` has taken what is common to all."""
    mean = (values * expected).sum(axis=0) / np.maximum(expected.sum(axis=0), 1e-9)
    return np.asarray(np.where(expected > 0, values - mean, 0.0))


def _quick(values: Array, counts: npt.NDArray[np.bool_]) -> Array:
    """What moves quicker than nine weeks: the value less the mean of the weeks around it that count."""
    kernel = np.ones(_WINDOW)
    around = np.apply_along_axis(np.convolve, 1, np.where(counts, values, 0.0), kernel, "same")
    number = np.apply_along_axis(np.convolve, 1, counts.astype(float), kernel, "same")
    return np.where(counts, values - around / np.maximum(number, 1.0), 0.0)


def _slope(
    residual: Array, expected: Array, counts: npt.NDArray[np.bool_], causes: list[Array]
) -> tuple[Array, Array] | None:
    """One step of Newton from no effect: slopes and standard errors, (causes,); None where the causes hardly moved.

    Errors are clustered by week, as a week's weather moves all products of a category alike.
    """
    quick = [_quick(each, counts) for each in causes]
    if counts.sum() < _FEWEST_WEEKS or any(each[counts].std() < _LEAST_SPREAD for each in quick):
        return None
    design = np.stack(quick, axis=2)  # (products, weeks, causes)
    info = np.einsum("pwk,pw,pwl->kl", design, expected, design)
    if np.linalg.cond(info) > 1e8:
        return None
    clear = residual - expected * _relative(residual, expected, counts)
    scores = np.einsum("pwk,pw->wk", design, clear)
    inverse = np.linalg.inv(info)
    spread = inverse @ (scores.T @ scores) @ inverse
    return inverse @ scores.sum(axis=0), np.sqrt(np.maximum(np.diag(spread), _NO_EVIDENCE))


def _relative(residual: Array, expected: Array, counts: npt.NDArray[np.bool_]) -> Array:
    """Slow part of each product's residual, as a share of what was expected."""
    kernel = np.ones(_WINDOW)
    over = np.apply_along_axis(np.convolve, 1, np.where(counts, residual, 0.0), kernel, "same")
    usual = np.apply_along_axis(np.convolve, 1, np.where(counts, expected, 0.0), kernel, "same")
    return np.asarray(over / np.maximum(usual, 1e-6))


def _pooled(table: pd.DataFrame) -> pd.DataFrame:
    """Draws each category towards the mean of all, the more the less it says itself."""
    if len(table) < 2:
        return table
    weight = 1 / table["sd"] ** 2
    mean = float((weight * table["cross"]).sum() / weight.sum())
    excess = float((weight * (table["cross"] - mean) ** 2).sum()) - (len(table) - 1)
    between = max(excess / float(weight.sum() - (weight**2).sum() / weight.sum()), 0.0)
    trust = between / (between + table["sd"] ** 2)
    mean = float((table["cross"] / (between + table["sd"] ** 2)).sum() / (1 / (between + table["sd"] ** 2)).sum())
    error = 1 / (1 / (between + table["sd"] ** 2)).sum()
    drawn = mean + trust * (table["cross"] - mean)
    return table.assign(cross=drawn, sd=np.sqrt(trust * table["sd"] ** 2 + (1 - trust) ** 2 * error))


def _with_rivals(
    table: pd.DataFrame, panel: WeeklyPanel, competitors: pd.DataFrame, residual: Array, expected: Array,
    counts: npt.NDArray[np.bool_], moved: Array,
) -> OtherPrices:  # fmt: skip
    """Adds what competitors' prices do; own price is held beside them, and how far it shifts is kept."""
    if competitors.empty:
        return OtherPrices(table)
    rival = rival_prices(competitors, panel)
    told = counts & ~np.isnan(rival)
    inside = told.sum(axis=1) >= 8
    if not inside.any():
        return OtherPrices(table)
    usual = expected * told
    causes = [_beyond_shop(np.where(told, each, 0.0), usual)[inside] for each in (rival, moved)]
    found = _slope(np.where(told, residual, 0.0)[inside], usual[inside], told[inside], causes)  # fmt: skip
    if found is None:
        return OtherPrices(table)
    (effect, shift), (effect_sd, shift_sd) = found
    return OtherPrices(table, float(effect), float(effect_sd), float(shift), float(shift_sd), int(inside.sum()))


def rival_prices(competitors: pd.DataFrame, panel: WeeklyPanel) -> Array:
    """Log of competitors' mean price per week, last known one carried for eight weeks; NaN unknown."""
    seen = competitors[(competitors["price"] > 0) & competitors["product_id"].isin(panel.products)]
    day = pd.to_datetime(seen["observed_on"])
    week = (day - pd.to_timedelta(day.dt.weekday, unit="D")).dt.normalize()
    frame = seen.assign(week=week, logged=np.log(seen["price"].astype(float)))
    frame["logged"] -= frame.groupby(["competitor", "product_id"])["logged"].transform("mean")
    each = frame.groupby(["product_id", "week"])["logged"].mean().unstack("week")
    wide = each.reindex(index=panel.products, columns=panel.weeks)
    return np.asarray(wide.ffill(axis=1, limit=8), dtype=float)
