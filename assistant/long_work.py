"""Work that takes minutes - an import, a fit - beside the answering of questions: one at a time, with its progress.

Knows how far the work is, not what it does; who looks away and comes back sees it still.
"""

import logging
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, NotImportable

Told = Callable[[str, float], None]
_LOG = logging.getLogger(__name__)
_STARTED = re.compile(r"^(\w+) \.\.\.$")
_ENDED = re.compile(r"^(\w+): (done in .*|not for this shop\. .*)$", re.DOTALL)
_FITS = 13  # abilities that a fit goes through, about


@dataclass(frozen=True)
class Progress:
    """How far the work is.

    Attributes:
        name: what is done, in words.
        step: what is being done now.
        share: 0 to 1.
        ended: nothing more comes.
        failure: why it broke off; empty: it did not.
        result: what it gave.
        lines: what was told on the way, the last ones.
    """

    name: str
    step: str = ""
    share: float = 0.0
    ended: bool = False
    failure: str = ""
    result: Any = None
    lines: tuple[str, ...] = ()


class LongWork:
    """Runs one piece of work at a time in a thread. Safe between threads."""

    def __init__(self) -> None:
        """Nothing is at work."""
        self._lock = threading.Lock()
        self._now: Progress | None = None

    @property
    def now(self) -> Progress | None:
        """How far the work at hand, or the last one, is; None: there was none yet."""
        return self._now

    def start(self, name: str, work: Callable[[Told], Any]) -> None:
        """Starts the work.

        Raises:
            NotImportable: another piece of work has not ended.
        """
        with self._lock:
            if self._now is not None and not self._now.ended:
                raise NotImportable(f"Expected no other work, but this is still done: {self._now.name}. Wait for it.")
            self._now = Progress(name)
        threading.Thread(target=self._run, args=(work,), name=name, daemon=True).start()

    def _run(self, work: Callable[[Told], Any]) -> None:
        try:
            result = work(self._told)
        except AssistantError as failure:
            self._end(failure=str(failure))
        except Exception:  # a bug: loud in the log, and whoever waits is told
            _LOG.exception("The work broke off.")
            self._end(failure="Something went wrong in the program. The details are in its log; the shop is as it was.")
        else:
            self._end(result=result)

    def _told(self, step: str, share: float) -> None:
        with self._lock:
            assert self._now is not None
            lines = (*self._now.lines, step)[-30:]
            self._now = replace(self._now, step=step, share=min(max(share, 0.0), 1.0), lines=lines)

    def _end(self, **how: Any) -> None:
        with self._lock:
            assert self._now is not None
            self._now = replace(self._now, ended=True, share=1.0, **how)


def fit_beside(shop_folder: Path, told: Told) -> tuple[str, ...]:
    """Fits every model in a process of its own, so that questions are answered meanwhile.

    Returns:
        What the shop could not have, one line each.

    Raises:
        NotImportable: the fit failed; what was fitted before stands where it was not replaced.
    """
    command = [sys.executable, "-m", "assistant.cli", "fit", "--shop", str(shop_folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, bufsize=1) as running:
        said: list[str] = []
        done = 0
        for line in running.stderr or ():
            line = line.strip()
            if _ENDED.match(line):
                done += 1
            if _STARTED.match(line) or _ENDED.match(line):
                told(line, min(done / _FITS, 0.99))
            if line:
                said.append(line)
    if running.returncode:
        raise NotImportable(f"The models could not be fitted: {said[-1] if said else 'the process ended early'}")
    return tuple(line for line in said if "not for this shop" in line)
