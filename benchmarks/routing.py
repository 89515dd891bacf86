"""Delivery rounds on CVRPLIB: our search beside nearest neighbour, savings and the best known solutions.

    python -m benchmarks.routing --data DIR [--seconds 10] [--limit N] [--seed 1] [--clock wall|cpu] [--json FILE]

DIR holds instances.parquet (set, name, dimension, capacity, bks_cost, vrp_text, sol_text): the problem as a VRPLIB
file with capacities and, where it has them, time windows. How distances are rounded is found from the best known
solution: the rule under which its rounds cost what it says. `--seconds` is what each problem gets, all told: the start
by savings and the search. `--clock cpu` counts computing seconds instead, for a machine that others use, too. Every
solution is checked against load and windows before it counts; the gap is cost / best known cost - 1. The settings of
the search were chosen on four X instances of 320 to 400 stops, none of which is among those of up to 300 stops that
the target is about.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from analytics.supply.construction import Ground, nearest_neighbour, savings
from analytics.supply.search import best_rounds, ground_of

TARGET_STOPS, TARGET = 300, 1.0
PUBLISHED = {"PyVRP, 2.4 seconds a stop": 0.31, "OR-Tools": 4.42}  # mean gap in percent on the whole X set
_SCALES = {"round": 1, "dimacs": 10, "exact": 1000}  # PyVRP's rounding rules and what they multiply costs with
METHODS = ("nearest neighbour", "savings", "ours")


@dataclass(frozen=True)
class Problem:
    """An instance, ready to solve.

    Attributes:
        data: PyVRP's ProblemData.
        stops: without the depot.
        best_known: cost.
        scale: what the data's whole numbers are divided by.
    """

    group: str
    name: str
    stops: int
    best_known: float
    scale: int
    data: Any


@dataclass(frozen=True)
class Outcome:
    """What the methods made of an instance: gaps in percent, None where the solution breaks a limit."""

    group: str
    name: str
    stops: int
    gaps: dict[str, float | None]
    wall_seconds: float
    cpu_seconds: float


def main() -> None:
    """Reads the arguments, solves, prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with instances.parquet")
    parser.add_argument("--seconds", type=float, default=10.0, help="per instance")
    parser.add_argument("--limit", type=int, help="only the N smallest instances")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    given = parser.parse_args()
    clock = time.process_time if given.clock == "cpu" else time.perf_counter
    rows = read(given.data).sort_values(["dimension", "name"])
    rows = rows.head(given.limit or len(rows))
    outcomes = []
    for row in tqdm(rows.to_dict("records"), desc="instances", unit="instance"):
        try:
            outcomes.append(solve(problem_of(row), given.seconds, given.seed, clock))
        except ValueError as wrong:
            print(f"{row['name']}: left out. {wrong}")
    print(table(outcomes).to_string(float_format="%.2f", na_rep="breaks a limit"), end="\n\n")
    means = summary(outcomes)
    print(means.to_string(float_format="%.2f"))
    print(f"published mean gaps on X, percent: {', '.join(f'{name} {gap}' for name, gap in PUBLISHED.items())}")
    print(f"target: ours at most {TARGET} % on instances of up to {TARGET_STOPS} stops")
    if given.json:
        figures = {"seconds": given.seconds, "clock": given.clock, "seed": given.seed, "means": means.to_dict("index")}
        given.json.write_text(json.dumps(figures | {"instances": [asdict(each) for each in outcomes]}, indent=1))


def read(folder: Path) -> pd.DataFrame:
    """The instances.

    Raises:
        SystemExit: they are not there.
    """
    file = folder / "instances.parquet"
    if not file.is_file():
        raise SystemExit(f"Expected CVRPLIB instances at {file}; --data names another folder.")
    return pd.read_parquet(file)


def problem_of(row: dict[str, Any]) -> Problem:
    """Reads an instance under the rounding rule that its best known solution fits.

    Raises:
        ValueError: none fits, or the file cannot be read.
    """
    from pyvrp import read, read_solution

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        file, known = Path(folder) / "instance.vrp", Path(folder) / "best.sol"
        file.write_text(row["vrp_text"])
        known.write_text(row["sol_text"])
        for rule, scale in _SCALES.items():
            data = read(file, rule)
            solution = read_solution(known, data)
            found[rule] = solution.distance() / scale
            if solution.is_feasible() and abs(found[rule] - row["bks_cost"]) < 0.051:
                stops = data.num_clients
                return Problem(str(row["set"]), str(row["name"]), stops, float(row["bks_cost"]), scale, data)
    raise ValueError(f"Its best known solution costs {row['bks_cost']}, but by its distances {found}.")


def solve(problem: Problem, seconds: float, seed: int, clock: Callable[[], float]) -> Outcome:
    """Runs every method; ours has `seconds` in all, its start included."""
    ground = ground_of(problem.data)
    gaps = {
        "nearest neighbour": _gap(problem, ground, nearest_neighbour(ground)),
        "savings": _gap(problem, ground, savings(ground)),
    }
    wall, cpu, ends = time.perf_counter(), time.process_time(), clock() + seconds
    best = best_rounds(problem.data, lambda _: clock() >= ends, seed)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    routes = [[step.idx + 1 for step in route if step.is_client()] for route in best.routes()]
    gaps["ours"] = _gap(problem, ground, routes)
    return Outcome(problem.group, problem.name, problem.stops, gaps, *spent)


def _gap(problem: Problem, ground: Ground, routes: list[list[int]]) -> float | None:
    """Percent above the best known cost; None where a stop is missing or a round breaks a limit."""
    served = sorted(stop for route in routes for stop in route)
    if served != list(range(1, problem.stops + 1)) or not all(ground.keeps(route) for route in routes):
        return None
    return 100 * (ground.length(routes) / problem.scale / problem.best_known - 1)


def table(outcomes: list[Outcome]) -> pd.DataFrame:
    """A row per instance: gaps in percent, and the seconds that ours took."""
    rows = [
        {"set": each.group, "stops": each.stops, **each.gaps, "wall s": each.wall_seconds, "cpu s": each.cpu_seconds}
        for each in outcomes
    ]
    return pd.DataFrame(rows, index=[each.name for each in outcomes])


def summary(outcomes: list[Outcome]) -> pd.DataFrame:
    """Mean gaps in percent per set and size, over instances that the method solved; ours counts how many it did not."""
    found = {}
    for name, chosen in _groups(outcomes):
        means = {}
        for method in METHODS:
            gaps = [gap for each in chosen if (gap := each.gaps[method]) is not None]
            means[method] = sum(gaps) / len(gaps) if gaps else float("nan")
        found[name] = {
            "instances": len(chosen),
            **means,
            "ours unsolved": sum(each.gaps["ours"] is None for each in chosen),
            "wall s": sum(each.wall_seconds for each in chosen) / len(chosen),
            "cpu s": sum(each.cpu_seconds for each in chosen) / len(chosen),
        }
    return pd.DataFrame(found).T


def _groups(outcomes: list[Outcome]) -> Iterator[tuple[str, list[Outcome]]]:
    for group in dict.fromkeys(each.group for each in outcomes):
        own = [each for each in outcomes if each.group == group]
        for name, part in (
            (f"{group}, up to {TARGET_STOPS} stops", [each for each in own if each.stops <= TARGET_STOPS]),
            (f"{group}, more stops", [each for each in own if each.stops > TARGET_STOPS]),
        ):
            if part:
                yield name, part


if __name__ == "__main__":
    main()
