"""The routing benchmark on four stops whose best rounds are plain to see."""

import time

import pandas as pd
import pytest

pytest.importorskip("pyvrp")

from benchmarks.routing import Outcome, problem_of, read, solve, summary  # noqa: E402

# Two stops to the east at 3 and 4, two to the west; a van carries two. Best: out and back on each side, 8 + 8.
PLAIN = """NAME : plain
TYPE : CVRP
DIMENSION : 5
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 2
NODE_COORD_SECTION
1 0 0
2 3 0
3 4 0
4 -3 0
5 -4 0
DEMAND_SECTION
1 0
2 1
3 1
4 1
5 1
DEPOT_SECTION
1
-1
EOF
"""
BEST = "Route #1: 1 2\nRoute #2: 3 4\nCost 16\n"
ROW = {"set": "P", "name": "plain", "dimension": 5, "bks_cost": 16.0, "vrp_text": PLAIN, "sol_text": BEST}
# The same with a window at each stop: the near ones close before a van can come from the far ones.
TIMED = PLAIN.replace("TYPE : CVRP", "TYPE : VRPTW\nVEHICLES : 4\nSERVICE_TIME : 1").replace(
    "DEPOT_SECTION", "TIME_WINDOW_SECTION\n1 0 100\n2 0 3\n3 0 50\n4 0 3\n5 0 50\nDEPOT_SECTION"
)


def test_ours_finds_the_plain_optimum_and_savings_too():
    found = solve(problem_of(ROW), 0.2, 1, time.perf_counter)
    assert found.gaps["ours"] == pytest.approx(0)
    assert found.gaps["savings"] == pytest.approx(0)
    assert found.gaps["nearest neighbour"] == pytest.approx(0)


def test_windows_are_kept():
    problem = problem_of(ROW | {"name": "timed", "vrp_text": TIMED})
    assert problem.stops == 4
    found = solve(problem, 0.2, 1, time.perf_counter)
    assert found.gaps["ours"] == pytest.approx(0)


def test_a_best_solution_that_fits_no_rounding_is_told():
    with pytest.raises(ValueError, match=r"costs 15.0, but by its distances .*16"):
        problem_of(ROW | {"bks_cost": 15.0})


def test_means_leave_out_what_breaks_a_limit_and_say_so():
    made = [
        Outcome("P", "a", 10, {"nearest neighbour": 20.0, "savings": 5.0, "ours": 1.0}, 1.0, 1.0),
        Outcome("P", "b", 20, {"nearest neighbour": 10.0, "savings": None, "ours": None}, 1.0, 1.0),
        Outcome("P", "c", 400, {"nearest neighbour": 30.0, "savings": 7.0, "ours": 3.0}, 1.0, 1.0),
    ]
    means = summary(made)
    assert list(means.index) == ["P, up to 300 stops", "P, more stops"]
    small = means.loc["P, up to 300 stops"]
    assert (small["nearest neighbour"], small["savings"], small["ours"], small["ours unsolved"]) == (15.0, 5.0, 1.0, 1)


def test_a_folder_without_instances_is_told(tmp_path):
    with pytest.raises(SystemExit, match="Expected CVRPLIB instances"):
        read(tmp_path)
    pd.DataFrame([ROW]).to_parquet(tmp_path / "instances.parquet")
    assert len(read(tmp_path)) == 1
