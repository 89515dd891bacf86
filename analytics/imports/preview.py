"""Looks into a file before it is imported: its columns, first rows, how many there are. Knows no meaning of them."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.imports.source import read_into
from analytics.imports.text import Format, quoted


@dataclass(frozen=True)
class Preview:
    """The beginning of a file.

    Attributes:
        rows: the first rows, texts as they stand there; None: an empty cell.
        count: rows below the header.
        malformed: lines that have not as many columns as the header.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    count: int
    malformed: int


def preview(file: Path, limit: int = 5) -> Preview:
    """The columns and first rows of an Excel, parquet or delimited text file.

    Raises:
        ImportFailed: it is missing, empty or of another kind; says what was expected.
    """
    with duckdb.connect() as connection:
        columns = read_into(connection, "raw", (file,), Format())
        listed = ", ".join(quoted(each) for each in columns)
        rows = connection.execute(f"select {listed} from raw order by row_ limit {int(limit)}").fetchall()
        count = connection.execute("select (select count(*) from raw), (select count(*) from raw_malformed)").fetchone()
    found, malformed = count or (0, 0)
    return Preview(columns, tuple(tuple(row) for row in rows), int(found), int(malformed))
