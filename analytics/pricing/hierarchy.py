"""Products borrow strength: an elasticity is drawn towards what its category, price level and rhythm suggest.

elasticity ~ Normal(covariates x weights + category, spread); promotion effect ~ Normal(its channel's mean, spread).
Given the quadratics that `demand` hands in, everything is a linear Gaussian model, solved exactly for each of a grid of
spreads; the answers are averaged by the spreads' marginal likelihood (Gelman et al. 2013, "Bayesian data analysis",
ch. 5), so that a spread that is hard to tell neither vanishes nor swallows everything.
Knows numbers per product, no cells and no season.
"""

from dataclasses import dataclass
from itertools import product as combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

Array = npt.NDArray[np.float64]
_SPREADS = (0.1, 0.2, 0.3, 0.45, 0.7)  # of elasticities within a category
_SPREAD_PRIOR = (0.1, 0.25, 0.3, 0.25, 0.1)
_BETWEEN = (0.02, 0.1, 0.2, 0.35, 0.6)  # of categories
_PROMOTIONS = (0.03, 0.1, 0.2, 0.4)  # of log promotion effects within a channel
_PRIOR_MEAN, _PRIOR_SD = -1.5, 1.5  # of the shop's elasticity: Bijmolt, van Heerde & Pieters 2005 find -2.6 +- 1.9
_COVARIATE_SD, _CHANNEL_SD, _PROMOTION_SD = 0.3, 0.1, 0.5


@dataclass(frozen=True)
class Evidence:
    """The quadratic log likelihood around the effects of the round before.

    Attributes:
        score: first derivatives by elasticity (first) and promotion effects, (products, 1 + promotions).
        info: minus the second derivatives, (products, 1 + promotions, 1 + promotions).
    """

    score: Array
    info: Array


@dataclass(frozen=True)
class Effects:
    """What was learnt.

    Attributes:
        elasticity, sd: per product; the prior's where the product's own price told nothing.
        prior: what each product's elasticity was drawn to.
        own_sd: error that the product's own data would leave; inf where they tell nothing.
        learns: whether the product's own prices moved enough to count.
        promotion, promotion_sd: log effect per promotion beyond its price.
        channel: channel -> (mean log effect, standard deviation of one new promotion's).
        spread, between: within and between categories; weights: of the covariates.
    """

    elasticity: Array
    sd: Array
    prior: Array
    own_sd: Array
    learns: npt.NDArray[np.bool_]
    promotion: Array
    promotion_sd: Array
    channel: dict[str, tuple[float, float]]
    spread: float
    between: float
    weights: Array

    @classmethod
    def start(cls, products: int, promotions: int, elasticity: float) -> "Effects":
        """Before anything was learnt."""
        flat, none = np.full(products, elasticity), np.zeros(promotions)
        return cls(
            flat, flat * 0 + 1.0, flat, flat * 0 + np.inf, np.ones(products, dtype=bool), none, none + 1.0, {},
            0.3, 0.3, np.zeros(0),
        )  # fmt: skip

    def reaction(self, moved: Array, promotion: npt.NDArray[np.int64]) -> Array:
        """Log of what price and promotion do to units, (products, periods)."""
        added = np.append(self.promotion, 0.0)[promotion]
        return np.asarray(np.clip(self.elasticity[:, None] * moved + added, -6, 6))


def join(
    evidence: Evidence,
    before: Effects,
    learns: npt.NDArray[np.bool_],
    category: npt.NDArray[np.int64],
    covariates: Array,
    promotions: pd.Series,
) -> Effects:
    """Solves the model for the effects, averaged over spreads by their marginal likelihood."""
    channels = sorted(set(promotions))
    system = _System.of(evidence, before, learns, _shared(category, covariates), promotions.to_numpy(), channels)
    kinds = int(category.max()) + 1
    grid = list(combinations(_SPREADS, _BETWEEN, _PROMOTIONS if len(promotions) else _PROMOTIONS[:1]))
    solved = [system.solve(*spreads, kinds=kinds) for spreads in grid]
    chance = np.array([each.evidence for each in solved])
    chance += np.log([_SPREAD_PRIOR[_SPREADS.index(spread)] for spread, *_ in grid])
    chance = np.exp(chance - chance.max())
    kept = [place for place in np.argsort(-chance) if chance[place] > 1e-3]
    parts = [system.effects(solved[place], grid[place], channels, learns, kinds=kinds) for place in kept]
    return _averaged(parts, chance[kept] / chance[kept].sum())


def _averaged(parts: list["Effects"], weight: Array) -> "Effects":
    """The mixture's means; its standard deviations include how far the parts lie apart."""

    def mean(name: str) -> Array:
        return np.asarray(sum(w * getattr(part, name) for w, part in zip(weight, parts, strict=True)))

    def sd(name: str, spread: str) -> Array:
        middle = mean(name)
        each = [getattr(part, spread) ** 2 + (getattr(part, name) - middle) ** 2 for part in parts]
        return np.asarray(np.sqrt(sum(w * v for w, v in zip(weight, each, strict=True))))

    def channel(name: str) -> tuple[float, float]:
        means, sds = (np.array([part.channel[name][place] for part in parts]) for place in (0, 1))
        middle = float(weight @ means)
        return middle, float(np.sqrt(weight @ (sds**2 + (means - middle) ** 2)))

    return Effects(
        mean("elasticity"), sd("elasticity", "sd"), mean("prior"), parts[0].own_sd, parts[0].learns,
        mean("promotion"), sd("promotion", "promotion_sd"), {name: channel(name) for name in parts[0].channel},
        float(mean("spread")), float(mean("between")), mean("weights"),
    )  # fmt: skip


