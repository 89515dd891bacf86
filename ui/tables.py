"""A result's table as HTML, as CSV and as the rows of a data grid. Knows no tool."""

import base64
import csv
import io
import math

import pandas as pd

from assistant.messages import Cell, Table
from assistant.wording import number
from ui import texts
from ui.escaping import escaped

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell_text(cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return number(cell, 2 if abs(cell) >= 0.1 or cell == 0 else 4)
    if isinstance(cell, int):
        return number(cell)
    return cell


def table_html(table: Table, limit: int = 15) -> str:
    """The first rows as an HTML table, saying how many there are."""
    heads = "".join(f'<th scope="col">{escaped(name)}</th>' for name in table.columns)
    rows = "".join(f"<tr>{''.join(_cell_html(cell) for cell in row)}</tr>" for row in table.rows[:limit])
    more = texts.FIRST_ROWS.format(shown=limit, total=number(len(table.rows))) if len(table.rows) > limit else ""
    under = f'<p class="ra-small">{escaped(more)}</p>' if more else ""
    body = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="ra-table" tabindex="0">{body}</div>{under}'


def grid(table: Table) -> "pd.io.formats.style.Styler":
    """The whole table for a data grid: sorted by value, shown as people read it."""
    frame = pd.DataFrame([list(row) for row in table.rows], columns=_distinct(table.columns))
    return frame.style.format(_shown)


def csv_text(table: Table) -> str:
    """The exact values as CSV; a text that a spreadsheet would run as a formula gets a quote mark in front."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_harmless(name) for name in table.columns)
    writer.writerows(["" if cell is None else _harmless(cell) for cell in row] for row in table.rows)
    return out.getvalue()


def csv_link(table: Table, name: str) -> str:
    """A link that downloads the table; it carries the file itself, so nothing is left on the server."""
    data = base64.b64encode(csv_text(table).encode("utf-8-sig")).decode()  # the mark tells spreadsheets it is UTF-8
    count = len(table.rows)
    rows = texts.ONE_ROW if count == 1 else texts.ROWS.format(count=number(count))
    return (
        f'<p class="ra-under"><a class="ra-button ra-quiet" download="{escaped(name)}.csv" '
        f'href="data:text/csv;charset=utf-8;base64,{data}">{escaped(texts.DOWNLOAD)}</a> '
        f'<span class="ra-small">{escaped(rows)}</span></p>'
    )


def _cell_html(cell: Cell) -> str:
    figure = isinstance(cell, int | float) and not isinstance(cell, bool)
    return f"<td{' class=ra-figure' if figure else ''}>{escaped(cell_text(cell))}</td>"


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _shown(cell: object) -> str:
    if cell is None or cell is pd.NaT:
        return "–"
    return cell_text(cell.item() if hasattr(cell, "item") else cell)  # type: ignore[arg-type]


def _distinct(names: tuple[str, ...]) -> list[str]:
    """The headings; a repeated one gets a number, for a frame's columns must differ."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
