"""Seasons that products share: a few yearly profiles learnt from all of them, and which of these each product follows.

One product's year is mostly chance; that of thirty Christmas products together is not. A mixture of profiles is fitted
by expectation maximisation (Dempster, Laird and Rubin 1977): given its year's total, a product's weeks are multinomial
with chances proportional to exposure times profile, so that neither its level nor its growth matters. The prior shares
of the profiles are those of a product's category, so that a product that is new borrows its category's season. A
profile may keep to the date or move with Easter. One profile is flat: it stands for the shop's own season.

Knows counts per week and categories; not what any product is.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from dateutil.easter import easter

from analytics.forecasting.panel import Floats, Integers
from analytics.forecasting.settings import WEEK, YEAR_WEEKS

LEAST_WEEKS: Final = 78  # a year, and half of another one that shows whether it repeats
MOST_PROFILES: Final = 13
LEAST_UNITS: Final = 40.0  # of a product whose own year is looked at first
LEAST_PRODUCTS, LEAST_PROFILE_UNITS = 3.0, 150.0  # that keep a profile alive
STEPS: Final = 40
PRIOR_UNITS: Final = 2.0  # units that "no season" counts for in each week of a profile
PRIOR_PRODUCTS: Final = 2.0  # products that the whole shop's shares count for in a category
LEAST_FACTOR: Final = 0.02
EASTER_WEEKS: Final = 9  # around Easter that move with it
SMOOTHING: Final = (0.2, 0.6, 0.2)
MOST_LEARNT: Final = 2000  # best-selling products that profiles are learnt from; every product then finds its own
SETTLED: Final = 1e-3


@dataclass(frozen=True)
class SeriesSeasons:
    """Factors of each series, the shop's season included.

    Attributes:
        before: of the known weeks, the last one last; [series, weeks].
        after: of the coming weeks; [series, weeks ahead].
    """

    before: Floats
    after: Floats

    def past(self, weeks: int) -> Floats:
        """Factor of each of the last `weeks` known weeks; [series, weeks]."""
        return self.before[:, self.before.shape[1] - weeks :]

    def ahead(self, weeks: int) -> Floats:
        """Factor of each of the next `weeks` weeks; [series, weeks]."""
        return self.after[:, :weeks]


@dataclass(frozen=True)
class Places:
    """Place in the year of each week, by date and with Easter's weeks where Easter was in the last known year.

    Attributes:
        known: [2, weeks]; the year ends on the last known week, whose place is 51.
        coming: [2, weeks ahead].
    """

    known: Integers
    coming: Integers


@dataclass(frozen=True)
class Mixture:
    """The profiles and who follows them.

    Attributes:
        profiles: [profiles, 52], mean 1; the first is flat.
        moves: whether a profile moves with Easter, [profiles].
        follows: chance that a product follows a profile, [products, profiles]; rows sum to 1.
    """

    profiles: Floats
    moves: np.ndarray
    follows: Floats

    def factors(self, places: Integers) -> Floats:
        """Of each product in weeks at these places ([2, weeks]); [products, weeks]."""
        by_profile = np.stack(
            [f[places[int(moves)]] for f, moves in zip(self.profiles, self.moves, strict=True)]
        )  # [profiles, weeks]
        return np.asarray(self.follows @ by_profile)


def places(next_day: date, weeks: int, ahead: int) -> Places:
    """Places of the known weeks and of those ahead."""
    index = np.arange(-weeks, ahead)
    by_date = index % YEAR_WEEKS
    last = max(y for y in range(next_day.year - 2, next_day.year + 1) if easter(y) < next_day)
    with_easter = by_date.copy()
    for year in range((next_day - timedelta(weeks=weeks)).year, (next_day + timedelta(weeks=ahead)).year + 1):
        feast = (easter(year) - next_day).days // WEEK
        here = (easter(last) - next_day).days // WEEK % YEAR_WEEKS
        near = np.abs(index - feast) <= EASTER_WEEKS
        with_easter[near] = (here + index[near] - feast) % YEAR_WEEKS
    both = np.stack([by_date, with_easter])
    return Places(both[:, :weeks], both[:, weeks:])


def learn_mixture(sales: Floats, exposure: Floats, kinds: Integers, known: Integers, seed: int) -> Mixture | None:
    """The profiles; None where the history is too short or no product sells enough.

    Args:
        sales: units per week, [products, weeks].
        exposure: what a product of level 1 without a season of its own would have sold: trading weight, stock, the
            shop's season; 0 where nothing is known; [products, weeks].
        kinds: code of each product's category, [products].
        known: place of each week, [2, weeks].
        seed: of the first guess.
    """
    if sales.shape[1] < LEAST_WEEKS:
        return None
    best = np.sort(np.argsort(-sales.sum(1), kind="stable")[:MOST_LEARNT])
    tables = [_by_year(sales[best], exposure[best], row) for row in known]  # sold, exposed [products, years, 52]
    begun = _first_profiles(*tables[0], seed)
    if begun is None:
        return None
    unrest = _unrest(sales, exposure)
    found = _settled(tables, np.vstack([np.ones(YEAR_WEEKS), begun]), kinds[best], unrest, sales[best].sum(1))
    if len(best) == len(sales):
        return found
    everyone = [_by_year(sales, exposure, row) for row in known]
    fits = _fits(everyone, found.profiles, found.moves) / unrest
    return replace(found, follows=_shares(fits, kinds, found.follows, kinds[best]))


def _settled(
    tables: list[tuple[Floats, Floats]], profiles: Floats, kinds: Integers, unrest: float, units: Floats
) -> Mixture:
    """Profiles and who follows them, each learnt from the other until nothing moves."""
    moves = np.zeros(len(profiles), dtype=bool)
    follows = _shares(_fits(tables, profiles, moves) / unrest, kinds, None)
    for _ in range(STEPS):
        kept = _alive(follows, units)
        profiles, moves, follows = profiles[kept], moves[kept], follows[:, kept]
        for number in range(1, len(profiles)):
            profiles[number], moves[number] = _better(tables, profiles[number], follows[:, number])
        before, follows = follows, _shares(_fits(tables, profiles, moves) / unrest, kinds, follows)
        if np.abs(follows - before).max() < SETTLED:
            break
    return Mixture(profiles, moves, follows)


def _fits(tables: list[tuple[Floats, Floats]], profiles: Floats, moves: np.ndarray) -> Floats:
    """`_fit` under each profile; [products, profiles]."""
    return np.stack([_fit(*tables[int(m)], f) for f, m in zip(profiles, moves, strict=True)], axis=1)


def _better(tables: list[tuple[Floats, Floats]], profile: Floats, follows: Floats) -> tuple[Floats, bool]:
    """The profile learnt anew, by date or moving with Easter, whichever its products' weeks fit better."""
    tried = [_profile(*table, profile, follows) for table in tables]
    worth = [float(follows @ _fit(*table, each)) for table, each in zip(tables, tried, strict=True)]
    moving = worth[1] > worth[0]
    return tried[int(moving)], moving


