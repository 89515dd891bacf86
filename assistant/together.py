"""Goes on with every call of the turn before: "this month" after the sales of two products is meant for both.

Knows calls by their arguments, no tool.
"""

from collections.abc import Sequence

from assistant.messages import ToolCall

_POINTED = ("product", "customer", "store", "category", "country")  # what several calls may be about


def for_each(calls: Sequence[ToolCall], read: ToolCall, message: str) -> list[ToolCall]:
    """The call that was read, made for each thing that the calls before were about; itself alone otherwise.

    Args:
        calls: of the turn before, in order.
        read: what the message says, read as going on from the last of them.
        message: what was said: a thing named in it is meant alone.
    """
    if len(calls) < 2 or len({call.name for call in calls}) > 1:
        return [read]
    last = calls[-1].arguments
    names = [name for name in _POINTED if len({str(call.arguments.get(name)) for call in calls}) == len(calls)]
    if len(names) != 1 or names[0] not in read.arguments:
        return [read]
    name = names[0]
    if read.arguments[name] != last.get(name) or str(last.get(name)) in message:
        return [read]
    if read.name != calls[-1].name:  # another question about the same things
        return [ToolCall(read.name, read.arguments | {name: call.arguments[name]}) for call in calls]
    changed = {key: value for key, value in read.arguments.items() if last.get(key) != value}
    kept = read.arguments.keys()
    return [
        ToolCall(read.name, {key: value for key, value in call.arguments.items() if key in kept} | changed)
        for call in calls
    ]
