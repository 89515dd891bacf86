"""Cleans the rows of a source table set-wise in SQL: each is kept with typed values, or rejected by its first rule.

Knows the mapping's fields and the rules, not where the clean rows go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import duckdb

from analytics.columns import KEYS, TABLES
from analytics.errors import ImportFailed
from analytics.imports import parsing
from analytics.imports.mapping import Section
from analytics.imports.text import literal, quoted

DUPLICATE = "exact duplicate"
MALFORMED = "wrong number of columns"
NOT_SOLD = "unit price zero or less"
_WORDS = {"product_id": "product code", "sold_at": "date", "ordered_at": "date"}
_SOLD = ("sales", "order_lines")
ATTRIBUTES, EVERY_OTHER = "attributes", "*"


@dataclass(frozen=True)
class Rule:
    """A condition under which a row is rejected, and why, both SQL over the cells `c` and typed values `t`."""

    name: str
    condition: str
    reason: str


def words(name: str) -> str:
    """A field as people call it."""
    return _WORDS.get(name, name.replace("_id", " id").replace("_", " "))


def clean(connection: duckdb.DuckDBPyConnection, raw: str, header: Sequence[str], section: Section) -> None:
    """Makes the temporary tables `clean` (typed fields) and `refused` (file_, row_, rule, reason, row) of a raw table.

    Raises:
        ImportFailed: a column is missing, or holds something else than numbers or dates of one format.
    """
    _cells(connection, raw, header, section)
    said = {name: " + ".join(source) for name, source in section.columns.items()}
    values: list[str] = []
    joins: list[str] = []
    for name in section.fields:
        kind = _kind(section, name)
        if not section.has(name):
            values.append(f"null::{kind} as {name}")
            continue
        if kind in ("DATE", "TIMESTAMP"):
            parsing.times(connection, "cells", name, section.reading, f"at_{name}", said.get(name, name))
            times = f"(select text as said_{name}, moment from at_{name}) at_{name}"  # `text` is a review's column, too
            joins.append(f"left join {times} on said_{name} = nullif(trim(cells.{name}), '')")
            values.append(f"at_{name}.moment::{kind} as {name}")
        else:
            if kind in ("DOUBLE", "INTEGER", "BIGINT"):
                parsing.check_numbers(connection, "cells", name, section.reading, said.get(name, name))
            values.append(f"{_value(name, kind, section)} as {name}")
    connection.execute(
        f"create or replace temp table typed as select cells.file_, cells.row_, cells.nth_, {', '.join(values)} "
        f"from cells {' '.join(joins)}"
    )
    if section.has("line_total"):
        connection.execute("update typed set unit_price = line_total / nullif(quantity, 0) where unit_price is null")
    _judge(connection, raw, header, section)


def _kind(section: Section, name: str) -> str:
    table, column = section.fields[name]
    return TABLES[table][column]


def _value(name: str, kind: str, section: Section) -> str:
    if kind in ("DOUBLE", "INTEGER", "BIGINT"):
        return f"{parsing.number(name, section.reading)}::{kind}"
    if kind == "BOOLEAN":
        return parsing.boolean(name)
    if name == "product_id":
        return f"upper({parsing.identifier(name)})"
    return parsing.identifier(name) if name.endswith("_id") else f"nullif(trim({quoted(name)}), '')"


def _cells(connection: duckdb.DuckDBPyConnection, raw: str, header: Sequence[str], section: Section) -> None:
    """Makes the table `cells`: the fields as text, and `nth_`, 2 or more for an exact duplicate."""
    found = _columns(header, section)
    cells = []
    for name in section.fields:
        if not section.has(name):
            continue
        parts = [f"nullif(trim({quoted(source)}), '')" for source in found.get(name, ())]
        text = parts[0] if parts else "null"
        if name == ATTRIBUTES and _gathers(section):
            pairs = (f"{quoted(said)} := {part}" for said, part in zip(found[name], parts, strict=True))
            text = f"to_json(struct_pack({', '.join(pairs)}))"
        elif len(parts) > 1:  # a workbook's date cell brings midnight with it
            text = f"regexp_replace({parts[0]}, ' 00:00:00$', '') || ' ' || coalesce({parts[1]}, '')"
        if name in section.constants:
            text = literal(section.constants[name])
        elif name in section.defaults:
            text = f"coalesce({text}, {literal(section.defaults[name])})"
        cells.append(f"{text}::varchar as {quoted(name)}")
    same = [quoted(each) for each in section.duplicates_by] or [quoted(each) for each in header if each != "unnamed"]
    connection.execute(
        f"create or replace temp table cells as select file_, row_, {', '.join(cells)}, "
        f"row_number() over (partition by {', '.join(same)} order by file_, row_) as nth_ from {raw}"
    )


def _columns(header: Sequence[str], section: Section) -> dict[str, tuple[str, ...]]:
    """Field -> the file's own spelling of its columns.

    Raises:
        ImportFailed: the file lacks one.
    """
    spelled = {each.lower(): each for each in header}
    wanted = {name: source for name, source in section.columns.items() if name not in section.constants}
    if wanted.get(ATTRIBUTES) == (EVERY_OTHER,):
        named = {each.strip().lower() for name, source in wanted.items() if name != ATTRIBUTES for each in source}
        wanted[ATTRIBUTES] = tuple(each for each in header if each.lower() not in named)
    missing = [each for source in wanted.values() for each in source if each.strip().lower() not in spelled]
    if missing:
        near = [get_close_matches(each.lower(), list(spelled), n=1) for each in missing]
        hints = [f"{each!r} may be {spelled[hit[0]]!r}" for each, hit in zip(missing, near, strict=True) if hit]
        raise ImportFailed(
            f"Expected the column{'s' if len(missing) > 1 else ''} {', '.join(map(repr, missing))}, "
            f"but the file has {', '.join(map(repr, header))}. "
            + (f"{'; '.join(hints)}. " if hints else "")
            + "Correct the mapping or the file's first row."
        )
    return {name: tuple(spelled[each.strip().lower()] for each in source) for name, source in wanted.items()}


def _gathers(section: Section) -> bool:
    """Whether several columns become one JSON object of attributes."""
    source = section.columns.get(ATTRIBUTES, ())
    return len(source) > 1 or source == (EVERY_OTHER,)


def _rules(section: Section) -> list[Rule]:
    """The rules in the order in which they take rows."""
    rules = [Rule(DUPLICATE, "t.nth_ > 1", "'the same row was there before'")]
    for name in section.required():
        rules.append(Rule(f"missing {words(name)}", f"nullif(trim(c.{name}), '') is null", f"'no {words(name)}'"))
    for name in section.fields:
        kind = _kind(section, name)
        if section.has(name) and kind != "VARCHAR":
            what = "a date" if kind in ("DATE", "TIMESTAMP") else "yes or no" if kind == "BOOLEAN" else "a number"
            unread = f"nullif(trim(c.{name}), '') is not null and t.{name} is null"
            rules.append(
                Rule(f"unreadable {words(name)}", unread, f"'{words(name)} \"' || c.{name} || '\" is not {what}'")
            )
    if section.table in _SOLD:
        rules.append(Rule("zero quantity", "t.quantity = 0", "'quantity 0: nothing was sold'"))
        gift = "'unit price ' || t.unit_price || ': a gift or a write-off, not a sale'"
        rules.append(Rule(NOT_SOLD, "t.unit_price <= 0", gift))
    booked = next((name for name in ("sold_at", "ordered_at") if section.has(name)), None)
    if booked:
        late = f"t.{booked} > now()::timestamp + interval 1 year"
        rules.append(Rule("date in the future", late, f"'dated ' || t.{booked} || ', more than a year ahead'"))
    if section.table != "sales" and (section.table != "order_lines" or section.has("line_number")):
        key = ", ".join(name for name in KEYS[section.table] if section.has(name))
        last = f"row_number() over (partition by {key} order by file_ desc, row_ desc)"
        others = f"select file_, row_ from (select *, {last} as nth from typed where nth_ = 1) where nth > 1"
        rules.append(Rule("repeated key", f"(t.file_, t.row_) in ({others})", "'a later row has the same key'"))
    return rules


def _judge(connection: duckdb.DuckDBPyConnection, raw: str, header: Sequence[str], section: Section) -> None:
    rules = _rules(section)
    tests = " ".join(f"when {rule.condition} then {at}" for at, rule in enumerate(rules))
    connection.execute(
        "create or replace temp table judged as "
        f"select t.file_, t.row_, case {tests} end as rule_ from typed t join cells c using (file_, row_)"
    )
    names = " ".join(f"when {at} then {literal(rule.name)}" for at, rule in enumerate(rules))
    reasons = " ".join(f"when {at} then {rule.reason}" for at, rule in enumerate(rules))
    row = ", ".join(f"{quoted(each)} := r.{quoted(each)}" for each in header)
    connection.execute(
        f"create or replace temp table refused as select r.file_, r.row_, case j.rule_ {names} end as rule, "
        f"case j.rule_ {reasons} end as reason, to_json(struct_pack({row}))::varchar as row "
        f"from judged j join {raw} r using (file_, row_) join typed t using (file_, row_) join cells "
        "c using (file_, row_) "
        f"where j.rule_ is not null union all select file_, row_, {literal(MALFORMED)}, "
        "'the line has not as many columns as the header', to_json(struct_pack(line := "
        f"line))::varchar from {raw}_malformed"
    )
    connection.execute(
        "create or replace temp table clean as select t.* exclude (nth_) from typed t "
        "join judged j using (file_, row_) where j.rule_ is null"
    )
