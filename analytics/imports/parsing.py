"""Turns a column of text into numbers and times, or says why it cannot. Never guesses whether day or month comes first.

Knows no column by name. All rows of a column are read by one rule: a file that holds dates in two formats is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from analytics.errors import ImportFailed
from analytics.imports.text import literal, quoted

_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S.%f", " %I:%M:%S %p", " %I:%M %p")
_NAMED = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d %b %y", "%a %d %b %Y", "%A %d %B %Y")
_TRUE = ("true", "yes", "y", "1", "t")
_FALSE = ("false", "no", "n", "0", "f")


@dataclass(frozen=True)
class Reading:
    """How a source writes its figures and dates.

    Attributes:
        decimal: the sign before the decimals.
        thousands: the sign between thousands; "" where there is none.
        dates: strptime formats, tried in this order; empty: find out.
    """

    decimal: str = "."
    thousands: str = ""
    dates: tuple[str, ...] = ()


def number(column: str, reading: Reading) -> str:
    """SQL for a column of text as a finite double, null where it is not a number; a currency sign is left off."""
    text = f"regexp_replace(trim({quoted(column)}), '^([-+]?)\\s*[£$€]\\s*|\\s*[£$€]$', '\\1', 'g')"
    if reading.thousands:
        text = f"replace({text}, {literal(reading.thousands)}, '')"
    if reading.decimal != ".":
        text = f"replace({text}, {literal(reading.decimal)}, '.')"
    shape = r"[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]{1,2})?"
    return f"case when regexp_full_match({text}, '{shape}') then try_cast({text} as double) end"


def boolean(column: str) -> str:
    """SQL for a column of text as true or false, null where it is neither."""
    text = f"lower(trim({quoted(column)}))"
    return f"case when {text} in {_TRUE} then true when {text} in {_FALSE} then false end"


def identifier(column: str) -> str:
    """SQL for a column of text as an id: no blanks around it, and no ".0" that a spreadsheet put behind a number."""
    return f"nullif(regexp_replace(trim({quoted(column)}), '^([0-9]+)[.]0+$', '\\1'), '')"


def check_numbers(connection: duckdb.DuckDBPyConnection, table: str, column: str, reading: Reading, said: str) -> None:
    """Raises ImportFailed where most filled cells are not numbers; `said` is the source's name for the column."""
    read = number(column, reading)
    filled = f"nullif(trim({quoted(column)}), '')"
    row = connection.execute(
        f"select count({filled}), count(*) filter ({filled} is not null and {read} is null), "
        f"min({filled}) filter ({read} is null) from {table}"
    ).fetchone()
    if row and row[0] and row[1] * 2 > row[0]:
        hint = ""
        if reading.decimal == "." and "," in row[2]:
            hint = ' If a comma stands before the decimals, say decimal = "," in the mapping.'
        raise ImportFailed(
            f"Expected numbers in the column {said!r}, but {row[1]:,} of {row[0]:,} values are not, "
            f"for example {row[2]!r}. Check that the right column is named.{hint}"
        )


def times(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, reading: Reading, result: str, said: str
) -> None:
    """Makes the temporary table `result(text, n, moment)`: each distinct text as a timestamp, null where unreadable.

    Raises:
        ImportFailed: the column holds two formats, or day and month cannot be told apart, or most of it is no date.
    """
    text = f"nullif(trim({quoted(column)}), '')"
    connection.execute(
        f"create or replace temp table {result}_texts as select {text} as text, count(*) as n from {table} "
        f"where {text} is not null group by 1"
    )
    shape = _given(reading.dates) if reading.dates else _found_out(connection, f"{result}_texts", said)
    connection.execute(
        f"create or replace temp table {result} as select text, n, {shape} as moment from {result}_texts"
    )
    row = connection.execute(
        "select coalesce(sum(n), 0), coalesce(sum(n) filter (moment is null), 0), min(text) filter "
        f"(moment is null) from {result}"
    ).fetchone()
    if row and row[0] and row[1] * 2 > row[0]:
        wanted = f" written as {' or '.join(reading.dates)}" if reading.dates else ""
        raise ImportFailed(
            f"Expected dates{wanted} in the column {said!r}, but {row[1]:,} of {row[0]:,} values are not, "
            f'for example {row[2]!r}. Check the column, or name its format in the mapping: date_format = "%d.%m.%Y".'
        )


