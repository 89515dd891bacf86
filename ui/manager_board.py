"""The manager's board: pinned answers as cards, computed anew from the shop's data. Knows pins and results, no tool."""

import html
import secrets
from datetime import datetime
from typing import Any

import gradio as gr

from assistant.board import Boards, Pin, calls_to_pin
from assistant.errors import AssistantError
from assistant.messages import ToolResult
from assistant.standing_results import StandingResults
from assistant.wording import day
from ui import texts
from ui.charts import figure
from ui.escaping import button, escaped
from ui.listening import CLICK_SCRIPT
from ui.manager_gate import Gate
from ui.tables import table_html
from ui.visitors import Visitors

_ROWS = 5


class ManagerBoard:
    """What happens on the board. A mark, "manager/anything", tells the page whose board to draw, and when anew."""

    def __init__(self, visitors: Visitors, gate: Gate, standing: StandingResults, boards: Boards) -> None:
        self._visitors = visitors
        self._gate = gate
        self._standing = standing
        self._boards = boards

    def show(self, request: gr.Request) -> Any:
        """A new mark: the board is drawn anew."""
        return self._mark(request) if self._gate.admits(request) else gr.skip()

    def press(self, key: str, request: gr.Request, event: gr.EventData) -> Any:
        """An answer is pinned, or a pin taken off."""
        action = str(event.action)
        if action not in ("pin", "unpin") or not self._gate.grants(request, action):
            return gr.skip()
        try:
            if action == "pin":
                self._pin(key, self._gate.name(request))
            else:
                self._boards.unpin(self._gate.name(request), str(event.value))
        except AssistantError as failure:
            gr.Warning(html.escape(str(failure)))
            return gr.skip()
        return self._mark(request)

    def cards(self, mark: str) -> list[tuple[Pin, list[ToolResult]]]:
        """The pins of the board that the mark names, with what their calls give now.

        Raises:
            AssistantError: the board cannot be read.
        """
        manager = mark.rpartition("/")[0]
        pins = self._boards.pins(manager) if manager else ()
        return [(pin, [self._standing.of(call, manager) for call in pin.calls]) for pin in pins]

    def draw(self, mark: str, request: gr.Request) -> list[gr.HTML]:
        """Makes the board's components; returns those whose buttons are listened to."""
        if not self._gate.admits(request):
            return []
        try:
            cards = self.cards(mark)
        except AssistantError as failure:
            gr.HTML(f'<p class="ra-failed" role="alert">{escaped(failure)}</p>', apply_default_css=False)
            return []
        if not cards:
            gr.HTML(f'<p class="ra-empty">{escaped(texts.BOARD_EMPTY)}</p>', apply_default_css=False)
            return []
        as_of = day(self._visitors.shop.as_of)
        with gr.Row(elem_classes="ra-board"):
            return [draw_card(pin, results, as_of) for pin, results in cards]

    def _pin(self, key: str, manager: str) -> None:
        visitor = self._visitors.find(key)
        shown = visitor.shown[-1] if visitor is not None and visitor.shown else None
        calls = calls_to_pin(shown.answer if shown else None)
        if shown is None or not calls:
            gr.Warning(texts.NO_PIN)
            return
        self._boards.pin(manager, shown.question, calls)
        gr.Info(texts.PINNED)

    def _mark(self, request: gr.Request) -> str:
        return f"{self._gate.name(request)}/{secrets.token_hex(4)}"


def pin_button() -> str:
    """Pins the answer that stands above it."""
    return f'<div class="ra-chips">{button(texts.PIN, "pin", "")}</div>'


def card_head(pin: Pin, results: list[ToolResult], as_of: str) -> str:
    """A card's question, what the tools say to it now, and from when that is."""
    said = "".join(
        f'<p class="{"ra-said" if each.status == "ok" else "ra-failed"}">{escaped(each.headline)}</p>'
        for each in results
    )
    pinned = texts.BOARD_PINNED.format(day=day(datetime.fromisoformat(pin.pinned_at).date()))
    when = f"{texts.BOARD_AS_OF.format(day=as_of)} · {pinned}"
    under = f'<p class="ra-small">{escaped(when)}</p>'
    return f'<article class="ra-pin"><h3>{escaped(pin.question)}</h3>{said}{under}</article>'


def card_foot(pin: Pin, results: list[ToolResult]) -> str:
    """The first rows where there is no chart, and the card's two buttons."""
    tables = "".join(table_html(each.table, _ROWS) for each in results if each.table is not None and not drawable(each))
    show = button(texts.SHOW, "ask", pin.question, says=texts.SHOW_LABEL.format(question=pin.question))
    off = button(texts.UNPIN, "unpin", pin.pin_id, says=texts.UNPIN_LABEL.format(question=pin.question))
    return f'{tables}<div class="ra-chips">{show}{off}</div>'


def drawable(result: ToolResult) -> bool:
    """Whether the result has a chart with anything in it."""
    return result.chart is not None and any(series.x for series in result.chart.series)


def draw_card(pin: Pin, results: list[ToolResult], as_of: str) -> gr.HTML:
    """Makes a card's components; returns the one whose buttons are listened to."""
    with gr.Column(min_width=300, elem_classes="ra-pin-card"):
        gr.HTML(card_head(pin, results, as_of), apply_default_css=False)
        for each in results:
            if each.chart is not None and drawable(each):
                title = texts.CHART_LABEL.format(what=each.chart.title)
                gr.Plot(figure(each.chart, small=True), label=title, show_label=False)
        return gr.HTML(card_foot(pin, results), js_on_load=CLICK_SCRIPT, apply_default_css=False)
