"""Importing a file by its mapped columns, in steps a person can follow: look, map, try on a copy, import.

A failed try or import leaves the shop as it was. Knows the importer of `analytics.imports`, not how a page asks.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from analytics.errors import AnalyticsError
from analytics.imports import ImportAccount, ingest_csv
from analytics.imports.account import Progress, silent
from analytics.imports.guessing import guess_columns, guess_table
from analytics.imports.mapping import Section
from analytics.imports.preview import Preview, preview
from assistant.building import is_demo
from assistant.errors import NotImportable
from assistant.shop import WAREHOUSE, Shop

TABLES: tuple[str, ...] = (
    "sales", "products", "customers", "stores", "inventory", "suppliers", "promotions", "reviews",
    "competitor_prices", "price_changes", "stock_counts", "stock_outs", "postcodes", "delivery_windows",
)  # fmt: skip
DAY_TIME = "time of day"  # beside a date: the column that holds the time
_DATED = {"sales": "sold_at", "orders": "ordered_at"}
_REJECTED_SHOWN = 200
_TRIED = " (tried)"
_COLUMNS = ("row_number", "rule", "reason", "row")


@dataclass(frozen=True)
class Field:
    """Something that a table holds. needed: without it a row cannot be imported."""

    name: str
    needed: bool


@dataclass(frozen=True)
class ColumnMap:
    """Which column of a file holds what.

    Attributes:
        source: what the account calls this source; rows rejected before are known by it.
        table: one of `TABLES`.
        columns: field -> column of the file.
        date_format: such as "%d/%m/%Y"; empty: found out from the file.
        decimal: sign before decimals, "." or ",".
    """

    source: str
    table: str
    columns: Mapping[str, str]
    date_format: str = ""
    decimal: str = "."


@dataclass(frozen=True)
class Rejected:
    """A row that a cleaning rule took.

    Attributes:
        row_number: 1 is the first row below the header.
        row: its cells as JSON.
    """

    row_number: int
    rule: str
    reason: str
    row: str


@dataclass(frozen=True)
class Outcome:
    """What an import, or its trial, read, kept and rejected; and the first rejected rows."""

    account: ImportAccount
    rejected: tuple[Rejected, ...]


def look_into(file: Path) -> Preview:
    """The columns and first rows of a file.

    Raises:
        NotImportable: it is no table that can be read.
    """
    try:
        return preview(file)
    except AnalyticsError as failure:
        raise NotImportable(str(failure)) from failure


def suggestion(columns: Sequence[str], table: str | None = None) -> tuple[str, dict[str, str]]:
    """What a file with these columns probably holds, and which column holds which field."""
    chosen = table or guess_table(columns)
    return chosen, guess_columns(chosen, columns)


def fields_of(table: str) -> tuple[Field, ...]:
    """What a table may hold, what is needed first."""
    section = Section(table, {})
    needed = section.required()
    rest = [name for name in section.fields if name not in needed]
    dated = [DAY_TIME] if table in _DATED else []
    return tuple([Field(name, True) for name in needed] + [Field(name, False) for name in (*dated, *rest)])


def map_text(mapping: ColumnMap) -> str:
    """The mapping as a map.toml, for `retail-assistant ingest csv FILE --mapping map.toml` too."""
    columns: dict[str, Any] = {name: column for name, column in mapping.columns.items() if column}
    time = columns.pop(DAY_TIME, None)
    dated = _DATED.get(mapping.table, "")
    if time and dated in columns and time != columns[dated]:
        columns[dated] = [columns[dated], time]
    lines = [f"name = {_toml(mapping.source)}", "", "[format]", f"decimal = {_toml(mapping.decimal)}"]
    if mapping.decimal == ",":
        lines.append('thousands = "."')
    if mapping.date_format.strip():
        lines.append(f"date_format = {_toml(mapping.date_format.strip())}")
    lines += ["", f"[{mapping.table}]", "", f"[{mapping.table}.columns]"]
    lines += [f"{name} = {_toml(column)}" for name, column in columns.items()]
    return "\n".join(lines) + "\n"


def try_import(shop_folder: Path, file: Path, mapping: ColumnMap, progress: Progress = silent) -> Outcome:
    """Imports into a copy that is thrown away: what an import would bring, and what it would reject.

    Raises:
        NotImportable: the file cannot be imported so.
    """
    with tempfile.TemporaryDirectory(prefix="retail-import-") as folder:
        copy = Path(folder) / WAREHOUSE
        if (shop_folder / WAREHOUSE).exists():
            shutil.copyfile(shop_folder / WAREHOUSE, copy)
        trial = replace(mapping, source=mapping.source + _TRIED)
        account = _import(file, trial, copy, progress)
        query = f"select {', '.join(_COLUMNS)} from rejected where source = ? order by row_number limit ?"
        with duckdb.connect(str(copy), read_only=True) as connection:
            rows = connection.execute(query, [trial.source, _REJECTED_SHOWN]).fetchall()
        return Outcome(replace(account, source=mapping.source), tuple(_as_rejected(row) for row in rows))


def why_not_here(shop_folder: Path) -> str:
    """Why nothing is imported into this shop; empty where it may be."""
    if is_demo(shop_folder):
        return (
            "This is the demo shop, whose invented history would mix with yours. Files can be tried here; to import "
            "them, save the mapping and run `retail-assistant ingest csv FILE --mapping map.toml --shop my-shop`, then "
            "`retail-assistant fit --shop my-shop` and `retail-assistant serve --shop my-shop`."
        )
    return ""


def import_file(shop: Shop, file: Path, mapping: ColumnMap, progress: Progress = silent) -> Outcome:
    """Imports the file into the shop in one step; whoever asks meanwhile is answered from the history before.

    Raises:
        NotImportable: this is the demo shop, another build is at work, or the file cannot be imported so.
    """
    refused = why_not_here(shop.folder)
    if refused:
        raise NotImportable(refused)
    account = _import(file, mapping, shop.folder / WAREHOUSE, progress)
    shop.renew()
    table = shop.warehouse.table("rejected")
    mine = table.filter(table.source == mapping.source).order_by("row_number").limit(_REJECTED_SHOWN)
    rows = shop.warehouse.frame(mine[list(_COLUMNS)]).itertuples(index=False)
    return Outcome(account, tuple(_as_rejected(row) for row in rows))


def _import(file: Path, mapping: ColumnMap, warehouse: Path, progress: Progress) -> ImportAccount:
    with tempfile.TemporaryDirectory(prefix="retail-map-") as folder:
        written = Path(folder) / "map.toml"
        written.write_text(map_text(mapping), encoding="utf-8")
        try:
            return ingest_csv(file, written, warehouse, progress)
        except AnalyticsError as failure:
            raise NotImportable(str(failure)) from failure


def _as_rejected(row: Sequence[Any]) -> Rejected:
    number, rule, reason, cells = row
    return Rejected(int(number or 0), str(rule), str(reason), str(cells))


def _toml(text: str) -> str:
    """A TOML string: its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
