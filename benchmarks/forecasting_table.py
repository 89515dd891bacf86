"""What the forecasting benchmarks share: candidates compete on earlier windows and are measured on the test window.

Nothing is chosen on the test window: weights and intervals come from windows that end before it, which the printed
page names.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughHistory
from analytics.forecasting.candidates import Candidate, Naive, RecentMean, SeasonalNaive
from analytics.forecasting.classical import classical_candidates
from analytics.forecasting.contest import WEIGHTED, Contest, Measure, error_of, hold, mixed, rmsse_scale
from analytics.forecasting.horizon_bands import RANGES, TAILS, Bands, learn_bands
from analytics.forecasting.lag_learners import LagTrees, LinearLags
from analytics.forecasting.last_year import LastYearByGroup
from analytics.forecasting.lstm import Recurrent
from analytics.forecasting.panel import Floats, Panel
from analytics.forecasting.training_rows import Sampling
from analytics.forecasting.yearly_pattern import CalendarPattern
from benchmarks.remembered import Remembered

PEERS = 100  # series that those with an origin of their own learn beside


@dataclass
class Measured:
    """What one method said on the test window.

    Attributes:
        said: [series, horizon].
        seconds: of computing, for the fit and the forecast.
        megabytes: most memory of the process meanwhile.
    """

    said: Floats
    seconds: float
    megabytes: float


@dataclass
class Result:
    """All of a benchmark's figures."""

    methods: dict[str, dict[str, float]]
    chosen: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def candidates(even: bool, rounds: int = 150, quick: bool = False, kept: Path | None = None) -> list[Candidate]:
    """Every method; `even`: each series counts the same; `quick`: for tests; `kept`: folder that keeps answers."""
    plain: list[Candidate] = [Naive(), SeasonalNaive(), RecentMean()]
    rows = 20_000 if quick else 200_000
    learners: list[Candidate] = [
        LinearLags(sampling=Sampling(rows // 3, even)),
        LagTrees(rounds=rounds, sampling=Sampling(rows, even)),
        Recurrent(sampling=Sampling(rows // 3, even)),
    ]
    every = [*plain, *classical_candidates(), *learners, LastYearByGroup(), CalendarPattern()]
    return [Remembered(each, kept) for each in every]


def measure(panel: Panel, origins: Floats, horizon: int, by: Measure, methods: Sequence[Candidate]) -> Result:
    """Contest before the test window, then every method on it.

    Args:
        panel: all values, the test's too.
        origins: periods known of each series; its next `horizon` ones are its test; [series].
        horizon: periods of the test.
        by: the choosing measure.
        methods: the candidates.
    """
    main = int(np.bincount(origins).argmax())
    hidden = np.where(np.arange(panel.periods)[None] < origins[:, None], panel.values, np.nan)
    known = Panel(panel.keys, panel.freq, panel.dates, hidden[:, :main], panel.groups, panel.known)
    contest = hold(known, methods, horizon, by, lambda said: print(f"  {said}", flush=True))
    bands = learn_bands(known, contest.windows, contest.weights, horizon)
    truth = np.stack([values[o : o + horizon] for values, o in zip(_padded(panel, horizon), origins, strict=True)])
    scale = rmsse_scale(hidden)
    asked = {m.name: timed(m, known, hidden, origins, main, horizon) for m in methods}
    found = {name: each for name, each in asked.items() if each is not None}
    rows = {name: _figures(each, truth, scale) for name, each in found.items()}
    served = served_forecast(contest, {name: each.said for name, each in found.items()})
    seconds, megabytes = ([getattr(found[n], each) for n in contest.weights] for each in ("seconds", "megabytes"))
    rows["served"] = _figures(Measured(served, sum(seconds), max(megabytes)), truth, scale)
    rows["served"] |= range_figures(bands, served, known, truth)
    if "AutoETS" in found:
        own = learn_bands(known, contest.windows, {"AutoETS": 1.0}, horizon)
        rows["AutoETS"] |= range_figures(own, found["AutoETS"].said, known, truth)
    for name, figures in rows.items():
        figures["windows"] = contest.scores.get(WEIGHTED if name == "served" else name, float("nan"))
    return Result(rows, _chosen(known, contest))


def timed(method: Candidate, known: Panel, hidden: Floats, origins: Floats, main: int, horizon: int) -> Measured | None:
    """A method's forecasts of every series from its own origin, with seconds and memory of the main one."""
    print(f"  {method.name} ...", end=" ", flush=True)
    asked = method if isinstance(method, Remembered) else Remembered(method)
    said = asked.forecast(known, horizon)
    seconds, megabytes = asked.seconds, asked.megabytes
    print(f"{seconds:.1f} s", flush=True)
    if said is None:
        return None
    whole = _from_own_origins(asked, said, known, hidden, origins, main, horizon)
    return Measured(whole, seconds, megabytes)


def _from_own_origins(
    method: Candidate, said: Floats, known: Panel, hidden: Floats, origins: Floats, main: int, horizon: int
) -> Floats:
    """Series that end with the others were forecast together; each that ends apart is, beside some of its peers."""
    base = RecentMean().forecast(known, horizon)
    said = np.where(np.isnan(said), base, said)
    for origin in np.unique(origins[origins != main]):
        own = np.flatnonzero(origins == origin)
        kind = next(iter(known.groups.values()), np.zeros(len(origins), dtype=int))
        peers = np.flatnonzero(np.isin(kind, kind[own]) & (origins != origin))[:PEERS]
        rows = np.concatenate([own, peers])
        view = Panel(known.keys, known.freq, known.dates, hidden[:, :origin], known.groups, known.known).of(rows)
        found = method.forecast(view, horizon)
        plain = RecentMean().forecast(view, horizon)
        found = plain if found is None else np.where(np.isnan(found), plain, found)
        said[own] = found[: len(own)]
    return said


def _padded(panel: Panel, horizon: int) -> Floats:
    return np.pad(panel.values, ((0, 0), (0, horizon)), constant_values=np.nan)


def served_forecast(contest: Contest, said: dict[str, Floats]) -> Floats:
    """The weighted mean that the earlier windows chose."""
    return np.maximum(mixed(said, contest.weights), 0.0)


def _figures(measured: Measured, truth: Floats, scale: Floats) -> dict[str, float]:
    return {
        "WAPE": error_of(truth, measured.said, scale, "WAPE"),
        "RMSSE": error_of(truth, measured.said, scale, "RMSSE"),
        "seconds": measured.seconds,
        "MB": measured.megabytes or float("nan"),
    }


def range_figures(bands: Bands, said: Floats, known: Panel, truth: Floats) -> dict[str, float]:
    """Share inside the ranges in percent, and the weighted quantile loss (2 x pinball / sum of what came)."""
    seen = ~np.isnan(truth)
    figures = {}
    for share in RANGES:
        low, high = bands.bounds(said, known, share)
        inside = (truth >= low - 1e-9) & (truth <= high + 1e-9)
        figures[f"in {share} %"] = 100 * float(inside[seen].mean())
    quantiles = bands.quantiles(said, known)
    wrong = truth[..., None] - quantiles
    pinball = np.maximum(np.array(TAILS) * wrong, (np.array(TAILS) - 1) * wrong)[seen]
    figures["WQL"] = float(2 * pinball.sum(0).mean() / max(np.abs(truth[seen]).sum(), 1e-12))
    return figures


def _chosen(known: Panel, contest: Contest) -> dict[str, Any]:
    last = known.dates[known.periods - 1]
    return {
        "test after": f"{last:%Y-%m-%d}",
        "windows": [
            f"{known.dates[w.periods]:%Y-%m-%d} to {known.dates[w.periods + w.horizon - 1]:%Y-%m-%d}"
            for w in contest.windows
        ],
        "weights": contest.weights,
        "measure": contest.measure,
    }


def show(result: Result, file: Path | None, extra: dict[str, Any] | None = None) -> None:
    """Prints the table and what was chosen where, and writes both where a file is named."""
    print(pd.DataFrame(result.methods).T.to_string(float_format="%.4f", na_rep=""))
    chosen = result.chosen
    mix = ", ".join(f"{name} {weight:.2f}" for name, weight in chosen["weights"].items())
    print(f"served: {mix}\nchosen by {chosen['measure']} on {'; '.join(chosen['windows'])}")
    print(f"all of it known on {chosen['test after']}, the day before the test; nothing was chosen on the test window")
    for note in result.notes:
        print(f"note: {note}")
    if file:
        file.write_text(json.dumps({"methods": result.methods, "chosen": chosen} | (extra or {}), indent=1))


def arguments(text: str, more: Callable[[argparse.ArgumentParser], None]) -> argparse.Namespace:
    """The options of a forecasting benchmark."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    more(parser)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--kept", type=Path, help="folder that keeps what methods said; a stopped run goes on")
    parser.add_argument("--series", type=int, help="so many series only, drawn with a fixed seed: a quick look")
    return parser.parse_args()


def some(panel: Panel, count: int | None) -> Panel:
    """A fixed sample of the series."""
    if count is None or count >= len(panel.keys):
        return panel
    return panel.of(np.sort(np.random.default_rng(0).choice(len(panel.keys), count, replace=False)))


def stopped(failure: NotEnoughHistory) -> int:
    """Says why nothing could be measured; the exit code."""
    print(failure)
    return 1
