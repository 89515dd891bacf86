"""One turn of a conversation as it is shown: how far it has come, and following it while it grows. Knows no page."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.messages import Answer

Trouble = Literal["", "busy", "too_fast", "crowded", "key_reused", "answered", "unavailable", "broken"]


@dataclass(frozen=True)
class Shown:
    """One turn as far as it has come.

    Attributes:
        said: the answer's text so far.
        step: what is being done while there is no text yet.
        answer: the whole answer, once it is there.
        failed: the turn broke off; `said` tells why.
        trouble: why, for programs.
        wait: whole seconds after which to try again; 0: not said.
        place: in line, 1 is next; 0: not waiting.
        number: of the turn in its conversation, from 1; 0: it is none, because it was turned away.
        picture: what the person sent, small, as a data address; empty: words only.
    """

    question: str
    said: str = ""
    step: str = ""
    answer: Answer | None = None
    failed: bool = False
    trouble: Trouble = ""
    wait: int = 0
    place: int = 0
    number: int = 0
    picture: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing more comes."""
        return self.failed or self.answer is not None

    @property
    def turned_away(self) -> bool:
        """Whether it was not answered at all; nothing of it is kept."""
        return self.trouble in ("busy", "too_fast", "crowded", "key_reused", "answered")


class GrowingTurn:
    """A turn that is being answered. Any number of people may watch it, each from the moment they come."""

    def __init__(self, first: Shown) -> None:
        """Begins with its question; nothing has been told of it yet."""
        self._first = first
        self._states: list[Shown] = []
        self._news = threading.Condition()
        self._watching = 0
        self._left_at = time.monotonic()

    def grow(self, shown: Shown) -> None:
        """Tells everybody who watches how far it has come."""
        with self._news:
            self._states.append(shown)
            self._news.notify_all()

    @property
    def latest(self) -> Shown:
        """How far it has come."""
        return self._states[-1] if self._states else self._first

    def is_wanted(self, grace: float) -> bool:
        """Whether somebody watches, or did so less than `grace` seconds ago: who reloads the page is back soon."""
        with self._news:
            return self._watching > 0 or time.monotonic() - self._left_at < grace

    def follow(self, *, late: bool = False) -> Iterator[Shown]:
        """Each state until the last one.

        Args:
            late: begin with the latest state instead of the first.
        """
        place = max(0, len(self._states) - 1) if late else 0
        self._count(1)
        try:
            while True:
                with self._news:
                    while len(self._states) <= place:
                        self._news.wait()
                shown = self._states[place]
                yield shown
                if shown.done:
                    return
                place += 1
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._news:
            self._watching += change
            self._left_at = time.monotonic()
