"""How a product's weekly sales react to its own price: a Poisson regression per product, drawn towards its category.

log E[units] = level + elasticity x log price + promotion + trend + log(season of its category) + log(time in stock).
Season comes from the other products of the category (of the shop where there are no categories). Standard errors are
widened for overdispersion (quasi-Poisson, McCullagh & Nelder 1989). Products borrow strength by empirical Bayes
(DerSimonian & Laird 1986 for the spread between products).

Knows the weekly panel, no currency and no advice.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.price_panel import WeeklyPanel

Array = npt.NDArray[np.float64]
PRICE, PROMOTION, TREND = 1, 2, 3
_PRIOR_PRECISION = np.array([1e-6, 0.02, 0.25, 4.0])  # level, price, promotion, trend: faint pulls to zero
_FEWEST_WEEKS = 10
_FEWEST_MOVED = 3  # weeks away from the usual price
_LEAST_SPREAD = 0.015  # standard deviation of log price


def seasons(panel: WeeklyPanel, reaction: float = 0.0) -> Array:
    """Products x weeks: how much the *other* products of its category sold, as a ratio to their usual level.

    Products count only while they are on sale and in no promotion, else a promotion of the whole category would pass
    for a season. Where too few are left, the category keeps its ratio to the shop from the weeks around.

    Args:
        panel: the weeks.
        reaction: the elasticity that the others' own price moves are corrected by.
    """
    counts = ~np.isnan(panel.price) & (panel.promotion == 0)
    exposure = panel.in_stock * counts * np.where(counts, _moved(panel) ** reaction, 0.0)
    level = (panel.units * counts).sum(axis=1) / np.maximum(exposure.sum(axis=1), 1e-9)
    sold, usual = panel.units * counts, level[:, None] * exposure
    shop = _ratio(sold.sum(axis=0) - sold, usual.sum(axis=0) - usual)
    season = shop.copy()
    names = panel.categories.astype(str)
    for category in np.unique(names):
        rows = np.flatnonzero(names == category)
        if len(rows) < 5:  # too few others to see a season in: the whole shop's
            continue
        others, expected = sold[rows].sum(axis=0) - sold[rows], usual[rows].sum(axis=0) - usual[rows]
        relative = _ratio(others, expected) / shop[rows]
        relative[expected < 0.2 * level[rows].sum()] = np.nan
        filled = pd.DataFrame(relative.T).interpolate(limit_direction="both").fillna(1.0).to_numpy().T
        season[rows] = shop[rows] * filled
    return np.asarray(season.clip(0.05, 20.0))


def _moved(panel: WeeklyPanel) -> Array:
    """Price against the product's geometric mean price, 1 where unknown."""
    known = ~np.isnan(panel.price)
    logged = np.where(known, np.log(np.where(known, panel.price, 1.0)), 0.0)
    centre = logged.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.where(known, np.exp(logged - centre[:, None]), 1.0))


def _ratio(sold: Array, usual: Array) -> Array:
    """Sold against usual, drawn a little towards one so that few sales make no season."""
    return np.asarray((sold + 2.0) / (usual + 2.0))


def own_elasticities(panel: WeeklyPanel, rounds: int = 3) -> pd.DataFrame:
    """The regression of each product whose price moved enough.

    Where a shop raises many prices at once, the others' sales show less season than there was. So the season is found
    again, corrected by the mean elasticity of the round before.

    Returns:
        Indexed by product_id: elasticity, sd (standard error), promotion (log units a promotion adds), weeks, category.
    """
    found = _regress(panel, seasons(panel))
    for _ in range(rounds - 1):
        if found.empty:
            break
        mean = float(np.clip(_pooled(found)[0], -6.0, 0.0))
        found = _regress(panel, seasons(panel, mean))
    return found


