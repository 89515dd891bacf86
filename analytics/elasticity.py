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
        price: the week's list price; carried over weeks without a sale; NaN before the first and after the last sale.
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
    price = price.ffill(axis=1).where(begun & ended)
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
    """Products x weeks: the units of the *other* products of its category, as a ratio to their mean."""
    season = np.ones_like(panel.units)
    for category in np.unique(panel.categories.astype(str)):
        rows = panel.categories.astype(str) == category
        if rows.sum() < 5:  # too few others to see a season in: the whole shop's
            total, own = panel.units.sum(axis=0), panel.units[rows]
        else:
            total, own = panel.units[rows].sum(axis=0), panel.units[rows]
        others = np.maximum(total - own, 0.5)
        season[rows] = others / others.mean(axis=1, keepdims=True)
    return season


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
    estimate, error = _quasi_poisson(panel.units[chosen], design, offset, weight[chosen])
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


def _quasi_poisson(units: Array, design: Array, offset: Array, weight: Array) -> tuple[Array, Array]:
    """Newton's method on all products at once: estimates and standard errors, each (products, 4)."""
    products, _, width = design.shape
    estimate = np.zeros((products, width))
    level = (units * weight).sum(axis=1) / np.maximum((np.exp(offset) * weight).sum(axis=1), 1e-9)
    estimate[:, 0] = np.log(np.maximum(level, 1e-3))
    prior = np.diag(_PRIOR_PRECISION)
    for _ in range(30):
        mean = np.exp(np.clip(np.einsum("pwk,pk->pw", design, estimate) + offset, -20, 20)) * weight
        slope = np.einsum("pwk,pw->pk", design, units * weight - mean) - estimate * _PRIOR_PRECISION
        curve = np.einsum("pwk,pw,pwl->pkl", design, mean, design) + prior
        step = np.clip(np.linalg.solve(curve, slope[:, :, None])[:, :, 0], -1.0, 1.0)
        estimate += step
        if not products or np.abs(step).max() < 1e-6:
            break
    mean = np.exp(np.clip(np.einsum("pwk,pk->pw", design, estimate) + offset, -20, 20))
    curve = np.einsum("pwk,pw,pwl->pkl", design, mean * weight, design) + prior
    pearson = ((units - mean) ** 2 / np.maximum(mean, 1e-6) * weight).sum(axis=1)
    dispersion = np.maximum(pearson / np.maximum(weight.sum(axis=1) - width, 1), 1.0)
    variance = np.diagonal(np.linalg.inv(curve), axis1=1, axis2=2) if products else np.zeros((0, width))
    return estimate, np.sqrt(variance * dispersion[:, None])


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