def learn_seasons(
    sales: Floats, exposure: Floats, shop: tuple[Floats, Floats], kinds: Integers, next_day: date, seed: int
) -> SeriesSeasons | None:
    """Factors of each product; None where the history does not say.

    Args:
        sales: units per week, [products, weeks].
        exposure: as `learn_mixture` takes it, [products, weeks].
        shop: the shop's season in the known weeks and in those ahead; [weeks], [weeks ahead].
        kinds: code of each product's category, [products].
        next_day: the day after the last known one.
        seed: of the first guess.
    """
    where = places(next_day, sales.shape[1], len(shop[1]))
    found = learn_mixture(sales, exposure, kinds, where.known, seed)
    if found is None or len(found.profiles) == 1:
        return None
    return SeriesSeasons(found.factors(where.known) * shop[0], found.factors(where.coming) * shop[1])


def _by_year(sales: Floats, exposure: Floats, place: Integers) -> tuple[Floats, Floats]:
    """Sales and exposure by year back and place in the year; [products, years, 52] each."""
    weeks = sales.shape[1]
    year = (weeks - 1 - np.arange(weeks)) // YEAR_WEEKS
    shape = (len(sales), int(year.max()) + 1, YEAR_WEEKS)
    sold, exposed = np.zeros(shape), np.zeros(shape)
    usable = exposure > 0
    for week in range(weeks):  # two weeks may share a place where Easter moved them
        sold[:, year[week], place[week]] += sales[:, week] * usable[:, week]
        exposed[:, year[week], place[week]] += exposure[:, week]
    return sold, exposed


