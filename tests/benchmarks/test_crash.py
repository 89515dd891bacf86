"""The crash benchmark in small: what it checks is worth a test on each change."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system with fork")
def test_killed_at_random_points_nothing_is_lost_or_doubled(tmp_path):
    command = [
        sys.executable,
        "-m",
        "benchmarks.crash",
        "--writes",
        "18",
        "--seed",
        "3",
        "--json",
        tmp_path / "out.json",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads((tmp_path / "out.json").read_text())
    assert figures["requests"] == figures["events"] == figures["audit_lines"] == 18
    assert figures["kills"] >= 3
    assert (figures["lost"], figures["doubled"], figures["half"], figures["intact"]) == (0, 0, 0, True)


def test_the_benchmark_can_fail(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks.crash import Outcome

    good = Outcome(2, 1, 1, 2, 2, 2, 0, 0, 0, True, 1.0)
    assert good.passed
    for wrong in ({"requests": 1}, {"events": 3}, {"lost": 1}, {"doubled": 1}, {"half": 1}, {"intact": False}):
        assert not replace(good, **wrong).passed
