"""How units react to price and promotion with all else held: a Poisson regression in three layers.

log E[units] = level + trend + year of the product + season of its category and of the shop's days
             + elasticity x log price + promotion + log exposure

Product terms (level, trend, one yearly wave) are profiled out of each product's likelihood; what is left says how its
elasticity and the promotions that it was in raise or lower the likelihood, as a quadratic (Laplace). `hierarchy` joins
these over products, and the rounds go on from there (penalised quasi-likelihood, Breslow & Clayton 1993). Errors are
widened for overdispersion and for swings that last. Knows cells, no currency and no advice.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.pricing.cells import Cells
from analytics.pricing.hierarchy import Effects, Evidence, join
from analytics.pricing.seasonality import category_weeks, season_groups, shop_days

Array = npt.NDArray[np.float64]
_LOCAL_PRECISION = np.array([1e-6, 40.0, 20.0, 20.0])  # level, trend, yearly wave: where the first round begins
_FEWEST_UNITS = 10.0
_LEAST_SPREAD = 0.015  # standard deviation of log price


@dataclass(frozen=True)
class DemandSettings:
    """How the regression runs.

    Attributes:
        rounds: times that seasons, product terms and effects are renewed in turn.
        start: elasticity that the first round begins with.
    """

    rounds: int = 8
    start: float = -1.5

    def __post_init__(self) -> None:
        if self.rounds < 1 or self.start > 0:
            raise ValueError(f"Expected at least one round and a start not above 0; got {self}.")


def fit_demand(cells: Cells, covariates: pd.DataFrame, settings: DemandSettings | None = None) -> Effects:
    """Elasticities and promotion effects of every product whose price moved.

    Args:
        cells: the history.
        covariates: per product, standardised: what its elasticity may depend on.
        settings: rounds and start.
    """
    chosen = settings or DemandSettings()
    moved = log_price(cells)
    counts = (cells.exposure > 0) & ~np.isnan(cells.price)
    learns = _learnable(cells, moved, counts)
    category = pd.factorize(pd.Series(cells.categories, dtype=object), sort=True)[0]
    local = _local_design(cells)
    terms = np.zeros((len(cells.products), local.shape[1]))
    exposure = np.where(counts, cells.exposure, 0.0)
    usual = cells.units.sum(axis=1) / np.maximum(exposure.sum(axis=1), 1e-9)
    terms[:, 0] = np.log(np.maximum(usual, 1e-6))
    effects = Effects.start(len(cells.products), len(cells.promotions), chosen.start)
    pull, seasons = _LOCAL_PRECISION, _Seasons(cells, category)
    for _ in range(chosen.rounds):
        reaction = np.exp(effects.reaction(moved, cells.promotion))
        quiet = counts & (cells.promotion < 0)
        season = seasons.renew(exposure * reaction * np.exp(terms @ local.T), quiet)
        fixed = exposure * season * reaction
        terms, pull = _product_terms(cells.units * counts, fixed, local, terms, pull)
        evidence = _evidence(cells, moved, fixed * np.exp(terms @ local.T), counts, local, pull)
        effects = join(evidence, effects, learns, category, covariates.to_numpy(float), cells.promotions)
    return effects


def log_price(cells: Cells) -> Array:
    """Log price against the product's mean log price, 0 where unknown, (products, periods)."""
    known = ~np.isnan(cells.price) & (cells.exposure > 0)
    logged = np.log(np.where(known, cells.price, 1.0))
    centre = logged.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, logged - centre[:, None], 0.0)


