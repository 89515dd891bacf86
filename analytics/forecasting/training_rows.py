"""What global learners learn from: a sample of past origins, series and periods ahead, as features and targets.

Sales that are often zero are learnt as they are, as parts of the series' size; others as the logarithm of their
ratio to a rough forecast, so that a learner need not repeat what last year says. Knows no learner.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.forecasting.lag_features import SMALLEST, Origin
from analytics.forecasting.panel import Floats, Freq, Integers, Panel

SELDOM: Final = 0.1  # share of zeros from which sales are learnt as counts
EVERY: Final[dict[Freq, int]] = {"D": 7, "W": 1, "M": 1}  # periods between origins
ORIGINS: Final = 52
STEPS: Final = 8  # periods ahead that are learnt of each origin
MOST: Final = 10.0  # a target is no more than so many times the series' size


@dataclass(frozen=True)
class Sampling:
    """How much is learnt from.

    Attributes:
        most_rows: at most so many rows.
        even: whether each series counts the same; else by what it sells.
        seed: of the sample.
        every: periods between origins; None: as EVERY says.
    """

    most_rows: int = 150_000
    even: bool = False
    seed: int = 7
    every: int | None = None


@dataclass(frozen=True)
class Sample:
    """Some series at one origin, one period ahead.

    Attributes:
        rows: which series, [rows].
        target: what was sold, in the learner's terms, [rows].
        weight: [rows].
    """

    origin: Origin
    step: int
    rows: Integers
    target: Floats
    weight: Floats


def sells_seldom(panel: Panel) -> bool:
    """Whether sales are learnt as counts."""
    known = panel.values[~np.isnan(panel.values)]
    return bool(len(known) and (known <= 0).mean() > SELDOM)


def base_of(origin: Origin, step: int) -> Floats:
    """The rough forecast that ratios are taken to, as part of the size; [series]."""
    return np.maximum(origin.rough[:, step % origin.panel.year], SMALLEST)


def in_sales(said: Floats, origin: Origin, step: int, counts: bool) -> Floats:
    """A learner's answer as sales; [series]."""
    scaled = said if counts else np.exp(np.clip(said, -3.0, 3.0)) * base_of(origin, step)
    return np.asarray(np.maximum(scaled, 0.0) * origin.size)


def samples(panel: Panel, horizon: int, sampling: Sampling) -> Iterator[Sample]:
    """The sample, origin by origin, the newest first."""
    chance, counts = np.random.default_rng(sampling.seed), sells_seldom(panel)
    starts = _starts(panel, horizon, sampling.every or EVERY[panel.freq])
    each = max(1, sampling.most_rows // max(1, len(starts) * STEPS))
    for start in starts:
        origin = Origin(panel.until(start))
        steps = np.arange(min(horizon, panel.periods - start))
        for step in np.sort(chance.choice(steps, min(STEPS, len(steps)), replace=False)):
            actual = panel.values[:, start + step]
            rows = np.flatnonzero(~np.isnan(actual) & (panel.first < start - max(panel.cycle // 4, 3)))
            if len(rows) > each:
                rows = np.sort(chance.choice(rows, each, replace=False))
            if len(rows):
                yield _sample(origin, int(step), rows, actual[rows], counts, sampling.even)


def _sample(origin: Origin, step: int, rows: Integers, actual: Floats, counts: bool, even: bool) -> Sample:
    size, base = origin.size[rows], base_of(origin, step)[rows]
    scaled = np.clip(np.maximum(actual, 0.0) / size, 0.0, MOST)
    if counts:
        return Sample(origin, step, rows, scaled, np.ones(len(rows)) if even else np.sqrt(size))
    ratio = np.log(np.maximum(scaled, SMALLEST) / base)
    return Sample(origin, step, rows, ratio, base * (1.0 if even else size))


def _starts(panel: Panel, horizon: int, every: int) -> list[int]:
    """Periods known at each origin; where it can be, a year and more."""
    yearly = panel.year + 4
    least = yearly if panel.periods >= yearly + max(horizon // 2, 8) else max(panel.cycle // 4, 8)
    return list(range(panel.periods - 1, least - 1, -every))[:ORIGINS]
