"""Reads a source file - Excel, parquet or delimited text - into a DuckDB table of text.

What a file is, its content says and not its name. Knows no meaning of any column and no cleaning rule.
"""

import codecs
import re
from collections.abc import Sequence
from pathlib import Path

import duckdb

from analytics.errors import ImportFailed
from analytics.imports.delimited import read_delimited
from analytics.imports.text import Format, literal, quoted
from analytics.imports.workbook import read_workbook

_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".xls", ".parquet")
_MAGIC = {
    b"PAR1": "parquet",
    b"PK\x03\x04": "workbook",
    b"\xd0\xcf\x11\xe0": "workbook",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"SQLite": "an SQLite database",
}
_WANTED = "an Excel workbook (.xlsx), a CSV file or a parquet file"


def files_in(place: Path, pattern: str | None) -> tuple[Path, ...]:
    """The source files at `place`: the file itself, or those of the folder that match `pattern`.

    Raises:
        ImportFailed: nothing is there.
    """
    if place.is_file():
        return (place,)
    if not place.is_dir():
        raise ImportFailed(f"Expected a file or folder at {place}, but there is none. Check the path.")
    found = sorted(each for each in place.glob(pattern or "*") if each.is_file() and each.suffix.lower() in _SUFFIXES)
    if not found:
        raise ImportFailed(
            f"Expected a file {pattern or 'ending in ' + ', '.join(_SUFFIXES)} in the folder {place}, "
            "but there is none. "
            "Check the folder, or the `file` of this section in the mapping."
        )
    return tuple(found)


def read_into(
    connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path], form: Format
) -> tuple[str, ...]:
    """Reads files of one layout into the temporary table `table`, one after the other.

    Besides the source's columns, all text, the table has `file_` (name) and `row_` (1 is the first row below the
    header, counted per file); `<table>_malformed` holds the lines that have not as many columns as the header.

    Returns:
        The source's column names.

    Raises:
        ImportFailed: a file is missing, empty, of another kind, or has other columns than the first one.
    """
    connection.execute(f"create or replace temp table {table}_malformed (file_ varchar, row_ bigint, line varchar)")
    header: tuple[str, ...] = ()
    for file in files:
        part = f"{table}_part"
        columns = _read_one(connection, part, file, form)
        if header and set(columns) != set(header):
            differing = sorted(set(columns) ^ set(header))
            raise ImportFailed(
                f"Expected {file.name} to have the columns of {files[0].name}, but {', '.join(differing)} "
                "is only in one of them. Import files of different layouts one by one, each with its own mapping."
            )
        chosen = ", ".join(quoted(each) for each in (header or columns))
        select = f"select {literal(file.name)} as file_, row_, {chosen} from {part}"
        connection.execute(
            f"insert into {table} {select}" if header else f"create or replace temp table {table} as {select}"
        )
        connection.execute(
            f"insert into {table}_malformed select {literal(file.name)}, row_, line from {part}_malformed"
        )
        connection.execute(f"drop table {part}")
        header = header or columns
    _refuse_empty(connection, table, files)
    return header


def _refuse_empty(connection: duckdb.DuckDBPyConnection, table: str, files: Sequence[Path]) -> None:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    broken = connection.execute(f"select count(*), min(line) from {table}_malformed").fetchone()
    if found and broken and found[0] == 0:
        names = ", ".join(file.name for file in files)
        if broken[0]:
            raise ImportFailed(
                f"Expected rows with as many columns as the header of {names}, but none of {broken[0]:,} has; "
                f"the first is {str(broken[1])[:80]!r}. Check the delimiter."
            )
        raise ImportFailed(f"Expected rows below the header of {names}, but there are none. Export the file again.")


def _read_one(connection: duckdb.DuckDBPyConnection, part: str, file: Path, form: Format) -> tuple[str, ...]:
    kind = _kind(file)
    connection.execute(f"create or replace temp table {part}_malformed (row_ bigint, line varchar)")
    if kind == "parquet":
        return _read_parquet(connection, part, file)
    if kind == "workbook":
        return read_workbook(connection, part, file, form.sheet)
    return read_delimited(connection, part, file, form)


def _kind(file: Path) -> str:
    if not file.exists():
        raise ImportFailed(f"Expected {_WANTED} at {file}, but there is no such file. Check the path.")
    if file.is_dir():
        raise ImportFailed(f"Expected {_WANTED}, but {file} is a folder. Name the file in it.")
    with file.open("rb") as opened:
        start = opened.read(4096)
    if not start.strip():
        raise ImportFailed(f"Expected {_WANTED}, but {file.name} is empty. Export the file again.")
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            if kind in ("parquet", "workbook"):
                return kind
            raise ImportFailed(f"Expected {_WANTED}, but {file.name} is {kind}.")
    if re.match(rb"\s*([{<]|\[\s*[{\[])", start):
        raise ImportFailed(f"Expected {_WANTED}, but {file.name} looks like JSON, XML or a web page. Export it as CSV.")
    if b"\0" in start and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ImportFailed(f"Expected {_WANTED}, but {file.name} holds binary data. Export it as CSV.")
    return "text"


def _read_parquet(connection: duckdb.DuckDBPyConnection, part: str, file: Path) -> tuple[str, ...]:
    source = f"read_parquet({literal(str(file))})"
    try:
        described = connection.execute(f"describe select * from {source}").fetchall()
        columns = tuple(str(row[0]) for row in described)
        texts = ", ".join(f"{quoted(name)}::varchar as {quoted(name)}" for name in columns)
        connection.execute(
            f"create or replace temp table {part} as select row_number() over () as row_, {texts} from {source}"
        )
    except duckdb.Error as broken:
        raise ImportFailed(f"Expected a readable parquet file, but {file.name} is damaged: copy it again.") from broken
    return columns
