"""Reads an Excel workbook into a DuckDB table of text. Knows no meaning of any column."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from analytics.errors import ImportFailed
from analytics.imports.text import header_of, quoted

_PORTION = 50_000


def read_workbook(connection: duckdb.DuckDBPyConnection, part: str, file: Path, sheet: str | None) -> tuple[str, ...]:
    """Makes the temporary table `part` (`row_` and the columns) from one sheet, or from all with the first header.

    Raises:
        ImportFailed: it is damaged, empty or has no such sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(str(file))
        names = [sheet] if sheet else list(workbook.sheet_names)
        if sheet and sheet not in workbook.sheet_names:
            raise ImportFailed(
                f"Expected a sheet {sheet!r} in {file.name}, but it has {', '.join(workbook.sheet_names)}."
            )
        header: tuple[str, ...] = ()
        done = 0
        for name in names:
            rows = iter(workbook.get_sheet_by_name(name).iter_rows())
            columns = header_of(file, [_cell(cell) or "" for cell in next(rows, [])])
            if columns and columns == (header or columns):
                header = columns
                done = _load_rows(connection, part, header, rows, done)
    except CalamineError as broken:
        raise ImportFailed(
            f"Expected a readable Excel workbook, but {file.name} is damaged: save it again."
        ) from broken
    if not header:
        raise ImportFailed(f"Expected a header in the first row of {file.name}, but its sheets are empty.")
    return header


def _load_rows(
    connection: duckdb.DuckDBPyConnection, part: str, header: Sequence[str], rows: Iterator[list[Any]], done: int
) -> int:
    """Appends a sheet's rows below its header in portions, as text; returns the rows in the table."""
    import pyarrow as pa

    if not done:
        columns = ", ".join(f"{quoted(name)} varchar" for name in header)
        connection.execute(f"create or replace temp table {part} (row_ bigint, {columns})")
    while portion := list(islice(rows, _PORTION)):
        cells = [pa.array([_cell(row[at]) for row in portion], pa.string()) for at in range(len(header))]
        numbers = pa.array(range(done + 1, done + len(portion) + 1), pa.int64())
        connection.register("portion_", pa.table([numbers, *cells], names=["row_", *header]))
        blank = " and ".join(f"{quoted(name)} is null" for name in header)
        connection.execute(f"insert into {part} select * from portion_ where not ({blank})")
        connection.unregister("portion_")
        done += len(portion)
    return done


def _cell(value: Any) -> str | None:
    """A workbook's cell as the same text that a CSV export would hold."""
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date, time)):
        return str(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
