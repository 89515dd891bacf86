"""Candidates compete on earlier windows of a panel; the best weighted mean of them serves. Knows no test window.

The weights grow step by step: each step adds the candidate whose addition helps the mean most (Caruana et al.,
"Ensemble selection from libraries of models", ICML 2004). They are judged on windows that they were not chosen on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from analytics.errors import NotEnoughHistory
from analytics.forecasting.candidates import Candidate, RecentMean
from analytics.forecasting.panel import Floats, Integers, Panel

Measure = Literal["WAPE", "RMSSE"]
WEIGHTED: Final = "weighted mean"
STEPS: Final = 20
CONTENDING: Final = 1.1  # times the best error up to which a candidate may have a weight
JUDGED_SERIES: Final = 300  # of a costly method, on each window
Report = Callable[[str], None]


@dataclass(frozen=True)
class Window:
    """One earlier window: forecasts of each candidate and what came.

    Attributes:
        periods: known at its origin; horizon: periods judged.
        rows: the series judged, [rows].
        actual: [rows, horizon], NaN where unknown.
        scale: what errors of each series are divided by for RMSSE, [rows].
        forecasts: candidate -> [rows, horizon].
        weight: how much the window counts: methods that learn a year need more than one, so a window whose origin knew
            little more than a year says less about today.
    """

    periods: int
    horizon: int
    rows: Integers
    actual: Floats
    scale: Floats
    forecasts: dict[str, Floats]
    weight: float = 1.0


@dataclass(frozen=True)
class Contest:
    """What the windows showed.

    Attributes:
        windows: newest first.
        scores: candidate -> measure over all windows; the weighted mean's by weights chosen on the other windows.
        weights: of the serving forecast, all above 0, sum 1.
    """

    windows: tuple[Window, ...]
    measure: Measure
    scores: dict[str, float]
    weights: dict[str, float]


def origins(panel: Panel, horizon: int, most: int = 4) -> list[tuple[int, int]]:
    """(periods known, horizon) of the windows, newest first.

    Whole horizons that do not overlap where the history allows; where there are fewer than three of those, shorter ones
    near the end too.

    Raises:
        NotEnoughHistory: there is not even one.
    """
    yearly = panel.year + 8
    least = yearly if panel.periods - horizon >= yearly else max(2 * panel.cycle // 4, 8)
    whole = [panel.periods - horizon * n for n in range(1, most + 1) if panel.periods - horizon * n >= least]
    found = [(known, horizon) for known in whole]
    if len(whole) < 3:
        parts = {panel.periods - max(1, horizon * n // 3) for n in (1, 2)}
        found += [(known, panel.periods - known) for known in parts if known >= least and known not in whole]
    if not found:
        raise NotEnoughHistory(
            f"Expected at least {least + 1} periods to judge methods on an earlier window, got {panel.periods}. "
            "Give a longer history or a shorter horizon."
        )
    return sorted(found, reverse=True)


def run_window(panel: Panel, candidates: Sequence[Candidate], periods: int, horizon: int, seed: int = 0) -> Window:
    """Forecasts of every candidate from the first `periods` periods."""
    known = panel.until(periods)
    actual = panel.values[:, periods : periods + horizon]
    alive = np.flatnonzero(((~np.isnan(known.values)).sum(1) >= 4) & ~np.isnan(actual).all(1))
    sample = alive
    if len(alive) > JUDGED_SERIES:
        sample = np.sort(np.random.default_rng(seed).choice(alive, JUDGED_SERIES, replace=False))
    forecasts = {}
    for candidate in candidates:
        if candidate.costly:
            found = candidate.forecast(known.of(sample), horizon)
        else:
            found = candidate.forecast(known, horizon)
            found = None if found is None else found[alive]
        if found is None:
            continue
        whole = np.full((len(panel.keys), horizon), np.nan)
        whole[sample if candidate.costly else alive] = found
        forecasts[candidate.name] = _completed(whole[alive], known.of(alive), horizon, candidate.costly)
    return Window(
        periods, horizon, alive, actual[alive], rmsse_scale(known.values[alive]), forecasts, _weight(panel, periods)
    )


def _weight(panel: Panel, periods: int) -> float:
    """History beyond a year as a part of today's; 1 where today's is no longer than a year."""
    beyond = panel.periods - panel.year
    return max(periods - panel.year, 0) / beyond if beyond > 0 and periods > panel.year else 1.0


def _completed(found: Floats, known: Panel, horizon: int, costly: bool) -> Floats:
    """Series that a method cannot forecast take the recent mean; those it was not asked for stay unknown."""
    base = RecentMean().forecast(known, horizon)
    lacking = np.isnan(found) & (~np.isnan(found).all(1, keepdims=True) if costly else True)
    return np.maximum(np.where(lacking, base, found), 0.0)


def hold(
    panel: Panel, candidates: Sequence[Candidate], horizon: int, measure: Measure, report: Report = lambda _: None
) -> Contest:
    """Lets the candidates compete on earlier windows.

    Raises:
        NotEnoughHistory: the history is too short for one window.
    """
    windows = []
    for periods, ahead in origins(panel, horizon):
        windows.append(run_window(panel, candidates, periods, ahead))
        report(f"window after {panel.dates[periods - 1]:%Y-%m-%d}, {ahead} periods: judged")
    shared = [c.name for c in candidates if all(c.name in w.forecasts for w in windows)]
    scores = {name: score(windows, {name: 1.0}, measure, shared) for name in shared}
    best = np.nanmin(list(scores.values()))
    able = [name for name in shared if scores[name] <= CONTENDING * best]
    apart = []
    for window in windows:
        others = [w for w in windows if w is not window] or windows
        apart.append(score([window], choose_weights(others, able, measure), measure, shared))
    scores[WEIGHTED] = float(np.average(apart, weights=[window.weight for window in windows]))
    return Contest(tuple(windows), measure, scores, choose_weights(windows, able, measure))


def choose_weights(windows: Sequence[Window], names: Sequence[str], measure: Measure) -> dict[str, float]:
    """Weights whose mean does best on these windows; sum 1."""
    counts = dict.fromkeys(names, 0)
    for _ in range(STEPS):
        found = {}
        for name in names:
            tried = {**counts, name: counts[name] + 1}
            found[name] = score(windows, _shares(tried), measure, names)
        counts[min(found, key=lambda name: found[name])] += 1
    return _shares(counts)


def mixed(forecasts: dict[str, Floats], weights: dict[str, float]) -> Floats:
    """The weighted mean of forecasts."""
    return np.asarray(sum(weight * forecasts[name] for name, weight in weights.items()))


def score(windows: Sequence[Window], weights: dict[str, float], measure: Measure, beside: Sequence[str] = ()) -> float:
    """A mixture's mean error over windows, on the series that it and the methods `beside` it forecast."""
    each = []
    for window in windows:
        asked = [window.forecasts[name] for name in {*weights, *beside}]
        judged = ~np.any([np.isnan(said).any(1) for said in asked], axis=0)
        said = mixed(window.forecasts, weights)[judged]
        each.append(error_of(window.actual[judged], said, window.scale[judged], measure))
    return float(np.average(each, weights=[window.weight for window in windows]))


