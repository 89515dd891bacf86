"""Results of calls that stand until the shop's data change: what a board and a briefing show without computing twice.

Answers are repeatable, so a result holds as long as history and models are the same. Knows no particular tool.
"""

import json
import threading
from collections import OrderedDict

from assistant.messages import ToolCall, ToolResult
from assistant.records import Session
from assistant.shop import Shop
from assistant.toolbox import Context

_KEPT = 200
_NOT_SAID_AGAIN = frozenset({"ok"})  # a failure is tried anew


class StandingResults:
    """Runs calls for the staff, one at a time, and remembers what they gave. Safe between threads."""

    def __init__(self, shop: Shop) -> None:
        """Nothing is computed yet."""
        self._shop = shop
        self._kept: OrderedDict[tuple[object, ...], ToolResult] = OrderedDict()
        self._one = threading.Lock()

    def of(self, call: ToolCall, manager: str) -> ToolResult:
        """What the call gives on the shop's data of this moment; computing it leaves a line in the audit trail.

        Args:
            call: with the arguments as they were said.
            manager: whose desk asks; named in the audit trail.
        """
        with self._one:  # one at a time: a board of twelve must not keep a customer waiting
            self._shop.renew()
            key = (*self._shop.state(), call.name, json.dumps(call.arguments, sort_keys=True, default=str))
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            result = self._run(call, manager)
            if result.status in _NOT_SAID_AGAIN:
                self._kept[key] = result
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return result

    def _run(self, call: ToolCall, manager: str) -> ToolResult:
        """Runs the call; a tool that would change something is not run from a board."""
        tool = self._shop.toolbox.tools.get(call.name)
        if tool is not None and tool.writes:
            return ToolResult(f"{call.name} changes something and is not run from a board.", status="refused")
        session = Session(f"desk:{manager}"[:128], "manager")
        checked, result = self._shop.toolbox.run(call, Context(self._shop, session))
        self._shop.records.audit(session, call.name, checked.arguments, result.status)
        return result
