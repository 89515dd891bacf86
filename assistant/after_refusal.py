"""A bare yes or no after a change that could not be prepared: nothing waits for it. Knows words and statuses only."""

from collections.abc import Mapping

from assistant import talk
from assistant.messages import ToolCall, ToolResult
from assistant.toolbox import Tool

NOTHING_WAITS = "There is nothing for you to confirm: as I said, I can't do that as it stands."


def after_refusal(text: str, before: ToolCall | None, tools: Mapping[str, Tool], last: ToolResult) -> str:
    """What to say to a message that answers a proposal which was never made; "" for any other message.

    Args:
        text: the message.
        before: the last call, where its turn made no other.
        tools: every tool by name.
        last: the result of the last call.
    """
    tool = tools.get(before.name) if before is not None else None
    if tool is None or not tool.writes or last.status not in ("refused", "error"):
        return ""
    if talk.is_no(text):
        return talk.DROPPED
    return NOTHING_WAITS if talk.is_yes(text, tool.name) else ""