def _learnable(cells: Cells, moved: Array, counts: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Products that sold enough under prices that differ enough, for three weeks or more off the usual price."""
    spread = np.sqrt((moved**2).sum(axis=1) / np.maximum(counts.sum(axis=1), 1))
    with np.errstate(invalid="ignore"):
        usual = np.array([np.median(p[~np.isnan(p)]) if (~np.isnan(p)).any() else 1.0 for p in cells.price])
        off = (np.abs(cells.price / usual[:, None] - 1) > 0.02) & counts
    weeks_off = off.sum(axis=1) * cells.days / 7
    long = counts.sum(axis=1) * cells.days >= 70
    return np.asarray((spread >= _LEAST_SPREAD) & (weeks_off >= 2) & long & (cells.units.sum(axis=1) >= _FEWEST_UNITS))


def _local_design(cells: Cells) -> Array:
    """Level, trend in years and one yearly wave, (periods, 4); no wave in less than a year and a half."""
    years = (cells.starts - cells.starts[0]).days.to_numpy() / 365.25
    wave = 2 * np.pi * years if years[-1] >= 1.5 else np.zeros(len(years))
    swing = np.sin(wave) if years[-1] >= 1.5 else wave
    turn = np.cos(wave) if years[-1] >= 1.5 else wave
    return np.column_stack([np.ones(len(years)), years - years.mean(), swing, turn])


class _Seasons:
    """Products x periods: the shop's day, the season that a group of products shares, the category's week."""

    def __init__(self, cells: Cells, category: npt.NDArray[np.int64]) -> None:
        self.cells, self.category = cells, category
        self.week = cells.week
        self.group: npt.NDArray[np.int64] | None = None
        self.shared, self.own = np.ones(cells.units.shape), np.ones(cells.units.shape)

    def renew(self, expected: Array, quiet: npt.NDArray[np.bool_]) -> Array:
        """The season, given the units expected without any: each part cleared of the others."""
        units, week, weight = self.cells.units, self.week, quiet.astype(float)
        days = shop_days(units, expected * self.shared * self.own, weight)
        first = self.group is None
        if self.group is None:
            self.group = season_groups(units, expected * days, weight, week, self.category)
        for _ in range(2 if first else 1):
            rest = expected * days
            self.shared = category_weeks(units, rest * self.own, weight, week, self.group)[self.group][:, week]
            self.own = category_weeks(units, rest * self.shared, weight, week, self.category)[self.category][:, week]
            days = shop_days(units, expected * self.shared * self.own, weight)
        return np.asarray(days * self.shared * self.own)


def _product_terms(units: Array, fixed: Array, local: Array, terms: Array, pull: Array) -> tuple[Array, Array]:
    """Newton's method on every product at once: terms (products, 4), and the pull that their spread calls for."""
    found = terms.copy()
    squares = np.einsum("tk,tl->tkl", local, local).reshape(len(local), -1)
    for _ in range(15):
        mean = fixed * np.exp(np.clip(found @ local.T, -20, 20))
        slope = (units - mean) @ local - found * pull
        curve = (mean @ squares).reshape(-1, local.shape[1], local.shape[1]) + np.diag(pull)
        step = np.clip(np.linalg.solve(curve, slope[:, :, None])[:, :, 0], -1.0, 1.0)
        found += step
        if np.abs(step).max() < 1e-5:
            break
    variance = np.diagonal(np.linalg.inv(curve), axis1=1, axis2=2)
    spread = (found**2 + variance).mean(axis=0)  # one step of expectation-maximisation for the terms' spread
    renewed = np.clip(1 / np.maximum(spread, 1e-6), 1.0, 1e4)
    renewed[0] = pull[0]
    return found, renewed


def _evidence(
    cells: Cells, moved: Array, mean: Array, counts: npt.NDArray[np.bool_], local: Array, pull: Array
) -> Evidence:
    """What each product's likelihood says of its elasticity and of its promotions, product terms profiled out."""
    residual = np.where(counts, cells.units - mean, 0.0)
    dispersion = _dispersion(residual, mean, counts) * _persistence(residual, mean, cells)
    products, width = len(mean), len(cells.promotions) + 1
    score, info = np.zeros((products, width)), np.zeros((products, width, width))
    for row in range(products):
        held = np.unique(cells.promotion[row][counts[row]])
        held = held[held >= 0]
        design = np.column_stack([moved[row], *(cells.promotion[row] == each for each in held)])
        weighted = mean[row][:, None] * design
        inner = np.einsum("tk,t,tl->kl", local, mean[row], local) + np.diag(pull)
        cross = local.T @ weighted
        own = design.T @ weighted - cross.T @ np.linalg.solve(inner, cross)
        places = np.concatenate([[0], held + 1])
        score[row, places] = (residual[row] @ design) / dispersion[row]
        info[row][np.ix_(places, places)] = own / dispersion[row]
    return Evidence(score, info)


def _dispersion(residual: Array, mean: Array, counts: npt.NDArray[np.bool_]) -> Array:
    """Pearson's chi-square per degree of freedom, at least 1, (products,)."""
    scaled = residual**2 / np.maximum(mean, 1e-3)
    free = np.maximum(counts.sum(axis=1) - len(_LOCAL_PRECISION), 1)
    return np.asarray(np.maximum(scaled.sum(axis=1) / free, 1.0))


def _persistence(residual: Array, mean: Array, cells: Cells) -> Array:
    """How much slow swings widen errors: (1 + rho) / (1 - rho) of weekly residuals, half own and half shared.

    Prices last for weeks, so a swing that lasts can pass for their effect (the long-run variance of an AR(1)).
    """
    weeks = int(cells.week.max()) + 1
    summed, usual = np.zeros((len(residual), weeks)), np.zeros((len(residual), weeks))
    np.add.at(summed.T, cells.week, residual.T)
    np.add.at(usual.T, cells.week, mean.T)
    scaled = summed / np.sqrt(np.maximum(usual, 1e-3))
    own = (scaled[:, 1:] * scaled[:, :-1]).sum(axis=1) / np.maximum((scaled**2).sum(axis=1), 1e-9)
    rho = np.clip((own + float(np.median(own))) / 2, 0.0, 0.8)
    return np.asarray((1 + rho) / (1 - rho))