def _given(formats: Sequence[str]) -> str:
    """SQL that tries the given formats, each with any time of day behind it where it has none."""
    tried = [f + t for f in formats for t in (("",) if "%H" in f or "%I" in f else _TIMES)]
    tried.sort(key=len, reverse=True)
    # strptime takes "11" for the year 11 where %Y is asked; no shop sold anything before 1900.
    read = f"try_strptime(text, [{', '.join(map(literal, tried))}])"
    return f"case when year({read}) >= 1900 then {read} end"


def _strptime(text: str, shape: str, days: Sequence[str]) -> str:
    formats = ", ".join(literal(day + time) for day in days for time in _TIMES)
    return f"case when regexp_matches({text}, '{shape}') then try_strptime({text}, [{formats}]) end"


# Separators become "/", a "T" before the time a blank; a time zone is left off: the shop's own clock counts.
_PLAIN = (
    "regexp_replace(regexp_replace(regexp_replace(text, '^([0-9]{1,4})[-./ ]([0-9]{1,2})[-./ "
    "]([0-9]{1,4})', '\\1/\\2/\\3'), "
    "'^([0-9/]+)T', '\\1 '), '([0-9])\\s*(Z|[-+][0-9]{2}:?[0-9]{2})$', '\\1')"
)
_WORDS = "trim(regexp_replace(regexp_replace(text, '([0-9])(st|nd|rd|th)', '\\1', 'i'), '[-,./ ]+', ' ', 'g'))"


def _families() -> dict[str, str]:
    """Family of formats -> SQL for its timestamp, null where a text is not of the family."""
    four, two = "^[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( |$)", "^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}( |$)"
    return {
        "year": f"coalesce({_strptime(_PLAIN, '^[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}( |$)', ['%Y/%m/%d'])}, "
        f"{_strptime('text', '^(19|20)[0-9]{6}( |$)', ['%Y%m%d'])})",
        "month_name": _strptime(_WORDS, "[A-Za-z]{3}", _NAMED),
        "day": f"coalesce({_strptime(_PLAIN, four, ['%d/%m/%Y'])}, {_strptime(_PLAIN, two, ['%d/%m/%y'])})",
        "month": f"coalesce({_strptime(_PLAIN, four, ['%m/%d/%Y'])}, {_strptime(_PLAIN, two, ['%m/%d/%y'])})",
    }


def _found_out(connection: duckdb.DuckDBPyConnection, texts: str, said: str) -> str:
    """SQL of the one family that the column's dates are written in."""
    families = _families()
    columns = ", ".join(f"{sql} as {name}" for name, sql in families.items())
    example = {
        "year": "min(text) filter (year is not null)",
        "month_name": "min(text) filter (month_name is not null)",
        "day": "min(text) filter (day is not null and month is null)",
        "month": "min(text) filter (month is not null and day is null)",
        "either": "min(text) filter (day is not null and month is not null and day != month)",
        "same": "min(text) filter (day = month)",
    }
    row = connection.execute(
        f"select {', '.join(example.values())} from (select text, {columns} from {texts})"
    ).fetchone()
    seen = {name: found for name, found in zip(example, row or (), strict=False) if found is not None}
    sure: list[str] = [name for name in ("year", "month_name", "day", "month") if name in seen]
    if not {"day", "month"} & set(sure):
        sure += [name for name in ("either", "same") if name in seen][:1]
    if len(sure) > 1:
        raise ImportFailed(
            f"Expected all dates of the column {said!r} to be written in one way, but there are several: "
            f"{' and '.join(repr(seen[name]) for name in sure)}. Export the file with one date format, "
            'or list the formats in the order to try them: date_format = ["%d/%m/%Y", "%Y-%m-%d"].'
        )
    if sure == ["either"]:
        raise ImportFailed(
            f"Expected to see whether the day or the month comes first in the column {said!r}, but no date tells: "
            f'{seen["either"]!r} may be either. Say it: date_format = "%d/%m/%Y" (day first) or '
            '"%m/%d/%Y" (month first).'
        )
    if not sure:
        return "null::timestamp"
    return families["day" if sure == ["same"] else sure[0]]
