"""The forecasting benchmarks: protocols, odd frames, and a whole run on a small one."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from analytics.forecasting.candidates import Naive, RecentMean, SeasonalNaive
from analytics.forecasting.contest import error_of, rmsse_scale
from analytics.forecasting.panel import Panel
from benchmarks import forecast, walmart
from benchmarks.forecasting_table import measure


def test_walmart_protocol_reproduces_the_published_naive(bench_data):
    file = bench_data / "walmart_store_sales" / "train.parquet"
    if not file.exists():
        pytest.skip(f"the Walmart data is not at {file}")
    panel = walmart.read(file)
    assert len(panel.keys) == 2936
    errors = {"naive": 0.0, "seasonal naive": 0.0}
    sold, ends = 0.0, walmart.origins(panel)
    for end in np.unique(ends):
        part = panel.of(np.flatnonzero(ends == end))
        truth = part.values[:, end : end + 39]
        sold += np.nansum(np.abs(truth))
        for method in (Naive(), SeasonalNaive()):
            errors[method.name] += np.nansum(np.abs(method.forecast(part.until(end), 39) - truth))
    assert errors["naive"] / sold == pytest.approx(0.196735, abs=1e-6)
    assert errors["seasonal naive"] / sold == pytest.approx(0.1132, abs=5e-5)


def test_m5_protocol_gives_the_known_figures(bench_data):
    if not (bench_data / "m5").is_dir():
        pytest.skip(f"the M5 data is not at {bench_data / 'm5'}")
    from benchmarks import m5_part

    panel = m5_part.read(bench_data / "m5")
    assert panel.values.shape == (1437, 1969)
    known, truth, scale = panel.until(1941), panel.values[:, 1941:], rmsse_scale(panel.values[:, :1941])
    figures = {
        m.name: error_of(truth, m.forecast(known, 28), scale, "RMSSE") for m in (Naive(), SeasonalNaive(), RecentMean())
    }
    assert figures == pytest.approx({"naive": 1.050, "seasonal naive": 1.015, "recent mean": 0.771}, abs=5e-4)


def frame(days=120, series=6):
    chance = np.random.default_rng(0)
    dates = pd.date_range("2024-01-01", periods=days)
    rows = [pd.DataFrame({"unique_id": f"s{n}", "ds": dates, "y": chance.poisson(5 + n, days)}) for n in range(series)]
    return pd.concat(rows)


def run(monkeypatch, capsys, *options):
    monkeypatch.setattr(sys, "argv", ["forecast", *map(str, options)])
    code = forecast.main()
    return code, capsys.readouterr()


def test_a_frame_with_odd_series_is_measured(tmp_path, monkeypatch, capsys):
    odd = pd.DataFrame(
        {"unique_id": ["once", "zero", "zero"], "ds": ["2024-02-01", "2024-01-01", "2024-04-29"], "y": [4, 0, 0]}
    )
    data = pd.concat([frame(), odd.assign(ds=pd.to_datetime(odd["ds"]))])
    pd.concat([data, data.iloc[:3]]).to_parquet(tmp_path / "frame.parquet")
    monkeypatch.setattr(forecast, "candidates", lambda even, kept=None: [Naive(), SeasonalNaive(), RecentMean()])
    code, said = run(
        monkeypatch,
        capsys,
        "--frame",
        tmp_path / "frame.parquet",
        "--freq",
        "D",
        "--horizon",
        14,
        "--json",
        tmp_path / "f.json",
    )
    assert code == 0
    assert "1 series are too short and left out" in said.out
    assert "3 exactly repeated rows count once" in said.out
    figures = json.loads((tmp_path / "f.json").read_text())
    assert {"naive", "recent mean", "served"} <= set(figures["methods"])
    assert figures["methods"]["served"]["WAPE"] <= figures["methods"]["naive"]["WAPE"]
    assert all(end < "2024-04-16" for w in figures["chosen"]["windows"] for end in w.split(" to "))


@pytest.mark.parametrize(
    ("horizon", "says"), [(0, "at least 1"), (1825, "longer history or a shorter horizon"), (-3, "at least 1")]
)
def test_a_horizon_that_cannot_be_is_told(tmp_path, monkeypatch, capsys, horizon, says):
    frame().to_csv(tmp_path / "frame.csv", index=False)
    code, said = run(monkeypatch, capsys, "--frame", tmp_path / "frame.csv", "--horizon", horizon)
    assert code == 1
    assert says in said.err


def test_a_series_that_ends_early_is_judged_on_its_own_last_periods():
    values = np.full((4, 60), 5.0)
    values[0, 50:] = np.nan
    values[0, 43:50] = 8.0
    panel = Panel(tuple("abcd"), "D", pd.date_range("2024-01-01", periods=67), values, {"kind": np.zeros(4, dtype=int)})
    result = measure(panel, np.array([43, 53, 53, 53]), 7, "WAPE", [Naive(), RecentMean()])
    # the naive says 5 for the seven days at 8 of series a, and is right elsewhere
    assert result.methods["naive"]["WAPE"] == pytest.approx(21 / (56 + 3 * 35))
