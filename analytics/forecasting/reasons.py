"""What a forecast is made of: parts that add up to it exactly.

A week's forecast is its rate (sales of a week without season) times its season. The rate is taken apart by how it was
made: smoothing and Theta into a level and a trend; methods that repeat the year into a level and that year's pattern;
LightGBM by its exact contributions (Lundberg et al. 2020, "From local explanations to global understanding with
explainable AI for trees"), which add up in logarithms and are turned into units with the logarithmic mean (Ang 2005,
"The LMDI approach to decomposition analysis"), so that nothing is left over. Knows no words and no shop.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, get_args

import numpy as np

from analytics.forecasting.series import Floats
from analytics.forecasting.settings import WEEK, YEAR_WEEKS
from analytics.forecasting.trading_days import TradingDays, weekdays_of
from analytics.forecasting.trees import TREES, Trees

Kind = Literal["level", "recent", "trend", "steadiness", "age", "season", "closed"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
USUAL_WEEKS: Final = 26  # whose mean is the usual level
OTHERWISE: Final = "mean of 8 weeks"  # what stands in for a method that could not forecast
REPEATS_THE_YEAR: Final = ("seasonal naive", "last year by group")


@dataclass
class Kept:
    """What the methods leave behind for their explanation, filled by `forecast_all`.

    Attributes:
        rates: rates ahead by method, [series, horizon] each.
        trees: the tree model, where one was learnt.
    """

    rates: dict[str, Floats] = field(default_factory=dict)
    trees: Trees | None = None


@dataclass(frozen=True)
class LevelReasons:
    """What the forecasts of one level are made of, before season and closing days.

    Attributes:
        usual: mean rate of the last half year, of fewer weeks where a series is younger; [series].
        recent: by how much the methods other than trees begin above it; [series].
        pattern: what methods that repeat the year add to each week; [series, weeks ahead], None where there are none.
        season: factor of each week ahead; [weeks ahead], or of each series' own season [series, weeks ahead].
        trees: the tree model; None where it has no part in the forecasts.
        tree_weight: its weight.
        by_trees: series whose tree forecast stands as it was made; the other ones count in `recent`; bool [series].
    """

    usual: Floats
    recent: Floats
    pattern: Floats | None
    season: Floats
    trees: Trees | None
    tree_weight: float
    by_trees: np.ndarray

    def parts(self, row: int, weekly: Floats) -> dict[Kind, Floats]:
        """Parts of one series' weekly forecasts but for the closing days; [weeks ahead] each.

        Args:
            row: the series.
            weekly: its forecasts, season included; [weeks ahead].
        """
        season = self.season if self.season.ndim == 1 else self.season[row].astype(np.float64)
        rate = weekly.astype(np.float64) / season
        flat = np.ones(len(rate))
        parts: dict[Kind, Floats] = {"level": self.usual[row] * flat, "recent": self.recent[row] * flat}
        pattern = np.zeros(len(rate)) if self.pattern is None else self.pattern[row].astype(np.float64)
        if self.trees is not None and self.by_trees[row]:
            for kind, values in _of_trees(self.trees, row, float(self.usual[row]), len(rate)).items():
                parts[kind] = parts.get(kind, 0.0) + self.tree_weight * values
        rest = rate - pattern - np.sum(list(parts.values()), axis=0)
        parts["trend"] = parts.get("trend", 0.0) + rest
        parts["season"] = pattern + rate * (season - 1)
        return parts


@dataclass(frozen=True)
class Window:
    """The days that are explained.

    Attributes:
        next_day: the day after the last known one.
        begin, end: days ahead, begin inclusive and end exclusive; 0 is `next_day`.
    """

    next_day: date
    begin: int
    end: int


def window_parts(
    reasons: LevelReasons, row: int, weekly: Floats, profile: Floats, trading: TradingDays, window: Window
) -> dict[Kind, float]:
    """Parts of the forecast of some days; they add up to it.

    Args:
        reasons: of the level.
        row: the series.
        weekly: its forecasts, season included; [weeks ahead].
        profile: its weekday weights; [7].
        trading: the shop's days.
        window: the days.
    """
    count = window.end - window.begin
    start = window.next_day + timedelta(days=window.begin)
    week = np.arange(window.begin, window.end) // WEEK
    share = profile[weekdays_of(start, count)] / WEEK
    found: dict[Kind, float] = {
        kind: float((values[week] * share).sum()) for kind, values in reasons.parts(row, weekly).items()
    }
    found["closed"] = -float((weekly[week] * share * trading.closed(start, count)).sum())
    return found


def learn_reasons(
    rates: Floats, first: np.ndarray, season: Floats, kept: Kept, weights: dict[str, float]
) -> LevelReasons:
    """What the forecasts of a level are made of.

    Args:
        rates: weekly rates of the past, [series, weeks].
        first: first week with a sale, [series].
        season: factor of each week ahead, [weeks ahead] or [series, weeks ahead].
        kept: what the methods left behind.
        weights: method -> its weight in the serving forecast; they sum to 1.
    """
    known = np.clip(rates.shape[1] - first, 1, USUAL_WEEKS)
    usual = rates[:, -USUAL_WEEKS:].sum(1) / known
    recent, by_trees = np.zeros(len(rates)), np.zeros(len(rates), dtype=bool)
    pattern: Floats | None = None
    weight = weights.get(TREES, 0.0) if TREES in kept.rates and kept.trees is not None else 0.0
    for name, share in weights.items():
        ahead = kept.rates.get(name, kept.rates[OTHERWISE])
        begins = ahead[:, 0] - usual
        if name == TREES and weight and kept.trees is not None:
            made = kept.trees.forecast(ahead.shape[1])
            by_trees = np.asarray(np.isclose(made, ahead, rtol=1e-6, atol=1e-6).all(1) & ~kept.trees.idle)
            begins = np.where(by_trees, 0.0, begins)
        elif name in REPEATS_THE_YEAR and name in kept.rates:
            middle = ahead[:, :YEAR_WEEKS].mean(1)
            begins = middle - usual
            pattern = (0.0 if pattern is None else pattern) + share * (ahead - middle[:, None])
        recent += share * begins
    return LevelReasons(
        usual=usual.astype(np.float32),
        recent=recent.astype(np.float32),
        pattern=None if pattern is None else pattern.astype(np.float32),
        season=np.asarray(season, dtype=np.float64 if season.ndim == 1 else np.float32),
        trees=kept.trees if weight else None,
        tree_weight=weight,
        by_trees=by_trees,
    )


def _of_trees(trees: Trees, row: int, usual: float, horizon: int) -> dict[Kind, Floats]:
    """What moves the trees' forecast of a series away from its usual level; [weeks ahead] each.

    With f = scale exp(base + sum of contributions) and b = scale exp(base), contribution c makes L(f, b) c of f - b,
    L(f, b) = (f - b) / ln(f / b).
    """
    base, groups = trees.contributions(row)  # [steps], kind -> [steps]
    start = trees.scale[row] * np.exp(base)
    moved = np.sum(list(groups.values()), axis=0)
    made = start * np.exp(moved)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(np.abs(moved) < 1e-12, start, (made - start) / moved)
    parts: dict[Kind, Floats] = {kind: mean * values for kind, values in groups.items()}
    parts["recent"] = parts["recent"] + start - usual
    return {kind: np.interp(np.arange(horizon), trees.steps, values) for kind, values in parts.items()}
