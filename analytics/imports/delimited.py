"""Reads delimited text in any usual encoding into a DuckDB table of text. Knows no meaning of any column."""

import codecs
import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from analytics.errors import ImportFailed
from analytics.imports.text import Format, header_of, literal

_DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20


def read_delimited(connection: duckdb.DuckDBPyConnection, part: str, file: Path, form: Format) -> tuple[str, ...]:
    """Makes the temporary table `part` (`row_` and the columns); lines of another width go to `<part>_malformed`.

    Raises:
        ImportFailed: the encoding is wrong or the text is no table.
    """
    with _as_utf8(file, form.encoding) as text:
        with text.open(encoding="utf-8-sig", newline="") as opened:
            first = opened.readline()
            delimiter = form.delimiter or max(_DELIMITERS, key=first.count)
            opened.seek(0)
            columns = header_of(file, next(csv.reader(opened, delimiter=delimiter), []))
        kinds = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in columns)
        connection.execute("drop table if exists reject_errors; drop table if exists reject_scans")
        try:
            connection.execute(
                f"create or replace temp table {part} as select row_number() over () as row_, * from "
                f"read_csv({literal(str(text))}, delim={literal(delimiter)}, quote='\"', escape='\"', header=true, "
                f"auto_detect=false, null_padding=false, store_rejects=true, columns={{{kinds}}})"
            )
        except duckdb.Error as broken:
            raise ImportFailed(
                f"Expected {file.name} to be a readable CSV file, but reading it failed: "
                f"{str(broken).splitlines()[0]}. "
                "Export the file again."
            ) from broken
        connection.execute(
            f"insert into {part}_malformed select line - 1, first(csv_line) from reject_errors group "
            "by line order by line"
        )
    return columns


@contextmanager
def _as_utf8(file: Path, encoding: str | None) -> Iterator[Path]:
    """The file itself where it is UTF-8, else a copy that is; the copy goes when the block ends."""
    chosen = encoding or _encoding(file)
    if chosen in ("utf-8", "utf8"):
        yield file
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        try:
            with (
                file.open(encoding=chosen, newline="") as source,
                copy.open("w", encoding="utf-8", newline="") as target,
            ):
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
        except (LookupError, UnicodeError) as broken:
            raise ImportFailed(
                f"Expected {file.name} to be text in the encoding {chosen}, but it is not ({broken}). "
                'Name the right one in the mapping: encoding = "...".'
            ) from broken
        yield copy


def _encoding(file: Path) -> str:
    """UTF-16 by its mark, UTF-8 where the whole file is valid, else Windows-1252 or, failing that, Latin-1."""
    with file.open("rb") as opened:
        if opened.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    for name in ("utf-8", "cp1252"):
        try:
            with file.open(encoding=name, newline="") as opened:
                while opened.read(_CHUNK):
                    pass
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"