def _first_profiles(sold: Floats, exposed: Floats, seed: int) -> Floats | None:
    """Means of groups of products whose years look alike; [profiles, 52]."""
    from sklearn.cluster import KMeans

    units = sold.sum((1, 2))
    chosen = np.flatnonzero(units >= LEAST_UNITS)
    if len(chosen) < 3 * MOST_PROFILES:
        return None
    level = units[chosen] / np.maximum(exposed[chosen].sum((1, 2)), 1e-9)
    own = (sold[chosen].sum(1) + PRIOR_UNITS) / (exposed[chosen].sum(1) * level[:, None] + PRIOR_UNITS)
    smooth = np.sqrt(sum(np.roll(own, shift, axis=1) for shift in (-2, -1, 0, 1, 2)) / 5)
    groups = KMeans(MOST_PROFILES - 1, n_init=4, random_state=seed).fit_predict(smooth, sample_weight=np.sqrt(level))
    found = []
    for group in range(MOST_PROFILES - 1):
        rows = chosen[groups == group]
        if len(rows):
            found.append(_profile(sold[rows], exposed[rows], np.ones(YEAR_WEEKS), np.ones(len(rows))))
    return np.stack(found)


def _profile(sold: Floats, exposed: Floats, before: Floats, follows: Floats) -> Floats:
    """The profile of those who follow it: units sold per unit expected of a flat year; [52], mean 1."""
    expected = np.maximum((exposed * before).sum(2), 1e-9)
    level = sold.sum(2) / expected  # [products, years]
    came = np.einsum("p,pyw->w", follows, sold)
    flat = np.einsum("p,py,pyw->w", follows, level, exposed)
    rough = (came + PRIOR_UNITS) / (flat + PRIOR_UNITS)
    smooth = sum(share * np.roll(rough, shift) for share, shift in zip(SMOOTHING, (-1, 0, 1), strict=True))
    found = np.maximum(smooth / np.mean(smooth), LEAST_FACTOR)
    return np.asarray(found / found.mean())


def _fit(sold: Floats, exposed: Floats, profile: Floats) -> Floats:
    """Logarithm of the chance of each product's weeks under a profile, a constant left out; [products]."""
    chances = np.log(np.maximum(exposed @ profile, 1e-12))  # [products, years]
    return np.asarray((sold * np.log(profile)).sum((1, 2)) - (sold.sum(2) * chances).sum(1))


def _shares(fits: Floats, kinds: Integers, before: Floats | None, of: Integers | None = None) -> Floats:
    """Chance of each profile for each product, the shares inside its category before it; [products, profiles].

    Args:
        fits: logarithms of the chances of the products' weeks, [products, profiles].
        kinds: their categories, [products].
        before: who followed what until now, [learnt products, profiles]; None: all profiles are alike.
        of: the categories of those; None: `kinds`.
    """
    count, groups = fits.shape[1], int(kinds.max()) + 1
    prior = np.full((len(fits), count), 1.0 / count)
    if before is not None:
        known = kinds if of is None else of
        members = np.bincount(known, minlength=groups)
        inside = np.stack([np.bincount(known, before[:, k], groups) for k in range(count)], axis=1)
        whole = before.mean(0)
        prior = ((inside + PRIOR_PRODUCTS * whole) / (members + PRIOR_PRODUCTS)[:, None])[kinds]
    logs = fits + np.log(np.maximum(prior, 1e-6))
    weights = np.exp(logs - logs.max(1, keepdims=True))
    return np.asarray(weights / weights.sum(1, keepdims=True))


def _alive(follows: Floats, units: Floats) -> np.ndarray:
    """Profiles that enough products and units follow; the flat one stays."""
    alive = (follows.sum(0) >= LEAST_PRODUCTS) & ((follows * units[:, None]).sum(0) >= LEAST_PROFILE_UNITS)
    alive[0] = True
    return np.asarray(alive)


def _unrest(sales: Floats, exposure: Floats) -> float:
    """How many times a Poisson count's variance sales have, from the steps between weeks; 1 at least."""
    both = (exposure[:, 1:] > 0) & (exposure[:, :-1] > 0)
    steps, sums = np.diff(sales, axis=1)[both], (sales[:, 1:] + sales[:, :-1])[both]
    return max(1.0, float((steps**2).sum() / max(sums.sum(), 1e-9)))
