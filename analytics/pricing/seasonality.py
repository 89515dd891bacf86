"""What every product of a category feels alike: the shop's day and the category's season, as ratios to the usual.

The shop's day is the sum of all categories. A category's weeks move smoothly and much as they did a year before
(a penalised least-squares smoother, Whittaker 1923, with a second pull towards the other years); how smoothly, the
likelihood says. Products in a promotion do not count, else a promotion of a whole category would pass for a season.
Knows expected and observed units, no price.
"""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_STIFFNESS = ((4.0, 4.0), (4.0, 40.0), (20.0, 20.0), (20.0, 200.0), (100.0, 100.0), (400.0, 400.0), (3000.0, 3000.0))
_YEAR = 52


def shop_days(units: Array, expected: Array, counts: Array) -> Array:
    """Observed against expected units of all products per period, (periods,); 1 where nothing counts.

    Args:
        units: what was sold, (products, periods).
        expected: what was expected without this season.
        counts: 1 where the cell says something of the season, else 0.
    """
    observed, usual = (units * counts).sum(axis=0), (expected * counts).sum(axis=0)
    return np.asarray((observed + 0.5) / (usual + 0.5))


def category_weeks(
    units: Array, expected: Array, counts: Array, week: npt.NDArray[np.int64], category: npt.NDArray[np.int64]
) -> Array:
    """How much more than the shop each category sold per week, (categories, weeks), smooth, around 1.

    Args:
        units: what was sold, (products, periods).
        expected: what was expected without this season.
        counts: 1 where the cell says something of the season, else 0.
        week: number of the week of each period.
        category: number of the category of each product.
    """
    weeks, kinds = int(week.max()) + 1, int(category.max()) + 1
    observed, usual = (_by_week(each * counts, week, weeks) for each in (units, expected))
    season = np.ones((kinds, weeks))
    for kind in range(kinds):
        rows = category == kind
        season[kind] = np.exp(_smooth(observed[rows].sum(axis=0), usual[rows].sum(axis=0)))
    return season


def _by_week(values: Array, week: npt.NDArray[np.int64], weeks: int) -> Array:
    summed = np.zeros((len(values), weeks))
    np.add.at(summed.T, week, values.T)
    return summed


def _smooth(observed: Array, usual: Array) -> Array:
    """The log ratio observed / usual: Poisson, penalised for steps between weeks and between years.

    Each stiffness is judged by the Laplace approximation of its marginal likelihood.
    """
    best, answer = -np.inf, np.zeros(len(observed))
    if usual.sum() <= 0 or observed.sum() <= 0:
        return answer
    for step, year in _STIFFNESS:
        penalty = _penalty(len(observed), step, year)
        level = np.full(len(observed), np.log(observed.sum() / usual.sum()))
        for _ in range(12):
            mean = usual * np.exp(np.clip(level, -6, 6))
            curve = np.diag(mean) + penalty
            move = np.linalg.solve(curve, observed - mean - penalty @ level)
            level = level + np.clip(move, -1, 1)
            if np.abs(move).max() < 1e-4:
                break
        mean = usual * np.exp(np.clip(level, -6, 6))
        fit = float((observed * level - mean).sum() - 0.5 * level @ penalty @ level)
        evidence = fit + 0.5 * (_log_det(penalty) - _log_det(np.diag(mean) + penalty))
        if evidence > best:
            best, answer = evidence, level
    return answer


def _penalty(weeks: int, step: float, year: float) -> Array:
    differences = np.diff(np.eye(weeks), axis=0)
    penalty = step * differences.T @ differences + 0.1 * np.eye(weeks)
    if weeks > _YEAR:
        apart = np.eye(weeks)[_YEAR:] - np.eye(weeks)[:-_YEAR]
        penalty = penalty + year * apart.T @ apart
    return np.asarray(penalty)


def _log_det(matrix: Array) -> float:
    return float(np.linalg.slogdet(matrix)[1])


def season_groups(
    units: Array, expected: Array, counts: Array, week: npt.NDArray[np.int64], category: npt.NDArray[np.int64],
    groups: int = 8, rounds: int = 6,
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Which products share a season, by Poisson mixture: a category is often more than one kind of season.

    Products of one category lean to the same group, so that one with few sales takes the season of its neighbours.

    Returns:
        Number of each product's group, (products,).
    """
    weeks = int(week.max()) + 1
    observed, usual = (_by_week(each * counts, week, weeks) for each in (units, expected))
    level = (observed.sum(axis=1) + 0.5) / (usual.sum(axis=1) + 0.5)
    usual = usual * level[:, None]
    member = _first_groups(observed, usual, groups)
    for _ in range(rounds):
        ratio = (member.T @ observed + 4.0) / (member.T @ usual + 4.0)
        ratio = _three_weeks(ratio)
        part = np.zeros((int(category.max()) + 1, groups))
        np.add.at(part, category, member)
        part = (part + 0.5) / (part + 0.5).sum(axis=1, keepdims=True)
        chance = observed @ np.log(ratio).T - usual @ ratio.T + np.log(part[category])
        chance = np.exp(chance - chance.max(axis=1, keepdims=True))
        member = chance / chance.sum(axis=1, keepdims=True)
    return np.asarray(member.argmax(axis=1))


def _first_groups(observed: Array, usual: Array, groups: int) -> Array:
    """Groups by the months in which products sell most (k-means on shrunken log ratios), (products, groups)."""
    from sklearn.cluster import KMeans

    months = np.arange(observed.shape[1]) // 4
    seen, expected = (_by_week(each, months, int(months.max()) + 1) for each in (observed, usual))
    pattern = np.log((seen + 4.0) / (expected + 4.0))
    distinct = len(np.unique(pattern, axis=0))
    fitted = KMeans(min(groups, distinct), n_init=4, random_state=7).fit(pattern)
    return np.asarray(np.eye(groups)[fitted.labels_])


def _three_weeks(ratio: Array) -> Array:
    padded = np.pad(ratio, ((0, 0), (1, 1)), mode="edge")
    return np.asarray(0.25 * padded[:, :-2] + 0.5 * padded[:, 1:-1] + 0.25 * padded[:, 2:])
