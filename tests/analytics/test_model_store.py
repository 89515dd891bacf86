"""Fitted models are kept, replaced in one step, and a damaged one is told."""

from pathlib import Path
from typing import Any

import joblib
import pytest

from analytics.errors import NotFitted
from analytics.model_store import ModelStore
from analytics.scorecard import Scorecard


def test_a_model_is_kept_and_loaded_once(tmp_path: Path) -> None:
    ModelStore(tmp_path / "models").save("churn", {"rate": 0.5})
    store = ModelStore(tmp_path / "models")
    assert store.load("churn") == {"rate": 0.5}
    assert store.load("churn") is store.load("churn")
    assert store.names() == ("churn",)


def test_a_new_model_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    store.save("churn", 1)
    assert store.load("churn") == 1
    store.save("churn", 2)
    assert store.load("churn") == 2
    assert [file.name for file in tmp_path.iterdir()] == ["churn.joblib"]


def test_a_save_that_breaks_off_leaves_the_last_good_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ModelStore(tmp_path)
    store.save("churn", "good")

    def breaks(model: Any, file: Path, compress: int) -> None:
        Path(file).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(joblib, "dump", breaks)
    with pytest.raises(KeyboardInterrupt):
        store.save("churn", "new")
    assert ModelStore(tmp_path).load("churn") == "good"
    assert ModelStore(tmp_path).names() == ("churn",)


def test_what_was_never_fitted_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(NotFitted, match="forecast .*retail-assistant fit"):
        ModelStore(tmp_path / "nowhere").load("forecast")
    assert ModelStore(tmp_path / "nowhere").names() == ()


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x80\x04garbage", "whole"])
def test_a_damaged_file_is_told(tmp_path: Path, content: bytes | str) -> None:
    store = ModelStore(tmp_path)
    store.save("churn", list(range(1000)))
    file = tmp_path / "churn.joblib"
    file.write_bytes(file.read_bytes()[:-20] if isinstance(content, str) else content)
    with pytest.raises(NotFitted, match=r"cannot be read .*run `retail-assistant fit` again"):
        ModelStore(tmp_path).load("churn")


def test_a_record_of_an_older_version_without_a_new_field_is_told(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    settings = Scorecard.__new__(Scorecard)  # as it comes out of an older pickle: without its fields
    store.save("old", {"cards": [settings]})
    with pytest.raises(NotFitted, match="run `retail-assistant fit` again"):
        store.load("old")
