"""The benchmark of reviews runs whole on a few made-up ones, with vectors from a cache."""

import hashlib
import json
import sys

import numpy as np
import pandas as pd
import pytest

from analytics.sentiment import BASELINE, FULL_BLEND, texts_of
from benchmarks import reviews


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(5)
    good = random.random(240) < 0.7
    frame = pd.DataFrame(
        {
            "title": np.where(random.random(240) < 0.5, np.where(good, "grand", "sorry"), None),
            "review_text": [f"{'keeps well' if g else 'lid jams'} x{n} {random.choice(['and so on', ''])}" for n, g in
                            enumerate(good)],
            "recommended_ind": good.astype(int),
            "rating": np.where(good, 5, 1),
        }
    )  # fmt: skip
    frame.loc[0, "review_text"] = None
    frame.loc[1, ["review_text", "rating"]] = [frame.loc[2, "review_text"], 3]
    frame.to_parquet(tmp_path / "reviews.parquet")
    return tmp_path


def test_it_runs_whole(folder, monkeypatch, capsys):
    kept = reviews.read_reviews(folder / "reviews.parquet")
    assert len(kept) == 238  # one empty, one twice
    whole = texts_of(kept["title"], kept["review_text"]).whole
    digest = hashlib.sha256("\n".join(whole).encode()).hexdigest()
    np.savez(folder / "cache.npz", vectors=np.ones((len(whole), 3), np.float32), digest=digest)
    given = ["reviews", "--data", str(folder), "--json", str(folder / "out.json"), "--cache", str(folder / "cache.npz")]
    monkeypatch.setattr(sys, "argv", given)
    assert reviews.main() == 0
    said = capsys.readouterr().out
    figures = json.loads((folder / "out.json").read_text())
    assert set(figures) == {"recommended", "sentiment"}
    assert figures["recommended"][FULL_BLEND]["F1 mean"] == 1.0
    assert f"{figures['recommended'][BASELINE]['AUC']:.4f}" in said
    low, high = figures["recommended"][reviews.GAIN][reviews.INTERVAL]
    assert low <= figures["recommended"][reviews.GAIN]["AUC"] <= high


def test_other_files_are_told(tmp_path):
    pd.DataFrame({"title": ["x"], "rating": [1]}).to_parquet(tmp_path / "reviews.parquet")
    with pytest.raises(SystemExit, match="recommended_ind"):
        reviews.read_reviews(tmp_path / "reviews.parquet")
