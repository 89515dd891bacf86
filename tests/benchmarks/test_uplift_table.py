import numpy as np
import pandas as pd
import pytest

from benchmarks.uplift import as_json, measure, read


def rows(customers=1200):
    random = np.random.default_rng(2)
    arm = random.choice(["Mens E-Mail", "Womens E-Mail", "No E-Mail"], customers)
    visit = random.random(customers) < 0.1 + 0.1 * (arm != "No E-Mail")
    told = {"recency": random.integers(1, 12, customers), "channel": random.choice(["Web", "Phone"], customers)}
    return pd.DataFrame({**told, "segment": arm, "visit": visit.astype(int), "conversion": 0, "spend": 0.0})


def test_a_file_of_the_same_form_is_measured_with_every_learner(tmp_path):
    rows().to_parquet(tmp_path / "hillstrom.parquet")
    told = as_json(measure(read(tmp_path), "Mens E-Mail", "visit", quick=True), None)
    assert len(told["qini_per_1000"]) == 10
    assert told["average_effect"] == pytest.approx(0.1, abs=0.06)


def test_a_missing_file_or_column_is_told(tmp_path):
    with pytest.raises(SystemExit, match="hillstrom.parquet"):
        read(tmp_path)
    rows().drop(columns="visit").to_parquet(tmp_path / "hillstrom.parquet")
    with pytest.raises(SystemExit, match="visit"):
        read(tmp_path)
