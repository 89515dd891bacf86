"""Loads a speech model of the Hugging Face kind by id or folder. Knows no sound and no words."""

import contextlib
from pathlib import Path
from typing import Any

from assistant.errors import ModelUnavailable

_FAILURES = (ImportError, OSError, ValueError, KeyError, AttributeError, TypeError, RuntimeError)


def speech_model(task: str, model: str, setting: str, *, allow_download: bool) -> Any:
    """A `transformers` pipeline on the best device there is.

    Args:
        task: "automatic-speech-recognition" or "text-to-speech".
        model: a Hugging Face id or a folder.
        setting: under [speech], that names it.
        allow_download: fetch an id that is not on this machine.

    Raises:
        ModelUnavailable: it is not there, or does something else.
    """
    try:
        import torch
        from huggingface_hub import snapshot_download
        from transformers import pipeline
        from transformers.utils import logging

        with _quiet(logging):
            device = "cuda" if torch.cuda.is_available() else "cpu"
            found = model if allow_download or Path(model).is_dir() else snapshot_download(model, local_files_only=True)
            return pipeline(task, model=found, device=device)
    except _FAILURES as failure:
        fix = (
            "give the folder of one" if allow_download else "allow its download (allow_download = true), give a folder"
        )
        raise ModelUnavailable(
            f"Expected the model {model} for {task.replace('-', ' ')} (`{setting}` under [speech] of shop.toml), but "
            f"it could not be loaded ({_first_line(failure)}). Please {fix}, or take the line out: then the browser's "
            "own speech serves."
        ) from failure


@contextlib.contextmanager
def _quiet(logging: Any) -> Any:
    """Keeps the library's progress bars off the server's output while it loads."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _first_line(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else type(failure).__name__
