"""The methods that compete: weekly rates in, weekly rates ahead out. Knows neither calendar nor season nor scores."""

from collections.abc import Collection
from typing import Any, Final

import numpy as np

from analytics.forecasting.newcomers import young_level
from analytics.forecasting.pretrained import MEANING, PRETRAINED
from analytics.forecasting.reasons import Kept
from analytics.forecasting.series import Floats
from analytics.forecasting.settings import YEAR_WEEKS, ForecastSettings
from analytics.forecasting.statistics_engine import run_statistics
from analytics.forecasting.trees import learn_trees
from analytics.forecasting.weekly_candidates import CANDIDATES, forecast_by_candidates
from analytics.forecasting.weeks import Weeks

NAIVE: Final = "seasonal naive"
COMBINATION: Final = "combination"
WEIGHTED: Final = "weighted mean"
MEMBERS: Final = ("IMAPA", "Theta", "LightGBM")  # what the combination is the mean of, where they are there
LEAST_WEEKS: Final = 8  # a younger series is answered with its mean since it first sold
Weights = dict[str, float]

EXPLAINED: Final = {
    NAIVE: "the same weeks of last year (the last four weeks again where there is no year yet)",
    "mean of 8 weeks": "the mean of the last eight weeks",
    "exponential smoothing": "simple exponential smoothing (alpha 0.2)",
    "TSB": "Teunter-Syntetos-Babai smoothing for intermittent demand",
    "Croston SBA": "Croston's method with the Syntetos-Boylan correction",
    "IMAPA": "smoothing at several levels of aggregation over time (IMAPA)",
    "AutoETS": "exponential smoothing with error and trend chosen by AICc (AutoETS)",
    "Theta": "the optimised dynamic Theta method",
    "LightGBM": "one gradient-boosted tree model over all series (LightGBM)",
    **{name: candidate.meaning for name, candidate in CANDIDATES.items()},
    PRETRAINED: MEANING,
    COMBINATION: "the mean of IMAPA, Theta and, where there are many series, LightGBM",
    WEIGHTED: "a weighted mean of methods, its weights chosen in the backtest",
}


def explained(method: str, weights: Weights) -> str:
    """A method in words; a weighted mean with its parts."""
    if method != WEIGHTED or not weights:
        return EXPLAINED[method]
    parts = sorted(weights.items(), key=lambda each: -each[1])
    return "the weighted mean of " + ", ".join(f"{name} ({weight:.0%})" for name, weight in parts)


def forecast_all(
    weeks: Weeks,
    settings: ForecastSettings,
    horizon: int,
    only: str | None = None,
    weights: Weights | None = None,
    kept: Kept | None = None,
) -> dict[str, Floats]:
    """Every method's rates ahead, [series, horizon] each.

    Args:
        weeks: what is known.
        settings: limits.
        horizon: weeks ahead.
        only: compute this method (and what it is made of) alone.
        weights: of the weighted mean, which is left out without them.
        kept: takes what explains the forecasts.
    """
    rates = weeks.rates
    wanted = set(EXPLAINED) if only is None else {only, *_parts(only, weights)}
    young = weeks.first > rates.shape[1] - LEAST_WEEKS
    base = np.repeat(_base(weeks, young)[:, None], horizon, axis=1)
    found = {NAIVE: _seasonal_naive(weeks, horizon), "mean of 8 weeks": base}
    found |= _statistical(rates, weeks.first, ~young, base, wanted, settings)
    many = len(rates) >= settings.many_series
    learnt = forecast_by_candidates(weeks, horizon, wanted, settings)
    if many and wanted & {"LightGBM"}:
        trees = learn_trees(rates, weeks.first, horizon, settings.seed)
        learnt |= {} if trees is None else {"LightGBM": trees.forecast(horizon)}
        if kept is not None:
            kept.trees = trees
    found |= {name: np.where(young[:, None] | np.isnan(values), base, values) for name, values in learnt.items()}
    found = {name: _bounded(values, rates) for name, values in found.items()}
    members = [found[name] for name in MEMBERS if name in found]
    if COMBINATION in wanted and members:
        found[COMBINATION] = np.mean(members, axis=0)
    if WEIGHTED in wanted and weights:
        found[WEIGHTED] = np.asarray(sum(w * found.get(name, base) for name, w in weights.items()))
    if kept is not None:
        kept.rates.update(found)
    return found if only is None else {only: found[only]}


