"""How a product's weekly sales react to its own price: a Poisson regression per product, drawn towards its category.

log E[units] = level + elasticity x log price + promotion + trend + log(season of its category) + log(time in stock).
Season comes from the other products of the category (of the shop where there are no categories). Standard errors are
widened for overdispersion (quasi-Poisson, McCullagh & Nelder 1989). Products borrow strength by empirical Bayes
(DerSimonian & Laird 1986 for the spread between products).

Knows the weekly panel that `price_panel` makes, no currency and no advice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
PRICE, PROMOTION, TREND = 1, 2, 3
_PRIOR_PRECISION = np.array([1e-6, 0.02, 0.25, 4.0])  # level, price, promotion, trend: faint pulls to zero
_FEWEST_WEEKS = 10
_FEWEST_MOVED = 3  # weeks away from the usual price
_LEAST_SPREAD = 0.015  # standard deviation of log price


@dataclass(frozen=True)
class WeeklyPanel:
    """Products x weeks.

    Attributes:
        products, categories: one entry per product; category "" where unknown.
        weeks: Mondays.
        units: gross units sold, single lines capped at the product's 98th percentile.
        price: what a unit cost: the week's list price less the week's mean discount; the list price alone in weeks
            without a sale; NaN before the first and after the last sale.
        promotion: share of the week's lines sold under a promotion.
        in_stock: share of store-days in stock, 1 where the shop keeps no record.
    """

    products: pd.Index
    categories: npt.NDArray[np.object_]
    weeks: pd.DatetimeIndex
    units: Array
    price: Array
    promotion: Array
    in_stock: Array

    def until(self, count: int) -> "WeeklyPanel":
        """The first `count` weeks."""
        return WeeklyPanel(
            self.products, self.categories, self.weeks[:count], self.units[:, :count], self.price[:, :count],
            self.promotion[:, :count], self.in_stock[:, :count],
        )  # fmt: skip


def price_panel(
    lines: pd.DataFrame, stock_outs: pd.DataFrame, stores: int, changes: pd.DataFrame | None = None
) -> WeeklyPanel:
    """Weeks of sales and list prices per product.

    A week's list price is the most frequent price, before discount, among the lines of that week and its neighbours: a
    list price lasts, while a wholesale rate or another channel's price runs beside it and is not what moved sales.

    Args:
        lines: sales lines with day, product_id, category, quantity, unit_price and, if known, discount and
            promotion_id.
        stock_outs: spans without stock (may be empty).
        stores: number of stores, at least 1.
        changes: the table price_changes, which goes before what the sales say; may be empty.
    """
    sold = lines[(lines["kind"] == "sale") & (lines["quantity"] > 0)].copy()
    sold["week"] = sold["day"] - pd.to_timedelta(sold["day"].dt.weekday, unit="D")
    by_product = sold.groupby("product_id", observed=True)["quantity"]
    sold["quantity"] = np.minimum(sold["quantity"], by_product.transform(lambda q: q.quantile(0.98)))
    sold["list_price"] = sold["unit_price"]
    if "discount" in sold:
        sold["list_price"] = (sold["unit_price"] + sold["discount"].fillna(0.0)).round(4)
    # A running week would look like a slump: only whole weeks count.
    last = sold["day"].max()
    end = last - pd.Timedelta(days=int((last.weekday() + 1) % 7))
    weeks = pd.date_range(sold["week"].min(), end - pd.Timedelta(days=6), freq="7D")
    products = pd.Index(sorted(sold["product_id"].unique()))

    def wide(values: pd.Series) -> pd.DataFrame:
        return values.unstack("week").reindex(index=products, columns=weeks)

    keys = ["product_id", "week"]
    units = wide(sold.groupby(keys, observed=True)["quantity"].sum())
    price = wide(_list_price(sold)).where(units.notna())
    if changes is not None and len(changes):
        price = _recorded(changes, products, weeks).fillna(price)
    begun, ended = price.ffill(axis=1).notna(), price.bfill(axis=1).notna()
    price = price.ffill(axis=1).where(begun & ended) * (1 - wide(_discount_share(sold)).fillna(0.0))
    sold["promoted"] = sold["promotion_id"].notna().astype(float) if "promotion_id" in sold else 0.0
    promoted = wide(sold.groupby(keys, observed=True)["promoted"].mean()).fillna(0.0)
    category = sold.drop_duplicates("product_id").set_index("product_id")["category"].reindex(products)
    return WeeklyPanel(
        products, category.fillna("").to_numpy(object), weeks, units.fillna(0.0).to_numpy(float),
        price.to_numpy(float), promoted.to_numpy(float), _in_stock(stock_outs, products, weeks, stores),
    )  # fmt: skip


def _list_price(sold: pd.DataFrame) -> pd.Series:
    """The modal list price per product and week, counted over three weeks, the lower one on a tie."""
    counted = sold.groupby(["product_id", "week", "list_price"], observed=True).size().rename("lines").reset_index()
    around = [counted.assign(week=counted["week"] + pd.Timedelta(days=shift)) for shift in (-7, 7)]
    pooled = pd.concat([counted.assign(lines=counted["lines"] * 2), *around])  # the week itself counts double
    pooled = pooled.groupby(["product_id", "week", "list_price"], observed=True)["lines"].sum().reset_index()
    pooled = pooled.sort_values(["lines", "list_price"], ascending=[False, True], kind="stable")
    return pooled.drop_duplicates(["product_id", "week"]).set_index(["product_id", "week"])["list_price"]


def _discount_share(sold: pd.DataFrame) -> pd.Series:
    """Money taken off per product and week, as a share of the list price (0-0.9)."""
    off = (sold["list_price"] - sold["unit_price"]) * sold["quantity"]
    grouped = [sold["product_id"], sold["week"]]
    full = (sold["list_price"] * sold["quantity"]).groupby(grouped, observed=True).sum()
    return (off.groupby(grouped, observed=True).sum() / full).clip(0, 0.9)


def _recorded(changes: pd.DataFrame, products: pd.Index, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """The recorded list price that held on the Thursday of each week; NaN before the first record."""
    days = pd.to_datetime(changes["effective_on"])
    wide = changes.assign(day=days).pivot_table(index="product_id", columns="day", values="price", aggfunc="last")
    middles = weeks + pd.Timedelta(days=3)
    every = wide.reindex(columns=wide.columns.append(middles).unique().sort_values()).ffill(axis=1)[middles]
    every.columns = weeks
    return every.reindex(products)


def _in_stock(stock_outs: pd.DataFrame, products: pd.Index, weeks: pd.DatetimeIndex, stores: int) -> Array:
    share = np.ones((len(products), len(weeks)))
    if stock_outs.empty or not len(weeks):
        return share
    starts = weeks.to_numpy()
    spans = stock_outs[stock_outs["product_id"].isin(products)]
    begins = pd.to_datetime(spans["starts_on"]).to_numpy("datetime64[D]")
    ends = pd.to_datetime(spans["ends_on"]).fillna(weeks[-1] + pd.Timedelta(days=6)).to_numpy("datetime64[D]")
    for product, first, last in zip(spans["product_id"], begins, ends, strict=True):
        overlap = np.minimum(last, starts + np.timedelta64(6, "D")) - np.maximum(first, starts)
        days = np.clip(overlap / np.timedelta64(1, "D") + 1, 0, 7)
        share[products.get_loc(product)] -= days / 7 / stores
    return share.clip(0.02, 1.0)


def seasons(panel: WeeklyPanel) -> Array:
    """Products x weeks: how much the *other* products of its category sold, as a ratio to their usual level.

    Products count only while they are on sale and in no promotion, else a promotion of the whole category would pass for
    a season. Where too few are left, the category keeps its ratio to the shop from the weeks around.
    """
    counts = ~np.isnan(panel.price) & (panel.promotion == 0)
    level = (panel.units * counts).sum(axis=1) / np.maximum((panel.in_stock * counts).sum(axis=1), 1e-9)
    sold, usual = panel.units * counts, level[:, None] * panel.in_stock * counts
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


def _ratio(sold: Array, usual: Array) -> Array:
    """Sold against usual, drawn a little towards one so that few sales make no season."""
    return np.asarray((sold + 2.0) / (usual + 2.0))


def own_elasticities(panel: WeeklyPanel) -> pd.DataFrame:
    """The regression of each product whose price moved enough.

    Returns:
        Indexed by product_id: elasticity, sd (standard error), promotion (log units a promotion adds), weeks, category.
    """
    known = ~np.isnan(panel.price)
    log_price = np.where(known, np.log(np.where(known, panel.price, 1.0)), 0.0)
    weight = known.astype(float)
    count = weight.sum(axis=1)
    centre = (log_price * weight).sum(axis=1) / np.maximum(count, 1)
    moved = (log_price - centre[:, None]) * weight
    spread = np.sqrt((moved**2).sum(axis=1) / np.maximum(count, 1))
    enough = (count >= _FEWEST_WEEKS) & (spread >= _LEAST_SPREAD) & (_weeks_off_usual(panel.price) >= _FEWEST_MOVED)
    chosen = np.flatnonzero(enough & (panel.units.sum(axis=1) >= _FEWEST_WEEKS))
    time = np.linspace(-0.5, 0.5, panel.units.shape[1]) if panel.units.shape[1] else np.zeros(0)
    design = np.stack(
        [np.ones((len(chosen), len(time))), moved[chosen], panel.promotion[chosen], np.tile(time, (len(chosen), 1))],
        axis=2,
    )  # (products, weeks, 4)
    offset = np.log(seasons(panel)[chosen]) + np.log(panel.in_stock[chosen])
    data = (panel.units[chosen], design, offset, weight[chosen])
    centre_of, pull = np.zeros(4), _PRIOR_PRECISION.copy()
    estimate, error = _quasi_poisson(*data, centre_of, pull)
    promoted = panel.promotion[chosen].sum(axis=1) >= 1
    if promoted.sum() >= 10:  # what a promotion adds beyond its price is much alike across products: pool it
        effects = pd.DataFrame({"elasticity": estimate[promoted, PROMOTION], "sd": error[promoted, PROMOTION]})
        centre_of[PROMOTION], spread_of = _mean_and_spread(effects)
        pull[PROMOTION] = 1 / spread_of**2
        estimate, error = _quasi_poisson(*data, centre_of, pull)
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


def shrink(own: pd.DataFrame, fewest: int = 8) -> pd.DataFrame:
    """Draws each product's estimate towards its category's mean, the more the less certain it is.

    Args:
        own: as `own_elasticities` returns.
        fewest: a category with fewer products takes the shop's mean and spread.

    Returns:
        `own` with shrunk, shrunk_sd, and prior (the mean that it was drawn to).
    """
    if own.empty:
        return own.assign(shrunk=[], shrunk_sd=[], prior=[])
    shop = _mean_and_spread(own)
    parts = []
    for _, group in own.groupby("category", observed=True):
        mean, spread = _mean_and_spread(group) if len(group) >= fewest else shop
        trust = spread**2 / (spread**2 + group["sd"] ** 2)
        shrunk = trust * group["elasticity"] + (1 - trust) * mean
        parts.append(group.assign(shrunk=shrunk, shrunk_sd=np.sqrt(trust) * group["sd"], prior=mean))
    return pd.concat(parts).reindex(own.index)


def _mean_and_spread(group: pd.DataFrame) -> tuple[float, float]:
    """Random-effects mean, and standard deviation between products beyond their errors (at least 0.1)."""
    values, weights = group["elasticity"].to_numpy(float), 1 / np.maximum(group["sd"].to_numpy(float), 0.05) ** 2
    fixed = float((values * weights).sum() / weights.sum())
    excess = float((weights * (values - fixed) ** 2).sum()) - (len(values) - 1)
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    between = max(excess / scale, 0.0) if scale > 0 else 0.0
    weights = 1 / (1 / weights + between)
    return float((values * weights).sum() / weights.sum()), max(float(np.sqrt(between)), 0.1)
