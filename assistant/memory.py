"""What the last turns of a conversation said, called and showed. Knows no shop and no model."""

import re
from collections.abc import Sequence
from typing import Any

from assistant import references
from assistant.language.prompts import Said
from assistant.messages import ProductCard, ToolCall
from assistant.told_times import as_part

_NUMBERED = re.compile(r"\(([A-Z]{0,3}\d{2,})\)")  # "Jasmine Rushworth (C10301)"
_SPOKEN_OF = ("product", "customer", "order_id")
_SUPPOSED = ("price_change", "promotion")
REMEMBERED = 6  # turns kept for the context of the next one


class Memory:
    """The context of the next message.

    Attributes:
        said: the last messages with the last call that each led to, oldest first.
        shown: what was shown, for words such as "the cheaper one".
        alone: the last call of the conversation, where its turn made no other.
        together: the calls of the last turn that made any.
    """

    def __init__(self) -> None:
        """Remembers nothing yet."""
        self.said: list[Said] = []
        self.shown = references.Context()
        self.alone: ToolCall | None = None
        self.together: tuple[ToolCall, ...] = ()

    @classmethod
    def of(cls, turns: Sequence[tuple[str, dict[str, Any]]]) -> "Memory":
        """What recorded turns said: (message, recorded answer), oldest first."""
        memory = cls()
        for question, answer in turns[-REMEMBERED:]:
            calls = [ToolCall(each["name"], each["arguments"]) for each in answer.get("calls", ())]
            cards = (
                ProductCard(each["product_id"], each["title"], each["price"]) for each in answer.get("products", ())
            )
            memory.remember(question, calls, tuple(cards), str(answer.get("answer", "")))
        return memory

    def remember(
        self, text: str, calls: Sequence[ToolCall], shown: tuple[ProductCard, ...] = (), answer: str = ""
    ) -> None:
        """Notes a message, its calls, the products shown and the customers that the answer names by their numbers."""
        self.said = [*self.said, Said(text, calls[-1] if calls else None)][-REMEMBERED:]
        if calls:
            self.alone = calls[0] if len(calls) == 1 else None
            self.together = tuple(calls)
        last = calls[-1].arguments if calls else {}
        given = {name: value for call in calls for name, value in call.arguments.items()}  # later ones win
        ahead = [call.arguments[name] for call in calls for name in ("date", "horizon") if call.arguments.get(name)]
        period, to_come = given.get("period"), ahead[-1] if ahead else None
        before = self.shown
        people = tuple(dict.fromkeys(_NUMBERED.findall(answer))) if calls else ()
        self.shown = references.Context(
            shown=shown or self.shown.shown,
            people=people or (() if shown else self.shown.people),
            subject=last.get("product") or (shown[0].product_id if shown else self.shown.subject),
            period=period or before.period,
            ahead=to_come or before.ahead,
            period_part=as_part(text, period, before.period, before.period_part) if period else before.period_part,
            ahead_part=as_part(text, to_come, before.ahead, before.ahead_part) if to_come else before.ahead_part,
            supposed={name: given[name] for name in _SUPPOSED if name in given} if calls else self.shown.supposed,
            spoken_of={**self.shown.spoken_of, **{name: given[name] for name in _SPOKEN_OF if given.get(name)}},
        )

    def earlier(self) -> tuple[str, ToolCall | None]:
        """The message before, and the last call of the conversation."""
        calls = [said.call for said in self.said if said.call is not None]
        return self.said[-1].text if self.said else "", calls[-1] if calls else None