def _shares(counts: dict[str, int]) -> dict[str, float]:
    """Counts as weights of sum 1, without those that are 0."""
    return {name: count / sum(counts.values()) for name, count in counts.items() if count}


def error_of(actual: Floats, said: Floats, scale: Floats, measure: Measure) -> float:
    """WAPE: sum of absolute errors over the sum of absolute values; RMSSE: its mean over series."""
    wrong = said - actual
    if measure == "WAPE":
        return float(np.nansum(np.abs(wrong)) / max(np.nansum(np.abs(actual)), 1e-12))
    usable = scale > 0
    if not usable.any():
        return float("nan")
    squares = (np.nan_to_num(wrong) ** 2).sum(1) / np.maximum((~np.isnan(actual)).sum(1), 1)
    return float(np.sqrt(squares[usable] / scale[usable]).mean())


def rmsse_scale(values: Floats) -> Floats:
    """Mean squared step from each series' first sale on (M5 competitors' guide, 2020); 0 without one; [series]."""
    sold = np.nan_to_num(values) > 0
    begun = np.cumsum(sold, axis=1) > 0
    steps = np.diff(values, axis=1) ** 2
    usable = begun[:, :-1] & ~np.isnan(steps)
    return np.asarray((np.nan_to_num(steps) * usable).sum(1) / np.maximum(usable.sum(1), 1))
