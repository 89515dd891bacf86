"""Shared by all tests: helpers beside the test files can be imported, evaluation data is found or skipped."""

import os
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
for folder in ("assistant", "analytics", "retrieval", "language", "training", "ui"):
    if (HERE / folder).is_dir():
        sys.path.insert(0, str(HERE / folder))


@pytest.fixture(scope="session")
def bench_data() -> Path:
    """The evaluation data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("RETAIL_BENCH_DATA", HERE.parent.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the evaluation data is not at {folder}; RETAIL_BENCH_DATA names another folder")
    return folder


@pytest.fixture(scope="session")
def speech_models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of a tiny speech recognition model and of a tiny text-to-speech model, see `tiny_speech`."""
    import tiny_speech

    folder = tmp_path_factory.mktemp("speech")
    return tiny_speech.make_whisper(folder / "hears"), tiny_speech.make_voice(folder / "speaks")
