"""Curves of a training: read back by TensorBoard's own reader; without the package or a folder that is told."""

import sys
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from assistant.training.curves import Curves


def test_points_can_be_read_back(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with Curves(tmp_path / "logs") as curves:
        curves.add(0, loss=0.75, rate=0.001)
        curves.add(10, loss=0.5)
    read = accumulator.EventAccumulator(str(tmp_path / "logs"))
    read.Reload()
    assert [(each.step, each.value) for each in read.Scalars("loss")] == [(0, 0.75), (10, 0.5)]
    assert [each.step for each in read.Scalars("rate")] == [0]


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Curves(None) as curves:
        curves.add(0, loss=1.0)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(AssistantError, match=r"retail-assistant\[train\]"):
        Curves(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    (tmp_path / "file").write_text("x")
    with pytest.raises(AssistantError, match="another folder"):
        Curves(tmp_path / "file" / "logs")
