"""Writes the course of a training as curves that TensorBoard shows. Knows no model and no data.

TensorBoard is an extra package and imported only when curves are asked for.
"""

from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.errors import AssistantError


class Curves:
    """Scalars over the steps of one training; without a folder nothing is written.

    with Curves(folder) as curves:
        curves.add(step, loss=0.7, rate=1e-3)
    """

    def __init__(self, folder: Path | None) -> None:
        """Opens the log folder.

        Args:
            folder: where the event files go; None: curves were not asked for.

        Raises:
            AssistantError: TensorBoard is not installed, or the folder cannot be written.
        """
        self._writer: Any = None
        if folder is None:
            return
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as missing:
            raise AssistantError(
                "Expected the package tensorboard for --log-dir, but it is not installed. "
                'Install it with `pip install "retail-assistant[train]"`, or leave out --log-dir.'
            ) from missing
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._writer = SummaryWriter(str(folder))
        except OSError as refused:
            raise AssistantError(
                f"Expected a folder for the curves that can be written, but {folder} cannot: {refused.strerror}. "
                "Give --log-dir another folder."
            ) from refused

    def add(self, step: int, **scalars: float) -> None:
        """Adds one point to each named curve."""
        if self._writer is not None:
            for name, value in scalars.items():
                self._writer.add_scalar(name, float(value), step)

    def close(self) -> None:
        """Writes what is still in memory."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def __enter__(self) -> "Curves":
        """The curves themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes also where training broke off, so that the points so far are kept."""
        self.close()
