"""The same forecasts on a Ray cluster of two workers as in this process, to the single precision that Fugue returns."""

import numpy as np
import pytest

from analytics.forecasting.classical import classical_candidates
from analytics.forecasting.statistics_engine import EngineSettings, run_statistics


@pytest.mark.cluster
def test_two_workers_give_the_same_forecasts_as_one_process(monkeypatch):
    ray = pytest.importorskip("ray", reason="Ray is not installed (extra: cluster)")
    pytest.importorskip("fugue_ray", reason="Fugue is not installed (extra: cluster)")
    values = np.random.default_rng(0).poisson(8, (40, 60)).astype(float)
    first = np.arange(40) % 7
    models = {each.name: each.make(1) for each in classical_candidates() if each.name != "AutoTheta"}
    here = run_statistics(models, values, first, 5)
    monkeypatch.setenv("RAY_worker_niceness", "0")  # else a busy machine leaves its workers nothing
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        there = run_statistics(models, values, first, 5, EngineSettings("ray", 2))
    finally:
        ray.shutdown()
    for name, said in here.items():
        np.testing.assert_allclose(there[name], said, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("wrong", [{"engine": "spark"}, {"workers": 0}, {"engine": "ray", "workers": -1}])
def test_engine_settings_are_checked(wrong):
    with pytest.raises(ValueError, match=r"engine|workers"):
        EngineSettings(**wrong)
