"""Looks for a person in every file of a shop folder. Reads databases, tables and fitted models by their content.

Changes nothing. What it cannot read by content it searches as text.
"""

import dataclasses
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analytics.person import Person

_DEEPEST = 12  # levels of a fitted model
_SKIPPED = (".lock",)


@dataclass(frozen=True)
class Trace:
    """A place where the person is still named.

    Attributes:
        place: file, with table and column of a database.
        count: rows or values.
    """

    place: str
    count: int


def find_traces(folder: Path, person: Person) -> tuple[Trace, ...]:
    """Every place of the folder that names the person by id, e-mail address or name."""
    found = []
    for file in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix not in _SKIPPED):
        name = str(file.relative_to(folder))
        for place, count in _in_file(file, person):
            if count:
                found.append(Trace(f"{name}{f' {place}' if place else ''}", count))
    return tuple(found)


def names_person(model: Any, person: Person) -> bool:
    """Whether a fitted model holds the person, in any frame, array, list or text of it."""
    return _Search(person).count(model) > 0


def _in_file(file: Path, person: Person) -> Iterator[tuple[str, int]]:
    if file.suffix == ".duckdb":
        yield from _in_duckdb(file, person)
    elif file.suffix in (".sqlite", ".sqlite3"):
        yield from _in_sqlite(file, person)
    elif file.suffix == ".joblib":
        yield from _in_model(file, person)
    elif file.suffix == ".parquet":
        yield "", _Search(person).count(pd.read_parquet(file))
    else:
        pattern = person.pattern()
        text = file.read_bytes().decode("utf-8", errors="ignore")
        yield "", len(re.findall(pattern, text, re.IGNORECASE)) if pattern else 0


def _in_model(file: Path, person: Person) -> Iterator[tuple[str, int]]:
    import joblib

    try:
        model = joblib.load(file)
    except Exception:  # what a damaged or outdated pickle raises cannot be listed
        yield "(cannot be read)", 1
        return
    yield "", _Search(person).count(model)


def _in_duckdb(file: Path, person: Person) -> Iterator[tuple[str, int]]:
    import duckdb

    with duckdb.connect(str(file), read_only=True) as connection:
        columns = connection.execute(
            "select table_name, column_name from information_schema.columns c join information_schema.tables t "
            "using (table_name) where table_type = 'BASE TABLE' and data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in columns:
            values = connection.execute(f'select "{column}" from {table} where "{column}" is not null').fetchnumpy()
            yield f"{table}.{column}", _count_column(pd.Series(values[column]), column, person)


def _in_sqlite(file: Path, person: Person) -> Iterator[tuple[str, int]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            try:
                frame = pd.read_sql_query(f'select * from "{table}"', connection)
            except (pd.errors.DatabaseError, sqlite3.Error):  # a virtual table of an extension that is not loaded
                continue
            for column in frame.select_dtypes(include=["object", "string"]):
                yield f"{table}.{column}", _count_column(frame[column].dropna(), str(column), person)


def _count_column(values: pd.Series, column: str, person: Person) -> int:
    """Rows of a column that name the person; an id alone counts where the column holds customers."""
    texts = values.map(lambda each: each.decode("utf-8", errors="ignore") if isinstance(each, bytes) else str(each))
    pattern = person.pattern()
    named = texts.str.contains(pattern, case=False, regex=True) if pattern else pd.Series(False, index=texts.index)
    if "customer" in column:
        named = named | (texts == person.customer_id)
    elif column.endswith("_id") or column in ("id", "sequence"):
        named = texts.isin([each for each in (person.email, person.name) if each])  # other things' numbers
    return int(named.sum())


class _Search:
    """Counts the values inside an object that are the person's id, or name them.

    Where a product has the same number, the id counts only in what is called after customers or users.
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        self._seen: dict[int, Any] = {}  # keeps what was seen alive, so that no id is given twice

    def count(self, value: Any, name: str = "", depth: int = _DEEPEST) -> int:
        """The values inside `value`, which is called `name`."""
        if isinstance(value, str):
            return int(self._is(value, name))
        if value is None or isinstance(value, (int, float, bool, bytes)) or depth == 0 or id(value) in self._seen:
            return 0
        self._seen[id(value)] = value
        if isinstance(value, pd.DataFrame):
            inside = [(str(column), value[column]) for column in value.columns if value.columns.is_unique]
            return sum(self.count(part, called, depth - 1) for called, part in [(name, value.index), *inside])
        if isinstance(value, (pd.Series, pd.Index, pd.Categorical)):
            called = f"{name} {getattr(value, 'name', None) or ''}"
            listed = value.dtype.categories if isinstance(value.dtype, pd.CategoricalDtype) else value
            return self._in_array(np.asarray(listed), called)
        if isinstance(value, np.ndarray):
            return self._in_array(value, name)
        return sum(self.count(part, called, depth - 1) for called, part in _inside(value, name))

    def _in_array(self, values: np.ndarray, name: str) -> int:
        if values.dtype.kind not in "OSU":
            return 0
        return sum(self._is(each, name) for each in values.ravel() if isinstance(each, str))

    def _is(self, text: str, name: str) -> bool:
        person = self._person
        if text in (person.email, person.name) and not (text == person.name and person.name_is_shared):
            return True
        of_people = "customer" in name.lower() or "user" in name.lower()
        return text == person.customer_id and (of_people or not person.id_is_taken)


def _inside(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """The parts of a container or object, each with what it is called."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield name, key
            yield f"{name} {key}" if isinstance(key, str) and len(key) < 40 else name, part
    elif isinstance(value, (list, tuple, set, frozenset)):
        for part in value:
            yield name, part
    else:
        held = dict(getattr(value, "__dict__", {}))
        if dataclasses.is_dataclass(value) and not held:
            held = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        for key, part in held.items():
            yield f"{name} {key}", part
