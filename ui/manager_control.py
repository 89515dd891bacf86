"""Behind the figures: how good each model is, and the audit trail. Knows the scorecards' table and the records."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.messages import Cell, Table, ToolCall, ToolResult
from assistant.records import AuditEntry
from assistant.shop import Shop
from assistant.wording import number
from ui import texts
from ui.escaping import escaped
from ui.manager_gate import Gate
from ui.tables import csv_link, table_html

_SCORES = ToolCall("model_scorecard", {})
DENIED = "denied"
_LINES = 200
_LONGEST = 160  # characters of a call's arguments


class Control:
    """What happens in the part "models and audit". Every method checks again who asks."""

    def __init__(self, shop: Shop, gate: Gate) -> None:
        self._shop = shop
        self._gate = gate

    def scores(self, request: gr.Request) -> Any:
        """How good each model is, the one that serves and those that competed."""
        if not self._gate.admits(request):
            return gr.skip()
        return scores_html(self._shop.standing.of(_SCORES, self._gate.name(request)))

    def trail(self, which: str, customer: str, request: gr.Request) -> Any:
        """The newest lines of the audit trail."""
        if not self._gate.grants(request, "audit"):
            return gr.skip()
        customer_id = (customer or "").strip() or None
        denied = which == DENIED
        try:
            lines = self._shop.records.audit_trail(customer_id=customer_id, newest=_LINES, denied=denied)
        except AssistantError as failure:
            return f'<p class="ra-failed" role="alert">{escaped(failure)}</p>'
        return trail_html(lines)


def scores_html(result: ToolResult) -> str:
    """The scorecards: a line for what each model predicts, unfolding to all methods that were judged."""
    head = f'<h2 class="ra-part">{texts.MODELS_TITLE}</h2>'
    if result.table is None or not result.table.rows:
        return f'{head}<p class="ra-empty">{escaped(result.headline or texts.MODELS_NONE)}</p>'
    columns = result.table.columns
    place = {name: at for at, name in enumerate(columns)}
    groups = groupby(result.table.rows, key=lambda row: (row[place["model"]], row[place["what it predicts"]]))
    cards = "".join(_card(place, list(rows)) for _, rows in groups)
    notes = "".join(f"<li>{escaped(note)}</li>" for note in (*filter(None, [result.method]), *result.notes))
    return f'{head}<div class="ra-scores">{cards}</div><ul class="ra-small">{notes}</ul>'


def trail_html(lines: Sequence[AuditEntry]) -> str:
    """The lines, newest first, and all of them as CSV."""
    if not lines:
        return f'<p class="ra-empty">{escaped(texts.AUDIT_NONE)}</p>'
    table = Table(texts.AUDIT_COLUMNS, tuple(_row(each) for each in reversed(lines)))
    return table_html(table, _LINES) + csv_link(table, "audit")


def _card(place: dict[str, int], rows: list[tuple[Cell, ...]]) -> str:
    serving = next((row for row in rows if row[place["serves"]]), rows[0])
    ability = str(serving[place["what it predicts"]])
    score = serving[place["score"]]
    said = texts.MODEL_SCORE.format(
        measure=serving[place["measure"]], score=number(score, 3) if isinstance(score, int | float) else score
    )
    shown = ("method", "measure", "score", "other scores", "serves", "judged on")
    table = Table(shown, tuple(tuple(_exact(name, row[place[name]]) for name in shown) for row in rows))
    title = f"{ability[:1].upper()}{ability[1:]}"
    return (
        f'<details class="ra-score"><summary><span class="ra-score-what">{escaped(title)}</span>'
        f'<span class="ra-score-how">{escaped(serving[place["method"]])}</span><b>{escaped(said)}</b></summary>'
        f"{table_html(table, len(rows))}</details>"
    )


def _exact(column: str, cell: Cell) -> Cell:
    """A score with the three decimals in which methods differ."""
    return number(cell, 3) if column == "score" and isinstance(cell, int | float) else cell


def _row(entry: AuditEntry) -> tuple[Cell, ...]:
    arguments = json.dumps(entry.arguments, ensure_ascii=False, default=str) if entry.arguments else ""
    short = arguments if len(arguments) <= _LONGEST else f"{arguments[: _LONGEST - 1]}…"
    time = entry.at.isoformat(sep=" ", timespec="seconds")
    status = texts.STATUS.get(entry.status, entry.status)
    return time, entry.role, entry.customer_id, entry.session_id[:12], entry.tool, short, status
