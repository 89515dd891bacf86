"""The manager's question: answer, chart, table, and how it was computed. Knows visitors and HTML, no tool."""

import secrets
from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.board import calls_to_pin
from assistant.errors import AssistantError
from assistant.messages import Answer
from ui import texts
from ui.answers import chips, explained_html, notes_html, notes_of, question_html, quotes_html, said_html, suggestions
from ui.cards import product_cards
from ui.charts import figure
from ui.escaping import escaped
from ui.manager_board import pin_button
from ui.manager_gate import Gate
from ui.tables import csv_link, grid, table_html, widths
from ui.visitors import Shown, Visitors

# What a handler yields: the visitor's key, the answer, what lies beneath, earlier turns, the box, the turn's mark:
# a text that is new for each finished turn and empty until then, so that charts and tables are drawn once.
_NOTES_SHOWN = 2
View = tuple[Any, Any, Any, Any, Any, Any]


class Questions:
    """What happens around the manager's question. Every method checks again that this visitor may see the desk."""

    def __init__(self, visitors: Visitors, gate: Gate) -> None:
        self._visitors = visitors
        self._gate = gate
        self._currency = visitors.shop.currency

    def ask(self, question: str, key: str, request: gr.Request) -> Iterator[View]:
        """The answer to a question, as it grows; at last the turn itself, from which charts and tables are drawn."""
        question = (question or "").strip()
        if not question:
            yield _unchanged()
            return
        if not self._gate.grants(request, "ask"):
            gr.Warning(texts.LOCKED)
            yield _unchanged()
            return
        try:
            key, visitor = self._visitors.admit(key, "manager", self._gate.login(request))
        except AssistantError as failure:
            failed = self._answer(Shown(question, str(failure), failed=True))
            yield "", failed, "", gr.skip(), gr.skip(), ""
            return
        earlier: Any = earlier_html(visitor.shown)
        typed: Any = ""
        for shown in visitor.ask(question, self._gate.access.address(request)):
            if shown.failed and shown.said == texts.BUSY:
                gr.Info(texts.BUSY)
                yield _unchanged()
                return
            under = self._beneath(shown.answer) if shown.answer else ""
            finished = f"{key}/{secrets.token_hex(4)}" if shown.done else ""
            yield key, self._answer(shown), under, earlier, typed, finished
            earlier = typed = gr.skip()  # only once: what is typed meanwhile stays in the box

    def press(self, key: str, request: gr.Request, event: gr.EventData) -> Iterator[View]:
        """A suggested question was pressed."""
        if str(event.action) == "ask":
            yield from self.ask(str(event.value), key, request)
        else:
            yield _unchanged()

    def draw(self, key: str, mark: str, request: gr.Request) -> None:
        """Charts and tables of the finished turn, as components of the page that is being rendered."""
        visitor = self._visitors.find(key) if mark and self._gate.admits(request) else None
        if visitor is not None and visitor.shown and visitor.shown[-1].answer is not None:
            draw(visitor.shown[-1].answer)

    def start_over(self) -> View:
        """An empty desk."""
        return "", empty_desk(), "", "", "", ""

    def _answer(self, shown: Shown) -> str:
        quotes = "".join(quotes_html(call.result) for call in shown.answer.calls) if shown.answer else ""
        return f'<article class="ra-desk-answer">{question_html(shown)}{said_html(shown)}{quotes}</article>'

    def _beneath(self, answer: Answer) -> str:
        wordy = any(call.result.table is not None for call in answer.calls)
        cards = "" if wordy else product_cards(answer.products, self._currency, may_buy=False)
        notes = notes_of(answer)
        shown, rest = notes_html(notes[:_NOTES_SHOWN]), notes[_NOTES_SHOWN:]
        pin = pin_button() if calls_to_pin(answer) else ""
        return f"{cards}{pin}{shown}{explained_html(answer, rest)}{suggestions(answer)}"


def empty_desk() -> str:
    """The desk before the first question."""
    examples = chips(texts.DESK_EXAMPLES, limit=len(texts.DESK_EXAMPLES))
    more = "".join(f"<h4>{escaped(subject)}</h4>{chips(questions)}" for subject, questions in texts.DESK_MORE_EXAMPLES)
    fold = f'<details class="ra-fold"><summary>{texts.MORE_EXAMPLES}</summary>{more}</details>'
    return f'<div class="ra-welcome"><p>{escaped(texts.DESK_EMPTY)}</p>{examples}{fold}</div>'


def earlier_html(shown: list[Shown]) -> str:
    """Earlier questions with their answers and tables, unfolding, the newest first."""
    if not shown:
        return ""
    turns = "".join(
        f'<div class="ra-earlier">{question_html(each)}{said_html(each)}{_small_tables(each.answer)}</div>'
        for each in reversed(shown)
    )
    return f'<details class="ra-fold"><summary>{texts.EARLIER}</summary>{turns}</details>'


def draw(answer: Answer) -> None:
    """Makes the components for the charts and tables of an answer."""
    for call in answer.calls:
        chart, table = call.result.chart, call.result.table
        what = call.name.replace("_", " ")
        if chart is not None and any(series.x for series in chart.series):
            gr.Plot(figure(chart), label=texts.CHART_LABEL.format(what=chart.title), show_label=False)
        if table is not None and table.rows:
            label = texts.TABLE_LABEL.format(what=what)
            gr.Dataframe(
                grid(table),
                label=label,
                interactive=False,
                column_widths=widths(table),
                max_height=440,
                wrap=True,
                buttons=["fullscreen"],
            )
            gr.HTML(csv_link(table, call.name), apply_default_css=False)


def _small_tables(answer: Answer | None) -> str:
    calls = answer.calls if answer else ()
    return "".join(table_html(call.result.table, 5) for call in calls if call.result.table is not None)


def _unchanged() -> View:
    return gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip()