def parts_of(method: str, weights: Weights, found: Collection[str]) -> Weights:
    """The methods that a method is the mean of, with their weights; itself where it is none."""
    if method == WEIGHTED and weights:
        return weights
    members = [name for name in MEMBERS if name in found] if method == COMBINATION else [method]
    return {name: 1 / len(members) for name in members}


def _parts(only: str, weights: Weights | None) -> tuple[str, ...]:
    """The methods that a method is made of."""
    return MEMBERS if only == COMBINATION else tuple(weights or ()) if only == WEIGHTED else ()


def _base(weeks: Weeks, young: np.ndarray) -> Floats:
    """The recent mean; of young series drawn towards similar ones; [series]."""
    plain = _recent_mean(weeks.rates, weeks.first)
    if weeks.kinds is None or weeks.logs is None or not young.any():
        return plain
    sold = young & (weeks.first < weeks.rates.shape[1])
    drawn = young_level(weeks.rates, weeks.first, weeks.kinds, weeks.logs, sold)
    return np.where(np.isnan(drawn), plain, drawn)


def _recent_mean(rates: Floats, first: np.ndarray, window: int = 8) -> Floats:
    """Mean of the last `window` weeks, of fewer where the series is younger; [series]."""
    known = np.clip(rates.shape[1] - first, 1, window)
    return np.asarray(rates[:, -window:].sum(1) / known)


def _seasonal_naive(weeks: Weeks, horizon: int) -> Floats:
    """Last year's same weeks. The season is divided out because whoever puts it back would count it twice."""
    past = weeks.rates.shape[1]
    repeat = YEAR_WEEKS if past >= YEAR_WEEKS else min(4, past)
    raw = weeks.rates * weeks.season.past(past)
    ahead = raw[:, past - repeat + np.arange(horizon) % repeat]
    return np.asarray(ahead / weeks.season.ahead(horizon))


def _bounded(values: Floats, rates: Floats) -> Floats:
    """Sales are never negative, and a trend is not followed beyond twice the best week of the last year."""
    most = 2.0 * rates[:, -YEAR_WEEKS:].max(1, keepdims=True)
    return np.clip(np.nan_to_num(values), 0.0, most)


def _statistical(
    rates: Floats, first: np.ndarray, able: np.ndarray, base: Floats, wanted: set[str], settings: ForecastSettings
) -> dict[str, Floats]:
    """The methods of statsforecast. Costly ones see the best-selling series; the rest take IMAPA's forecast."""
    from statsforecast import models

    many = len(rates) >= settings.many_series
    cheap = {
        "exponential smoothing": models.SimpleExponentialSmoothing(0.2),
        "TSB": models.TSB(0.2, 0.2),
        "Croston SBA": models.CrostonSBA(),
        "IMAPA": models.IMAPA(),
    }
    theta = models.DynamicOptimizedTheta(season_length=1) if many else models.AutoTheta(season_length=1)
    costly = {"AutoETS": models.AutoETS(season_length=1), "Theta": theta}
    costly = {name: model for name, model in costly.items() if name in wanted}
    living = able & (rates[:, -YEAR_WEEKS:] > 0).any(1)
    asked = {name: model for name, model in cheap.items() if name in wanted or (costly and name == "IMAPA")}
    found = _run(asked, rates, first, living, base, settings)
    if costly:
        ranked = np.argsort(-rates[:, -26:].sum(1), kind="stable")
        best = np.zeros(len(rates), dtype=bool)
        best[ranked[: settings.costly_series]] = True
        found |= _run(costly, rates, first, living & best, found["IMAPA"], settings)
    return found


def _run(
    chosen: dict[str, Any],
    rates: Floats,
    first: np.ndarray,
    selected: np.ndarray,
    otherwise: Floats,
    settings: ForecastSettings,
) -> dict[str, Floats]:
    """Forecasts of the selected series; the others keep `otherwise`."""
    if not chosen or not selected.any():
        return {name: otherwise for name in chosen}
    rows = np.flatnonzero(selected)
    ahead = run_statistics(chosen, rates[rows], first[rows], otherwise.shape[1], settings.engine)
    found = {}
    for name, values in ahead.items():
        found[name] = otherwise.copy()
        found[name][rows] = values
    return found
