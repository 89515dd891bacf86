"""How long a turn took and what it cost in tokens. Knows no model."""

import time
from dataclasses import dataclass, field

from assistant.language.chat import Usage


@dataclass
class Timing:
    """Seconds and tokens of one turn."""

    started: float = field(default_factory=time.monotonic)
    first: float | None = None
    usages: list[Usage] = field(default_factory=list)

    def usage(self) -> Usage:
        """A new record for one prompt."""
        self.usages.append(Usage())
        return self.usages[-1]
