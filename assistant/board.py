"""A manager's board: pinned questions with the calls that answer them, kept in the shop folder, one file per manager.

Knows calls and files, no result: what a pin shows is computed anew each time.
"""

import json
import os
import re
import secrets
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from analytics.person import Person
from assistant.errors import BadCall, RecordsUnavailable
from assistant.messages import Answer, ToolCall

BOARDS = "boards"
MOST_PINS = 12  # more than one looks at in the morning


@dataclass(frozen=True)
class Pin:
    """One pinned answer.

    Attributes:
        question: as it was asked.
        calls: whose results the pin shows, with the arguments as they were said ("last week" moves on).
        pinned_at: UTC, ISO.
    """

    pin_id: str
    question: str
    calls: tuple[ToolCall, ...]
    pinned_at: str


def calls_to_pin(answer: Answer | None) -> tuple[ToolCall, ...]:
    """The calls of an answer that can be made again at any time: those that found something and changed nothing."""
    calls = answer.calls if answer is not None else ()
    return tuple(
        ToolCall(call.name, dict(call.arguments)) for call in calls if call.status == "ok" and call.result.write is None
    )


class Boards:
    """The boards of a shop. Safe between threads and processes."""

    def __init__(self, shop_folder: Path) -> None:
        """Notes where the boards lie; the folder is made with the first pin."""
        self._folder = shop_folder / BOARDS

    def pins(self, manager: str) -> tuple[Pin, ...]:
        """The manager's pins, the first one first.

        Raises:
            RecordsUnavailable: the file is damaged.
        """
        return _read(self._file(manager))

    def pin(self, manager: str, question: str, calls: Sequence[ToolCall]) -> Pin:
        """Puts an answer on the board; the same calls are pinned once.

        Raises:
            BadCall: there is nothing to pin, or the board is full.
            RecordsUnavailable: the file is damaged or cannot be written.
        """
        if not calls:
            raise BadCall("Expected an answer that a tool gave, but this one came without: there is nothing to pin.")
        with self._changing(manager) as pins:
            for each in pins:
                if each.calls == tuple(calls):
                    return each
            if len(pins) >= MOST_PINS:
                raise BadCall(f"The board holds {MOST_PINS} answers at most. Take one off, then pin this one.")
            now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
            pins.append(Pin(secrets.token_hex(6), question.strip(), tuple(calls), now))
            return pins[-1]

    def unpin(self, manager: str, pin_id: str) -> bool:
        """Takes a pin off; False where it was not there."""
        with self._changing(manager) as pins:
            kept = [each for each in pins if each.pin_id != pin_id]
            found = len(kept) < len(pins)
            pins[:] = kept
        return found

    def forget(self, person: Person) -> int:
        """Takes every pin about a customer off every board; returns how many."""
        counts = 0
        for file in sorted(self._folder.glob("*.json")):
            with _locked(file):
                pins = _read(file)
                kept = [each for each in pins if not _names(each, person)]
                counts += len(pins) - len(kept)
                if len(kept) < len(pins):
                    _write(file, kept)
        return counts

    @contextmanager
    def _changing(self, manager: str) -> Iterator[list[Pin]]:
        file = self._file(manager)
        file.parent.mkdir(parents=True, exist_ok=True)
        with _locked(file):
            pins = list(_read(file))
            yield pins
            _write(file, pins)

    def _file(self, manager: str) -> Path:
        plain = re.sub(r"[^a-z0-9]+", "-", manager.lower()).strip("-")[:40] or "manager"
        return self._folder / f"{plain}-{zlib.crc32(manager.encode()):08x}.json"


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with FileLock(file.with_suffix(".lock")):
        yield


def _read(file: Path) -> tuple[Pin, ...]:
    if not file.exists():
        return ()
    try:
        return tuple(_pin(each) for each in json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError) as broken:
        raise RecordsUnavailable(
            f"Expected the pinned answers in {file}, but the file cannot be read ({type(broken).__name__}). "
            "Take it away to start with an empty board; nothing else is lost."
        ) from broken


def _pin(kept: dict[str, Any]) -> Pin:
    calls = tuple(ToolCall(str(each["name"]), dict(each["arguments"])) for each in kept["calls"])
    return Pin(str(kept["pin_id"]), str(kept["question"]), calls, str(kept["pinned_at"]))


def _write(file: Path, pins: Sequence[Pin]) -> None:
    """Replaces the file in one step."""
    building = file.with_suffix(".building")
    try:
        building.write_text(json.dumps([asdict(each) for each in pins], indent=1, ensure_ascii=False), encoding="utf-8")
        os.replace(building, file)
    except OSError as broken:
        raise RecordsUnavailable(f"The board cannot be kept in {file}: {broken}. Nothing was changed.") from broken


def _names(pin: Pin, person: Person) -> bool:
    """Whether a pin names the person in its question, or in an argument."""
    said = [str(value) for call in pin.calls for value in call.arguments.values()]
    pattern = person.pattern()
    texts = (pin.question, *said)
    named = bool(pattern) and any(re.search(str(pattern), text, re.IGNORECASE) for text in texts)
    return named or any(call.arguments.get("customer") == person.customer_id for call in pin.calls)
