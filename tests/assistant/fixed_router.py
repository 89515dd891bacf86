"""A router that ranks what a test tells it to, so that tests of what comes after it do not hang on its weights."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from assistant.language.router import NONE, Ranking


class FixedRouter:
    """Gives each message the tool of a table, sure of it, or none; only tools that are permitted."""

    def __init__(self, tools: Mapping[str, str]) -> None:
        self.tools = dict(tools)

    def rank(self, message: str, role: str, permitted: Sequence[str], *_: Any, **__: Any) -> Ranking:
        name = self.tools.get(message, NONE)
        if name not in permitted:
            name = NONE
        others = [(other, 0.01) for other in (*permitted, NONE) if other != name][:4]
        return Ranking(((name, 0.9), *others), True)

    def read(self, *_: Any) -> SimpleNamespace:
        """One wish in each message."""
        return SimpleNamespace(wishes={})
