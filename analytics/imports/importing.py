"""Runs an import: reads, cleans and loads every section, and puts the new history in place in one step.

Knows the order of the steps, not what any source looks like.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.columns import TABLES
from analytics.errors import ImportFailed
from analytics.imports.account import ImportAccount, Progress, RuleCount
from analytics.imports.cleaning import clean
from analytics.imports.lines import load_sales
from analytics.imports.mapping import Section
from analytics.imports.source import read_into
from analytics.imports.tables import complete, load_table, remember_prices
from analytics.imports.text import Format, literal
from analytics.warehouse import build_lock, rebuild


@dataclass(frozen=True)
class Source:
    """Files of one layout, and how their columns are to be understood once they are known.

    Attributes:
        section: from the files' column names to the section.
    """

    files: tuple[Path, ...]
    form: Format
    section: Callable[[Sequence[str]], Section]


def run_import(name: str, sources: Sequence[Source], warehouse_path: Path, progress: Progress) -> ImportAccount:
    """Imports the sources into the warehouse; a failed or killed import leaves the last good one.

    Raises:
        ImportFailed: a source cannot be imported; nothing was changed.
        ShopBusy: another process builds in this folder.
    """
    try:
        with build_lock(warehouse_path.parent), rebuild(warehouse_path) as connection:
            account = _import_all(connection, name, sources, progress)
            progress("putting the new history in place", 0.95)
    except (duckdb.IOException, duckdb.OutOfMemoryException) as broken:
        raise ImportFailed(
            f"Expected to read and write {warehouse_path}, but the database failed: {str(broken).splitlines()[0]} "
            "Nothing was changed. Check the file, the free disk space and the memory."
        ) from broken
    progress("done", 1.0)
    return account


def _import_all(
    connection: duckdb.DuckDBPyConnection, name: str, sources: Sequence[Source], progress: Progress
) -> ImportAccount:
    connection.execute(
        "create temp table all_refused (file_ varchar, row_ bigint, rule varchar, reason varchar, row varchar)"
    )
    remember_prices(connection)
    read = 0
    for at, source in enumerate(sources):
        names = ", ".join(file.name for file in source.files)
        progress(f"reading {names}", 0.9 * at / len(sources))
        header = read_into(connection, "raw", source.files, source.form)
        section = source.section(header)
        progress(f"cleaning {section.table.replace('_', ' ')}", 0.9 * (at + 0.5) / len(sources))
        clean(connection, "raw", header, section)
        progress(f"loading {section.table.replace('_', ' ')}", 0.9 * (at + 0.8) / len(sources))
        load_sales(connection, section) if section.table == "sales" else load_table(connection, section)
        connection.execute("insert into all_refused select * from refused")
        read += _count(connection, "raw") + _count(connection, "raw_malformed")
    progress("completing products and prices", 0.9)
    complete(connection)
    files = tuple(dict.fromkeys(file for source in sources for file in source.files))
    return record(connection, name, files, read)


def record(connection: duckdb.DuckDBPyConnection, name: str, files: tuple[Path, ...], read: int) -> ImportAccount:
    """Writes the rejected rows and the import; what an earlier import recorded is not recorded twice."""
    rules = connection.execute(
        "select rule, count(*) as n from all_refused group by rule order by n desc, rule"
    ).fetchall()
    kept = read - sum(rows for _, rows in rules)
    nth = "row_number() over (partition by rule, row order by row_) as nth"
    connection.execute(
        f"insert into rejected (source, row_number, rule, reason, row) select {literal(name)}, "
        "n.row_, n.rule, n.reason, n.row "
        f"from (select *, {nth} from all_refused) n anti join (select rule, row, row_number() over "
        f"(partition by rule, row) as nth from rejected where source = {literal(name)}) k "
        "on n.rule = k.rule and n.row = k.row and n.nth = k.nth order by n.file_, n.row_"
    )
    listed = ", ".join(file.name for file in files)
    connection.execute("delete from imports where source = ? and file = ?", [name, listed])
    connection.execute("insert into imports values (?, ?, now()::timestamp, ?, ?)", [name, listed, read, kept])
    tables = {table: _count(connection, table) for table in TABLES if table not in ("rejected", "imports")}
    return ImportAccount(name, files, read, kept, tuple(RuleCount(rule, rows) for rule, rows in rules), tables)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0