def _shared(category: npt.NDArray[np.int64], covariates: Array) -> Array:
    """Design of a product's prior mean: one, covariates, its category, (products, 1 + covariates + categories)."""
    kinds = np.zeros((len(category), int(category.max()) + 1))
    kinds[np.arange(len(category)), category] = 1.0
    return np.column_stack([np.ones(len(category)), covariates, kinds])


@dataclass(frozen=True)
class _Solved:
    evidence: float
    mean: Array  # shared terms, channels and promotions
    covariance: Array
    own: Array  # per product: trust in its own data


@dataclass(frozen=True)
class _System:
    """The quadratics about zero effects: products' own precision `own` and slope, their cross terms with promotions."""

    own: Array
    slope: Array
    cross: Array
    promotion_info: Array
    promotion_slope: Array
    design: Array
    channel_of: Array

    @classmethod
    def of(
        cls, evidence: Evidence, before: Effects, learns: npt.NDArray[np.bool_], design: Array,
        channel: npt.NDArray[np.object_], channels: list[str],
    ) -> "_System":  # fmt: skip
        """Moves the expansion point of the quadratics to zero."""
        info = evidence.info * learns[:, None, None]
        at = np.column_stack([before.elasticity, np.tile(before.promotion, (len(learns), 1))])
        slope = evidence.score * learns[:, None] + np.einsum("pkl,pl->pk", info, at)
        channel_of = np.zeros((len(channel), len(channels)))
        for place, name in enumerate(channel):
            channel_of[place, channels.index(name)] = 1.0
        return cls(
            info[:, 0, 0], slope[:, 0], info[:, 0, 1:], info[:, 1:, 1:].sum(axis=0), slope[:, 1:].sum(axis=0),
            design, channel_of,
        )  # fmt: skip

    def solve(self, spread: float, between: float, promoted: float, kinds: int) -> _Solved:
        """Eliminates each product's own elasticity, then solves for all shared terms at once."""
        inner = self.own + 1 / spread**2
        trust = self.own / inner
        wide, channels, promotions = self.design.shape[1], self.channel_of.shape[1], len(self.channel_of)
        size = wide + channels + promotions
        curve, slope = np.zeros((size, size)), np.zeros(size)
        shared, held = slice(0, wide), slice(wide + channels, size)
        curve[shared, shared] = (self.design.T * (self.own / inner / spread**2)) @ self.design
        slope[shared] = self.design.T @ (self.slope / inner / spread**2)
        curve[held, held] = self.promotion_info - (self.cross.T / inner) @ self.cross
        slope[held] = self.promotion_slope - self.cross.T @ (self.slope / inner)
        curve[shared, held] = (self.design.T / inner / spread**2) @ self.cross
        curve[held, shared] = curve[shared, held].T
        prior, centre = self._prior(between, promoted, kinds)
        full, right = curve + prior, slope + prior @ centre
        mean = np.linalg.solve(full, right)
        fit = 0.5 * float(right @ mean - centre @ prior @ centre + (self.slope**2 / inner).sum())
        volume = np.linalg.slogdet(prior)[1] - np.linalg.slogdet(full)[1] - np.log1p(self.own * spread**2).sum()
        return _Solved(fit + 0.5 * float(volume), np.asarray(mean), np.asarray(np.linalg.inv(full)), trust)

    def _prior(self, between: float, promoted: float, kinds: int) -> tuple[Array, Array]:
        wide, channels, promotions = self.design.shape[1], self.channel_of.shape[1], len(self.channel_of)
        precision = np.zeros((wide + channels + promotions,) * 2)
        sds = np.concatenate([[_PRIOR_SD], np.full(wide - 1 - kinds, _COVARIATE_SD), np.full(kinds, between)])
        precision[:wide, :wide] = np.diag(1 / sds**2)
        link = np.concatenate([-self.channel_of, np.eye(promotions)], axis=1)  # promotion less its channel's mean
        held = slice(wide, wide + channels + promotions)
        precision[held, held] = link.T @ link / promoted**2
        apart = _CHANNEL_SD**2 * np.eye(channels) + _PROMOTION_SD**2  # channels differ less than promotions from none
        precision[wide : wide + channels, wide : wide + channels] += np.linalg.inv(apart)
        return precision, np.concatenate([[_PRIOR_MEAN], np.zeros(len(precision) - 1)])

    def effects(
        self, solved: _Solved, spreads: tuple[float, float, float], channels: list[str],
        learns: npt.NDArray[np.bool_], kinds: int,
    ) -> Effects:  # fmt: skip
        """Each product's elasticity given the shared terms."""
        spread, between, promoted = spreads
        wide, promotions = self.design.shape[1], len(self.channel_of)
        inner = self.own + 1 / spread**2
        shared, held = solved.mean[:wide], solved.mean[len(solved.mean) - promotions :]
        prior = self.design @ shared
        elasticity = (self.slope - self.cross @ held + prior / spread**2) / inner
        pull = (
            np.column_stack([self.design / spread**2, np.zeros((len(prior), len(channels))), -self.cross])
            / inner[:, None]
        )
        variance = 1 / inner + np.einsum("pk,kl,pl->p", pull, solved.covariance, pull)
        spreading = np.sqrt(np.diag(solved.covariance)[wide : wide + len(channels)] + promoted**2)
        means = solved.mean[wide : wide + len(channels)]
        own_sd = np.where(self.own > 0, 1 / np.sqrt(np.maximum(self.own, 1e-12)), np.inf)
        return Effects(
            elasticity, np.sqrt(variance), prior, own_sd,
            learns, held, np.sqrt(np.diag(solved.covariance)[len(solved.mean) - promotions :]),
            {name: (float(m), float(s)) for name, m, s in zip(channels, means, spreading, strict=True)},
            spread, between, shared[1 : wide - kinds],
        )  # fmt: skip
