"""How a source file is written, and how names and texts are written in SQL. Knows no file and no rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analytics.errors import ImportFailed


@dataclass(frozen=True)
class Format:
    """How a delimited file is written; None: find out from the file.

    Attributes:
        delimiter: one character.
        encoding: a Python codec name; found out: UTF-8 (or UTF-16 with its mark), else Windows-1252.
        sheet: the workbook's sheet; None: every sheet that has the header of the first one.
    """

    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None


def quoted(name: str) -> str:
    """A column name as SQL wants it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL wants it."""
    return "'" + text.replace("'", "''") + "'"


def header_of(file: Path, cells: Sequence[str]) -> tuple[str, ...]:
    """The column names, blanks at the right end left off.

    Raises:
        ImportFailed: a name is missing or there twice.
    """
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(set(map(str.lower, names))) < len(names):
        twice = next(name for name in names if [each.lower() for each in names].count(name.lower()) > 1)
        raise ImportFailed(
            f"Expected every column of {file.name} to have a name of its own in the first row, "
            f"but {twice or 'an empty name'!r} is there more than once. Name the columns."
        )
    return tuple(name or "unnamed" for name in names)
