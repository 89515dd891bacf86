"""A result's table as HTML, as CSV and as the rows of a data grid. Knows no tool."""

import base64
import csv
import io
import math
from collections.abc import Iterable
from functools import partial
from typing import Any

import pandas as pd

from assistant.messages import Cell, Table
from assistant.wording import number
from ui import texts
from ui.escaping import escaped

_PAGE_WIDTH = 900
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell_text(cell: Cell, decimals: int | None = None) -> str:
    """A cell as a person reads it.

    Args:
        cell: the value.
        decimals: of its column; None: as many as this value needs.
    """
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return "–"
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return f"{cell:,.{decimals_of([cell]) if decimals is None else decimals}f}"
    if isinstance(cell, int):
        return number(cell)
    return cell


def decimals_of(cells: Iterable[Cell]) -> int:
    """How many decimals a column shows: at most two, or four where everything in it is small."""
    figures = [abs(cell) for cell in cells if isinstance(cell, float) and math.isfinite(cell)]
    most = 4 if 0 < max(figures, default=0) < 0.1 else 2
    exact = (few for few in range(most) if all(abs(each - round(each, few)) < 1e-9 for each in figures))
    return next(exact, most)


def table_html(table: Table, limit: int = 15) -> str:
    """The first rows as an HTML table, saying how many there are."""
    heads = "".join(f'<th scope="col">{escaped(name)}</th>' for name in table.columns)
    decimals = [decimals_of(column) for column in _columns(table)]
    rows = "".join(f"<tr>{''.join(map(_cell_html, row, decimals))}</tr>" for row in table.rows[:limit])
    more = texts.FIRST_ROWS.format(shown=limit, total=number(len(table.rows))) if len(table.rows) > limit else ""
    under = f'<p class="ra-small">{escaped(more)}</p>' if more else ""
    body = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="ra-table" tabindex="0">{body}</div>{under}'


def grid(table: Table) -> "pd.io.formats.style.Styler":
    """The whole table for a data grid: sorted by value, shown as people read it."""
    frame = pd.DataFrame([list(row) for row in table.rows], columns=_distinct(table.columns))
    decimals = [decimals_of(column) for column in _columns(table)]
    return frame.style.format(
        {name: partial(_shown, decimals=few) for name, few in zip(frame.columns, decimals, strict=True)}
    )


def widths(table: Table) -> list[str] | None:
    """How wide each column of a data grid is: its cells and the words of its heading fit, within reason.

    Returns:
        Pixels as CSS has them, or None where all columns fit on a page and may share its width.
    """
    out = []
    for name, column in zip(table.columns, _columns(table), strict=True):
        longest = max(
            len(name) // 2, *(len(word) for word in name.split()), *(len(cell_text(cell)) for cell in column), 0
        )
        out.append(min(max(8 * longest + 40, 90), 330))
    return [f"{each}px" for each in out] if sum(out) > _PAGE_WIDTH else None


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


def _columns(table: Table) -> list[list[Cell]]:
    return [[row[place] for row in table.rows] for place in range(len(table.columns))]


def _cell_html(cell: Cell, decimals: int) -> str:
    kind = ' class="ra-figure"' if isinstance(cell, int | float) and not isinstance(cell, bool) else ""
    return f"<td{kind}>{escaped(cell_text(cell, decimals))}</td>"


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _shown(cell: Any, decimals: int) -> str:
    return cell_text(None if cell is pd.NaT else cell.item() if hasattr(cell, "item") else cell, decimals)


def _distinct(names: tuple[str, ...]) -> list[str]:
    """The headings; a repeated one gets a number, for a frame's columns must differ."""
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return out
