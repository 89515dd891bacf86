"""The morning briefing: what changed, what is coming, what runs out, who is leaving, what to price.

Every figure comes from a real tool. Knows which calls a manager would make first thing, not how they are computed nor
how the briefing looks.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.messages import Fact, ToolCall, ToolResult

Topic = Literal["sales", "trends", "coming", "stock", "leaving", "prices"]


@dataclass(frozen=True)
class Line:
    """One line of the briefing.

    Attributes:
        question: what a manager would ask to see all of it.
        call: that question's call.
        result: what the call gave, whole.
        figure: the one figure to look at; None where the tool gave none, or could not answer.
        more: further figures, by the name of their fact.
    """

    topic: Topic
    question: str
    call: ToolCall
    result: ToolResult
    figure: Fact | None
    more: dict[str, Fact]

    @property
    def missing(self) -> bool:
        """Whether the shop cannot have this line; the result's headline says why."""
        return self.result.status != "ok"


@dataclass(frozen=True)
class _Asked:
    """A line before it is computed: the figure is the fact of this name, or the first one where no name is given."""

    topic: Topic
    question: str
    call: ToolCall
    figure: str = ""


# Each topic's first question that the shop can answer stands.
_ASKED: tuple[tuple[_Asked, ...], ...] = (
    (
        _Asked(
            "sales",
            "How much revenue did we make last week compared with the week before?",
            ToolCall("sales_report", {"metric": "revenue", "period": "last week", "compare_to": "the week before"}),
        ),
    ),
    (
        _Asked(
            "trends",
            "What is rising and what is falling?",
            ToolCall("sales_trends", {}),
            "change against the period before",
        ),
    ),
    (
        _Asked(
            "coming",
            "What will we sell in the next four weeks?",
            ToolCall("forecast_sales", {"horizon": "next four weeks"}),
        ),
    ),
    (_Asked("stock", "Which products are running low?", ToolCall("list_low_stock", {}), "running low"),),
    (
        _Asked(
            "leaving",
            "Which 10 customers are we about to lose?",
            ToolCall("list_churn_risks", {"limit": 10}),
            "value at risk of those listed",
        ),
    ),
    (
        _Asked(
            "prices",
            "How do our prices compare with the competitors'?",
            ToolCall("compare_prices", {}),
            "products dearer here than at the cheapest competitor",
        ),
        _Asked(
            "prices",
            "Design an offer to clear old stock",
            ToolCall("plan_promotion", {"goal": "clear old stock"}),
        ),
    ),
)
TOPICS: tuple[Topic, ...] = tuple(asked[0].topic for asked in _ASKED)


def briefing(run: Callable[[ToolCall], ToolResult]) -> Iterator[Line]:
    """The lines, each as soon as it is computed.

    Args:
        run: makes a call on the shop; a call that fails gives a result that says so.
    """
    for choices in _ASKED:
        lines = (_line(asked, run(asked.call)) for asked in choices)
        first = next(lines)
        yield next((each for each in lines if not each.missing), first) if first.missing else first


def _line(asked: _Asked, result: ToolResult) -> Line:
    facts = {fact.name: fact for fact in result.facts}
    found = facts.get(asked.figure) if asked.figure else next(iter(result.facts), None)
    figure = found if result.status == "ok" else None
    more = {name: fact for name, fact in facts.items() if fact is not figure}
    return Line(asked.topic, asked.question, asked.call, result, figure, more)
