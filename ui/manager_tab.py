"""The manager's tab: question, answer, chart, table, and how it was computed. Knows visitors and HTML, no tool."""

import secrets
from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.messages import Answer
from ui import texts
from ui.access import PASSWORD_VARIABLE, Access
from ui.answers import beneath, chips, computed_html, notes_html, question_html, quotes_html, said_html, suggestions
from ui.cards import product_cards
from ui.charts import figure
from ui.escaping import escaped
from ui.listening import CLICK_SCRIPT
from ui.login_page import SIGN_IN
from ui.tables import csv_link, grid, table_html, widths
from ui.visitors import Shown, Visitors

# What a handler yields: the visitor's key, the answer, what lies beneath, earlier turns, the box, the turn's mark:
# a text that is new for each finished turn and empty until then, so that charts and tables are drawn once.
View = tuple[Any, Any, Any, Any, Any, Any]


class ManagerDesk:
    """What happens on the manager's tab. Every method checks again that this visitor may see the desk."""

    def __init__(self, visitors: Visitors, access: Access) -> None:
        self._visitors = visitors
        self._access = access
        self._currency = visitors.shop.currency

    def arrive(self, request: gr.Request) -> tuple[Any, ...]:
        """Shows the desk, the password or that it is closed."""
        state = self._access.desk(request)
        return tuple(gr.update(visible=state == each) for each in ("open", "locked", "closed"))

    def ask(self, question: str, key: str, request: gr.Request) -> Iterator[View]:
        """The answer to a question, as it grows; at last the turn itself, from which charts and tables are drawn."""
        question = (question or "").strip()
        if not question:
            yield _unchanged()
            return
        if not self._access.admits_manager(request, "ask"):
            gr.Warning(texts.LOCKED)
            yield _unchanged()
            return
        try:
            key, visitor = self._visitors.admit(key, "manager", self._access.who(request).name)
        except AssistantError as failure:
            failed = self._answer(Shown(question, str(failure), failed=True))
            yield "", failed, "", gr.skip(), gr.skip(), ""
            return
        earlier: Any = earlier_html(visitor.shown)
        typed: Any = ""
        for shown in visitor.ask(question):
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
        visitor = self._visitors.find(key) if mark and self._access.desk(request) == "open" else None
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
        return f"{cards}{notes_html(answer)}{computed_html(answer)}{beneath(answer)}{suggestions(answer)}"


def empty_desk() -> str:
    """The desk before the first question."""
    examples = chips(texts.DESK_EXAMPLES, limit=len(texts.DESK_EXAMPLES))
    return f'<div class="ra-welcome"><p>{escaped(texts.DESK_EMPTY)}</p>{examples}</div>'


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


def build_manager_tab(blocks: gr.Blocks, visitors: Visitors, access: Access) -> None:
    """Lays out the tab inside the Blocks that are being built; nothing shows before the page knows who it is."""
    desk = ManagerDesk(visitors, access)
    key = gr.State("")
    with gr.Column(visible=False) as closed:
        why = texts.CLOSED.format(variable=PASSWORD_VARIABLE)
        gr.HTML(f'<p class="ra-closed" role="status">{escaped(why)}</p>', apply_default_css=False)
    with gr.Column(visible=False) as lock:
        door = f'<p class="ra-closed">{escaped(texts.LOCKED)} <a href="{SIGN_IN}">{escaped(texts.SIGN_IN_LINK)}</a></p>'
        gr.HTML(door, apply_default_css=False)
    with gr.Column(visible=False) as opened:
        _lay_out_desk(desk, key)
    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    blocks.load(desk.arrive, None, [opened, lock, closed], **quick)


def _lay_out_desk(desk: ManagerDesk, key: gr.State) -> None:
    with gr.Row(elem_classes="ra-ask"):
        box = gr.Textbox(label=texts.QUESTION_LABEL, placeholder=texts.QUESTION_HINT, max_lines=1, scale=5)
        send = gr.Button(texts.ASK, variant="primary", scale=1, min_width=90)
    answer_html = gr.HTML(empty_desk(), js_on_load=CLICK_SCRIPT, apply_default_css=False, elem_id="ra-desk")
    mark = gr.State("")
    gr.render(inputs=[key, mark], triggers=[mark.change], show_progress="hidden")(desk.draw)
    under = gr.HTML("", js_on_load=CLICK_SCRIPT, apply_default_css=False)
    earlier = gr.HTML("", apply_default_css=False)
    again = gr.Button(texts.NEW_CONVERSATION, size="sm", elem_classes="ra-again")
    view = [key, answer_html, under, earlier, box, mark]
    answering: dict[str, Any] = {
        "outputs": view,
        "show_progress": "hidden",
        "concurrency_limit": 2,
        "concurrency_id": "manager",
        "api_visibility": "private",
    }
    gr.on([box.submit, send.click], desk.ask, [box, key], **answering)
    for part in (answer_html, under):
        part.click(desk.press, [key], **answering)
    again.click(desk.start_over, None, view, show_progress="hidden", api_visibility="private")


def _small_tables(answer: Answer | None) -> str:
    calls = answer.calls if answer else ()
    return "".join(table_html(call.result.table, 5) for call in calls if call.result.table is not None)


def _unchanged() -> View:
    return gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip(), gr.skip()