def _regress(panel: WeeklyPanel, season: Array) -> pd.DataFrame:
    known = ~np.isnan(panel.price)
    weight = known.astype(float)
    count = weight.sum(axis=1)
    moved = np.log(_moved(panel))
    spread = np.sqrt((moved**2).sum(axis=1) / np.maximum(count, 1))
    enough = (count >= _FEWEST_WEEKS) & (spread >= _LEAST_SPREAD) & (_weeks_off_usual(panel.price) >= _FEWEST_MOVED)
    chosen = np.flatnonzero(enough & (panel.units.sum(axis=1) >= _FEWEST_WEEKS))
    time = np.linspace(-0.5, 0.5, panel.units.shape[1])
    parts = [np.ones((len(chosen), len(time))), moved[chosen], panel.promotion[chosen], np.tile(time, (len(chosen), 1))]
    design = np.stack(parts, axis=2)  # (products, weeks, 4)
    data = (panel.units[chosen], design, np.log(season[chosen]) + np.log(panel.in_stock[chosen]), weight[chosen])
    estimate, error = _pooled_promotions(data, panel.promotion[chosen].sum(axis=1) >= 1)
    return pd.DataFrame(
        {
            "elasticity": estimate[:, PRICE].clip(-10, 10),
            "sd": error[:, PRICE],
            "promotion": estimate[:, PROMOTION],
            "weeks": count[chosen].astype(int),
            "category": panel.categories[chosen],
        },
        index=panel.products[chosen],
    )


def _pooled_promotions(data: tuple[Array, Array, Array, Array], promoted: npt.NDArray[np.bool_]) -> tuple[Array, Array]:
    """Fits twice: what a promotion adds beyond its price is much alike across products, so they share it."""
    centre, pull = np.zeros(4), _PRIOR_PRECISION.copy()
    estimate, error = _quasi_poisson(*data, centre, pull)
    if promoted.sum() < 10:
        return estimate, error
    effects = pd.DataFrame({"elasticity": estimate[promoted, PROMOTION], "sd": error[promoted, PROMOTION]})
    centre[PROMOTION], _, spread = _pooled(effects)
    pull[PROMOTION] = 1 / spread**2
    return _quasi_poisson(*data, centre, pull)


def _weeks_off_usual(price: Array) -> npt.NDArray[np.intp]:
    """Weeks in which the price lay more than 2 % from its median."""
    with np.errstate(invalid="ignore"):
        usual = np.nanmedian(np.where(np.isnan(price).all(axis=1, keepdims=True), 1.0, price), axis=1, keepdims=True)
        return np.asarray((np.abs(price / usual - 1) > 0.02).sum(axis=1))


def _quasi_poisson(
    units: Array, design: Array, offset: Array, weight: Array, centre: Array, pull: Array
) -> tuple[Array, Array]:
    """Newton's method on all products at once: estimates and standard errors, each (products, 4).

    `centre` and `pull` are the mean and precision of a normal prior on the coefficients.
    """
    products, _, width = design.shape
    estimate = np.zeros((products, width))
    level = (units * weight).sum(axis=1) / np.maximum((np.exp(offset) * weight).sum(axis=1), 1e-9)
    estimate[:, 0] = np.log(np.maximum(level, 1e-3))
    prior = np.diag(pull)
    for _ in range(30):
        mean = np.exp(np.clip(np.einsum("pwk,pk->pw", design, estimate) + offset, -20, 20)) * weight
        slope = np.einsum("pwk,pw->pk", design, units * weight - mean) - (estimate - centre) * pull
        curve = np.einsum("pwk,pw,pwl->pkl", design, mean, design) + prior
        step = np.clip(np.linalg.solve(curve, slope[:, :, None])[:, :, 0], -1.0, 1.0)
        estimate += step
        if not products or np.abs(step).max() < 1e-6:
            break
    mean = np.exp(np.clip(np.einsum("pwk,pk->pw", design, estimate) + offset, -20, 20))
    curve = np.einsum("pwk,pw,pwl->pkl", design, mean * weight, design) + prior
    residual = (units - mean) / np.sqrt(np.maximum(mean, 1e-6)) * weight
    dispersion = np.maximum((residual**2).sum(axis=1) / np.maximum(weight.sum(axis=1) - width, 1), 1.0)
    dispersion *= _persistence(residual)
    variance = np.diagonal(np.linalg.inv(curve), axis1=1, axis2=2) if products else np.zeros((0, width))
    return estimate, np.sqrt(variance * dispersion[:, None])


