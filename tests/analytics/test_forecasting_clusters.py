"""The same forecasts on Ray and on Spark with two workers as in this process, to the single precision of Fugue."""

import sys

import numpy as np
import pytest

from analytics.errors import MissingData
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


@pytest.mark.cluster
def test_two_spark_workers_give_the_same_forecasts_as_one_process():
    pytest.importorskip("pyspark", reason="Spark is not installed (pyspark, which needs Java)")
    from pyspark.sql import SparkSession

    values = np.random.default_rng(0).poisson(8, (12, 60)).astype(float)
    first = np.arange(12) % 7
    models = {each.name: each.make(1) for each in classical_candidates() if each.name != "AutoTheta"}
    here = run_statistics(models, values, first, 5)
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        there = run_statistics(models, values, first, 5, EngineSettings("spark", 2))
    finally:
        session.stop()
    for name, said in here.items():
        np.testing.assert_allclose(there[name], said, rtol=1e-6, err_msg=name)


def test_spark_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    model = {each.name: each.make(1) for each in classical_candidates()[2:3]}
    with pytest.raises(MissingData, match=r"pyspark.*local"):
        run_statistics(model, np.ones((2, 20)), np.zeros(2, dtype=int), 3, EngineSettings("spark", 2))


@pytest.mark.parametrize("wrong", [{"engine": "dask"}, {"workers": 0}, {"engine": "ray", "workers": -1}])
def test_engine_settings_are_checked(wrong):
    with pytest.raises(ValueError, match=r"engine|workers"):
        EngineSettings(**wrong)
