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
