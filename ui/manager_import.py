"""The part "import": a file, what its columns are, a try, the import itself, and fitting the models to the new history.

Knows the steps and who may take them, not how a file is read. Work goes on when the page is closed.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import gradio as gr

from assistant.errors import AssistantError
from assistant.long_work import LongWork, Told, fit_beside
from assistant.messages import Table
from assistant.own_import import (
    DAY_TIME,
    TABLES,
    ColumnMap,
    Field,
    Outcome,
    fields_of,
    import_file,
    look_into,
    suggestion,
    try_import,
    why_not_here,
)
from assistant.shop import Shop
from ui import texts
from ui.escaping import escaped
from ui.import_views import failed_html, map_link, outcome_html, preview_html, progress_html
from ui.manager_gate import Gate
from ui.uploads import Uploads

# What work shows: the report, and the buttons that import and that fit.
View = tuple[Any, Any, Any]
_EVERY = 0.5  # seconds between two looks at work
_FIRST_FIELDS = {"sales": (DAY_TIME, "title", "category", "customer_id", "store_id", "country")}


@dataclass(frozen=True)
class Chosen:
    """A file that is being mapped, by the key of its upload; table: what it seems to hold; columns: of the file."""

    key: str = ""
    name: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()


class Importing:
    """What happens in the part "import". Every method checks again who asks."""

    def __init__(self, shop: Shop, gate: Gate, uploads: Uploads, work: LongWork) -> None:
        self._shop = shop
        self._gate = gate
        self._uploads = uploads
        self._work = work

    def choose(self, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        """A file has come: its first rows, and what it seems to hold.

        Returns:
            The chosen file, its preview, the table's name, an empty report, and that nothing is ready.
        """
        upload = self._uploads.find(str(event.value)) if str(event.action) == "uploaded" else None
        if upload is None or not self._gate.admits(request):
            return (gr.skip(),) * 5
        try:
            seen = look_into(upload.file)
        except AssistantError as failure:
            return Chosen(), failed_html(str(failure)), gr.update(visible=False), "", None
        table, _ = suggestion(seen.columns)
        shown = preview_html(upload.name, seen.count, seen.malformed, Table(seen.columns, seen.rows))
        chosen = Chosen(str(event.value), upload.name, table, seen.columns)
        return chosen, shown, gr.update(visible=True, value=table), "", None

    def attempt(
        self, chosen: Chosen, table: str, names: list[str], columns: list[str], dates: str, decimal: str, request: Any
    ) -> tuple[str, ColumnMap | None, Any]:
        """Tries the import on a copy.

        Returns:
            The account, the mapping that may be imported now, and whether the button for it shows.
        """
        upload = self._uploads.find(chosen.key)
        if upload is None or not self._gate.grants(request, "try import"):
            return failed_html(texts.UPLOAD_GONE), None, gr.update(visible=False)
        found = {name: column for name, column in zip(names, columns, strict=True) if column}
        mapping = ColumnMap(PurePath(upload.name).stem, table, found, dates or "", decimal or ".")
        try:
            outcome = try_import(self._shop.folder, upload.file, mapping)
        except AssistantError as failure:
            return failed_html(str(failure)), None, gr.update(visible=False)
        refused = why_not_here(self._shop.folder)
        more = f'<p class="ra-mark ra-warn">{escaped(refused)}</p>' if refused else ""
        ready = not refused and outcome.account.rows_kept > 0
        label = texts.IMPORT_ROWS.format(count=f"{outcome.account.rows_kept:,}")
        said = outcome_html(outcome, tried=True) + more + map_link(mapping)
        return said, mapping if ready else None, gr.update(visible=ready, value=label)

    def bring_in(self, chosen: Chosen, mapping: ColumnMap | None, request: gr.Request) -> Iterator[View]:
        """Imports, showing how far it is; at last the account, and the button that fits the models."""
        upload = self._uploads.find(chosen.key)
        if upload is None or mapping is None or not self._gate.grants(request, "import"):
            yield failed_html(texts.UPLOAD_GONE), gr.skip(), gr.skip()
            return

        def work(told: Told) -> Outcome:
            return import_file(self._shop, upload.file, mapping, told)

        yield from self._at_work(texts.IMPORTING.format(name=upload.name), work)

    def fit(self, request: gr.Request) -> Iterator[View]:
        """Fits the models in a process of their own, showing how far it is."""
        if not self._gate.grants(request, "fit"):
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield from self._at_work(texts.FITTING, lambda told: fit_beside(self._shop.folder, told))

    def resume(self, request: gr.Request) -> Iterator[View]:
        """Whoever opens the part while work goes on sees it."""
        now = self._work.now
        if now is None or now.ended or not self._gate.admits(request):
            yield gr.skip(), gr.skip(), gr.skip()
            return
        yield from self._watched()

    def _at_work(self, name: str, work: Any) -> Iterator[View]:
        try:
            self._work.start(name, work)
        except AssistantError as failure:
            yield failed_html(str(failure)), gr.skip(), gr.skip()
            return
        yield from self._watched()

    def _watched(self) -> Iterator[View]:
        """The report as the work goes on; whether "import" and "fit" can be pressed."""
        off, on = gr.update(visible=False), gr.update(visible=True)
        while (now := self._work.now) is not None and not now.ended:
            yield progress_html(now), off, off
            time.sleep(_EVERY)
        if now is None or now.failure:
            yield progress_html(now) if now else "", off, off
        elif isinstance(now.result, Outcome):
            yield outcome_html(now.result, tried=False) + f"<p>{escaped(texts.FIT_WHY)}</p>", off, on
        else:
            self._shop.renew()
            missing = "".join(f"<li>{escaped(line)}</li>" for line in now.result)
            listed = f'<ul class="ra-small">{missing}</ul>' if missing else ""
            yield f'<p class="ra-said" role="status">{escaped(texts.FITTED)}</p>{listed}', off, off


def build_import(importing: Importing, chooser: gr.HTML, tab: gr.Tab) -> None:
    """Lays out the steps below the button that chooses a file."""
    chosen, mapping = gr.State(Chosen()), gr.State(None)
    first_rows = gr.HTML("", apply_default_css=False)
    tables = [(texts.TABLES.get(name, name.replace("_", " ").capitalize()), name) for name in TABLES]
    table = gr.Dropdown(tables, value="sales", label=texts.WHAT_IS_IT, visible=False, interactive=True)
    steps = gr.Column()
    report = gr.HTML("", apply_default_css=False, elem_id="ra-import-report")
    go = gr.Button(texts.IMPORT, variant="primary", visible=False, elem_classes="ra-go")
    fit = gr.Button(texts.FIT, variant="primary", visible=False, elem_classes="ra-go")
    quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    chooser.click(importing.choose, None, [chosen, first_rows, table, report, mapping], **quick)
    chosen.change(lambda: (gr.update(visible=False), gr.update(visible=False)), None, [go, fit], **quick)

    def draw(picked: Chosen, wanted: str) -> None:
        if picked.key:
            _lay_out_columns(importing, picked, wanted, chosen, table, [report, mapping, go])

    with steps:
        gr.render(inputs=[chosen, table], triggers=[chosen.change, table.change], show_progress="hidden")(draw)
    working = {"concurrency_limit": None, "concurrency_id": "import", **quick}
    go.click(importing.bring_in, [chosen, mapping], [report, go, fit], **working)
    fit.click(importing.fit, None, [report, go, fit], **working)
    tab.select(importing.resume, None, [report, go, fit], **working)


def _lay_out_columns(
    importing: Importing, picked: Chosen, wanted: str, chosen: gr.State, table: gr.Dropdown, outputs: list[Any]
) -> None:
    """A list to choose from for each thing that the table holds, filled in with what the names suggest."""
    _, guess = suggestion(picked.columns, wanted)
    fields = fields_of(wanted)
    first = _FIRST_FIELDS.get(wanted, ())
    shown = [each for each in fields if each.needed or each.name in first or each.name in guess]
    rest = [each for each in fields if each not in shown]
    lists = _columns(shown, picked, guess)
    if rest:
        with gr.Accordion(texts.MORE_FIELDS, open=False):
            lists += _columns(rest, picked, guess)
    with gr.Row():
        dates = gr.Textbox(label=texts.DATE_FORMAT, placeholder=texts.DATE_FORMAT_HINT, max_lines=1)
        decimal = gr.Radio([(texts.POINT, "."), (texts.COMMA, ",")], value=".", label=texts.DECIMAL)
    attempt = gr.Button(texts.TRY, elem_classes="ra-go")
    names = [each.name for each in (*shown, *rest)]

    def tried(request: gr.Request, here: Chosen, what: str, said_dates: str, said_decimal: str, *columns: str) -> Any:
        return importing.attempt(here, what, names, list(columns), said_dates, said_decimal, request)

    attempt.click(
        tried, [chosen, table, dates, decimal, *lists], outputs, show_progress="minimal", api_visibility="private"
    )


def _columns(fields: list[Field], picked: Chosen, guess: dict[str, str]) -> list[gr.Dropdown]:
    lists = []
    with gr.Row(elem_classes="ra-columns"):
        for each in fields:
            label = texts.FIELDS.get(each.name, each.name.replace("_", " ").capitalize())
            choices = [(texts.NO_COLUMN, ""), *((column, column) for column in picked.columns)]
            lists.append(
                gr.Dropdown(
                    choices,
                    value=guess.get(each.name, ""),
                    label=texts.NEEDED.format(field=label) if each.needed else label,
                    min_width=200,
                    interactive=True,
                )
            )
    return lists
