"""Whom an e-mail changes: learners of uplift on Hillstrom's randomised e-mail test, beside random targeting.

    python -m benchmarks.uplift --data DIR [--json FILE] [--quick]

DIR holds hillstrom.parquet (segment: Mens E-Mail, Womens E-Mail, No E-Mail; visit, conversion, spend). For each e-mail
against none and each outcome: Qini per 1,000 customers (area between the curve and random targeting) with its 95 %
bootstrap interval, the gain of mailing the best 30 %, and whether learners differ. Every customer is scored by models
that did not see them (five folds). EconML's causal forest takes part where it is installed.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.uplift.learners import CausalForest, Response, light_learners
from analytics.uplift.trial import Judged, Trial, judge

CONTROL, MAILED = "No E-Mail", ("Mens E-Mail", "Womens E-Mail")
PUBLISHED = {  # the set's README: mean of the outcome without and with each e-mail
    ("Mens E-Mail", "visit"): 0.1828 - 0.1062, ("Womens E-Mail", "visit"): 0.1514 - 0.1062,
    ("Mens E-Mail", "conversion"): 0.01253 - 0.00573, ("Womens E-Mail", "conversion"): 0.00884 - 0.00573,
    ("Mens E-Mail", "spend"): 1.423 - 0.653, ("Womens E-Mail", "spend"): 1.077 - 0.653,
}  # fmt: skip


def main() -> None:
    """Reads the arguments, measures, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with hillstrom.parquet")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--quick", action="store_true", help="one outcome (visit), 50 draws, no causal forest")
    given = parser.parse_args()
    frame = read(given.data)
    figures = {}
    for mail in MAILED:
        for outcome in ("visit",) if given.quick else ("visit", "conversion", "spend"):
            judged = measure(frame, mail, outcome, quick=given.quick)
            figures[f"{mail}, {outcome}"] = as_json(judged, PUBLISHED.get((mail, outcome)))
            show(f"{mail} against none, outcome {outcome}", judged, PUBLISHED.get((mail, outcome)))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def read(folder: Path) -> pd.DataFrame:
    """The test's rows.

    Raises:
        SystemExit: the file is not there or lacks a column.
    """
    file = folder / "hillstrom.parquet"
    if not file.exists():
        raise SystemExit(f"Expected {file} (Hillstrom's e-mail test), but there is none.")
    frame = pd.read_parquet(file)
    missing = {"segment", "visit", "conversion", "spend"} - set(frame.columns)
    if missing:
        raise SystemExit(f"Expected the columns segment, visit, conversion and spend; {sorted(missing)} are missing.")
    return frame


def measure(frame: pd.DataFrame, mail: str, outcome: str, *, quick: bool = False) -> Judged:
    """One e-mail against none on one outcome."""
    rows = frame[frame["segment"].isin([mail, CONTROL])]
    trial = Trial(
        features_of(rows), (rows["segment"] == mail).to_numpy(), rows[outcome].to_numpy(dtype=float)
    )  # fmt: skip
    learners = [*light_learners(), Response]
    if not quick and _has_econml():
        learners.append(CausalForest)
    return judge(trial, learners, folds=5, draws=50 if quick else 300)


def features_of(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Everything known before the mail, categories as columns of 0 and 1, (customers, features)."""
    told = rows.drop(columns=["segment", "visit", "conversion", "spend", "history_segment"], errors="ignore")
    return np.asarray(pd.get_dummies(told, dtype=float), dtype=float)


def _has_econml() -> bool:
    try:
        import econml.grf  # noqa: F401
    except ImportError:
        print("EconML is not installed (extra `causal`): no causal forest in this run.")
        return False
    return True


def show(title: str, judged: Judged, published: float | None) -> None:
    """The table of one e-mail and outcome."""
    told = f"; published {published:+.5g}" if published is not None else ""
    print(f"\n{title}: average effect {judged.effect:+.5f} +- {1.96 * judged.error:.5f}{told}")
    table = pd.DataFrame(
        {
            name: {
                "Qini / 1,000": each.area, "95 % low": each.low, "95 % high": each.high,
                "gain, best 30 %": each.best_share, "gain, all": each.everyone,
            }
            for name, each in sorted(judged.qini.items(), key=lambda item: -item[1].area)
        }
    ).T  # fmt: skip
    print(table.to_string(float_format="%.3f"))
    print(judged.verdict(), flush=True)


def as_json(judged: Judged, published: float | None) -> dict[str, object]:
    """The figures of one e-mail and outcome."""
    return {
        "average_effect": judged.effect, "standard_error": judged.error, "published_effect": published,
        "best": judged.best, "learners_differ": judged.differ, "beats_random": list(judged.beats_random),
        "verdict": judged.verdict(),
        "qini_per_1000": {
            name: {"area": q.area, "low": q.low, "high": q.high, "gain_best_30": q.best_share, "gain_all": q.everyone}
            for name, q in judged.qini.items()
        },
    }  # fmt: skip


if __name__ == "__main__":
    main()
