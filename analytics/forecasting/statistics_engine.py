"""Runs statsforecast's methods over many series: in this process, on its cores, on a Ray or a Spark cluster.

The same models and the same frame everywhere; only where they run differs (Nixtla's own Fugue integration). Knows no
panel and no scores.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analytics.errors import MissingData
from analytics.forecasting.panel import Floats, Integers

Engine = Literal["local", "ray", "spark"]
FALLBACK_PERIODS = 8


@dataclass(frozen=True)
class EngineSettings:
    """Where series are fitted.

    Attributes:
        engine: "local", "ray" or "spark" (the cluster that Ray's address or Spark's own configuration names).
        workers: processes of the local engine; else the partitions of the series (0: as the cluster has cores).
    """

    engine: Engine = "local"
    workers: int = 1

    def __post_init__(self) -> None:
        """Checks the engine's name and the number of workers.

        Raises:
            ValueError: one of them is out of its bounds.
        """
        if self.engine not in get_args(Engine):
            raise ValueError(f"engine must be one of {', '.join(get_args(Engine))}; got {self.engine!r}")
        if self.workers < 0 or (self.engine == "local" and self.workers < 1):
            raise ValueError(f"workers must be 1 at least; got {self.workers}")


def run_statistics(
    models: dict[str, Any], values: Floats, first: Integers, horizon: int, engine: EngineSettings | None = None
) -> dict[str, Floats]:
    """Forecasts of each model.

    Args:
        models: name -> statsforecast model.
        values: [series, periods] without gaps.
        first: period in which each series begins; [series].
        horizon: periods ahead.
        engine: where to fit; in this process without one.

    Returns:
        name -> [series, horizon].

    Raises:
        MissingData: Ray or Spark is asked for but not installed.
    """
    chosen, (series, periods) = engine or EngineSettings(), values.shape
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(series), periods - first),
            "ds": np.concatenate([np.arange(begin, periods) for begin in first]),
            "y": np.concatenate([values[row, begin:] for row, begin in enumerate(first)]),
        }
    )
    for name, model in models.items():
        model.alias = name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = {"local": _here, "ray": _on_ray, "spark": _on_spark}[chosen.engine]
        table = run(list(models.values()), frame, horizon, chosen.workers)
    table = table.sort_values(["unique_id", "ds"])
    return {name: table[name].to_numpy(dtype=float).reshape(series, horizon) for name in models}


def _here(models: list[Any], frame: pd.DataFrame, horizon: int, workers: int) -> pd.DataFrame:
    from statsforecast import StatsForecast
    from statsforecast.models import WindowAverage

    fitting = StatsForecast(models=models, freq=1, n_jobs=workers, fallback_model=WindowAverage(FALLBACK_PERIODS))
    return pd.DataFrame(fitting.forecast(df=frame, h=horizon))


def _fitting(models: list[Any]) -> Any:
    from statsforecast import StatsForecast
    from statsforecast.models import WindowAverage

    return StatsForecast(models=models, freq=1, fallback_model=WindowAverage(FALLBACK_PERIODS))


def _on_ray(models: list[Any], frame: pd.DataFrame, horizon: int, workers: int) -> pd.DataFrame:
    try:
        import fugue_ray  # noqa: F401  (registers the engine)
        import ray
    except ImportError as absent:
        raise MissingData(
            'The setting engine = "ray" needs Ray and Fugue, but they are not installed. Install them with '
            '`pip install "retail-assistant[cluster]"`, or set engine = "local".'
        ) from absent
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    parts = max(1, workers or int(ray.cluster_resources().get("CPU", 1)))
    context = ray.data.DataContext.get_current()
    context.default_hash_shuffle_parallelism, context.enable_progress_bars = parts, False
    pieces = np.array_split(frame["unique_id"].unique(), parts)
    spread = ray.data.from_pandas([frame[frame["unique_id"].isin(piece)] for piece in pieces if len(piece)])
    return pd.DataFrame(_fitting(models).forecast(df=spread, h=horizon).to_pandas())


def _on_spark(models: list[Any], frame: pd.DataFrame, horizon: int, workers: int) -> pd.DataFrame:
    try:
        import fugue_spark  # noqa: F401  (registers the engine)
        from pyspark.sql import SparkSession
    except ImportError as absent:
        raise MissingData(
            'The setting engine = "spark" needs Spark and Fugue, but they are not installed. Install them with '
            '`pip install "retail-assistant[cluster]" "pyspark<4"` (Spark needs Java too), or set engine = "local".'
        ) from absent
    session = SparkSession.builder.getOrCreate()
    parts = max(1, workers or session.sparkContext.defaultParallelism)
    spread = session.createDataFrame(frame).repartition(parts, "unique_id")
    return pd.DataFrame(_fitting(models).forecast(df=spread, h=horizon).toPandas())
