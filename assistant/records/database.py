"""Opens the records' database: SQLite in WAL mode, or PostgreSQL by its URL. Knows no table's meaning."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from assistant.errors import RecordsUnavailable
from assistant.records.schema import create_schema

BUSY_SECONDS = 15.0


class Database:
    """Transactions on the records. Safe to share between threads and processes."""

    def __init__(self, url: str) -> None:
        """Opens the database and creates what is missing.

        Raises:
            RecordsUnavailable: the URL is malformed, its driver is missing, or the database does not answer.
        """
        self.engine = _engine(url)
        with self.write() as connection:
            create_schema(connection)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: all of the block or nothing. SQLite takes its write lock at the start."""
        with _readable_failures(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view; takes no write lock."""
        with _readable_failures(), self.engine.connect().execution_options(reads_only=True) as connection:
            yield connection

    def compact(self) -> None:
        """Writes an SQLite file anew, as deleted rows stay in its free pages; PostgreSQL does so by itself (vacuum)."""
        if self.engine.dialect.name != "sqlite":
            return
        with _readable_failures():
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("vacuum")
                raw.cursor().execute("pragma wal_checkpoint(truncate)")
            finally:
                raw.close()

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()


def upsert(connection: Connection, table: Table, values: dict[str, Any], keep: tuple[str, ...] = ()) -> None:
    """Inserts a row, or replaces the values of the one with the same primary key, except those named in `keep`."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys and name not in keep}
    if connection.dialect.name == "postgresql":
        connection.execute(
            postgresql.insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=changed)
        )
    else:
        connection.execute(sqlite.insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=changed))


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise ArgumentError
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args=_connect_arguments(parsed.get_backend_name()), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        shown = url.split("@")[-1]
        raise RecordsUnavailable(
            f"Expected the records at a URL like sqlite:///shop/service.sqlite or postgresql+psycopg://user@host/name; "
            f"got {shown!r}. Correct the records' URL in shop.toml."
        ) from None
    except ModuleNotFoundError as missing:
        raise RecordsUnavailable(
            f"Expected the database driver {missing.name} for the records, but it is not installed. "
            f"Install it with `pip install {missing.name}`."
        ) from None
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_arguments(backend: str) -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS} if backend == "sqlite" else {}


def _prepare_sqlite(raw: Any, _record: Any) -> None:
    raw.isolation_level = None  # transactions begin where _begin_sqlite says, not where the driver guesses
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
        raw.execute(f"pragma {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("begin" if reads_only else "begin immediate")


@contextmanager
def _readable_failures() -> Iterator[None]:
    """Turns an unreachable, locked or full database into an error for people; a broken rule of a table stays loud."""
    try:
        yield
    except DBAPIError as failure:
        if type(failure).__name__ not in ("OperationalError", "InterfaceError", "DatabaseError"):
            raise
        raise RecordsUnavailable(
            f"The records could not be reached or written ({failure.orig}). Nothing was changed. "
            "Check that the database is running and its disk has room, then try again."
        ) from failure