def _persistence(residual: Array) -> Array:
    """How much slow swings widen errors: (1 + rho) / (1 - rho), rho the lag-one correlation, half own and half shared.

    Prices last for weeks, so a swing that lasts can pass for their effect (the long-run variance of an AR(1)).
    """
    own = (residual[:, 1:] * residual[:, :-1]).sum(axis=1) / np.maximum((residual**2).sum(axis=1), 1e-9)
    shared = float(np.median(own)) if len(own) else 0.0
    rho = np.clip((own + shared) / 2, 0.0, 0.8)
    return np.asarray((1 + rho) / (1 - rho))


def naive_elasticities(panel: WeeklyPanel) -> pd.Series:
    """What a spreadsheet would give: ordinary least squares of log(units + 1) on log price, nothing held constant."""
    result = {}
    for row, product in enumerate(panel.products):
        known = ~np.isnan(panel.price[row])
        price = np.log(panel.price[row, known])
        if known.sum() >= _FEWEST_WEEKS and price.std() >= _LEAST_SPREAD:
            units = np.log(panel.units[row, known] + 1)
            result[product] = float(np.cov(price, units, bias=True)[0, 1] / price.var())
    return pd.Series(result, dtype=float)


def shrink(own: pd.DataFrame) -> pd.DataFrame:
    """Draws each product's estimate towards its category's mean, and that towards the shop's, by their uncertainty.

    Args:
        own: as `own_elasticities` returns.

    Returns:
        `own` with shrunk, shrunk_sd (the mean's own uncertainty included), and prior (the mean that it was drawn to).
    """
    if own.empty:
        return own.assign(shrunk=[], shrunk_sd=[], prior=[])
    shop, shop_sd, spread = _pooled(own)
    groups = {str(name): group for name, group in own.groupby("category", observed=True)}
    means = pd.DataFrame(
        [_pooled(group)[:2] for group in groups.values()], index=list(groups), columns=["elasticity", "sd"]
    )
    between = _pooled(means)[2] if len(means) > 2 else 0.1
    trust = between**2 / (between**2 + means["sd"] ** 2) if len(means) > 1 else means["sd"] * 0
    centre: pd.Series = trust * means["elasticity"] + (1 - trust) * shop
    prior = own["category"].map(centre.to_dict()).astype(float)
    variance: pd.Series = trust * means["sd"] ** 2 + (1 - trust) ** 2 * shop_sd**2
    prior_sd = own["category"].map(np.sqrt(variance).to_dict()).astype(float)
    own_trust = spread**2 / (spread**2 + own["sd"] ** 2)
    shrunk_sd = np.sqrt(own_trust * own["sd"] ** 2 + (1 - own_trust) ** 2 * prior_sd**2)
    return own.assign(shrunk=own_trust * own["elasticity"] + (1 - own_trust) * prior, shrunk_sd=shrunk_sd, prior=prior)


def _pooled(group: pd.DataFrame) -> tuple[float, float, float]:
    """Random-effects mean, its standard error, and the spread between rows beyond their errors (at least 0.1)."""
    values, weights = group["elasticity"].to_numpy(float), 1 / np.maximum(group["sd"].to_numpy(float), 0.05) ** 2
    fixed = float((values * weights).sum() / weights.sum())
    excess = float((weights * (values - fixed) ** 2).sum()) - (len(values) - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(excess / scale, 0.0) if scale > 0 else 0.0
    weights = 1 / (1 / weights + between)
    mean = float((values * weights).sum() / weights.sum())
    return mean, float(1 / np.sqrt(weights.sum())), max(float(np.sqrt(between)), 0.1)
