"""Keeps what a forecasting method said, so that a benchmark which was stopped goes on where it was. Knows no scores.

A file's name is a hash of everything the answer depends on: the method with its settings, the panel it saw, the
horizon, and the source of the modules that answer; a changed line there forgets everything.
"""

import hashlib
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import psutil

import analytics.forecasting
from analytics.forecasting.candidates import Candidate
from analytics.forecasting.panel import Floats, Panel

ANSWERING: Final = (  # modules that an answer depends on
    *("panel", "candidates", "classical", "statistics_engine", "lag_features", "training_rows", "lag_learners", "lstm"),
    *("last_year", "yearly_pattern", "calendar_kernels", "variance_components", "pretrained"),
)


@dataclass
class Remembered:
    """A candidate whose answers and their price are kept in a folder.

    Attributes:
        asked: the candidate.
        folder: where answers are kept; None: nowhere.
        seconds: computing time of the last answer, whenever it was made.
        megabytes: most memory of the process meanwhile.
    """

    asked: Candidate
    folder: Path | None = None
    seconds: float = 0.0
    megabytes: float = 0.0

    @property
    def name(self) -> str:
        """The candidate's."""
        return self.asked.name

    @property
    def meaning(self) -> str:
        """The candidate's."""
        return self.asked.meaning

    @property
    def costly(self) -> bool:
        """Whether the candidate fits each series apart."""
        return self.asked.costly

    def forecast(self, panel: Panel, horizon: int) -> Floats | None:
        """As the candidate forecasts, or once did."""
        file = None if self.folder is None else self.folder / f"{self._key(panel, horizon)}.npz"
        if file is not None and file.exists():
            with np.load(file) as kept:
                self.seconds, self.megabytes = (float(each) for each in kept["price"])
                return None if kept["none"] else np.asarray(kept["said"])
        said = self._measured(panel, horizon)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_suffix(".part.npz")
            price = np.array([self.seconds, self.megabytes])
            np.savez(part, said=np.empty(0) if said is None else said, none=said is None, price=price)
            part.replace(file)
        return said

    def _measured(self, panel: Panel, horizon: int) -> Floats | None:
        peak, stop, process = [_megabytes()], threading.Event(), time.process_time()

        def watch() -> None:
            while not stop.wait(0.05):
                peak[0] = max(peak[0], _megabytes())

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        try:
            said = self.asked.forecast(panel, horizon)
        finally:
            stop.set()
            watching.join()
        self.seconds, self.megabytes = time.process_time() - process, max(peak[0], _megabytes())
        return said

    def _key(self, panel: Panel, horizon: int) -> str:
        found = hashlib.sha256(_source())
        parts = [type(self.asked).__name__, self.asked.name, _settings(self.asked), horizon, panel.freq, panel.keys]
        found.update(repr(parts).encode())
        arrays = [panel.values, panel.dates.to_numpy(), *panel.groups.values(), *panel.known.values()]
        for each in arrays:
            found.update(np.ascontiguousarray(each).tobytes())
        return found.hexdigest()[:32]


def _settings(method: Candidate) -> str:
    """The method's settings that print the same each time; functions do not, and are part of the source."""
    return repr({name: value for name, value in vars(method).items() if not callable(value)})


def _source() -> bytes:
    """A hash of the source of the modules that answer."""
    folder, found = Path(analytics.forecasting.__file__).parent, hashlib.sha256()
    for module in ANSWERING:
        found.update((folder / f"{module}.py").read_bytes())
    return found.digest()


def _megabytes() -> float:
    return float(psutil.Process().memory_info().rss / 2**20)
