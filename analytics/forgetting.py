"""Takes a person out of a shop's history, in one step, into a file that never held them.

The person's orders stay as sales without a customer id, so that revenue and units remain what they were. Knows the
history's tables, no model and no conversation.
"""

import os
from pathlib import Path
from typing import Final

import duckdb

from analytics.columns import SALES_VIEW, TABLES
from analytics.person import FORGOTTEN, Person

# table -> columns that are emptied in the customer's rows, and texts of theirs in which they may name themselves
_EMPTIED: Final = {"orders": ("customer_id", "address"), "reviews": ("customer_id",)}
_LEFT_OUT: Final = ("customers", "offers_sent", "contracts", "payment_methods")
_TELLING: Final = 4  # characters of an id that tells somebody in a text: "7" tells nobody
_TEXTS: Final = {"reviews": ("title", "text")}


def person_of(path: Path, wanted: str) -> Person | None:
    """Who a customer id or an e-mail address is; None where the history knows nobody of it."""
    with duckdb.connect(str(path), read_only=True) as connection:
        row = connection.execute(
            "select customer_id, email, name from customers where customer_id = ? or lower(email) = lower(?) limit 1",
            [wanted, wanted],
        ).fetchone()
        if row is None:
            if not _is_seen(connection, wanted):
                return None
            row = (wanted, None, None)
        shared = connection.execute("select count(*) > 1 from customers where name = ?", [row[2]]).fetchone()
        taken = "select 1 from products where product_id = ? union all select 1 from orders where order_id = ?"
        is_taken = len(row[0]) < _TELLING or connection.execute(taken, [row[0], row[0]]).fetchone() is not None
    return Person(row[0], row[1], row[2], name_is_shared=bool(shared and shared[0]), id_is_taken=is_taken)


def _is_seen(connection: duckdb.DuckDBPyConnection, customer_id: str) -> bool:
    """Whether any table but that of the customers knows the id; a history of an earlier version lacks some tables."""
    there = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    places = [table for table in ("orders", "reviews", *_LEFT_OUT[1:]) if table in there]
    found = " union all ".join(f"select 1 from {table} where customer_id = ?" for table in places)
    return connection.execute(found, [customer_id] * len(places)).fetchone() is not None


def forget_in_history(path: Path, person: Person) -> dict[str, int]:
    """Writes the history anew without the person and puts it in the old one's place in one step.

    A new file, as a database keeps deleted rows in its free space. Every other connection must be closed.

    Returns:
        Rows left out or emptied, by table.
    """
    building = path.with_name(path.name + ".building")
    building.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(building)) as connection:
            connection.execute(f"attach {_text(str(path))} as old (read_only)")
            counts = {table: _copy_without(connection, table, person) for table in TABLES}
            connection.execute(SALES_VIEW)
            connection.execute("detach old")
            connection.execute("checkpoint")
        os.replace(building, path)
    finally:
        building.unlink(missing_ok=True)
        building.with_name(building.name + ".wal").unlink(missing_ok=True)
    return {table: count for table, count in counts.items() if count}


def _copy_without(connection: duckdb.DuckDBPyConnection, table: str, person: Person) -> int:
    """Copies a table from the old history; returns how many rows were left out or emptied."""
    listed = ", ".join(f'"{name}" {kind}' for name, kind in TABLES[table].items())
    connection.execute(f"create table {table} ({listed})")
    is_theirs, kept = f"customer_id = {_text(person.customer_id)}", "true"
    held = {
        name
        for (name,) in connection.execute(
            "select column_name from duckdb_columns() where database_name = 'old' and table_name = ?", [table]
        ).fetchall()
    }
    concerned, values = "false", [f'"{name}"' for name in TABLES[table]]
    if table in _EMPTIED:
        concerned = is_theirs
        values = [_value(table, name, is_theirs, person) for name in TABLES[table]]
    elif table in _LEFT_OUT or table == "rejected":
        met = is_theirs if table in _LEFT_OUT else _names_them(person)
        concerned, kept = met, f"not coalesce({met}, false)"
    if not held:
        return 0  # a history of an earlier version
    values = [value if name in held else "null" for name, value in zip(TABLES[table], values, strict=True)]
    row = connection.execute(f"select count(*) from old.{table} where {concerned}").fetchone()
    connection.execute(f"insert into {table} select {', '.join(values)} from old.{table} where {kept}")
    return int(row[0]) if row else 0


def _value(table: str, column: str, is_theirs: str, person: Person) -> str:
    if column in _EMPTIED[table]:
        return f'case when {is_theirs} then null else "{column}" end'
    pattern = person.pattern()
    if column in _TEXTS.get(table, ()) and pattern is not None:
        masked = f"regexp_replace(\"{column}\", {_text(pattern)}, {_text(FORGOTTEN)}, 'gi')"
        return f'case when {is_theirs} then {masked} else "{column}" end'
    return f'"{column}"'


def _names_them(person: Person) -> str:
    """SQL: a rejected source row (JSON text) that names the person; an id counts as a whole value."""
    found = [f"contains(row, {_text(chr(34) + person.customer_id + chr(34))})"]
    if person.email:
        found.append(f"contains(lower(row), lower({_text(person.email)}))")
    if person.name and not person.name_is_shared:
        found.append(f"contains(lower(row), lower({_text(person.name)}))")
    return f"({' or '.join(found)})"


def _text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"
