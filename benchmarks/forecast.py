"""Every forecasting method on any long frame: the last periods of each series are the test.

    python -m benchmarks.forecast --frame FILE --freq D|W|M --horizon N [--by WAPE|RMSSE]
                                  [--json FILE] [--series N] [--kept DIR]
    python -m benchmarks.forecast --rate [--days 730] [--series N]

FILE (parquet or csv) holds unique_id, ds, y and, where there are, further columns: numbers count as known ahead
(price, holiday), texts name a series' group (department). Series without two horizons of history are left out, and
it is said. Without a frame, or with `--rate`, it fits made-up daily series with each method and prints how many a
core fits in a minute, and how long 30,000 take.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError, NotEnoughHistory
from analytics.forecasting.long_frame import panel_from_frame
from analytics.forecasting.panel import CYCLE, Freq, Integers, Panel
from benchmarks.forecasting_table import arguments, candidates, measure, show, some

MADE_UP, MANY = 300, 30_000


def main() -> int:
    """Reads the arguments, measures, prints the table; 1 where the frame cannot be used."""
    given = arguments(__doc__ or "", _options)
    if given.rate or given.frame is None:
        print(rates(made_up(given.series or MADE_UP, given.days)).to_string(float_format="%.1f"))
        return 0
    try:
        panel, notes = read(given.frame, given.freq, given.horizon)
        panel = some(panel, given.series)
        ends = origins(panel, given.horizon)
        enough = ends >= least_periods(given.freq, given.horizon)
        panel, ends = _enough(panel, ends, enough)
        result = measure(panel, ends, given.horizon, given.by, candidates(given.by == "RMSSE", kept=given.kept))
    except (AnalyticsError, OSError, ValueError) as failure:
        print(failure, file=sys.stderr)
        return 1
    result.notes += [
        *notes,
        *([f"{int((~enough).sum())} series are too short and left out"] if (~enough).any() else []),
    ]
    show(result, given.json)
    return 0


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--frame", type=Path, help="parquet or csv with unique_id, ds, y and further columns")
    parser.add_argument("--freq", choices=sorted(CYCLE), default="D")
    parser.add_argument("--horizon", type=int, default=28)
    parser.add_argument("--by", choices=("WAPE", "RMSSE"), default="WAPE", help="the measure that chooses")
    parser.add_argument("--rate", action="store_true", help="time made-up daily series instead")
    parser.add_argument("--days", type=int, default=730, help="of the made-up series")


def read(file: Path, freq: Freq, horizon: int) -> tuple[Panel, tuple[str, ...]]:
    """The frame as a panel.

    Raises:
        NotEnoughHistory: a horizon that cannot be.
    """
    if horizon < 1:
        raise NotEnoughHistory(f"Expected a horizon of at least 1, got {horizon}. Ask for one period or more.")
    frame = pd.read_csv(file) if file.suffix.lower() == ".csv" else pd.read_parquet(file)
    return panel_from_frame(frame, freq, horizon)


def origins(panel: Panel, horizon: int) -> Integers:
    """Periods known of each series: all but its last `horizon`."""
    seen = ~np.isnan(panel.values)
    return np.where(seen.any(1), panel.periods - seen[:, ::-1].argmax(1) - horizon, 0)


def least_periods(freq: Freq, horizon: int) -> int:
    """Periods on the grid that are needed before the test."""
    return horizon + max(2 * CYCLE[freq] // 4, 8)


def _enough(panel: Panel, ends: Integers, enough: np.ndarray) -> tuple[Panel, Integers]:
    if not enough.any():
        raise NotEnoughHistory(
            f"No series has the {int(ends.max())} or more periods before its test that are needed. "
            "Give a longer history or a shorter horizon."
        )
    rows = np.flatnonzero(enough)
    return panel.of(rows), ends[rows]


def made_up(series: int, days: int) -> Panel:
    """Daily sales with weekday, yearly season, trend and chance; the same ones each time."""
    chance, day = np.random.default_rng(0), np.arange(days)
    week = 1 + 0.4 * np.sin(2 * np.pi * (day[None] + chance.integers(0, 7, series)[:, None]) / 7)
    year = 1 + 0.3 * np.sin(2 * np.pi * (day[None] / 365.25 + chance.random(series)[:, None]))
    level = np.exp(chance.normal(1.5, 1.0, series))[:, None] * (1 + chance.normal(0, 2e-4, series)[:, None] * day)
    values = chance.poisson(np.maximum(level * week * year, 0.01)).astype(float)
    dates = pd.date_range("2022-01-01", periods=days + 28)
    return Panel(tuple(f"S{n:05d}" for n in range(series)), "D", dates, values)


def rates(panel: Panel) -> pd.DataFrame:
    """Series per minute of each method on one core, and minutes for 30,000 on one."""
    found = {}
    for method in candidates(even=False):
        started = time.process_time()
        if method.forecast(panel, 28) is None:
            continue
        seconds = max(time.process_time() - started, 1e-3)
        a_minute = 60 * len(panel.keys) / seconds
        found[method.name] = {"series a minute and core": a_minute, f"minutes for {MANY}": MANY / a_minute}
    return pd.DataFrame(found).T


if __name__ == "__main__":
    sys.exit(main())
