"""Opens a shop's DuckDB file for reading through Ibis, and replaces it in one step when an import has finished.

Knows the tables, not how any source is cleaned nor what is computed from them.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from filelock import FileLock, Timeout

from analytics.columns import SALES_VIEW, TABLES
from analytics.errors import ImportFailed, MissingData, ShopBusy

_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "float64",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "INTEGER": "int32",
    "BIGINT": "int64",
}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates every missing table and the sales view."""
    for table, columns in TABLES.items():
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"create table if not exists {table} ({listed})")
        for name, kind in columns.items():  # a history that an earlier version wrote
            connection.execute(f'alter table {table} add column if not exists "{name}" {kind}')
    connection.execute(SALES_VIEW)


@contextmanager
def build_lock(folder: Path) -> Iterator[None]:
    """Holds the shop's build lock; two builds at once would overwrite one another.

    Raises:
        ShopBusy: another process builds, imports or fits in this folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".build.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ShopBusy(
            f"Expected to be the only process that builds the shop in {folder}, but another one is at work there. "
            "Wait until it has finished, then run the command again."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def rebuild(path: Path, *, keep: bool = True) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yields a connection to a copy of the warehouse that takes its place only if the block succeeds.

    Args:
        path: the warehouse file; need not exist yet.
        keep: start from what is there (an import), or from nothing (a new shop).

    Raises:
        ImportFailed: what is there is damaged, so that nothing can be added to it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(path.name + ".building")
    building.unlink(missing_ok=True)
    if keep and path.exists():
        shutil.copyfile(path, building)
        _check_copy(building, path)
    connection = duckdb.connect(str(building))
    try:
        create_tables(connection)
        yield connection
        connection.execute("checkpoint")
        connection.close()
        os.replace(building, path)
    finally:
        connection.close()
        building.unlink(missing_ok=True)
        building.with_name(building.name + ".wal").unlink(missing_ok=True)


def _check_copy(building: Path, path: Path) -> None:
    """Opens and closes the copy of a history; one that cannot be opened is taken away again."""
    try:
        with _damage_told(path):
            duckdb.connect(str(building)).close()
    except MissingData as damaged:
        building.unlink(missing_ok=True)
        raise ImportFailed(f"{damaged} Nothing was changed.") from damaged


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    """Turns the database's failure on a truncated, foreign or locked file into an error for people."""
    try:
        yield
    except duckdb.Error as failure:
        said = str(failure).splitlines()[0]
        if "lock" in said.lower() and "block" not in said.lower():
            raise MissingData(
                f"The shop's history {path} is held by another program ({said}). Close that program and try again."
            ) from failure
        if not isinstance(failure, duckdb.OperationalError) and "corrupt" not in said.lower():
            raise  # not the file's fault
        raise MissingData(
            f"The shop's history {path} is damaged and cannot be read ({said}). Delete that file, then import your "
            "data again with `retail-assistant ingest`, or run `retail-assistant init --demo` again for the demo shop."
        ) from failure


class Warehouse:
    """A shop's history, read-only. Safe to share between threads: one query runs at a time."""

    def __init__(self, path: Path) -> None:
        """Opens the file.

        Raises:
            MissingData: there is no warehouse at `path`, or a damaged one.
        """
        if not path.exists():
            raise MissingData(
                f"Expected a shop's history at {path}, but there is none. "
                "Run `retail-assistant init --demo` for the demo shop or `retail-assistant ingest` for your own data."
            )
        import ibis

        self.path = path
        self._lock = threading.Lock()
        self._tables: dict[str, Any] = {}  # Ibis asks the database for the columns each time; once is enough
        with _damage_told(path):
            self._backend = ibis.duckdb.connect(str(path), read_only=True)

    def table(self, name: str) -> Any:
        """The Ibis table `name` (one of `TABLES`, or "sales", the view that every figure comes from)."""
        with self._lock, _damage_told(self.path):
            if name not in self._tables:
                self._tables[name] = self._complete(name)
            return self._tables[name]

    def frame(self, expression: Any) -> pd.DataFrame:
        """Runs an Ibis table expression and returns its rows."""
        with self._lock, _damage_told(self.path):
            result: pd.DataFrame = expression.to_pandas()
        return result

    def scalar(self, expression: Any) -> Any:
        """Runs an Ibis scalar expression and returns its value, None for null."""
        with self._lock, _damage_told(self.path):
            value = expression.to_pandas()
        return None if pd.isna(value) else value

    def _complete(self, name: str) -> Any:
        """The table with every column of today, empty where an earlier version wrote the history without it."""
        import ibis
        from ibis.common.exceptions import TableNotFound

        columns = {column: _TYPES[kind] for column, kind in TABLES.get(name, {}).items()}
        try:
            found = self._backend.table(name)
        except TableNotFound:
            if not columns:
                raise
            return ibis.memtable(pd.DataFrame(columns=list(columns)), schema=columns)
        missing = {column: ibis.null().cast(kind) for column, kind in columns.items() if column not in found.columns}
        return found.mutate(**missing) if missing else found

    def has(self, table: str) -> bool:
        """Whether the table holds any row."""
        return bool(self.scalar(self.table(table).count()))

    def require(self, table: str, what: str) -> None:
        """Raises MissingData, naming `what` (plain words: "stock levels") and the fix, where the table is empty."""
        if not self.has(table):
            raise MissingData(
                f"This shop has no {what}: import them with "
                f"`retail-assistant ingest csv FILE --mapping map.toml` (table `{table}`)."
            )

    def span(self) -> tuple[date, date]:
        """First and last day of the sales history.

        Raises:
            MissingData: the history holds no sales.
        """
        lines = self.table("order_lines")
        row = self.frame(lines.aggregate(first=lines.sold_at.min(), last=lines.sold_at.max())).iloc[0]
        if pd.isna(row["first"]):
            raise MissingData("This shop has no sales yet: import them with `retail-assistant ingest`.")
        return row["first"].date(), row["last"].date()

    def reopen(self) -> None:
        """Reads the file that has taken this one's place; who holds this warehouse goes on with the new history."""
        with self._lock, _damage_told(self.path):
            self._tables.clear()
            self._backend.disconnect()  # DuckDB gives the old file again as long as anyone has it open
            self._backend.reconnect()

    def close(self) -> None:
        """Closes the file."""
        self._backend.disconnect()
